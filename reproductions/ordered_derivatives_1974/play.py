"""What the page to touch starts from: the published page of an ordered system, and what walks cost in networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.evidence.record import Record
from core.evidence.rows import Rows
from reproductions.ordered_derivatives_1974.page import PAGE, STEP, page

Arrays = Mapping[str, np.ndarray]


def data(record: Record, arrays: Arrays, rows: Rows) -> dict[str, Any] | None:
    """The page's given numbers, lines and published derivatives, and counted costs by number of weights."""
    values, exact, measured, varies = arrays["page"]
    _, lines = page()
    return {
        "given": PAGE,
        "lines": lines,
        "values": values,
        "exact": exact,
        "measured": measured,
        "varies": varies,
        "step": STEP,
        "cost": [
            {"parameters": parameters, "ratio": ratio, "tangents": tangents}
            for parameters, _, ratio, tangents in arrays["cost"]
        ],
    }
