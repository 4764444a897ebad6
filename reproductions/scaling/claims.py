"""Our side of every claim of the study of scale, by its id in paper.toml."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from core.datasets.history import SYSTEMS
from core.evidence import measured as m
from core.evidence.measured import Count, Measured, Quantity
from core.evidence.power_laws import JOINT, OFFSET
from core.evidence.rows import Rows, failures, finished, pick
from reproductions.scaling.experiment import CONTEXT, MIXED
from reproductions.scaling.laws import (
    FLOORS,
    READ,
    SUMS,
    Law,
    by_examples,
    digit_law,
    frontier,
    runs_of,
    text_law,
)
from reproductions.scaling.settings import Settings

MODERN = 2010.0  # year from which deep learning is counted
ERAS = {"before": (1950.0, MODERN), "after": (MODERN, 2030.0)}  # first and last year
FIVE = 5  # order of the n-gram that sees as many characters as the shortest context


def measure(s: Settings, rows: Rows) -> dict[str, Measured]:
    """Our side of every claim."""
    found = {**_costs(rows), **_digits(s, rows), **_characters(s, rows), **_counts(s, rows)}
    return found | {f"doubling_{name}": Count(doubling(*years)) for name, years in ERAS.items()}


def _costs(rows: Rows) -> dict[str, Measured]:
    largest = max((row for row in rows["text"] if not row.failed), key=lambda row: row.values["parameters"])
    net = max((row.values for row in rows["gradients"]), key=lambda v: v["parameters"])
    return {
        "six": Count(2 * largest.values["each"] / largest.values["parameters"]),
        "twice": Count(net["ratio"] - 1),
    }


def _digits(s: Settings, rows: Rows) -> dict[str, Measured]:
    return {
        "digits_range": {name: digit_law(s, rows, "examples", form).exponent(0) for name, form in FLOORS.items()},
        "digits_shift": _shift(s, rows),
        "digits_held": {
            name: digit_law(s, rows, "examples", form).found_over_foretold() for name, form in FLOORS.items()
        },
        "width_held": {name: digit_law(s, rows, "width", form).found_over_foretold() for name, form in FLOORS.items()},
    }


def _shift(s: Settings, rows: Rows) -> Quantity | None:
    """Exponent of the error of the wide nets in the examples, less that of the narrow ones, over all sizes of set."""
    groups, sizes = list[np.ndarray](), list[tuple[int, float]]()
    for wide, width in ((True, s.size_width), (False, s.other_width)):
        for m_examples in s.train_sizes:
            mine = [row for row in by_examples(s, rows, width) if row.cell["examples"] == m_examples]
            groups.append(np.log(np.maximum(finished(mine, "error"), 1e-4)))
            sizes.append((int(wide), np.log(m_examples)))
    table = np.array(sizes)

    def gap(samples: Sequence[np.ndarray]) -> float:
        means = np.array([sample.mean() for sample in samples])
        slopes = [-np.polyfit(table[table[:, 0] == k, 1], means[table[:, 0] == k], 1)[0] for k in (1, 0)]
        return float(slopes[0] - slopes[1])

    return m.resampled(groups, gap, "difference of exponents", covers=("seeds within sizes",))


def _characters(s: Settings, rows: Rows) -> dict[str, Measured]:
    full = {name: text_law(s, rows, JOINT, study, everything=True) for name, study in READ.items()}
    best = frontier(runs_of(rows["text"]), s.draws).get("best size")
    share = {"off runs at equal budgets": best, "off the fitted sum": _share(s, rows)}
    return {
        "kaplan_form": {name: one.misfit() for name, one in full.items()},
        "nearer": _nearer(s, rows),
        "text_held": {name: text_law(s, rows, form).found_over_foretold() for name, form in SUMS.items()},
        "data_for_size": {name: data_for_size(one) for name, one in full.items()},
        "sample_efficiency": _efficiency(s, rows),
        "shape": _shape(s, rows),
        "optimal_share": share,
        "optimal_share_kaplan": share,
    }


def data_for_size(one: Law) -> Quantity:
    """The power of N with which the text must grow so that both terms of Kaplan's form keep their ratio: aN / aD."""
    estimates, draws = (one.form.exponents(fit, 2) for fit in (one.fit, one.draws))
    return one.quantity(estimates[0] / estimates[1], draws[:, 0] / draws[:, 1], "ratio of exponents")


