"""Which reproductions there are, read from the paper files alone, so that listing them loads no science."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.errors import BackstoryError, unknown

ROOMS = Path(__file__).resolve().parents[1]
BIBLIOGRAPHY = ROOMS / "references.bib"
STORY = ROOMS / "story.toml"
NEEDED = ("id", "title", "year", "question", "quick", "paper")


def entries() -> list[dict[str, Any]]:
    """The [reproduction] table of every room that can be read, with its `file` and number of `claims`, by year."""
    return _read()[0]


def broken() -> dict[str, str]:
    """Why rooms cannot be read, one sentence each, by name. The others do not suffer from it."""
    return _read()[1]


def _read() -> tuple[list[dict[str, Any]], dict[str, str]]:
    found, faults = [], {}
    for path in sorted(ROOMS.glob("*/paper.toml")):
        name = path.parent.name
        advice = f"mend it or move the folder away; `backstory check {name}` lists what is wrong"
        try:
            file = path.stat()
            section, claims = _header(path, file.st_mtime_ns, file.st_size)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
            faults[name] = f"the room {name} is left out: cannot read its paper.toml ({fault}); {advice}."
            continue
        missing = [key for key in NEEDED if key not in section]
        if missing:
            faults[name] = (
                f"the room {name} is left out: its paper.toml has no {missing[0]} in [reproduction]; {advice}."
            )
        elif section["id"] != name:
            faults[name] = f"the room {name} is left out: its paper.toml calls it {section['id']!r}; {advice}."
        else:
            found.append({**section, "file": path, "claims": claims})
    return sorted(found, key=lambda entry: (entry["year"], entry["id"])), faults


@lru_cache(maxsize=256)
def _header(path: Path, changed: int, size: int) -> tuple[dict[str, Any], int]:
    """The [reproduction] table of a paper file and its number of claims; read again when the file has changed."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    section = raw.get("reproduction")
    return section if isinstance(section, dict) else {}, len(raw.get("claim", []))


def ids() -> list[str]:
    """Every reproduction's id, by year."""
    return [entry["id"] for entry in entries()]


def entry(name: str) -> dict[str, Any]:
    """One catalogue entry. Raises BackstoryError with the nearest name if there is none, or why it cannot be read."""
    found, faults = _read()
    known = {one["id"]: one for one in found}
    if name in faults:
        raise BackstoryError(faults[name])
    if name not in known:
        raise unknown("reproduction", name, known, "`backstory list` shows all of them.")
    return known[name]


def chosen(name: str) -> list[str]:
    """The ids that a NAME on the command line stands for: one, or every one for "all"."""
    return ids() if name == "all" else [entry(name)["id"]]
