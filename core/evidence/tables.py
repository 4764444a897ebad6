"""Tables that go into a record: lists of lines under named columns, and means over seeds with counts of failures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.evidence.rows import failures, finished
from core.evidence.trials import Row

Table = dict[str, Any]


def table(name: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """One table of a record."""
    return {"id": name, "title": title, "columns": list(columns), "rows": [list(row) for row in rows]}


def means_table(
    name: str,
    title: str,
    lead: Sequence[str],
    groups: Sequence[tuple[Sequence[Any], Sequence[Row]]],
    measures: Sequence[tuple[str, str, float]],
) -> Table:
    """One line per group of trials: its lead cells, trials, failures and the mean of each measure.

    `measures` holds (column heading, measurement, scale); a mean over no finished trial is left empty.
    """
    lines = []
    for cells, rows in groups:
        means = [scale * finished(rows, measurement) for _, measurement, scale in measures]
        told = [float(m.mean()) if len(m) else None for m in means]
        lines.append([*cells, len(rows), failures(rows), *told])
    return table(name, title, [*lead, "seeds", "failed", *(m[0] for m in measures)], lines)
