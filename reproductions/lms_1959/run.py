"""Widrow and Hoff (1960): LMS, found in the autumn of 1959, measured on T, G and F, and the one layer it stayed in."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from core.evidence.run import Result, Run
from core.evidence.trials import Row
from reproductions.lms_1959 import experiment as rule
from reproductions.lms_1959 import threshold_units as units
from reproductions.lms_1959.tables import gather, tables
from reproductions.lms_1959.claims import measure
from reproductions.lms_1959.figures import figures

__all__ = ["PRESETS", "Settings", "figures", "run"]

Positive = Annotated[float, Field(gt=0, le=1000)]
Count = Annotated[int, Field(ge=1, le=10**7)]


class Settings(BaseModel):
    """Everything that is free in this reproduction; the six patterns, their targets and alpha = 1 come from 1960."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: Count = 2000
    presentations: Annotated[int, Field(ge=50, le=10**5)] = 100
    alphas: tuple[Positive, ...] = (0.1, 0.2, 0.5, 0.85)
    noises: tuple[Positive, ...] = (2.0, 5.0, 10.0, 20.0)
    variant_seeds: Count = 100
    stability_times: tuple[Positive, ...] = (0.3, 0.5, 0.7, 0.8, 0.9, 0.99, 1.01, 1.1, 1.2, 1.5)
    stability_seeds: Count = 50
    growth_draws: Count = 200000
    long: Annotated[int, Field(ge=1000, le=10**7)] = 50000
    widths: tuple[Count, ...] = Field((2, 4, 8, 16, 32, 64), min_length=1)
    mu_traces: tuple[Positive, ...] = Field((0.01, 0.03, 0.1, 0.3), min_length=1)
    theory_seeds: Count = 20
    capacity_weights: tuple[Count, ...] = Field((2, 5, 15, 50), min_length=1)
    ratios: tuple[Positive, ...] = Field((0.6, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2, 2.4, 2.6, 3.0), min_length=1)
    draws: Count = 100
    capacity_seeds: Count = 10
    margins: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5)
    dimensions: tuple[Annotated[int, Field(ge=2, le=10**4)], ...] = (10, 100, 1000)
    novikoff_seeds: Count = 20
    cloud_seeds: Count = 100
    net_seeds: Count = 100
    net_presentations: Count = 200000
    net_ratios: tuple[Positive, ...] = Field((0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 3.0), min_length=1)
    flips: tuple[Annotated[float, Field(ge=0, le=0.5)], ...] = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
    entropy: int = Field(1959, ge=0)


PRESETS = {
    "quick": Settings(
        seeds=300, variant_seeds=20, stability_times=(0.5, 0.99, 1.01, 1.5), stability_seeds=5, widths=(2, 8, 32),
        mu_traces=(0.03, 0.1), theory_seeds=5, capacity_weights=(2, 5), ratios=(1.0, 2.0, 3.0), draws=20,
        capacity_seeds=5, margins=(0.01, 0.1, 0.5), dimensions=(10, 100), novikoff_seeds=5, cloud_seeds=10, net_seeds=8,
        net_presentations=5000, growth_draws=20000, long=20000, net_ratios=(0.5, 1.0, 2.0), flips=(0.0, 0.1, 0.2),
    ),
    "paper": Settings(),
}  # fmt: skip
MARKS = (10, 20, 30, 40, 50)  # presentations at which the curve of 1960 is compared
CLOUDS = ("apart", "far group", "overlapping")
NET: dict[str, Any] = {"inputs": 10, "units": 5, "logic": "majority"}  # 55 adaptive weights in the first layer
XNOR: dict[str, Any] = {"task": "XNOR", "patterns": 4, "inputs": 2, "units": 2, "logic": "OR"}
NET_RATES: dict[str, dict[str, Any]] = {"Rule I": {"alpha": 1.0}, "Rule II": {"alpha": 1.0}, "backprop": {"rate": 0.1}}


