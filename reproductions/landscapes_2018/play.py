"""What the page to touch starts from: straight lines, what random planes saw of the way, and the film's nets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.evidence.record import Record
from core.evidence.rows import Rows
from reproductions.landscapes_2018.run import MADE, ORDINARY

EVERY = 2  # which points of a line travel in the page


def data(record: Record, arrays: Mapping[str, np.ndarray], rows: Rows) -> dict[str, Any] | None:
    """Lines as shares of their fall with how many only fall, shares of the way by parameters, and the film's nets."""
    kinds = [(name, arrays[f"line_{k}"]) for k, name in enumerate((*ORDINARY, *MADE))]
    kinds += [("zip-code reader of 1989", arrays["line_zip"]), ("XOR nets of 1986", arrays["line_xor"])]
    worms = [row for row in rows["wormhole"] if not row.failed]
    if not worms or not len(arrays["random_planes"]):
        return None
    return {
        "kinds": [
            {
                "name": name,
                "nets": len(lines),
                "falling": int(np.sum(lines[:, -1])),
                "lines": np.round(lines[:, :-1:EVERY].astype(float), 3),
            }
            for name, lines in kinds
            if len(lines)
        ],
        "planes": [[count, float(f"{seen:.4g}")] for count, seen in arrays["random_planes"]],
        "directions": rows["random planes"][0].cell["directions"],
        "worms": [
            {
                "parameters": row.values["parameters"],
                "moved": row.values["moved"],
                "walked": row.values["walked"],
                "start": row.arrays["middle"][0],
                "end": row.arrays["middle"][-1],
            }
            for row in worms
        ],
    }
