"""The studies of 1986: what each trains, and what it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from core.evidence.measured import Cost, counted
from core.evidence.rows import Rows, grouped, pick
from core.evidence.studies import Cells, Study
from core.evidence.tuning import tuning_seeds
from core.learning.compiled.vectors import LANES
from reproductions.pdp_1986 import experiment, family_trees, now
from reproductions.pdp_1986.settings import Settings

RECIPE: dict[str, Any] = {"rate": 0.5, "momentum": 0.9, "reach": 0.5, "off": 0.1, "margin": 0.4}
ONE_CLASS = {"margin": 0.5, "momentum": 0.9}
BETTER = {"rate": 0.05, "reach": 1.0, "cross_entropy": True, "sampled": 64, "balanced": True, "check": 20}
PAIR_NETS: tuple[tuple[list[int], bool], ...] = (
    ([10, 10, 10], False),
    ([10, 100, 10], False),
    ([10, 100, 10], True),
    ([10, 10, 10, 10], False),
    ([10, 10, 10, 10, 10, 10], False),
)
# Tesauro and Janssens's table as we recall it: bits -> (rate, momentum, reach, presentations).
TABLE = {
    2: (30, 0.94, 2.5, 95), 3: (20, 0.96, 2.5, 265), 4: (12, 0.97, 2.8, 1200), 5: (7, 0.98, 2.5, 4100),
    6: (3, 0.985, 2.0, 20000), 7: (2, 0.99, 2.5, 100000), 8: (1.5, 0.99, 2.5, 500000),
}  # fmt: skip


def studies(s: Settings) -> list[Study]:
    """Every study, those that depend on earlier ones after them."""
    return [*_xor(s), *_tasks(s), *_trees(s), *_scale(s), *_now(s)]


def _study(name: str, function: Any, cells: Cells | Callable[[Rows], Cells]) -> Study:
    return Study(name, function, cells, block=LANES)


def _xor(s: Settings) -> list[Study]:
    """XOR by the recipe of 1986; what sticks, when, and whether it is stuck for good; and more hidden units."""
    xor = {"task": "xor", **RECIPE, "sweeps": s.xor_sweeps}
    # "An error of 0.01 per pattern" (page 333): half the squared difference.
    chauvin = [
        {**xor, "rate": 0.25, "online": online, "reach": reach, "margin": 0.02**0.5}
        for online in (True, False)
        for reach in (0.5, 1.0)
    ]
    some, learn = range(s.some_seeds), experiment.learn

    def longer(rows: Rows) -> Cells:
        stuck = [row.seed for row in stuck_nets(rows)][:64]
        cell = {**xor, "net": "xor 2-2-1", "sweeps": s.longer, "keep": True, "every": s.longer // 50}
        return [(cell, stuck)] if stuck else []

    return [
        _study(
            "xor", learn, [({**xor, "net": f"xor {net}", "keep": True}, range(s.seeds)) for net in ("2-2-1", "direct")]
        ),
        _study("xor, further", learn, [({**xor, "net": "xor 2-2-1", "margin": 0.05, "keep": True}, range(8))]),
        _study(
            "stuck map",
            learn,
            [
                ({**xor, "net": "xor 2-2-1", "rate": rate, "reach": reach}, range(s.map_seeds))
                for rate in s.map_rates
                for reach in s.map_reaches
            ],
        ),
        _study("stuck, longer", learn, longer),
        _study(
            "hidden units",
            learn,
            [({**how, "layers": [2, h, 1]}, some) for how in chauvin for h in s.hidden],
        ),
        _study("rates", learn, [({**how, "layers": [2, 8, 1], "rate": r}, some) for how in chauvin for r in s.rates]),
        _study(
            "figure 5",
            learn,
            [
                ({**xor, "net": "xor 2-2-1", "rate": rate, "online": online, "figure_5": True}, range(s.printed_seeds))
                for rate in (0.25, 0.5, 1.0)
                for online in (False, True)
            ],
        ),
        _study("extra unit", learn, [({**xor, "layers": [2, 3, 1]}, range(s.seeds))]),
    ]


def _tasks(s: Settings) -> list[Study]:
    """The other small tasks of the chapter and the letter."""
    some = range(s.some_seeds)
    parity = {"task": "parity", "bits": 4, "net": "parity", **RECIPE, "sweeps": s.parity_sweeps}
    encoder = {"task": "encoder", "net": "encoder", **RECIPE, "rate": 0.25, "sweeps": s.xor_sweeps}
    negation = {"task": "negation", **RECIPE, "rate": 0.25, "sweeps": s.addition_sweeps}
    tied = {"momentum": 0.9, "reach": 1.0, "sweeps": s.parity_sweeps}
    return [
        _study("parity", experiment.learn_with_measures, [(parity, range(s.symmetry_seeds))]),
        _study(
            "symmetry",
            experiment.learn_with_measures,
            [
                (symmetry(6, sweeps=s.symmetry_sweeps), range(s.symmetry_seeds)),
                (symmetry(6, sweeps=s.symmetry_sweeps, margin=0.1), some),
            ],
        ),
        _study("encoder", experiment.learn, [(encoder, some)]),
        _study(
            "2-1-4-4",
            experiment.learn,
            [({**encoder, "task": "distributed", "net": "2-1-4-4", "rate": 0.05, "sweeps": s.addition_sweeps}, some)],
        ),
        _study(
            "addition",
            experiment.learn,
            [
                (
                    {
                        **RECIPE,
                        "task": "addition",
                        "net": f"addition {h}",
                        "reach": reach,
                        "online": online,
                        "sweeps": s.addition_sweeps,
                    },
                    some,
                )
                for h in (2, 3)
                for reach in (0.3, 0.5, 1.0)
                for online in (False, True)
            ],
        ),
        _study(
            "addition in layers",
            experiment.learn,
            [
                (
                    {
                        **RECIPE,
                        "task": "addition",
                        "net": f"addition 4-{h}-3",
                        "rate": rate,
                        "reach": reach,
                        "sweeps": s.addition_sweeps,
                    },
                    range(s.layer_seeds),
                )
                for h in (2, 3)
                for rate in (0.05, 0.25)
                for reach in (0.5, 2.0)
            ],
        ),
        _study(
            "negation",
            experiment.learn,
            [({**negation, "net": net}, some) for net in ("negation", "negation 4-3-3", "negation 4-6-3")],
        ),
        _study(
            "pairs",
            experiment.associations,
            [
                (
                    {
                        "set": k,
                        "layers": sizes,
                        "rate": 0.1,
                        "momentum": 0.8,
                        "reach": reach,
                        "by_fan_in": by_fan_in,
                        "sweeps": s.pair_sweeps,
                    },
                    range(s.pair_seeds),
                )
                for reach in (0.3, 0.5, 1.0)
                for k in range(s.pair_sets)
                for sizes, by_fan_in in PAIR_NETS
            ],
        ),
        _study("T and C", experiment.t_and_c, [({"rate": rate, **tied}, some) for rate in (0.02, 0.1)]),
    ]


def _trees(s: Settings) -> list[Study]:
    """The family trees by the recipe as printed, with other rates, and with the error as commonly taken."""
    cells = [
        (
            {
                "factor": factor,
                "stages": [[0.005 * factor, 0.5, 20], [0.01 * factor, 0.9, s.tree_sweeps - 20]],
                "decay": decay,
                "reach": 0.3,
                "liberal": liberal,
                "negligible": 0.5,
            },
            range(s.tree_seeds),
        )
        for liberal, decay in ((True, 0.002), (True, 0.0), (False, 0.002))
        for factor in s.tree_factors
    ]
    return [_study("trees", family_trees.trees, cells)]


def _scale(s: Settings) -> list[Study]:
    """Whether it scales: more bits of symmetry and parity, fewer patterns in a sweep, and another loss."""
    scale = range(s.scale_seeds)

    def parity_scaling(rows: Rows) -> Cells:
        factors = chosen_factors(rows)
        return [(parity_cell(n, factors[n]), scale) for n in s.parity_bits]

    return [
        _study(
            "old symmetry",
            experiment.learn_with_measures,
            [(symmetry(n, sweeps=s.scale_sweeps, margin=margin), scale) for margin in (0.5, 0.1) for n in s.old_bits],
        ),
        _study(
            "new symmetry",
            experiment.learn,
            [(symmetry(n, layers=[n, 8, 1], sweeps=s.scale_sweeps, **BETTER), scale) for n in s.new_bits],
        ),
        _study(
            "sampled",
            experiment.learn,
            [
                (
                    symmetry(6, sampled=max(2, round(64 * share)), share=share, sweeps=s.symmetry_sweeps),
                    range(s.some_seeds),
                )
                for share in s.shares
            ],
        ),
        _study(
            "parity tuning",
            experiment.learn,
            [(parity_cell(n, f), tuning_seeds(s.recipe_seeds)) for n in s.parity_bits for f in s.factors],
        ),
        _study("parity scaling", experiment.learn, parity_scaling),
        _study(
            "losses",
            experiment.learn,
            [
                (
                    {
                        "task": "contiguity",
                        "bits": s.solla_bits,
                        "layers": [s.solla_bits, s.solla_bits, 1],
                        "momentum": 0.9,
                        "reach": 0.5,
                        "margin": 0.5,
                        "rate": rate,
                        "cross_entropy": ce,
                        "saturated": start,
                        "sweeps": s.xor_sweeps,
                    },
                    range(s.solla_seeds),
                )
                for ce in (False, True)
                for start in (0.0, 8.0)
                for rate in s.solla_rates
            ],
        ),
    ]


def _now(s: Settings) -> list[Study]:
    """Then and now: a ladder of single changes from the recipe of 1986 to today's."""
    cells = [({"rung": rung, "sweeps": s.now_sweeps}, range(s.now_seeds)) for rung in range(len(now.LADDER))]
    return [Study("now", now.climb, cells, block=50)]


