"""What each experiment cost then and what its re-run costs now, from records alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from core.evidence.claims import Paper
from core.evidence.machines import MACHINES, Machine, span
from core.evidence.record import Record


class Line(NamedTuple):
    """One reproduction: the cost then in words, one trial and all trials on one core now, and what was counted.

    `on_old` is how long the counted operations would have taken, at least, on `machine`, the fastest of its time.
    """

    id: str
    title: str
    when: str
    year: int
    then: str
    each: float | None
    each_of: str
    trials: int
    seconds: float
    operations: int
    operations_are: str
    machine: str
    on_old: str
    on_old_seconds: float


def lines(told: Sequence[tuple[Paper, Record]]) -> list[Line]:
    """The table of hours, in the order of the records given."""
    return [_line(paper, record) for paper, record in told]


def _line(paper: Paper, record: Record) -> Line:
    era, spent = paper.reproduction, record.cost
    machine = machine_of(era.year)
    old = machine.seconds(spent.operations) if machine and spent.operations else 0.0
    return Line(
        id=era.id,
        title=era.title,
        when=paper.card.year,
        year=era.year,
        then=era.cost_then,
        each=spent.seconds_each,
        each_of=era.cost_now,
        trials=record.trials.n,
        seconds=spent.trial_seconds,
        operations=spent.operations,
        operations_are=spent.operations_are,
        machine=f"{machine.name}, {machine.year}" if machine and old else "",
        on_old=span(old) if old else "",
        on_old_seconds=old,
    )


def machine_of(year: int) -> Machine | None:
    """The fastest machine on record of a year or before it, the first for earlier years; None after its last decade."""
    known = [one for one in MACHINES if one.year <= year] or list(MACHINES[:1])
    found = max(known, key=lambda one: one.speed)
    return found if year - found.year <= 15 else None
