"""A vehicle that steers on flat ground, the driver who teaches, and the closed loop of both with a road.

The reference point is the middle of the rear axle. A steering command is the curvature of the path that it asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.datasets.roads.centre_lines import SPACING, Places, Roads, in_vehicle_frame, locate, poses

COMPLETED, LEFT_THE_ROAD, OUT_OF_TIME = "completed", "left the road", "out of time"


@dataclass(frozen=True)
class Vehicle:
    """A bicycle model: wheelbase in metres, steering limit in degrees, lag in seconds, turning rate in degrees/s."""

    wheelbase: float = 3.2
    limit: float = 28.0
    lag: float = 0.3
    rate: float = 30.0

    def __post_init__(self) -> None:
        if not (self.wheelbase > 0 and 0 < self.limit < 90 and self.lag >= 0 and self.rate > 0):
            raise ValueError(
                "a vehicle needs a wheelbase above 0 m, a limit between 0 and 90 degrees, a lag of 0 s or more and a "
                f"rate above 0, not {self}"
            )

    @property
    def sharpest(self) -> float:
        """The largest curvature it can drive, in 1/m."""
        return float(np.tan(np.deg2rad(self.limit)) / self.wheelbase)


def check_drivable(roads: Roads, vehicle: Vehicle) -> None:
    """Raise ValueError if a bend is sharper than the vehicle can steer."""
    sharpest = float(np.abs(roads.curvature).max())
    if sharpest > vehicle.sharpest:
        raise ValueError(
            f"the road bends with a curvature of {sharpest:.3g}/m, but the vehicle steers to {vehicle.sharpest:.3g}/m "
            "at most; lay a gentler road or raise the steering limit"
        )


def moved(
    vehicle: Vehicle, pose: np.ndarray, curvature: np.ndarray, command: np.ndarray, *, speed: float, step: float
) -> tuple[np.ndarray, np.ndarray]:
    """Poses (B, 3) and curvatures (B,) of the paths `step` seconds later, at `speed` metres per second.

    The wheels follow the command with a first-order lag and a limited rate; then the vehicle moves on an exact arc.
    Raises ValueError for a speed or a time step that is not positive, and for commands that are not finite.
    """
    if not (np.isfinite(speed) and speed > 0 and np.isfinite(step) and step > 0):
        raise ValueError(f"speed and time step must be above 0, not {speed} m/s and {step} s")
    if not np.all(np.isfinite(command)):
        raise ValueError("a steering command must be a finite curvature")
    limit, most = np.deg2rad(vehicle.limit), np.deg2rad(vehicle.rate) * step
    wanted = np.clip(np.arctan(vehicle.wheelbase * command), -limit, limit)
    wheels = np.arctan(vehicle.wheelbase * curvature)
    share = 1.0 if vehicle.lag == 0 else 1 - np.exp(-step / vehicle.lag)
    bent = np.tan(wheels + np.clip(share * (wanted - wheels), -most, most)) / vehicle.wheelbase
    turn = bent * speed * step
    chord = speed * step * np.sinc(turn / (2 * np.pi))
    middle = pose[:, 2] + turn / 2
    change = np.stack([chord * np.cos(middle), chord * np.sin(middle), turn], axis=-1)
    return pose + change, bent


def pure_pursuit(
    roads: Roads,
    which: np.ndarray,
    pose: np.ndarray,
    index: np.ndarray,
    *,
    lookahead: float,
    aside: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Curvature (B,) of the arc to the point of the centre line `lookahead` metres away: 2 y / distance^2.

    `aside` moves the point so many metres to the left. Raises ValueError for a look-ahead that is not positive.
    """
    if not (np.isfinite(lookahead) and lookahead > 0):
        raise ValueError(f"the look-ahead must be above 0 m, not {lookahead}")
    count = int(2 * lookahead / SPACING) + 16
    x, y, _ = in_vehicle_frame(roads, which, pose, index, 0, count)
    away = np.hypot(x, y)
    far = away >= lookahead
    k = np.where(far.any(axis=1), np.argmax(far, axis=1), count - 1)
    before, rows = np.maximum(k - 1, 0), np.arange(len(pose))
    gap = away[rows, k] - away[rows, before]
    f = np.where(gap > 1e-9, (lookahead - away[rows, before]) / np.where(gap > 1e-9, gap, 1.0), 1.0)
    f = np.clip(f, 0.0, 1.0)
    gx = x[rows, before] + f * (x[rows, k] - x[rows, before])
    gy = y[rows, before] + f * (y[rows, k] - y[rows, before]) + aside
    return 2 * gy / (gx * gx + gy * gy)


