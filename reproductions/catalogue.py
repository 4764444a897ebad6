"""Which reproductions there are, read from the paper files alone, so that listing them loads no science."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from core.errors import unknown

PAPERS = Path(__file__).with_name("papers")
BIBLIOGRAPHY = PAPERS / "references.bib"


def entries() -> list[dict[str, Any]]:
    """The [reproduction] table of every paper file, with its `file` and number of `claims`, by year."""
    found = []
    for path in sorted(PAPERS.glob("*.toml")):
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        found.append({**raw["reproduction"], "file": path, "claims": len(raw.get("claim", []))})
    return sorted(found, key=lambda entry: (entry["year"], entry["id"]))


def ids() -> list[str]:
    """Every reproduction's id, by year."""
    return [entry["id"] for entry in entries()]


def entry(name: str) -> dict[str, Any]:
    """One catalogue entry. Raises BackstoryError with the nearest name if there is none."""
    known = {one["id"]: one for one in entries()}
    if name not in known:
        raise unknown("reproduction", name, known, "`backstory list` shows all of them.")
    return known[name]


def chosen(name: str) -> list[str]:
    """The ids that a NAME on the command line stands for: one, or every one for "all"."""
    return ids() if name == "all" else [entry(name)["id"]]
