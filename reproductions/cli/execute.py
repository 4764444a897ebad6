"""Run, measure again, redraw and verify reproductions: what the command line does, without the command line.

What draws is imported where it draws, so that commands that only read records need no drawing.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel

from core.datasets.store import cache_folder, data_folder
from core.errors import BackstoryError
from core.evidence import published, trials, verify
from core.evidence import run as runs
from core.evidence.claims import Paper
from core.evidence.progress import Progress
from core.evidence.record import Record, load_record
from core.evidence.reproduction import Reproduction
from core.evidence.trials import Workers
from core.publishing import folders
from reproductions.cli import catalogue, options, rooms

PRESETS = ("paper", "quick")
FORMATS = {"paper": "svg,png", "quick": "svg"}  # of figures, unless somebody asks for others


@dataclass(frozen=True)
class Request:
    """What a user asked to run."""

    name: str
    preset: str = "quick"
    changes: tuple[str, ...] = ()
    seeds: int | None = None
    workers: Workers = field(default_factory=Workers)
    out: Path = Path("reports")
    formats: tuple[str, ...] = ("svg",)
    fresh: bool = False
    quiet: bool = False


def check_formats(formats: Sequence[str]) -> tuple[str, ...]:
    """Figure formats, each known and possible here. Raises BackstoryError for one that is not."""
    from core.publishing.figures import FORMATS, film_encoder

    formats = [one.strip() for one in formats]
    for one in formats:
        if one not in FORMATS:
            raise BackstoryError(f"there is no figure format {one!r}; choose among {', '.join(FORMATS)}.")
    if "mp4" in formats:
        film_encoder()
    return tuple(formats)


def check_preset(preset: str) -> str:
    """A preset's name. Raises BackstoryError for one that there is not."""
    if preset not in PRESETS:
        raise BackstoryError(f"there is no preset {preset!r}; choose {' or '.join(PRESETS)}.")
    return preset


def folder_for(name: str, preset: str, out: Path) -> Path:
    """Where the report of a whole preset goes: published ones by name, quick ones apart."""
    return out / name if preset == "paper" else out / "quick" / name


def settings_for(request: Request, room: Reproduction[BaseModel]) -> tuple[BaseModel, str, Path]:
    """The settings asked for, what they are called in the record, and the folder of their report.

    A run with changed settings has a folder of its own, named after the changes.
    """
    settings = options.changed(request.name, request.preset, room.presets, request.changes, request.seeds)
    changes = options.differing(room.presets[request.preset], settings)
    if not changes:
        return settings, request.preset, folder_for(request.name, request.preset, request.out)
    told = " ".join(f"{name}={json.dumps(value, separators=(',', ':'))}" for name, value in changes.items())
    preset = options.folder_name(({"preset": "paper"} if request.preset == "paper" else {}) | changes)
    return settings, f"{request.preset}, changed: {told}", request.out / "custom" / request.name / preset


def run(request: Request) -> tuple[Record, Path]:
    """Run one reproduction and publish its report. Nothing is written to the report folder unless all went well."""
    data_folder()
    folders.check_writable(cache_folder(), "set $BACKSTORY_CACHE to another folder")
    folders.check_writable(request.out)
    options.changed(request.name, request.preset, rooms.presets_of(request.name), request.changes, request.seeds)
    with trials.ahead(request.workers, rooms.science_of(request.name)):  # while the rest is imported here
        formats = check_formats(request.formats)
        room, paper = rooms.room(request.name), rooms.paper_of(request.name)
        settings, preset, target = settings_for(request, room)
        room.prepare(settings, request.quiet)
    cache = cache_folder() / "trials" / request.name
    progress = Progress(request.name, quiet=request.quiet)
    result = runs.run(
        room,
        paper,
        settings,
        preset,
        cache=cache,
        fresh=request.fresh,
        workers=request.workers,
        progress=progress,
        afterwards=["core.publishing.documents", f"{rooms.package(request.name)}.figures"],
    )
    if result.record.cost.trials_reused and not request.quiet:
        reused = f"{result.record.cost.trials_reused:,} of {result.record.trials.n:,} trials"
        progress.say(f"{reused} were finished before, by this or another checkout ({cache}); --fresh runs them again")
    with folders.replacing(target) as working:
        published.save(working, result.record, result.rows, result.arrays, result.read, result.functions)
        publish(working, paper, room, formats, request.workers.count)
    return result.record, target


