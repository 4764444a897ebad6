"""Rumelhart, Hinton and Williams (1986): the small networks of PDP and Nature, by their recipe and by what works."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from core.evidence.run import Result, Run
from core.evidence.trials import Row
from core.learning.compiled.vectors import LANES
from reproductions.experiments import family_trees
from reproductions.experiments import pdp_1986 as experiments
from reproductions.findings.pdp_1986 import chosen_factors, gather, tables
from reproductions.findings.pdp_1986_claims import measure, stuck_nets, words
from reproductions.findings.pdp_1986_figures import figures

__all__ = ["PRESETS", "Settings", "figures", "run"]

Count = Annotated[int, Field(ge=1, le=10**7)]
Positive = Annotated[float, Field(gt=0, le=1000)]
Even = Annotated[int, Field(ge=2, le=16, multiple_of=2)]


class Settings(BaseModel):
    """Everything that is free in this reproduction: how many nets, how long, and what is varied."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: Count = 1000
    xor_sweeps: Count = 10000
    map_seeds: Count = 100
    map_rates: tuple[Positive, ...] = Field((0.1, 0.25, 0.5, 1.0), min_length=1)
    map_reaches: tuple[Positive, ...] = Field((0.1, 0.3, 0.5, 1.0, 2.0), min_length=1)
    longer: Count = 1000000
    hidden: tuple[Count, ...] = Field((2, 4, 8, 16, 32, 64), min_length=2)
    rates: tuple[Positive, ...] = Field((0.1, 0.25, 0.5, 0.75, 1.0), min_length=1)
    some_seeds: Count = 100
    symmetry_seeds: Count = 200
    symmetry_sweeps: Count = 60000
    parity_sweeps: Count = 20000
    addition_sweeps: Count = 50000
    tree_sweeps: Count = 1500
    tree_seeds: Count = 200
    recipe_seeds: Count = 16
    recipes: tuple[tuple[Positive, Annotated[float, Field(ge=0, lt=1)], Count], ...] = Field(
        ((0.05, 0.0001, 3000), (0.05, 0.0004, 5000), (0.05, 0.0002, 5000), (0.02, 0.0002, 10000)), min_length=1
    )
    old_bits: tuple[Even, ...] = Field((4, 6, 8, 10, 12), min_length=1)
    new_bits: tuple[Even, ...] = Field((4, 6, 8, 10, 12, 14, 16), min_length=2)
    scale_seeds: Count = 24
    scale_sweeps: Count = 20000
    shares: tuple[Positive, ...] = (0.05, 0.1, 0.25, 0.5)
    parity_bits: tuple[Annotated[int, Field(ge=2, le=8)], ...] = Field((2, 3, 4, 5, 6, 7), min_length=2)
    factors: tuple[Positive, ...] = Field((0.1, 0.2, 0.3, 0.5, 1.0), min_length=1)
    solla_seeds: Count = 50
    solla_rates: tuple[Positive, ...] = Field((0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1), min_length=1)
    solla_bits: Annotated[int, Field(ge=5, le=12)] = 8
    entropy: int = Field(1986, ge=0)


PRESETS = {
    "quick": Settings(
        seeds=64, xor_sweeps=3000, map_seeds=8, map_rates=(0.25, 0.5), map_reaches=(0.5, 1.0), longer=20000,
        hidden=(2, 8, 32), rates=(0.25, 0.75), some_seeds=16, symmetry_seeds=16, symmetry_sweeps=10000,
        parity_sweeps=5000, addition_sweeps=3000, tree_sweeps=150, tree_seeds=8, recipe_seeds=8,
        recipes=((0.05, 0.0004, 300),), old_bits=(4, 6), new_bits=(4, 6, 8), scale_seeds=8, scale_sweeps=3000,
        shares=(0.25,), parity_bits=(2, 3, 4), factors=(0.3, 1.0), solla_seeds=8, solla_rates=(0.005, 0.02),
    ),
    "paper": Settings(),
}  # fmt: skip
RECIPE: dict[str, Any] = {"rate": 0.5, "momentum": 0.9, "reach": 0.5, "off": 0.1, "margin": 0.4}
ONE_CLASS = {"margin": 0.5, "momentum": 0.9}
# Tesauro and Janssens's table as we recall it: bits -> (rate, momentum, reach, presentations).
TABLE = {
    2: (30, 0.94, 2.5, 95), 3: (20, 0.96, 2.5, 265), 4: (12, 0.97, 2.8, 1200), 5: (7, 0.98, 2.5, 4100),
    6: (3, 0.985, 2.0, 20000), 7: (2, 0.99, 2.5, 100000), 8: (1.5, 0.99, 2.5, 500000),
}  # fmt: skip
TUNING = 1_000_000  # settings are chosen with seeds that no published net uses


