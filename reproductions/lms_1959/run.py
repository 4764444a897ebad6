"""The studies of 1959: what each of them runs, and what it is for."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.evidence.measured import Cost
from core.evidence.rows import Rows, pick
from core.evidence.studies import Study
from reproductions.lms_1959 import experiment, nets, now, recognition, threshold_units
from reproductions.lms_1959.settings import Settings

MARKS = (10, 20, 30, 40, 50)  # presentations at which the curve of 1960 is compared
CLOUDS = ("apart", "far group", "overlapping")
NET: dict[str, Any] = {"inputs": 10, "units": 5, "logic": "majority"}  # 55 adaptive weights in the first layer
XNOR: dict[str, Any] = {"task": "XNOR", "patterns": 4, "inputs": 2, "units": 2, "logic": "OR"}
NET_RATES: dict[str, dict[str, Any]] = {"Rule I": {"alpha": 1.0}, "Rule II": {"alpha": 1.0}, "backprop": {"rate": 0.1}}


def studies(s: Settings) -> list[Study]:
    """The measurement of 1960, the theory of the rule, what one unit holds, more units, noisy letters, and today."""
    return [
        Study("adaptation", experiment.adaptation, _adaptation(s), block=100),
        *_theory(s),
        Study("slopes", experiment.by_slopes, [(_slopes(k), range(1)) for k in (0.1, 0.3, 0.5, 0.7, 0.9)]),
        *_units(s),
        Study("nets", nets.many_units, _nets(s), block=20),
        Study(
            "recognition",
            recognition.recognition,
            [
                ({"flip": flip, "presentations": 5000, "tests": 3000, "alpha": 0.05}, range(s.theory_seeds))
                for flip in s.flips
            ],
            block=10,
        ),
        Study(
            "now",
            now.climb,
            [
                ({"rung": rung, "presentations": s.now_presentations, "flip": s.now_flip}, range(s.now_seeds))
                for rung in range(len(now.LADDER))
            ],
            block=50,
        ),
    ]


def _adaptation(s: Settings) -> list[tuple[dict[str, Any], range]]:
    base = {"presentations": s.presentations, "marks": list(MARKS), "film": False, "modes": False}
    exact, few = {"alpha": 1.0, "noise": 0.0, **base}, range(s.variant_seeds)
    cells: list[tuple[dict[str, Any], range]] = [({**exact, "modes": True}, range(s.seeds))]
    cells += [({**exact, "alpha": alpha}, few) for alpha in s.alphas]
    cells += [({**exact, "noise": noise}, few) for noise in s.noises]
    cells += [({**exact, "dead": dead}, few) for dead in s.deads]
    return [*cells, ({**exact, "film": True, "modes": True}, range(1))]


def _slopes(times: float) -> dict[str, Any]:
    return {"times": times, "goal": 0.05, "updates": 2000}


def _theory(s: Settings) -> list[Study]:
    few = range(s.theory_seeds)
    kinds = (("alpha", "gauss", 16), ("mu", "signs", 16), ("mu", "gauss", 16), ("mu", "gauss", 1))
    stability = [
        ({"rule": r, "patterns": p, "n": n, "times": times, "presentations": s.long}, range(s.stability_seeds))
        for r, p, n in kinds
        for times in s.stability_times
    ]
    solutions = [
        ({"n": 8, "patterns": 20, "norms": norms, "presentations": 200000, "rate": 0.01}, few)
        for norms in ("equal", "unequal")
    ]
    gauss = {"patterns": "gauss", "eigenvalues": [0.25, 0.5, 1, 2], "mu": 0.01, "presentations": 400, "runs": 500}
    signs = {"patterns": "signs", "eigenvalues": [1] * 17, "mu": 0.0, "presentations": 60, "runs": 500}
    noise = [({"n": n, "mu_trace": mu, "presentations": 2 * s.long}, few) for n in s.widths for mu in s.mu_traces]
    return [
        Study("stability", experiment.stability, stability, block=10),
        Study("growth", experiment.growth, [({"n": n, "draws": s.growth_draws}, few) for n in (1, 2, 4, 16, 64)], 5),
        Study("solutions", experiment.wiener_solutions, solutions, block=5),
        Study("constants", experiment.time_constants, [(gauss, few), (signs, few)], block=5),
        Study("misadjustment", experiment.misadjustment, noise, block=5),
    ]


def _units(s: Settings) -> list[Study]:
    many = range(s.capacity_seeds)
    sizes = sorted({(n, max(1, round(n * ratio))) for n in s.capacity_weights for ratio in s.ratios})
    novikoff = [
        ({"data": data, "margin": margin, "dimension": n, "patterns": 200}, range(s.novikoff_seeds))
        for data in ("planted", "thin")
        for margin in s.margins
        for n in s.dimensions
    ]
    novikoff += [
        ({"data": "orthogonal", "margin": n**-0.5, "dimension": n, "patterns": n}, range(1)) for n in s.dimensions
    ]
    clouds = [
        ({"kind": kind, "points": 80, "presentations": 20000, "start": start, "rate": rate}, range(s.cloud_seeds))
        for kind in CLOUDS
        for start, rate in (("zero", 0.5), ("zero", 8.0), ("large", 1.0))
    ]
    flat = [({"patterns": 10, "points": 1000}, range(s.cloud_seeds))]
    return [
        Study(
            "capacity",
            threshold_units.capacity,
            [({"weights": n, "patterns": patterns, "draws": s.draws}, many) for n, patterns in sizes],
        ),
        Study(
            "absorbed", threshold_units.absorbed, [({"weights": n, "draws": s.draws}, many) for n in s.capacity_weights]
        ),
        Study("novikoff", threshold_units.novikoff, novikoff, block=10),
        Study("clouds", threshold_units.rules_beside, clouds, block=25),
        Study("flatness", threshold_units.flatness, flat, block=50),
    ]


def _nets(s: Settings) -> list[tuple[dict[str, Any], range]]:
    """XNOR and random tasks by three rules; Rule I in cyclic order too, and with OR in place of the majority."""
    seeds, cells = range(s.net_seeds), []
    tasks = [XNOR, *({"task": "random", "patterns": round(nets.FIRST_LAYER * r), **NET} for r in s.net_ratios)]
    for task in tasks:
        for rule, rates in NET_RATES.items():
            cells.append({"rule": rule, "order": "random", **task, **rates, "presentations": s.net_presentations})
    one = [cell for cell in cells if cell["rule"] == "Rule I"]
    cells += [{**cell, "order": "cyclic"} for cell in one]
    cells += [{**cell, "logic": "OR"} for cell in one if cell["task"] == "random"]
    return [(cell, seeds) for cell in cells]


def cost(s: Settings, rows: Rows) -> Cost:
    """Presentations of LMS, and its multiply-accumulates where they are many."""
    shown = ("adaptation", "stability", "solutions", "constants", "misadjustment", "recognition")
    presented = sum(
        row.cell["presentations"] * {"solutions": 2, "constants": row.cell.get("runs", 1)}.get(name, 1)
        for name in shown
        for row in rows[name]
    )
    operations = sum(
        2 * row.cell["presentations"] * row.cell["n"] for name in ("stability", "misadjustment") for row in rows[name]
    )
    are = (
        "multiply-accumulates of LMS in the studies of stability and noise, two for each weight and presentation; "
        "presentations are those of LMS in the studies of adaptation, stability, solutions, time constants, noise "
        "(after settling) and noisy letters"
    )
    main = pick(rows["adaptation"], alpha=1.0, noise=0.0, dead=None, film=False)
    return Cost(int(presented), int(operations), are, float(np.mean([row.seconds for row in main])))
