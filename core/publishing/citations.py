"""References: reading references.bib, and writing its entries as BibTeX, as plain text and in APA form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import BackstoryError
from core.publishing import latex

CORPORATE = ("institution", "organization", "publisher", "howpublished", "title")  # who speaks where nobody is named
EDITIONS = {"second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th"}
# What has a meaning in a text field of BibTeX, outside of an address or of mathematics.
SPECIAL = re.compile(r"(?<!\\)([_&%#])")


def load(path: Path) -> Any:
    """The entries of a BibTeX file, by key. Raises BackstoryError if it cannot be read."""
    from pybtex.database import parse_file
    from pybtex.exceptions import PybtexError

    try:
        return parse_file(str(path), bib_format="bibtex").entries
    except (OSError, PybtexError) as fault:
        raise BackstoryError(f"cannot read the references in {path}: {fault}.") from fault


def bibtex(entries: Mapping[str, Any], keys: Iterable[str]) -> str:
    """The chosen entries as BibTeX, sorted by key, so that LaTeX sets every field. Raises BackstoryError for an unknown
    key."""
    from pybtex.database import BibliographyData, Entry

    chosen = {}
    for key in sorted(set(keys)):
        entry = _entry(entries, key)
        fields = [(name, str(value) if name == "url" else escaped(str(value))) for name, value in entry.fields.items()]
        chosen[key] = Entry(entry.type, fields=fields, persons=entry.persons)
    return str(BibliographyData(entries=chosen).to_string("bibtex"))


def escaped(text: str) -> str:
    """A field of BibTeX in which signs that mean something to LaTeX stand for themselves; mathematics is left alone."""
    parts = re.split(r"(\$[^$]*\$)", text)
    return "".join(part if k % 2 else _set(part) for k, part in enumerate(parts))


def _set(text: str) -> str:
    text = re.sub(r"(?<!\\)\^", lambda _: r"\textasciicircum{}", SPECIAL.sub(r"\\\1", text))
    return "".join(
        letter if letter.isascii() or (letter.isalpha() and letter < "\u0370") else latex.escape(letter)
        for letter in text
    )


def plain(entries: Mapping[str, Any], key: str) -> str:
    """One entry as a line of plain text. Raises BackstoryError for an unknown key."""
    from pybtex.backends.plaintext import Backend

    formatted = next(iter(_style().format_entries([_entry(entries, key)])))
    return re.sub(r"\s+", " ", str(formatted.text.render(Backend())))


@cache
def _style() -> Any:
    from pybtex.style.formatting.plain import Style

    return Style()


def letters(entries: Mapping[str, Any], keys: Iterable[str]) -> dict[str, str]:
    """The letter after the year of each key: a, b and so on, by title, where authors and year are the same."""
    groups: dict[str, list[str]] = {}
    for key in dict.fromkeys(keys):
        groups.setdefault(short(entries, key), []).append(key)
    found: dict[str, str] = {}
    for group in groups.values():
        ordered = sorted(group, key=lambda key: _field(_entry(entries, key)).get("title", ""))
        found |= {key: chr(ord("a") + k) if len(group) > 1 else "" for k, key in enumerate(ordered)}
    return found


def apa(entries: Mapping[str, Any], key: str, letter: str = "") -> str:
    """One entry in APA form, as plain text, `letter` after its year. Raises BackstoryError for an unknown key."""
    entry = _entry(entries, key)
    field = _field(entry)
    people = [_initials(person) for person in _people(entry)] or [_speaker(field)]
    more = people[-1] == "others"
    most = people if len(people) <= 20 else [*people[:19], "…", people[-1]]
    authors = most[0] if len(most) == 1 else f"{', '.join(most[:-1])}, {'et al.' if more else f'& {most[-1]}'}"
    edition = EDITIONS.get(field.get("edition", "").lower(), field.get("edition", ""))
    title = field["title"] + (f" ({edition} ed.)" if edition else "")
    where, year = _where(entry.type, field), _year(field) + letter
    joined = " ".join((title, where)) if where[:1] in ("[", "(") else f"{_ended(title)} {where}"
    start = f"{_ended(authors)} ({year}). " if authors != title else ""
    return start + _ended(joined.strip()) if start else f"{_ended(title)} ({year})."


def _ended(text: str) -> str:
    """A text with a full stop, unless it ends as a sentence already."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def apa_all(entries: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    """Entries in APA form, with letters after years where authors and year are the same."""
    told = letters(entries, keys)
    return [apa(entries, key, told[key]) for key in dict.fromkeys(keys)]


def csl(entries: Mapping[str, Any], key: str) -> dict[str, Any]:
    """One entry as an item of CSL-JSON, as reference managers read it. Raises BackstoryError for an unknown key."""
    entry = _entry(entries, key)
    field = _field(entry)
    kinds = {
        "article": "article-journal",
        "inproceedings": "paper-conference",
        "incollection": "chapter",
        "book": "book",
        "phdthesis": "thesis",
        "mastersthesis": "thesis",
        "techreport": "report",
    }
    names = {
        "title": "title",
        "container-title": "journal",
        "volume": "volume",
        "issue": "number",
        "page": "pages",
        "publisher": "publisher",
        "DOI": "doi",
        "URL": "url",
        "note": "note",
        "edition": "edition",
    }
    item: dict[str, Any] = {"id": key, "type": kinds.get(entry.type, "document")}
    item["author"] = [
        {"family": _family(person), "given": " ".join((*person.first_names, *person.middle_names))}
        for person in _people(entry)
    ] or [{"literal": _speaker(field)}]
    item |= {name: field[ours] for name, ours in names.items() if ours in field}
    item |= {"container-title": field["booktitle"]} if "booktitle" in field else {}
    house = field.get("school") or field.get("institution")
    item |= {"publisher": house} if house else {}
    year = re.search(r"\d{4}", field.get("year", ""))
    return item | ({"issued": {"date-parts": [[int(year[0])]]}} if year else {})


def _field(entry: Any) -> dict[str, str]:
    return {name.lower(): _bare(str(value)) for name, value in entry.fields.items()}


def _bare(text: str) -> str:
    """A field as plain text: no braces, accents as letters, dashes as such."""
    from pybtex.richtext import Text

    try:
        text = str(Text.from_latex(text))
    except Exception:  # an odd field is told as it stands
        text = text.replace("--", "–")
    return re.sub(r"[{}]", "", text).replace("\\", "")


def _where(kind: str, field: Mapping[str, str]) -> str:
    """What follows the title in APA form, as far as the entry tells it."""
    if kind == "article":
        volume = field.get("volume", "") + (f"({field['number']})" if "number" in field else "")
        return ", ".join(part for part in (field.get("journal", ""), volume, field.get("pages", "")) if part)
    if kind in ("inproceedings", "incollection"):
        pages = f" (pp. {field['pages']})" if "pages" in field else ""
        told = (f"In {field.get('booktitle', '')}{pages}", field.get("publisher", ""))
        return ". ".join(part for part in told if part)
    if kind in ("phdthesis", "mastersthesis"):
        what = "Doctoral dissertation" if kind == "phdthesis" else "Master's thesis"
        return f"[{what}, {field.get('school', '')}]"
    if kind == "techreport":
        kind, number = field.get("type", "Report"), field.get("number", "")
        number = number if kind in number else f"{kind} {number}".strip()
        return ". ".join(part for part in (f"({number})", field.get("institution", "")) if part)
    return field.get("publisher") or field.get("howpublished") or field.get("note", "")


def _people(entry: Any) -> list[Any]:
    return list(entry.persons.get("author", []) or entry.persons.get("editor", []))


def _speaker(field: Mapping[str, str]) -> str:
    return next((field[name] for name in CORPORATE if field.get(name)), "")


def _year(field: Mapping[str, str]) -> str:
    return field.get("year") or "n.d."


def _initials(person: Any) -> str:
    given = " ".join(f"{_bare(name)[0]}." for name in (*person.first_names, *person.middle_names) if _bare(name))
    family = _family(person)
    return f"{family}, {given}" if given else family


def _family(person: Any) -> str:
    return _bare(" ".join((*person.prelast_names, *person.last_names)))


def _entry(entries: Mapping[str, Any], key: str) -> Any:
    if key not in entries:
        raise BackstoryError(f"there is no reference {key!r} in references.bib; add it there.")
    return entries[key]


def short(entries: Mapping[str, Any], key: str, letter: str = "") -> str:
    """One entry as captions name it, as in "Widrow & Hoff (1960)". Raises BackstoryError for an unknown key."""
    entry = _entry(entries, key)
    field = _field(entry)
    families = [_family(person) for person in _people(entry)] or [_speaker(field)]
    names = f"{families[0]} et al." if len(families) > 2 else " & ".join(families)
    return f"{names} ({_year(field)}{letter})"
