"""A pinhole camera over flat ground: which ground a pixel sees, and how pictures look from a shifted, rotated vehicle.

The vehicle's frame has x forward and y to the left, in metres, with its origin on the ground below the reference point.
Row 0 is the top of the picture, column 0 its left edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ROWS, COLUMNS = 30, 32
FARTHEST = 200.0  # metres; rows that look farther, or above the horizon, count as sky


@dataclass(frozen=True)
class Camera:
    """Height and forward place in metres, pitch downwards and fields of view in degrees, size in pixels."""

    height: float = 2.6
    forward: float = 1.0
    pitch: float = 26.0
    across: float = 60.0
    upright: float = 40.0
    rows: int = ROWS
    columns: int = COLUMNS

    def __post_init__(self) -> None:
        if not (np.isfinite(self.height) and self.height > 0):
            raise ValueError(f"the camera must be above the ground, not at a height of {self.height} m")
        if not (0 < self.across < 180 and 0 < self.upright < 180 and np.isfinite(self.pitch + self.forward)):
            raise ValueError(f"a camera needs fields of view between 0 and 180 degrees and a finite place, not {self}")
        if not (-90 < self.pitch < 90 and self.rows > 0 and self.columns > 0):
            raise ValueError(f"a camera needs a pitch between -90 and 90 degrees and some pixels, not {self}")

    def slopes(self) -> tuple[np.ndarray, np.ndarray]:
        """Tangents upwards of every row (rows,) and to the left of every column (columns,), from the optical axis."""
        up = np.tan(np.deg2rad(self.upright / 2)) * (1 - 2 * (np.arange(self.rows) + 0.5) / self.rows)
        left = np.tan(np.deg2rad(self.across / 2)) * (1 - 2 * (np.arange(self.columns) + 0.5) / self.columns)
        return up, left

    def ground(self) -> tuple[np.ndarray, np.ndarray]:
        """Distance forward (rows,) that each row sees, infinite for the sky, and metres to the left (rows, columns).

        With no roll a row sees one distance: a ray at depth 1 goes cos(pitch) + up sin(pitch) forward while it sinks
        by sin(pitch) - up cos(pitch).
        """
        up, left = self.slopes()
        c, s = np.cos(np.deg2rad(self.pitch)), np.sin(np.deg2rad(self.pitch))
        sinks = s - up * c
        with np.errstate(divide="ignore"):
            depth = np.where(sinks > 0, self.height / np.where(sinks > 0, sinks, 1.0), np.inf)
        x = self.forward + depth * (c + up * s)
        sky = ~(x < FARTHEST)
        return np.where(sky, np.inf, x), np.where(sky, FARTHEST, np.minimum(depth, FARTHEST))[:, None] * left

    def pixel(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Row and column, as fractions, at which points of the ground appear; NaN for points behind the camera."""
        c, s = np.cos(np.deg2rad(self.pitch)), np.sin(np.deg2rad(self.pitch))
        ahead = np.asarray(x, dtype=float) - self.forward
        depth = ahead * c + self.height * s
        depth = np.where(depth > 1e-6, depth, np.nan)
        up, left = (ahead * s - self.height * c) / depth, np.asarray(y, dtype=float) / depth
        row = (1 - up / np.tan(np.deg2rad(self.upright / 2))) * self.rows / 2 - 0.5
        column = (1 - left / np.tan(np.deg2rad(self.across / 2))) * self.columns / 2 - 0.5
        return row, column


def displaced(camera: Camera, images: np.ndarray, shift: np.ndarray, turn: np.ndarray) -> np.ndarray:
    # images (B, rows, columns), shift, turn (B,) -> (B, rows, columns)
    """What the camera would see from a vehicle `shift` metres to the right and turned `turn` radians to the right.

    Every pixel's place on flat ground is looked up in the original picture, between pixels by interpolation. Where the
    original saw nothing, the nearest pixel of the same row stands in, as in the first scheme of 1991.
    """
    x, y = camera.ground()
    far = ~np.isfinite(x)
    forward = np.where(far, FARTHEST, x)[None, :, None]
    c, s = np.cos(turn)[:, None, None], np.sin(turn)[:, None, None]
    there_x = c * forward + s * y
    there_y = -shift[:, None, None] - s * forward + c * y
    row, column = camera.pixel(there_x, there_y)
    row = np.where(np.isfinite(row), np.clip(row, 0, camera.rows - 1), camera.rows - 1)
    column = np.clip(
        np.where(np.isfinite(column), column, np.where(there_y > 0, 0, camera.columns)), 0, camera.columns - 1
    )
    r0, c0 = np.minimum(row.astype(int), camera.rows - 2), np.minimum(column.astype(int), camera.columns - 2)
    fr, fc = row - r0, column - c0
    flat = images.reshape(len(images), -1)
    at = (r0 * camera.columns + c0).reshape(len(images), -1)
    fr, fc = fr.reshape(at.shape), fc.reshape(at.shape)
    value = np.take_along_axis
    top = value(flat, at, 1) * (1 - fc) + value(flat, at + 1, 1) * fc
    bottom = value(flat, at + camera.columns, 1) * (1 - fc) + value(flat, at + camera.columns + 1, 1) * fc
    return (top * (1 - fr) + bottom * fr).reshape(images.shape).astype(images.dtype)


def displaced_curvature(curvature: np.ndarray, shift: np.ndarray, turn: np.ndarray, lookahead: float) -> np.ndarray:
    """The steering that brings a displaced vehicle to where the driver's arc is after `lookahead` metres.

    A driver on an arc of radius r is d_p = r - sqrt(r^2 - l^2) aside at the look-ahead l. From s to the right, turned
    by t to the right, that point is d = cos(t) (d_p + s + l tan(t)) to the left, and the arc to it has the radius
    (l^2 + d^2) / 2d (Pomerleau 1991). Written with curvatures, so that straight on is 0.
    Raises ValueError if the look-ahead is not positive or the driver's circle does not reach so far.
    """
    if not (np.isfinite(lookahead) and lookahead > 0):
        raise ValueError(f"the look-ahead must be above 0 m, not {lookahead}")
    reach = np.abs(np.asarray(curvature) * lookahead)
    if not np.all(reach <= 1):
        raise ValueError(f"a circle of curvature {np.max(np.abs(curvature)):.3g}/m is smaller than the look-ahead")
    person = curvature * lookahead**2 / (1 + np.sqrt(1 - reach**2))
    d = np.cos(turn) * (person + shift + lookahead * np.tan(turn))
    return 2 * d / (lookahead**2 + d**2)