def studies(settings: Settings) -> dict[str, tuple[Any, list[tuple[dict[str, Any], range]], int]]:
    """Every experiment: its trial function, its cells with their seeds, and how many seeds a worker takes at once."""
    few, theory_seeds = range(settings.variant_seeds), range(settings.theory_seeds)
    base = {"presentations": settings.presentations, "marks": list(MARKS), "film": False, "modes": False}
    long = {"presentations": settings.long}
    adaptation = [({"alpha": 1.0, "noise": 0.0, **base, "modes": True}, range(settings.seeds))]
    adaptation += [({"alpha": alpha, "noise": 0.0, **base}, few) for alpha in settings.alphas]
    adaptation += [({"alpha": 1.0, "noise": noise, **base}, few) for noise in settings.noises]
    adaptation += [({"alpha": 1.0, "noise": 0.0, **base, "film": True, "modes": True}, range(1))]
    kinds = (("alpha", "gauss", 16), ("mu", "signs", 16), ("mu", "gauss", 16), ("mu", "gauss", 1))
    stability = [
        ({"rule": r, "patterns": p, "n": n, "times": times, **long}, range(settings.stability_seeds))
        for r, p, n in kinds for times in settings.stability_times
    ]  # fmt: skip
    growth = [({"n": n, "draws": settings.growth_draws}, theory_seeds) for n in (1, 2, 4, 16, 64)]
    solutions = [
        ({"n": 8, "patterns": 20, "norms": norms, "presentations": 200000, "rate": 0.01}, theory_seeds)
        for norms in ("equal", "unequal")
    ]
    constants = [
        ({"patterns": "gauss", "eigenvalues": [0.25, 0.5, 1, 2], "mu": 0.01, "presentations": 400, "runs": 500},
         theory_seeds),
        ({"patterns": "signs", "eigenvalues": [1] * 17, "mu": 0.0, "presentations": 60, "runs": 500}, theory_seeds),
    ]  # fmt: skip
    noise = [
        ({"n": n, "mu_trace": mu, "presentations": 2 * settings.long}, theory_seeds)
        for n in settings.widths for mu in settings.mu_traces
    ]  # fmt: skip
    many = range(settings.capacity_seeds)
    sizes = sorted({(n, max(1, round(n * ratio))) for n in settings.capacity_weights for ratio in settings.ratios})
    capacity = [({"weights": n, "patterns": patterns, "draws": settings.draws}, many) for n, patterns in sizes]
    absorbed = [({"weights": n, "draws": settings.draws}, many) for n in settings.capacity_weights]
    novikoff = [
        ({"data": data, "margin": margin, "dimension": n, "patterns": 200}, range(settings.novikoff_seeds))
        for data in ("planted", "thin") for margin in settings.margins for n in settings.dimensions
    ]  # fmt: skip
    novikoff += [({"data": "orthogonal", "margin": n**-0.5, "dimension": n, "patterns": n}, range(1))
                 for n in settings.dimensions]  # fmt: skip
    starts = (("zero", 0.5), ("zero", 8.0), ("large", 1.0))
    clouds = [
        ({"kind": kind, "points": 80, "presentations": 20000, "start": s, "rate": rate}, range(settings.cloud_seeds))
        for kind in CLOUDS for s, rate in starts
    ]  # fmt: skip
    tasks: list[dict[str, Any]] = [XNOR] + [
        {"task": "random", "patterns": round(units.NET_WEIGHTS * ratio), **NET} for ratio in settings.net_ratios
    ]
    nets = [
        ({"rule": name, "order": "random", **task, **rates, "presentations": settings.net_presentations},
         range(settings.net_seeds))
        for task in tasks for name, rates in NET_RATES.items()
    ]  # fmt: skip
    nets += [({**cell, "order": "cyclic"}, seeds) for cell, seeds in nets if cell["rule"] == "Rule I"]
    letters = [
        ({"flip": flip, "presentations": 5000, "tests": 3000, "alpha": 0.05}, theory_seeds) for flip in settings.flips
    ]
    slopes = [({"times": times, "goal": 0.05, "updates": 2000}, range(1)) for times in (0.1, 0.3, 0.5, 0.7, 0.9)]
    return {
        "adaptation": (rule.adaptation, adaptation, 100),
        "stability": (rule.stability, stability, 10),
        "growth": (rule.growth, growth, 5),
        "solutions": (rule.wiener_solutions, solutions, 5),
        "constants": (rule.time_constants, constants, 5),
        "misadjustment": (rule.misadjustment, noise, 5),
        "slopes": (rule.by_slopes, slopes, 1),
        "capacity": (units.capacity, capacity, 1),
        "absorbed": (units.absorbed, absorbed, 1),
        "novikoff": (units.novikoff, novikoff, 10),
        "clouds": (units.rules_beside, clouds, 25),
        "flatness": (units.flatness, [({"patterns": 10, "points": 1000}, range(settings.cloud_seeds))], 50),
        "nets": (units.many_units, nets, 20),
        "recognition": (units.recognition, letters, 10),
    }


def run(settings: Settings, run: Run) -> Result:
    """Run every study, then set what was found beside the claims."""
    rows: dict[str, list[Row]] = {}
    for name, (function, cells, block) in studies(settings).items():
        marked = [({"study": name, **cell, "entropy": settings.entropy}, seeds) for cell, seeds in cells]
        rows[name] = run.trials(name, function, marked, block=block)
    presented = sum(
        row.cell["presentations"] * {"solutions": 2, "constants": row.cell.get("runs", 1)}.get(name, 1)
        for name, group in rows.items() for row in group
        if name in ("adaptation", "stability", "solutions", "constants", "misadjustment", "recognition")
    )  # fmt: skip
    operations = sum(
        2 * row.cell["presentations"] * row.cell["n"] for name in ("stability", "misadjustment") for row in rows[name]
    )
    return run.result(
        measure(settings, rows),
        seeds=range(settings.seeds),
        arrays=gather(rows),
        presentations=int(presented),
        operations=int(operations),
        operations_are="multiply-accumulates of LMS in the studies of stability and misadjustment, two per weight and "
        "presentation; presentations are those of LMS in the studies of adaptation, stability, solutions, time "
        "constants, misadjustment (after settling) and recognition",
        seconds_each=float(np.mean([row.seconds for row in rows["adaptation"][: settings.seeds]])),
        data={},
        measurements={"tables": tables(rows)},
    )


if __name__ == "__main__":
    from reproductions.cli.main import main

    main(["run", "lms_1959", *sys.argv[1:]])
