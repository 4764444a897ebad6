"""What the page to touch starts from: the six patterns of 1960, its curve, and how 2,000 simulated operators fared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.datasets import letters
from core.evidence.record import Record
from core.evidence.rows import Rows, pick
from reproductions.lms_1959.adaline import CURVE_1960


def data(record: Record, arrays: Mapping[str, np.ndarray], rows: Rows) -> dict[str, Any] | None:
    """The patterns with their targets, the published band of runs, and patterns until a tenth of the error was left."""
    exact = [row for row in pick(rows["adaptation"], alpha=1.0, noise=0.0, film=False) if not row.cell.get("dead")]
    low, middle, high, _ = arrays["curves"]
    return {
        "names": letters.NAMES,
        "patterns": letters.patterns(),
        "targets": letters.TARGETS,
        "low": np.round(low, 1),
        "middle": np.round(middle, 1),
        "high": np.round(high, 1),
        "curve1960": CURVE_1960,
        "tenth": [row.values.get("tenth") for row in exact],
        "film": {"shown": arrays["film_shown"], "last": arrays["film_weights"][-1]},
    }
