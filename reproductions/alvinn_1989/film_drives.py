"""One network, filmed: it learns while a person drives, then drives a new road itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets.roads import centre_lines, steering, vehicles
from core.datasets.roads import looks as road_looks
from core.learning.seeds import generator
from core.networks import alvinn
from reproductions.alvinn_1989 import network_1991 as fly
from reproductions.alvinn_1989.driving import Fleet
from reproductions.alvinn_1989.on_the_fly import lessons
from reproductions.alvinn_1989.snapshots import worlds

ALONG = 4.0  # metres between points of the centre lines that are kept


def film(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Pictures, outputs, the teacher's hill, weights and places: cell["frames"] of learning and as many of driving.

    Pictures are 0 to 255, weights -127 to 127 for the largest at the end.
    """
    return [_film(cell, seed) for seed in seeds]


def _film(cell: Mapping[str, Any], seed: int) -> dict[str, Any]:
    rng, other = (generator(worlds(cell) + part, seed) for part in (0, 1))
    shown, looks = lessons(cell, [rng])
    lesson = shown[0]
    when = np.unique(np.linspace(0, len(lesson.pictures) - 1, cell["frames"]).astype(int))
    seen: dict[str, list[Any]] = {name: [] for name in ("pictures", "outputs", "wanted", "w1")}
    kept = set(when.tolist())

    def keep(k: int, p: Mapping[str, np.ndarray]) -> None:
        if k in kept:
            x = 2.0 * lesson.pictures[k].reshape(1, -1) - 1
            seen["pictures"].append(lesson.pictures[k])
            seen["outputs"].append(alvinn.answers(p, x)[0])
            seen["wanted"].append(hill(lesson.curvature[k]))
            seen["w1"].append(p["w1"].T.reshape(-1, 30, 32))

    p, _ = fly.train(cell, lesson, rng, keep)
    places = [lesson.pose[when, :2]]
    lain, run, driven = _drive(cell, p, looks[0], other)
    frames = np.unique(np.linspace(0, len(driven) - 1, cell["frames"]).astype(int))
    for k in frames:
        picture, outputs, wanted = driven[k]
        seen["pictures"].append(picture)
        seen["outputs"].append(outputs)
        seen["wanted"].append(hill(wanted))
    places.append(run.pose[frames, 0, :2])
    step, weights = round(ALONG / centre_lines.SPACING), np.array(seen["w1"])
    return {
        "pictures": np.rint(255 * np.array(seen["pictures"])).astype(np.uint8),
        "outputs": np.array(seen["outputs"], dtype=np.float32),
        "wanted": np.array(seen["wanted"], dtype=np.float32),
        "w1": np.rint(127 * weights / np.abs(weights[-1]).max()).clip(-127, 127).astype(np.int8),
        "places_learning": places[0],
        "places_driving": places[1],
        "seconds": when * fly.CYCLE,
        "road_learning": lesson.road[::step],
        "road_driving": lain.line(0)[::step],
        "right_cm": -100 * run.offset[frames, 0],
    }


def hill(curvature: float) -> np.ndarray:
    """What the teacher would have the output units show."""
    return steering.gaussian(np.array([curvature]), alvinn.SIZES_1991[2], fly.SHARPEST)[0]


def _drive(
    cell: Mapping[str, Any], p: Mapping[str, np.ndarray], looks: road_looks.Looks, rng: np.random.Generator
) -> tuple[centre_lines.Roads, vehicles.Drive, list[tuple[np.ndarray, np.ndarray, float]]]:
    lain = centre_lines.lay([centre_lines.wandering(cell["distance"] + 10, rng, limit=fly.BENDS)], fly.WIDTH)
    fleet = Fleet([p], lain, looks, each=1, rngs=[rng])
    driven = []

    def steer(runs: np.ndarray, pose: np.ndarray, places: centre_lines.Places) -> np.ndarray:
        picture = fleet.pictures(runs, pose, places)
        outputs = fleet.answer(runs, 2.0 * picture.reshape(1, -1) - 1)
        teacher = vehicles.pure_pursuit(lain, runs, pose, places.point, lookahead=fly.LOOKAHEAD)
        driven.append((picture[0], outputs[0].copy(), float(teacher[0])))
        return fly.read("hill", outputs)

    run = vehicles.drive(
        lain, np.zeros(1, dtype=int), fly.VEHICLE, steer, speed=fly.SPEED, step=fly.STEP, distance=cell["distance"]
    )
    return lain, run, driven