def parity_cell(n: int, factor: float) -> dict[str, Any]:
    """Parity as Tesauro and Janssens trained it: one pattern at a time, 2n hidden units, their table times a factor."""
    rate, momentum, reach, expected = TABLE[n]
    return {
        "task": "parity",
        "bits": n,
        "layers": [n, 2 * n, 1],
        "rate": factor * rate * (1 - momentum),
        "momentum": momentum,
        "reach": reach,
        "margin": 0.4,
        "off": 0.0,
        "online": True,
        "shuffled": True,
        "sweeps": max(50, 12 * expected // 2**n),
        "factor": factor,
    }


def symmetry(n: int, **change: Any) -> dict[str, Any]:
    """The symmetry net of 1986 for n inputs."""
    cell = {"task": "symmetry", "bits": n, "layers": [n, 2, 1], "rate": 0.1, "reach": 0.3, **ONE_CLASS}
    return cell | change


def stuck_nets(rows: Rows) -> list[Any]:
    """The 2-2-1 nets that did not learn XOR."""
    return [r for r in pick(rows["xor"], net="xor 2-2-1") if not r.values.get("solved") and not r.failed]


def chosen_factors(rows: Rows) -> dict[int, float]:
    """For each number of bits the factor on Tesauro and Janssens's step with the lowest median, unsolved as endless."""
    found: dict[int, float] = {}
    for n, tried in grouped(rows["parity tuning"], "bits").items():
        took = {
            factor: np.array([row.values["sweeps"] if row.values.get("solved") else np.inf for row in group])
            for factor, group in grouped(tried, "factor").items()
        }
        found[n] = min(took, key=lambda f, took=took: (np.median(took[f]), np.mean(np.isinf(took[f]))))  # type: ignore[misc]
    return found


def cost(s: Settings, rows: Rows) -> Cost:
    """Presentations of all nets, and the operations of those whose net the compiled loops trained from a list."""
    total = counted(rows, main="symmetry")
    operations = sum(
        row.values["presentations"] * experiment.net_of(row.cell).operations
        for name, group in rows.items()
        for row in group
        if "presentations" in row.values and not name.startswith(("trees", "T and C"))
    )
    are = "multiply-accumulates of forward and backward passes, those of the tree and T-C nets left out"
    return Cost(total.presentations, int(operations), are, total.seconds_each)
