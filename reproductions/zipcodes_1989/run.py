"""The studies of 1989: what each trains, and what it is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from core.datasets import digits
from core.evidence.measured import Cost, counted
from core.evidence.rows import Rows, failures, finished, pick
from core.evidence.studies import Cell, Cells, Study
from core.evidence.trials import Row
from core.evidence.tuning import lowest, outwards, tried_at, tuning_seeds
from core.learning.compiled.vectors import LANES
from core.networks import dense, zipcode
from reproductions.zipcodes_1989 import experiment, ladder
from reproductions.zipcodes_1989.experiment import HEADLINE
from reproductions.zipcodes_1989.settings import Settings

# The arms of the experiment: what each changes in the headline configuration. Those with a rate of their own are tuned.
TUNED: dict[str, dict[str, Any]] = {
    "headline": {},
    "sgd": {"update": "sgd"},
    "init_sqrt": {"init": "1/sqrt(F)"},
    "control": {"net": "control"},
    "fewer_maps": {"table": "half"},
}
INHERITED: dict[str, dict[str, Any]] = {"other_table": {"table": "cyclic"}, "zero_border": {"border": 0.0}}
# What the paper leaves unsaid beside the rates: each with what we chose first.
SILENCES: dict[str, tuple[Any, Any]] = {
    "table": ("blocks", "cyclic"),
    "border": (-1.0, 0.0),
    "bias": ("zero", "as weights"),
    "curvature": ("each", "once"),
}
MEASURED = (1, 2, 5, 10, 15, 20, 23)  # passes at which the map is measured, those of the paper's curves
Point = dict[str, float]


def studies(s: Settings) -> list[Study]:
    """Every study, those that depend on earlier ones after them."""
    return [*_chosen_in_advance(s), *_map(s), *_ladder(s)]


def common(s: Settings) -> dict[str, Any]:
    """What every cell holds."""
    return s.model_dump(include={"data", "passes", "curvature_patterns"})


def _grid(s: Settings, name: str) -> list[Point]:
    if name == "sgd":
        return [{"rate": rate, "mu": 0.0} for rate in s.sgd_rates]
    return [{"rate": eta, "mu": mu} for eta, mu in product(s.etas, s.mus)]


def _chosen_in_advance(s: Settings) -> list[Study]:
    """Rates chosen on validation digits, then every arm on all training digits; and the same by contiguous blocks."""

    def validation(split: str, names: Sequence[str], seeds: Sequence[int]) -> Cells:
        return [
            ({"arm": f"tuning {name}", **common(s), **HEADLINE, **TUNED[name], "split": split, **point}, seeds)
            for name in names
            for point in _grid(s, name)
        ]

    def training(rows: Rows) -> Cells:
        arms = {name: {**HEADLINE, **change, **chosen(rows, name)} for name, change in TUNED.items()}
        arms |= {name: {**arms["headline"], **change} for name, change in INHERITED.items()}
        many = {"headline": s.seeds, "control": s.seeds}
        return [
            ({"arm": name, **common(s), **arm, "split": "test"}, range(many.get(name, s.sweep_seeds)))
            for name, arm in arms.items()
        ]

    def others(rows: Rows) -> Cells:
        points = {tuple(point.values()): point for point in choices(rows).values()}
        points.pop(tuple(chosen(rows, "headline").values()), None)
        return [
            ({"arm": "another choice", **common(s), **HEADLINE, **point, "split": "test"}, range(s.block_seeds))
            for point in points.values()
        ]

    by_fifths = validation("validation", list(TUNED), tuning_seeds(s.tuning_seeds))
    found = [
        Study("choosing settings", experiment.learn, by_fifths, block=LANES),
        Study("training", experiment.learn, training, block=LANES),
    ]
    if s.block_seeds:
        blocks = validation("blocks", ["headline"], tuning_seeds(s.block_seeds))
        found += [
            Study("choosing by blocks", experiment.learn, blocks, block=LANES),
            Study("other choices", experiment.learn, others, block=LANES),
        ]
    if s.batch_seeds:
        cell = {**common(s), **HEADLINE, "split": "test", "passes": s.batch_passes, "rates": list(s.batch_rates)}
        group = max(1, LANES // len(s.batch_rates))
        found.append(Study("true gradient", experiment.true_gradient, [(cell, range(s.batch_seeds))], block=group))
    return found


def chosen(rows: Rows, name: str, study: str = "choosing settings") -> Point:
    """The point of an arm's grid with the lowest mean validation error, then the lowest validation MSE."""
    tried = _tried(pick(rows[study], arm=f"tuning {name}"))
    rate, mu = lowest(tried, "test_error", "test_mse")
    return {"rate": rate, "mu": mu}


def _tried(rows: Sequence[Row]) -> dict[tuple[float, float], list[Row]]:
    found: dict[tuple[float, float], list[Row]] = {}
    for row in rows:
        found.setdefault((row.cell["rate"], row.cell["mu"]), []).append(row)
    return found


def within_one_error(rows: Rows, study: str) -> list[tuple[float, float]]:
    """Settings of the headline whose mean validation error is within one standard error of the lowest, gentlest first.

    The standard error is that of the best setting's mean: between networks, and of a share of so many digits. Gentle is
    a low eta over mu.
    """
    tried = _tried(pick(rows[study], arm="tuning headline"))
    errors = {key: finished(group, "test_error") for key, group in tried.items() if not failures(group)}
    if not errors:
        return []
    best = min(errors, key=lambda key: float(errors[key].mean()))
    least = float(errors[best].mean())
    trained_on = tried[best][0].values["presentations"] / tried[best][0].cell["passes"]
    held = trained_on / 4  # four fifths train, one fifth is held out
    between = float(errors[best].var(ddof=1)) / len(errors[best]) if len(errors[best]) > 1 else 0.0
    reach = least + (between + least * (1 - least) / held) ** 0.5
    return sorted((key for key in errors if errors[key].mean() <= reach), key=lambda key: key[0] / key[1])


