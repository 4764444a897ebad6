"""The six 4x4 patterns of Widrow and Hoff's measurement of 1960: T, G and F, in two places each."""

from __future__ import annotations

import numpy as np

NAMES = ("T", "T shifted", "G", "G shifted", "F", "F shifted")
TARGETS = np.array([60.0, 60.0, 0.0, 0.0, -60.0, -60.0])  # readings of the meter
SIDE = 4
_DRAWN = (
    "XXX. .X.. .X.. .X..", ".XXX ..X. ..X. ..X.",
    "XXX. X... XXX. XXX.", ".XXX .X.. .XXX .XXX",
    "XXX. XX.. X... X...", ".XXX .XX. .X.. .X..",
)  # fmt: skip
LETTER = np.array([0, 0, 1, 1, 2, 2])  # which letter each pattern is
LEVELS = np.array([60.0, 0.0, -60.0])  # the target of each letter


def patterns() -> np.ndarray:
    """The six patterns as (6, 4, 4), +1 for a switch that is on and -1 for one that is off."""
    return np.array([[[1.0 if c == "X" else -1.0 for c in row] for row in drawn.split()] for drawn in _DRAWN])


def inputs(pictures: np.ndarray) -> np.ndarray:
    # (..., 4, 4) -> (..., 17)
    """What the ADALINE sees: the constant +1 first, then the sixteen switches row by row."""
    flat = np.reshape(pictures, (*pictures.shape[:-2], -1))
    return np.concatenate([np.ones((*flat.shape[:-1], 1)), flat], axis=-1)


def flipped(pictures: np.ndarray, probability: float, rng: np.random.Generator) -> np.ndarray:
    """The pictures with every switch thrown with the given probability. Raises ValueError if it is not one."""
    if not 0 <= probability <= 1:
        raise ValueError(f"a probability lies between 0 and 1; {probability} does not")
    return np.where(rng.random(pictures.shape) < probability, -pictures, pictures)


def placed(picture: np.ndarray) -> np.ndarray:
    """A letter drawn in the left three columns, in its two places: (2, 4, 4)."""
    return np.stack([picture, np.roll(picture, 1, axis=-1)])


def turned(picture: np.ndarray) -> np.ndarray:
    """The four quarter turns of one or more pictures (..., 4, 4), stacked in front, counter-clockwise."""
    return np.stack([np.rot90(picture, k, axes=(-2, -1)) for k in range(4)])


def read(outputs: np.ndarray) -> np.ndarray:
    """The letter whose level is nearest to each output: 0 for T, 1 for G, 2 for F."""
    return np.abs(np.asarray(outputs)[..., None] - LEVELS).argmin(axis=-1)
