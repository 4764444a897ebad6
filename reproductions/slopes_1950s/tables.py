"""Tables and arrays that `slopes_1950s` keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.evidence.record import Ours
from core.evidence.summaries import over_values, stacked
from core.evidence.tables import means_table
from core.evidence.trials import Row

METHODS = ("DSD", "LRS", "LMS")


def fitted_exponent(points: Sequence[tuple[float, float]]) -> float:
    """Slope of the line through the logarithms of (x, y) points."""
    x, y = np.log(np.array(points)).T
    return float(np.polyfit(x, y, 1)[0])


def exponents(noise: Sequence[Row], widths: Sequence[int]) -> dict[tuple[str, str], Ours | None]:
    """Exponent of misadjustment in the number of weights, by series and method; ("total", ...) is of M + P.

    For each seed a line is fitted through the logarithms at `widths`; a seed with a failed width has none.
    """
    found: dict[tuple[str, str], Ours | None] = {}
    for series, name, column in (("best", "best", 0), ("fixed", "fixed", 0), ("best", "total", 1)):
        for method in METHODS:
            rows = [r for r in noise if (r.cell["series"], r.cell["method"]) == (series, method)]
            seeds: dict[int, list[tuple[int, float]]] = {}
            for row in rows:
                if row.cell["n"] in widths:
                    m, p = row.values.get("misadjustment", np.nan), row.values.get("perturbation", 0.0)
                    seeds.setdefault(row.seed, []).append((row.cell["n"], m + column * p))
            if seeds:
                fits = [fitted_exponent(points) if np.all(np.isfinite(points)) else np.nan
                        for points in seeds.values()]  # fmt: skip
                found[name, method] = over_values(np.array(fits))
    return found


def tables(
    constant: int, sweeps: Sequence[Row], noise: Sequence[Row], reached: Sequence[Row], counted: Sequence[Row]
) -> list[dict[str, Any]]:
    """Best steps by precision; misadjustment by method and width; samples to the goal; evaluations by network."""
    precisions = dict.fromkeys(r.cell["precision"] for r in sweeps)
    cells = list(dict.fromkeys((r.cell["series"], r.cell["method"], r.cell["n"], r.cell["step"]) for r in noise))
    key = lambda r: (r.cell["series"], r.cell["method"], r.cell["n"], r.cell["step"])  # noqa: E731
    tasks = list(dict.fromkeys((r.cell["method"], r.cell["n"], r.cell["start"]) for r in reached))
    lines = []
    for row in counted:
        v = row.values
        reverse = v["backward_cost"]
        lines.append([
            "-".join(map(str, row.cell["sizes"])), v["parameters"], v["forward"], v["central"], reverse,
            v["forward"] / reverse, v["forward_error"], v["central_error"],
        ])  # fmt: skip
    series = {"best": "least M + P", "fixed": "fixed P", "step": "along the step"}
    return [
        means_table(
            "steps", "Best step (as a power of ten) and least error of measured slopes",
            ["precision"],
            [([p], [r for r in sweeps if r.cell["precision"] == p]) for p in precisions],
            [("forward: best step, log10", "forward_best", 1), ("forward: least error", "forward_least", 1),
             ("central: best step, log10", "central_best", 1), ("central: least error", "central_least", 1)],
        ),
        means_table(
            "misadjustment",
            f"Misadjustment M and perturbation P at a time constant of {constant:,} samples, percent of the least loss",
            ["series", "method", "weights", "step"],
            [([series[c[0]], *c[1:]], [r for r in noise if key(r) == c]) for c in cells],
            [("M, %", "misadjustment", 100), ("P, %", "perturbation", 100)],
        ),
        means_table(
            "reach", "Squared errors read until the excess loss falls to the goal", ["method", "weights", "start"],
            [(list(t), [r for r in reached if (r.cell["method"], r.cell["n"], r.cell["start"]) == t]) for t in tasks],
            [("samples", "presentations", 1), ("updates", "updates", 1)],
        ),
        {
            "id": "evaluations", "title": "One gradient of a network: readings by measured slopes, and backprop's cost",
            "columns": ["network", "weights and biases", "forward slopes, readings", "central slopes, readings",
                        "backprop, in forward passes", "forward slopes over backprop", "error, forward",
                        "error, central"],
            "rows": lines,
        },
    ]  # fmt: skip


def gather(
    sweeps: Sequence[Row], noise: Sequence[Row], reached: Sequence[Row], counted: Sequence[Row]
) -> dict[str, np.ndarray]:
    """What the figures draw: error curves, (n, step, seed, M, P) of every noisy run, samples to the goal, counts."""
    arrays = {
        f"{kind}_{p}": stacked([r for r in sweeps if r.cell["precision"] == p], kind)
        for kind in ("forward", "central") for p in dict.fromkeys(r.cell["precision"] for r in sweeps)
    }  # fmt: skip
    for series in ("best", "fixed", "step"):
        for method in METHODS:
            rows = [r for r in noise if (r.cell["series"], r.cell["method"]) == (series, method)]
            if rows:
                arrays[f"noise_{series}_{method}"] = np.array([
                    [r.cell["n"], r.cell["step"], r.seed, r.values.get("misadjustment", np.nan),
                     r.values.get("perturbation", np.nan)] for r in rows
                ])  # fmt: skip
    for method in METHODS:
        arrays[f"reach_{method}"] = np.array(
            [[r.cell["n"], r.cell["start"], r.values.get("presentations", np.nan)] for r in reached
             if r.cell["method"] == method]
        )  # fmt: skip
    arrays["counts"] = np.array(
        [[r.values[k] for k in ("parameters", "forward", "central", "backward_cost")] for r in counted]
    )
    return arrays
