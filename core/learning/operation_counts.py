"""Exact counts of what an ordered system costs: forwards, backwards, and on the tape.

One operation is one multiplication or one value of a function (tanh, exp, a comparison); additions are not counted,
as in Baur and Strassen (1983). A product of two varying numbers costs one forwards and two backwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.learning.ordered import Entry


@dataclass(frozen=True)
class Counts:
    """Operations of the forward pass and of the backward walk, entries of the system and numbers that it keeps."""

    forward: int
    backward: int
    entries: int
    numbers: int

    @property
    def ratio(self) -> float:
        """Value and all derivatives together, over the value alone."""
        return (self.forward + self.backward) / self.forward


def count(target: Entry) -> Counts:
    """Counts for the system up to `target`. Raises ValueError for an op whose cost is not known here."""
    forward = backward = numbers = 0
    entries = target.system.entries[: target.index + 1]
    for entry in entries:
        numbers += entry.value.size
        if entry.op is None:
            continue
        there, back = _cost(entry)
        forward += there
        backward += back if entry.varies else 0
        numbers += _kept(entry)
    return Counts(forward, backward, len(entries), numbers)


def _cost(entry: Entry) -> tuple[int, int]:
    op = entry.op
    if op is None or op.cost is None:
        name = op.name if op else ""
        raise ValueError(f"the cost of the op {name!r} is not known; give it to `register` beside its derivative")
    return op.cost([source.value for source in entry.inputs], entry.value, [source.varies for source in entry.inputs])


def _kept(entry: Entry) -> int:
    """Numbers in the cache of an entry that are not values of other entries."""
    values = {id(source.value) for source in entry.inputs} | {id(entry.value)}
    cache = entry.cache if isinstance(entry.cache, tuple) else (entry.cache,)
    return sum(part.size for part in cache if isinstance(part, np.ndarray) and id(part) not in values)
