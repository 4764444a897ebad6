"""Choosing settings on data kept apart, with every setting tried kept for the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from core.evidence.rows import Rows, finished, pick
from core.evidence.studies import FIRST_TUNING_SEED, Cell, Cells
from core.evidence.trials import Row

Key = TypeVar("Key")


def tuning_seeds(count: int) -> range:
    """Seeds for choosing settings, which no published network uses."""
    return range(FIRST_TUNING_SEED, FIRST_TUNING_SEED + count)


def lowest(tried: Mapping[Key, Sequence[Row]], *scores: str) -> Key:
    """The setting of lowest mean of the first score, then of the next; one with a failed trial comes last, in order."""
    return min(tried, key=lambda key: _score(tried[key], scores))


def _score(rows: Sequence[Row], scores: Sequence[str]) -> tuple[float, ...]:
    if not rows or any(row.failed for row in rows):
        return (np.inf,) * len(scores)
    return tuple(float(finished(rows, score).mean()) for score in scores)


def outwards(
    study: str, places: Sequence[Cell], name: str, ladder: Sequence[float], *, seeds: Sequence[int], score: str
) -> Callable[[Rows], Cells]:
    """The cells of a study that looks for the value of `name` with the lowest mean score at every place.

    The three middle rungs of the ladder are tried first, then the next one beyond the best while the best is the
    outermost tried. If all fail, lower ones are tried.
    """
    middle = len(ladder) // 2

    def cells(rows: Rows) -> Cells:
        wanted: list[tuple[Cell, Sequence[int]]] = []
        for place in places:
            tried = _tried(rows.get(study, []), place, name, ladder)
            rungs = _beyond(tried, score) if tried else [middle - 1, middle, middle + 1]
            wanted += [({**place, name: ladder[k]}, seeds) for k in rungs if 0 <= k < len(ladder) and k not in tried]
        return wanted

    return cells


def tried_at(
    rows: Sequence[Row], place: Mapping[str, Any], name: str, ladder: Sequence[float]
) -> dict[float, list[Row]]:
    """The rows of every value of `name` tried at a place, in the order of the ladder."""
    return {ladder[k]: group for k, group in sorted(_tried(rows, place, name, ladder).items())}


def _tried(rows: Sequence[Row], place: Mapping[str, Any], name: str, ladder: Sequence[float]) -> dict[int, list[Row]]:
    here = pick(rows, **place)
    return {k: group for k, value in enumerate(ladder) if (group := pick(here, **{name: value}))}


def _beyond(tried: Mapping[int, Sequence[Row]], score: str) -> list[int]:
    """The rung beyond the best one, if that is the first or last tried."""
    best = lowest(dict(sorted(tried.items())), score)
    return [best - 1] * (best == min(tried)) + [best + 1] * (best == max(tried))
