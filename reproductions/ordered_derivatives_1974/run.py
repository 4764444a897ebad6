"""The studies of ordered derivatives: the page, networks, what slopes cost, series, and then and now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.evidence.measured import Cost, counted
from core.evidence.rows import Rows
from core.evidence.studies import Cells, Study
from core.evidence.trials import Row
from core.evidence.tuning import tried_at, tuning_seeds
from core.learning.compiled.vectors import LANES
from reproductions.ordered_derivatives_1974 import costs, experiment, now, page
from reproductions.ordered_derivatives_1974 import dynamic_feedback as feedback
from reproductions.ordered_derivatives_1974.settings import Settings

# The recipe of 1986, and what each rung of the ladder changes in that of the rung before.
THEN: dict[str, Any] = {
    "loss": "squared",
    "rule": "momentum",
    "hidden": "sigmoid",
    "inputs": 0,
    "start": 0.5,
    "batch": 0,
}
RUNGS: dict[str, dict[str, Any]] = {
    "the recipe of 1986": {},
    "cross-entropy": {"loss": "cross-entropy"},
    "Adam": {"rule": "adam"},
    "tanh units": {"hidden": "tanh"},
    "inputs of -1 and 1": {"inputs": -1},
    "start by fan-in": {"start": 0},
    "four patterns a step": {"batch": 4},
}
TRIED = 20  # nets on which a rate is tried


def studies(s: Settings) -> list[Study]:
    """Every study; what is timed is run with nothing beside it."""
    one, every = range(1), range(s.seeds)
    nets = networks(s)
    return [
        Study("page", page.one_page, [({}, one)]),
        Study("networks", experiment.network_slopes, [({"inputs": i, "units": u}, every) for i, u in s.nets], block=25),
        Study("parity", experiment.parity, _parity(s), block=LANES),
        Study("rungs, rates", now.learn, _tried(s), block=TRIED),
        Study("rungs", now.learn, lambda rows: _climbed(s, rows), block=TRIED),
        Study("cost", costs.counts, [({"sizes": sizes}, one) for sizes in nets]),
        Study("product", costs.product, [({"factors": n}, one) for n in s.factors]),
        Study(
            "clock",
            costs.walks_by_the_clock,
            [({"nets": nets}, range(s.repetitions))],
            alone=True,
            timed=("ratio", "ratios", "seconds"),
        ),
        Study(
            "nudges",
            costs.nudges_by_the_clock,
            [({"sizes": sizes, "run_up_to": s.run_up_to}, range(s.nudge_repetitions)) for sizes in nets],
            alone=True,
            timed=("slopes_seconds", "slopes_time", "units_seconds", "units_time"),
        ),
        *_series(s),
    ]


def networks(s: Settings) -> list[list[int]]:
    """Layer sizes of the dense nets whose slopes are counted and timed."""
    return [list(small) for small in s.small] + [[32, h, h, h, 1] for h in s.widths]


def _parity(s: Settings) -> Cells:
    return [
        (
            {"form": form, "bits": s.parity_bits, "units": units, "rate": rate, "sweeps": s.parity_sweeps},
            range(s.seeds),
        )
        for form in ("layered", "ordered")
        for units in s.parity_units
        for rate in s.parity_rates
    ]


def rungs(s: Settings) -> dict[str, dict[str, Any]]:
    """The cell of every rung, without its rate: each changes one thing in the one before."""
    cell = {"bits": s.parity_bits, "units": s.now_units, "sweeps": s.now_sweeps, **THEN}
    found = {}
    for name, change in RUNGS.items():
        cell = cell | change
        found[name] = {**cell, "rung": name}
    return found


def _tried(s: Settings) -> Cells:
    return [
        ({**cell, "rate": rate}, tuning_seeds(min(TRIED, s.now_seeds)))
        for cell in rungs(s).values()
        for rate in s.now_rates
    ]


def _climbed(s: Settings, rows: Rows) -> Cells:
    """Every rung at its chosen rate."""
    return [({**cell, "rate": chosen_rate(s, rows, name)}, range(s.now_seeds)) for name, cell in rungs(s).items()]


def chosen_rate(s: Settings, rows: Rows, rung: str) -> float:
    """The rate of a rung with which most nets of its own learned, of equals the one with the fewest sweeps."""
    tried = tried_at(rows["rungs, rates"], {"rung": rung}, "rate", s.now_rates)
    return min(
        tried, key=lambda rate: (-_learned(tried[rate]), float(sweeps_at_most(tried[rate], s.now_sweeps).mean()))
    )


def _learned(rows: Sequence[Row]) -> int:
    return sum(row.values.get("solved", 0.0) > 0 for row in rows)


def sweeps_at_most(rows: Sequence[Row], given: int) -> np.ndarray:
    """Sweeps that nets took, those that never learned counted with all that they were given."""
    return np.array([row.values.get("sweeps", given) for row in rows], dtype=float)


def _series(s: Settings) -> list[Study]:
    """Fits through time, cut derivatives, and what a table keeps."""
    simulated = {"phi": 0.9, "theta": 0.6, "length": s.truncated_length, "cuts": list(s.cuts)}
    timed = ("fit_seconds", "slopes_seconds")
    return [
        Study(
            "ARMA",
            feedback.fit_arma,
            [({"length": s.length}, range(s.starts))],
            block=2,
            alone=s.fits_alone,
            timed=timed,
        ),
        Study(
            "predators",
            feedback.fit_predators,
            [({"steps": s.steps, "spread": s.spread}, range(s.starts))],
            alone=s.fits_alone,
            timed=timed,
        ),
        Study("truncated", feedback.truncated, [(simulated, range(s.seeds))], block=4),
        Study(
            "reach", feedback.reach, [({"steps": s.steps, "cuts": list(s.year_cuts)}, range(s.reach_seeds))], block=5
        ),
        Study("tape", feedback.tape, [({"length": n}, range(1)) for n in s.tape_lengths]),
    ]


def cost(s: Settings, rows: Rows) -> Cost:
    """Presentations of the parity nets, and multiply-accumulates of these and of the table of costs."""
    total = counted(rows, main="ARMA")
    are = "multiply-accumulates of the networks that learn parity in the main study, and of one pass there and back of "
    are += "every network and product in the table of costs"
    return Cost(total.presentations, total.operations, are, total.seconds_each)
