"""Formulas of the textbook, tried on random quadratic losses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.learning import slope_theory as theory
from core.learning import slopes
from core.learning.seeds import generator


def quadratic(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Each quantity read from a random quadratic over what the formula says; 1 where the formula is exact."""
    return [_quadratic(generator(cell["entropy"], seed)) for seed in seeds]


def _quadratic(rng: np.random.Generator) -> dict[str, Any]:
    least, curvature, v, d = rng.uniform(0.5, 2), rng.uniform(0.5, 2), rng.uniform(0.5, 2), rng.uniform(0.1, 1)
    meter = slopes.Meter(lambda w: least + curvature * np.sum(w**2, axis=-1))
    at = np.array([v])
    below, here, above = (float(meter.read(at + k * d)) for k in (-1, 0, 1))
    root = rng.standard_normal((2, 2))
    r = root @ root.T
    bowl = slopes.Meter(lambda w: least + np.einsum("...i,ij,...j->...", w, r, w))
    w = rng.standard_normal(2)
    readings = [float(bowl.read(w + sign * d * axis)) for axis in np.eye(2) for sign in (1, -1)]
    average = np.mean(readings) - float(bowl.read(w))
    path = slopes.differential_steepest_descent(meter, at, rate=0.1 / curvature, step=d, iterations=40)[:, 0]
    return {
        "central_ratio": slopes.central(meter, at, d)[0] / (2 * curvature * v),
        "second_ratio": (above - 2 * here + below) / d**2 / (2 * curvature),
        "forward_ratio": slopes.forward(meter, at, d)[0] / (2 * curvature * v + curvature * d),
        "penalty_ratio": (0.5 * (above + below) - here) / theory.penalty(curvature, d),
        "perturbation_ratio": average / least / theory.perturbation(np.linalg.eigvalsh(r), d, least),
        "geometric_ratio": np.log(path[40] / path[20]) / np.log(path[20] / path[0]),
    }
