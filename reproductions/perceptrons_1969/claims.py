"""Our side of every claim of the era, by its id in paper.toml."""

from __future__ import annotations

import numpy as np

from core.evidence import measured as m
from core.evidence.measured import Count, Measured
from core.evidence.rows import Rows, failures, finished, grouped
from reproductions.perceptrons_1969.settings import Settings
from reproductions.perceptrons_1969.tables import LISTED


def measure(s: Settings, rows: Rows) -> dict[str, Measured]:
    """Our side of every claim."""
    return {**_rosenblatt(rows), **_counts(rows), **_parity(rows), **_xor(rows)}


def _rosenblatt(rows: Rows) -> dict[str, Measured]:
    used = [row.values["updates"] / row.values["bound"] for row in rows["margins"] if not row.failed]
    letters = grouped(rows["letters"], "points")
    return {
        "novikoff": Count(max(used)),
        "ends": m.share(np.array([not row.failed for row in rows["margins"]], dtype=float)),
        "letters": {f"{k} points": m.median_until(group, "exposures") for k, group in letters.items()},
    }


def _counts(rows: Rows) -> dict[str, Measured]:
    counts = {row.cell["n"]: row.values["separable"] for row in rows["functions"]}
    largest = max(row.cell["n"] for row in rows["fraction"])
    sampled = [row for row in rows["fraction"] if row.cell["n"] == largest]
    theory = LISTED[largest] / 2.0 ** (2**largest)
    return {
        **{f"functions_{k}": Count(counts[k]) if k in counts else None for k in (1, 2, 3, 4)},
        "fraction": m.mean(np.array([row.values["share"] / theory for row in sampled])),
    }


def _parity(rows: Rows) -> dict[str, Measured]:
    updates = [(row.cell["n"], row.values["updates"]) for row in rows["updates"] if not row.failed]
    n, logs = np.array([[k, np.log10(u)] for k, u in updates]).T
    late = n >= 2
    orders = [row.values["order"] == row.cell["n"] for row in rows["order"]]
    ratios = [row.values["last"] / 2 ** (row.cell["n"] - 1) for row in rows["coefficients"]]
    largest = [abs(row.values["largest"] / 2 ** (row.cell["n"] - 1) - 1) for row in rows["coefficients"]]
    views = rows["windows"][0].values
    return {
        "parity_order": Count(float(np.mean(orders))),
        "reliable": Count(min(ratios)),
        "largest": Count(max(largest)),
        "one_in_a_box": Count(min(row.values["order"] - row.cell["m"] for row in rows["boxes"])),
        "bound": Count(max(u / 10.0**k for k, u in updates)),
        "least_steps": Count(min(u * k / 2.0**k for k, u in updates)),
        "growth": Count(float(10 ** np.polyfit(n[late], logs[late], 1)[0])),
        "connected": Count(views["pieces_b"] - views["pieces_a"]),
    }


def _xor(rows: Rows) -> dict[str, Measured]:
    one, hidden = rows["one layer"], rows["hidden layer"]
    period = np.array([not row.failed and row.values["period"] > 0 for row in one], dtype=float)
    least = finished(one, "least_wrong")
    return {
        "cycling": m.share(period),
        "never_right": Count(float(least.min())),
        "lms_zero": m.runs(one, "lms_largest"),
        "logistic_half": m.runs(one, "logistic_from_half"),
        "hidden": m.share(finished(hidden, "solved"), failed=failures(hidden)),
    }
