"""The front page of the reports, the story, and the table of the project's README."""

from __future__ import annotations

import tempfile
from pathlib import Path

import typer

from core.errors import BackstoryError
from core.evidence.claims import Paper
from core.evidence.record import Record, load_record
from core.evidence.story import check, load_story
from core.evidence.tallies import tallies
from core.publishing import exhibition, folders, stories
from core.publishing.exhibition import Exhibit
from reproductions.cli import catalogue, execute, rooms

ROOT = Path(__file__).resolve().parents[2]
START, END = "<!-- table: backstory report all -->\n", "<!-- end of table -->"


def chosen(name: str, preset: str, out: Path) -> list[str]:
    """The reproductions whose reports a NAME asks to draw again."""
    if name != "all":
        return catalogue.chosen(name)
    found = [one for one in catalogue.ids() if (execute.folder_for(one, preset, out) / "record.json").exists()]
    if not found:
        raise BackstoryError(f"there is no record under {out}; make one with `backstory run all --preset {preset}`.")
    return found


def after(name: str, preset: str, out: Path) -> list[Path]:
    """Write the front page once all reports are there; the pages that were written. Nothing after a single report."""
    if name != "all" or not any(one.record for one in exhibits(preset, out)):
        return []
    return [write(preset, out)]


def exhibits(preset: str, reports: Path) -> list[Exhibit]:
    """Every reproduction whose paper file can be read, with its record; of quick runs only those that there are."""
    found = []
    for name in catalogue.ids():
        try:
            paper = rooms.paper_of(name)
            place = execute.folder_for(name, preset, reports) / "record.json"
            record = load_record(place) if place.exists() else None
        except BackstoryError as fault:
            typer.echo(f"backstory: left out of the front page: {fault}", err=True)
            continue
        if record or preset == "paper":
            found.append(Exhibit(paper, record))
    return found


def render(preset: str, reports: Path, story: Path = catalogue.STORY) -> dict[str, str]:
    """The front page and, for published records, the story, as text by their place under the folder of reports."""
    found = exhibits(preset, reports)
    root = reports if preset == "paper" else reports / "quick"
    papers = {one.id: one.paper for one in found}
    records = {one.id: one.record for one in found if one.record}
    told = load_story(story) if preset == "paper" and story.exists() else None
    files = exhibition.render(root, found, told, catalogue.BIBLIOGRAPHY)
    if told:
        check(told, papers)
        titles = {one["id"]: one["title"] for one in catalogue.entries()}
        pages = stories.render(told, records, titles, catalogue.BIBLIOGRAPHY)
        files |= {f"story/{name}": text for name, text in pages.items()}
    return files


def write(preset: str, reports: Path) -> Path:
    """Write the front page, its picture and the story; for this checkout's reports also the table of its README."""
    root = reports if preset == "paper" else reports / "quick"
    folders.write_files(root, dict(render(preset, reports)))
    with tempfile.TemporaryDirectory() as working:
        drawn = exhibition.draw(Path(working), exhibits(preset, reports))
        folders.write_files(root, {path.name: path.read_bytes() for path in drawn})
    if preset == "paper" and reports.resolve() == ROOT / "reports":
        readme = ROOT / "README.md"
        text = readme.read_text(encoding="utf-8")
        folders.write_files(ROOT, {readme.name: with_table(text, readme_table(exhibits(preset, reports)))})
    return root / "index.html"


def readme_table(found: list[Exhibit]) -> str:
    """The reproductions as a table of the README: what each asks, and its tallies by family."""
    head = ["| when | name | what it asks | verdicts of the published run |", "| --- | --- | --- | --- |"]
    rows = [_row(one.paper, one.record) for one in sorted(found, key=exhibition.began)]
    return "\n".join([*head, *rows]) + "\n"


def _row(paper: Paper, record: Record | None) -> str:
    era = paper.reproduction
    name = f"[`{era.id}`](reports/{era.id}/report.md)" if record else f"`{era.id}`"
    told = "; ".join(one.sentence for one in tallies(record.claims)) if record else "not yet published"
    asks = paper.card.asks.replace("|", "\\|")
    return f"| {paper.card.year} | {name} | {asks} | {told} |"


def with_table(text: str, table: str) -> str:
    """A README with the table between its marks put in place of the one that is there."""
    before, start, rest = text.partition(START)
    _, end, behind = rest.partition(END)
    return f"{before}{start}{table}{end}{behind}" if start and end else text
