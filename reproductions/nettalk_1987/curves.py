"""The law of a learning curve: a power of practice against other falling curves, by how well each fits and foretells.

All forms are fitted to the logarithm of the error by least squares, so that every look counts alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.optimize import least_squares

# name: (log error at practice t for parameters q, starts of q from the first and last error and practice)
Form = tuple[Callable[[np.ndarray, np.ndarray], np.ndarray], Callable[..., list[list[float]]]]
TINY = 1e-12


def _power(t: np.ndarray, q: np.ndarray) -> np.ndarray:
    return q[0] - q[1] * np.log(t)


def _power_floor(t: np.ndarray, q: np.ndarray) -> np.ndarray:
    return np.logaddexp(q[0] - np.exp(q[1]) * np.log(t), q[2])


def _exponential(t: np.ndarray, q: np.ndarray) -> np.ndarray:
    return q[0] - np.exp(q[1]) * t


def _exponential_floor(t: np.ndarray, q: np.ndarray) -> np.ndarray:
    return np.logaddexp(q[0] - np.exp(q[1]) * t, q[2])


def _logarithm(t: np.ndarray, q: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(q[0] - np.exp(q[1]) * np.log(t), TINY))


def _straight(e0: float, e1: float, t0: float, t1: float) -> list[list[float]]:
    """From a straight line in log t through both ends, and one that leaves a tenth of the first error at the end."""
    slopes = [(e0 - e) / np.log(t1 / t0) for e in (e1, 0.1 * e0)]
    return [[e0 + b * np.log(t0), np.log(b)] for b in slopes]


FORMS: dict[str, Form] = {
    "power": (_power, lambda e0, e1, t0, t1: [[np.log(e0), np.log(e0 / e1) / np.log(t1 / t0)]]),
    "power with a floor": (
        _power_floor,
        lambda e0, e1, t0, t1: [[np.log(e0), np.log(b), np.log(c * e1)] for b in (0.3, 1.0) for c in (0.1, 0.9)],
    ),
    "exponential": (_exponential, lambda e0, e1, t0, t1: [[np.log(e0), np.log(k / t1)] for k in (1.0, 5.0)]),
    "exponential with a floor": (
        _exponential_floor,
        lambda e0, e1, t0, t1: [[np.log(e0), np.log(k / t1), np.log(0.9 * e1)] for k in (3.0, 30.0, 300.0)],
    ),
    "logarithm": (_logarithm, _straight),
}  # fmt: skip


def fit(form: str, t: np.ndarray, error: np.ndarray) -> tuple[np.ndarray, float]:
    """Parameters of one form and its sum of squared differences of logarithms. Practice and errors must be positive."""
    curve, starts = FORMS[form]
    wanted = np.log(error)
    best: tuple[np.ndarray, float] | None = None
    for start in starts(error[0], max(error[-1], TINY), t[0], t[-1]):
        found = least_squares(lambda q: curve(t, q) - wanted, start, method="lm", max_nfev=2000)
        if best is None or 2 * found.cost < best[1]:
            best = found.x, float(2 * found.cost)
    assert best is not None
    return best


def compared(t: np.ndarray, error: np.ndarray, *, seen: float = 0.5) -> dict[str, dict[str, Any]]:
    """Each form's fit and forecast: parameters, root mean square of log differences, Akaike's criterion, and the
    root mean square of its forecasts of the later looks from the earlier ones, a share `seen` of all.

    Looks at which nothing was wrong are left out, and said so in `left`.
    """
    keep = (error > 0) & (t > 0)
    t, error, found = np.asarray(t, float)[keep], np.asarray(error, float)[keep], {}
    early = max(4, int(seen * len(t)))
    for form, (curve, _) in FORMS.items():
        q, rss = fit(form, t, error)
        before, _ = fit(form, t[:early], error[:early])
        ahead = curve(t[early:], before) - np.log(error[early:])
        found[form] = {
            "parameters": q,
            "rms": float(np.sqrt(rss / len(t))),
            "aic": float(len(t) * np.log(max(rss, TINY) / len(t)) + 2 * (len(q) + 1)),
            "forecast": float(np.sqrt(np.mean(np.square(ahead)))) if len(ahead) else float("nan"),
            "left": float(np.sum(~keep)),
        }
    return found


def exponent(t: np.ndarray, error: np.ndarray) -> float:
    """The exponent b of error = a t^-b."""
    keep = (np.asarray(error) > 0) & (np.asarray(t) > 0)
    return float(fit("power", np.asarray(t, float)[keep], np.asarray(error, float)[keep])[0][1])


def best(found: Mapping[str, Mapping[str, Any]], by: str = "aic") -> str:
    """The form that does best by a criterion."""
    return min(found, key=lambda form: found[form][by])
