"""Training on the fly: a network learns while a person drives, from displaced pictures and a buffer, as in 1991."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from core.datasets.roads import cameras, centre_lines, steering, vehicles
from core.datasets.roads import images as road_images
from core.datasets.roads import looks as road_looks
from core.learning.compiled import road_follower
from core.networks import alvinn

CAMERA, VEHICLE = cameras.Camera(), vehicles.Vehicle()
LOOKAHEAD = 7.0  # metres, at 5 miles an hour
SPEED = 2.2352  # m/s: 5 miles an hour
CYCLE = 2.5  # seconds from one picture to the next
STEP = 0.1  # seconds between commands while the network drives
SHARPEST, BENDS, WIDTH = 0.1, 1 / 30, 3.6
BUFFER, COPIES = 200, 14
SHIFT, TURN = 0.6, np.deg2rad(6.0)
AIM_SPREAD, AIM_MEMORY = 0.08, 3.0  # metres to the side and seconds: how a person's aim wavers
CANDIDATES = 20  # patterns of the buffer among which the one to be replaced is looked for
KINDS: dict[str, dict[str, Any]] = {
    "one lane": {},
    "two lanes, lined": {"lined": True, "polarity": "darker"},
    "dirt": {"contrast": (0.06, 0.12), "texture": 0.1},
}


# How a lesson is made into training patterns. The paper of 1990 prints shifts, rule of replacement and cycles; the
# other recipe is what we recall of later papers.
RECIPES: dict[str, dict[str, Any]] = {
    "as printed in 1990": {"shift": 1.25, "replace": "similar", "cycle": 6.0, "pace": 1.78816},
    "as recalled of 1991": {},
}


def pace_of(cell: Mapping[str, Any]) -> tuple[float, float]:
    """Speed in m/s at which the person drives, and seconds from one picture to the next."""
    return float(cell.get("pace", SPEED)), float(cell.get("cycle", CYCLE))


def conditions(cell: Mapping[str, Any]) -> road_looks.Conditions:
    """How the roads of a cell look: cell["kind"], with or without variation of light."""
    found = road_looks.Conditions(**KINDS[cell.get("kind", "one lane")])
    return found if cell.get("light", True) else found.steady()


def course(first: float, second: float, lap: float = 280.0) -> np.ndarray:
    """Straight, a bend of that curvature, straight, another bend, straight; eased by clothoids."""
    side = (lap - 160.0) / 3
    parts = [
        centre_lines.straight(side),
        centre_lines.eased_bend(80, first, 10),
        centre_lines.straight(side),
        centre_lines.eased_bend(80, second, 10),
        centre_lines.straight(side),
    ]
    return np.concatenate(parts)


class Lesson(NamedTuple):
    """Pictures (C, 30, 32) of a person's drive, one for every cycle, and the curvatures that the person steered.

    `lateral` is the offset at every moment, `pose` (C, 3) where the pictures were taken, `road` the centre line.
    """

    pictures: np.ndarray
    curvature: np.ndarray
    lateral: np.ndarray
    pose: np.ndarray
    road: np.ndarray


def persons(
    lain: centre_lines.Roads,
    looks: Sequence[road_looks.Looks],
    minutes: float,
    rngs: Sequence[np.random.Generator],
    pace: tuple[float, float] = (SPEED, CYCLE),
) -> list[Lesson]:
    """Each person drives a road, aiming at the middle LOOKAHEAD metres ahead with a wavering eye.

    `pace` is the speed in m/s, and the seconds from one picture to the next. With several looks the light changes from
    one to the next at equal intervals.
    """
    speed, cycle = pace
    cycles, which = max(1, round(minutes * 60 / cycle)), np.arange(len(rngs))
    each = max(10, round(cycle / CYCLE * 10))  # commands from picture to picture
    step = cycle / each
    distance = cycles * cycle * speed
    wavers = [
        vehicles.wavering(rng, int(1.5 * distance / (speed * step)) + 2, 1, spread=AIM_SPREAD, memory=AIM_MEMORY / step)
        for rng in rngs
    ]
    taken = iter(np.concatenate(wavers, axis=1))

    def steer(runs: np.ndarray, pose: np.ndarray, places: centre_lines.Places) -> np.ndarray:
        return vehicles.pure_pursuit(lain, runs, pose, places.point, lookahead=LOOKAHEAD, aside=next(taken)[runs])

    run = vehicles.drive(lain, which, VEHICLE, steer, speed=speed, step=step, distance=distance)
    lessons = []
    for k, rng in enumerate(rngs):
        when = np.arange(0, np.count_nonzero(np.isfinite(run.along[:, k])), each)[:cycles]
        pose, light = run.pose[when, k], looks[k].only(np.arange(len(when)) * len(looks[k].road) // len(when))
        own = lain.only(np.full(len(when), k))
        point = np.clip(np.rint(run.along[when, k] / centre_lines.SPACING).astype(int), 0, lain.x.shape[1] - 1)
        seen = road_images.pictures(CAMERA, own, light, np.arange(len(when)), pose, point, rng)
        lessons.append(Lesson(seen, run.curvature[when, k], run.offset[:, k], pose, lain.line(k)))
    return lessons


def copies_of(lesson: Lesson, cell: Mapping[str, Any], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (C, 1 + copies, 960) within +-1 and curvatures (C, 1 + copies): each picture, then its copies.

    With cell["labels"] "driver" a copy keeps the driver's steering, which is wrong for it.
    """
    cycles, copies = len(lesson.pictures), cell.get("copies", COPIES)
    shift = rng.uniform(-1, 1, (cycles, copies)) * cell.get("shift", SHIFT)
    turn = rng.uniform(-1, 1, (cycles, copies)) * np.deg2rad(cell.get("turn", np.rad2deg(TURN)))
    original = lesson.pictures.reshape(cycles, 1, -1)
    moved = cameras.displaced(CAMERA, np.repeat(lesson.pictures, copies, axis=0), shift.ravel(), turn.ravel())
    x = np.concatenate([original, moved.reshape(cycles, copies, -1)], axis=1)
    driver = np.repeat(lesson.curvature[:, None], copies, axis=1)
    ahead = cell.get("lookahead", LOOKAHEAD)
    label = cameras.displaced_curvature(np.clip(driver, -1 / ahead, 1 / ahead), shift, turn, ahead)
    if cell.get("labels", "corrected") == "driver":
        label = driver
    return 2.0 * x - 1, np.concatenate([lesson.curvature[:, None], label], axis=1)


