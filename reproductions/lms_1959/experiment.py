"""The experiments of `lms_1959` on LMS itself: rate of adaptation, stability, time constants, misadjustment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from core.datasets import letters
from core.learning import lms_theory as theory
from core.learning import slopes
from core.learning.compiled import lms
from core.learning.seeds import generator

SLOWEST_AT = np.arange(0, 61, 10)  # presentations at which the slowest mode is kept
FLAT = 1.1  # a curve whose largest level over its smallest is at most this is flat
GROWTH = 1e6  # weights this many times as far from the solution as at the start have diverged


@cache
def six_patterns() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Patterns (6, 17), targets (6,), the solution that LMS reaches from zero, and the six excited modes (6, 17)."""
    x, d = letters.inputs(letters.patterns()), letters.TARGETS
    r, p = theory.correlations(x, d)
    return x, d, theory.wiener(r, p), np.linalg.eigh(r)[1].T[::-1][: len(d)]


def adaptation(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """One run of the 1960 measurement: the sum of squared errors over the six patterns after every presentation.

    The operator's reading of the error carries Gaussian noise of cell["noise"] units, on adapting and on measuring.
    With cell["dead"] an error of up to so many units is left alone.
    """
    return [_adaptation(cell, generator(cell["entropy"], seed)) for seed in seeds]


def _adaptation(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    x, d, solution, modes = six_patterns()
    shown = rng.integers(0, len(d), cell["presentations"])
    noise = cell["noise"] * rng.standard_normal(len(shown)) if cell["noise"] else np.zeros(len(shown))
    if cell.get("dead"):
        history = _with_dead_zone(x[shown], d[shown], cell["alpha"], cell["dead"])
    else:  # a misread error is as good as a misplaced target: each presentation is a pattern of its own
        start = np.zeros(x.shape[1])
        history = lms.alpha_lms(start, x[shown], d[shown] + noise, alpha=cell["alpha"], keep=True).history
    errors = d - history @ x.T
    if cell["noise"]:
        errors = errors + cell["noise"] * rng.standard_normal(errors.shape)
    measured: dict[str, Any] = {"curve": np.sum(errors**2, axis=1), "start": np.sum(errors[0] ** 2)}
    measured |= {f"after_{t}": measured["curve"][t] for t in cell["marks"]} | _of_curve(measured["curve"])
    step = history[1] - history[0]
    measured["step"] = np.abs(step).mean() / abs(d[shown[0]] + noise[0]) if d[shown[0]] + noise[0] else np.nan
    if cell["modes"]:
        measured["modes"] = (history - solution) @ modes.T
        measured["slowest"] = measured["modes"][SLOWEST_AT, -1]
    if cell["film"]:
        measured |= {"weights": history, "shown": shown}
    return measured


def _of_curve(curve: np.ndarray) -> dict[str, float]:
    """What is told of a curve: its mean over 50 presentations, its plateau, and when it fell to a tenth and a 20th."""
    late = curve[50:]
    found = {
        "first_50": float(curve[:50].mean()),
        "later": float(curve[-50:].mean()),
        "plateau": float(curve[-1] / curve[50]),
        "flat": float(late.max() <= FLAT * late.min()),
    }
    for name, share in (("tenth", 0.1), ("twentieth", 0.05)):
        below = np.flatnonzero(curve < share * curve[0])
        found |= {f"to_{name}": float(len(below) > 0)} | ({name: float(below[0])} if len(below) else {})
    return found


def _with_dead_zone(x: np.ndarray, d: np.ndarray, alpha: float, dead: float) -> np.ndarray:
    # x (T, n), d (T,) -> weights before the first and after each presentation (T + 1, n)
    """Alpha-LMS from zero by an operator who leaves an error alone if it is no larger than `dead`."""
    history = np.zeros((len(d) + 1, x.shape[1]))
    for t in range(len(d)):
        error = d[t] - history[t] @ x[t]
        step = alpha * error / (x[t] @ x[t]) if abs(error) > dead else 0.0
        history[t + 1] = history[t] + step * x[t]
    return history


def stability(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Whether weights run away at a given multiple of the bound, without noise in the targets, so w* is exact."""
    return [_stability(cell, generator(cell["entropy"], seed)) for seed in seeds]


def _stability(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    n, times = int(cell["n"]), float(cell["times"])
    x = rng.standard_normal((cell["presentations"], n))
    if cell["patterns"] == "signs":
        x = np.where(x > 0, 1.0, -1.0)
        x[:, 0] = 1.0
    start = rng.standard_normal(n) / np.sqrt(n)
    d = np.zeros(len(x))  # the solution is w = 0
    if cell["rule"] == "alpha":
        found = lms.alpha_lms(start, x, d, alpha=2 * times)
    else:
        found = lms.mu_lms(start, x, d, mu=times / n)  # trace R = n for both kinds of patterns
    size = np.linalg.norm(found.weights) / np.linalg.norm(start)
    return {"diverged": float(found.diverged is not None or size > GROWTH), "size": min(size, 1e300)}


def growth(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The multiple of 1 / trace R at which the mean square of the weight error stops shrinking, Gaussian patterns.

    E |(I - 2 mu x x^T) v|^2 / |v|^2 over random x is 1 - 4 mu a + 4 mu^2 b; it crosses 1 at mu = a / b.
    """
    found = []
    for seed in seeds:
        x = generator(cell["entropy"], seed).standard_normal((cell["draws"], cell["n"]))
        along, length = x[:, 0] ** 2, np.sum(x**2, axis=1)
        found.append({"crossing": float(along.mean() / np.mean(length * along) * cell["n"])})
    return found


def wiener_solutions(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Where alpha-LMS and mu-LMS settle: distance to the Wiener solution and to that of the normalised patterns.

    Distances are in units of the distance between the two solutions (equal norms: of the length of the solution).
    """
    return [_wiener_solutions(cell, generator(cell["entropy"], seed)) for seed in seeds]


def _wiener_solutions(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    n, count = int(cell["n"]), int(cell["patterns"])
    x = np.where(rng.standard_normal((count, n)) > 0, 1.0, -1.0)
    if cell["norms"] == "unequal":
        x = x * np.exp(rng.uniform(-1, 1, count))[:, None]
    d = np.where(rng.standard_normal(count) > 0, 1.0, -1.0)
    plain = theory.wiener(*theory.correlations(x, d))
    normal = theory.wiener(*theory.correlations(*theory.normalised(x, d)))
    unit = np.linalg.norm(plain - normal) if cell["norms"] == "unequal" else np.linalg.norm(plain)
    order = rng.integers(0, count, cell["presentations"])
    once = lms.alpha_lms(plain, x[:1], d[:1] + 1.0, alpha=0.3)
    found: dict[str, Any] = {"after_step": (d[0] + 1.0 - once.weights @ x[0]) / once.errors[0]}
    weights = {}
    for rule in ("alpha", "mu"):
        mu = cell["rate"] / 2 / np.mean(np.sum(x**2, axis=1))
        run = lms.alpha_lms if rule == "alpha" else lms.mu_lms
        rate = {"alpha": cell["rate"]} if rule == "alpha" else {"mu": mu}
        w, half = np.zeros(n), len(order) // 2
        w = run(w, x, d, order[:half], **rate).weights
        late = run(w, x, d, order[half:], keep=True, **rate)
        total = late.history.mean(axis=0)
        weights[rule] = late.weights
        found |= {
            f"{rule}_to_plain": np.linalg.norm(total - plain) / unit,
            f"{rule}_to_normal": np.linalg.norm(total - normal) / unit,
        }
    found["same"] = float(np.max(np.abs(weights["alpha"] - weights["mu"])))
    return found


def time_constants(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Time constant of every mode of the mean weight error, over that of theory; or, for random +-1 patterns and
    alpha = 1, the time constant itself in patterns, as in Widrow and Hoff (1960)."""
    return [_time_constants(cell, generator(cell["entropy"], seed)) for seed in seeds]


def _time_constants(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    spread = np.array(cell["eigenvalues"], dtype=float)
    n = len(spread)
    modes = np.zeros((cell["presentations"] + 1, n))
    start = np.ones(n)
    for _ in range(cell["runs"]):
        x = rng.standard_normal((cell["presentations"], n))
        if cell["patterns"] == "signs":
            x = np.where(x > 0, 1.0, -1.0)
            x[:, 0] = 1.0
            modes += lms.alpha_lms(start, x, np.zeros(len(x)), alpha=1.0, keep=True).history
        else:
            modes += lms.mu_lms(start, x * np.sqrt(spread), np.zeros(len(x)), mu=cell["mu"], keep=True).history
    modes /= cell["runs"]
    if cell["patterns"] == "signs":
        return {"patterns": _decay(modes.mean(axis=1))}
    theirs = 1 / (2 * cell["mu"] * spread)
    ours = np.array([_decay(modes[:, k]) for k in range(n)])
    return {"ratio": float(np.mean(ours / theirs)), "measured": ours, "theory": theirs, "curves": modes}


def _decay(curve: np.ndarray) -> float:
    """Presentations in which a falling curve that starts at 1 shrinks to 1/e, read between presentations."""
    below = int(np.argmax(curve <= np.exp(-1)))
    if below == 0:
        return np.nan
    a, b = np.log(curve[below - 1]), np.log(curve[below])
    return float(below - 1 + (a + 1) / (a - b))


def misadjustment(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Excess mean squared error of mu-LMS over the least one at mu trace R, white Gaussian patterns."""
    return [_misadjustment(cell, generator(cell["entropy"], seed)) for seed in seeds]


def _misadjustment(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    n, mu = int(cell["n"]), cell["mu_trace"] / int(cell["n"])
    w, excess = np.zeros(n), []
    settle = int(10 / (4 * mu)) // 1000 + 1
    for k in range(settle + cell["presentations"] // 1000):
        found = lms.mu_lms(w, rng.standard_normal((1000, n)), rng.standard_normal(1000), mu=mu, keep=True)
        w = found.weights
        if k >= settle:
            excess.append(np.mean(np.sum(found.history[1:] ** 2, axis=1)))
    measured = float(np.mean(excess))
    r = np.eye(n)
    return {
        "misadjustment": measured,
        "first_order": measured / theory.misadjustment(r, mu),
        "exact": measured / theory.misadjustment_gaussian(r, mu),
    }


def by_slopes(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The six patterns learned by measured slopes, without noise: presentations until the error is down to `goal`.

    Every reading shows all six patterns; an update takes two readings of each of the seventeen gains.
    """
    x, d = letters.inputs(letters.patterns()), letters.TARGETS
    meter = slopes.Meter(lambda w: np.sum((d - w @ x.T) ** 2, axis=-1))
    highest = theory.eigenvalues(theory.correlations(x, d)[0])[0] * len(d)
    path = slopes.differential_steepest_descent(
        meter, np.zeros(x.shape[1]), rate=cell["times"] / highest, step=1.0, iterations=cell["updates"]
    )
    losses = np.sum((d - path @ x.T) ** 2, axis=1)
    reached = np.flatnonzero(losses <= cell["goal"] * losses[0])
    if not len(reached):
        return [{"reached": 0.0} for _ in seeds]
    each = 2 * x.shape[1] * len(d)
    return [{"reached": 1.0, "updates": float(reached[0]), "presentations": float(reached[0] * each)} for _ in seeds]
