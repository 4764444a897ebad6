"""The front page of the reports and the story (being rebuilt)."""

from __future__ import annotations

from pathlib import Path

from core.errors import BackstoryError
from reproductions.cli import catalogue, execute


def chosen(name: str, preset: str, out: Path) -> list[str]:
    """The reproductions whose reports a NAME asks to draw again."""
    if name != "all":
        return catalogue.chosen(name)
    found = [one for one in catalogue.ids() if (execute.folder_for(one, preset, out) / "record.json").exists()]
    if not found:
        raise BackstoryError(f"there is no record under {out}; make one with `backstory run all --preset {preset}`.")
    return found


def after(name: str, preset: str, out: Path) -> list[Path]:
    """Nothing yet."""
    return []
