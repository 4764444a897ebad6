"""The files of a lesson: sheets and notebooks of an era, from its record."""

from __future__ import annotations

from pathlib import Path

from core.evidence.record import load_record
from core.publishing.course import notebooks, plans, sheets
from core.publishing.play import pages
from reproductions.cli import catalogue, execute, rooms


def write(name: str, out: Path, reports: Path, *, solutions: bool = False, pdf: bool = True) -> list[Path]:
    """Write sheets and notebooks into `out`/NAME, those for teachers if asked for, and say which files there are.

    Raises BackstoryError if there is no record, or if the course cannot be read.
    """
    source = execute.place_of(name, "", reports)
    record, paper = load_record(source / "record.json"), rooms.paper_of(name)
    played = (source / pages.FILE).exists()
    course = plans.course_of(rooms.folder_of(name), paper, played)
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for audience in ("students", "teachers") if solutions else ("students",):
        answers = audience == "teachers"
        text = sheets.sheet(source, record, paper, course, catalogue.BIBLIOGRAPHY, solutions=answers, played=played)
        made = notebooks.notebook(source, record, paper, course, solutions=answers)
        for ending, content in ((".html", text), (".ipynb", made)):
            path = folder / f"{audience}{ending}"
            path.write_text(content, encoding="utf-8", newline="\n")
            written.append(path)
        if pdf and sheets.print_page(folder / f"{audience}.html", folder / f"{audience}.pdf"):
            written.append(folder / f"{audience}.pdf")
    return written