def wavering(rng: np.random.Generator, steps: int, drivers: int, *, spread: float, memory: float) -> np.ndarray:
    # -> (steps, drivers)
    """How far aside people aim: a Gauss-Markov process of standard deviation `spread`, forgotten in `memory` steps."""
    if not (spread >= 0 and memory > 0):
        raise ValueError(f"wavering needs a spread of 0 or more and a memory above 0, not {spread} and {memory}")
    keep = np.exp(-1.0 / memory)
    noise = rng.standard_normal((steps, drivers)) * spread * np.sqrt(1 - keep**2)
    found = np.empty((steps, drivers))
    now = rng.standard_normal(drivers) * spread
    for k in range(steps):
        now = keep * now + noise[k]
        found[k] = now
    return found


class Drive(NamedTuple):
    """Traces (steps, R) of metres along, offset and curvature, NaN after the end; poses (steps, R, 3); outcomes."""

    along: np.ndarray
    offset: np.ndarray
    curvature: np.ndarray
    pose: np.ndarray
    outcome: np.ndarray

    def lateral(self, skip: float = 0.0) -> np.ndarray:
        # (steps, R) -> (R, 3)
        """Mean, standard deviation and largest size of the offset of every run, from `skip` metres on, or NaN."""
        found = np.full((self.offset.shape[1], 3), np.nan)
        for k in range(len(found)):
            seen = self.offset[self.along[:, k] >= skip, k]
            if len(seen):
                found[k] = seen.mean(), seen.std(), np.abs(seen).max()
        return found


Steer = Callable[[np.ndarray, np.ndarray, Places], np.ndarray]


def drive(
    roads: Roads,
    which: np.ndarray,
    vehicle: Vehicle,
    steer: Steer,
    *,
    speed: float,
    step: float,
    distance: float,
    start: float = 0.0,
    offset: np.ndarray | float = 0.0,
    angle: np.ndarray | float = 0.0,
) -> Drive:
    """Drive R vehicles side by side, vehicle r on road which[r], for `distance` metres along the road.

    steer(runs (B,), poses (B, 3), places) -> commands (B,), for the runs that are still on the road. A run ends when
    it completes the distance, when its reference point leaves the road, or after 1.5 times the time it should take.
    Raises ValueError for roads that are too short or too sharp, and as `moved`.
    """
    check_drivable(roads, vehicle)
    if not (speed > 0 and step > 0 and distance > 0) or start + distance > roads.length:
        raise ValueError(f"cannot drive {distance} m at {speed} m/s in steps of {step} s on {roads.length:g} m of road")
    count, steps = len(which), int(1.5 * distance / (speed * step)) + 1
    pose, index = poses(roads, which, np.full(count, start), offset, angle)
    bent = roads.curvature[which, index].copy()
    along, aside, driven = (np.full((steps, count), np.nan) for _ in range(3))
    track = np.full((steps, count, 3), np.nan)
    outcome = np.full(count, OUT_OF_TIME, dtype=object)
    runs = np.arange(count)
    for k in range(steps):
        places = locate(roads, which[runs], pose[runs], index[runs])
        index[runs] = places.point
        along[k, runs], aside[k, runs], driven[k, runs] = places.along, places.offset, bent[runs]
        track[k, runs] = pose[runs]
        off = np.abs(places.offset) > places.width / 2
        done = (places.along >= start + distance) & ~off
        outcome[runs[off]], outcome[runs[done]] = LEFT_THE_ROAD, COMPLETED
        going = ~(off | done)
        if not going.any():
            return Drive(along[: k + 1], aside[: k + 1], driven[: k + 1], track[: k + 1], outcome.astype(str))
        runs = runs[going]
        places = Places(*(values[going] for values in places))
        command = steer(runs, pose[runs], places)
        pose[runs], bent[runs] = moved(vehicle, pose[runs], bent[runs], command, speed=speed, step=step)
    return Drive(along, aside, driven, track, outcome.astype(str))
