"""What an era hands on: its settings, its studies, and how their trials become claims, tables and figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
from pydantic import BaseModel

from core.evidence.measured import Cost, Measured, counted
from core.evidence.rows import Rows
from core.evidence.studies import Study

if TYPE_CHECKING:
    from core.evidence.record import Record

S = TypeVar("S", bound=BaseModel)
Arrays = Mapping[str, np.ndarray]
Table = Mapping[str, object]  # id, title, columns, rows
Draw = Callable[[], object]  # draws one figure, a canvas or a film of core.publishing.figures


def _no_tables(settings: BaseModel, rows: Rows) -> Sequence[Table]:
    return []


def _no_words(settings: BaseModel, rows: Rows) -> Mapping[str, object]:
    return {}


def _no_arrays(settings: BaseModel, rows: Rows) -> Arrays:
    return {}


def _plain_cost(settings: BaseModel, rows: Rows) -> Cost:
    return counted(rows, main=next(iter(rows)))


def _nothing(settings: BaseModel, quiet: bool) -> None:
    return None


@dataclass(frozen=True)
class Reproduction(Generic[S]):
    """The parts of an era's room. `backstory new` writes one, `backstory check` finds its faults.

    settings: a frozen pydantic model, every field with a description. presets: `quick` (seconds, embedded data) and
    `paper`. studies: what is run. measure: our side of every claim, by its id. figures: what draws each figure, from
    the record and `arrays` alone. The other parts have defaults: tables, words that captions and remarks fill in, the
    arrays that figures draw, the cost, and `prepare`, which fetches data before the first trial.
    """

    settings: type[S]
    presets: Mapping[str, S]
    studies: Callable[[S], Sequence[Study]]
    measure: Callable[[S, Rows], Mapping[str, Measured]]
    figures: Callable[[Record, Arrays], Mapping[str, Draw]]
    tables: Callable[[S, Rows], Sequence[Table]] = _no_tables
    words: Callable[[S, Rows], Mapping[str, object]] = _no_words
    arrays: Callable[[S, Rows], Arrays] = _no_arrays
    cost: Callable[[S, Rows], Cost] = _plain_cost
    prepare: Callable[[S, bool], None] = _nothing
