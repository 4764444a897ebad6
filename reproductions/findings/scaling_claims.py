"""Fits of `scaling`, their intervals and predictions, and our side of every claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.datasets.history import SYSTEMS
from core.evidence import power_laws
from core.evidence.record import Ours
from core.evidence.summaries import exactly, over_values
from core.evidence.trials import Row

Rows = Mapping[str, Sequence[Row]]
MODERN = 2010.0  # year from which deep learning is counted


@dataclass(frozen=True)
class Law:
    """A fitted law: points (terms, n), values, the fit, its resampled fits, and where and what was held out."""

    x: np.ndarray
    y: np.ndarray
    fit: np.ndarray
    draws: np.ndarray
    held_x: np.ndarray
    held_y: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def exponent(self, term: int) -> Ours:
        """An exponent with its interval by resampling."""
        k = 2 * term + 1
        return _ours(float(self.fit[k]), self.draws[:, k], self.x.shape[1])

    @property
    def inside(self) -> np.ndarray:
        """Which held-out values lie in their predicted interval."""
        return np.asarray((self.low <= self.held_y) & (self.held_y <= self.high))


def _ours(estimate: float, draws: np.ndarray, n: int) -> Ours:
    low, high = np.percentile(draws, [2.5, 97.5])
    return Ours(estimate=estimate, low=float(low), high=float(high), n=n, covers="difference of fits (resampled seeds)")


def law(x: np.ndarray, y: np.ndarray, groups: np.ndarray, held: np.ndarray, draws: int) -> Law:
    """Fit on the points that are not held out, and predict those that are, with the scatter of single runs."""
    rng = np.random.default_rng(0)
    kept = ~held
    fit = power_laws.fit(x[:, kept], y[kept])
    again = power_laws.resampled(x[:, kept], y[kept], groups[kept], draws=draws, rng=rng)
    scatter = np.log(y[kept] / power_laws.predict(x[:, kept], fit))
    if held.any():
        ahead = np.array([power_laws.predict(x[:, held], one) for one in again])
        ahead = ahead * np.exp(rng.choice(scatter, (len(ahead), int(held.sum()))))
        low, high = np.percentile(ahead, [2.5, 97.5], axis=0)
    else:
        low = high = np.zeros(0)
    return Law(x, y, fit, again, x[:, held], y[held], low, high)


def studied(s: Any, rows: Rows) -> dict[str, Law]:
    """The laws of the study: digits by examples and by parameters, characters by both; the largest held out."""
    digits = [row for row in rows["digits"] if not row.failed]
    by_size = [row for row in digits if row.cell["series"] == "examples"]
    by_width = [row for row in digits if row.cell["series"] == "width"]
    m = np.array([row.cell["examples"] for row in by_size], dtype=float)
    n = np.array([row.values["parameters"] for row in by_width])
    text = [row for row in rows["text"] if not row.failed]
    size = np.array([row.values["parameters"] for row in text])
    d = np.array([row.cell["examples"] for row in text], dtype=float)
    largest = sorted(row[0] for row in s.sizes)[-s.held_out :]
    held = np.array([row.cell["size"] in largest for row in text])
    groups = np.array([f"{row.cell['size']} {row.cell['examples']}" for row in text])
    error_m, error_n = (np.array([max(row.values["error"], 1e-4) for row in group]) for group in (by_size, by_width))
    return {
        "examples": law(m[None], error_m, m, m == m.max(), s.draws),
        "width": law(n[None], error_n, n, n == n.max(), s.draws),
        "text": law(np.stack([size, d]), np.array([row.values["test"] for row in text]), groups, held, s.draws),
    }


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


def measure(s: Any, rows: Rows, found: Mapping[str, Law]) -> dict[str, Ours | None]:
    """Our side of every claim, by its id in papers/kaplan2020.toml."""
    text, grams = found["text"], rows["n-grams"][0].values
    alpha, beta = text.draws[:, 1], text.draws[:, 3]
    share = text.fit[3] / (text.fit[1] + text.fit[3])
    largest = max((row for row in rows["text"] if not row.failed), key=lambda row: row.values["parameters"])
    cost = max((row.values for row in rows["cost"]), key=lambda v: v["parameters"])
    final = [
        row.values["test"]
        for row in rows["text"]
        if not row.failed
        and row.cell["size"] == max(one[0] for one in s.sizes)
        and row.cell["examples"] == max(s.examples)
    ]
    best_order = min((k for k in range(1, s.orders + 1)), key=lambda k: grams[f"same_{k}"])
    eras = {"before": (1950, MODERN), "after": (MODERN, 2030), "amodei": (2012, 2030)}
    return {
        "digits_least": found["examples"].exponent(0),
        "digits_most": found["examples"].exponent(0),
        "digits_held": exactly(float(found["examples"].inside.mean())),
        "width_held": exactly(float(found["width"].inside.mean())),
        "optimal_share": _ours(float(share), beta / (alpha + beta), text.x.shape[1]),
        "text_held": exactly(float(text.inside.mean())),
        "six": exactly(2 * largest.values["each"] / largest.values["parameters"]),
        "three": exactly(cost["ratio"]),
        "kn5": exactly(grams["order_5"]) if s.orders >= 5 else None,
        "kn6": exactly(grams["order_6"]) if s.orders >= 6 else None,
        "neural": over_values(grams[f"same_{best_order}"] - np.array(final)) if len(final) > 1
        else exactly(grams[f"same_{best_order}"] - final[0]) if final else None,
        **{f"doubling_{name}": _ours(*doubling(*years), listed(*years)) for name, years in eras.items()},
    }  # fmt: skip
