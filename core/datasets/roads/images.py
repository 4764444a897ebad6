"""What a vehicle sees: the picture of a camera and the range image of a laser scanner, for a batch of poses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.datasets.roads.cameras import FARTHEST, Camera
from core.datasets.roads.centre_lines import SPACING, Roads, beside, in_vehicle_frame
from core.datasets.roads.looks import Looks, brightness

BEHIND, BEFORE = 4, 90  # points of the centre line that are looked at: 2 m behind to 45 m ahead
STEEPEST = 1.3  # radians; beyond the last point the road is taken to go straight on, but not steeper than this
SKY = 0.9
PIXEL = np.float32
Randomness = np.random.Generator | Sequence[np.random.Generator]


def _noise(rng: Randomness, shape: tuple[int, ...]) -> np.ndarray:
    """Normal numbers, from one generator, or for each picture from its own."""
    if isinstance(rng, np.random.Generator):
        return rng.standard_normal(shape, dtype=PIXEL)
    return np.stack([one.standard_normal(shape[1:], dtype=PIXEL) for one in rng])


def _centre_line(
    roads: Roads, which: np.ndarray, pose: np.ndarray, index: np.ndarray, forward: np.ndarray
) -> tuple[np.ndarray, ...]:
    # -> y, angle, curvature, along, width, each (B, rows)
    """The centre line where it crosses each distance forward."""
    x, y, k = in_vehicle_frame(roads, which, pose, index, BEHIND, BEFORE)
    reached = np.maximum.accumulate(x, axis=1)
    crossed = (reached[:, :, None] < forward).sum(axis=1)
    high = np.clip(crossed, 1, x.shape[1] - 1)
    batch = np.arange(len(pose))[:, None]
    low = high - 1
    gap = reached[batch, high] - reached[batch, low]
    f = np.clip((forward - reached[batch, low]) / np.maximum(gap, 1e-9), 0, 1)

    def between(values: np.ndarray) -> np.ndarray:
        a, b = values[batch, low], values[batch, high]
        return a + f * (b - a)

    row = which[:, None]
    angle = np.clip(between(roads.heading[row, k]) - pose[:, 2:], -STEEPEST, STEEPEST)
    beyond = np.maximum(forward - between(reached), 0)
    along = between(k * SPACING) + beyond / np.cos(angle)
    return (
        between(y) + beyond * np.tan(angle),
        angle,
        between(roads.curvature[row, k]),
        along,
        between(roads.width[row, k]),
    )


def pictures(
    camera: Camera,
    roads: Roads,
    looks: Looks,
    which: np.ndarray,
    pose: np.ndarray,
    index: np.ndarray,
    rng: Randomness,
) -> np.ndarray:
    # which (B,), pose (B, 3), index (B,) -> (B, rows, columns) in [0, 1], float32
    """The camera's pictures from poses near the points `index` of roads `which`.

    A row of pixels sees one distance forward, where the centre line is looked up; pixels beside it are measured from
    the circle that the road follows there, which is exact for roads of constant curvature. `rng` is one generator, or
    one for each picture, so that a vehicle sees the same whoever drives beside it.
    """
    x, left = camera.ground()
    sky = ~np.isfinite(x)
    forward = np.where(sky, FARTHEST, x)
    y, angle, bent, along, width = _centre_line(roads, which, pose, index, forward)
    dy = (left - y[:, :, None]).astype(PIXEL)
    u, v = dy * np.sin(angle)[:, :, None].astype(PIXEL), dy * np.cos(angle)[:, :, None].astype(PIXEL)
    offset = beside(u, v, bent[:, :, None].astype(PIXEL))
    u += along[:, :, None].astype(PIXEL)
    blur = np.abs(left[:, :1] - left[:, 1:2]).astype(PIXEL)
    seen = brightness(looks, which, u, offset, width[:, :, None].astype(PIXEL), blur)
    if sky.any():
        seen[:, sky] = SKY
    across = np.linspace(1, -1, camera.columns)
    upright = np.linspace(1, -1, camera.rows)[:, None]
    light = looks.gradient[which].astype(PIXEL)[:, :, None, None] * np.stack(
        [np.broadcast_to(across, seen.shape[1:]), np.broadcast_to(upright, seen.shape[1:])]
    ).astype(PIXEL)
    seen *= 1 + light[:, 0] + light[:, 1]
    noise = looks.noise[which].astype(PIXEL)
    if noise.any():
        seen += noise[:, None, None] * _noise(rng, seen.shape)
    return np.clip(seen, 0, 1, out=seen)


@dataclass(frozen=True)
class Scanner:
    """A laser range finder: height in metres, degrees across, lowest and highest beam in degrees, farthest metres."""

    height: float = 2.6
    across: float = 80.0
    lowest: float = -33.0
    highest: float = -3.0
    farthest: float = 20.0
    noise: float = 0.02
    rows: int = 8
    columns: int = 32

    def __post_init__(self) -> None:
        if not (np.isfinite(self.height) and self.height > 0):
            raise ValueError(f"the scanner must be above the ground, not at a height of {self.height} m")
        if not (0 < self.across < 180 and -90 < self.lowest < self.highest < 0 and self.farthest > 0):
            raise ValueError(f"the scanner's beams must point forwards and down to the ground, not {self}")

    def clear(self) -> np.ndarray:
        # -> (rows, columns)
        """The range image of open ground: nearness 1 - range / farthest, 0 for nothing within reach."""
        upright = np.deg2rad(np.linspace(self.highest, self.lowest, self.rows))
        ranges = np.minimum(self.height / np.sin(-upright), self.farthest)
        return np.repeat(1 - ranges[:, None] / self.farthest, self.columns, axis=1)


def range_images(
    scanner: Scanner, which: np.ndarray, pose: np.ndarray, posts: np.ndarray, rng: Randomness
) -> np.ndarray:
    # posts (R, M, 4): x, y, radius, height; NaN where there is none -> (B, rows, columns) in [0, 1]
    """Range images of open ground with upright posts, from the geometry of beams, circles and heights."""
    azimuth = np.deg2rad(scanner.across / 2) * np.linspace(1, -1, scanner.columns)
    upright = np.deg2rad(np.linspace(scanner.highest, scanner.lowest, scanner.rows))
    found = np.repeat(scanner.clear()[None], len(pose), axis=0)
    near = posts[which]
    dx, dy = near[..., 0] - pose[:, :1], near[..., 1] - pose[:, 1:2]
    c, s = np.cos(pose[:, 2:]), np.sin(pose[:, 2:])
    x, y = dx * c + dy * s, dy * c - dx * s
    b, m = np.nonzero((x > 0) & (np.hypot(x, y) < scanner.farthest + 2))
    if len(b):
        px, py, radius, height = (values[b, m, None] for values in (x, y, near[..., 2], near[..., 3]))
        ahead = px * np.cos(azimuth) + py * np.sin(azimuth)
        inside = radius**2 - (px**2 + py**2 - ahead**2)
        flat = np.where((inside > 0) & (ahead > 0), ahead - np.sqrt(np.maximum(inside, 0)), np.inf)[:, None, :]
        top = scanner.height + np.where(np.isfinite(flat), flat, 1e6) * np.tan(upright)[:, None]
        hit = np.isfinite(flat) & (top >= 0) & (top <= height[:, :, None])
        nearness = np.where(hit, 1 - flat / np.cos(upright)[:, None] / scanner.farthest, 0.0)
        np.maximum.at(found, b, nearness)
    found += scanner.noise * _noise(rng, found.shape)
    return np.clip(found, 0, 1)
