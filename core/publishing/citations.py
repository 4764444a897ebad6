"""References: reading references.bib, writing entries as text, and citing this project."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.errors import BackstoryError

YEAR = 2026
AUTHOR = "The Backstory project"
LICENCE = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
STYLES = ("bibtex", "apa", "caption")
Named = tuple[str, str]  # an id and a title
SUITE = {"key": "backstory", "title": "Backstory: the history of backpropagation, re-run"}


def load(path: Path) -> Any:
    """The entries of a BibTeX file, by key. Raises BackstoryError if it cannot be read."""
    from pybtex.database import parse_file
    from pybtex.exceptions import PybtexError

    try:
        return parse_file(str(path), bib_format="bibtex").entries
    except (OSError, PybtexError) as fault:
        raise BackstoryError(f"cannot read the references in {path}: {fault}.") from fault


def bibtex(entries: Mapping[str, Any], keys: Iterable[str]) -> str:
    """The chosen entries as BibTeX, sorted by key. Raises BackstoryError for an unknown key."""
    from pybtex.database import BibliographyData

    chosen = BibliographyData(entries={key: _entry(entries, key) for key in sorted(set(keys))})
    return str(chosen.to_string("bibtex"))


def plain(entries: Mapping[str, Any], key: str) -> str:
    """One entry as a line of plain text. Raises BackstoryError for an unknown key."""
    from pybtex.backends.plaintext import Backend
    from pybtex.style.formatting.plain import Style

    formatted = next(iter(Style().format_entries([_entry(entries, key)])))
    return re.sub(r"\s+", " ", str(formatted.text.render(Backend())))


def apa(entries: Mapping[str, Any], key: str) -> str:
    """One entry in APA form, as plain text. Raises BackstoryError for an unknown key."""
    entry = _entry(entries, key)
    field = {name: _bare(str(value)) for name, value in entry.fields.items()}
    people = [_initials(person) for person in _people(entry)]
    authors = people[0] if len(people) == 1 else f"{', '.join(people[:-1])}, & {people[-1]}"
    where = _where(entry.type, field)
    title = field["title"] if field["title"][-1] in "?!" else f"{field['title']}."
    return f"{authors} ({field['year']}). {title}{f' {where}.' if where else ''}"


def _bare(text: str) -> str:
    """The text of a field without the marks of BibTeX that the entries here use."""
    return re.sub(r"[{}]", "", text.replace("\\textasciitilde", "~")).replace("--", "–")


def _where(kind: str, field: Mapping[str, str]) -> str:
    """What follows the title in APA form, as far as the entry tells it."""
    if kind == "article":
        volume = field.get("volume", "") + (f"({field['number']})" if "number" in field else "")
        return ", ".join(part for part in (field["journal"], volume, field.get("pages", "")) if part)
    if kind in ("inproceedings", "incollection"):
        pages = f" (pp. {field['pages']})" if "pages" in field else ""
        return ". ".join(part for part in (f"In {field['booktitle']}{pages}", field.get("publisher", "")) if part)
    if kind == "phdthesis":
        return f"[Doctoral dissertation, {field['school']}]"
    if kind == "mastersthesis":
        return f"[Master's thesis, {field['school']}]"
    if kind == "techreport":
        number = f" ({field.get('type', 'Technical Report')} {field['number']})" if "number" in field else ""
        return f"{field['institution']}{number}"
    return field.get("publisher") or field.get("howpublished") or field.get("note", "")


def _initials(person: Any) -> str:
    given = " ".join(f"{name[0]}." for name in (*person.first_names, *person.middle_names))
    family = _family(person)
    return f"{family}, {given}" if given else family


def _people(entry: Any) -> Any:
    """The authors, or of a collection its editors."""
    return entry.persons.get("author") or entry.persons["editor"]


def _family(person: Any) -> str:
    return re.sub(r"[{}]", "", " ".join((*person.prelast_names, *person.last_names)))


def _entry(entries: Mapping[str, Any], key: str) -> Any:
    if key not in entries:
        raise BackstoryError(f"there is no reference {key!r} in references.bib; add it there.")
    return entries[key]


def short(entries: Mapping[str, Any], key: str) -> str:
    """One entry as captions name it, as in "Widrow & Hoff (1960)". Raises BackstoryError for an unknown key."""
    entry = _entry(entries, key)
    families = [_family(person) for person in _people(entry)]
    names = f"{families[0]} et al." if len(families) > 2 else " & ".join(families)
    return f"{names} ({entry.fields['year']})"


def project_key(era: Named | None = None, figure: Named | None = None) -> str:
    """The citation key of the suite, a reproduction or one of its figures."""
    return "_".join([SUITE["key"], *(part[0] for part in (era, figure) if part)])


def project_bibtex(version: str, era: Named | None = None, figure: Named | None = None) -> str:
    """How to cite the suite, one reproduction of it, or one figure of that, in BibTeX."""
    fields = {"author": f"{{{AUTHOR}}}", "title": SUITE["title"], "version": version, "year": str(YEAR),
              "note": f"Version {version}"}  # fmt: skip
    if era:
        fields |= {"title": f"{era[1]}, re-run", "note": f"Reproduction {era[0]} of Backstory, version {version}"}
    if era and figure:
        fields |= {"title": figure[1], "note": f"Figure {figure[0]} of the reproduction {era[0]}, CC BY 4.0",
                   "howpublished": f"{era[1]}, re-run. Backstory, version {version}"}  # fmt: skip
        del fields["version"]
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@{'misc' if figure else 'software'}{{{project_key(era, figure)},\n{lines}\n}}\n"


def project_plain(version: str, era: Named | None = None, figure: Named | None = None) -> str:
    """The same as a line of text in APA form."""
    if era and figure:
        where = f"In {era[1]}, re-run (Backstory, Version {version}). CC BY 4.0."
        return f"{AUTHOR}. ({YEAR}). {figure[1]} [Figure {figure[0]}]. {where}"
    if era:
        where = f"[Reproduction {era[0]}]. In Backstory (Version {version}) [Computer software]."
        return f"{AUTHOR}. ({YEAR}). {era[1]}, re-run {where}"
    return f"{AUTHOR}. ({YEAR}). {SUITE['title']} (Version {version}) [Computer software]."


def project_caption(version: str, after: str, era: Named | None = None, figure: Named | None = None) -> str:
    """The same as a credit short enough for a caption; `after` names the original papers."""
    what = f", reproduction {era[0]}" if era else ""
    what = f"{what}, figure {figure[0]}" if figure else what
    return f"Backstory {version} ({YEAR}){what}, CC BY 4.0. After {after}."
