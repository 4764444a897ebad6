"""The rules of 1959 and 1960: LMS in its two forms and the perceptron rule, one presentation at a time.

Patterns x (P, n) carry their constant bias input themselves; targets d (P,). `order` (T,) says which pattern is shown
at each presentation; without it each is shown once, as given. Equation and page numbers: Widrow and Lehr (1990).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Pass(NamedTuple):
    """What a sequence of presentations left: final weights (n,), the error before each update (T,), the weights
    before the first and after each presentation (T + 1, n), empty unless asked for, and the presentation at which
    numbers ceased to be finite, or None. From there on errors are NaN and the weights are the last finite ones."""

    weights: np.ndarray
    errors: np.ndarray
    history: np.ndarray
    diverged: int | None


def checked(
    w: np.ndarray, x: np.ndarray, d: np.ndarray, order: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The arguments of a pass as arrays of the right kind.

    Raises ValueError, saying which and why, for mismatched shapes, no patterns or numbers that are not finite.
    """
    w, x, d = (np.ascontiguousarray(a, dtype=float) for a in (w, x, d))
    if x.ndim != 2 or w.shape != (x.shape[-1],) or d.shape != (len(x),):
        raise ValueError(
            f"patterns {x.shape}, targets {d.shape} and weights {w.shape} do not belong together; "
            "expected (P, n), (P,) and (n,)"
        )
    if x.size == 0:
        raise ValueError("there are no patterns to learn from")
    for name, values in (("weights", w), ("patterns", x), ("targets", d)):
        if not np.all(np.isfinite(values)):
            raise ValueError(f"{name} must be finite numbers; there is a NaN or an infinity among them")
    shown = np.arange(len(x)) if order is None else np.ascontiguousarray(order, dtype=np.int64)
    if shown.ndim != 1 or (shown.size and (shown.min() < 0 or shown.max() >= len(x))):
        raise ValueError(f"the order of presentation must hold numbers of patterns, 0 to {len(x) - 1}")
    return w, x, d, shown


def positive(name: str, value: float) -> float:
    """The value as a float. Raises ValueError unless it is a positive number: at 0 nothing would be learned."""
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be a positive number, not {value}")
    return float(value)


def squared_lengths(x: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """|x|^2 of every pattern. Raises ValueError if a pattern that is shown is all zeros: alpha-LMS divides by it."""
    lengths = np.einsum("pn,pn->p", x, x)
    empty = np.flatnonzero(lengths == 0)
    if np.isin(empty, shown).any():
        raise ValueError(f"pattern {empty[0]} is all zeros; alpha-LMS divides by its squared length")
    return lengths


def mu_lms(w, x, d, order=None, *, mu: float, keep: bool = False) -> Pass:
    """w <- w + 2 mu e x with e = d - w.x (eq. 33, p. 1429). Raises ValueError as `checked` and `positive`.

    >>> x, d = np.array([[1.0, 1.0], [1.0, -1.0]]), np.array([1.0, -1.0])
    >>> mu_lms(np.zeros(2), x, d, mu=0.25).weights  # each step is 2 mu error x
    array([0., 1.])
    """
    w, x, d, shown = checked(w, x, d, order)
    return _pass(w, x, d, shown, np.full(len(x), 2 * positive("mu", mu)), keep)


def alpha_lms(w, x, d, order=None, *, alpha: float, keep: bool = False) -> Pass:
    """w <- w + alpha e x / |x|^2 (eq. 10): the error of the pattern shown shrinks by 1 - alpha.

    Raises ValueError as `checked`, `positive` and `squared_lengths`.

    >>> alpha_lms(np.zeros(2), np.array([[1.0, 3.0]]), np.array([1.0]), alpha=1.0).weights  # the error is gone at once
    array([0.1, 0.3])
    """
    w, x, d, shown = checked(w, x, d, order)
    lengths = squared_lengths(x, shown)
    return _pass(w, x, d, shown, positive("alpha", alpha) / np.where(lengths > 0, lengths, 1.0), keep)


def _pass(w, x, d, shown, rates, keep) -> Pass:
    errors = np.full(len(shown), np.nan)
    history = [w]
    for t, p in enumerate(shown):
        e = d[p] - w @ x[p]
        new = w + (rates[p] * e) * x[p]
        if not np.all(np.isfinite(new)):
            return Pass(w, errors, _padded(history, shown, keep), t)
        w, errors[t] = new, e
        if keep:
            history.append(w)
    return Pass(w, errors, _padded(history, shown, keep), None)


def perceptron(w, x, d, order=None, *, rate: float = 1.0, deadzone: float = 0.0, keep: bool = False) -> Pass:
    """Where the decision is wrong, w <- w + rate d x, that is half the quantiser's error times x (pp. 1424-1425).

    Targets are +1 or -1; a sum s is wrong when d s <= deadzone, so that zero counts as wrong. `errors` holds 1 for
    every update and 0 otherwise. With a deadzone, right answers that are not clear enough are adapted too.
    Raises ValueError as `checked` and `positive`, for other targets and for a negative deadzone.

    >>> perceptron(np.zeros(2), np.array([[1.0, 2.0]]), np.array([-1.0])).weights
    array([-1., -2.])
    """
    w, x, d, shown = checked(w, x, d, order)
    positive("rate", rate)
    binary(d, deadzone)
    mistakes = np.zeros(len(shown))
    history = [w]
    for t, p in enumerate(shown):
        if d[p] * (w @ x[p]) <= deadzone:
            w = w + rate * d[p] * x[p]
            mistakes[t] = 1.0
        if keep:
            history.append(w)
    return Pass(w, mistakes, _padded(history, shown, keep), None)


def binary(d: np.ndarray, deadzone: float) -> None:
    """Raise ValueError unless targets are +1 or -1 and the deadzone is not negative."""
    if not np.all(np.abs(d) == 1):
        raise ValueError("targets of the perceptron rule must be +1 or -1")
    if not (np.isfinite(deadzone) and deadzone >= 0):
        raise ValueError(f"the deadzone cannot be {deadzone}; expected a number that is not negative")


def _padded(history, shown, keep):
    """Weights after every presentation; those after a divergence repeat the last finite ones."""
    if not keep:
        return np.empty((0, len(history[0])))
    return np.array(history + [history[-1]] * (len(shown) + 1 - len(history)))
