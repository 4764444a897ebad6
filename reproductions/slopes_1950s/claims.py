"""Our side of every claim of `slopes_1950s`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.evidence.record import Ours
from core.evidence.summaries import exactly, over_seeds, over_values
from core.evidence.trials import Row
from core.learning import slope_theory as theory
from reproductions.slopes_1950s.tables import exponents, fitted_exponent


def measure(
    settings: Any,
    sweeps: list[Row],
    quadratics: list[Row],
    noise: list[Row],
    reached: list[Row],
    counted: list[Row],
) -> Mapping[str, Ours | None]:
    """Our side of every claim, by its id in papers/slopes1950s.toml."""
    double = [row for row in sweeps if row.cell["precision"] == "float64"]
    ratios_of_cost = [(r.values["parameters"], r.values["central"] / r.values["backward_cost"]) for r in counted]
    law = exponents(noise, settings.law_widths)
    samples = settings.samples
    constant, middle = settings.time_constant, settings.u_width

    def series(name: str, method: str, n: int | None = None) -> list[Row]:
        return [
            row for row in noise
            if (row.cell["series"], row.cell["method"]) == (name, method) and n in (None, row.cell["n"])
        ]  # fmt: skip

    def ratios(rows: list[Row], expected: Any) -> Ours | None:
        good = [row for row in rows if not row.failed]
        values = [row.values["misadjustment"] / expected(row) for row in good]
        return over_values(np.array(values), failed=len(rows) - len(good))

    largest = max(settings.law_widths)
    runs = series("best", "DSD", largest)
    promised = theory.least_total(largest, constant)
    totals = [(r.values["misadjustment"] + r.values["perturbation"]) / promised for r in runs if not r.failed]
    least_step = min(row.cell["step"] for row in noise if row.cell["series"] == "step")
    smallest = [row for row in series("step", "DSD") if row.cell["step"] == least_step]
    gone = [row.values["diverged"] for row in smallest]
    return {
        **{f"quadratic_{name}": over_seeds(quadratics, name)
           for name in ("central", "second", "forward", "penalty", "perturbation", "geometric")},
        "jitters": exactly(fitted_exponent(ratios_of_cost)),
        "forward_evaluations": exactly(max(abs(r.values["forward"] - r.values["parameters"]) for r in counted)),
        "central_evaluations": exactly(max(r.values["central"] / r.values["parameters"] for r in counted)),
        "forward_order": over_seeds(double, "forward_order"),
        "central_order": over_seeds(double, "central_order"),
        "forward_best": _tenfold(over_seeds(double, "forward_best")),
        "central_best": _tenfold(over_seeds(double, "central_best")),
        "lms_ratio": ratios(series("best", "LMS"), lambda row: row.cell["n"] / (4 * constant)),
        "lms_law": law.get(("best", "LMS")),
        "dsd_total_law": law.get(("total", "DSD")),
        "dsd_law": law.get(("fixed", "DSD")),
        "lrs_law": law.get(("fixed", "LRS")),
        "dsd_total": over_values(np.array(totals), failed=len(runs) - len(totals)),
        "dsd_mean_field": ratios(series("best", "DSD", middle), lambda row: theory.descent_mean_field(
            middle, theory.descent_rate(middle, samples, constant), samples, row.cell["step"])),
        "lrs_ratio": ratios(series("best", "LRS", middle), lambda row: theory.search_first_order(
            middle, theory.search_rate(row.cell["step"], samples, constant), samples)),
        "lrs_mean_field": ratios(series("best", "LRS", middle), lambda row: theory.search_mean_field(
            middle, theory.search_rate(row.cell["step"], samples, constant), samples, row.cell["step"])),
        "equal_parts": _equal_parts(series("step", "DSD")),
        "small_step": over_values(np.array(gone)),
        "reach_law": _reach_law(settings, reached),
    }  # fmt: skip


def _tenfold(ours: Ours | None) -> Ours | None:
    """A step from its decimal logarithm."""
    if ours is None:
        return None
    return ours.model_copy(update={k: 10.0 ** getattr(ours, k) for k in ("estimate", "low", "high")})


def _equal_parts(rows: list[Row]) -> Ours | None:
    """M over P at the step where the simulated M + P is least, for each seed."""
    by_seed: dict[int, list[Row]] = {}
    for row in rows:
        by_seed.setdefault(row.seed, []).append(row)
    found = []
    for group in by_seed.values():
        points = [(r.values["misadjustment"], r.values["perturbation"]) for r in group if not r.failed]
        m, p = min(points, key=sum, default=(np.nan, 1.0))
        found.append(m / p)
    return over_values(np.array(found))


def _reach_law(settings: Any, reached: list[Row]) -> Ours | None:
    """Exponent, in the number of weights, of samples needed by DSD over those needed by LMS, for each seed."""
    took = {
        (row.cell["method"], row.cell["n"], row.seed): row.values.get("presentations", np.nan)
        for row in reached if row.cell["start"] == settings.start
    }  # fmt: skip
    found = [
        fitted_exponent([(n, took["DSD", n, seed] / took["LMS", n, seed]) for n in settings.widths])
        for seed in range(settings.reach_seeds)
    ]
    return over_values(np.array(found))
