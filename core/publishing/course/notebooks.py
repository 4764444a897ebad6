"""Notebooks that are made, never edited: the core experiment in a few lines, the record as tables, its figures."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.evidence.claims import Paper
from core.evidence.record import Record
from core.publishing import figures
from core.publishing.course.plans import Course
from core.publishing.words import fill, filled_in

LOAD = """import json
from pathlib import Path

import pandas as pd

folder = Path({folder!r})
record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
claims = pd.DataFrame(record["claims"])[["id", "statement", "printed", "outcome", "reason"]]
claims"""
TRIALS = """trials = pd.read_csv(folder / "trials.csv", low_memory=False)
trials.groupby("study").agg(trials=("seed", "size"), failed=("failed", "sum"))"""
DRAW = """from core.evidence import published
from core.publishing.course.notebooks import shown
from reproductions.{name}.room import REPRODUCTION

full, arrays = published.load(folder)
draw = REPRODUCTION.figures(full, arrays)
shown(draw[{figure!r}])"""


class Shown:
    """A drawn figure that a notebook shows."""

    def __init__(self, png: bytes) -> None:
        self.png = png

    def _repr_png_(self) -> bytes:
        return self.png


def shown(draw: Callable[[], Any]) -> Shown:
    """A figure of a report, drawn again; of a film, or a picture with sounds, its still."""
    with figures.style():
        drawn = draw()
        still = drawn.still if isinstance(drawn, figures.Film | figures.Audible) else drawn
        buffer = io.BytesIO()
        still.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
    return Shown(buffer.getvalue())


def notebook(folder: Path, record: Record, paper: Paper, course: Course, *, solutions: bool) -> str:
    """A notebook as JSON of its format 4; `folder` is where the record lies, as seen from where Jupyter starts."""
    era, words = paper.reproduction, filled_in(record)
    cells = [
        _text(
            f"# {era.title}\n\n{era.question}\n\n**Aim.** {course.goal}\n\n"
            "Made by `backstory course`; start Jupyter in the folder of the checkout, in its environment."
        )
    ]
    if paper.explanation:
        cells.append(_text(f"## Why\n\n`{paper.explanation.formula}`\n\n{paper.explanation.text}"))
    for step in course.step:
        if step.do == "predict":
            cells.append(_text(f"## Predict\n\n{fill(step.text, words)}{_solved(step.answer, words, solutions)}"))
    if course.experiment:
        cells += [_text("## The experiment"), _code(course.experiment.strip())]
        if solutions and course.expect:
            cells.append(_text(f"**What comes of it.** {fill(course.expect, words)}"))
    cells += [
        _text("## The record\n\nEvery claim with its verdict, and every trial."),
        _code(LOAD.format(folder=folder.as_posix())),
        _code(TRIALS),
    ]
    for k, picture in enumerate(paper.key_pictures()[:2]):
        cells.append(_text(f"## {picture.title}\n\n{fill(picture.caption, words)}"))
        code = DRAW.format(name=era.id, figure=picture.id)
        cells.append(_code(code if k == 0 else code.splitlines()[-1]))
    for one in paper.exercise:
        told = f"## {one.title}\n\n{fill(one.text, words)}\n\n```\n{one.command}\n```"
        cells.append(_text(told + _solved(one.solution, words, solutions)))
        if not solutions:
            cells.append(_text("*Your answer:*"))
    made = {
        "cells": [{**cell, "id": f"cell-{k}"} for k, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _solved(text: str, words: dict[str, Any], solutions: bool) -> str:
    return f"\n\n> {fill(text, words)}" if solutions and text else ""


def _text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True)}


def _code(source: str) -> dict[str, Any]:
    lines = source.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": lines}
