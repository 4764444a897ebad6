"""The 45 units for pairs of classes, joined in each of the ways that the paper leaves open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from core.datasets import digit_fields
from reproductions.lenet_1998 import written
from reproductions.lenet_1998.experiment import closing

# The paper adds and subtracts outputs; it does not say whether they are squashed, as those of its networks are.
JOINS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "outputs added": np.asarray,
    "outputs cut off at 1 and added": lambda out: np.clip(out, -1, 1),
    "votes counted": np.sign,
}
SMALLEST = 1e-10  # share of the largest singular value below which a direction of the inputs is left alone


def pairs(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Error and right answers of 45 linear units, each separating two classes by least squares (III.C.1).

    Of equal solutions the least is taken. cell: join, one of JOINS; what `written.digits` reads. Nothing is left to
    chance.
    """
    data = written.digits(cell)
    x, seen = _inputs(data.x), _inputs(data.seen_x)
    scores = np.zeros((len(seen), 10))
    for i, j in combinations(range(10), 2):
        both = (data.y == i) | (data.y == j)
        one, t = x[both], np.where(data.y[both] == i, 1.0, -1.0)
        w = np.linalg.lstsq(one.T @ one, one.T @ t, rcond=SMALLEST)[0]
        out = JOINS[cell["join"]](seen @ w)
        scores[:, i] += out
        scores[:, j] -= out
    right = scores.argmax(axis=1) == data.seen_y
    row = closing(np.full((1, 3), np.nan), scores, data.seen_y, right)
    for name in ("history", "error_as_it_went"):
        row.pop(name)
    return [row for _ in seeds]


def _inputs(fields: np.ndarray) -> np.ndarray:
    rows = digit_fields.centred(fields, digit_fields.SIDE).reshape(len(fields), -1).astype(float)
    return np.concatenate([rows, np.ones((len(rows), 1))], axis=1)
