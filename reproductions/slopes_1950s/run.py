"""Measured slopes (1950s): one weight at a time, before anyone had a derivative; what it cost and how well it did."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from core.evidence.run import Result, Run
from core.learning import slope_theory as theory
from core.networks import dense
from reproductions.slopes_1950s import experiment as experiments
from reproductions.slopes_1950s.tables import METHODS, gather, tables
from reproductions.slopes_1950s.claims import measure
from reproductions.slopes_1950s.figures import figures

__all__ = ["PRESETS", "Settings", "figures", "run"]

Width = Annotated[int, Field(ge=1, le=1000)]
Factor = Annotated[float, Field(gt=0, le=100)]


class Settings(BaseModel):
    """Everything that is free in this reproduction. A reading of the meter averages `samples` squared errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: int = Field(50, ge=1, le=10000)
    quadratics: int = Field(1000, ge=1, le=100000)
    widths: tuple[Width, ...] = Field((2, 4, 8, 16, 32, 64), min_length=1)
    law_widths: tuple[Width, ...] = Field((2, 4, 8, 16), min_length=1)
    time_constant: int = Field(10000, ge=1000, le=10**7)
    samples: int = Field(10, ge=1, le=10**6)
    burn: int = Field(4, ge=1, le=100)
    measure: int = Field(8, ge=1, le=1000)
    misadjustment_seeds: int = Field(20, ge=1, le=10000)
    fixed_perturbation: float = Field(0.1, gt=0, le=10)
    u_width: Width = 16
    u_steps: tuple[Factor, ...] = Field(
        (0.45, 0.55, 0.65, 0.7, 0.75, 0.8, 0.9, 1.0, 1.15, 1.3, 1.6, 2.0, 2.5, 3.0), min_length=1
    )
    goal: float = Field(0.1, gt=0, le=1)
    start: float = Field(3.0, gt=1, le=1000)
    far_starts: tuple[Factor, ...] = (3.0, 10.0, 30.0, 100.0)
    reach_seeds: int = Field(40, ge=1, le=10000)
    networks: tuple[tuple[Width, ...], ...] = Field(
        ((2, 2, 1), (16, 1), (6, 2, 1), (64, 10), (64, 20, 10), (256, 40, 10)), min_length=2
    )
    entropy: int = Field(1950, ge=0)


PRESETS = {
    "quick": Settings(
        seeds=8, quadratics=50, widths=(2, 8, 16), law_widths=(2, 8), time_constant=2000, burn=3, measure=3,
        misadjustment_seeds=5, u_steps=(0.45, 0.7, 1.0, 1.5, 2.5), reach_seeds=5, far_starts=(), goal=0.25,
        networks=((2, 2, 1), (16, 1), (64, 10)),
    ),
    "paper": Settings(),
}  # fmt: skip


def noise_cells(settings: Settings) -> list[dict[str, Any]]:
    """Every point of the study of misadjustment: at the best step, at a fixed perturbation, and along the step."""
    constant, base = (
        settings.time_constant,
        settings.model_dump(include={"time_constant", "samples", "burn", "measure"}),
    )
    fixed = settings.fixed_perturbation
    cells = []
    for n in settings.widths:
        best = {"DSD": theory.best_descent_step(n, constant), "LRS": theory.best_search_spread(n, constant), "LMS": 0.0}
        at_fixed = {"DSD": fixed**0.5, "LRS": (2 * fixed / n) ** 0.5}
        cells += [{"series": "best", "method": method, "n": n, "step": best[method], **base} for method in METHODS]
        cells += [
            {"series": "fixed", "method": method, "n": n, "step": step, **base} for method, step in at_fixed.items()
        ]
    middle = theory.best_descent_step(settings.u_width, constant)
    cells += [
        {"series": "step", "method": "DSD", "n": settings.u_width, "step": middle * factor, **base}
        for factor in settings.u_steps
    ]
    return cells


def reach_cells(settings: Settings) -> list[dict[str, Any]]:
    """The same task for every method: each at the time constant at which theory promises the goal."""
    cells = []
    for n in settings.widths:
        design = {
            "DSD": n**2 / (2 * settings.goal**2), "LRS": n**2 / settings.goal**2, "LMS": n / (4 * settings.goal),
        }  # fmt: skip
        for method, constant in design.items():
            step = theory.best_descent_step(n, constant) if method == "DSD" else theory.best_search_spread(n, constant)
            starts = settings.far_starts if n == settings.u_width else (settings.start,)
            cells += [
                {"method": method, "n": n, "time_constant": constant, "step": step, "start": start,
                 "samples": settings.samples, "goal": settings.goal}
                for start in sorted({settings.start, *starts})
            ]  # fmt: skip
    return cells


def run(settings: Settings, run: Run) -> Result:
    """Measure slopes against exact ones, then what their noise and their number cost."""
    common = {"entropy": settings.entropy}
    seeds = range(settings.seeds)
    precisions = {"float64": seeds, "float32": seeds}
    sweeps = run.trials(
        "step sizes", experiments.step_sweep,
        [({"experiment": "steps", "precision": p, **common}, s) for p, s in precisions.items()], block=10,
    )  # fmt: skip
    quadratics = run.trials(
        "quadratics", experiments.quadratic,
        [({"experiment": "quadratic", **common}, range(settings.quadratics))], block=100,
    )  # fmt: skip
    noise = run.trials(
        "misadjustment", experiments.misadjustment,
        [({"experiment": "noise", **cell, **common}, range(settings.misadjustment_seeds))
         for cell in noise_cells(settings)], block=5,
    )  # fmt: skip
    reached = run.trials(
        "the same task", experiments.time_to_reach,
        [({"experiment": "reach", **cell, **common}, range(settings.reach_seeds)) for cell in reach_cells(settings)],
        block=20,
    )  # fmt: skip
    counted = run.trials(
        "evaluations", experiments.evaluations,
        [({"experiment": "count", "sizes": list(sizes), **common}, range(1)) for sizes in settings.networks],
    )  # fmt: skip
    presented = sum(row.values.get("presentations", 0.0) for row in reached)
    presented += sum(
        experiments.REPLICAS ** (row.cell["method"] != "LMS")
        * row.cell["time_constant"]
        * (row.cell["burn"] + row.cell["measure"])
        for row in noise
    )
    passes = [(row.values["central"] / row.values["backward_cost"], row.cell["sizes"]) for row in counted]
    operations = sum(count * dense.operations(sizes) for count, sizes in passes)
    return run.result(
        measure(settings, sweeps, quadratics, noise, reached, counted),
        seeds=seeds,
        arrays=gather(sweeps, noise, reached, counted),
        presentations=int(presented),
        operations=int(operations),
        operations_are="multiply-accumulates of forward passes for central slopes of the networks in the cost table; "
        "presentations are squared errors in the studies of noise and of the task, diverged runs at full length",
        seconds_each=float(np.mean([row.seconds for row in noise if row.cell["method"] == "DSD"])),
        data={},
        measurements={"tables": tables(settings.time_constant, sweeps, noise, reached, counted)},
    )


if __name__ == "__main__":
    from reproductions.cli.main import main

    main(["run", "slopes_1950s", *sys.argv[1:]])
