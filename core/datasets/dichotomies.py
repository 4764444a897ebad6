"""Two-class tasks for one threshold unit: random and planted ones, and whether any weights solve them."""

from __future__ import annotations

from functools import cache
from math import comb

import numpy as np
from scipy.optimize import linprog


def random_dichotomy(patterns: int, weights: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian patterns (P, n), so in general position, and targets (P,) of +1 or -1 by fair coins."""
    return rng.standard_normal((patterns, weights)), rng.choice([-1.0, 1.0], patterns)


def planted(
    patterns: int, weights: int, margin: float, rng: np.random.Generator, *, thin: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Patterns of length 1 that a unit vector separates through the origin, the nearest at exactly `margin` from it.

    Distances are uniform in margin to 1, or all equal to the margin if `thin`; signs are fair coins, the rest of each
    pattern a random direction.
    Raises ValueError unless 0 < margin <= 1 and there are two weights or more.
    """
    if not 0 < margin <= 1 or weights < 2:
        raise ValueError(f"need 0 < margin <= 1 and at least 2 weights, not margin {margin} and {weights} weights")
    axis = rng.standard_normal(weights)
    axis /= np.linalg.norm(axis)
    rest = rng.standard_normal((patterns, weights))
    rest -= np.outer(rest @ axis, axis)
    rest /= np.linalg.norm(rest, axis=1, keepdims=True)
    d = rng.choice([-1.0, 1.0], patterns)
    distance = rng.uniform(margin, margin if thin else 1.0, patterns)
    distance[0] = margin
    return (d * distance)[:, None] * axis + np.sqrt(1 - distance**2)[:, None] * rest, d


def separable(x: np.ndarray, d: np.ndarray) -> bool:
    """Whether some w has d w.x > 0 for every pattern, by linear programming: the largest t <= 1 with d w.x / |x| >= t
    and |w_i| <= 1. A positive answer is checked on every pattern; a margin below 1e-6 counts as none.

    x (P, n) carries its bias input, d (P,) holds +1 and -1. Raises ValueError for other targets or shapes, and for a
    pattern of zeros.
    """
    x, d = np.asarray(x, dtype=float), np.asarray(d, dtype=float)
    if x.ndim != 2 or d.shape != (len(x),) or not np.all(np.abs(d) == 1):
        raise ValueError(f"expected patterns (P, n) and targets (P,) of +1 or -1, not {x.shape} and {d.shape}")
    length = np.linalg.norm(x, axis=1)
    if not np.all(length > 0):
        raise ValueError(f"pattern {int(np.argmin(length))} is all zeros; no weights can classify it")
    signed = d[:, None] * x / length[:, None]
    n = x.shape[1]
    aim = np.zeros(n + 1)
    aim[n] = -1.0
    rows = np.column_stack([-signed, np.ones(len(x))])
    found = linprog(aim, A_ub=rows, b_ub=np.zeros(len(x)), bounds=[(-1, 1)] * n + [(0, 1)])
    if found.status != 0:
        raise RuntimeError(f"the linear program ended without an answer: {found.message}")
    return bool(found.x[n] > 1e-6 and np.all(signed @ found.x[:n] > 0))


def absorbed(x: np.ndarray, d: np.ndarray) -> int:
    """How many patterns, taken one by one, a threshold unit can hold before it first fails; len(x) if it never does."""
    low, high = min(len(x), x.shape[1]), len(x) + 1  # up to n patterns in general position are always separable
    while high - low > 1:
        middle = (low + high) // 2
        if separable(x[:middle], d[:middle]):
            low = middle
        else:
            high = middle
    return low


def cover_count(patterns: int, weights: int) -> int:
    """Linearly separable dichotomies of P points in general position, P > 0: 2 sum over k < n of C(P - 1, k).

    Source: Cover (1965).
    """
    return 2 * sum(comb(patterns - 1, k) for k in range(weights))


@cache
def cover_probability(patterns: int, weights: int) -> float:
    """The share of all dichotomies of P points in general position that n weights can separate; 1 for P <= n."""
    return cover_count(patterns, weights) / 2**patterns
