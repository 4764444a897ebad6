"""The plan of a lesson of fifty minutes: the one that an era's course.toml holds, or one made of its paper file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import BackstoryError
from core.evidence.claims import Paper

FILE = "course.toml"
MINUTES = 50
LINES = 20  # of the experiment in a notebook, at most
Doing = Literal["predict", "read", "play", "run", "see", "change", "discuss", "explain"]


class Strict(BaseModel):
    """A table in which nothing may be misspelt."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(Strict):
    """Some minutes of a lesson: what students do, and for teachers what comes of it.

    `command` is what is run and `seconds` how long that takes on a laptop; `figure` the id of a figure of the report;
    `answer` what the teacher should hear or see, with names in braces filled in from the record; `lines` how many
    lines a sheet leaves to write on.
    """

    minutes: int = Field(ge=1, le=MINUTES)
    do: Doing
    text: str
    command: str = ""
    seconds: int = Field(0, ge=0)
    figure: str = ""
    answer: str = ""
    lines: int = Field(0, ge=0, le=12)


class Course(Strict):
    """A lesson: its aim, what it needs, its steps, what to watch for, and an experiment for the notebook.

    `experiment` is code of at most twenty lines that imports `core` alone; `expect` is what comes of it.
    """

    goal: str
    needs: list[str] = []
    watch: list[str] = []
    step: list[Step]
    experiment: str = ""
    expect: str = ""

    @model_validator(mode="after")
    def _fits(self) -> Course:
        if (total := sum(step.minutes for step in self.step)) != MINUTES:
            raise ValueError(f"the steps take {total} minutes, not {MINUTES}")
        if (lines := len([line for line in self.experiment.splitlines() if line.strip()])) > LINES:
            raise ValueError(f"the experiment has {lines} lines; at most {LINES} are read")
        return self


def course_of(room: Path, paper: Paper, played: bool) -> Course:
    """The course of an era: from its course.toml, else made of its exercises and key figures.

    `played` says whether there is a page to touch. Raises BackstoryError for a file that cannot be read.
    """
    path = room / FILE
    if not path.exists():
        return generic(paper, played)
    try:
        return Course.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise BackstoryError(f"cannot read the course {path}: {fault}.") from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ", ".join(str(step) for step in first["loc"])
        told = first["msg"].removeprefix("Value error, ")
        raise BackstoryError(f"{path}: {where + ': ' if where else ''}{told}; mend the entry.") from fault


def generic(paper: Paper, played: bool) -> Course:
    """A plan that any era can be taught by: predict, read, run, see, change, discuss, explain."""
    era, exercises = paper.reproduction, {one.do: one for one in paper.exercise}
    pictures = [one.id for one in paper.key_pictures()][:2]
    predict, change, explain = (exercises.get(name) for name in ("predict", "change", "explain"))
    run = f"backstory run {era.id}"
    steps = [
        Step(minutes=6, do="predict", text=predict.text if predict else era.question, lines=4),
        Step(minutes=6, do="read", text=" ".join(era.did)),
        Step(
            minutes=10,
            do="play" if played else "run",
            text="Open play.html beside the report and bring one run to its end; where does it fall?"
            if played
            else "Run it, and find in the report what you predicted.",
            command="" if played else run,
            answer=predict.solution if predict else "",
            lines=2,
        ),
        Step(
            minutes=8,
            do="see",
            text="What does the picture say that the text does not?",
            figure=pictures[0] if pictures else "",
            lines=3,
        ),
        Step(
            minutes=10,
            do="change",
            text=change.text if change else "Change one setting, and say before you run what will move.",
            command=change.command if change else run,
            answer=change.solution if change else "",
            lines=4,
        ),
        Step(
            minutes=10,
            do="explain",
            text=explain.text if explain else era.question,
            answer=explain.solution if explain else era.answer,
            lines=6,
        ),
    ]
    return Course(goal=paper.card.asks, step=steps)
