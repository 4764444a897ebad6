"""Roads on flat ground: centre lines from curvature profiles, many side by side, and places along them.

Metres and radians. x points east, y north, headings turn to the left; a curvature is positive in a left bend, an
offset is positive to the left of the centre line. The centre line is the path that a vehicle should follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np

SPACING = 0.5  # metres between the points of a centre line
TAIL = 60.0  # metres of straight road after the end, so that there is something to see there


def _steps(length: float) -> int:
    if not (np.isfinite(length) and length > 0):
        raise ValueError(f"a piece of road needs a positive length in metres, not {length}")
    return max(1, round(length / SPACING))


def _finite(name: str, *values: float) -> None:
    if not np.all(np.isfinite(values)):
        raise ValueError(f"{name} must be finite, not {values}")


def straight(length: float) -> np.ndarray:
    """Curvature profile of a straight piece: one number for every SPACING metres."""
    return np.zeros(_steps(length))


def bend(length: float, curvature: float) -> np.ndarray:
    """A constant bend; positive curvatures bend to the left."""
    _finite("a curvature", curvature)
    return np.full(_steps(length), float(curvature))


def clothoid(length: float, start: float, end: float) -> np.ndarray:
    """Curvature that changes evenly along the road from `start` to `end`."""
    _finite("curvatures", start, end)
    n = _steps(length)
    return start + (end - start) * (np.arange(n) + 0.5) / n


def eased_bend(length: float, curvature: float, ease: float) -> np.ndarray:
    """A bend with a clothoid of `ease` metres at both ends, `length` metres in all."""
    middle = length - 2 * ease
    return np.concatenate([clothoid(ease, 0, curvature), bend(middle, curvature), clothoid(ease, curvature, 0)])


def wandering(length: float, rng: np.random.Generator, *, limit: float, every: float = 15.0) -> np.ndarray:
    """A random walk of curvature within +-limit: a normal step every `every` metres, reflected, joined by clothoids."""
    if not (np.isfinite(limit) and limit >= 0):
        raise ValueError(f"the limit of a curvature must be finite and not negative, not {limit}")
    n = _steps(length)
    knots = np.cumsum(rng.normal(0.0, 0.7 * limit, n // _steps(every) + 2))
    if limit > 0:
        knots = limit * (np.abs((knots / limit + 1) % 4 - 2) - 1)  # a triangle wave reflects the walk at the limits
    return np.interp((np.arange(n) + 0.5) * SPACING, np.arange(len(knots)) * every, knots)


def varying_width(length: float, rng: np.random.Generator, low: float, high: float, every: float = 25.0) -> np.ndarray:
    """Widths at the points of a road, drawn anew between `low` and `high` every so many metres, joined by lines."""
    n = _steps(length)
    knots = rng.uniform(low, high, n // _steps(every) + 2)
    return np.interp(np.arange(n + 1) * SPACING, np.arange(len(knots)) * every, knots)


@dataclass(frozen=True, eq=False)
class Roads:
    """R roads of equal length; every array (R, points), a point every SPACING metres, the tail included."""

    x: np.ndarray
    y: np.ndarray
    heading: np.ndarray
    curvature: np.ndarray
    width: np.ndarray

    @property
    def length(self) -> float:
        """Metres of road, without the tail."""
        return (self.x.shape[1] - 1) * SPACING - TAIL

    def line(self, road: int) -> np.ndarray:
        # -> (points, 2)
        """The centre line of one road, without the tail."""
        return np.stack([self.x[road], self.y[road]], axis=1)[: round(self.length / SPACING) + 1]

    def only(self, which: np.ndarray) -> Roads:
        """The roads of those numbers, in that order."""
        return Roads(*(getattr(self, f.name)[which] for f in fields(self)))


def lay(profiles: Sequence[np.ndarray], width: float | np.ndarray = 4.0) -> Roads:
    """Roads from curvature profiles of equal length, all starting at the origin towards +x.

    `width` is one number, or (R, points) without the tail. Raises ValueError for curvatures or widths that are not
    finite, widths that are not positive, and roads so wide that they fold at the inside of a bend.
    """
    steps = np.atleast_2d(np.array(profiles, dtype=float))
    if steps.ndim != 2 or not steps.size or not np.all(np.isfinite(steps)):
        raise ValueError("roads need finite curvature profiles of equal length")
    roads, n = steps.shape
    tail = round(TAIL / SPACING)
    steps = np.concatenate([steps, np.zeros((roads, tail))], axis=1)
    widths = np.broadcast_to(np.asarray(width, dtype=float), (roads, n + 1))
    widths = np.concatenate([widths, np.repeat(widths[:, -1:], tail, axis=1)], axis=1)
    if not np.all(np.isfinite(widths)) or widths.min() <= 0:
        raise ValueError(f"a road needs a finite width above 0 m, not {float(np.min(widths)):g}")
    if np.max(np.abs(steps)) * widths.max() / 2 >= 1:
        raise ValueError("the road is wider than its sharpest bend allows; it would fold over itself")
    turned = np.concatenate([np.zeros((roads, 1)), np.cumsum(steps * SPACING, axis=1)], axis=1)
    chord = SPACING * np.sinc(steps * SPACING / (2 * np.pi))
    middle = 0.5 * (turned[:, 1:] + turned[:, :-1])
    start = np.zeros((roads, 1))
    x = np.concatenate([start, np.cumsum(chord * np.cos(middle), axis=1)], axis=1)
    y = np.concatenate([start, np.cumsum(chord * np.sin(middle), axis=1)], axis=1)
    ends = np.concatenate([steps[:, :1], steps, steps[:, -1:]], axis=1)
    return Roads(x, y, turned, 0.5 * (ends[:, 1:] + ends[:, :-1]), widths)


def together(parts: Sequence[Roads]) -> Roads:
    """Several groups of roads of equal length as one group."""
    return Roads(*(np.concatenate([getattr(one, f.name) for one in parts]) for f in fields(Roads)))


def mirrored(roads: Roads) -> Roads:
    """The same roads with left and right exchanged."""
    return replace(roads, y=-roads.y, heading=-roads.heading, curvature=-roads.curvature)


def widened(roads: Roads, factor: float) -> Roads:
    """The same roads with every width multiplied. Raises ValueError as `lay` does."""
    if not (np.isfinite(factor) and factor > 0):
        raise ValueError(f"a road needs a width above 0 m; a factor of {factor} leaves none")
    if np.max(np.abs(roads.curvature)) * factor * roads.width.max() / 2 >= 1:
        raise ValueError(f"{factor} times as wide, the road would fold over itself in its bends")
    return replace(roads, width=factor * roads.width)


class Places(NamedTuple):
    """Where vehicles are on their roads: nearest point, metres along, offset to the left, angle to the road, width."""

    point: np.ndarray
    along: np.ndarray
    offset: np.ndarray
    angle: np.ndarray
    width: np.ndarray


def beside(u: np.ndarray, v: np.ndarray, curvature: np.ndarray) -> np.ndarray:
    # (...) -> (...)
    """Offset from a circle through the origin with tangent (1, 0), of a point u ahead and v to the left.

    (1 - |P - C| / r) r for the circle's centre C, written so that a curvature of 0 is the straight line.
    """
    bent = (1 - curvature * v) ** 2 + (curvature * u) ** 2
    return (2 * v - curvature * (u * u + v * v)) / (1 + np.sqrt(bent))


def poses(
    roads: Roads,
    which: np.ndarray,
    along: np.ndarray,
    offset: np.ndarray | float = 0.0,
    angle: np.ndarray | float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Poses (B, 3) of x, y and heading at places of road number `which`, and the index of the nearest point."""
    along = np.asarray(along, dtype=float)
    if np.any(along < 0) or np.any(along > roads.length + TAIL):
        raise ValueError(f"places lie between 0 and {roads.length:g} m along the road")
    index = np.minimum(np.rint(along / SPACING).astype(int), roads.x.shape[1] - 1)
    rest, k = along - index * SPACING, roads.curvature[which, index]
    turn = k * rest
    chord = rest * np.sinc(turn / (2 * np.pi))
    middle, end = roads.heading[which, index] + turn / 2, roads.heading[which, index] + turn
    x = roads.x[which, index] + chord * np.cos(middle) - offset * np.sin(end)
    y = roads.y[which, index] + chord * np.sin(middle) + offset * np.cos(end)
    return np.stack([x, y, end + angle], axis=-1), index


