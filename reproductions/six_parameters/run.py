"""Six parameters (2025): the toy model of a video, longitude to city, with every derivative measured and exact."""

from __future__ import annotations

import sys
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from core.datasets import cities
from core.evidence.run import Result, Run
from core.networks import dense
from reproductions.six_parameters import landscape
from reproductions.six_parameters import experiment as experiments
from reproductions.six_parameters.tables import gather, tables
from reproductions.six_parameters.claims import measure
from reproductions.six_parameters.figures import figures

__all__ = ["PRESETS", "Settings", "figures", "run"]

Positive = Annotated[float, Field(gt=0, le=1000)]
Hidden = Annotated[int, Field(ge=0, le=100000)]
# What the published version with Adam may have done otherwise, as changes to what we assume.
CONVENTIONS: tuple[dict[str, Any], ...] = (
    {"order": "reversed"}, {"order": "by city"}, {"options": {"beta1": 0.95}}, {"options": {"beta2": 0.99}},
    {"options": {"beta2": 0.9999}}, {"options": {"epsilon": 1e-4}}, {"options": {"epsilon": 1e-6}},
)  # fmt: skip


class Settings(BaseModel):
    """Everything that is free in this reproduction. Losses are sums over cases; starts are Gaussian of that spread."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: int = Field(200, ge=1, le=10000)
    sgd_steps: int = Field(100, ge=80, le=10000)
    adam_steps: int = Field(350, ge=70, le=10000)
    rate: Positive = 0.05
    rates: tuple[Positive, ...] = Field((0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0), min_length=1)
    spreads: tuple[Positive, ...] = Field((0.1, 0.3, 1.0, 3.0), min_length=1)
    near: Positive = 0.1
    far: Positive = 1.0
    steps: int = Field(3000, ge=100, le=3000)
    temperatures: tuple[Positive, ...] = Field((0.25, 0.5, 1.0, 2.0, 4.0, 8.0), min_length=1)
    map_rates: tuple[Positive, ...] = Field((0.03, 0.1), min_length=1)
    map_steps: int = Field(500, ge=100, le=10000)
    map_spread: Positive = 0.1
    hidden: tuple[Hidden, ...] = Field((0, 20, 200, 2000), min_length=2)
    plane_seeds: int = Field(100, ge=1, le=10000)
    sweeps: int = Field(300, ge=10, le=10000)
    frames: int = Field(20, ge=2, le=200)
    entropy: int = Field(2025, ge=0)


PRESETS = {
    "quick": Settings(
        seeds=12, rates=(0.03, 0.1, 0.3), spreads=(0.1, 1.0), steps=450, temperatures=(0.5, 1.0, 4.0),
        map_rates=(0.03,), map_steps=200, hidden=(0, 20, 200), plane_seeds=8, sweeps=150, frames=4,
    ),
    "paper": Settings(),
}  # fmt: skip


def learning_cells(settings: Settings) -> list[dict[str, Any]]:
    """Both losses over every rate and start; temperatures at one rate; one of them again as a start and a rate."""
    base = {"temperature": 1.0, "steps": settings.steps}
    cells = [
        {"series": "losses", "loss": loss, "rate": rate, "spread": spread, **base}
        for loss in ("cross-entropy", "squared error") for spread in settings.spreads for rate in settings.rates
    ]  # fmt: skip
    cells += [
        {"series": "temperature", "loss": "cross-entropy", "rate": settings.rate, "spread": settings.far, **base,
         "temperature": temperature}
        for temperature in settings.temperatures
    ]  # fmt: skip
    hot = max(settings.temperatures)
    same = {"rate": settings.rate / hot**2, "spread": settings.far / hot}
    return [*cells, {"series": "instead", "loss": "cross-entropy", **base, **same}]


def run(settings: Settings, run: Run) -> Result:
    """The published point and log, then what the toy teaches about losses, temperature and landscapes."""
    common = {"entropy": settings.entropy}
    seeds = range(settings.seeds)
    logs = {"sgd": settings.sgd_steps, "adam": settings.adam_steps}
    of_log = {m: {"method": m, "rate": settings.rate, "steps": steps, "options": {}} for m, steps in logs.items()}
    point = run.trials("the published point", experiments.point, [({"experiment": "point"}, range(1))])
    saturated = run.trials("saturation", experiments.saturation, [({"experiment": "saturation"}, range(1))])
    replayed = run.trials(
        "the log", experiments.replay,
        [({"experiment": "log", "order": "published", **cell}, range(1)) for cell in of_log.values()]
        + [({"experiment": "log", "order": "published", **of_log["adam"], **other}, range(1)) for other in CONVENTIONS],
    )  # fmt: skip
    others = [of_log["sgd"] | {"order": "random"}, *(of_log["adam"] | {"order": o} for o in ("random", "within"))]
    ordered = run.trials(
        "other orders", experiments.orders, [({"experiment": "orders", **cell, **common}, seeds) for cell in others],
        block=settings.seeds,
    )  # fmt: skip
    learned = run.trials(
        "losses and temperatures", experiments.learn,
        [({"experiment": "learn", **cell, **common}, seeds) for cell in learning_cells(settings)], block=200,
    )  # fmt: skip
    on_map = {"experiment": "map", "steps": settings.map_steps, "spread": settings.map_spread, **common}
    mapped = run.trials(
        "the map", experiments.on_the_map,
        [({**on_map, "rate": rate, "keep": False}, seeds) for rate in settings.map_rates]
        + [({**on_map, "rate": settings.map_rates[0], "keep": True}, range(1))], block=200,
    )  # fmt: skip
    when = [0, 3, settings.sgd_steps]
    surfaces = run.trials(
        "two of six", landscape.surface,
        [({"experiment": "surface", "rate": settings.rate, "steps": settings.sgd_steps, "when": when}, range(1))],
    )  # fmt: skip
    shadows = run.trials(
        "shadows", landscape.shadow,
        [({"experiment": "shadow", "rate": settings.rate, "steps": settings.sgd_steps, **common},
          range(settings.plane_seeds))], block=settings.plane_seeds,
    )  # fmt: skip
    planes = run.trials(
        "random planes", landscape.random_plane,
        [({"experiment": "plane", "hidden": hidden, "sweeps": settings.sweeps,
           "rate": settings.rate if hidden == 0 else settings.rate / 5, **common}, range(settings.plane_seeds))
         for hidden in settings.hidden], block=10,
    )  # fmt: skip
    presented = sum(settings.steps for _ in learned) + sum(row.cell["steps"] for row in (*replayed, *ordered, *mapped))
    on_planes = len(cities.ORDER) * settings.sweeps * settings.plane_seeds
    wide = sum(dense.operations((1, hidden, 3) if hidden else (1, 3)) for hidden in settings.hidden)
    main = [row for row in learned if row.cell["series"] == "losses"]
    return run.result(
        measure(settings, point[0], replayed, ordered, learned, mapped, planes),
        seeds=seeds,
        arrays=gather(point[0], saturated[0], replayed, ordered, learned, mapped, surfaces[0], shadows, planes),
        presentations=presented + on_planes * len(settings.hidden),
        operations=presented * dense.operations((1, 3)) + on_planes * wide,
        operations_are="multiply-accumulates of learning forward and back, that of the map counted as if it had lines",
        seconds_each=sum(row.seconds for row in main) / len(main),
        data={},
        measurements={"tables": tables(settings, point[0], replayed, ordered, learned, mapped, planes)},
    )


if __name__ == "__main__":
    from reproductions.cli.main import main

    main(["run", "six_parameters", *sys.argv[1:]])
