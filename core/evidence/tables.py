"""Tables that go into a record: lists of lines under named columns, means over seeds with counts of failures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.evidence.intervals import bootstrap_mean, wilson
from core.evidence.summaries import SEED_OF_BOOTSTRAP, finished, over_seeds
from core.evidence.trials import Row

Table = dict[str, Any]


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
        lines.append(
            [*cells, len(rows), sum(r.failed for r in rows), *(float(m.mean()) if len(m) else None for m in means)]
        )
    return {"id": name, "title": title, "columns": [*lead, "seeds", "failed", *(m[0] for m in measures)], "rows": lines}


def intervals_table(
    name: str, title: str, groups: Sequence[tuple[str, Sequence[Row]]], error: str, standard_error: str, patterns: int
) -> Table:
    """What each 95 % interval of a proportion, in percent, covers: seeds, their mean, test-set sampling, and both."""
    lines: list[list[Any]] = []
    for label, rows in groups:
        both = over_seeds(rows, error, scale=100, sampling=standard_error)
        if both is None:
            continue
        values = finished(rows, error)
        wrong = round(values.mean() * patterns)
        mean = bootstrap_mean(100 * values, rng=np.random.default_rng(SEED_OF_BOOTSTRAP))
        sampling = wilson(wrong, patterns)
        lines += [
            [label, "seeds: 95 % of single runs on this test set", both.low, both.high],
            [label, "seeds: the mean over seeds (bootstrap)", *mean],
            [label, f"test-set sampling: {wrong} of {patterns:,} wrong (Wilson)", 100 * sampling[0], 100 * sampling[1]],
            [label, "both: a single run on another test set of this size", both.wide_low, both.wide_high],
        ]
    columns = ["network", "what the 95 % interval covers", "low, %", "high, %"]
    return {"id": name, "title": title, "columns": columns, "rows": lines}
