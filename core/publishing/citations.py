"""References: reading references.bib, writing entries as text, and citing this project."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.errors import BackstoryError

YEAR = 2026
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
    field = {name: re.sub(r"[{}]", "", str(value)).replace("--", "–") for name, value in entry.fields.items()}
    people = [_initials(person) for person in entry.persons["author"]]
    authors = people[0] if len(people) == 1 else f"{', '.join(people[:-1])}, & {people[-1]}"
    paged = "pages" in field
    where = {
        "article": "{journal}, {volume}"
        + ("({number})" if "number" in field else "")
        + (", {pages}." if paged else "."),
        "inproceedings": "In {booktitle}" + (" (pp. {pages})." if paged else "."),
        "incollection": "In {booktitle} (pp. {pages}). {publisher}.",
        "book": "{publisher}.",
        "phdthesis": "[Doctoral dissertation, {school}].",
        "misc": "{howpublished}.",
    }[entry.type]
    return f"{authors} ({field['year']}). {field['title']}. {where.format(**field)}"


def _initials(person: Any) -> str:
    given = " ".join(f"{name[0]}." for name in (*person.first_names, *person.middle_names))
    family = re.sub(r"[{}]", "", " ".join((*person.prelast_names, *person.last_names)))
    return f"{family}, {given}" if given else family


def _entry(entries: Mapping[str, Any], key: str) -> Any:
    if key not in entries:
        raise BackstoryError(f"there is no reference {key!r} in references.bib; add it there.")
    return entries[key]


def project_bibtex(version: str, era: tuple[str, str] | None = None) -> str:
    """How to cite the suite, or one reproduction of it given as (id, title), in BibTeX."""
    key, title = (f"backstory_{era[0]}", f"{era[1]}, re-run") if era else (SUITE["key"], SUITE["title"])
    note = f"Reproduction {era[0]} of Backstory, version {version}" if era else f"Version {version}"
    return (
        f"@software{{{key},\n  author = {{{{The Backstory project}}}},\n  title = {{{title}}},\n"
        f"  version = {{{version}}},\n  year = {{{YEAR}}},\n  note = {{{note}}}\n}}\n"
    )


def project_plain(version: str, era: tuple[str, str] | None = None) -> str:
    """The same as a line of text in APA form."""
    if era:
        where = f"[Reproduction {era[0]}]. In Backstory (Version {version}) [Computer software]."
        return f"The Backstory project. ({YEAR}). {era[1]}, re-run {where}"
    return f"The Backstory project. ({YEAR}). {SUITE['title']} (Version {version}) [Computer software]."
