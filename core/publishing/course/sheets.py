"""Sheets of a lesson as pages for print: one for students, with room to write, and one for teachers, with answers."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import jinja2

from core.evidence import tallies
from core.evidence.claims import Paper
from core.evidence.record import Record
from core.publishing import citations, citing, documents, figures
from core.publishing.course.plans import Course
from core.publishing.words import fill, filled_in

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


def sheet(
    folder: Path, record: Record, paper: Paper, course: Course, bibliography: Path, *, solutions: bool, played: bool
) -> str:
    """One sheet as a self-contained page; figures come from the report's own files in `folder`."""
    env = documents.environment()
    env.loader = jinja2.ChoiceLoader([jinja2.FileSystemLoader(HERE), jinja2.FileSystemLoader(documents.TEMPLATES)])
    words, entries = filled_in(record), citations.load(bibliography)
    era = paper.reproduction
    shown: dict[str, Any] = {}
    for picture in paper.figure:
        file = folder / "figures" / f"{picture.id}.svg"
        if file.exists():
            svg = file.read_text(encoding="utf-8")
            shown[picture.id] = {
                "data": figures.as_address(svg),
                "alt": fill(picture.alt, words),
                "title": picture.title,
                "says": picture.says,
                "caption": fill(picture.caption, words),
            }
    at, clock = 0, []
    for step in course.step:
        clock.append((at, at + step.minutes))
        at += step.minutes
    told = {
        "era": era,
        "paper": paper,
        "record": record,
        "published": record.preset == "paper",
        "course": course,
        "clock": clock,
        "solutions": solutions,
        "played": played,
        "shown": shown,
        "answer": fill(era.answer, words),
        "tell": lambda text: fill(text, words),
        "tallies": tallies.tallies(record.claims),
        "cite": citing.Work(record.provenance.backstory, era.id, era.title),
        "source": citations.plain(entries, paper.paper.key),
    }
    return env.get_template("sheet.html.j2").render(told)


def browser() -> str:
    """A browser that can print, or "" where there is none."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), "")


def print_page(page: Path, target: Path) -> bool:
    """Print a page to a PDF by the browser that is there; False where there is none, or it would not."""
    program = browser()
    if not program:
        return False
    with tempfile.TemporaryDirectory() as profile:
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        options += [f"--user-data-dir={profile}", "--no-pdf-header-footer", f"--print-to-pdf={target.resolve()}"]
        try:
            done = subprocess.run([program, *options, page.resolve().as_uri()], capture_output=True, timeout=120)
        except (OSError, subprocess.TimeoutExpired):
            return False
    return done.returncode == 0 and target.exists()
