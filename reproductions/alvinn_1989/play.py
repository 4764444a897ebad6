"""What the page to touch starts from: how published networks of 1991 drove the course after one drive of a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.evidence.record import Record
from core.evidence.rows import Rows, distinct, pick
from reproductions.alvinn_1989 import network_1991 as fly
from reproductions.alvinn_1989.driving import RUN_IN
from reproductions.alvinn_1989.on_the_fly import LAP, TIGHT
from reproductions.alvinn_1989.settings import METHODS


def data(record: Record, arrays: Mapping[str, np.ndarray], rows: Rows) -> dict[str, Any] | None:
    """The course, camera and vehicle, and of each way of teaching how far its networks came and how much they swayed.

    Taken from the ablation: the course that bends right and then left, driven again as it was taught.
    """
    taught = [row for row in rows.get("ablation", []) if row.cell["course"] == "both ways" and not row.failed]
    if not taught:
        return None
    laps = min(distinct(taught, "laps"))
    ways = {
        method: [
            [row.values.get("same_metres"), row.values.get("same_spread_cm"), row.values["same_completed"]]
            for row in pick(taught, method=method, laps=laps)
        ]
        for method in METHODS
        if method in distinct(taught, "method")
    }
    return {
        "profile": fly.course(-TIGHT, TIGHT),
        "lap": LAP,
        "laps": laps,
        "width": fly.WIDTH,
        "speed": fly.SPEED,
        "cycle": fly.CYCLE,
        "step": fly.STEP,
        "lookahead": fly.LOOKAHEAD,
        "sharpest": fly.SHARPEST,
        "shift": fly.SHIFT,
        "turn": fly.TURN,
        "buffer": fly.BUFFER,
        "copies": fly.COPIES,
        "candidates": fly.CANDIDATES,
        "waver": [fly.AIM_SPREAD, fly.AIM_MEMORY],
        "rate": taught[0].cell["rate"],
        "run_in": RUN_IN,
        "camera": vars(fly.CAMERA),
        "vehicle": vars(fly.VEHICLE),
        "ways": ways,
    }
