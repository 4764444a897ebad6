"""Damage: random changes to every weight, what is left of what was learned, and how fast it is learned again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.learning.seeds import generator
from reproductions.nettalk_1987.lessons import DRAWS, Course, in_groups, lesson_of, rows_of


def damaged(p: Mapping[str, np.ndarray], amount: float, rngs: Sequence[np.random.Generator]) -> dict[str, np.ndarray]:
    """Every weight and bias moved by its own random number, uniform in +-amount."""
    moves = [{name: rng.uniform(-amount, amount, value.shape[1:]) for name, value in p.items()} for rng in rngs]
    return {name: value + np.stack([move[name] for move in moves]) for name, value in p.items()}


@in_groups
def degradation(cell: Mapping[str, Any], group: Sequence[int]) -> list[dict[str, Any]]:
    """Shares right after damage of every amount in cell["amounts"], to nets that have learned cell["passes"] passes.

    The changes of a seed are the same pattern at every amount, drawn cell["patterns"] times: shares (amounts,) are
    means over patterns. Also the mean size of the weights, and the amount in units of it.
    """
    lesson, course = lesson_of(cell), Course(cell, group)
    course.passes(lesson, cell["passes"])
    whole = course.kept()
    size = np.mean(np.concatenate([np.abs(v).reshape(len(group), -1) for v in whole.values()], axis=1), axis=1)
    found: dict[str, list[np.ndarray]] = {"phoneme": [], "stress": [], "letter": [], "exact": []}
    for amount in cell["amounts"]:
        scores = []
        for pattern in range(cell["patterns"]):
            rngs = [generator(cell["entropy"], DRAWS + 1000 * (pattern + 1) + seed) for seed in group]
            course.put(damaged(whole, amount, rngs))
            scores.append(course.score(lesson))
        for name, values in found.items():
            values.append(np.mean([one[name] for one in scores], axis=0))
    rows = rows_of({name: np.stack(values, axis=1) for name, values in found.items()}, len(group))
    amounts = np.array(cell["amounts"], dtype=float)
    return [row | {"size": float(s), "relative": amounts / s} for row, s in zip(rows, size, strict=True)]


@in_groups
def lesions(cell: Mapping[str, Any], group: Sequence[int]) -> list[dict[str, Any]]:
    """What is lost, as a share of phonemes, without each hidden unit in turn: `lost` (units,), its mean and largest.

    A unit is taken away with the weights of its activity; nets have one hidden layer.
    """
    lesson, course = lesson_of(cell), Course(cell, group)
    course.passes(lesson, cell["passes"])
    whole, right = course.kept(), course.score(lesson)["phoneme"]
    lost = []
    for unit in range(cell["hidden"][0]):
        without = whole["w2"].copy()
        without[:, unit] = 0
        course.put(whole | {"w2": without})
        lost.append(right - course.score(lesson)["phoneme"])
    each = np.stack(lost, axis=1)
    return rows_of({"lost": each, "mean_lost": each.mean(axis=1), "most_lost": each.max(axis=1)}, len(group))


@in_groups
def relearning(cell: Mapping[str, Any], group: Sequence[int]) -> list[dict[str, Any]]:
    """Learning again after damage beside learning the first time, word by word from the same share right.

    Nets learn cell["passes"] passes and are scored every cell["every"] words on the way; then they are damaged by
    cell["amount"] and learn for cell["again"] words in the same way. `first` and `again` are shares (looks,) of
    phonemes right at those numbers of words; `from_here` is the share right after the damage; `level` the share
    halfway between it and the undamaged net's; `first_words` and `again_words` the words that it took from the share
    after damage to that level, the first time and again, and `faster` their ratio.
    """
    lesson, course, every = lesson_of(cell), Course(cell, group), cell["every"]
    first = _looked_at(course, lesson, cell["passes"] * len(lesson), every)
    rngs = [generator(cell["entropy"], DRAWS + 1000 + seed) for seed in group]
    course.put(damaged(course.kept(), cell["amount"], rngs))
    again = _looked_at(course, lesson, cell["again"], every)
    rows = []
    for k in range(len(group)):
        here, top = again[0, k], first[-1, k]
        level = here + cell.get("part", 0.5) * (top - here)
        begun, reached = (_crossing(first[:, k], x) * every for x in (here, level))
        back = _crossing(again[:, k], level) * every
        rows.append(
            {
                "first": first[:, k],
                "again": again[:, k],
                "from_here": float(here),
                "level": float(level),
                "first_words": float(reached - begun),
                "again_words": float(back),
                "faster": float((reached - begun) / back) if back > 0 else np.nan,
            }
        )
    return rows


def _looked_at(course: Course, lesson: Any, total: int, every: int) -> np.ndarray:
    # -> (looks, seeds)
    """Shares of phonemes right before the first and after every so many words of random passes."""
    passes = -(-total // len(lesson))
    stream = np.concatenate([course.rng.permutation(len(lesson)) for _ in range(passes)])[:total]
    found = [course.score(lesson)["phoneme"]]
    for start in range(0, total, every):
        course.learn(lesson, stream[start : start + every])
        found.append(course.score(lesson)["phoneme"])
    return np.array(found)


def _crossing(line: np.ndarray, level: float) -> float:
    """Place, between looks too, at which a line first reaches a level; infinite if never."""
    above = np.flatnonzero(line >= level)
    if not len(above):
        return float("inf")
    k = above[0]
    return float(k if k == 0 else k - 1 + (level - line[k - 1]) / (line[k] - line[k - 1]))
