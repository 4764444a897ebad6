"""Our side of every claim of the era, by its id in paper.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.evidence import measured as m
from core.evidence.measured import Count, Measured, Simple
from core.evidence.rows import Rows, failures, pick, stacked
from core.evidence.trials import Row
from core.networks import lenet
from reproductions.lenet_1998 import comparisons
from reproductions.lenet_1998.experiment import CHANGES
from reproductions.lenet_1998.run import JOINED, LADDER
from reproductions.lenet_1998.settings import Settings

Arms = Mapping[str, Sequence[Row]]
# Claims on errors and rejects of one method each: the method, and whether nothing in it is left to chance.
ERRORS: dict[str, tuple[str, bool]] = {
    "lenet_5": ("LeNet-5", False),
    "distorted": ("LeNet-5, distorted", False),
    "linear": ("linear", True),
    "linear_deslanted": ("linear, deslanted", True),
    "neighbours": ("nearest neighbours", True),
    "neighbours_deslanted": ("nearest neighbours, deslanted", True),
    "quadratic": ("components, quadratic", True),
    "radial_bases": ("radial bases", False),
    "hidden_300": ("300 hidden", False),
    "hidden_1000": ("1000 hidden", False),
    "hidden_300_deslanted": ("300 hidden, deslanted", False),
    "hidden_300_100": ("300-100 hidden", False),
    "hidden_500_150": ("500-150 hidden", False),
    "lenet_1": ("LeNet-1", False),
    "lenet_4": ("LeNet-4", False),
}
REJECTS: dict[str, tuple[str, bool]] = {
    "rejects_lenet_1": ("LeNet-1", False),
    "rejects_lenet_4": ("LeNet-4", False),
    "rejects_300_deslanted": ("300 hidden, deslanted", False),
    "rejects_neighbours": ("nearest neighbours, deslanted", True),
}
SETTLED, MIDDLE = 12, 10  # passes after which the paper calls its curves converged, and stable


def measure(s: Settings, rows: Rows) -> dict[str, Measured]:
    """Our side of every claim."""
    arms = comparisons.arms(rows)
    return {
        **{name: _one(arms, *which, "error") for name, which in ERRORS.items()},
        **{name: _one(arms, *which, "rejects") for name, which in REJECTS.items()},
        **_reading(s, arms["LeNet-5"]),
        **_rest_of_table(rows, arms),
        **_sizes(s, arms),
        **_changes(arms),
        **_now(rows),
        **_counts(arms),
    }


def _one(arms: Arms, name: str, certain: bool, what: str) -> Simple:
    group = arms.get(name, ())
    if not group:
        return None
    if certain:
        return _certain(group[0], what)
    return m.runs(group, what, scale=100)


def _certain(row: Row, what: str = "error") -> Simple:
    return None if row.failed else Count(100 * row.values[what])


def _reading(s: Settings, group: Sequence[Row]) -> dict[str, Measured]:
    history = 100 * stacked(group, "history") if failures(group) < len(group) else np.empty((0, s.passes, 3))
    lost = failures(group)

    def later(column: int, number: int) -> Simple:
        if number >= s.passes:
            return None
        return m.mean(history[:, number - 1, column] - history[:, -1, column], failed=lost)

    flat = later(2, MIDDLE)
    return {
        "train_error": m.runs(group, "train_error", scale=100),
        "flat": flat,
        "converged": later(0, SETTLED),
        "overtraining": m.scaled(flat, -1) if isinstance(flat, m.Quantity) else None,
        "lowest_rate": m.runs(group, "lowest_rate"),
        "highest_rate": m.runs(group, "highest_rate"),
    }


def _rest_of_table(rows: Rows, arms: Arms) -> dict[str, Measured]:
    order = [agrees for _, _, agrees in comparisons.ordered_pairs(comparisons.errors(rows))]
    boosted = [row for row in arms.get("boosted LeNet-4, distorted", ()) if not row.failed]
    gain = np.array([100 * (row.values["error"] - row.values["error_first"]) for row in boosted])
    return {
        "order": Count(float(np.mean(order))) if order else None,
        "pairwise": {row.cell["join"]: _certain(row) for row in rows[JOINED]},
        "boosted": m.mean(gain) if len(gain) else None,
    }


def _sizes(s: Settings, arms: Arms) -> dict[str, Measured]:
    small, large = min(s.sizes), max(s.sizes)
    fewer = {n: arms[f"LeNet-5, {n:,} digits"] for n in s.sizes}
    whole = _after(arms["LeNet-5"], s.size_passes)
    made_up = arms.get(f"LeNet-5, {small:,} digits, distorted", ())
    alike = min(s.passes, s.distorted_passes)
    return {
        "more_digits_15": m.difference(fewer[small], fewer[large], "error", scale=100, pairs=True),
        "more_digits_30": m.difference(fewer[large], whole, "error", scale=100, pairs=True),
        "distortion_helps": m.difference(
            _after(arms["LeNet-5, distorted"], alike), _after(arms["LeNet-5"], alike), "error", scale=100, pairs=True
        ),
        "ranges": {
            f"{r:g} times ours": m.difference(pick(made_up, distort=r), fewer[small], "error", scale=100, pairs=True)
            for r in s.ranges
        },
        "sdlm": m.difference(fewer[small], arms["LeNet-5, plain steps"], "error", scale=100, pairs=True),
    }


def _after(group: Sequence[Row], passes: int) -> list[Row]:
    """The trials with the error that they had after so many passes, or at the end if there were fewer."""
    found = []
    for row in group:
        if row.failed:
            found.append(row)
            continue
        history = row.arrays["history"]
        error = float(history[min(passes, len(history)) - 1, 2])
        found.append(replace(row, values={**row.values, "error": error}))
    return found


def _changes(arms: Arms) -> dict[str, Measured]:
    wanted = {
        "turned": [("turn", -30.0), ("turn", 30.0)],
        "resized": [("size", 0.7), ("size", 1.35)],
        "moved": [("down", -8.0), ("down", 8.0)],
    }
    learned = {"regular digits": arms["LeNet-5"], "distorted digits": arms["LeNet-5, distorted"]}
    return {
        name: {what: _read_rightly(group, changes) for what, group in learned.items()}
        for name, changes in wanted.items()
    }


def _read_rightly(group: Sequence[Row], changes: Sequence[tuple[str, float]]) -> Simple:
    """Percent of digits still read rightly after changes, the mean over them, over networks."""
    places = [CHANGES.index(change) for change in changes]
    if failures(group) == len(group):
        return None
    return m.mean(100 * (1 - stacked(group, "invariance")[:, places].mean(axis=1)), failed=failures(group))


def _now(rows: Rows) -> dict[str, Measured]:
    ladder = rows.get(LADDER, [])
    if not ladder:
        return {"today": None}
    last = max(row.cell["rung"] for row in ladder)
    averaged = [replace(row, values={"error": row.values.get("error_averaged", np.nan)}) for row in ladder]
    return {"today": m.difference(pick(averaged, rung=last), pick(ladder, rung=0), "error", scale=100, pairs=True)}


def _counts(arms: Arms) -> dict[str, Measured]:
    five = lenet.counts(lenet.LENET_5)
    readings = {"every unit reads all maps": lenet.LENET_4, "each reads four or five maps": lenet.LENET_4_SPARSE}
    one = lenet.counts(lenet.LENET_1)
    inputs = [row.values["inputs"] for row in arms.get("components, quadratic", ()) if row.cell["components"] == 40]
    return {
        "parameters": Count(sum(layer.parameters for layer in five)),
        "connections": Count(sum(layer.connections for layer in five)),
        "layers": {layer.name: Count(layer.parameters) for layer in five if layer.parameters},
        "lenet_4_connections": {
            name: Count(sum(layer.connections for layer in lenet.counts(plan))) for name, plan in readings.items()
        },
        "lenet_4_parameters": {
            name: Count(sum(layer.parameters for layer in lenet.counts(plan))) for name, plan in readings.items()
        },
        "lenet_1_operations": Count(sum(layer.connections for layer in one)),
        "lenet_1_parameters": Count(sum(layer.parameters for layer in one) / 1000),
        "linear_parameters": _parameters(arms["linear"]),
        "linear_deslanted_parameters": _parameters(arms["linear, deslanted"]),
        "quadratic_inputs": Count(inputs[0]) if inputs else None,
    }


def _parameters(group: Sequence[Row]) -> Simple:
    return None if group[0].failed else Count(group[0].values["parameters"])
