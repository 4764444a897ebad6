"""Drives of networks trained on the fly: the ablation of 1991, its controls, and what stops them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets.roads import centre_lines, vehicles
from core.datasets.roads import looks as road_looks
from core.learning.seeds import generator
from reproductions.alvinn_1989 import network_1991 as fly
from reproductions.alvinn_1989.driving import CHANGES, Fleet, measured
from reproductions.alvinn_1989.snapshots import finite, worlds

TIGHT = 1 / 30  # 1/m, the bends of the course
LAP = 280.0
GRID = np.arange(0.0, LAP + 0.5, 2.0)  # metres along at which traces are kept
# What the person drives: the bend first to the right and then to the left, or twice to the right.
COURSES = {"both ways": (-TIGHT, TIGHT), "one way": (-TIGHT, -TIGHT)}


def steer(fleet: Fleet, code: str) -> vehicles.Steer:
    """Steering by the outputs for the camera's picture."""

    def answer(runs: np.ndarray, pose: np.ndarray, places: centre_lines.Places) -> np.ndarray:
        x = 2.0 * fleet.pictures(runs, pose, places).reshape(len(runs), -1) - 1
        return fly.read(code, fleet.answer(runs, x))

    return answer


def lessons(
    cell: Mapping[str, Any], rngs: Sequence[np.random.Generator]
) -> tuple[list[fly.Lesson], list[road_looks.Looks]]:
    """What each person's drive shows: the course of the cell, lap after lap, or a road that wanders; its last looks."""
    looks = [road_looks.draw(rng, cell.get("lights", 1), fly.conditions(cell)) for rng in rngs]
    speed, cycle = fly.pace_of(cell)
    length = cell["minutes"] * 60 * speed + 2 * cycle * speed
    if cell["course"] in COURSES:
        lap = fly.course(*COURSES[cell["course"]])
        profiles = [np.tile(lap, int(np.ceil(length / LAP)))] * len(rngs)
    else:
        profiles = [centre_lines.wandering(length, rng, limit=fly.BENDS) for rng in rngs]
    found = fly.persons(centre_lines.lay(profiles, fly.WIDTH), looks, cell["minutes"], rngs, fly.pace_of(cell))
    return found, [one.only(np.array([-1])) for one in looks]


def learn(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Train a network for every seed, then let all drive the test roads of cell["tests"] side by side.

    Tests: "same" and "mirror" are the course that bends right and then left, and its mirror; "new" is a wandering road
    of cell["distance"] metres that was never seen. Test roads look as the last road driven on, with cell["new_light"]
    as another road. With cell["change"] the test is driven once for each of cell["levels"].
    """
    found: list[dict[str, Any]] = []
    nets, rngs = [], []
    learning = [generator(worlds(cell), seed) for seed in seeds]
    shown, seen = lessons(cell, learning)
    for seed, rng, lesson in zip(seeds, learning, shown, strict=True):
        p, means = fly.train(cell, lesson, rng)
        nets.append(p)
        rngs.append(generator(worlds(cell) + 1, seed))
        person = 100 * lesson.lateral[np.isfinite(lesson.lateral)]
        found.append(
            {
                "person_right_cm": -person.mean(),
                "person_spread_cm": person.std(),
                "buffer_mean": float(np.abs(means[len(means) // 2 :]).mean()),
            }
        )
        if cell.get("keep"):
            found[-1] |= {"w1": p["w1"].astype(np.float32), "w2": p["w2"].astype(np.float32)}
    bad = [not finite(p) for p in nets]
    nets = [{name: np.nan_to_num(values) for name, values in p.items()} for p in nets]  # what diverged drives nowhere
    for test in cell["tests"]:
        levels = cell.get("levels", (None,))
        results = [_test(cell, test, level, nets, road_looks.together(seen), rngs) for level in levels]
        for k, one in enumerate(found):
            if bad[k]:
                one["failed"] = "diverged"
            elif cell.get("change"):
                one["by_level"] = np.array(
                    [[r[0][k][m] for m in ("completed", "right_cm", "spread_cm", "worst_cm")] for r in results]
                )
            else:
                runs, traces = results[0]
                one |= {f"{test}_{name}": value for name, value in runs[k].items()}
                one[f"{test}_trace"] = traces[k]
    return found


def _test(
    cell: Mapping[str, Any],
    test: str,
    level: float | None,
    nets: Sequence[Mapping[str, np.ndarray]],
    looks: road_looks.Looks,
    rngs: Sequence[np.random.Generator],
) -> tuple[list[dict[str, Any]], np.ndarray]:
    own = [np.random.default_rng(rng.integers(2**63)) for rng in rngs]
    distance = cell.get("distance", LAP)
    if test == "new":
        lain = centre_lines.lay([centre_lines.wandering(distance + 10, g, limit=fly.BENDS) for g in own], fly.WIDTH)
    else:
        lain = centre_lines.lay(
            [np.concatenate([fly.course(-TIGHT, TIGHT), centre_lines.straight(10)])] * len(nets), fly.WIDTH
        )
        distance = LAP
    if test == "mirror":
        lain = centre_lines.mirrored(lain)
    if cell.get("new_light"):
        looks = road_looks.together([road_looks.draw(g, 1, fly.conditions(cell)) for g in own])
    world: dict[str, Any] = {
        "lain": lain,
        "looks": looks,
        "camera": fly.CAMERA,
        "speed": cell.get("test_speed", fly.SPEED),
    }
    if level is not None:
        CHANGES[cell["change"]](world, level)
    fleet = Fleet(nets, world["lain"], world["looks"], each=1, rngs=own, camera=world["camera"])
    run = vehicles.drive(
        world["lain"],
        np.arange(len(nets)),
        fly.VEHICLE,
        steer(fleet, cell.get("code", "hill")),
        speed=world["speed"],
        step=cell.get("step", fly.STEP),
        distance=distance,
    )
    return measured(run), np.array([_on_grid(run, k) for k in range(len(nets))])


def _on_grid(run: vehicles.Drive, k: int) -> np.ndarray:
    """Offset to the right in centimetres at every place of GRID, NaN after the end of the run."""
    there = np.isfinite(run.along[:, k])
    along, offset = np.maximum.accumulate(run.along[there, k]), run.offset[there, k]
    return np.where(along[-1] + 1.0 >= GRID, -100 * np.interp(GRID, along, offset), np.nan)
