"""Tables, words and arrays that the report of measured slopes shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from core.evidence.rows import Rows, finished, grouped, pick, stacked
from core.evidence.tables import Table, means_table, table
from reproductions.slopes_1950s.networks import PUSH
from reproductions.slopes_1950s.run import METHODS
from reproductions.slopes_1950s.settings import Settings

SERIES = {"best": "least M + P", "fixed": "fixed P", "small": "smaller P, longer T", "step": "along the nudge"}


def tables(s: Settings, rows: Rows) -> list[Table]:
    """Best steps by precision; misadjustment by method and width; samples to the goal; readings by network."""
    return [
        means_table(
            "steps",
            "Best nudge (as a power of ten) and least relative error of measured slopes",
            ["numbers"],
            [([name], group) for name, group in grouped(rows["step sizes"], "precision").items()],
            [
                ("forward: best nudge, log10", "forward_best", 1),
                ("forward: least error", "forward_least", 1),
                ("central: best nudge, log10", "central_best", 1),
                ("central: least error", "central_least", 1),
            ],
        ),
        means_table(
            "misadjustment",
            "Misadjustment M and perturbation P, percent of the least loss",
            ["study", "method", "weights", "nudge", "time constant, samples"],
            [
                ([SERIES[key[0]], *key[1:]], group)
                for key, group in grouped(
                    rows["misadjustment"], "series", "method", "n", "step", "time_constant"
                ).items()
            ],
            [("M, %", "misadjustment", 100), ("P, %", "perturbation", 100)],
        ),
        _task(rows),
        table(
            "evaluations", "One gradient of a network: readings, and backpropagation's cost", _COST, list(_lines(rows))
        ),
    ]


def _task(rows: Rows) -> Table:
    """Medians of samples to the goal; runs that were late count as endless."""
    lines = []
    for (method, n, start), group in grouped(rows["the same task"], "method", "n", "start").items():
        took = np.array([row.values.get("presentations", np.inf) for row in group])
        five, middle, most = (float(q) for q in np.quantile(took, [0.05, 0.5, 0.95], method="inverted_cdf"))
        told = [q if np.isfinite(q) else None for q in (five, middle, most)]
        lines.append([method, n, start, len(group), int(np.isfinite(took).sum()), *told])
    columns = ["method", "weights", "start", "runs", "reached the goal", "5 % of samples", "median", "95 %"]
    return table("reach", "Squared errors read until the excess loss falls to the goal", columns, lines)


_COST = [
    "network",
    "weights and biases",
    "forward slopes, readings",
    "central slopes, readings",
    "units pushed, readings",
    "backpropagation, in forward passes",
    "forward slopes over backpropagation",
    "error, forward",
    "error, central",
    "error, units pushed",
]


def _lines(rows: Rows) -> Iterable[list[Any]]:
    for row, pushed in zip(rows["evaluations"], rows["pushed sums"], strict=True):
        v = row.values
        yield [
            "-".join(map(str, row.cell["sizes"])),
            v["parameters"],
            v["forward_readings"],
            v["central_readings"],
            pushed.values["unit_readings"],
            v["backward_cost"],
            v["forward_readings"] / v["backward_cost"],
            v["forward_error"],
            v["central_error"],
            pushed.values["unit_error"],
        ]


def arrays(s: Settings, rows: Rows) -> dict[str, np.ndarray]:
    """What the figures draw: error curves, every noisy run, samples to the goal, and counts."""
    found = {
        f"{kind}_{name}": stacked(group, kind)
        for kind in ("forward", "central")
        for name, group in grouped(rows["step sizes"], "precision").items()
    }
    for (series, method), group in grouped(rows["misadjustment"], "series", "method").items():
        found[f"noise_{series}_{method}"] = np.array(
            [
                [r.cell["n"], r.cell["step"], *(r.values.get(v, np.nan) for v in ("misadjustment", "perturbation"))]
                for r in group
            ]
        )
    for method in METHODS:
        found[f"reach_{method}"] = np.array(
            [
                [r.cell["n"], r.cell["start"], r.values.get("presentations", np.inf)]
                for r in pick(rows["the same task"], method=method)
            ]
        )
    found["counts"] = np.array(
        [
            [
                *(r.values[k] for k in ("parameters", "forward_readings", "central_readings", "backward_cost")),
                p.values["unit_readings"],
            ]
            for r, p in zip(rows["evaluations"], rows["pushed sums"], strict=True)
        ]
    )
    return found


def words(s: Settings, rows: Rows) -> dict[str, Any]:
    """Numbers that the text of the report names."""
    double = pick(rows["step sizes"], precision="float64")
    widest, best = max(s.widths), pick(rows["misadjustment"], series="best")
    lms = finished(pick(best, method="LMS", n=widest), "misadjustment")
    wide = pick(best, method="DSD", n=widest)
    largest = max(rows["evaluations"], key=lambda row: row.values["parameters"]).values
    far = max((s.start, *s.far_starts))
    starts = [row for row in rows["the same task"] if row.cell["start"] == far and row.cell["n"] == s.u_width]
    lost = {
        method: sum(not row.values.get("reached", 0.0) for row in pick(starts, method=method)) for method in METHODS
    }
    return {
        "forward_digits": f"{-np.log10(finished(double, 'forward_least').mean()):.0f}",
        "central_digits": f"{-np.log10(finished(double, 'central_least').mean()):.0f}",
        "widest": widest,
        "lms_widest": f"{100 * lms.mean():.2g} %" if len(lms) else "not measured",
        "dsd_widest": "diverged" if all(row.failed for row in wide) else "did not all diverge",
        "largest_network": f"{largest['parameters']:,.0f}",
        "largest_readings": f"{largest['forward_readings']:,.0f}",
        "largest_ratio": f"{largest['forward_readings'] / largest['backward_cost']:,.0f}",
        "far": f"{far:g}",
        "lost": ", ".join(f"{method} {k} of {len(pick(starts, method=method))}" for method, k in lost.items()),
        "push": f"{PUSH:g}",
    }
