"""A course of lessons: nets of several seeds that learn the same words in the same order, eight in lockstep.

Seeds 0 to 7 share one random order of the words, seeds 8 to 15 the next, and so on, whatever block they are run in; so
what a seed learns depends on its number alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import wraps
from typing import Any

import numpy as np

from core.datasets import nettalk as words
from core.learning.compiled import nettalk as fast
from core.learning.compiled.vectors import LANES
from core.learning.grouped_steps import Rule
from core.learning.seeds import generator
from core.networks import nettalk

ORDERS = 10**6  # numbers of generators from here on are those of orders of words
DRAWS = 2 * 10**6  # and from here on those of other draws, such as damage


def groups(seeds: Sequence[int]) -> Iterator[list[int]]:
    """The seeds in groups that share an order of words."""
    for k in sorted({seed // LANES for seed in seeds}):
        yield [seed for seed in seeds if seed // LANES == k]


class Course:
    """Nets of one group of seeds, with what they have been shown.

    cell: hidden (list of sizes), rate, smoothing (None for the sum over a word), reach, entropy.
    """

    def __init__(self, cell: Mapping[str, Any], group: Sequence[int]) -> None:
        self.layers = nettalk.sizes(*cell["hidden"])
        alone = [
            nettalk.init(generator(cell["entropy"], s), self.layers, cell.get("reach", nettalk.REACH)) for s in group
        ]
        self.p = {name: np.stack([p[name] for p in alone]) for name in alone[0]}
        self.rule = Rule(cell["rate"], cell.get("smoothing"))
        self.margin = float(cell.get("margin", nettalk.MARGIN))
        self.rng = generator(cell["entropy"], ORDERS + group[0] // LANES)
        self.memory: dict[str, np.ndarray] | None = None
        self.letters = self.shown = 0

    def learn(self, lesson: words.Words, order: np.ndarray | Sequence[int] | None = None) -> None:
        """One pass over some words, by default all of them in a new random order."""
        order = self.rng.permutation(len(lesson)) if order is None else np.asarray(order, dtype=np.int64)
        self.p, self.memory = fast.grouped_pass(
            self.p,
            lesson.windows,
            lesson.targets,
            lesson.starts,
            order,
            self.rule,
            margin=self.margin,
            memory=self.memory,
        )
        self.shown += len(order)
        self.letters += int(np.diff(lesson.starts)[order].sum())

    def passes(self, lesson: words.Words, count: int) -> None:
        """Several passes."""
        for _ in range(count):
            self.learn(lesson)

    def outputs(self, lesson: words.Words) -> np.ndarray:
        # -> (seeds, letters, 26)
        """What the nets say to every letter."""
        return fast.activities(self.p, lesson.windows)

    def score(self, lesson: words.Words, together: int = 2000) -> dict[str, np.ndarray]:
        # -> {share: (seeds,)}
        """Shares right over some words, in pieces that bound the memory."""
        found: dict[str, np.ndarray] = {}
        for start in range(0, len(lesson), together):
            part = (
                lesson if together >= len(lesson) else lesson.chosen(range(start, min(start + together, len(lesson))))
            )
            scores = words.score(self.outputs(part), part)
            for name, value in vars(scores).items():
                weight = (
                    len(part) / len(lesson) if name in ("word", "whole") else len(part.windows) / len(lesson.windows)
                )
                found[name] = found.get(name, 0.0) + weight * value
        return found

    def kept(self) -> dict[str, np.ndarray]:
        """The nets as they are now, to come back to."""
        return {name: value.copy() for name, value in self.p.items()}

    def put(self, p: Mapping[str, np.ndarray]) -> None:
        """Go on from other weights, with no memory of earlier slopes."""
        self.p, self.memory = {name: value.copy() for name, value in p.items()}, None


def lesson_of(cell: Mapping[str, Any], key: str = "words") -> words.Words:
    """The words of a cell: by name, or with cell["drawn"] so many of them drawn at random, the same for all seeds.

    Where the "others" or those "tested" have the name of the words that are drawn from, they are those not drawn.
    """
    lesson, drawn = words.load(cell[key]), cell.get("drawn")
    if drawn and key in ("words", "others", "tested") and cell[key] == cell["words"]:
        order = generator(cell["entropy"], DRAWS).permutation(len(lesson))
        chosen = order[:drawn] if key == "words" else order[drawn:]
        return lesson.chosen(chosen, f"{len(chosen)} of {lesson.name}")
    return lesson


def rows_of(found: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
    """One row a seed from measurements whose first axis is the seed; single numbers are for every seed."""
    rows = []
    for k in range(count):
        row = {}
        for name, value in found.items():
            one = np.asarray(value)[k] if np.ndim(value) else value
            row[name] = float(one) if np.ndim(one) == 0 else np.asarray(one)
        rows.append(row)
    return rows


def in_groups(trial: Any) -> Any:
    """A trial function (cell, seeds) from one of (cell, group): rows come back in the order of the seeds asked for."""

    @wraps(trial)
    def together(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        for group in groups(seeds):
            found |= dict(zip(group, trial(cell, group), strict=True))
        return [found[seed] for seed in seeds]

    return together