def _nearer(s: Settings, rows: Rows) -> Quantity:
    """Departure of the sum of Hoffmann et al. less that of Kaplan's form, root mean square, in percent."""
    both = [text_law(s, rows, form, everything=True) for form in (OFFSET, JOINT)]
    a, b = (one.misfits() for one in both)
    return both[0].quantity(a[0] - b[0], a[1:] - b[1:], "difference of departures")


def _share(s: Settings, rows: Rows) -> Quantity:
    """Exponent of the best size in the budget by the fitted sum: beta / (alpha + beta)."""
    one = text_law(s, rows, OFFSET, everything=True)
    draws = one.draws[:, 3] / (one.draws[:, 1] + one.draws[:, 3])
    return one.quantity(one.fit[3] / (one.fit[1] + one.fit[3]), draws, "exponent")


def _efficiency(s: Settings, rows: Rows) -> dict[str, Quantity | None]:
    """Halvings of the text that a model about ten times larger needs for the loss that the smaller one ends at."""
    sizes = sorted(size for size, _ in s.sizes)
    pairs = [(a, min((b for b in sizes if b >= 9 * a), default=0)) for a in sizes]
    if not any(b for _, b in pairs):
        pairs = list(pairwise(sizes))
    return {f"{a:,} and {b:,} parameters": _saved(s, rows, a, b) for a, b in pairs if b}


def _saved(s: Settings, rows: Rows, small: int, large: int) -> Quantity | None:
    lengths = sorted(s.examples)
    ended = np.log(finished(pick(rows["text"], size=small, examples=lengths[-1]), "test"))
    curve = [np.log(finished(pick(rows["text"], size=large, examples=d), "test")) for d in lengths]
    steps = np.log2(lengths)

    def halvings(samples: Sequence[np.ndarray]) -> float:
        wanted, means = samples[0].mean(), np.array([sample.mean() for sample in samples[1:]])
        reached = np.flatnonzero(means <= wanted)
        k = min(max(int(reached[0]) if len(reached) else len(means) - 1, 1), len(means) - 1)
        slope = (means[k] - means[k - 1]) / (steps[k] - steps[k - 1])  # the last stretch is carried on where it must be
        return float(steps[-1] - (steps[k] + (wanted - means[k]) / slope))

    return m.resampled([ended, *curve], halvings, "halvings of the text", covers=("seeds within sizes",))


def _shape(s: Settings, rows: Rows) -> Quantity | None:
    """How much higher the loss of the worst shape is than that of the best, in percent."""
    groups = [np.log(finished(pick(rows["shapes"], features=features), "test")) for features in s.shapes]

    def worst(samples: Sequence[np.ndarray]) -> float:
        means = [sample.mean() for sample in samples]
        return 100 * float(np.exp(max(means) - min(means)) - 1)

    return m.resampled(groups, worst, "excess of the worst shape", covers=("seeds within shapes",))


def _counts(s: Settings, rows: Rows) -> dict[str, Measured]:
    """Networks beside n-grams, on the same characters."""
    grams, longer = rows["n-grams"][0].values, rows["text, longer"]
    best = min(grams[f"same_{k}"] for k in range(1, s.orders + 1))
    alone, mixed = finished(longer, "test"), finished(longer, f"mixed_{MIXED[0]}")
    failed = failures(longer)
    return {
        "neural": m.mean(best - alone, failed=failed),
        "mixing": m.mean(alone - mixed, failed=failed, covers=("seeds",)),
        "more_context": {
            "network": _context(s, rows),
            "n-gram": Count(grams[f"same_{FIVE}"] - grams[f"same_{CONTEXT + 1}"]) if s.orders > CONTEXT else None,
        },
    }


def _context(s: Settings, rows: Rows) -> Quantity | None:
    """Nats a character that a network saves by seeing 8 characters in place of 4, on the longest text."""
    few = pick(rows["contexts"], context=FIVE - 1)
    size = few[0].cell["size"] if few else None
    more = pick(rows["text"], size=size, examples=max(s.examples))
    return m.difference(few, more, "test") if few and more else None


def doubling(first: float, last: float, without: str = "") -> float:
    """Months in which the training compute of the listed systems doubles between two years, one of them left out."""
    chosen = [(year, np.log2(flop)) for name, year, _, flop, _ in SYSTEMS if first <= year <= last and name != without]
    years, logs = np.array(chosen).T
    return 12 / float(np.polyfit(years, logs, 1)[0])


def listed(first: float, last: float) -> list[str]:
    """The names of the listed systems between two years."""
    return [name for name, year, *_ in SYSTEMS if first <= year <= last]
