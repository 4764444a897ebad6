"""What an era hands to the judge for a claim: single runs, a quantity with its interval, or a count; and our side.

`ours_of` turns each into the interval that is compared with the paper's region.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from core.evidence import intervals
from core.evidence.claims import Claim, Scale
from core.evidence.rows import Rows, failures, finished, paired, stacked
from core.evidence.trials import Row

SEED_OF_BOOTSTRAP = 0  # intervals are resampled from a fixed generator, so that the same trials give the same record
LEAST_RUNS = 5  # fewer single runs say too little about where a run falls


# JSON has no infinity: a time that has no upper end is null there.
Endless = Annotated[float, BeforeValidator(lambda value: float("inf") if value is None else value)]


class Ours(BaseModel):
    """Our side of a claim: an estimate, an interval and what it is one of, `n` runs of which `failed` came to nothing.

    interval: `prediction` of a new run like ours, `confidence` of a quantity of the method, or `exact`. `covers` names
    what was drawn: seeds, cases, networks, repetitions. `unfinished` runs count as larger than any other.
    """

    model_config = ConfigDict(extra="forbid")

    estimate: Endless
    low: Endless
    high: Endless
    n: int
    failed: int = 0
    unfinished: int = 0
    interval: Literal["prediction", "confidence", "exact"]
    covers: list[str] = []
    scale: Scale = "plain"
    statistic: str = "mean"
    runs: list[float] = Field([], exclude=True)  # single runs, for the percentile of the paper's value; not stored


@dataclass(frozen=True)
class Runs:
    """Single runs, compared as the paper compared its own: by where a new run, or the mean of several, would fall.

    values (n,) of the runs that finished; `unfinished` ones are larger than any. `sampling` is the variance that a new
    test set adds. `failed` runs came to nothing (their numbers overflowed). `limit` is what unfinished runs were given,
    so that they are longer than that; without it nothing is known where no run finished.
    """

    values: np.ndarray
    unfinished: int = 0
    failed: int = 0
    limit: float | None = None
    sampling: float = 0.0
    covers: tuple[str, ...] = ("seeds",)


@dataclass(frozen=True)
class Quantity:
    """A quantity of the method with its confidence interval; `covers` names what was resampled."""

    estimate: float
    low: float
    high: float
    n: int
    failed: int = 0
    unfinished: int = 0
    covers: tuple[str, ...] = ("seeds",)
    statistic: str = "mean"


@dataclass(frozen=True)
class Count:
    """A number in which nothing is left to chance."""

    value: float


Simple = Runs | Quantity | Count | None
Measured = Simple | Mapping[str, Simple]  # by part, or by the unstated settings that a claim is run over


def ours_of(claim: Claim, measured: Simple) -> Ours | None:
    """Our side of a claim; None if nothing was measured, or too few runs finished."""
    if measured is None:
        return None
    if isinstance(measured, Count):
        value = float(measured.value)
        return Ours(estimate=value, low=value, high=value, n=1, interval="exact", statistic="count")
    if isinstance(measured, Quantity):
        return Ours(
            estimate=measured.estimate,
            low=measured.low,
            high=measured.high,
            n=measured.n,
            failed=measured.failed,
            unfinished=measured.unfinished,
            interval="confidence",
            covers=list(measured.covers),
            statistic=measured.statistic,
        )
    values = np.asarray(measured.values, dtype=float)
    values = values[np.isfinite(values)]
    failed = measured.failed + len(measured.values) - len(values)
    endless = measured.unfinished
    if len(values) + endless < LEAST_RUNS or not len(values):
        if endless < LEAST_RUNS or measured.limit is None:
            return None
        return Ours(
            estimate=float("inf"),
            low=measured.limit,
            high=float("inf"),
            n=endless,
            failed=failed,
            unfinished=endless,
            interval="prediction",
            covers=list(measured.covers),
            scale=claim.scale,
            statistic="median",
        )
    full = np.concatenate([values, np.full(endless, np.inf)])
    low, high = intervals.prediction(full, runs=claim.runs, scale=claim.scale, sampling=measured.sampling)
    middle = endless or (claim.scale != "plain")
    return Ours(
        estimate=float(np.median(full)) if middle else float(values.mean()),
        low=low,
        high=high,
        n=len(full),
        failed=failed,
        unfinished=endless,
        interval="prediction",
        covers=list(measured.covers),
        scale=claim.scale,
        statistic="median" if middle else "mean",
        runs=full.tolist(),
    )


# What follows builds these from rows.


def runs(rows: Sequence[Row], name: str, *, scale: float = 1.0) -> Runs:
    """Single runs of one measurement."""
    return Runs(scale * finished(rows, name), failed=failures(rows))


def runs_until(rows: Sequence[Row], name: str, solved: str = "solved", limit: float | None = None) -> Runs:
    """Single runs of a time until something was reached; runs that did not reach it are longer than `limit`."""
    there = [row for row in rows if not row.failed and row.values.get(solved)]
    values = np.array([row.values[name] for row in there], dtype=float)
    failed = failures(rows)
    return Runs(values, unfinished=len(rows) - failed - len(there), failed=failed, limit=limit)


def runs_on_cases(rows: Sequence[Row], scores: str, *, cases: int, scale: float = 1.0) -> Runs:
    """Single runs of a mean over test cases, where the paper's test set of `cases` cases is not ours.

    `scores` names an array (our cases,) of every run: 1 for a case that was wrong, or its squared error. A new run is
    compared on a new test set: the variance between cases is added once for the paper's set and once for ours.
    """
    matrix = stacked(rows, scores).astype(float)
    variance = intervals.case_variance(matrix) * (1 / cases + 1 / matrix.shape[1])
    return Runs(
        scale * matrix.mean(axis=1), failed=failures(rows), sampling=scale**2 * variance, covers=("seeds", "test cases")
    )


def mean(values: np.ndarray, *, failed: int = 0, covers: tuple[str, ...] = ("seeds",)) -> Quantity | None:
    """The mean over all runs that there could be; NaN counted as failed. None for fewer than two values."""
    values = np.asarray(values, dtype=float)
    failed += int(np.count_nonzero(~np.isfinite(values)))
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return None
    return Quantity(float(values.mean()), *intervals.mean(values), n=len(values), failed=failed, covers=covers)


def mean_of(rows: Sequence[Row], name: str, *, scale: float = 1.0) -> Quantity | None:
    """The mean of one measurement over all runs that there could be."""
    return mean(scale * finished(rows, name), failed=failures(rows))


def median_until(rows: Sequence[Row], name: str, solved: str = "solved") -> Quantity | None:
    """The median time until something was reached, runs that did not reach it counted as endless."""
    found = runs_until(rows, name, solved)
    full = np.concatenate([found.values, np.full(found.unfinished, np.inf)])
    if len(full) < 2:
        return None
    low, high = intervals.median(full)
    return Quantity(
        float(np.median(full)),
        low,
        high,
        n=len(full),
        failed=found.failed,
        unfinished=found.unfinished,
        statistic="median",
    )


def median_of(rows: Sequence[Row], name: str) -> Quantity | None:
    """The median of one measurement over all runs that there could be."""
    values = finished(rows, name)
    if len(values) < 2:
        return None
    return Quantity(
        float(np.median(values)), *intervals.median(values), n=len(values), failed=failures(rows), statistic="median"
    )


def share(hits: np.ndarray, *, failed: int = 0, covers: tuple[str, ...] = ("seeds",)) -> Quantity | None:
    """The share of runs in which something happens (1) or not (0), with Wilson's interval. Failed runs are no hits."""
    hits = np.asarray(hits, dtype=float)
    n = len(hits) + failed
    if not n:
        return None
    low, high = intervals.wilson(round(float(hits.sum())), n)
    return Quantity(float(hits.sum() / n), low, high, n=n, failed=failed, covers=covers, statistic="share")


