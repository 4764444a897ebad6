"""Steering as the activity of a row of units: hills of activity around a curvature, and how they are read.

Unit 0 is the sharpest turn to the right, the last unit the sharpest to the left, the middle straight on.
"""

from __future__ import annotations

import numpy as np

HILL = np.array([0.10, 0.32, 0.61, 0.89, 1.00, 0.89, 0.61, 0.32, 0.10])  # Pomerleau 1989
PEAK_REACH = 4  # units on either side of the peak whose centre of mass is the answer


def unit_of(curvature: np.ndarray, units: int, sharpest: float) -> np.ndarray:
    """The place of a curvature among the units, as a fraction; beyond the ends it is the end.

    Raises ValueError for fewer than two units, a sharpest curvature that is not positive, or curvatures not finite.
    """
    if units < 2 or not (np.isfinite(sharpest) and sharpest > 0):
        raise ValueError(f"steering needs two units or more and a curvature above 0, not {units} and {sharpest}")
    if not np.all(np.isfinite(curvature)):
        raise ValueError("a curvature to be coded must be finite")
    return np.clip((np.asarray(curvature) / sharpest + 1) * (units - 1) / 2, 0, units - 1)


def curvature_of(place: np.ndarray, units: int, sharpest: float) -> np.ndarray:
    """The inverse of `unit_of`."""
    return (2 * np.asarray(place) / (units - 1) - 1) * sharpest


def hill_of_1989(curvature: np.ndarray, units: int, sharpest: float) -> np.ndarray:
    # (B,) -> (B, units)
    """Nine values rising to 1 at the unit nearest to the curvature, cut off at the ends."""
    middle = np.rint(unit_of(curvature, units, sharpest)).astype(int)
    away = np.arange(units) - middle[:, None] + len(HILL) // 2
    return np.where((away >= 0) & (away < len(HILL)), HILL[np.clip(away, 0, len(HILL) - 1)], 0.0)


def gaussian(curvature: np.ndarray, units: int, sharpest: float, *, spread: float = 10.0) -> np.ndarray:
    # (B,) -> (B, units)
    """exp(-d^2 / spread), d being the distance in units from the curvature's exact place (Pomerleau 1991)."""
    return np.exp(-((np.arange(units) - unit_of(curvature, units, sharpest)[:, None]) ** 2) / spread)


def one_hot(curvature: np.ndarray, units: int, sharpest: float) -> np.ndarray:
    # (B,) -> (B, units)
    """1 at the unit nearest to the curvature, 0 elsewhere."""
    nearest = np.rint(unit_of(curvature, units, sharpest)).astype(int)
    return (np.arange(units) == nearest[:, None]).astype(float)


def peak(outputs: np.ndarray, sharpest: float) -> np.ndarray:
    # (..., units) -> (...)
    """The curvature of the most active unit."""
    return curvature_of(np.argmax(outputs, axis=-1), outputs.shape[-1], sharpest)


def centre_of_mass(outputs: np.ndarray, sharpest: float) -> np.ndarray:
    # (..., units) -> (...)
    """The curvature at the centre of mass of the activity within PEAK_REACH units of the most active one.

    Where nothing is active at all, that of the first unit.
    """
    units = outputs.shape[-1]
    best = np.argmax(outputs, axis=-1)[..., None]
    mass = np.where(np.abs(np.arange(units) - best) <= PEAK_REACH, outputs, 0.0)
    total = mass.sum(axis=-1)
    return curvature_of((mass * np.arange(units)).sum(axis=-1) / np.where(total > 0, total, 1.0), units, sharpest)
