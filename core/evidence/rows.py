"""Rows of trials: picked by cell, grouped, and their measurements as arrays."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from core.evidence.trials import Row

Rows = Mapping[str, Sequence[Row]]  # the rows of each study, by its name


def pick(rows: Sequence[Row], **wanted: Any) -> list[Row]:
    """The rows whose cell has these values; lists and tuples are alike."""
    return [row for row in rows if all(_same(row.cell.get(name), value) for name, value in wanted.items())]


def _same(a: Any, b: Any) -> bool:
    return (list(a) == list(b)) if isinstance(a, list | tuple) and isinstance(b, list | tuple) else a == b


def grouped(rows: Sequence[Row], *names: str) -> dict[Any, list[Row]]:
    """Rows by the values of one setting of their cells, or by a tuple of several, in the order of appearance."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        key = tuple(_hashable(row.cell.get(name)) for name in names)
        found.setdefault(key[0] if len(names) == 1 else key, []).append(row)
    return found


def _hashable(value: Any) -> Hashable:
    return tuple(_hashable(item) for item in value) if isinstance(value, list | tuple) else value


def distinct(rows: Sequence[Row], name: str) -> list[Any]:
    """The values of a setting over cells, each once, in the order of appearance."""
    return list(dict.fromkeys(_hashable(row.cell.get(name)) for row in rows))


def finished(rows: Sequence[Row], name: str) -> np.ndarray:
    """The values of one measurement over the trials that did not fail and have it."""
    return np.array([row.values[name] for row in rows if not row.failed and name in row.values], dtype=float)


def stacked(rows: Sequence[Row], name: str) -> np.ndarray:
    # -> (trials that did not fail, ...)
    """One array measurement over the trials that did not fail."""
    return np.stack([row.arrays[name] for row in rows if not row.failed])


def paired(a: Sequence[Row], b: Sequence[Row], name: str) -> tuple[np.ndarray, np.ndarray]:
    """One measurement of two groups for the seeds that both have finished, in the order of the first."""
    other = {row.seed: row for row in b if not row.failed and name in row.values}
    both = [row for row in a if not row.failed and name in row.values and row.seed in other]
    return (
        np.array([row.values[name] for row in both], dtype=float),
        np.array([other[row.seed].values[name] for row in both], dtype=float),
    )


def failures(rows: Iterable[Row]) -> int:
    """How many trials failed."""
    return sum(row.failed for row in rows)
