"""One run of a reproduction: it hands out trials, keeps their rows, and closes with a record."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from core.evidence import record as records
from core.evidence.claims import Paper
from core.evidence.progress import Progress
from core.evidence.trial_store import TrialStore
from core.evidence.trials import Row, TrialFunction, Workers, run_trials

LIBRARIES = ("numpy", "scipy", "numba", "scikit-learn", "pandas", "matplotlib", "joblib")


@dataclass(frozen=True)
class Result:
    """A finished run: its record, its rows and its arrays, ready to be published."""

    record: records.Record
    rows: list[Row]
    arrays: dict[str, np.ndarray]


@dataclass
class Run:
    """What a reproduction script is given besides its settings."""

    paper: Paper
    preset: str
    settings: BaseModel
    store: TrialStore
    workers: Workers
    progress: Progress
    rows: list[Row] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)
    made_by: dict[str, Any] = field(default_factory=lambda: provenance())  # of the code as it is when the run begins

    def trials(
        self,
        stage: str,
        function: TrialFunction,
        cells: Sequence[tuple[Mapping[str, Any], Sequence[int]]],
        *,
        block: int = 1,
        alone: bool = False,
    ) -> list[Row]:
        """Run a stage of trials (see `run_trials`) and keep its rows for the record.

        With `alone` they run one after the other in this process, for what is timed.
        """
        progress = self.progress.stage(f"{self.paper.reproduction.id}, {stage}")
        rows = run_trials(function, cells, store=self.store, workers=Workers(1) if alone else self.workers,
                          progress=progress, block=block)  # fmt: skip
        self.rows += rows
        return rows

    def result(
        self,
        measured: Mapping[str, records.Ours | None],
        *,
        seeds: Sequence[int],
        arrays: Mapping[str, np.ndarray],
        presentations: int,
        operations: int,
        operations_are: str,
        seconds_each: float,
        data: Mapping[str, str],
        measurements: Mapping[str, Any],
    ) -> Result:
        """Judge every claim and close the record. `measured` holds our side by claim id; None if all trials failed."""
        settings = self.settings.model_dump(mode="json")
        record = records.Record(
            schema_version=1,
            reproduction=self.paper.reproduction.id,
            preset=self.preset,
            settings=settings,
            seeds=list(seeds),
            claims=records.judged(self.paper, {k: v for k, v in measured.items() if v is not None}, settings),
            trials=records.Trials(n=len(self.rows), failed=sum(row.failed for row in self.rows)),
            cost=records.Cost(
                wall_seconds=time.perf_counter() - self.started,
                trial_seconds=sum(row.seconds for row in self.rows),
                seconds_each=seconds_each,
                trials_reused=self.store.reused,
                workers=str(self.workers),
                presentations=presentations,
                operations=operations,
                operations_are=operations_are,
            ),
            provenance=self.made_by | {"code": self.store.code, "data": dict(sorted(data.items()))},
            measurements=dict(measurements) | {"failures": _failures(self.rows)},
        )
        return Result(record, list(self.rows), dict(arrays))


def _failures(rows: Sequence[Row]) -> str:
    """Why trials failed, and how many for each reason."""
    reasons = Counter(row.reason for row in rows if row.failed)
    return "; ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))


def provenance() -> dict[str, Any]:
    """Versions, commit and processor of this run."""
    return {
        "backstory": importlib.metadata.version("backstory"),
        "commit": _commit(),
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
    }


def _commit() -> str:
    """Commit of the source tree, with + after it if files were changed since; "unknown" outside a checkout."""
    here = Path(__file__).resolve().parents[2]
    try:
        say = [
            subprocess.run(
                ["git", "-C", str(here), *words], capture_output=True, text=True, timeout=10, check=True
            ).stdout
            for words in (
                ["rev-parse", "--show-toplevel"],
                ["rev-parse", "HEAD"],
                ["status", "--porcelain", "-uno", "--", ":!reports"],
            )
        ]
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    if Path(say[0].strip()) != here:
        return "unknown"
    return say[1].strip() + ("+" if say[2].strip() else "")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown"
