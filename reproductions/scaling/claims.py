"""Our side of every claim of `scaling`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.datasets.history import SYSTEMS
from core.evidence.record import Ours
from core.evidence.summaries import exactly, finished, over_values, share
from reproductions.scaling.laws import Law, Rows, fitted

MODERN = 2010.0  # year from which deep learning is counted
ERAS = {"before": (1950.0, MODERN), "after": (MODERN, 2030.0)}  # first and last year


def doubling(first: float, last: float, draws: int = 2000) -> tuple[float, np.ndarray]:
    """Months in which the training compute of the listed systems doubles between two years, and resampled values."""
    chosen = np.array([[year, np.log2(flop)] for _, year, _, flop, _ in SYSTEMS if first <= year <= last])
    rng = np.random.default_rng(0)
    slopes: list[float] = []
    while len(slopes) < draws:
        some = chosen[rng.integers(0, len(chosen), len(chosen))]
        if np.ptp(some[:, 0]) > 0:
            slopes.append(np.polyfit(some[:, 0], some[:, 1], 1)[0])
    return 12 / float(np.polyfit(chosen[:, 0], chosen[:, 1], 1)[0]), 12 / np.array(slopes)


def listed(first: float, last: float) -> int:
    """How many of the listed systems lie between two years."""
    return sum(first <= year <= last for _, year, *_ in SYSTEMS)


def saved(s: Any, rows: Rows) -> np.ndarray:
    """Nats a character that the networks trained for longer save on the best n-gram, on the same characters."""
    grams = rows["n-grams"][0].values
    best = min(grams[f"same_{k}"] for k in range(1, s.orders + 1))
    return best - finished(rows["text, longer"], "test")


def measure(s: Any, rows: Rows, found: Mapping[str, Law]) -> dict[str, Ours | None]:
    """Our side of every claim, by its id in papers/kaplan2020.toml."""
    text, grams = found["text"], rows["n-grams"][0].values
    alpha, beta = text.draws[:, 1], text.draws[:, 3]
    best = text.fit[3] / (text.fit[1] + text.fit[3])
    largest = max((row for row in rows["text"] if not row.failed), key=lambda row: row.values["parameters"])
    cost = max((row.values for row in rows["cost"]), key=lambda v: v["parameters"])
    return {
        "digits_least": found["examples"].exponent(0),
        "digits_most": found["examples"].exponent(0),
        "digits_held": share(found["examples"].inside),
        "width_held": share(found["width"].inside),
        "optimal_share": fitted(float(best), beta / (alpha + beta), len(text.y) - len(text.held_y)),
        "text_held": share(text.inside),
        "six": exactly(2 * largest.values["each"] / largest.values["parameters"]),
        "three": exactly(cost["ratio"]),
        "kn5": exactly(grams["order_5"]) if s.orders >= 5 else None,
        "kn6": exactly(grams["order_6"]) if s.orders >= 6 else None,
        "neural": over_values(saved(s, rows)),
        **{f"doubling_{name}": fitted(*doubling(*years), listed(*years), "systems") for name, years in ERAS.items()},
    }  # fmt: skip
