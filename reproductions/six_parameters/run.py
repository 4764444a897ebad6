"""The studies of the toy: the published point and log, then what the toy teaches of losses and landscapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.datasets import cities
from core.evidence.measured import Cost
from core.evidence.rows import Rows, pick
from core.evidence.studies import Study
from core.networks import dense
from reproductions.six_parameters import landscape, learning, logs, point
from reproductions.six_parameters.settings import Settings

LOSSES = ("cross-entropy", "squared error")
# What the published version with Adam may have done otherwise, as changes to what we assume.
CONVENTIONS: tuple[dict[str, Any], ...] = (
    {"order": "reversed"},
    {"order": "by city"},
    {"options": {"beta1": 0.95}},
    {"options": {"beta2": 0.99}},
    {"options": {"beta2": 0.9999}},
    {"options": {"epsilon": 1e-4}},
    {"options": {"epsilon": 1e-6}},
)


def studies(s: Settings) -> list[Study]:
    """Point, logs, other orders; losses, temperatures and the map; the landscape."""
    once, seeds = range(1), range(s.seeds)
    sgd: dict[str, Any] = {"method": "sgd", "rate": s.rate, "steps": s.sgd_steps, "options": {}}
    adam = sgd | {"method": "adam", "steps": s.adam_steps}
    published = [{"order": "published", **cell} for cell in (sgd, adam, *(adam | other for other in CONVENTIONS))]
    others = [sgd | {"order": "random"}, adam | {"order": "random"}, adam | {"order": "within"}]
    on_map = {"steps": s.map_steps, "spread": s.map_spread}
    path = {"rate": s.rate, "steps": s.sgd_steps}
    return [
        Study("the published point", point.point, [({}, once)]),
        Study("saturation", point.saturation, [({}, once)]),
        Study("the log", logs.replay, [(cell, once) for cell in published]),
        Study("other orders", logs.orders, [(cell, seeds) for cell in others], block=200),
        Study("losses and temperatures", learning.learn, [(cell, seeds) for cell in learning_cells(s)], block=200),
        Study(
            "the map",
            learning.on_the_map,
            [({**on_map, "rate": rate, "keep": False}, seeds) for rate in s.map_rates]
            + [({**on_map, "rate": s.map_rates[0], "keep": True}, once)],
            block=200,
        ),
        Study("two of six", landscape.surface, [({**path, "when": [0, 3, s.sgd_steps]}, once)]),
        Study("shadows", landscape.shadow, [(path, range(s.plane_seeds))], block=100),
        Study(
            "random planes",
            landscape.random_plane,
            [
                (
                    {"hidden": hidden, "sweeps": s.sweeps, "rate": s.rate if hidden == 0 else s.rate / 5},
                    range(s.plane_seeds),
                )
                for hidden in s.hidden
            ],
            block=10,
        ),
    ]


def learning_cells(s: Settings) -> list[dict[str, Any]]:
    """Both losses over every rate and start; temperatures at one rate; one of them again as a start and a rate."""
    base = {"temperature": 1.0, "steps": s.steps}
    cells = [
        {"series": "losses", "loss": loss, "rate": rate, "spread": spread, **base}
        for loss in LOSSES
        for spread in s.spreads
        for rate in s.rates
    ]
    warm = {"series": "temperature", "loss": "cross-entropy", "rate": s.rate, "spread": s.far, **base}
    cells += [{**warm, "temperature": temperature} for temperature in s.temperatures]
    hot = max(s.temperatures)
    same = {"rate": s.rate / hot**2, "spread": s.far / hot}
    return [*cells, {"series": "instead", "loss": "cross-entropy", **base, **same}]


def cost(s: Settings, rows: Rows) -> Cost:
    """Examples shown in every study of learning, and the multiply-accumulates that they took."""
    learned = ("the log", "other orders", "losses and temperatures", "the map")
    shown = sum(row.cell["steps"] for name in learned for row in rows[name])
    on_planes = len(cities.ORDER) * s.sweeps * s.plane_seeds
    wide = sum(dense.operations((1, hidden, 3) if hidden else (1, 3)) for hidden in s.hidden)
    main = pick(rows["losses and temperatures"], series="losses")
    are = "multiply-accumulates of learning forward and back, that of the map counted as if it had lines"
    operations = shown * dense.operations((1, 3)) + on_planes * wide
    each = float(np.mean([row.seconds for row in main]))
    return Cost(shown + on_planes * len(s.hidden), int(operations), are, each)
