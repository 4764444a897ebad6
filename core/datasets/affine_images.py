"""Grey images moved, stretched, sheared and turned in the plane: distortions, deslanting, and tests of invariance.

Images are (N, H, W) with paper at 0 and ink up to 1. Every change is an affine map of the plane about the middle of the
field: the value at a place comes from the four pixels around the place it was moved from, and what lies outside the
field is paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CHUNK = 200  # images at a time: what they need then stays in the cache


def resample(images: np.ndarray, back: np.ndarray, shift: np.ndarray | float = 0.0) -> np.ndarray:
    # images (N, H, W), back (N, 2, 2) or (2, 2), shift (N, 2) or (2,) -> (N, H, W)
    """y(q) = x(middle + back (q - middle) - shift), bilinearly, for places q = (row, column); shift is in pixels.

    `back` leads from the new image to the old one: to enlarge by s, give it 1/s.
    """
    count = len(images)
    back = np.broadcast_to(np.asarray(back, np.float32), (count, 2, 2))
    shift = np.broadcast_to(np.asarray(shift, np.float32), (count, 2))
    found = np.empty(images.shape, np.result_type(images.dtype, np.float32))
    for start in range(0, count, CHUNK):
        here = slice(start, start + CHUNK)
        found[here] = _resample(images[here], back[here], shift[here])
    return found


def _resample(images: np.ndarray, back: np.ndarray, shift: np.ndarray) -> np.ndarray:
    count, height, width = images.shape
    middle = np.array([(height - 1) / 2, (width - 1) / 2], np.float32)
    rows, columns = np.arange(height, dtype=np.float32) - middle[0], np.arange(width, dtype=np.float32) - middle[1]
    sources = []
    for axis in (0, 1):  # row and column of the place each pixel comes from, one pixel further in for the frame
        along = back[:, axis, 0, None, None] * rows[:, None] + back[:, axis, 1, None, None] * columns
        along += (middle[axis] + 1 - shift[:, axis])[:, None, None]
        sources.append(np.clip(along, 0, images.shape[axis + 1] + 1))
    framed = np.pad(images, ((0, 0), (1, 2), (1, 2))).ravel()
    whole = [source.astype(np.int32) for source in sources]
    down, right = (source - low for source, low in zip(sources, whole, strict=True))
    line = width + 3
    at = np.arange(count, dtype=np.int32)[:, None, None] * ((height + 3) * line) + whole[0] * line + whole[1]
    above = framed.take(at) * (1 - right) + framed.take(at + 1) * right
    below = framed.take(at + line) * (1 - right) + framed.take(at + line + 1) * right
    return above * (1 - down) + below * down


def shifted(images: np.ndarray, down: float, right: float) -> np.ndarray:
    """All images moved by so many pixels."""
    return resample(images, np.eye(2), np.array([down, right]))


def scaled(images: np.ndarray, factor: float) -> np.ndarray:
    """All images enlarged about the middle; a factor below one makes them smaller."""
    return resample(images, np.eye(2) / factor)


def rotated(images: np.ndarray, degrees: float) -> np.ndarray:
    """All images turned about the middle, counter-clockwise as seen."""
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return resample(images, np.array([[c, s], [-s, c]]))


def inverted(images: np.ndarray, rng: np.random.Generator, share: float) -> np.ndarray:
    """Salt and pepper: each pixel x becomes 1 - x with this probability (LeCun et al. 1998, III.E: 0.1)."""
    return np.where(rng.random(images.shape, dtype=np.float32) < share, 1 - images, images)


@dataclass(frozen=True)
class Ranges:
    """How far a distortion may go: pixels, the logarithms of factors, and the slope of a shear, each plus or minus."""

    shift: float = 2.0
    scale: float = 0.1
    squeeze: float = 0.1
    shear: float = 0.2

    def times(self, factor: float) -> Ranges:
        """All ranges as many times as wide."""
        return Ranges(self.shift * factor, self.scale * factor, self.squeeze * factor, self.shear * factor)


def random_maps(count: int, rng: np.random.Generator, ranges: Ranges) -> tuple[np.ndarray, np.ndarray]:
    """So many planar affine maps, `back` (N, 2, 2) and `shift` (N, 2) of `resample`, uniform within the ranges.

    Translations both ways, scaling, squeezing (narrower and taller, or the reverse) and horizontal shearing, as LeCun
    et al. (1998, III.B) list them. They do not print their ranges.
    """
    u = rng.uniform(-1, 1, (count, 5))
    shift, scale, squeeze, shear = u[:, :2] * ranges.shift, u[:, 2] * ranges.scale, u[:, 3] * ranges.squeeze, u[:, 4]
    back = np.zeros((count, 2, 2))
    back[:, 0, 0], back[:, 1, 1] = np.exp(-scale - squeeze), np.exp(-scale + squeeze)
    back[:, 1, 0] = -back[:, 1, 1] * shear * ranges.shear
    return back, shift


def distorted(images: np.ndarray, rng: np.random.Generator, ranges: Ranges) -> np.ndarray:
    """Each image by a random map of its own."""
    return resample(images, *random_maps(len(images), rng, ranges))


def slants(images: np.ndarray, *, ink: float = 0.5) -> np.ndarray:
    # (N, H, W) -> (N,)
    """Columns to the right per line downwards of the axis of each image, from second moments: m_xy / m_yy.

    A pixel counts as 1 from `ink` on and as 0 below, as the paper counts foreground and background. 0 if there is no
    ink, or all of it in one line.
    """
    on = (images >= ink).astype(float)
    total = np.maximum(on.sum(axis=(1, 2)), 1)
    rows, columns = np.arange(images.shape[1], dtype=float), np.arange(images.shape[2], dtype=float)
    by_row, by_column = on.sum(axis=2), on.sum(axis=1)
    row, column = by_row @ rows / total, by_column @ columns / total
    m_yy = by_row @ rows**2 / total - row**2
    m_xy = np.einsum("nij,i,j->n", on, rows, columns) / total - row * column
    return np.where(m_yy > 1e-9, m_xy / np.maximum(m_yy, 1e-9), 0.0)


def deslanted(images: np.ndarray, *, ink: float = 0.5) -> np.ndarray:
    """Each image sheared by moving its lines to left or right until its axis is vertical (LeCun et al. 1998, III.A).

    The lines move about the row of the centre of mass, so that the centre stays where it is.
    """
    slope = slants(images, ink=ink)
    mass = np.maximum(images.sum(axis=(1, 2)), 1e-9)
    row = images.sum(axis=2) @ np.arange(images.shape[1], dtype=images.dtype) / mass
    back = np.zeros((len(images), 2, 2))
    back[:, 0, 0] = back[:, 1, 1] = 1
    back[:, 1, 0] = slope
    about = (row - (images.shape[1] - 1) / 2) * slope  # what the middle's line must move for the mass to stay
    return resample(images, back, np.stack([np.zeros_like(about), about], axis=-1))
