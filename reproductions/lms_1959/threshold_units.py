"""What one threshold unit can hold, how the perceptron rule ends or not, and how flat a hard limiter is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from core.datasets import dichotomies
from core.learning import lms_theory as theory
from core.learning import slopes
from core.learning.compiled import lms
from core.learning.seeds import generator


def capacity(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Share of cell["draws"] random dichotomies of cell["patterns"] points that a unit can separate."""
    found = []
    for seed in seeds:
        rng = generator(cell["entropy"], seed)
        tried = [dichotomies.random_dichotomy(cell["patterns"], cell["weights"], rng) for _ in range(cell["draws"])]
        found.append({"separable": float(np.mean([dichotomies.separable(x, d) for x, d in tried]))})
    return found


def absorbed(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Patterns that a unit holds, taken one by one, before the first that it cannot; over its weights too."""
    found = []
    for seed in seeds:
        rng, n = generator(cell["entropy"], seed), int(cell["weights"])
        held = [dichotomies.absorbed(*dichotomies.random_dichotomy(8 * n + 20, n, rng)) for _ in range(cell["draws"])]
        found.append({"absorbed": float(np.mean(held)), "per_weight": float(np.mean(held)) / n})
    return found


def novikoff(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Mistakes of the perceptron rule on planted data, over the bound (R / margin)^2 with R = 1.

    Orthogonal patterns, the worst case, have the margin 1 / sqrt(P) and P mistakes.
    """
    found: list[dict[str, Any]] = []
    for seed in seeds:
        rng, n = generator(cell["entropy"], seed), int(cell["dimension"])
        if cell["data"] == "orthogonal":
            x, d, margin = np.eye(n), np.ones(n), n**-0.5
        else:
            margin = cell["margin"]
            x, d = dichotomies.planted(cell["patterns"], n, margin, rng, thin=cell["data"] == "thin")
        _, mistakes = lms.perceptron_until_right(np.zeros(n), x, d, most_updates=10**8)
        if mistakes is None:
            found.append({"failed": "more than 1e8 mistakes"})
            continue
        found.append({"mistakes": float(mistakes), "bound": margin**-2, "of_bound": mistakes * margin**2})
    return found


def rules_beside(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """LMS and the perceptron rule on one of three kinds of two-dimensional clouds: share wrong, and restlessness."""
    return [_rules_beside(cell, generator(cell["entropy"], seed)) for seed in seeds]


def clouds(kind: str, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two clouds of points with a bias input: apart, apart with a far group on the right side, or overlapping."""
    d = np.repeat([1.0, -1.0], count // 2)
    points = 0.5 * rng.standard_normal((len(d), 2))
    points[:, 0] += d * (0.75 if kind == "overlapping" else 2.0)
    if kind == "far group":
        points[: count // 8, 0] += 18.0
    return np.column_stack([np.ones(len(d)), points]), d


def _rules_beside(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    x, d = clouds(cell["kind"], cell["points"], rng)
    order = rng.integers(0, len(d), cell["presentations"])
    r, p = theory.correlations(x, d)
    linear = lms.mu_lms(np.zeros(3), x, d, order, mu=0.02 * theory.trace_bound(r))
    start = np.array([0.0, *(100 * rng.standard_normal(2))]) if cell["start"] == "large" else np.zeros(3)
    steps = lms.perceptron(start, x, d, order, rate=cell["rate"], keep=True)
    least = theory.wiener(r, p)
    half = len(order) // 2
    return {
        "separable": float(dichotomies.separable(x, d)),
        "lms_wrong": _wrong(linear.weights, x, d),
        "wiener_wrong": _wrong(least, x, d),
        "lms_distance": np.linalg.norm(linear.weights - least) / np.linalg.norm(least),
        "perceptron_wrong": _wrong(steps.weights, x, d),
        "late_updates": float(steps.errors[half:].mean()),
        "updates": float(steps.errors.sum()),
        "shrinkage": np.linalg.norm(steps.weights) / np.linalg.norm(start) if cell["start"] == "large" else np.nan,
        "x": x,
        "d": d,
        "lms": linear.weights,
        "perceptron": steps.weights,
    }


def _wrong(w: np.ndarray, x: np.ndarray, d: np.ndarray) -> float:
    return float(np.mean(d * (x @ w) <= 0))


def flatness(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Share of random weights of a two-weight unit at which the measured slope of its squared error is zero."""
    units: dict[str, Any] = {"signum": np.sign, "tanh": np.tanh, "linear": lambda s: s}
    found = []
    for seed in seeds:
        rng = generator(cell["entropy"], seed)
        x, d = dichotomies.random_dichotomy(cell["patterns"], 2, rng)
        w = rng.uniform(-5, 5, (cell["points"], 2))
        row: dict[str, Any] = {}
        for name, squash in units.items():
            meter = slopes.Meter(partial(_mean_square, x, d, squash))
            slope = slopes.central(meter, w, 1e-6)
            row[name] = float(np.mean(np.all(slope == 0, axis=1)))
        found.append(row)
    return found


def _mean_square(x: np.ndarray, d: np.ndarray, squash: Any, w: np.ndarray) -> np.ndarray:
    # (P, 2), (P,), (..., 2) -> (...)
    return np.mean((d - squash(w @ x.T)) ** 2, axis=-1)