def share_of(rows: Sequence[Row], name: str, *, scale: float = 1.0) -> Quantity | None:
    """The share of runs for which a measurement of 0 or 1 is 1; `scale` 100 for percent."""
    found = share(finished(rows, name), failed=failures(rows))
    return None if found is None else scaled(found, scale)


def scaled(found: Quantity, scale: float) -> Quantity:
    """The same quantity in another unit."""
    low, high = sorted((scale * found.low, scale * found.high))
    return replace(found, estimate=scale * found.estimate, low=low, high=high)


def difference(
    a: Sequence[Row], b: Sequence[Row], name: str, *, scale: float = 1.0, pairs: bool = False
) -> Quantity | None:
    """Mean of a less mean of b; with `pairs` over seeds that both groups have, which share what the seed decides."""
    failed = failures([*a, *b])
    if pairs:
        x, y = paired(a, b, name)
        found = mean(scale * (x - y), failed=failed, covers=("pairs of seeds",))
        return None if found is None else _called(found, "mean difference")
    x, y = scale * finished(a, name), scale * finished(b, name)
    if len(x) < 2 or len(y) < 2:
        return None
    low, high = intervals.difference(x, y)
    n = min(len(x), len(y))
    return Quantity(float(x.mean() - y.mean()), low, high, n=n, failed=failed, statistic="difference of means")


