"""Tables of the report of 1998, the words it names, and the arrays that its figures draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import digit_fields
from core.evidence.rows import Rows, failures, finished, grouped, pick, stacked
from core.evidence.tables import means_table, table
from core.evidence.trials import Row
from reproductions.lenet_1998 import comparisons, now
from reproductions.lenet_1998.experiment import CHANGES
from reproductions.lenet_1998.run import CHOOSING, FILM, JOINED, LADDER, TEN_UNITS, chosen, chosen_rate
from reproductions.lenet_1998.settings import Settings

HARDEST, DRAWN = 24, 4  # misread digits that are shown, and networks whose kernels are
GROUPS = ("LeNet-5", "LeNet-5, distorted")


def tables(s: Settings, rows: Rows) -> list[dict[str, Any]]:
    """Settings tried, LeNet-5 by pass, methods and pairs of them, rejects, sizes, changes, rules, and the ladder."""
    arms = comparisons.arms(rows)
    small = min(s.sizes)
    sizes = [
        ([name, group[0].cell.get("distort", 0.0), group[0].cell["passes"]], group)
        for name, all_of in _by_digits(arms).items()
        for group in grouped(all_of, "distort").values()
    ]
    rules = [(["second derivatives"], arms[f"LeNet-5, {small:,} digits"]), (["plain"], arms["LeNet-5, plain steps"])]
    return [
        means_table(
            "choices",
            "Settings tried on validation digits",
            ["rule", "scale", "j", "first rate"],
            [(list(key), group) for key, group in grouped(rows[CHOOSING], "rule", "scale", "rubbish", "rate").items()],
            [("misread, %", "error", 100)],
        ),
        _passes(arms["LeNet-5"]),
        _methods(rows),
        _pairs(rows),
        means_table(
            "rejects",
            "Digits to be rejected for 0.5 % error on the rest",
            ["method", "paper, %"],
            [([name, comparisons.PAPER[name][1]], arms[name]) for name in comparisons.PAPER if name in arms],
            [("ours, %", "rejects", 100)],
        ),
        means_table(
            "sizes",
            "LeNet-5 on fewer digits, and on distorted ones",
            ["learned from", "range of distortions", "passes"],
            sizes,
            [("misread, %", "error", 100)],
        ),
        _changes(rows),
        means_table(
            "method",
            f"Second derivatives, and plain steps of first rate {chosen_rate(rows):g}",
            ["steps"],
            rules,
            [("misread, %", "error", 100), ("training digits in the last pass, %", "error_as_it_went", 100)],
        ),
        _ladder(rows),
    ]


def _by_digits(arms: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """The trials of LeNet-5 that differ in the digits they learned from alone."""
    others = ("LeNet-5, plain steps", TEN_UNITS)
    return {name: group for name, group in arms.items() if name.startswith("LeNet-5") and name not in others}


def _passes(group: Sequence[Row]) -> dict[str, Any]:
    lines = []
    if failures(group) < len(group):
        history = 100 * stacked(group, "history")
        means, spread = history.mean(axis=0), history.std(axis=0)
        lines = [[k + 1, row[0], row[2], spread[k, 2]] for k, row in enumerate(means.tolist())]
    return table(
        "passes",
        "LeNet-5 by pass, means over networks",
        ["pass", "training digits as presented, %", "test digits, %", "standard deviation over networks"],
        lines,
    )


def _methods(rows: Rows) -> dict[str, Any]:
    arms, lines = comparisons.arms(rows), []
    for name, (paper, _) in comparisons.PAPER.items():
        group = arms.get(name, [])
        values = 100 * finished(group, "error")
        if len(values):
            spread = float(values.std(ddof=1)) if len(values) > 1 else None
            learned = group[0].cell.get("examples", "all")
            told = (float(values.mean()), spread, len(group), failures(group), group[0].cell.get("passes"), learned)
            lines.append([name, paper, *told])
    ten = 100 * finished(arms[TEN_UNITS], "error")
    if len(ten):
        spread = float(ten.std(ddof=1)) if len(ten) > 1 else None
        group = arms[TEN_UNITS]
        lines.append(
            [TEN_UNITS, None, float(ten.mean()), spread, len(group), failures(group), group[0].cell["passes"], "all"]
        )
    for row in rows[JOINED][1:]:
        if not row.failed:
            name = f"{row.cell['arm']}, {row.cell['join']}"
            lines.append([name, None, 100 * row.values["error"], None, 1, 0, None, "all"])
    columns = ["method", "paper, %", "ours, %", "standard deviation", "trials", "failed", "passes", "digits"]
    return table("methods", "The table of methods", columns, lines)


def _pairs(rows: Rows) -> dict[str, Any]:
    lines = [
        [a, b, only_a, only_b, f"{chance:.2g}", "yes" if chance < comparisons.LEVEL else "no"]
        for a, b, only_a, only_b, chance in comparisons.pairs_apart(rows)
    ]
    columns = ["first", "second", "only first wrong", "only second wrong", "chance, corrected", "told apart"]
    return table("pairs", "Pairs of methods digit by digit (McNemar, corrected by Holm)", columns, lines)


def _changes(rows: Rows) -> dict[str, Any]:
    read = _read(rows)
    lines = [
        [what, how_far, *(float(read[name].mean(axis=0)[k]) for name in read)]
        for k, (what, how_far) in enumerate(CHANGES)
    ]
    return table(
        "changes",
        "Digits still read rightly after a change, %",
        ["change", "how far", *(f"learned by {name}" for name in read)],
        lines,
    )


def _read(rows: Rows) -> dict[str, np.ndarray]:
    """Percent of changed digits read rightly (networks, changes), by what was learned from."""
    arms = comparisons.arms(rows)
    return {
        name: 100 * (1 - stacked(arms[name], "invariance")) for name in GROUPS if failures(arms[name]) < len(arms[name])
    }


def rungs(rows: Rows) -> dict[str, np.ndarray]:
    """Errors in percent of every rung of the ladder by seed, the last being averages of the one before it."""
    found = {}
    for k, name in enumerate(now.LADDER):
        last = k == len(now.LADDER) - 1
        group = pick(rows.get(LADDER, []), rung=k - last)
        values = 100 * finished(sorted(group, key=lambda row: row.seed), "error_averaged" if last else "error")
        if len(values):
            found[name] = values
    return found


def _ladder(rows: Rows) -> dict[str, Any]:
    lines, before = [], None
    for name, values in rungs(rows).items():
        step = values - before if before is not None and len(before) == len(values) else None
        error = float(step.std(ddof=1) / np.sqrt(len(step))) if step is not None and len(step) > 1 else None
        lines.append([name, len(values), float(values.mean()), float(step.mean()) if step is not None else None, error])
        before = values
    columns = ["change", "networks", "misread, %", "less or more than before", "standard error, pairs of seeds"]
    return table("ladder", "From 1998 to today, one change at a time", columns, lines)


def words(s: Settings, rows: Rows) -> dict[str, Any]:
    """Numbers that the text of the report names."""
    arms, means = comparisons.arms(rows), comparisons.errors(rows)
    pairs = comparisons.ordered_pairs(means)
    ladder = rungs(rows)
    ends = [f"{values.mean():.2f} %" for values in ladder.values()]
    rejects = 100 * finished(arms["LeNet-5"], "rejects")
    told = [name for name in ("linear", "nearest neighbours", "300 hidden", "LeNet-5") if name in means]
    better = [name for name, error in means.items() if error < comparisons.PAPER[name][0] - comparisons.APART]
    worse = [name for name, error in means.items() if error > comparisons.PAPER[name][0] + comparisons.APART]
    apart = comparisons.pairs_apart(rows)
    return {
        "pairs": len(pairs),
        "order_percent": f"{100 * np.mean([agrees for _, _, agrees in pairs]):.0f} %" if pairs else "none",
        "agreeing": (
            f"More than {comparisons.APART} points below the paper: {_listed(better)}. "
            f"More than that above it: {_listed(worse)}."
        ),
        "pairs_apart": f"{sum(one[4] < comparisons.LEVEL for one in apart)} of {len(apart)}",
        "lenet_5_rejects": f"{rejects.mean():.2g} %" if len(rejects) else "nobody knows how many",
        "now_first": ends[0] if ends else "not tried",
        "now_last": ends[-1] if ends else "not tried",
        "order_told": ", ".join(f"{name} {means[name]:.3g} %" for name in told),
        "chosen_scale": f"{chosen(rows)['scale']:.3g}",
        "chosen_j": f"{chosen(rows)['rubbish']:g}",
        "chosen_rate": f"{chosen_rate(rows):g}",
    }


def _listed(names: Sequence[str]) -> str:
    return "; ".join(names) if names else "none"


def arrays(s: Settings, rows: Rows) -> dict[str, np.ndarray]:
    """What the figures draw."""
    arms = comparisons.arms(rows)
    found: dict[str, np.ndarray] = {}
    for k, name in enumerate(comparisons.PAPER):
        values = 100 * finished(arms.get(name, []), "error")
        if len(values):
            found[f"method_{k:02d}"] = values
    for key, name in (("lenet_5", "LeNet-5"), ("lenet_4", "LeNet-4"), ("lenet_1", "LeNet-1")):
        if failures(arms[name]) < len(arms[name]):
            found[f"rejection_{key}"] = 100 * stacked(arms[name], "rejection").mean(axis=0)
    main = arms["LeNet-5"]
    if failures(main) < len(main):
        found |= {"curves": 100 * stacked(main, "history"), "kernels": stacked(main, "kernels")[:DRAWN]}
        found |= _hardest(s, main)
    found |= {f"read_{k}": values.mean(axis=0) for k, values in enumerate(_read(rows).values())}
    found |= {f"rung_{now.LADDER.index(name)}": values for name, values in rungs(rows).items()}
    found |= _of_sizes(s, rows)
    film = rows[FILM][0]
    if not film.failed:
        found |= {f"film_{name}": value for name, value in film.arrays.items()}
        found["film_digit"] = digit_fields.load(s.data).test_x[film.cell["digit"]]
    return found


def _of_sizes(s: Settings, rows: Rows) -> dict[str, np.ndarray]:
    """Lines of digits, range of distortions, mean error after `size_passes`, and its standard error."""
    everything = len(digit_fields.load(s.data).train_y)
    lines = []
    for group in _by_digits(comparisons.arms(rows)).values():
        for some in grouped(group, "distort").values():
            done = [row.arrays["history"][: s.size_passes, 2][-1] for row in some if not row.failed]
            if done:
                e = 100 * np.array(done)
                cell = some[0].cell
                spread = e.std(ddof=1) / np.sqrt(len(e)) if len(e) > 1 else 0.0
                lines.append([cell.get("examples", everything), cell.get("distort", 0.0), e.mean(), spread])
    return {"sizes": np.array(lines)} if lines else {}


def _hardest(s: Settings, group: Sequence[Row]) -> dict[str, np.ndarray]:
    """The test digits that most networks misread, and after which passes they were."""
    data = digit_fields.load(s.data)
    answers = stacked(group, "answers")
    wrong = (answers != data.test_y).sum(axis=0)
    hardest = np.argsort(-wrong, kind="stable")[: min(HARDEST, int(np.count_nonzero(wrong)))]
    labels = data.test_y[hardest]
    said = [np.bincount(a[a != y], minlength=10).argmax() for a, y in zip(answers.T[hardest], labels, strict=True)]
    packed = stacked(group, "right_by_pass").astype(np.uint8)
    by_pass = 1 - np.unpackbits(packed, axis=-1, count=len(data.test_y)).mean(axis=0)
    soon = soonest_first(by_pass)
    found = {
        "hard_images": data.test_x[hardest],
        "hard_labels": labels,
        "hard_said": np.array(said),
        "hard_wrong": wrong[hardest] / len(answers),
    }
    if len(soon):
        found |= {
            "passes_images": data.test_x[soon],
            "passes_labels": data.test_y[soon],
            "passes_wrong": by_pass[:, soon],
        }
    return found


def soonest_first(by_pass: np.ndarray) -> np.ndarray:
    """Which digits tell of the passes: of those that half of the networks misread after the first pass, HARDEST.

    by_pass: shares of the networks that misread a digit, (passes, digits). They are ordered by their mean over the
    passes and taken evenly from that order, so that what is learned soon and what is never learned are both there.

    >>> soonest_first(np.array([[0.5, 1.0, 0.2, 1.0], [0.0, 1.0, 0.0, 0.5]]))
    array([0, 3, 1])
    """
    found = np.flatnonzero(by_pass[0] >= 0.5)
    ordered = found[np.argsort(by_pass[:, found].mean(axis=0), kind="stable")]
    return ordered[np.unique(np.linspace(0, len(ordered) - 1, min(HARDEST, len(ordered))).round().astype(int))]
