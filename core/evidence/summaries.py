"""Measurements over seeds -> our side of a claim."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.evidence import intervals
from core.evidence.record import Ours
from core.evidence.trials import Row

SEED_OF_BOOTSTRAP = 0  # intervals are resampled from a fixed generator, so the same trials give the same record


def finished(rows: Sequence[Row], name: str) -> np.ndarray:
    """The values of one measurement over the trials that did not fail."""
    return np.array([row.values[name] for row in rows if not row.failed], dtype=float)


def stacked(rows: Sequence[Row], name: str) -> np.ndarray:
    # -> (trials that did not fail, ...)
    """One array measurement over the trials that did not fail."""
    return np.stack([row.arrays[name] for row in rows if not row.failed])


def exactly(value: float) -> Ours:
    """A number that is counted, not sampled."""
    return Ours(
        estimate=float(value), low=float(value), high=float(value), n=1, counted=True, covers="counted, no uncertainty"
    )


def over_values(values: np.ndarray, *, failed: int = 0, covers: str = "seeds") -> Ours | None:
    """Mean and middle 95 % of single values that are not finished rows themselves, NaN counted as failed."""
    finite = np.asarray(values, dtype=float)
    failed += int(np.count_nonzero(~np.isfinite(finite)))
    finite = finite[np.isfinite(finite)]
    if not len(finite):
        return None
    low, high = intervals.percentile(finite)
    return Ours(estimate=float(finite.mean()), low=low, high=high, n=len(finite), failed=failed, covers=covers)


def over_mean(values: np.ndarray, *, failed: int = 0, covers: str) -> Ours | None:
    """Mean of the finite values, with the bootstrap interval of that mean; None if there is none."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None
    low, high = intervals.bootstrap_mean(finite, rng=np.random.default_rng(SEED_OF_BOOTSTRAP))
    return Ours(estimate=float(finite.mean()), low=low, high=high, n=len(finite), failed=failed, covers=covers)


def share(hits: np.ndarray, *, failed: int = 0) -> Ours | None:
    """Share of runs in which something happened (1) or not (0), with the Wilson interval of the share."""
    hits = np.asarray(hits, dtype=float)
    if not len(hits):
        return None
    low, high = intervals.wilson(round(hits.sum()), len(hits))
    return Ours(
        estimate=float(hits.mean()), low=low, high=high, n=len(hits), failed=failed, covers="share of runs (Wilson)"
    )


def over_seeds(rows: Sequence[Row], name: str, *, scale: float = 1.0, sampling: str | None = None) -> Ours | None:
    """Mean over seeds, the interval of single runs, and, given the name of a standard error, the one with sampling.

    None if every trial failed.
    """
    values = scale * finished(rows, name)
    if not len(values):
        return None
    low, high = intervals.percentile(values)
    ours = Ours(estimate=float(values.mean()), low=low, high=high, n=len(values), failed=len(rows) - len(values))
    if sampling is None:
        return ours.model_copy(update={"covers": "seeds"})
    errors = scale * finished(rows, sampling)
    wide = intervals.seeds_and_sampling(values, errors, rng=np.random.default_rng(SEED_OF_BOOTSTRAP))
    covers = "low to high: seeds; wide: seeds and test-set sampling"
    return ours.model_copy(update={"wide_low": min(wide[0], low), "wide_high": max(wide[1], high), "covers": covers})


def difference(a: Sequence[Row], b: Sequence[Row], name: str, *, scale: float = 1.0) -> Ours | None:
    """Mean of a minus mean of b over seeds, with a bootstrap interval of that difference of means."""
    x, y = scale * finished(a, name), scale * finished(b, name)
    if not len(x) or not len(y):
        return None
    rng = np.random.default_rng(SEED_OF_BOOTSTRAP)
    draws = [v[rng.integers(0, len(v), (2000, len(v)))].mean(axis=1) for v in (x, y)]
    low, high = intervals.percentile(draws[0] - draws[1])
    failed = len(a) + len(b) - len(x) - len(y)
    return Ours(
        estimate=float(x.mean() - y.mean()),
        low=low,
        high=high,
        n=min(len(x), len(y)),
        failed=failed,
        covers="difference of two means over seeds (bootstrap)",
    )


def passes_ratio(slow: Sequence[Row], fast: Sequence[Row], curves: str, column: int) -> Ours | None:
    """Passes that `slow` needs over passes that `fast` needs to reach the value that both reach, for equal seeds.

    `curves` names an array (passes + 1, measures) of falling measures, of which `column` is compared.
    """
    ratios = []
    for a, b in zip(slow, fast, strict=False):
        if not (a.failed or b.failed):
            x, y = a.arrays[curves][:, column], b.arrays[curves][:, column]
            goal = max(x[-1], y[-1])
            ratios.append(max(int(np.argmax(x <= goal)), 1) / max(int(np.argmax(y <= goal)), 1))
    if not ratios:
        return None
    low, high = intervals.percentile(np.array(ratios))
    failed = min(len(slow), len(fast)) - len(ratios)
    estimate = float(np.mean(ratios))
    return Ours(estimate=estimate, low=low, high=high, n=len(ratios), failed=failed, covers="pairs of equal seeds")
