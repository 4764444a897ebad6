"""What the page to touch starts from: fifteen longitudes, the published log, and how long other starts took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.datasets import cities
from core.evidence.record import Record
from core.evidence.rows import Rows, grouped, pick
from reproductions.six_parameters.toy import START


def data(record: Record, arrays: Mapping[str, np.ndarray], rows: Rows) -> dict[str, Any] | None:
    """The examples in the order of the log, its path and losses, and steps of published runs by spread and rate."""
    learned = pick(rows["losses and temperatures"], series="losses", loss="cross-entropy")
    return {
        "names": cities.NAMES,
        "longitudes": cities.LONGITUDES,
        "order": cities.ORDER,
        "start": [*START["m"][0], *START["b"]],
        "path": arrays["log_sgd_path"],
        "losses": arrays["log_sgd_losses"],
        "rate": record.settings["rate"],
        "limit": record.settings["steps"],
        "seen": np.round(np.sort(arrays["shadow_share"]), 4),
        "runs": [
            {"spread": spread, "rate": rate, "steps": [row.values.get("steps") for row in group]}
            for (spread, rate), group in grouped(learned, "spread", "rate").items()
        ],
    }
