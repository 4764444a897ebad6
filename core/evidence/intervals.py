"""Intervals. Each function's docstring says what its interval covers, and a simulation in the tests that it does.

Where single runs fall is a prediction interval; how well runs pin a quantity of the method down is a confidence
interval. Runs that never finished count as infinite: they are part of the distribution.

>>> import numpy as np
>>> low, high = prediction(np.array([4.9, 5.1, 5.0, 5.2, 4.8]))
>>> print(f"{low:.2f} to {high:.2f}")
4.52 to 5.48
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt
from statistics import NormalDist

import numpy as np

LEVEL = 0.95
MANY = 60  # from so many runs on a prediction interval is read off their order, whatever their distribution


def transformed(values: np.ndarray, scale: str) -> np.ndarray:
    """Values on a scale: plain, log, or logit of a share between 0 and 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if scale == "log":
            return np.log(values)
        return np.log(values / (1 - values)) if scale == "logit" else np.asarray(values, dtype=float)


def restored(value: float, scale: str) -> float:
    """The inverse of `transformed`."""
    if scale == "log":
        return float(np.exp(value))
    return float(1 / (1 + np.exp(-value))) if scale == "logit" else float(value)


def prediction(
    values: np.ndarray, *, runs: int = 1, scale: str = "plain", sampling: float = 0.0, level: float = LEVEL
) -> tuple[float, float]:
    """Where a new run like ours falls, or the mean of `runs` new ones, in `level` of cases.

    mean +- t(n-1) s sqrt(1/runs + 1/n) on the scale, for runs spread normally there; read off the order of the runs
    from MANY of them on, for single ones. `sampling` is a variance on the plain scale that a new run has besides, such
    as that of a new test set, and widens the t interval. Infinite values are runs that did not finish: then the
    interval is read off the order, and its upper end is infinite if there are too few runs to say.
    """
    values = np.sort(np.asarray(values, dtype=float))
    n = len(values)
    finite = bool(np.isfinite(values).all())
    if not finite or (n >= MANY and runs == 1 and not sampling):
        return _by_order(values, level)
    on_scale = transformed(values, scale)
    if not np.isfinite(on_scale).all():  # a zero on a logarithmic scale
        on_scale, scale = values, "plain"
    middle, spread = float(on_scale.mean()), float(on_scale.var(ddof=1))
    if scale == "plain":
        variance = spread * (1 / runs + 1 / n) + sampling
    else:
        slope = {"log": 1 / np.exp(middle), "logit": 1 / _bernoulli(restored(middle, "logit"))}[scale]
        variance = spread * (1 / runs + 1 / n) + sampling * slope**2
    half = _t((1 + level) / 2, n - 1) * sqrt(variance)
    return restored(middle - half, scale), restored(middle + half, scale)


def _t(tail: float, freedom: float) -> float:
    """The quantile of Student's t."""
    from scipy import special  # not above: most commands need no quantile, and it takes a fifth of a second

    return float(special.stdtrit(freedom, tail))


def _bernoulli(p: float) -> float:
    return p * (1 - p)


def _by_order(values: np.ndarray, level: float) -> tuple[float, float]:
    """The order statistics between which a new value falls in `level` of cases; an end is infinite if there is none."""
    n = len(values)
    place = (1 - level) / 2 * (n + 1)
    if place < 1:
        return float(values[0]), float("inf")
    below = int(place)
    share = place - below
    low = values[below - 1] + share * (values[min(below, n - 1)] - values[below - 1]) if share else values[below - 1]
    upper, lower = values[n - below], values[max(n - below - 1, 0)]
    high = upper if not share or not np.isfinite(upper) else upper - share * (upper - lower)
    return float(low), float(high)


def mean(values: np.ndarray, level: float = LEVEL) -> tuple[float, float]:
    """Where the mean over all possible runs lies: mean +- t(n-1) s / sqrt(n)."""
    values = np.asarray(values, dtype=float)
    n = len(values)
    half = _t((1 + level) / 2, n - 1) * float(values.std(ddof=1)) / sqrt(n)
    return float(values.mean()) - half, float(values.mean()) + half


def difference(a: np.ndarray, b: np.ndarray, level: float = LEVEL) -> tuple[float, float]:
    """Where the difference of two means lies, for runs that are not paired and spreads that may differ (Welch)."""
    va, vb = np.var(a, ddof=1) / len(a), np.var(b, ddof=1) / len(b)
    middle = float(np.mean(a) - np.mean(b))
    if va + vb == 0:
        return middle, middle
    freedom = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    half = _t((1 + level) / 2, freedom) * sqrt(va + vb)
    return middle - half, middle + half


