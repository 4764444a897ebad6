"""What the page to touch starts from: how many squared errors published runs of three methods took to come down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.evidence.record import Record
from core.evidence.rows import Rows
from core.learning import slope_theory as theory
from reproductions.slopes_1950s.noise import PATIENCE


def data(record: Record, arrays: Mapping[str, np.ndarray], rows: Rows) -> dict[str, Any] | None:
    """Of each method and number of weights the rates, the nudge, and the squared errors that published runs took."""
    start = record.settings["start"]
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for row in rows.get("the same task", []):
        cell = row.cell
        if cell["start"] != start or row.failed:
            continue
        one = found.setdefault(
            (cell["method"], cell["n"]),
            {name: cell[name] for name in ("method", "n", "time_constant", "step", "samples")} | {"took": []},
        )
        one["took"].append(row.values.get("presentations"))
    for (method, n), one in found.items():
        rates = {
            "DSD": lambda c, n: theory.descent_rate(n, c["samples"], c["time_constant"]),
            "LRS": lambda c, n: theory.search_rate(c["step"], c["samples"], c["time_constant"]),
            "LMS": lambda c, n: theory.lms_rate(c["time_constant"]),
        }
        one["rate"] = rates[method](one, n)
    if not found:
        return None
    return {
        "tasks": list(found.values()),
        "start": start,
        "goal": record.settings["goal"],
        "samples": record.settings["samples"],
        "patience": PATIENCE,
    }