class Buffer:
    """Up to `size` patterns; a new one replaces one whose loss brings the mean steering nearest to straight.

    With `similar` it replaces the one whose steering is nearest to its own, as the paper of 1990 prints (page 432).
    """

    def __init__(self, size: int, rng: np.random.Generator, *, similar: bool = False) -> None:
        self.size, self.rng, self.similar = size, rng, similar
        self.x, self.curvature, self.filled = np.zeros((size, alvinn.PICTURE)), np.zeros(size), 0

    def add(self, x: np.ndarray, curvature: np.ndarray) -> None:
        """Take in patterns (K, 960) with their curvatures."""
        old = np.ones(self.size, dtype=bool)  # what was there before; only that is replaced where it must be similar
        for row, bent in zip(x, curvature, strict=True):
            if self.filled < self.size:
                place = self.filled
                self.filled += 1
            elif self.similar:
                place = int(np.argmin(np.where(old, np.abs(self.curvature - bent), np.inf)))
            else:
                some = self.rng.integers(0, self.size, CANDIDATES)
                total = self.curvature.sum() + bent
                place = some[np.argmin(np.abs(total - self.curvature[some]))]
            old[place] = False
            self.x[place], self.curvature[place] = row, bent


CODES = {
    "hill": lambda k, units: steering.gaussian(k, units, SHARPEST),
    "wide hill": lambda k, units: steering.gaussian(k, units, SHARPEST, spread=40.0),
    "narrow hill": lambda k, units: steering.gaussian(k, units, SHARPEST, spread=1.0),
    "one unit": lambda k, units: steering.one_hot(k, units, SHARPEST),
    "scalar": lambda k, units: 0.5 + 0.4 * np.clip(k / SHARPEST, -1, 1)[:, None],
}


def read(code: str, outputs: np.ndarray) -> np.ndarray:
    """The curvature that outputs (B, units) ask for."""
    if code == "scalar":
        return np.clip((outputs[:, 0] - 0.5) / 0.4, -1, 1) * SHARPEST
    if code == "one unit":
        return steering.peak(outputs, SHARPEST)
    return steering.centre_of_mass(outputs, SHARPEST)


def train(
    cell: Mapping[str, Any], lesson: Lesson, rng: np.random.Generator, after_cycle: Any = None
) -> tuple[dict[str, np.ndarray], list[float]]:
    """Train while the person drives: one cycle for every picture, BUFFER presentations each; mean steering of each.

    cell["method"]: "-trans -buf" shows the newest picture again and again, "+trans -buf" it and its copies,
    "+trans +buf" a buffer that they are put into. after_cycle(number, parameters) is called after every cycle.
    """
    code = cell.get("code", "hill")
    units = 1 if code == "scalar" else alvinn.SIZES_1991[2]
    p = alvinn.init(rng, (alvinn.PICTURE, cell.get("hidden", alvinn.SIZES_1991[1]), units))
    x, curvature = copies_of(lesson, cell, rng)
    if cell["method"].startswith("-trans"):
        x, curvature = x[:, :1], curvature[:, :1]
    size = cell.get("buffer", BUFFER) if cell["method"].endswith("+buf") else x.shape[1]
    buffer, means = Buffer(size, rng, similar=cell.get("replace") == "similar"), []
    for k in range(len(x)):
        if not cell["method"].endswith("+buf"):
            buffer.filled = 0
        buffer.add(x[k], curvature[k])
        seen = buffer.filled
        order = np.concatenate([rng.permutation(seen) for _ in range(-(-BUFFER // seen))])[:BUFFER]
        targets = CODES[code](buffer.curvature[:seen], units)
        p, _ = road_follower.train(p, buffer.x[:seen], targets, rate=cell["rate"], order=order)
        if after_cycle:
            after_cycle(k, p)
        means.append(float(buffer.curvature[:seen].mean()))
    return p, means
