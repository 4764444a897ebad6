"""One run of a reproduction: its studies are run, every claim is measured and judged, and the record is closed."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import BackstoryError
from core.evidence import closure
from core.evidence.claims import Paper
from core.evidence.measured import Cost, Measured
from core.evidence.progress import Progress
from core.evidence.published import Read, load_rows, watched
from core.evidence.record import Provenance, Record, Spent, Table, Trials, load_record
from core.evidence.reproduction import Reproduction, S
from core.evidence.rows import Rows
from core.evidence.studies import Study, run_studies
from core.evidence.trial_store import TrialStore
from core.evidence.trials import Row, Workers, ahead
from core.evidence.verdicts import ClaimResult, judge

LIBRARIES = ("numpy", "scipy", "numba", "scikit-learn", "pandas", "matplotlib", "joblib")
NUMERIC = ("numpy", "scipy", "numba", "scikit-learn")  # stored trials are not used again under another version of these


@dataclass(frozen=True)
class Result:
    """A finished run: its record, its rows by study, what its figures draw, and which arrays measuring read."""

    record: Record
    rows: dict[str, list[Row]]
    arrays: dict[str, np.ndarray]
    read: Read
    functions: dict[str, str]


@dataclass(frozen=True)
class Findings:
    """What trials come to: claims judged, tables, words, arrays, cost, and the arrays of trials that were read."""

    claims: list[ClaimResult]
    tables: list[Table]
    words: dict[str, Any]
    arrays: dict[str, np.ndarray]
    cost: Cost | None
    read: Read


def run(
    room: Reproduction[S],
    paper: Paper,
    settings: S,
    preset: str,
    *,
    cache: Path,
    fresh: bool,
    workers: Workers,
    progress: Progress,
    afterwards: Sequence[str] = (),
) -> Result:
    """Run every study of a reproduction, or use its stored trials, and close the record.

    `afterwards` names modules that worker processes import while this one measures, for what comes next.
    """
    started, made_by = time.perf_counter(), provenance()
    studies = room.studies(settings)
    hashes = {study.name: closure.functions_hash(study.function) for study in studies}
    stores: list[TrialStore] = []

    def store(study: Study) -> TrialStore:
        versions = " ".join(f"{name} {made_by.libraries[name]}" for name in NUMERIC)
        stores.append(TrialStore(cache, code=f"{hashes[study.name]} {versions}", fresh=fresh))
        return stores[-1]

    rows = run_studies(studies, getattr(settings, "entropy", None), stores=store, workers=workers, progress=progress)
    for name, group in rows.items():
        if group and all(row.failed and not row.lasting for row in group):  # not one outcome: the function is broken
            raise BackstoryError(
                f"every trial of study {name!r} of {paper.reproduction.id} failed: {group[0].reason}; mend the function"
            )
    with ahead(workers, afterwards):
        found = measure(room, paper, settings, rows)
        cost = found.cost or room.cost(settings, rows)
        measuring = measuring_hash(room)
    every = [row for group in rows.values() for row in group]
    reasons = Counter(row.reason for row in every if row.failed)
    record = Record(
        schema_version=2,
        reproduction=paper.reproduction.id,
        preset=preset,
        settings=settings.model_dump(mode="json"),
        seeds=int(getattr(settings, "seeds", 1)),
        claims=found.claims,
        trials=Trials(n=len(every), failed=sum(row.failed for row in every), failures=dict(sorted(reasons.items()))),
        cost=Spent(
            wall_seconds=time.perf_counter() - started,
            trial_seconds=sum(row.seconds for row in every),
            seconds_each=cost.seconds_each,
            trials_reused=sum(store.reused for store in stores),
            workers=str(workers),
            presentations=cost.presentations,
            operations=cost.operations,
            operations_are=cost.operations_are,
        ),
        provenance=made_by.model_copy(
            update={"studies": hashes, "measuring": measuring, "data": dict(sorted(cost.data.items()))}
        ),
        tables=found.tables,
        words=found.words,
    )
    functions = {study.name: ":".join(closure.symbol_of(study.function)) for study in studies}
    return Result(record, rows, found.arrays, found.read, functions)


def measure(room: Reproduction[S], paper: Paper, settings: S, rows: Rows, *, drawn: bool = True) -> Findings:
    """Turn trials into our side of every claim, judged, and into tables; with `drawn` also what figures draw, and cost.

    Raises BackstoryError for a measurement of a claim that the paper file does not have.
    """
    seen, read = watched(rows)
    measured = room.measure(settings, seen)
    tables = [Table.model_validate(table) for table in room.tables(settings, seen)]
    words = dict(room.words(settings, seen))
    arrays = dict(room.arrays(settings, rows)) if drawn else {}
    claims = judged(paper, measured, settings.model_dump(mode="json"))
    return Findings(claims, tables, words, arrays, room.cost(settings, rows) if drawn else None, read)


def judged(paper: Paper, measured: Mapping[str, Measured], settings: Mapping[str, Any]) -> list[ClaimResult]:
    """Set every claim of the paper beside our measurement, in the paper file's order; none is left out."""
    unknown = set(measured) - {claim.id for claim in paper.claim}
    if unknown:
        name = paper.reproduction.id
        raise BackstoryError(
            f"measured but not claimed: {sorted(unknown)}; add them to paper.toml of {name}: `backstory check {name}`."
        )
    return [judge(claim, measured.get(claim.id), settings) for claim in paper.claim]


def measured_again(room: Reproduction[S], paper: Paper, record: Record, rows: Mapping[str, Sequence[Row]]) -> Record:
    """A record with its claims measured and judged again from its trials, by the rules and the code as they are now."""
    settings = room.settings.model_validate(record.settings)
    found = measure(room, paper, settings, rows, drawn=False)
    made_by = record.provenance.model_copy(update={"measuring": measuring_hash(room)})
    changes = {"claims": found.claims, "tables": found.tables, "words": found.words, "provenance": made_by}
    return record.model_copy(update=changes)


def measured_again_in(folder: Path, paper: Paper, room: Reproduction[S]) -> Record:
    """The record in a folder, measured and judged again from the trials published beside it."""
    record = load_record(folder / "record.json")
    return measured_again(room, paper, record, load_rows(folder, record))


def measuring_hash(room: Reproduction[S]) -> str:
    """Hash of what turns trials into verdicts, tables and words."""
    return closure.functions_hash(room.measure, room.tables, room.words, judged)


def provenance() -> Provenance:
    """Versions, commit and processor of this run."""
    return Provenance(
        backstory=importlib.metadata.version("backstory"),
        commit=_commit(),
        python=platform.python_version(),
        libraries={name: importlib.metadata.version(name) for name in LIBRARIES},
        system=f"{platform.system()} {platform.machine()}",
        processor=_processor(),
    )


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
