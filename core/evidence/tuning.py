"""Choosing settings on a validation split, with every setting tried kept for the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core.evidence.run import Run
from core.evidence.summaries import finished
from core.evidence.tables import Table, means_table
from core.evidence.trials import Row, TrialFunction

FIRST_TUNING_SEED = 1_000_000  # settings are chosen with seeds that no published network uses
Point = dict[str, float]


def tune(
    run: Run,
    function: TrialFunction,
    arms: Mapping[str, tuple[Mapping[str, Any], Sequence[Point]]],
    *,
    seeds: int,
    score: tuple[str, str],
    measures: Sequence[tuple[str, str, float]],
    block: int = 1,
    title: str,
    labels: Mapping[str, str],
) -> tuple[dict[str, Point], Table]:
    """For each arm, the grid point of lowest mean of the first score (then of the second), and a table of all.

    `arms` maps a name to its cell and its grid; `score` names two measurements of `function`; `measures` are the
    table's columns as (heading, measurement, scale); `labels` names the arms there. A point with a failed trial comes
    last; if every point has one, the first is taken.
    """
    used = range(FIRST_TUNING_SEED, FIRST_TUNING_SEED + seeds)
    cells = [
        ({"arm": f"tuning {name}", **cell, **point}, used) for name, (cell, grid) in arms.items() for point in grid
    ]
    rows = run.trials("choosing settings", function, cells, block=block)
    chosen: dict[str, Point] = {}
    groups = []
    for name, (_, grid) in arms.items():
        tried = [
            [row for row in rows if row.cell["arm"] == f"tuning {name}" and point.items() <= row.cell.items()]
            for point in grid
        ]
        best = min(range(len(grid)), key=lambda k, tried=tried: _score(tried[k], score))  # type: ignore[misc]
        chosen[name] = grid[best]
        for k, point in enumerate(grid):
            groups.append(([labels[name], *(v or None for v in point.values()), "yes" if k == best else ""], tried[k]))
    lead = ["network", *next(iter(arms.values()))[1][0], "chosen"]
    return chosen, means_table("sweep", title, lead, groups, measures)


def _score(rows: Sequence[Row], score: tuple[str, str]) -> tuple[float, float]:
    if any(row.failed for row in rows):
        return np.inf, np.inf
    return float(finished(rows, score[0]).mean()), float(finished(rows, score[1]).mean())


def outwards(
    stage: Callable[[list[tuple[dict[str, Any], Sequence[int]]]], list[Row]],
    places: Sequence[Mapping[str, Any]],
    name: str,
    ladder: Sequence[float],
    *,
    seeds: Sequence[int],
    score: str,
) -> list[tuple[float, dict[float, list[Row]]]]:
    """For each place the value of `name` with the lowest mean score, and the rows of every value tried there.

    The three middle rungs of the ladder are tried first, then the next one beyond the best while the best is the
    outermost tried. `stage` runs trials of (cell, seeds) pairs and returns their rows in order. A value with a failed
    trial comes last; if all fail, lower ones are tried.
    """
    middle = len(ladder) // 2
    wanted = [[k for k in (middle - 1, middle, middle + 1) if 0 <= k < len(ladder)] for _ in places]
    tried: list[dict[int, list[Row]]] = [{} for _ in places]
    while any(wanted):
        cells = [
            ({**place, name: ladder[k]}, seeds) for place, rungs in zip(places, wanted, strict=True) for k in rungs
        ]
        rows = iter(stage(cells))
        for found, rungs in zip(tried, wanted, strict=True):
            found |= {k: [next(rows) for _ in seeds] for k in rungs}
        wanted = [[k for k in _beyond(found, score) if 0 <= k < len(ladder)] for found in tried]
    return [(ladder[_best(found, score)], {ladder[k]: found[k] for k in sorted(found)}) for found in tried]


def _best(found: Mapping[int, Sequence[Row]], score: str) -> int:
    return min(sorted(found), key=lambda k: _score(found[k], (score, score)))


def _beyond(found: Mapping[int, Sequence[Row]], score: str) -> list[int]:
    """The rung beyond the best one, if that is the first or last tried."""
    best = _best(found, score)
    return [best - 1] * (best == min(found)) + [best + 1] * (best == max(found))
