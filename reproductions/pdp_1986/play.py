"""What the page to touch starts from: the published nets on XOR, their weights and how long each took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.evidence.record import Record
from core.evidence.rows import Rows, grouped, pick
from core.learning.seeds import generator
from reproductions.pdp_1986.experiment import FIGURE_5, NETS
from reproductions.pdp_1986.run import RECIPE

NAME = "xor 2-2-1"
TARGETS = [[0.1], [0.9], [0.9], [0.1]]  # of 00, 01, 10 and 11


def data(record: Record, arrays: Mapping[str, np.ndarray], rows: Rows) -> dict[str, Any] | None:
    """Starts and times of all published nets, that of figure 5, the map of those that stick; None if none learned."""
    if "xor_weights" not in arrays:
        return None
    nets = pick(rows["xor"], net=NAME)
    map_ = [
        [rate, reach, float(np.mean([1 - row.values["solved"] for row in group if not row.failed])), len(group)]
        for (rate, reach), group in grouped(rows["stuck map"], "rate", "reach").items()
    ]
    net = NETS[NAME]
    starts = [net.flat(net.init(generator(record.settings["entropy"], row.seed), RECIPE["reach"])) for row in nets]
    return {
        "recipe": {name: RECIPE[name] for name in ("rate", "momentum", "reach", "margin")},
        "limit": record.settings["xor_sweeps"],
        "targets": TARGETS,
        "starts": np.array(starts),
        "sweeps": [row.values.get("sweeps") for row in nets],
        "figure5": FIGURE_5,
        "map": map_,
    }
