"""Rosenblatt's perceptron: association units that look at random points, one layer that learns, and its theorem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import alphabet
from core.learning.compiled import lms
from core.learning.seeds import generator

POINTS = 40
ASSOCIATION_UNITS = 512  # of the Mark I


def separable_points(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Points in the plane that a line separates with a gap: updates of the perceptron rule until it finds one.

    The line through the middle of the gap has a unit normal, so that the rule needs at most (R / gap)^2 updates, R the
    length of the longest input, its constant 1 included. Source: Novikoff (1962); Block (1962).
    """
    rows = []
    for seed in seeds:
        rng = generator(cell["entropy"], seed)
        angle, shift = rng.uniform(0, 2 * np.pi), rng.uniform(-0.3, 0.3)
        line = np.array([shift, np.cos(angle), np.sin(angle)])
        line /= np.linalg.norm(line)
        points: list[np.ndarray] = []
        while len(points) < POINTS:
            x = np.concatenate([[1.0], rng.uniform(-1, 1, 2)])
            if abs(line @ x) >= cell["margin"]:
                points.append(x)
        x = np.array(points)
        d = np.sign(x @ line)
        w, updates = lms.perceptron_until_right(np.zeros(3), x, d, most_updates=10**7)
        gap = float(np.min(d * (x @ line)))
        bound = float((np.linalg.norm(x, axis=1).max() / gap) ** 2)
        row: dict[str, Any] = {"bound": bound, "gap": gap, "points": x[:, 1:], "classes": d, "line": w}
        rows.append(row | ({"updates": float(updates)} if updates is not None else {"failed": "more than 1e7 updates"}))
    return rows


def mark_i(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """A perceptron of the Mark I's size learns the alphabet by error correction: exposures of each letter it takes.

    400 points of a retina, 512 association units of random wiring, each reading cell["points"] of them with random
    signs and firing if their sum is positive, and five response units that answer with the letter's number in binary.
    Patterns are shown in turn; a response unit that is wrong has the weights of the firing units moved by one.
    """
    pictures = alphabet.on_retina(alphabet.drawn()).reshape(26, -1)
    wanted = alphabet.codes()
    rows = []
    for seed in seeds:
        rng = generator(cell["entropy"], seed)
        wiring = np.zeros((pictures.shape[1], ASSOCIATION_UNITS))
        for unit in range(ASSOCIATION_UNITS):
            chosen = rng.choice(len(wiring), cell["points"], replace=False)
            wiring[chosen, unit] = rng.choice([-1.0, 1.0], cell["points"])
        active = (pictures @ wiring > 0).astype(float)
        w = np.zeros((ASSOCIATION_UNITS, wanted.shape[1]))
        wrong = []
        for _ in range(cell["sweeps"]):
            errors = 0
            for a, d in zip(active, wanted, strict=True):
                off = d * (a @ w) <= 0
                w += np.outer(a, d * off)
                errors += bool(off.any())
            wrong.append(float(errors))
            if not errors:
                break
        row: dict[str, Any] = {"solved": float(wrong[-1] == 0), "wrong": np.array(wrong)}
        rows.append(row | ({"exposures": float(len(wrong) - 1)} if row["solved"] else {}))
    return rows
