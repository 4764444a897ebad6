"""The studies of an era, and the one loop that runs them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.evidence.progress import Progress
from core.evidence.rows import Rows
from core.evidence.trial_store import TrialStore
from core.evidence.trials import Row, TrialFunction, Workers, run_trials

Cell = Mapping[str, Any]
Cells = Sequence[tuple[Cell, Sequence[int]]]  # each with the seeds that it is run with
FIRST_TUNING_SEED = 1_000_000  # settings are chosen with seeds that no published network uses


@dataclass(frozen=True)
class Study:
    """One study: a trial function, the cells and seeds it is run with, and what it is for.

    `cells` may be a function of the rows so far, this study's included: it is asked again after each round, until it
    asks for nothing new; so a study can depend on an earlier one, or go on where the best is the last one tried.
    `block` seeds are handed to the function at once. With `alone` trials run one after the other in this process, as
    what is timed needs it. `timed` names the measurements that are times, which another run does not repeat;
    `beside` those taken beside another program, which may be absent then, or round otherwise.
    """

    name: str
    function: TrialFunction
    cells: Cells | Callable[[Rows], Cells]
    block: int = 1
    alone: bool = False
    timed: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def unrepeated(self) -> tuple[str, ...]:
        """The measurements that a verification does not compare."""
        return (*self.timed, *self.beside)


def run_studies(
    studies: Sequence[Study],
    entropy: int | None,
    *,
    stores: Callable[[Study], TrialStore],
    workers: Workers,
    progress: Progress,
) -> dict[str, list[Row]]:
    """Run every study in order and return the rows of each by its name.

    Every cell is given the name of its study, and the entropy of the settings where they have one.
    """
    rows: dict[str, list[Row]] = {}
    for number, study in enumerate(studies, start=1):
        if study.name in rows:
            raise ValueError(f"two studies are called {study.name!r}")
        rows[study.name] = []
        store, stage = stores(study), progress.stage(f"{study.name} ({number} of {len(studies)})")
        here = Workers(1) if study.alone else workers
        seen: set[tuple[str, int]] = set()
        while True:
            wanted: list[tuple[dict[str, Any], list[int]]] = []
            for cell, seeds in study.cells(rows) if callable(study.cells) else study.cells:
                full = {"study": study.name, **cell} | ({} if entropy is None else {"entropy": entropy})
                keys = dict.fromkeys((identity(full), int(seed)) for seed in seeds)
                wanted.append((full, [seed for key, seed in keys if (key, seed) not in seen]))
                seen.update(keys)
            if not any(seeds for _, seeds in wanted):
                break
            done = run_trials(study.function, wanted, store=store, workers=here, progress=stage, block=study.block)
            rows[study.name] += done
            if not callable(study.cells):
                break
    return rows


def identity(cell: Cell) -> str:
    """A cell as text, the same for equal cells."""
    return json.dumps(cell, sort_keys=True)