def locate(roads: Roads, which: np.ndarray, pose: np.ndarray, near: np.ndarray, reach: int = 8) -> Places:
    """Where poses (B, 3) are, looked for within `reach` points of the points `near`."""
    k = np.clip(near[:, None] + np.arange(-reach, reach + 1), 0, roads.x.shape[1] - 1)
    row = which[:, None]
    away = (roads.x[row, k] - pose[:, :1]) ** 2 + (roads.y[row, k] - pose[:, 1:2]) ** 2
    index = k[np.arange(len(pose)), np.argmin(away, axis=1)]
    heading, bent = roads.heading[which, index], roads.curvature[which, index]
    dx, dy = pose[:, 0] - roads.x[which, index], pose[:, 1] - roads.y[which, index]
    u = dx * np.cos(heading) + dy * np.sin(heading)
    v = dy * np.cos(heading) - dx * np.sin(heading)
    offset = beside(u, v, bent)
    turned = np.arctan2(bent * u, 1 - bent * v)
    rest = np.where(np.abs(bent) < 1e-9, u, turned / np.where(np.abs(bent) < 1e-9, 1.0, bent))
    angle = (pose[:, 2] - heading - bent * rest + np.pi) % (2 * np.pi) - np.pi
    return Places(index, index * SPACING + rest, offset, angle, roads.width[which, index])


def in_vehicle_frame(
    roads: Roads, which: np.ndarray, pose: np.ndarray, index: np.ndarray, back: int, ahead: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points (B, back + ahead) of the centre line from `back` behind to `ahead`: x forward, y left, and their index."""
    k = np.clip(index[:, None] + np.arange(-back, ahead), 0, roads.x.shape[1] - 1)
    row = which[:, None]
    dx, dy = roads.x[row, k] - pose[:, :1], roads.y[row, k] - pose[:, 1:2]
    c, s = np.cos(pose[:, 2:]), np.sin(pose[:, 2:])
    return dx * c + dy * s, dy * c - dx * s, k
