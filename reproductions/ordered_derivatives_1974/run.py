"""Werbos (1974): ordered derivatives on one page, through time, and what all the slopes of a system cost."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from core.evidence.run import Result, Run
from core.evidence.trials import Row
from core.learning.compiled.vectors import LANES
from core.networks import dense
from reproductions.ordered_derivatives_1974 import clocked_slopes
from reproductions.ordered_derivatives_1974 import dynamic_feedback as feedback
from reproductions.ordered_derivatives_1974 import experiment as experiments
from reproductions.ordered_derivatives_1974.tables import PUBLISHED, gather, measure, tables
from reproductions.ordered_derivatives_1974.figures import figures

__all__ = ["PRESETS", "Settings", "figures", "run"]

Count = Annotated[int, Field(ge=1, le=10**6)]
Sizes = tuple[Count, ...]
TIMED = ("cost", "clock")  # studies whose times are told, run one trial after the other
FITS = ("ARMA", "predators")  # the same with `fits_alone`


class Settings(BaseModel):
    """Everything that is free in this reproduction; the page and the two series are always the same."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: Count = 100
    nets: tuple[tuple[Count, Count], ...] = Field(((2, 2), (3, 5), (8, 10)), min_length=1)
    parity_bits: Annotated[int, Field(ge=2, le=8)] = 4
    parity_units: tuple[Count, ...] = Field((2, 3, 4, 6), min_length=1)
    parity_rates: tuple[Annotated[float, Field(gt=0, le=10)], ...] = Field((0.1, 0.25, 0.5), min_length=1)
    parity_sweeps: Count = 20000
    small: tuple[Sizes, ...] = ((1, 3, 1), (4, 5, 3, 1), (8, 10, 8, 1), (16, 16, 16, 1))
    widths: tuple[Count, ...] = Field((*PUBLISHED, 1024, 2200), min_length=2)
    directions: Count = 200
    run_up_to: Count = 50000
    starts: Count = 20
    fits_alone: bool = True
    length: Annotated[int, Field(ge=20, le=197)] = 197
    spread: float = Field(0.2, ge=0, le=2)
    steps: Annotated[int, Field(ge=1, le=100)] = 5
    cuts: tuple[Count, ...] = Field((1, 2, 5, 10, 20, 50), min_length=1)
    truncated_length: Annotated[int, Field(ge=20, le=10000)] = 200
    year_cuts: tuple[Count, ...] = Field((1, 2, 5, 10, 15), min_length=1)
    reach_seeds: Count = 20
    tape_lengths: tuple[Annotated[int, Field(ge=2, le=10**5)], ...] = Field(
        (100, 200, 400, 800, 1600, 3200), min_length=2
    )
    entropy: int = Field(1974, ge=0)


PRESETS = {
    "quick": Settings(
        seeds=8, nets=((2, 2), (3, 5)), parity_units=(2, 4), parity_rates=(0.25,), parity_sweeps=3000,
        widths=(32, 64, 128), directions=20, run_up_to=5000, starts=5, fits_alone=False, length=60,
        spread=0.1, steps=1, cuts=(1, 5), truncated_length=60, year_cuts=(1, 5, 10), reach_seeds=5,
        tape_lengths=(25, 50, 100, 200),
    ),
    "paper": Settings(),
}  # fmt: skip


def studies(s: Settings) -> dict[str, tuple[Any, list[tuple[dict[str, Any], range]], int]]:
    """Every study: its trial function, its cells with their seeds, and how many seeds a worker takes at once."""
    one, all_seeds = range(1), range(s.seeds)
    sizes = [list(small) for small in s.small] + [[32, h, h, h, 1] for h in s.widths]
    return {
        "page": (experiments.one_page, [({}, one)], 1),
        "networks": (
            experiments.network_slopes, [({"inputs": i, "units": u}, all_seeds) for i, u in s.nets], 25),
        "parity": (experiments.parity, [
            ({"form": form, "bits": s.parity_bits, "units": u, "rate": rate, "sweeps": s.parity_sweeps}, all_seeds)
            for form in ("layered", "ordered") for u in s.parity_units for rate in s.parity_rates], LANES),
        "cost": (experiments.cost, [({"sizes": one_size, "directions": s.directions}, one) for one_size in sizes], 1),
        "clock": (clocked_slopes.by_the_clock, [
            ({"sizes": one_size, "run_up_to": s.run_up_to}, one) for one_size in sizes], 1),
        "ARMA": (feedback.fit_arma, [({"length": s.length}, range(s.starts))], 2),
        "predators": (feedback.fit_predators, [({"steps": s.steps, "spread": s.spread}, range(s.starts))], 1),
        "truncated": (feedback.truncated, [
            ({"phi": 0.9, "theta": 0.6, "length": s.truncated_length, "cuts": list(s.cuts)}, all_seeds)], 4),
        "reach": (feedback.reach, [({"steps": s.steps, "cuts": list(s.year_cuts)}, range(s.reach_seeds))], 5),
        "tape": (feedback.tape, [({"length": n}, one) for n in s.tape_lengths], 1),
    }  # fmt: skip


def run(settings: Settings, run: Run) -> Result:
    """Run every study and set what was found beside the claims."""
    rows: dict[str, list[Row]] = {}
    for name, (function, cells, block) in studies(settings).items():
        marked = [({"study": name, **cell, "entropy": settings.entropy}, seeds) for cell, seeds in cells]
        alone = name in TIMED or (settings.fits_alone and name in FITS)
        rows[name] = run.trials(name, function, marked, block=block, alone=alone)
    fits = [row for name in FITS for row in rows[name] if not row.failed]
    passes = sum(row.values["passes"] + row.values["passes_by_slopes"] for row in fits)
    once = sum(experiments.CASES * dense.operations(row.cell["sizes"]) for row in rows["cost"])
    learning = sum(row.values["operations"] for row in rows["parity"])
    return run.result(
        measure(settings, rows),
        seeds=range(settings.seeds),
        arrays=gather(rows),
        presentations=int(passes),
        operations=int(once + learning),
        operations_are="multiply-accumulates of the networks that learn parity, and of one forward and backward pass "
        "of every network in the table of costs; presentations are forward passes of the fits to the two series, "
        "backward walks counted by their operations",
        seconds_each=float(np.mean([row.seconds for row in rows["ARMA"]])),
        data={},
        measurements={"tables": tables(settings, rows)},
    )


if __name__ == "__main__":
    from reproductions.cli.main import main

    main(["run", "ordered_derivatives_1974", *sys.argv[1:]])
