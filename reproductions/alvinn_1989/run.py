"""ALVINN (1989, 1991): a network learns to drive from simulated or watched steering, and drives in a closed loop."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from core.evidence.run import Result, Run
from core.evidence.trials import Row
from core.networks import alvinn, dense
from reproductions.alvinn_1989 import car_racing
from reproductions.alvinn_1989 import driving as alvinn_driving
from reproductions.alvinn_1989 import experiment as snapshots
from reproductions.alvinn_1989 import film_drives as alvinn_film
from reproductions.alvinn_1989 import network_1991 as fly
from reproductions.alvinn_1989 import on_the_fly as alvinn_on_the_fly
from reproductions.alvinn_1989.claims import measure
from reproductions.alvinn_1989.figures import figures
from reproductions.alvinn_1989.tables import COURSES, METHODS, Method, gather, tables, told

__all__ = ["PRESETS", "Settings", "figures", "run"]

Seeds = Annotated[int, Field(ge=1, le=10000)]
Width = Annotated[int, Field(ge=1, le=1000)]
Positive = Annotated[float, Field(gt=0, le=1e4)]
LAP = alvinn_on_the_fly.LAP / fly.SPEED / 60  # minutes of one lap of the course


class Settings(BaseModel):
    """Everything that is free in this reproduction; distances in metres, speeds in metres per second."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: Seeds = 30
    images: int = Field(1200, ge=10, le=10**6, multiple_of=5)
    novel: int = Field(600, ge=10, le=10**6, multiple_of=5)
    epochs: int = Field(40, ge=1, le=1000)
    rate: Positive = 0.1
    tuning_rates: tuple[Positive, ...] = (0.01, 0.03, 0.1, 0.3, 1.0)
    tuning_seeds: Seeds = 5
    variants: tuple[Literal["no feedback", "lighter roads only"], ...] = ("no feedback", "lighter roads only")
    hidden_1989: tuple[Width, ...] = (1, 2, 4, 8, 15)
    distance_1989: Positive = 400.0
    speed_1989: Positive = 0.5
    roads_each: Width = 4
    break_seeds: Seeds = 20
    break_distance: Positive = 150.0
    widths: tuple[Positive, ...] = (0.4, 0.5, 0.6, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
    contrasts: tuple[float, ...] = (-0.5, -0.3, -0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2, 0.3, 0.5)
    noises: tuple[Annotated[float, Field(ge=0, le=10)], ...] = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8)
    pitches: tuple[Annotated[float, Field(ge=-20, le=20)], ...] = (
        -15.0,
        -10,
        -7,
        -5,
        -3,
        -1.5,
        0,
        1.5,
        3,
        5,
        7,
        10,
        15,
    )
    speeds: tuple[Positive, ...] = (1.0, 2.2352, 4.4704, 8.9408, 13.4112, 17.8816, 24.5872, 31.2928)
    posts: tuple[Annotated[float, Field(ge=0, le=1000)], ...] = (0.0, 8, 20, 50, 100, 200)
    minutes: tuple[Positive, ...] = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0)
    lesson: Positive = 5.0
    fly_rate: Positive = 0.1
    fly_seeds: Seeds = 40
    fly_distance: Positive = 200.0
    fly_step: Positive = 0.1
    ablation_seeds: Seeds = 30
    laps: int = Field(2, ge=1, le=100)
    methods: tuple[Method, ...] = METHODS
    lights: tuple[Annotated[int, Field(ge=0, le=1000)], ...] = (0, 1, 12)
    choice_seeds: Seeds = 20
    hidden_1991: tuple[Width, ...] = (1, 2, 3, 4, 5, 8, 15, 30)
    codes: tuple[Literal["hill", "narrow hill", "wide hill", "one unit", "scalar"], ...] = (
        "hill",
        "narrow hill",
        "wide hill",
        "one unit",
        "scalar",
    )
    film_frames: int = Field(20, ge=2, le=500)
    world_seeds: int = Field(20, ge=0, le=10000)
    block: int = Field(10, ge=1, le=1000)
    entropy: int = Field(1989, ge=0)