def difference_on_cases(
    a: Sequence[Row], b: Sequence[Row], scores: str, *, scale: float = 1.0, pairs: bool = False
) -> Quantity | None:
    """Mean of a less mean of b over networks and test cases, where the cases are a sample as the networks are.

    `scores` names an array (cases,) of every run, on the same cases in both groups. With `pairs` over seeds that both
    groups have.
    """
    failed = failures([*a, *b])
    x, y = ({row.seed: row for row in group if not row.failed} for group in (a, b))
    if pairs:
        x, y = ({seed: group[seed] for seed in x if seed in y} for group in (x, y))
    if min(len(x), len(y)) < 2:
        return None
    both = [scale * stacked(list(group.values()), scores).astype(float) for group in (x, y)]
    low, high = intervals.difference_on_cases(*both, pairs=pairs)
    middle = float(both[0].mean() - both[1].mean())
    covers = ("pairs of seeds" if pairs else "seeds", "test cases")
    n = min(len(x), len(y))
    return Quantity(middle, low, high, n=n, failed=failed, covers=covers, statistic="difference of means")


def ratio(
    a: np.ndarray, b: np.ndarray, *, failed: int = 0, covers: tuple[str, ...] = ("pairs of seeds",)
) -> Quantity | None:
    """The mean ratio of paired positive values, as a geometric mean."""
    logs = np.log(np.asarray(a, dtype=float)) - np.log(np.asarray(b, dtype=float))
    found = mean(logs, failed=failed, covers=covers)
    if found is None:
        return None
    estimate, low, high = (float(np.exp(x)) for x in (found.estimate, found.low, found.high))
    return replace(found, estimate=estimate, low=low, high=high, statistic="geometric mean ratio")


def difference_of_shares(hits_a: np.ndarray, hits_b: np.ndarray, *, scale: float = 1.0) -> Quantity | None:
    """The share of hits in a less that in b, by Newcombe's interval from the two of Wilson."""
    if not len(hits_a) or not len(hits_b):
        return None
    (p, l1, u1), (q, l2, u2) = (
        (float(np.mean(h)), *intervals.wilson(round(float(np.sum(h))), len(h))) for h in (hits_a, hits_b)
    )
    low = p - q - float(np.hypot(p - l1, u2 - q))
    high = p - q + float(np.hypot(u1 - p, q - l2))
    found = Quantity(p - q, low, high, n=min(len(hits_a), len(hits_b)), statistic="difference of shares")
    return scaled(found, scale)


def resampled(
    groups: Sequence[np.ndarray],
    statistic: Callable[[Sequence[np.ndarray]], float],
    name: str,
    *,
    covers: tuple[str, ...],
    failed: int = 0,
) -> Quantity | None:
    """A statistic of several groups, each resampled by what was drawn independently (see `intervals.bootstrap`)."""
    if not groups or min(len(group) for group in groups) < 2:
        return None
    rng = np.random.default_rng(SEED_OF_BOOTSTRAP)
    low, high = intervals.bootstrap(groups, statistic, rng=rng)
    n = sum(len(group) for group in groups)
    return Quantity(float(statistic(groups)), low, high, n=n, failed=failed, covers=covers, statistic=name)


def by_cluster(values: Mapping[int, Sequence[float]], *, covers: tuple[str, ...], failed: int = 0) -> Quantity | None:
    """The mean over clusters (networks) of the mean over what each did (its drives): clusters are what was drawn."""
    return mean(np.array([np.mean(each) for each in values.values()]), failed=failed, covers=covers)


def _called(found: Quantity, name: str) -> Quantity:
    return replace(found, statistic=name)


@dataclass(frozen=True)
class Cost:
    """What the trials of an era cost, for the record: presentations of a pattern, and operations and what they are."""

    presentations: int = 0
    operations: int = 0
    operations_are: str = "not counted"
    seconds_each: float | None = None
    data: Mapping[str, str] = field(default_factory=dict)


def counted(
    rows: Rows, *, main: str, operations_are: str = "not counted", data: Mapping[str, str] | None = None
) -> Cost:
    """The cost told by the measurements `presentations` and `operations` of every row; `main` is the study whose mean
    time of a trial is told."""
    every = [row for group in rows.values() for row in group]
    return Cost(
        int(sum(row.values.get("presentations", 0.0) for row in every if not row.failed)),
        int(sum(row.values.get("operations", 0.0) for row in every if not row.failed)),
        operations_are,
        float(np.mean([row.seconds for row in rows[main]])) if rows.get(main) else None,
        dict(data or {}),
    )