def choices(rows: Rows) -> dict[str, Point]:
    """The settings that other rules of choice would have taken, by the name of the rule."""
    found: dict[str, Point] = {"lowest error, every fifth digit held out": chosen(rows, "headline")}
    if rows.get("choosing by blocks"):
        found["lowest error, contiguous blocks held out"] = chosen(rows, "headline", "choosing by blocks")
    for study, name in (("choosing settings", "every fifth digit"), ("choosing by blocks", "contiguous blocks")):
        near = within_one_error(rows, study) if rows.get(study) else []
        if near:
            found[f"gentlest within one standard error, {name}"] = {"rate": near[0][0], "mu": near[0][1]}
            found[f"boldest within one standard error, {name}"] = {"rate": near[-1][0], "mu": near[-1][1]}
    return found


def _map(s: Settings) -> list[Study]:
    """Made after the fact, and changing no verdict: where rates and other silences agree with the paper's numbers."""
    measured = sorted({p for p in MEASURED if p <= s.passes} | {s.passes})
    base = {**common(s), **HEADLINE, "split": "test", "measured": measured}
    found = []
    if s.map_seeds:
        cells: Cells = [
            ({**base, "points": [[ratio, mu] for ratio in s.ratios]}, range(s.map_seeds)) for mu in s.map_mus
        ]
        found.append(Study("consistency map", experiment.at_points, cells))
    if s.ridge_seeds:
        # Half of the sixteen combinations, those in which an even number of choices is the second: no single choice is
        # mixed up with a pair of others.
        second = [choice for choice in product((0, 1), repeat=len(SILENCES)) if sum(choice) % 2 == 0]
        crossed = [
            {name: values[k] for (name, values), k in zip(SILENCES.items(), choice, strict=True)} for choice in second
        ]
        cells = [({**base, **one, "points": [list(p) for p in s.ridge]}, range(s.ridge_seeds)) for one in crossed]
        group = max(1, LANES // len(s.ridge))
        found.append(Study("silences crossed", experiment.at_points, cells, block=group))
    return found


def _ladder(s: Settings) -> list[Study]:
    """From the recipe of 1989 to today's, each rung with the rate that did best on contiguous blocks held out."""
    if not s.now_seeds:
        return []

    def place(rows: Rows, name: str, split: str) -> dict[str, Any]:
        mu = chosen(rows, "headline")["mu"]
        return {
            **common(s),
            "rung": name,
            "mu": mu,
            **ladder.rung(name, s.now_batch, s.passes, s.now_passes),
            "split": split,
        }

    def search(rows: Rows) -> Cells:
        wanted: list[tuple[Cell, Sequence[int]]] = []
        for name in rates_sought(s):
            look = outwards(
                "rates of the ladder",
                [place(rows, name, "blocks")],
                "rate",
                ladder.RATES[name],
                seeds=tuning_seeds(s.now_tuning_seeds),
                score="test_error",
            )
            wanted += look(rows)
        return wanted

    def climbing(rows: Rows) -> Cells:
        rates = {name: tried[len(tried) // 2] for name, tried in ladder.RATES.items()}
        for name in rates_sought(s) if s.now_tuning_seeds else ():
            tried = tried_at(rows["rates of the ladder"], place(rows, name, "blocks"), "rate", ladder.RATES[name])
            rates[name] = lowest(tried, "test_error")
        return [({**place(rows, name, "test"), "rate": rates[rate_of(name)]}, range(s.now_seeds)) for name in s.rungs]

    found = [Study("ladder", ladder.climb, climbing, block=LANES)]
    if s.now_tuning_seeds:
        found.insert(0, Study("rates of the ladder", ladder.climb, search, block=LANES))
    return found


def rate_of(name: str) -> str:
    """The rung whose rate a rung takes: the last one, itself included, for which a rate is looked for."""
    names = list(ladder.RUNGS)
    return next(one for one in reversed(names[: names.index(name) + 1]) if one in ladder.RATES)


def rates_sought(s: Settings) -> list[str]:
    """The rungs for which a rate is looked for, as far as a rung that is tried takes it."""
    return list(dict.fromkeys(rate_of(name) for name in s.rungs))


def prepare(settings: Settings, quiet: bool) -> None:
    """Find or fetch the data before any work starts."""
    digits.load(settings.data, quiet=quiet)


def cost(s: Settings, rows: Rows) -> Cost:
    """What the trials cost, told by what each presented; seconds of the main networks."""
    found = counted(rows, main="training", data=digits.load(s.data).sha256)
    headline = pick(rows["training"], arm="headline")
    every = [row for group in rows.values() for row in group if not row.failed]
    return replace(
        found,
        operations=sum(int(row.values.get("presentations", 0)) * operations(row.cell) for row in every),
        operations_are="multiply-accumulates of forward and backward passes, counted from the layers' sizes",
        seconds_each=float(np.mean([row.seconds for row in headline])),
    )


def operations(cell: Cell) -> int:
    """Multiply-accumulates of one presentation."""
    if cell.get("net") == "control":
        return dense.operations(zipcode.CONTROL)
    return zipcode.operations(zipcode.TABLES[cell["table"]])
