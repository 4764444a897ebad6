"""Our side of every claim of the era, by its id in paper.toml."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from core.evidence import measured as m
from core.evidence.measured import Count, Measured, Quantity
from core.evidence.rows import Rows, failures, finished, grouped, pick
from core.evidence.trials import Row
from core.learning import slope_theory as theory
from reproductions.slopes_1950s.noise import REPLICAS
from reproductions.slopes_1950s.settings import Settings

RATIOS = ("central", "second", "forward", "penalty", "perturbation", "geometric")


def measure(s: Settings, rows: Rows) -> dict[str, Measured]:
    """Our side of every claim."""
    return {**_quadratics(rows), **_steps(rows), **_counts(rows), **_noise(s, rows), "reach_law": _reach_law(s, rows)}


def _quadratics(rows: Rows) -> dict[str, Measured]:
    """Of all random quadratics the ratio farthest from 1."""
    found: dict[str, Measured] = {}
    for name in RATIOS:
        ratios = finished(rows["quadratics"], f"{name}_ratio")
        found[f"quadratic_{name}"] = Count(float(ratios[np.argmax(np.abs(ratios - 1))]))
    return found


def _steps(rows: Rows) -> dict[str, Measured]:
    double = pick(rows["step sizes"], precision="float64")
    return {
        "forward_order": m.mean_of(double, "forward_order"),
        "central_order": m.mean_of(double, "central_order"),
        "forward_best": _tenfold(m.mean_of(double, "forward_best")),
        "central_best": _tenfold(m.mean_of(double, "central_best")),
    }


def _tenfold(found: Quantity | None) -> Quantity | None:
    """A step from its decimal logarithm."""
    if found is None:
        return None
    estimate, low, high = (10.0**x for x in (found.estimate, found.low, found.high))
    return replace(found, estimate=estimate, low=low, high=high, statistic="geometric mean")


def _counts(rows: Rows) -> dict[str, Measured]:
    counted, pushed = rows["evaluations"], rows["pushed sums"]
    n, ratios = np.array(
        [(r.values["parameters"], r.values["central_readings"] / r.values["backward_cost"]) for r in counted]
    ).T
    forward = [r.values["forward_readings"] - r.values["parameters"] for r in counted]
    central = [r.values["central_readings"] / r.values["parameters"] for r in counted]
    units = [r.values["unit_readings"] - r.values["units"] for r in pushed]
    return {
        "jitters": Count(float(np.polyfit(np.log(n), np.log(ratios), 1)[0])),
        "forward_evaluations": Count(_farthest(forward, 1)),
        "central_evaluations": Count(_farthest(central, 2)),
        "unit_readings": Count(_farthest(units, 1)),
        "unit_slopes": Count(max(r.values["unit_error"] for r in pushed)),
    }


def _farthest(values: Sequence[float], expected: float) -> float:
    return max(values, key=lambda value: abs(value - expected))


def _noise(s: Settings, rows: Rows) -> dict[str, Measured]:
    noise = rows["misadjustment"]
    best, fixed, small = (grouped(pick(noise, series=name), "method") for name in ("best", "fixed", "small"))
    along = pick(noise, series="step")
    middle = s.u_width
    dsd, lrs = (pick(best[name], n=middle) for name in ("DSD", "LRS"))
    largest = pick(best["DSD"], n=max(s.law_widths))
    settings = {
        f"P {100 * s.fixed_perturbation:g} %, T {s.time_constant:,}": fixed,
        f"P {100 * s.small_perturbation:g} %, T {s.long_time_constant:,}": small,
    }
    return {
        "lms_ratio": _by_seed(best["LMS"], lambda row: row.cell["n"] / (4 * s.time_constant)),
        "lms_law": _exponent(best["LMS"], s.law_widths),
        "dsd_law": {name: _exponent(series["DSD"], s.law_widths) for name, series in settings.items()},
        "lrs_law": {name: _exponent(series["LRS"], s.law_widths) for name, series in settings.items()},
        "dsd_total_law": _exponent(best["DSD"], s.law_widths, total=True),
        "dsd_total": m.mean(
            _totals(largest) / theory.least_total(max(s.law_widths), s.time_constant), failed=failures(largest)
        ),
        "dsd_mean_field": _by_seed(dsd, lambda row: _descent(s, row)),
        "lrs_ratio": _by_seed(lrs, lambda row: theory.search_first_order(middle, _search_rate(s, row), s.samples)),
        "lrs_mean_field": _by_seed(
            lrs, lambda row: theory.search_mean_field(middle, _search_rate(s, row), s.samples, row.cell["step"])
        ),
        "equal_parts": _equal_parts(along),
        "small_step": _gone(pick(along, step=min(row.cell["step"] for row in along))),
    }


def _descent(s: Settings, row: Row) -> float:
    rate = theory.descent_rate(s.u_width, s.samples, s.time_constant)
    return theory.descent_mean_field(s.u_width, rate, s.samples, row.cell["step"])


def _search_rate(s: Settings, row: Row) -> float:
    return theory.search_rate(row.cell["step"], s.samples, s.time_constant)


def _totals(rows: Sequence[Row]) -> np.ndarray:
    """M + P of every trial that did not diverge."""
    return finished(rows, "misadjustment") + finished(rows, "perturbation")


def _by_seed(rows: Sequence[Row], expected: Callable[[Row], float]) -> Quantity | None:
    """Mean misadjustment over what is expected; numbers of weights of one seed belong together."""
    ratios: dict[int, list[float]] = {}
    for row in rows:
        if not row.failed:
            ratios.setdefault(row.seed, []).append(row.values["misadjustment"] / expected(row))
    return m.by_cluster(ratios, covers=("seeds",), failed=failures(rows))


def _exponent(rows: Sequence[Row], widths: Sequence[int], *, total: bool = False) -> Quantity | None:
    """Exponent of the mean misadjustment, or of M + P, in the number of weights."""
    by_width = grouped(rows, "n")
    groups = [_totals(by_width[n]) if total else finished(by_width[n], "misadjustment") for n in widths]

    def slope(values: Sequence[np.ndarray]) -> float:
        return float(np.polyfit(np.log(widths), np.log([group.mean() for group in values]), 1)[0])

    failed = sum(failures(by_width[n]) for n in widths)
    return m.resampled(groups, slope, "exponent", covers=("seeds within widths",), failed=failed)


def _equal_parts(rows: Sequence[Row]) -> Quantity | None:
    """M over P at the step where the simulated M + P is least, for each seed."""
    found = []
    for group in grouped_by_seed(rows).values():
        points = [(r.values["misadjustment"], r.values["perturbation"]) for r in group if not r.failed]
        least, perturbation = min(points, key=sum, default=(np.nan, 1.0))
        found.append(least / perturbation)
    return m.mean(np.array(found))


def grouped_by_seed(rows: Sequence[Row]) -> dict[int, list[Row]]:
    """Rows by their seed."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.seed, []).append(row)
    return found


def _gone(rows: Sequence[Row]) -> Quantity | None:
    """Share of single runs that diverged, REPLICAS of them in every trial."""
    gone = [round(REPLICAS * row.values["diverged"]) for row in rows if "diverged" in row.values]
    hits = np.concatenate([np.arange(REPLICAS) < k for k in gone]) if gone else np.zeros(0)
    return m.share(hits.astype(float), covers=("runs",))


def _reach_law(s: Settings, rows: Rows) -> Quantity | None:
    """Exponent, in the number of weights, of the median samples of DSD over those of LMS; late runs are endless."""
    took = grouped(pick(rows["the same task"], start=s.start), "method", "n")
    groups = [
        np.array([row.values.get("presentations", np.inf) for row in took[method, n]])
        for method in ("DSD", "LMS")
        for n in s.widths
    ]

    def slope(values: Sequence[np.ndarray]) -> float:
        middle = np.array([np.median(group) for group in values]).reshape(2, -1)
        return float(np.polyfit(np.log(s.widths), np.log(middle[0] / middle[1]), 1)[0])

    found = m.resampled(groups, slope, "exponent of medians", covers=("seeds within widths",))
    late = int(sum(np.isinf(group).sum() for group in groups))
    return None if found is None else replace(found, unfinished=late)
