"""Methods beside each other and beside the paper's table: their order, and pairs of them digit by digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from scipy.stats import binomtest

from core.evidence.rows import Rows, finished, grouped, pick
from core.evidence.trials import Row
from reproductions.lenet_1998.joined import JOINS
from reproductions.lenet_1998.run import JOINED, METHODS

# What figures 9 and 10 and section III.C say: error, and digits to be rejected for 0.5 %, both in percent.
PAPER: dict[str, tuple[float, float | None]] = {
    "linear": (12.0, None),
    "linear, deslanted": (8.4, None),
    "pairwise linear": (7.6, None),
    "nearest neighbours": (5.0, None),
    "300 hidden": (4.7, None),
    "1000 hidden": (4.5, None),
    "radial bases": (3.6, None),
    "components, quadratic": (3.3, None),
    "300-100 hidden": (3.05, None),
    "500-150 hidden": (2.95, None),
    "nearest neighbours, deslanted": (2.4, 8.1),
    "LeNet-1": (1.7, 3.7),
    "300 hidden, deslanted": (1.6, 3.2),
    "support vectors, deslanted": (1.1, 1.8),
    "LeNet-4": (1.1, 1.8),
    "LeNet-5": (0.95, None),
    "LeNet-5, distorted": (0.8, None),
    "boosted LeNet-4, distorted": (0.7, 0.5),
}
APART = 0.2  # points: methods nearer than that in the paper are not told apart, as each is uncertain by 0.1
REDUCED = ("support vectors, deslanted", "boosted LeNet-4, distorted")  # learned from less than the paper's
LEVEL = 0.05


def arms(rows: Rows) -> dict[str, list[Row]]:
    """The trials of each method; of pairwise lines those whose outputs are added, as the paper tells."""
    return grouped([*rows[METHODS], *pick(rows[JOINED], join=next(iter(JOINS)))], "arm")


def errors(rows: Rows) -> dict[str, float]:
    """Mean error in percent of every method of the table that finished, in the paper's order."""
    found = arms(rows)
    return {
        name: 100 * float(values.mean())
        for name in PAPER
        if name in found and len(values := finished(found[name], "error"))
    }


def ordered_pairs(ours: Mapping[str, float]) -> list[tuple[str, str, bool]]:
    """Pairs (worse, better in the paper, whether ours stand so too) of full-size methods that it tells apart."""
    names = [name for name in ours if name not in REDUCED]
    pairs = [sorted(pair, key=lambda name: -PAPER[name][0]) for pair in combinations(names, 2)]
    return [
        (worse, better, ours[worse] > ours[better])
        for worse, better in pairs
        if PAPER[worse][0] - PAPER[better][0] >= APART - 1e-9
    ]


def right(row: Row) -> np.ndarray:
    """Whether each digit was answered rightly; up to seven more at the end, which nobody was asked, are False."""
    return np.unpackbits(row.arrays["right"].astype(np.uint8)).astype(bool)


def mcnemar(a: np.ndarray, b: np.ndarray) -> tuple[int, int, float]:
    """Digits that only a has wrong, digits that only b has wrong, and how likely a split so uneven is by chance."""
    only_a, only_b = int(np.sum(~a & b)), int(np.sum(a & ~b))
    if not only_a + only_b:
        return 0, 0, 1.0
    return only_a, only_b, float(binomtest(only_a, only_a + only_b).pvalue)


def holm(chances: Sequence[float]) -> np.ndarray:
    """Chances corrected for their number by Holm's steps: the least times n, the next times n - 1, never falling."""
    values = np.asarray(chances, dtype=float)
    order = np.argsort(values, kind="stable")
    steps = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    found = np.empty(len(values))
    found[order] = np.minimum(steps, 1)
    return found


def pairs_apart(rows: Rows) -> list[tuple[str, str, int, int, float]]:
    """Every pair of methods by its first trial: names, digits only one has wrong, and the corrected chance."""
    first = {name: next((row for row in group if not row.failed), None) for name, group in arms(rows).items()}
    known = {name: right(row) for name in PAPER if (row := first.get(name)) is not None}
    pairs = list(combinations(known, 2))
    found = [mcnemar(known[a], known[b]) for a, b in pairs]
    corrected = holm([one[2] for one in found])
    return [(a, b, one[0], one[1], float(p)) for (a, b), one, p in zip(pairs, found, corrected, strict=True)]
