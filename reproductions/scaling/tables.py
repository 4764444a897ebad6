"""Tables, words and arrays that the study of scale shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.datasets.history import COSTS
from core.evidence import power_laws
from core.evidence.measured import Quantity
from core.evidence.power_laws import JOINT, OFFSET, PLAIN, Form
from core.evidence.rows import Rows, failures, finished, grouped, pick, stacked
from core.evidence.tables import Table, means_table, table
from core.evidence.trials import Row
from reproductions.scaling import systems
from reproductions.scaling.claims import data_for_size
from reproductions.scaling.experiment import MIXED
from reproductions.scaling.laws import Law, budgets, by_examples, by_width, digit_law, frontier, runs_of, text_law
from reproductions.scaling.run import RUNGS
from reproductions.scaling.settings import Settings

# Law, its form, its exponents' names, and what papers found for each; Kaplan et al.'s is the joint fit.
FORMS: dict[str, tuple[str, str, Form, list[str], list[str]]] = {
    "examples": ("digits: error by examples", "floor + a m^-b", OFFSET, ["b"], ["Hestness: 0.07 to 0.35"]),
    "examples_plain": ("digits: error by examples", "a m^-b", PLAIN, ["b"], [""]),
    "other_plain": ("digits: error by examples, narrower nets", "a m^-b", PLAIN, ["b"], [""]),
    "width": ("digits: error by parameters", "floor + a N^-b", OFFSET, ["b"], [""]),
    "width_plain": ("digits: error by parameters", "a N^-b", PLAIN, ["b"], [""]),
    "text": (
        "characters: loss by both, read once",
        "E + A/N^alpha + B/D^beta",
        OFFSET,
        ["alpha", "beta"],
        ["Hoffmann: 0.34", "Hoffmann: 0.28"],
    ),
    "text_plain": (
        "characters: loss by both, read once",
        "((Nc/N)^(aN/aD) + Dc/D)^aD",
        JOINT,
        ["aN", "aD"],
        ["Kaplan: 0.076", "Kaplan: 0.103"],
    ),
    "again": (
        "characters: loss by both, read again",
        "E + A/N^alpha + B/D^beta",
        OFFSET,
        ["alpha", "beta"],
        ["", ""],
    ),
    "again_plain": (
        "characters: loss by both, read again",
        "((Nc/N)^(aN/aD) + Dc/D)^aD",
        JOINT,
        ["aN", "aD"],
        ["Kaplan: 0.076", "Kaplan: 0.103"],
    ),
}
# What the cells of a table are grouped by, its first columns, and (heading, measurement, scale) of the others.
DIGITS: tuple[Any, ...] = (
    ("hidden", "examples", "rate"),
    ["hidden units", "training examples", "rate"],
    [("parameters", "parameters", 1), ("error, %", "error", 100), ("loss", "loss", 1)],
)
TEXT: tuple[Any, ...] = (
    ("size", "examples", "passes", "rate"),
    ["parameters wanted", "characters", "read at most", "rate"],
    [("parameters", "parameters", 1), ("test loss", "test", 1), ("share of training told", "best_share", 1)],
)
SHAPES: tuple[Any, ...] = (
    ("features", "rate"),
    ["features of a character", "rate"],
    [("parameters", "parameters", 1), ("test loss", "test", 1)],
)
CONTEXTS: tuple[Any, ...] = (
    ("context", "rate"),
    ["characters in sight", "rate"],
    [("parameters", "parameters", 1), ("test loss", "test", 1)],
)
TUNED = {
    "digits": (("hidden", "examples"), "loss"),
    "text": (("size", "examples"), "tune"),
    "text, read again": (("size", "examples"), "tune"),
    "shapes": (("features", "examples"), "tune"),
    "contexts": (("context", "examples"), "tune"),
    "rungs": (("rung", "examples"), "tune"),
}


def law_of(s: Settings, rows: Rows, name: str) -> Law:
    """A law of FORMS, the largest sizes held out of it where there is something to foretell."""
    form = FORMS[name][2]
    what = name.removesuffix("_plain")
    if what in ("examples", "other", "width"):
        return digit_law(s, rows, what, form)
    if what == "text":
        return text_law(s, rows, form)
    return text_law(s, rows, form, "text, read again", everything=True)


def tables(s: Settings, rows: Rows) -> list[Table]:
    """Errors and losses, laws and what they foretold, budgets, n-grams, gradients, rates tried, and old machines."""
    digits = [*by_examples(s, rows, s.size_width), *by_examples(s, rows, s.other_width)]
    return [
        _means("digits_examples", "Digits: test error by training examples, at two widths", DIGITS, digits),
        _means("digits_width", "Digits: test error by hidden units, all training examples", DIGITS, by_width(s, rows)),
        _means("text", "Characters: test loss, nats a character, each text read once", TEXT, rows["text"]),
        _means(
            "again",
            "Characters: texts read several times, told where tuning loss is least",
            TEXT,
            rows["text, read again"],
        ),
        _means("longer", "Characters: a network that reads the longest text several times", TEXT, rows["text, longer"]),
        _means(
            "shapes", "Characters: models of one size and text by the features of a character", SHAPES, rows["shapes"]
        ),
        _means("contexts", "Characters: models of that size by the characters in sight", CONTEXTS, rows["contexts"]),
        _tuning(rows),
        _laws(s, rows),
        _held(s, rows),
        _forms(s, rows),
        _budgets(rows),
        _ladder_of_counts(s, rows),
        _rungs(s, rows),
        _gradients(rows),
        *systems.tables(float(np.median(finished(rows["machine"], "speed")))),
    ]


def _means(name: str, title: str, what: tuple[Any, ...], rows: Sequence[Row]) -> Table:
    names, lead, measures = what
    ordered = sorted(rows, key=lambda row: tuple(row.cell[name] for name in names))
    groups = [(list(place), group) for place, group in grouped(ordered, *names).items()]
    return means_table(name, title, lead, groups, measures)


def _laws(s: Settings, rows: Rows) -> Table:
    lines: list[list[Any]] = []
    for name, (what, formula, form, exponents, papers) in FORMS.items():
        one = law_of(s, rows, name)
        to = "all" if not one.held.any() else "largest sizes held out"
        told = [
            (exponent, one.exponent(k), paper)
            for k, (exponent, paper) in enumerate(zip(exponents, papers, strict=True))
        ]
        told += [("floor", one.floor(), "")] if form.floor else []
        told += [("aN / aD", data_for_size(one), "Kaplan: 0.74")] if form.outer else []
        lines += [[what, formula, part, q.estimate, q.low, q.high, paper, to] for part, q, paper in told]
    known = {"best size": "Hoffmann: 0.46 to 0.50; Kaplan: 0.73", "least loss": "Kaplan: 0.050"}
    for name, q in frontier(runs_of(rows["text"]), s.draws).items():
        formula = "C^b" if name == "best size" else "C^-b"
        what = f"characters: {name} by operations C"
        lines.append([what, formula, "b", q.estimate, q.low, q.high, known[name], "all, at equal budgets"])
    return table(
        "laws", "Fitted laws", ["law", "form", "of it", "estimate", "low", "high", "in papers", "fitted to"], lines
    )


def _held(s: Settings, rows: Rows) -> Table:
    lines: list[list[Any]] = []
    for name, (what, formula, *_) in FORMS.items():
        one = law_of(s, rows, name)
        for place in np.unique(one.groups[one.held]):
            here = one.held & (one.groups == place)
            at = one.x[:, here][:, :1]
            foretold = float(power_laws.predict(at, one.fit, one.form)[0])
            bounds = np.percentile([power_laws.predict(at, draw, one.form)[0] for draw in one.draws], [2.5, 97.5])
            found = float(np.exp(np.log(one.y[here]).mean()))
            sizes = [*at[:, 0].tolist(), *[None] * (2 - len(at))]
            lines.append([what, formula, *sizes, found, foretold, *map(float, bounds), 100 * (found / foretold - 1)])
    columns = [
        "law",
        "form",
        "examples or parameters",
        "characters",
        "found, geometric mean",
        "foretold",
        "low",
        "high",
        "found above foretold, %",
    ]
    return table("held_out", "Sizes held out of the fits, and what each form foretold of their mean", columns, lines)


def _forms(s: Settings, rows: Rows) -> Table:
    lines: list[list[Any]] = []
    for name, (what, formula, form, *_) in FORMS.items():
        one = law_of(s, rows, name)
        fitted = one.misfit(held=False)
        ahead = one.misfit(held=True) if one.held.any() else None
        whole = one if not one.held.any() else None
        if name.startswith("text"):
            whole = text_law(s, rows, form, everything=True)
        lines.append([what, formula, *_told(fitted), *_told(ahead), *_told(whole.misfit() if whole else None)])
    columns = [
        "law",
        "form",
        "fitted sizes off by, %",
        "low",
        "high",
        "held out sizes off by, %",
        "low of it",
        "high of it",
        "fitted to all sizes, %",
        "low of that",
        "high of that",
    ]
    return table("forms", "How far each form is off the means of the sizes, root mean square", columns, lines)


def _told(q: Quantity | None) -> list[float | None]:
    return [None, None, None] if q is None else [q.estimate, q.low, q.high]


def _budgets(rows: Rows) -> Table:
    lines = [
        [f"{one.operations:.2g}", len(one.sizes), int(one.best), one.loss]
        for one in budgets(runs_of(rows["text"]))[::4]
    ]
    columns = ["operations", "sizes that reach it", "best number of parameters", "loss there"]
    title = "Characters: the best size for every fourth budget of operations, read off the runs"
    return table("budgets", title, columns, lines)


def _ladder_of_counts(s: Settings, rows: Rows) -> Table:
    grams, longer = rows["n-grams"][0].values, rows["text, longer"]
    lines = [[f"n-gram of order {k}", grams[f"order_{k}"], grams[f"same_{k}"], None] for k in range(1, s.orders + 1)]
    for name, value in (("network alone", "test"), *((f"mixed with order {k}", f"mixed_{k}") for k in MIXED)):
        losses = finished(longer, value)
        error = float(losses.std(ddof=1) / np.sqrt(len(losses))) if len(losses) > 1 else None
        lines.append([name, None, float(losses.mean()) if len(losses) else None, error])
    columns = ["model", "last tenth of the text", "on the test characters", "standard error over seeds"]
    return table("ladder", "Characters: n-grams, and the network trained longest, nats a character", columns, lines)


def _rungs(s: Settings, rows: Rows) -> Table:
    """Every rung: its rate and loss, and what it changed of the rung before, seed by seed."""
    lines, before = list[list[Any]](), None
    for name in RUNGS:
        group = pick(rows["rungs"], rung=name)
        loss, saved = finished(group, "test"), list[float | None]([None, None])
        error = float(loss.std(ddof=1) / np.sqrt(len(loss))) if len(loss) > 1 else None
        if before is not None and len(before) == len(loss) > 1:
            gaps = before - loss
            saved = [float(gaps.mean()), float(gaps.std(ddof=1) / np.sqrt(len(gaps)))]
        size = float(finished(group, "parameters").mean())
        lines.append(
            [name, group[0].cell["rate"], size, len(group), failures(group), float(loss.mean()), error, *saved]
        )
        before = loss
    columns = [
        "recipe, one change after the other",
        "rate",
        "parameters",
        "models",
        "failed",
        "test loss",
        "standard error",
        "saved by this change",
        "standard error of that",
    ]
    return table(
        "rungs", f"Then and now: models of one size, {s.shape_examples:,} characters read once", columns, lines
    )


def _gradients(rows: Rows) -> Table:
    by_clock = stacked(rows["gradients, clock"], "ratios").mean(axis=0)
    lines = [
        [
            int(n := row.values["parameters"]),
            "-".join(map(str, row.cell["sizes"])),
            int(n) + 1,
            (n + 1) / 3,
            row.values["ratio"],
            float(clock),
        ]
        for row, clock in zip(rows["gradients"], by_clock, strict=True)
    ]
    lines += [[int(p), f"{name}, by rule", int(p) + 1, (p + 1) / 3, None, None] for name, p, *_ in COSTS]
    columns = [
        "parameters",
        "what",
        "measured slopes, P + 1",
        "(P + 1) / 3: over backpropagation at 3",
        "backpropagation, counted here",
        "by the clock here",
    ]
    return table("gradients", "One gradient: measured slopes and one walk backwards, in forward passes", columns, lines)


def _tuning(rows: Rows) -> Table:
    lines: list[list[Any]] = []
    for of, (names, score) in TUNED.items():
        used = {tuple(row.cell.get(name) for name in names): row.cell["rate"] for row in rows[of]}
        for place, group in grouped(rows[f"{of}, rates"], *names).items():
            tried = sorted({row.cell["rate"] for row in group})
            best = used.get(place) or next((rate for where, rate in used.items() if where[0] == place[0]), None)
            for rate, trials in sorted(grouped(group, "rate").items()):
                losses = finished(trials, score)
                outermost = len(tried) > 1 and rate in (tried[0], tried[-1])
                chosen = "" if rate != best else "yes, the outermost" if outermost else "yes"
                mean = float(losses.mean()) if len(losses) else None
                lines.append([of, str(place[0]), place[1], rate, len(trials), len(trials) - len(losses), mean, chosen])
    columns = ["of", "size, shape or rung", "examples", "rate", "seeds", "failed", "loss", "chosen"]
    return table("tuning", "Learning rates tried, on data neither trained nor tested on", columns, lines)


def arrays(s: Settings, rows: Rows) -> dict[str, np.ndarray]:
    """What the figures draw."""
    found: dict[str, np.ndarray] = {}
    for name in FORMS:
        one = law_of(s, rows, name)
        found |= {f"{name}_x": one.x, f"{name}_y": one.y, f"{name}_fit": one.fit, f"{name}_held": one.held}
        if len(one.x) == 1:  # a curve with its interval
            fine = np.geomspace(one.x.min(), one.x.max(), 60)
            ahead = np.array([power_laws.predict(fine[None], draw, one.form) for draw in one.draws])
            found |= {f"{name}_fine": fine, f"{name}_band": np.percentile(ahead, [2.5, 97.5], axis=0)}
    grams = rows["n-grams"][0].values
    rungs = [finished(pick(rows["rungs"], rung=name), "test") for name in RUNGS]
    return found | {
        "runs": runs_of(rows["text"]),
        "longer": runs_of(rows["text, longer"]),
        "mixed": np.array([finished(rows["text, longer"], f"mixed_{k}") for k in MIXED]),
        "grams": np.array([grams[f"same_{k}"] for k in range(1, s.orders + 1)]),
        "shapes": np.array([[r.cell["features"], r.values["test"]] for r in rows["shapes"] if not r.failed]),
        "rungs": np.array([[k, loss] for k, losses in enumerate(rungs) for loss in losses]),
        "cost": np.array([[r.values["parameters"], r.values["ratio"]] for r in rows["gradients"]]),
        "clock": stacked(rows["gradients, clock"], "ratios").mean(axis=0),
    }


def words(s: Settings, rows: Rows) -> dict[str, Any]:
    """Numbers that the text of the report names."""
    best = frontier(runs_of(rows["text"]), s.draws).get("best size")
    one = law_of(s, rows, "text_plain")
    grams, longer = rows["n-grams"][0].values, rows["text, longer"]
    counts = {k: grams[f"same_{k}"] for k in range(1, s.orders + 1)}
    order = min(counts, key=lambda k: counts[k])
    ratio = finished(rows["gradients"], "ratio")
    by_shape = [finished(pick(rows["shapes"], features=features), "test").mean() for features in s.shapes]
    climbed = [float(finished(pick(rows["rungs"], rung=name), "test").mean()) for name in RUNGS]
    plain, again = (text_law(s, rows, form, everything=True).misfit().estimate for form in (JOINT, OFFSET))
    return {
        "best_exponent": f"{best.estimate:.2f}" if best else "none",
        "best_low": f"{best.low:.2f}" if best else "none",
        "best_high": f"{best.high:.2f}" if best else "none",
        "kaplan_off": f"{plain:.1f}",
        "sum_off": f"{again:.1f}",
        "digit_exponent": f"{law_of(s, rows, 'examples').exponent(0).estimate:.2f}",
        "a_n": f"{one.exponent(0).estimate:.3f}",
        "a_d": f"{one.exponent(1).estimate:.3f}",
        "best_order": order,
        "best_count": f"{counts[order]:.3f}",
        "longest": f"{finished(longer, 'test').mean():.3f}",
        "mixed_best": f"{finished(longer, f'mixed_{MIXED[1]}').mean():.3f}",
        "most_ratio": f"{ratio.max():.2f}",
        "most_counted": f"{finished(rows['gradients'], 'parameters').max():,.0f}",
        "best_shape": s.shapes[int(np.argmin(by_shape))],
        "then_loss": f"{climbed[0]:.2f}",
        "now_loss": f"{climbed[-1]:.2f}",
    }
