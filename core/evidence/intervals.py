"""Intervals over seeds, over test patterns, and over both."""

from __future__ import annotations

from math import sqrt

import numpy as np
from scipy import stats

LEVEL = 0.95


def wilson(successes: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Wilson score interval of a proportion: the sampling error of a test set of n patterns.

    Raises ValueError unless 0 <= successes <= n and n > 0. Source: Wilson (1927).
    """
    if n <= 0 or not 0 <= successes <= n:
        raise ValueError(f"need 0 <= successes <= n and n > 0, not {successes} of {n}")
    z = stats.norm.ppf(0.5 + level / 2)
    p = successes / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = 0.0 if successes == 0 else middle - half
    return low, 1.0 if successes == n else middle + half


def percentile(values: np.ndarray, level: float = LEVEL) -> tuple[float, float]:
    """Where the middle `level` of single runs fall: percentiles over seeds."""
    low, high = np.percentile(np.asarray(values, dtype=float), [50 * (1 - level), 50 * (1 + level)])
    return float(low), float(high)


def bootstrap_mean(
    values: np.ndarray, *, rng: np.random.Generator, level: float = LEVEL, draws: int = 2000
) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean over seeds: how well n seeds pin the mean down."""
    values = np.asarray(values, dtype=float)
    picks = rng.integers(0, len(values), (draws, len(values)))
    return percentile(values[picks].mean(axis=1), level)


def seeds_and_sampling(
    values: np.ndarray,
    standard_errors: np.ndarray,
    *,
    rng: np.random.Generator,
    level: float = LEVEL,
    draws: int = 20000,
) -> tuple[float, float]:
    """Where a single run on another test set of the same size would fall.

    values (n,) one per seed; standard_errors (n,) of each value over test patterns. A seed is drawn, then normal
    sampling error is added to its value.
    """
    picks = rng.integers(0, len(values), draws)
    noise = rng.standard_normal(draws)
    return percentile(
        np.asarray(values, dtype=float)[picks] + noise * np.asarray(standard_errors, dtype=float)[picks], level
    )