def redraw(name: str, preset: str, reports: Path, formats: Sequence[str]) -> Path:
    """Write a report again without running a trial; figure formats that are there already stay.

    Claims are judged by the paper file as it is; they are measured again from the published trials, too, if the code
    that measures them has changed since. Raises BackstoryError if there is no record.
    """
    from core.publishing.figures import FORMATS
    from core.publishing.play import pages

    target = place_of(name, preset, reports)
    paper, room, chosen = rooms.paper_of(name), rooms.room(name), check_formats(formats)
    record = load_record(target / "record.json")
    again = runs.measured_again(room, paper, record, published.load_rows(target, record))
    kept = [one for one in FORMATS if any((target / "figures").glob(f"*.{one}"))]
    with folders.replacing(target) as working:
        for part in (*published.FILES, verify.FILE, *([pages.FILE] if rooms.play_of(name) else [])):
            if (target / part).exists():
                shutil.copyfile(target / part, working / part)
        published.write_record(working / "record.json", again)
        publish(working, paper, room, [*chosen, *kept])
    return target


def place_of(name: str, preset: str, reports: Path) -> Path:
    """The folder of a record: that of the preset, or for "" the published one, else the quick one.

    Raises BackstoryError if there is none, saying what there is.
    """
    name = catalogue.entry(name)["id"]
    wanted = [check_preset(preset)] if preset else list(PRESETS)
    for one in wanted:
        if (folder_for(name, one, reports) / "record.json").exists():
            return folder_for(name, one, reports)
    others = [one for one in PRESETS if (folder_for(name, one, reports) / "record.json").exists()]
    if others:
        raise BackstoryError(
            f"there is no {wanted[0]} record of {name} under {reports}, but one of the preset {others[0]}: "
            f"add --preset {others[0]}."
        )
    raise BackstoryError(f"there is no record of {name} under {reports}; make one with `backstory run {name}`.")


def publish(
    folder: Path, paper: Paper, room: Reproduction[BaseModel], formats: Sequence[str], processes: int = 1
) -> None:
    """Write the report of a record that lies in a folder, and the page to touch where the room has one."""
    from core.publishing import documents
    from core.publishing.play import pages

    record, arrays = published.load(folder)
    data = rooms.play_of(paper.reproduction.id)
    played = data(record, arrays, published.load_rows(folder, record)) if data else None
    if played is not None:
        place = rooms.folder_of(paper.reproduction.id)
        text = pages.page(place, record, paper, played, catalogue.BIBLIOGRAPHY)
        (folder / pages.FILE).write_text(text, encoding="utf-8", newline="\n")
    titles = {entry["id"]: entry["title"] for entry in catalogue.entries()}
    drawn = room.figures(record, arrays)
    documents.write(folder, record, paper, drawn, catalogue.BIBLIOGRAPHY, formats, processes, titles)


def verified(name: str, reports: Path, seconds: float) -> tuple[verify.Verification, Path]:
    """Run a sample of the published trials again and write what was seen beside the record."""
    target = place_of(name, "", reports)
    room = rooms.room(name)
    folders.check_writable(target, "the verification is written beside the record")
    seen = verify.verify(room, target, seconds=seconds, commit=runs.provenance().commit)
    verify.write(target, seen)
    return seen, target


def found_records(reports: Path) -> tuple[list[tuple[Path, Record]], list[str]]:
    """Every record under the report folder (published, quick and changed), and why others could not be read."""
    places = [folder_for(name, preset, reports) for preset in PRESETS for name in catalogue.ids()]
    places += [path.parent for path in sorted((reports / "custom").glob("*/*/record.json"))]
    found, faults = [], []
    for place in places:
        if (place / "record.json").exists():
            try:
                found.append((place, load_record(place / "record.json")))
            except BackstoryError as fault:
                faults.append(str(fault))
    return found, faults
