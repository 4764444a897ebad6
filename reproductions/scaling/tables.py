"""Tables and arrays that `scaling` keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets.history import COSTS
from core.evidence import power_laws
from core.evidence.summaries import finished
from core.evidence.tables import means_table
from core.evidence.trials import Row
from reproductions.scaling import machines
from reproductions.scaling.laws import Law, Rows, budgets, by_examples, by_width, frontier, runs_of

# Law, its form, exponents' and floor's names, and what papers found for each; Kaplan et al.'s is the joint fit.
FORMS: dict[str, tuple[str, str, list[str], list[str]]] = {
    "examples": ("digits: error by examples", "floor + a m^-b", ["b"], ["Hestness: 0.07 to 0.35"]),
    "examples_plain": ("digits: error by examples", "a m^-b", ["b"], [""]),
    "width": ("digits: error by parameters", "floor + a N^-b", ["b"], [""]),
    "width_plain": ("digits: error by parameters", "a N^-b", ["b"], [""]),
    "text": ("characters: loss by both", "E + A/N^alpha + B/D^beta", ["alpha", "beta"],
             ["Hoffmann: 0.34", "Hoffmann: 0.28"]),
    "text_plain": ("characters: loss by both", "((Nc/N)^(aN/aD) + Dc/D)^aD", ["aN", "aD"],
                   ["Kaplan: 0.076", "Kaplan: 0.103"]),
}  # fmt: skip
# What the cells of a table are grouped by, its first columns, and (heading, measurement, scale) of the others.
DIGITS: tuple[Any, ...] = (
    ("examples", "hidden", "rate"), ["training examples", "hidden units", "rate"],
    [("parameters", "parameters", 1), ("error, %", "error", 100), ("loss", "loss", 1)],
)  # fmt: skip
TEXT: tuple[Any, ...] = (
    ("size", "examples", "passes", "rate"), ["parameters wanted", "characters", "passes", "rate"],
    [("parameters", "parameters", 1), ("test loss", "test", 1), ("share of training told", "best_share", 1)],
)  # fmt: skip


def tables(s: Any, rows: Rows, found: Mapping[str, Law]) -> list[dict[str, Any]]:
    """Errors and losses, laws, predictions, costs, doubling times, and hours on old machines."""
    speed = rows["machine"][0].values["speed"]
    grams = rows["n-grams"][0].values
    return [
        _means("digits_examples", "Digits: test error by training examples", DIGITS, by_examples(s, rows)),
        _means("digits_width", "Digits: test error by hidden units", DIGITS, by_width(s, rows)),
        _means("text", "Characters: test loss, nats a character, each text read once", TEXT, rows["text"]),
        _means("longer", "Characters: a network that reads the longest text several times", TEXT, rows["text, longer"]),
        _tuning(rows),
        _laws(s, rows, found),
        _held(found),
        _forms(found),
        {"id": "budgets", "title": "Characters: the best size for every fourth budget of operations, read off the runs",
         "columns": ["operations", "sizes that reach it", "best number of parameters", "loss there"],
         "rows": [[f"{one.operations:.2g}", len(one.sizes), int(one.best), one.loss]
                  for one in budgets(runs_of(rows["text"]))[::4]]},
        {"id": "ladder", "title": "Characters: the ladder of n-grams, nats a character",
         "columns": ["order", "Kneser-Ney, last tenth", "on the test characters"],
         "rows": [[k, grams[f"order_{k}"], grams[f"same_{k}"]] for k in range(1, s.orders + 1)]},
        {"id": "gradients", "title": "One gradient: measured slopes and one walk backwards, in forward passes",
         "columns": ["parameters", "what", "measured slopes, P + 1", "(P + 1) / 3: over backpropagation at 3",
                     "backpropagation, counted here", "by the clock here"],
         "rows": [[int(r.values["parameters"]), "-".join(map(str, r.cell["sizes"])), int(r.values["parameters"]) + 1,
                   (r.values["parameters"] + 1) / 3, r.values["ratio"], r.values["time_ratio"]] for r in rows["cost"]]
         + [[int(p), f"{name}, by rule", int(p) + 1, (p + 1) / 3, None, None] for name, p, *_ in COSTS]},
        *machines.tables(speed),
    ]  # fmt: skip


def _grouped(rows: Sequence[Row], names: Sequence[str]) -> list[tuple[list[Any], list[Row]]]:
    """Rows by these names of their cells, in order."""
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in sorted(rows, key=lambda row: tuple(row.cell[name] for name in names)):
        found.setdefault(tuple(row.cell[name] for name in names), []).append(row)
    return [([*place], group) for place, group in found.items()]


def _means(name: str, title: str, what: tuple[Any, ...], rows: Sequence[Row]) -> dict[str, Any]:
    names, lead, measures = what
    return means_table(name, title, lead, _grouped(rows, names), measures)


def _laws(s: Any, rows: Rows, found: Mapping[str, Law]) -> dict[str, Any]:
    lines: list[list[Any]] = []
    for name, (what, form, exponents, papers) in FORMS.items():
        one = found[name]
        for k, (exponent, paper) in enumerate(zip(exponents, papers, strict=True)):
            ours = one.exponent(k)
            lines.append([what, form, exponent, ours.estimate, ours.low, ours.high, paper, "largest sizes held out"])
        if one.form.floor:
            place = 2 * len(exponents)
            floors = [float(np.exp(one.fit[place])), *np.exp(np.percentile(one.draws[:, place], [2.5, 97.5])).tolist()]
            lines.append([what, form, "floor", *floors, "", "largest sizes held out"])
    known = {"best size": "Hoffmann: 0.46 to 0.50; Kaplan: 0.73", "least loss": "Kaplan: 0.050"}
    for name, ours in frontier(runs_of(rows["text"]), s.draws).items():
        form = "C^b" if name == "best size" else "C^-b"
        what = f"characters: {name} by operations C"
        lines.append([what, form, "b", ours.estimate, ours.low, ours.high, known[name], "all, at equal budgets"])
    return {"id": "laws", "title": "Fitted laws",
            "columns": ["law", "form", "of it", "estimate", "low", "high", "in papers", "fitted to"],
            "rows": lines}  # fmt: skip


def _held(found: Mapping[str, Law]) -> dict[str, Any]:
    lines: list[list[Any]] = []
    for name, (what, form, *_) in FORMS.items():
        one = found[name]
        for place in np.unique(one.held_x, axis=1).T:
            here = (one.held_x == place[:, None]).all(axis=0)
            lines.append([
                what, form, *place.tolist(), *[None] * (2 - len(place)), float(one.held_y[here].mean()),
                float(one.low[here].mean()), float(one.high[here].mean()),
                f"{one.inside[here].sum()} of {here.sum()} inside",
            ])  # fmt: skip
    columns = ["law", "form", "examples or parameters", "characters", "found, mean", "foretold: low", "high", "runs"]
    title = "Sizes held out of the fits, and the 95 % interval that each form foretold"
    return {"id": "held_out", "title": title, "columns": columns, "rows": lines}


def _forms(found: Mapping[str, Law]) -> dict[str, Any]:
    lines: list[list[Any]] = []
    for name, (what, form, *_) in FORMS.items():
        one = found[name]
        kept = ~np.isin(one.x[0], one.held_x[0])
        fitted, ahead = one.misses(one.x[:, kept], one.y[kept]), one.misses(one.held_x, one.held_y)
        lines.append([what, form, 100 * fitted, 100 * ahead, f"{one.inside.sum()} of {len(one.held_y)}",
                      f"{(one.held_y < one.low).sum()} below, {(one.held_y > one.high).sum()} above"])  # fmt: skip
    columns = ["law", "form", "fitted runs off by, %", "held out runs off by, %", "inside the interval", "outside"]
    title = "With and without a floor: how far off each form is, root mean square"
    return {"id": "forms", "title": title, "columns": columns, "rows": lines}


def _tuning(rows: Rows) -> dict[str, Any]:
    lines: list[list[Any]] = []
    for of, size, value in (("digits", "hidden", "loss"), ("text", "size", "tune")):
        used = {(row.cell[size], row.cell["examples"]): row.cell["rate"] for row in rows[of]}
        for (where, examples), group in _grouped(rows[f"{of}, rates"], (size, "examples")):
            tried = sorted({row.cell["rate"] for row in group})
            best = next(used[place] for place in ((where, examples), (where, max(m for _, m in used))) if place in used)
            for (rate,), trials in _grouped(group, ("rate",)):
                losses = finished(trials, value)
                outermost = len(tried) > 1 and rate in (tried[0], tried[-1])
                chosen = "" if rate != best else "yes, the outermost" if outermost else "yes"
                mean = float(losses.mean()) if len(losses) else None
                lines.append([of, where, examples, rate, len(trials), len(trials) - len(losses), mean, chosen])
    columns = ["of", "hidden units or parameters", "examples", "rate", "seeds", "failed", "loss", "chosen"]
    title = "Learning rates tried, on data neither trained nor tested on"
    return {"id": "tuning", "title": title, "columns": columns, "rows": lines}


def gather(s: Any, rows: Rows, found: Mapping[str, Law]) -> dict[str, np.ndarray]:
    """What the figures draw."""
    arrays: dict[str, np.ndarray] = {}
    for name, one in found.items():
        arrays |= {f"{name}_x": one.x, f"{name}_y": one.y, f"{name}_fit": one.fit, f"{name}_held_x": one.held_x,
                   f"{name}_held_y": one.held_y, f"{name}_low": one.low, f"{name}_high": one.high}  # fmt: skip
        if len(one.x) == 1:  # a curve with its interval
            fine = np.geomspace(one.x.min(), one.x.max(), 60)
            ahead = np.array([power_laws.predict(fine[None], draw, one.form) for draw in one.draws])
            arrays |= {f"{name}_fine": fine, f"{name}_band": np.percentile(ahead, [2.5, 97.5], axis=0)}
    grams = rows["n-grams"][0].values
    arrays |= {
        "runs": runs_of(rows["text"]), "longer": runs_of(rows["text, longer"]),
        "grams": np.array([grams[f"same_{k}"] for k in range(1, s.orders + 1)]),
        "cost": np.array([[r.values[k] for k in ("parameters", "ratio", "time_ratio")] for r in rows["cost"]]),
        "speed": np.array([rows["machine"][0].values["speed"]]),
        "own": np.array([run.operations for run in machines.published_runs()]),
        "hours": np.array([[run.operations, run.core_hours] for run in machines.trainings()]),
    }  # fmt: skip
    return arrays
