"""Compiled twins of `core.learning.lms`: same arguments, same results to rounding."""

from __future__ import annotations

import numpy as np

from core.learning import lms
from core.learning.compiled.vectors import compiled


@compiled
def _linear(w, x, d, shown, rates, history, errors):
    """LMS with a rate for every pattern; returns the presentation at which it diverged, or -1."""
    n = w.shape[0]
    keep = history.shape[0] > 0
    if keep:
        history[0] = w
    for t in range(shown.shape[0]):
        p = shown[t]
        # Four sums side by side, as one long one would wait for each addition.
        s0 = s1 = s2 = s3 = 0.0
        whole = n - n % 4
        for i in range(0, whole, 4):
            s0 += w[i] * x[p, i]
            s1 += w[i + 1] * x[p, i + 1]
            s2 += w[i + 2] * x[p, i + 2]
            s3 += w[i + 3] * x[p, i + 3]
        for i in range(whole, n):
            s0 += w[i] * x[p, i]
        e = d[p] - ((s0 + s1) + (s2 + s3))
        step = rates[p] * e
        if not np.isfinite(step):
            return t
        for i in range(n):
            if not np.isfinite(w[i] + step * x[p, i]):
                return t
            if keep:
                history[t + 1, i] = w[i] + step * x[p, i]
        for i in range(n):
            w[i] += step * x[p, i]
        errors[t] = e
    return -1


@compiled
def _perceptron(w, x, d, shown, rate, deadzone, history, mistakes):
    """The perceptron rule; marks every update."""
    n = w.shape[0]
    keep = history.shape[0] > 0
    if keep:
        history[0] = w
    for t in range(shown.shape[0]):
        p = shown[t]
        s = 0.0
        for i in range(n):
            s += w[i] * x[p, i]
        if d[p] * s <= deadzone:
            for i in range(n):
                w[i] += rate * d[p] * x[p, i]
            mistakes[t] = 1.0
        if keep:
            history[t + 1] = w


@compiled
def _sweeps(w, x, d, rate, most_updates):
    """Whole sweeps of the perceptron rule until one has no mistake; returns updates, or -1 past `most_updates`."""
    count, n = x.shape
    updates = 0
    while True:
        before = updates
        for p in range(count):
            s = 0.0
            for i in range(n):
                s += w[i] * x[p, i]
            if d[p] * s <= 0.0:
                for i in range(n):
                    w[i] += rate * d[p] * x[p, i]
                updates += 1
        if updates == before:
            return updates
        if updates > most_updates:
            return -1


def _run(w, x, d, shown, rates, keep) -> lms.Pass:
    w, errors = w.copy(), np.full(len(shown), np.nan)
    history = np.empty((len(shown) + 1 if keep else 0, len(w)))
    stopped = _linear(w, x, d, shown, rates, history, errors)
    if stopped >= 0 and keep:
        history[stopped + 1 :] = w
    return lms.Pass(w, errors, history, None if stopped < 0 else int(stopped))


def mu_lms(w, x, d, order=None, *, mu: float, keep: bool = False) -> lms.Pass:
    """Twin of `core.learning.lms.mu_lms`."""
    w, x, d, shown = lms.checked(w, x, d, order)
    return _run(w, x, d, shown, np.full(len(x), 2 * lms.positive("mu", mu)), keep)


def alpha_lms(w, x, d, order=None, *, alpha: float, keep: bool = False) -> lms.Pass:
    """Twin of `core.learning.lms.alpha_lms`."""
    w, x, d, shown = lms.checked(w, x, d, order)
    lengths = lms.squared_lengths(x, shown)
    return _run(w, x, d, shown, lms.positive("alpha", alpha) / np.where(lengths > 0, lengths, 1.0), keep)


def perceptron(w, x, d, order=None, *, rate: float = 1.0, deadzone: float = 0.0, keep: bool = False) -> lms.Pass:
    """Twin of `core.learning.lms.perceptron`."""
    w, x, d, shown = lms.checked(w, x, d, order)
    lms.positive("rate", rate)
    lms.binary(d, deadzone)
    w, mistakes = w.copy(), np.zeros(len(shown))
    history = np.empty((len(shown) + 1 if keep else 0, len(w)))
    _perceptron(w, x, d, shown, float(rate), float(deadzone), history, mistakes)
    return lms.Pass(w, mistakes, history, None)


def perceptron_until_right(w, x, d, *, rate: float = 1.0, most_updates: int = 10**8) -> tuple[np.ndarray, int | None]:
    """Sweep through the patterns until all are right; returns the weights and the number of updates.

    The number is None if more than `most_updates` were not enough. Raises ValueError as `perceptron`.
    """
    w, x, d, _ = lms.checked(w, x, d, None)
    lms.binary(d, 0.0)
    w = w.copy()
    updates = _sweeps(w, x, d, lms.positive("rate", rate), most_updates)
    return w, None if updates < 0 else int(updates)
