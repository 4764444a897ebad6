"""What the page to touch starts from: shares of the bound that runs used, circles of XOR, and nets that did it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.evidence.record import Record
from core.evidence.rows import Rows


def data(record: Record, arrays: Mapping[str, np.ndarray], rows: Rows) -> dict[str, Any] | None:
    """Updates over the bound of separable points, periods on XOR, sweeps of nets with two hidden units, one of them."""
    if "hidden" not in arrays:
        return None
    bound, updates = arrays["margins"].T
    functions = {int(n): int(count) for n, count in arrays["functions"]}
    return {
        "bound": np.sort(updates / bound),
        "periods": [row.values.get("period") for row in rows["one layer"]],
        "sweeps": [row.values.get("sweeps") for row in rows["hidden layer"]],
        "limit": record.settings["hidden_sweeps"],
        "hidden": arrays["hidden"],
        "functions": functions,
    }