PRESETS = {
    "quick": Settings(
        seeds=5, images=400, novel=100, epochs=20, tuning_rates=(), variants=(), hidden_1989=(4,), distance_1989=50,
        roads_each=1, break_seeds=5, break_distance=50, widths=(0.4, 1.0), contrasts=(), noises=(), pitches=(),
        speeds=(8.9408,), posts=(), minutes=(2.0,), lesson=2.0, fly_seeds=5, fly_distance=60, fly_step=0.25,
        ablation_seeds=5, laps=1, methods=METHODS[:1] + METHODS[2:], lights=(), choice_seeds=5, hidden_1991=(1,),
        codes=("scalar",), film_frames=8, world_seeds=0, block=5,
    ),
    "paper": Settings(),
}  # fmt: skip


def snapshot_cells(settings: Settings) -> list[dict[str, Any]]:
    """The network of 1989 trained on snapshots: the main one and what is changed in it, then rates on other worlds."""
    base = {
        "images": settings.images, "novel": settings.novel, "epochs": settings.epochs, "rate": settings.rate,
        "hidden": alvinn.SIZES_1989[1], "feedback": "own", "polarity": "either", "varying": True, "curve": False,
        "keep": False, "entropy": settings.entropy,
    }  # fmt: skip
    cells = [
        {**base, "study": "main", "curve": True, "keep": True},
        {**base, "study": "fixed width", "varying": False, "curve": True, "keep": True},
    ]
    changes = {"no feedback": {"feedback": "random"}, "lighter roads only": {"polarity": "lighter"}}
    cells += [{**base, "study": name, **changes[name]} for name in settings.variants]
    cells += [{**base, "study": "hidden", "hidden": width} for width in settings.hidden_1989]
    tuning = {**base, "entropy": settings.entropy + 500}
    return cells + [{**tuning, "study": "rate", "rate": rate} for rate in settings.tuning_rates]


def break_levels(settings: Settings) -> dict[str, tuple[float, ...]]:
    """What is changed in a test, and to which levels."""
    levels = {
        "width": settings.widths, "contrast": settings.contrasts, "noise": settings.noises, "pitch": settings.pitches,
        "speed": settings.speeds, "posts": settings.posts,
    }  # fmt: skip
    return {name: values for name, values in levels.items() if values}


def drive_cells(settings: Settings) -> list[dict[str, Any]]:
    """The main network of 1989 in a closed loop, and in tests that change one thing."""
    base = {
        "images": settings.images, "epochs": settings.epochs, "rate": settings.rate, "hidden": alvinn.SIZES_1989[1],
        "feedback": "own", "polarity": "either", "varying": True, "entropy": settings.entropy,
    }  # fmt: skip
    slow = {**base, "each": settings.roads_each, "distance": settings.distance_1989, "speed": settings.speed_1989,
            "step": 0.5}  # fmt: skip
    tests = {**base, "each": 1, "distance": settings.break_distance, "speed": fly.SPEED, "step": fly.STEP}
    return [
        {**slow, "study": "drive", "sees": "ranges"},
        {**slow, "study": "drive, ranges held clear", "sees": "clear"},
        *({**tests, "study": "breaks", "change": change, "levels": list(levels)}
          for change, levels in break_levels(settings).items()),
    ]  # fmt: skip


def fly_cells(settings: Settings) -> list[tuple[dict[str, Any], int]]:
    """Networks trained on the fly, with the number of seeds of each study."""
    base = {
        "method": "+trans +buf", "course": "wandering", "minutes": settings.lesson, "tests": ["new"],
        "distance": settings.fly_distance, "rate": settings.fly_rate, "step": settings.fly_step,
        "entropy": settings.entropy + 10,
    }  # fmt: skip
    few, many = settings.choice_seeds, settings.fly_seeds
    cells = [({**base, "study": "minutes", "minutes": m}, many) for m in settings.minutes]
    cells += [({**base, "study": "roads", "kind": kind}, many) for kind in fly.KINDS if kind != "one lane"]
    cells += [({**base, "study": "labels", "labels": "driver"}, many)]
    cells += [({**base, "study": "hidden", "hidden": width}, few) for width in settings.hidden_1991]
    cells += [({**base, "study": "code", "code": code}, few) for code in settings.codes]
    cells += [
        ({**base, "study": "light", "light": lights > 0, "lights": max(lights, 1), "new_light": lights > 0}, few)
        for lights in settings.lights
    ]
    cells += [
        ({**base, "study": "ablation" if laps == settings.laps else "ablation, one lap", "method": method,
          "course": course, "minutes": laps * LAP, "tests": ["same", "mirror"]}, settings.ablation_seeds)
        for laps in sorted({1, settings.laps}) for method in settings.methods for course in COURSES
    ]  # fmt: skip
    cells += [
        ({**base, "study": "breaks", "change": change, "levels": list(levels), "distance": settings.break_distance},
         settings.break_seeds)
        for change, levels in break_levels(settings).items() if change != "posts"
    ]  # fmt: skip
    tuning = {**base, "entropy": settings.entropy + 510}
    return cells + [({**tuning, "study": "rate", "rate": r}, settings.tuning_seeds) for r in settings.tuning_rates]


