"""The 45 units for pairs of classes, joined in each of the ways that the paper leaves open."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
from scipy.linalg import pinvh

from core.datasets import digit_fields
from reproductions.lenet_1998 import written
from reproductions.lenet_1998.experiment import closing

# The paper adds and subtracts outputs; it does not say whether they are squashed, as those of its networks are.
JOINS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "outputs added": np.asarray,
    "outputs cut off at 1 and added": lambda out: np.clip(out, -1, 1),
    "votes counted": np.sign,
}
SMALLEST = 1e-10  # share of the largest variance below which a direction of the inputs is left alone


def pairs(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Error and right answers of 45 linear units, each separating two classes by least squares (III.C.1).

    Of equal solutions the least is taken. cell: join, one of JOINS; what `written.digits` reads. Nothing is left to
    chance.
    """
    seen_y = written.digits(cell).seen_y
    scores = np.zeros((len(seen_y), 10))
    for (i, j), out in zip(combinations(range(10), 2), _outputs(json.dumps({**cell, "join": ""})), strict=True):
        joined = JOINS[cell["join"]](out)
        scores[:, i] += joined
        scores[:, j] -= joined
    right = scores.argmax(axis=1) == seen_y
    row = closing(np.full((1, 3), np.nan), scores, seen_y, right)
    for name in ("history", "error_as_it_went"):
        row.pop(name)
    return [row for _ in seeds]


@lru_cache(maxsize=1)
def _outputs(told: str) -> np.ndarray:
    # -> (45, N)
    """Outputs of the 45 units for the digits looked at; kept, since each way of joining asks for the same."""
    data = written.digits(json.loads(told))
    x, seen, found = _inputs(data.x), _inputs(data.seen_x), []
    for i, j in combinations(range(10), 2):
        both = (data.y == i) | (data.y == j)
        one, t = x[both], np.where(data.y[both] == i, 1.0, -1.0)
        if len(one) < one.shape[1]:
            w = one.T @ (pinvh(one @ one.T, rtol=SMALLEST) @ t)
        else:
            w = pinvh(one.T @ one, rtol=SMALLEST) @ (one.T @ t)
        found.append(seen @ w)
    return np.stack(found)


def _inputs(fields: np.ndarray) -> np.ndarray:
    rows = digit_fields.centred(fields, digit_fields.SIDE).reshape(len(fields), -1).astype(float)
    return np.concatenate([rows, np.ones((len(rows), 1))], axis=1)
