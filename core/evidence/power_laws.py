"""Power laws with an offset, fitted robustly, and their intervals.

y = floor + a x^-b, and L = E + A N^-alpha + B D^-beta: Huber's loss on differences of logarithms, minimised by L-BFGS
from a grid of starts, as Hoffmann et al. (2022) do; intervals by resampling points.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy.optimize import minimize

DELTA = 1e-3


def _huber(r: np.ndarray) -> tuple[float, np.ndarray]:
    size = np.abs(r)
    inside = size <= DELTA
    return float(np.sum(np.where(inside, 0.5 * r * r, DELTA * (size - 0.5 * DELTA)))), np.where(
        inside, r, DELTA * np.sign(r)
    )


def _terms(x: np.ndarray, p: np.ndarray) -> np.ndarray:
    # x (terms, points) logarithms -> (terms + 1, points) logarithms of a x^-b and of the floor
    exponents = p[1::2][:, None]
    return np.concatenate([p[0:-1:2][:, None] - exponents * x, np.full((1, x.shape[1]), p[-1])])


def fit(x: np.ndarray, y: np.ndarray, *, starts: str = "grid", at: np.ndarray | None = None) -> np.ndarray:
    # x (terms, points), y (points,) -> (2 terms + 1,)
    """Parameters (log a, b) of each term and the logarithm of the floor. Points must be positive.

    `starts` "grid" tries many starts; "near" only `at`. Raises ValueError for numbers that are not positive.
    """
    x, y = np.atleast_2d(np.asarray(x, dtype=float)), np.asarray(y, dtype=float)
    if not (np.all(x > 0) and np.all(y > 0) and np.all(np.isfinite(x)) and np.all(np.isfinite(y))):
        raise ValueError("a power law needs positive finite numbers")
    lx, ly = np.log(x), np.log(y)

    def cost(p: np.ndarray) -> tuple[float, np.ndarray]:
        terms = _terms(lx, p)
        top = terms.max(axis=0)
        weights = np.exp(terms - top)
        total = weights.sum(axis=0)
        value, slope = _huber(top + np.log(total) - ly)
        shares = slope * weights / total
        found = np.empty_like(p)
        found[0:-1:2] = shares[:-1].sum(axis=1)
        found[1::2] = -(shares[:-1] * lx).sum(axis=1)
        found[-1] = shares[-1].sum()
        return value, found

    bounds = [(None, None), (0.0, 3.0)] * len(x) + [(ly.min() - 12.0, ly.min())]
    best = None
    for start in [at] if starts == "near" and at is not None else _grid(lx, ly):
        found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2000})
        if best is None or found.fun < best.fun:
            best = found
    assert best is not None
    return np.asarray(best.x)


def _grid(lx: np.ndarray, ly: np.ndarray) -> list[np.ndarray]:
    starts = []
    for exponents in product((0.1, 0.3, 0.6, 1.0), repeat=len(lx)):
        for floor in (ly.min() - 0.1, ly.min() - 0.7, ly.min() - 3.0):
            p = np.empty(2 * len(lx) + 1)
            p[1::2], p[-1] = exponents, floor
            p[0:-1:2] = ly.mean() - np.log(len(lx)) + np.array(exponents) * lx.mean(axis=1)
            starts.append(p)
    return starts


def predict(x: np.ndarray, p: np.ndarray) -> np.ndarray:
    # (terms, points), (2 terms + 1,) -> (points,)
    """The law at other points."""
    terms = _terms(np.log(np.atleast_2d(np.asarray(x, dtype=float))), np.asarray(p))
    return np.asarray(np.exp(np.logaddexp.reduce(terms, axis=0)))


def resampled(x: np.ndarray, y: np.ndarray, groups: np.ndarray, *, draws: int, rng: np.random.Generator) -> np.ndarray:
    # -> (draws, 2 terms + 1)
    """Fits to points drawn with replacement within each group (the seeds of one setting), started at the full fit.

    A group of one point stays as it is, so that such intervals tell of seeds and not of the settings chosen.
    """
    x, y = np.atleast_2d(np.asarray(x, dtype=float)), np.asarray(y, dtype=float)
    full = fit(x, y)
    places = [np.flatnonzero(groups == one) for one in np.unique(groups)]
    found = []
    for _ in range(draws):
        chosen = np.concatenate([rng.choice(one, len(one)) for one in places])
        found.append(fit(x[:, chosen], y[chosen], starts="near", at=full))
    return np.array(found)