def run(settings: Settings, run: Run) -> Result:
    """Train on snapshots and on the fly, drive, change one thing at a time, and visit another world."""
    seeds, block = range(settings.seeds), settings.block
    few = range(settings.tuning_seeds)
    learned = run.trials(
        "snapshots", snapshots.learn,
        [(cell, few if cell["study"] == "rate" else seeds) for cell in snapshot_cells(settings)], block=block,
    )  # fmt: skip
    drives = run.trials(
        "drives of 1989", alvinn_driving.drive,
        [(c, range(settings.break_seeds) if c["study"] == "breaks" else seeds) for c in drive_cells(settings)],
        block=block,
    )  # fmt: skip
    flown = run.trials(
        "on the fly", alvinn_on_the_fly.learn, [(cell, range(count)) for cell, count in fly_cells(settings)],
        block=block,
    )  # fmt: skip
    film = {
        "study": "film", "method": "+trans +buf", "course": "wandering", "minutes": settings.lesson,
        "distance": settings.fly_distance, "rate": settings.fly_rate, "entropy": settings.entropy + 10,
        "frames": settings.film_frames,
    }  # fmt: skip
    filmed = run.trials("film", alvinn_film.film, [(film, range(1))])
    simulator = car_racing.installed()
    world: list[Row] = []
    if settings.world_seeds and simulator:
        cell = {"study": "world", "hidden": alvinn.SIZES_1991[1], "laps": 1, "copies": fly.COPIES,
                "rate": settings.fly_rate, "entropy": settings.entropy + 20, "simulator": simulator}  # fmt: skip
        world = run.trials("another world", car_racing.learn_and_drive, [(cell, range(settings.world_seeds))])
    rows = {"learned": learned, "drives": drives, "flown": flown, "film": filmed, "world": world}
    presentations, operations = cost(learned, drives, flown)
    return run.result(
        measure(rows),
        seeds=seeds,
        arrays=gather(rows),
        presentations=presentations,
        operations=operations,
        operations_are="multiply-accumulates of training in the studies of snapshots, drives and training on the fly; "
        "looking and driving not counted",
        seconds_each=float(np.mean([row.seconds for row in learned if row.cell["study"] == "main"])),
        data={},
        measurements={"tables": tables(rows), "words": {"world": told(world, settings.world_seeds, simulator)}},
    )


def cost(learned: list[Row], drives: list[Row], flown: list[Row]) -> tuple[int, int]:
    """Presentations and multiply-accumulates of all training."""
    presentations = operations = 0
    for row in (*learned, *drives):
        shown = row.cell["images"] * row.cell["epochs"]
        presentations += shown
        operations += shown * dense.operations((alvinn.SIZES_1989[0], row.cell["hidden"], alvinn.SIZES_1989[2]))
    for row in flown:
        shown = round(row.cell["minutes"] * 60 / fly.CYCLE) * fly.BUFFER
        units = 1 if row.cell.get("code") == "scalar" else alvinn.SIZES_1991[2]
        presentations += shown
        operations += shown * dense.operations((alvinn.PICTURE, row.cell.get("hidden", alvinn.SIZES_1991[1]), units))
    return presentations, operations


if __name__ == "__main__":
    from reproductions.cli.main import main

    main(["run", "alvinn_1989", *sys.argv[1:]])
