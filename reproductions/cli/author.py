"""The commands for those who add a paper: new and check."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from core.errors import BackstoryError
from reproductions.cli import catalogue
from reproductions.cli.console import AsJson, Name, Reports, as_json, say

TEMPLATE = Path(__file__).with_name("template")


def new(
    name: Annotated[str, typer.Argument(help="The room's name: small letters, a year at the end, as in hebb_1949.")],
) -> None:
    """Write the room of a new paper, small but whole: it runs, passes `check`, and is there to be changed."""
    from core.publishing import folders

    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise BackstoryError(f"{name!r} cannot name a room; take small letters, digits and _, as in hebb_1949.")
    target = catalogue.ROOMS / name
    if target.exists():
        raise BackstoryError(f"there is a room {name} already, at {target}; choose another name.")
    year = re.search(r"(\d{4})$", name)
    with folders.replacing(target) as working:
        for path in sorted(TEMPLATE.glob("*.txt")):
            text = path.read_text(encoding="utf-8").replace("ROOM_NAME", name)
            text = text.replace("ROOM_YEAR", year.group(1) if year else "1949")
            (working / path.stem).write_text(text, encoding="utf-8", newline="\n")
    say(f"A room that runs: {target}")
    say(f"Next: change it to your paper, `backstory check {name}`, then `backstory run {name} --preset paper`.")


def check(name: Name, reports: Reports = Path("reports"), json_: AsJson = False) -> None:
    """Find every fault of a room at once: its paper file, keys, contract, settings, rules, and a run with one seed.

    Exits with 1 if there is a fault.
    """
    from reproductions.cli import check as checks

    names = sorted([*catalogue.ids(), *catalogue.broken()]) if name == "all" else [name]
    found = {one: checks.faults(one, reports=reports) for one in names}
    if json_:
        as_json(found)
    else:
        for one, faults in found.items():
            say(f"{one}: {'nothing is wrong' if not faults else f'{len(faults)} faults'}")
            for fault in faults:
                say(f"  {fault}")
    if any(found.values()):
        raise typer.Exit(1)