def median(values: np.ndarray, level: float = LEVEL) -> tuple[float, float]:
    """Where the median over all possible runs lies, read off the order; runs that did not finish are infinite."""
    from scipy import special

    values = np.sort(np.asarray(values, dtype=float))
    n = len(values)
    rank = int(np.searchsorted(special.bdtr(np.arange(n + 1), n, 0.5), (1 - level) / 2))  # the binomial's quantile
    return float(values[max(rank - 1, 0)]), float(values[min(n - rank, n - 1)])


def wilson(successes: int, trials: int, level: float = LEVEL) -> tuple[float, float]:
    """Interval of a share, from `successes` of `trials` independent trials (Wilson's score interval).

    >>> [round(x, 3) for x in wilson(20, 20)]
    [0.839, 1.0]
    """
    if not 0 <= successes <= trials or trials == 0:
        raise ValueError(f"{successes} of {trials} is not a share")
    z = NormalDist().inv_cdf((1 + level) / 2)
    p, n = successes / trials, trials
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = 0.0 if successes == 0 else middle - half
    return low, 1.0 if successes == n else middle + half


def percentile(values: np.ndarray, level: float = LEVEL) -> tuple[float, float]:
    """Where the middle `level` of these very runs fall: told as percentiles, never judged by."""
    low, high = np.percentile(np.asarray(values, dtype=float), [50 * (1 - level), 50 * (1 + level)])
    return float(low), float(high)


def case_variance(scores: np.ndarray) -> float:
    # scores (nets, cases) -> variance between cases of a net's expected score on a case
    """How much cases differ, beyond what one net's luck on a case explains: the part that a new test set draws anew.

    The variance over cases of the mean over nets, less what that mean owes to the nets (analysis of variance).
    """
    nets = len(scores)
    of_means = float(scores.mean(axis=0).var(ddof=1))
    within = float(scores.var(axis=0, ddof=1).mean()) if nets > 1 else 0.0
    return max(of_means - within / nets, 0.0)


def difference_on_cases(
    a: np.ndarray, b: np.ndarray, *, pairs: bool = False, level: float = LEVEL
) -> tuple[float, float]:
    # a (nets, cases), b (nets, cases) on the same cases; with pairs as many nets, in the same order
    """Where the difference of two means lies, over all networks and all cases that there could be.

    The variance between networks, and that between cases of the difference beyond what the networks' luck on a case
    explains (analysis of variance); freedom after Welch and Satterthwaite.
    """
    groups = [np.asarray(a) - np.asarray(b)] if pairs else [np.asarray(a), np.asarray(b)]
    nets = [float(group.mean(axis=1).var(ddof=1)) / len(group) for group in groups]
    luck = sum(float(group.var(axis=0, ddof=1).mean()) / len(group) for group in groups)
    per_case = np.mean(a, axis=0) - np.mean(b, axis=0)
    cases = max(float(per_case.var(ddof=1)) - luck, 0.0) / len(per_case)
    middle, total = float(per_case.mean()), sum(nets) + cases
    if not total:
        return middle, middle
    squares = sum(v**2 / (len(group) - 1) for v, group in zip(nets, groups, strict=True))
    freedom = total**2 / (squares + cases**2 / (len(per_case) - 1))
    half = _t((1 + level) / 2, freedom) * sqrt(total)
    return middle - half, middle + half


def bootstrap(
    groups: Sequence[np.ndarray],
    statistic: Callable[[Sequence[np.ndarray]], float],
    *,
    rng: np.random.Generator,
    draws: int = 2000,
    level: float = LEVEL,
) -> tuple[float, float]:
    """Interval of a statistic of several groups, each resampled by itself: what was drawn independently lies first.

    A group is an array (drawn independently, ...): seeds, or networks with all their drives behind. The spread of the
    resampled statistics about ours is widened by t / z and by sqrt(n / (n - 1)) of the smallest group, which a plain
    percentile interval of few draws lacks.
    """
    ours = statistic(groups)
    found = np.empty(draws)
    for k in range(draws):
        found[k] = statistic([group[rng.integers(0, len(group), len(group))] for group in groups])
    found = found[np.isfinite(found)]
    if not len(found):
        return float("nan"), float("nan")
    n = min(len(group) for group in groups)
    widen = 1.0
    if n > 1:
        tail = (1 + level) / 2
        widen = _t(tail, n - 1) / NormalDist().inv_cdf(tail) * sqrt(n / (n - 1))
    low, high = percentile(found, level)
    return ours + widen * (low - ours), ours + widen * (high - ours)
