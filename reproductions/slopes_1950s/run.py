"""The studies of measured slopes: what each reads, and what it is for."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.evidence.measured import Cost
from core.evidence.rows import Rows
from core.evidence.studies import Study
from core.learning import slope_theory as theory
from core.networks import dense
from reproductions.slopes_1950s import networks, noise, quadratics
from reproductions.slopes_1950s.settings import Settings

METHODS = ("DSD", "LRS", "LMS")


def studies(s: Settings) -> list[Study]:
    """Measured slopes beside exact ones, then what their noise and their number cost."""
    seeds, once = range(s.seeds), range(1)
    return [
        Study(
            "step sizes",
            networks.step_sweep,
            [({"precision": precision}, seeds) for precision in ("float64", "float32")],
            block=10,
        ),
        Study("quadratics", quadratics.quadratic, [({}, range(s.quadratics))], block=100),
        Study(
            "misadjustment",
            noise.misadjustment,
            [
                (cell, range(s.lms_seeds if cell["method"] == "LMS" else s.misadjustment_seeds))
                for cell in noise_cells(s)
            ],
            block=5,
        ),
        Study(
            "the same task", noise.time_to_reach, [(cell, range(s.reach_seeds)) for cell in reach_cells(s)], block=20
        ),
        Study("evaluations", networks.evaluations, [({"sizes": list(sizes)}, once) for sizes in s.networks]),
        Study("pushed sums", networks.pushed_sums, [({"sizes": list(sizes)}, once) for sizes in s.networks]),
    ]


def noise_cells(s: Settings) -> list[dict[str, Any]]:
    """Every point of the study of misadjustment: at the best step, at fixed perturbations, and along the step."""
    base = s.model_dump(include={"time_constant", "samples", "burn", "measure"})
    long = base | {"time_constant": s.long_time_constant}
    cells = []
    for n in s.widths:
        best = {
            "DSD": theory.best_descent_step(n, s.time_constant),
            "LRS": theory.best_search_spread(n, s.time_constant),
            "LMS": 0.0,
        }
        cells += [{"series": "best", "method": method, "n": n, "step": best[method], **base} for method in METHODS]
        cells += _at_fixed("fixed", n, s.fixed_perturbation, base)
    for n in s.law_widths:
        cells += _at_fixed("small", n, s.small_perturbation, long)
    middle = theory.best_descent_step(s.u_width, s.time_constant)
    cells += [
        {"series": "step", "method": "DSD", "n": s.u_width, "step": middle * factor, **base} for factor in s.u_steps
    ]
    return cells


def _at_fixed(series: str, n: int, perturbation: float, base: dict[str, Any]) -> list[dict[str, Any]]:
    steps = {"DSD": perturbation**0.5, "LRS": (2 * perturbation / n) ** 0.5}
    return [{"series": series, "method": method, "n": n, "step": step, **base} for method, step in steps.items()]


def reach_cells(s: Settings) -> list[dict[str, Any]]:
    """The same task for every method: each at the time constant at which theory promises the goal."""
    cells = []
    for n in s.widths:
        design = {"DSD": n**2 / (2 * s.goal**2), "LRS": n**2 / s.goal**2, "LMS": n / (4 * s.goal)}
        starts = sorted({s.start, *(s.far_starts if n == s.u_width else (s.start,))})
        for method, constant in design.items():
            step = theory.best_descent_step(n, constant) if method == "DSD" else theory.best_search_spread(n, constant)
            cells += [
                {
                    "method": method,
                    "n": n,
                    "time_constant": constant,
                    "step": step,
                    "start": start,
                    "samples": s.samples,
                    "goal": s.goal,
                }
                for start in starts
            ]
    return cells


def cost(s: Settings, rows: Rows) -> Cost:
    """Squared errors read in the studies of noise and of the task, and the forward passes of the cost table."""
    presented = sum(row.values.get("presentations", 0.0) for row in rows["the same task"])
    presented += sum(
        noise.REPLICAS ** (row.cell["method"] != "LMS")
        * row.cell["time_constant"]
        * (row.cell["burn"] + row.cell["measure"])
        for row in rows["misadjustment"]
    )
    operations = sum(
        row.values["central_readings"] / row.values["backward_cost"] * dense.operations(row.cell["sizes"])
        for row in rows["evaluations"]
    )
    are = (
        "multiply-accumulates of forward passes for central slopes of the networks in the cost table; presentations "
        "are squared errors in the studies of noise and of the task, diverged runs at full length"
    )
    descents = [row.seconds for row in rows["misadjustment"] if row.cell["method"] == "DSD"]
    return Cost(int(presented), int(operations), are, float(np.mean(descents)))
