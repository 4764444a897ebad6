"""What noise in measured slopes costs: the excess loss that it keeps up, and the samples that a task takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.learning import slope_theory as theory
from core.learning import slopes
from core.learning.compiled import lms
from core.learning.seeds import generator

DIVERGED = 1e3  # an excess of this many times the least loss counts as diverged
REPLICAS = 16  # runs side by side in one trial
PATIENCE = 15  # time constants after which a run of the task is given up


def misadjustment(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Excess loss, in units of the least one, that noise keeps a method at, with every eigenvalue 1.

    Runs start at the minimum; `burn` time constants are left out and `measure` of them averaged.
    """
    return [_misadjustment(cell, generator(cell["entropy"], seed)) for seed in seeds]


def _misadjustment(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    n, constant = int(cell["n"]), float(cell["time_constant"])
    samples = cell["time_constant"] * (cell["burn"] + cell["measure"])
    start = np.zeros((REPLICAS, n))
    if cell["method"] == "LMS":
        excess = _lms_excess(n, theory.lms_rate(constant), samples, rng)
        skip = round(len(excess) * cell["burn"] / (cell["burn"] + cell["measure"]))
        return {"misadjustment": float(excess[skip:].mean()), "perturbation": 0.0}
    path, perturbation = descend(cell, start, samples, rng)
    excess = np.sum(path**2, axis=-1)
    gone = ~np.isfinite(excess).all(axis=0) | (np.nan_to_num(excess).max(axis=0) > DIVERGED)
    if gone.any():
        return {"failed": "diverged", "diverged": float(gone.mean())}
    skip = round(len(path) * cell["burn"] / (cell["burn"] + cell["measure"]))
    return {"misadjustment": float(excess[skip:].mean()), "perturbation": perturbation, "diverged": 0.0}


def descend(
    cell: Mapping[str, Any], start: np.ndarray, samples: float, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """The path of a measured-slope method (cell["method"]) over that many samples, and its perturbation P."""
    n, each, constant, step = start.shape[-1], cell["samples"], float(cell["time_constant"]), cell["step"]
    meter = slopes.Meter(lambda v: 1.0 + np.sum(v**2, axis=-1), slopes.mean_of_squares(each, rng))
    if cell["method"] == "DSD":
        rate, iterations = theory.descent_rate(n, each, constant), int(samples / (2 * n * each))
        path = slopes.differential_steepest_descent(meter, start, rate=rate, step=step, iterations=iterations)
        return path, step**2
    rate, iterations = theory.search_rate(step, each, constant), int(samples / (2 * each))
    path = slopes.linear_random_search(meter, start, rate=rate, spread=step, iterations=iterations, rng=rng)
    return path, n * step**2 / 2


def _lms_excess(n: int, mu: float, samples: float, rng: np.random.Generator) -> np.ndarray:
    """|w|^2 after each presentation of white Gaussian patterns whose targets are noise of variance 1."""
    w, excess = np.zeros(n), []
    for _ in range(0, int(samples), 1000):
        found = lms.mu_lms(w, rng.standard_normal((1000, n)), rng.standard_normal(1000), mu=mu, keep=True)
        w = found.weights
        excess.append(np.sum(found.history[1:] ** 2, axis=1))
    return np.concatenate(excess)


def time_to_reach(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Samples until the excess loss first falls from `start` to `goal` times the least one, eigenvalues all 1.

    The time constant of each method is the one at which theory promises a total misadjustment of `goal`. A run that is
    not there after PATIENCE time constants has `reached` 0 and no samples.
    """
    return [_time_to_reach(cell, generator(cell["entropy"], seed)) for seed in seeds]


def _time_to_reach(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    n, goal = int(cell["n"]), cell["goal"]
    start = np.full(n, np.sqrt(cell["start"] / n))
    most = PATIENCE * cell["time_constant"]
    if cell["method"] == "LMS":
        x = rng.standard_normal((int(most), n))
        found = lms.mu_lms(start, x, rng.standard_normal(len(x)), mu=theory.lms_rate(cell["time_constant"]), keep=True)
        path, each = found.history, 1
    else:
        path, _ = descend(cell, start, most, rng)
        each = 2 * cell["samples"] * (n if cell["method"] == "DSD" else 1)
    there = np.flatnonzero(np.sum(path**2, axis=-1) <= goal)
    if not len(there):
        return {"reached": 0.0}
    return {"reached": 1.0, "presentations": float(there[0] * each), "updates": float(there[0])}
