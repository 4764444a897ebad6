"""Power laws, fitted robustly, and their intervals.

Every form is log L = q log(sum_k a_k x_k^-b_k + floor): a falling power for each quantity, with or without a floor.
With a floor and q = 1 it is that of Hestness et al. (2017) for one quantity and of Hoffmann et al. (2022) for two;
without a floor it is Kaplan et al.'s (2020), whose law for two quantities has the outer power q. Huber's loss on
differences of logarithms is minimised by L-BFGS from a grid of starts, as Hoffmann et al. do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import ThreadpoolController

DELTA = 1e-3
FINISHED = 3  # of many starts, the best so many are followed to the end


@dataclass(frozen=True)
class Form:
    """Which parameters a law has besides (log a, b) of every term, in this order: the floor's logarithm, and q.

    With `outer` the last b is 1, so that q itself is the exponent of the last quantity and q b that of the others.
    """

    floor: bool
    outer: bool = False

    def exponents(self, p: np.ndarray, terms: int) -> np.ndarray:
        # (..., parameters) -> (..., terms)
        """The exponent of each quantity by itself, where the other terms are small."""
        return np.asarray(p[..., 1 : 2 * terms : 2] * (p[..., -1:] if self.outer else 1.0))


OFFSET = Form(floor=True)
PLAIN = Form(floor=False)
JOINT = Form(floor=False, outer=True)


def _huber(r: np.ndarray) -> tuple[float, np.ndarray]:
    """Huber's loss over DELTA and its slope, between -1 and 1 each: the minimiser's tolerances suit such numbers."""
    u = r / DELTA
    slope = np.clip(u, -1.0, 1.0)
    return float(np.sum(slope * (u - 0.5 * slope)) * DELTA), slope


def _inner(lx: np.ndarray, p: np.ndarray, form: Form) -> tuple[np.ndarray, np.ndarray]:
    # lx (terms, points) -> (points,), (terms [+ 1], points)
    """Logarithm of the sum of terms and floor, and the share of each in it."""
    k = 2 * len(lx)
    terms = p[0:k:2, None] - p[1:k:2, None] * lx
    if form.floor:
        terms = np.concatenate([terms, np.full((1, lx.shape[1]), p[k])])
    top = terms.max(axis=0)
    weights = np.exp(terms - top)
    total = weights.sum(axis=0)
    return top + np.log(total), weights / total


@cache
def _threads() -> ThreadpoolController:
    """What sets the number of threads; it looks through every library that is loaded, so it is made once."""
    return ThreadpoolController()


def fit(x: np.ndarray, y: np.ndarray, form: Form = OFFSET, *, near: np.ndarray | None = None) -> np.ndarray:
    # x (terms, points), y (points,) -> (parameters,)
    """Parameters (log a, b) of each term, then those of the form. Points must be positive.

    Many starts are tried, or only `near`. Raises ValueError for numbers that are not positive.
    """
    with _threads().limit(limits=1):  # several threads only wait for each other over such small arrays
        return _fit(x, y, form, near)


def _fit(x: np.ndarray, y: np.ndarray, form: Form, near: np.ndarray | None) -> np.ndarray:
    x, y = np.atleast_2d(np.asarray(x, dtype=float)), np.asarray(y, dtype=float)
    if not (np.all(x > 0) and np.all(y > 0) and np.all(np.isfinite(x)) and np.all(np.isfinite(y))):
        raise ValueError("a power law needs positive finite numbers")
    lx, ly = np.log(x), np.log(y)
    k = 2 * len(lx)

    def cost(p: np.ndarray) -> tuple[float, np.ndarray]:
        inner, shares = _inner(lx, p, form)
        q = p[-1] if form.outer else 1.0
        value, slope = _huber(q * inner - ly)
        each = q * slope * shares
        found = np.empty_like(p)
        found[0:k:2] = each[: len(lx)].sum(axis=1)
        found[1:k:2] = -(each[: len(lx)] * lx).sum(axis=1)
        if form.floor:
            found[k] = each[-1].sum()
        if form.outer:
            found[-1] = slope @ inner
        return value, found

    def descend(start: np.ndarray, **until: float) -> Any:
        return minimize(cost, start, jac=True, method="L-BFGS-B", bounds=_bounds(lx, ly, form), options=until)

    if near is not None:
        tries = [near]
    else:
        rough = (descend(start, maxiter=200, ftol=1e-7) for start in _starts(lx, ly, form))
        tries = [found.x for found in sorted(rough, key=lambda found: found.fun)[:FINISHED]]
    ended = [descend(start, maxiter=5000, maxfun=50000, ftol=1e-13, gtol=1e-8) for start in tries]
    return np.asarray(min(ended, key=lambda found: found.fun).x)


def _bounds(lx: np.ndarray, ly: np.ndarray, form: Form) -> list[tuple[float | None, float | None]]:
    bounds: list[tuple[float | None, float | None]] = [(None, None), (0.0, 30.0 if form.outer else 3.0)] * len(lx)
    if form.floor:
        bounds.append((ly.min() - 12.0, ly.max()))  # noise also scatters below a floor
    if form.outer:
        bounds[2 * len(lx) - 1] = (1.0, 1.0)
        bounds.append((1e-3, 3.0))
    return bounds


def _starts(lx: np.ndarray, ly: np.ndarray, form: Form) -> list[np.ndarray]:
    free = len(lx) - 1 if form.outer else len(lx)
    floors = [[ly.min() - below] for below in (0.1, 1.0)] if form.floor else [[]]
    outer = [[q] for q in (0.05, 0.1, 0.3, 0.6)] if form.outer else [[]]
    starts = []
    for exponents, floor, power in product(product((0.1, 0.3, 0.8), repeat=free), floors, outer):
        q = power[0] if power else 1.0
        b = np.array([one / q for one in exponents] + [1.0] * (len(lx) - free))
        a = ly.mean() / q - np.log(len(lx)) + b * lx.mean(axis=1)
        starts.append(np.concatenate([np.stack([a, b], axis=1).ravel(), floor, power]))
    return starts


def predict(x: np.ndarray, p: np.ndarray, form: Form = OFFSET) -> np.ndarray:
    # (terms, points), (parameters,) -> (points,)
    """The law at other points."""
    p = np.asarray(p)
    inner, _ = _inner(np.log(np.atleast_2d(np.asarray(x, dtype=float))), p, form)
    return np.asarray(np.exp((p[-1] if form.outer else 1.0) * inner))


def redrawn(ly: np.ndarray, places: Sequence[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Logarithms drawn again within each group of points: deviations from the group's mean, with replacement.

    They are widened by sqrt(n / (n - 1)), for the n seeds of a group scatter less about their own mean than about the
    true one. A group of one point stays as it is, so that intervals tell of seeds and not of the settings chosen.
    """
    again = ly.copy()
    for place in places:
        middle, n = ly[place].mean(), len(place)
        if n > 1:
            again[place] = middle + np.sqrt(n / (n - 1)) * (ly[rng.choice(place, n)] - middle)
    return again


def resampled(
    x: np.ndarray,
    y: np.ndarray,
    groups: np.ndarray,
    full: np.ndarray,
    form: Form = OFFSET,
    *,
    draws: int,
    rng: np.random.Generator,
) -> np.ndarray:
    # -> (draws, parameters)
    """Fits to points drawn again within each group (the seeds of one setting), started at `full`, the fit to all."""
    x, ly = np.atleast_2d(np.asarray(x, dtype=float)), np.log(np.asarray(y, dtype=float))
    places = [np.flatnonzero(groups == one) for one in np.unique(groups)]
    with _threads().limit(limits=1):
        return np.array([_fit(x, np.exp(redrawn(ly, places, rng)), form, full) for _ in range(draws)])