def parity_cell(n: int, factor: float) -> dict[str, Any]:
    """Parity as Tesauro and Janssens trained it: one pattern at a time, 2n hidden units, their table times a factor."""
    rate, momentum, reach, expected = TABLE[n]
    return {
        "task": "parity", "bits": n, "layers": [n, 2 * n, 1], "rate": factor * rate * (1 - momentum),
        "momentum": momentum, "reach": reach, "margin": 0.4, "off": 0.0, "online": True, "shuffled": True,
        "sweeps": max(50, 12 * expected // 2**n), "factor": factor,
    }  # fmt: skip


def symmetry(n: int, **change: Any) -> dict[str, Any]:
    """The symmetry net of 1986 for n inputs."""
    cell = {"task": "symmetry", "bits": n, "layers": [n, 2, 1], "rate": 0.1, "reach": 0.3, **ONE_CLASS}
    return cell | change


Studies = dict[str, tuple[Any, list[tuple[dict[str, Any], range]]]]


def studies(s: Settings) -> Studies:
    """Every study that stands alone: its trial function, and its cells with their seeds."""
    some, scale = range(s.some_seeds), range(s.scale_seeds)
    xor = {"task": "xor", **RECIPE, "sweeps": s.xor_sweeps}
    chauvin = {**xor, "rate": 0.25, "online": True}
    addition = [
        {"task": "addition", "net": f"addition 4-{h}-3", **RECIPE, "rate": rate, "reach": reach,
         "sweeps": s.addition_sweeps}
        for h in (2, 3) for rate in (0.05, 0.25) for reach in (0.5, 2.0)
    ]  # fmt: skip
    better = {"rate": 0.05, "reach": 1.0, "cross_entropy": True, "sampled": 64, "balanced": True, "check": 20}
    stages = {"1986": [[0.005, 0.5, 20], [0.01, 0.9, s.tree_sweeps - 20]]}
    trees = [({"recipe": "1986", "stages": stages["1986"], "decay": 0.002, "reach": 0.3}, range(s.recipe_seeds))]
    trees += [
        ({"recipe": "tried", "stages": [[rate, 0.9, sweeps]], "decay": decay, "reach": 1.0},
         range(TUNING, TUNING + s.recipe_seeds))
        for rate, decay, sweeps in s.recipes
    ]  # fmt: skip
    return {
        "xor": (experiments.learn, [({**xor, "net": f"xor {net}", "keep": True}, range(s.seeds))
                                    for net in ("2-2-1", "direct")]),
        "xor, further": (
            experiments.learn, [({**xor, "net": "xor 2-2-1", "margin": 0.05, "keep": True}, range(8))]),
        "stuck map": (experiments.learn, [
            ({**xor, "net": "xor 2-2-1", "rate": rate, "reach": reach}, range(s.map_seeds))
            for rate in s.map_rates for reach in s.map_reaches]),
        "hidden units": (experiments.learn, [
            ({**chauvin, "layers": [2, h, 1], "direct": direct}, some) for direct in (False, True) for h in s.hidden]),
        "rates": (experiments.learn, [({**chauvin, "layers": [2, 8, 1], "rate": rate}, some) for rate in s.rates]),
        "extra unit": (experiments.learn, [({**xor, "layers": [2, h, 1]}, range(s.seeds)) for h in (3,)]),
        "parity": (experiments.learn_with_measures, [
            ({"task": "parity", "bits": 4, "net": "parity", **RECIPE, "sweeps": s.parity_sweeps},
             range(s.symmetry_seeds))]),
        "symmetry": (experiments.learn_with_measures, [
            (symmetry(6, sweeps=s.symmetry_sweeps), range(s.symmetry_seeds)),
            (symmetry(6, sweeps=s.symmetry_sweeps, margin=0.1), some)]),
        "encoder": (experiments.learn, [
            ({"task": "encoder", "net": "encoder", **RECIPE, "rate": 0.25, "sweeps": s.xor_sweeps}, some)]),
        "addition": (experiments.learn, [(cell, some) for cell in addition]),
        "negation": (experiments.learn, [
            ({"task": "negation", "net": f"negation 4-{h}-3", **RECIPE, "rate": 0.25, "sweeps": s.xor_sweeps}, some)
            for h in (3, 6)]),
        "T and C": (experiments.t_and_c, [
            ({"rate": rate, "momentum": 0.9, "reach": 1.0, "sweeps": s.parity_sweeps}, some) for rate in (0.02, 0.1)]),
        "trees": (family_trees.trees, trees),
        "old symmetry": (experiments.learn_with_measures, [
            (symmetry(n, sweeps=s.scale_sweeps, margin=margin), scale) for margin in (0.5, 0.1) for n in s.old_bits]),
        "new symmetry": (experiments.learn, [
            (symmetry(n, layers=[n, 8, 1], sweeps=s.scale_sweeps, **better), scale) for n in s.new_bits]),
        "sampled": (experiments.learn, [
            (symmetry(6, sampled=max(2, round(64 * share)), share=share, sweeps=s.symmetry_sweeps), scale)
            for share in s.shares]),
        "parity tuning": (experiments.learn, [
            (parity_cell(n, f), range(TUNING, TUNING + s.recipe_seeds)) for n in s.parity_bits for f in s.factors]),
        "losses": (experiments.learn, [
            ({"task": "contiguity", "bits": s.solla_bits, "layers": [s.solla_bits, s.solla_bits, 1], "momentum": 0.9,
              "reach": 0.5, "margin": 0.5, "rate": rate, "cross_entropy": ce, "saturated": start,
              "sweeps": s.xor_sweeps},
             range(s.solla_seeds))
            for ce in (False, True) for start in (0.0, 8.0) for rate in s.solla_rates]),
    }  # fmt: skip


def run(settings: Settings, run: Run) -> Result:
    """Run every study, then those that depend on others, and set what was found beside the claims."""
    rows: dict[str, list[Row]] = {}

    def go(name: str, function: Any, cells: list[tuple[dict[str, Any], Any]]) -> None:
        marked = [({"study": name, **cell, "entropy": settings.entropy}, seeds) for cell, seeds in cells]
        rows[name] = run.trials(name, function, marked, block=LANES)

    for name, (function, cells) in studies(settings).items():
        go(name, function, cells)
    stuck = stuck_nets(rows)
    base = {**RECIPE, "task": "xor", "net": "xor 2-2-1", "sweeps": settings.longer, "keep": True}
    go(
        "stuck, longer",
        experiments.learn,
        [({**base, "every": settings.longer // 50}, [row.seed for row in stuck[:64]])],
    )
    factors = chosen_factors(rows["parity tuning"])
    go("parity scaling", experiments.learn, [
        (parity_cell(n, factors[n]), range(settings.scale_seeds)) for n in settings.parity_bits])  # fmt: skip
    tried = [row for row in rows["trees"] if row.cell["recipe"] == "tried"]
    each = [tried[k : k + settings.recipe_seeds] for k in range(0, len(tried), settings.recipe_seeds)]
    best = max(range(len(each)), key=lambda k: np.mean([row.values["train"] for row in each[k]]))
    rate, decay, sweeps = settings.recipes[best]
    working = {"recipe": "working", "stages": [[rate, 0.9, sweeps]], "decay": decay, "reach": 1.0}
    go("trees, working recipe", family_trees.trees, [(working, range(settings.tree_seeds))])
    presented = sum(row.values.get("presentations", 0.0) for group in rows.values() for row in group)
    operations = sum(
        row.values["presentations"] * experiments.net_of(row.cell).operations
        for group in rows.values() for row in group if "presentations" in row.values
    )  # fmt: skip
    return run.result(
        measure(rows),
        seeds=range(settings.seeds),
        arrays=gather(rows),
        presentations=int(presented),
        operations=int(operations),
        operations_are="multiply-accumulates of forward and backward passes, those of the tree and T-C nets left out",
        seconds_each=float(np.mean([row.seconds for row in rows["symmetry"]])),
        data={},
        measurements={
            "tables": tables(rows),
            "words": words(rows, (rate, decay, sweeps)),
        },
    )


if __name__ == "__main__":
    from reproductions.cli import main

    main(["run", "pdp_1986", *sys.argv[1:]])
