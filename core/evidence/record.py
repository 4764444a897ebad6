"""What we measured: `record.json` (schema-checked), `trials.csv` and `arrays.npz`."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import BackstoryError
from core.evidence.claims import Claim, Comparator, Paper, Rule, Standing
from core.evidence.trials import Row
from core.evidence.verdicts import Measured, Outcome, verdict

SCHEMA_VERSION = 1
SCHEMA_FILE = Path(__file__).with_name("record.schema.json")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Ours(_Part):
    """Our side of a claim. low..high holds the middle 95 % of our runs; wide_low..wide_high adds test-set sampling."""

    estimate: float
    low: float
    high: float
    n: int
    failed: int = 0
    counted: bool = False
    wide_low: float | None = None
    wide_high: float | None = None
    covers: str = ""


class ClaimResult(_Part):
    """A claim beside what we measured, with its verdict."""

    id: str
    paper: str
    statement: str
    value: float
    unit: str
    shown: str
    digits: int = 3
    where: str
    standing: Standing
    ours: Ours | None
    rule: Rule
    verdict: Outcome
    reason: str
    comparators: list[Comparator] = []


class Trials(_Part):
    """How many trials were run and how many of them failed."""

    n: int
    failed: int


class Cost(_Part):
    """What the run cost. Timings and places may differ between runs with the same seeds, the rest not.

    seconds_each is the mean time of one trial of the main configuration.
    """

    wall_seconds: float
    trial_seconds: float
    seconds_each: float
    trials_reused: int
    workers: str
    presentations: int
    operations: int
    operations_are: str


class Record(_Part):
    """Everything a report needs, except curves (arrays.npz) and single trials (trials.csv)."""

    schema_version: Literal[1]
    reproduction: str
    preset: str
    settings: dict[str, Any]
    seeds: list[int]
    claims: list[ClaimResult]
    trials: Trials
    cost: Cost
    provenance: dict[str, Any]
    measurements: dict[str, Any] = {}
    files: dict[str, str] = {}


def judged(paper: Paper, measured: Mapping[str, Ours], settings: Mapping[str, Any]) -> list[ClaimResult]:
    """Set every claim of the paper beside our measurement, in the paper file's order; none is left out."""
    unknown = set(measured) - {claim.id for claim in paper.claim}
    if unknown:
        raise ValueError(f"measured but not claimed: {sorted(unknown)}")
    return [judge(claim, measured.get(claim.id), settings) for claim in paper.claim]


def judge(claim: Claim, ours: Ours | None, settings: Mapping[str, Any]) -> ClaimResult:
    """One claim with its measurement and verdict."""
    numbers = Measured(**ours.model_dump(exclude={"covers"})) if ours else None
    outcome, reason = verdict(claim, numbers, settings)
    shared = claim.model_dump(include=set(ClaimResult.model_fields) & set(Claim.model_fields))
    return ClaimResult(**shared, ours=ours, verdict=outcome, reason=reason)


def save(folder: Path, record: Record, rows: Iterable[Row], arrays: Mapping[str, np.ndarray]) -> None:
    """Write trials.csv, arrays.npz and record.json, which holds the SHA-256 of both, into a folder."""
    _write_trials(folder / "trials.csv", list(rows))
    np.savez_compressed(folder / "arrays.npz", allow_pickle=False, **{name: arrays[name] for name in sorted(arrays)})
    files = {name: _sha256(folder / name) for name in ("arrays.npz", "trials.csv")}
    write_record(folder / "record.json", record.model_copy(update={"files": files}))


def write_record(path: Path, record: Record) -> None:
    """Write record.json alone."""
    text = json.dumps(finite(record.model_dump(mode="json")), indent=1, sort_keys=True, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def finite(value: Any) -> Any:
    """The same value with every NaN or infinity, which JSON cannot hold, as null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value


def _write_trials(path: Path, rows: Sequence[Row]) -> None:
    import pandas as pd

    table = pd.DataFrame(
        [{**row.cell, "seed": row.seed, "failed": row.failed, "reason": row.reason, **row.values} for row in rows]
    )
    table.to_csv(path, index=False, lineterminator="\n", float_format="%.7g")


def load(folder: Path) -> tuple[Record, dict[str, np.ndarray]]:
    """Read a record and its arrays back. Raises BackstoryError if there is none, or it is of another schema version."""
    path = folder / "record.json"
    record = load_record(path)
    place = folder / "arrays.npz"
    try:
        if _sha256(place) != record.files.get(place.name):
            raise ValueError("its content is not what the record was written with")
        with np.load(place, allow_pickle=False) as archive:
            return record, {name: archive[name] for name in archive.files}
    except (OSError, ValueError) as fault:
        raise BackstoryError(f"cannot read {place} ({fault}); make it again with `backstory run`.") from fault


def load_record(path: Path) -> Record:
    """Read and check one record.json. Raises BackstoryError as `load` does."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as fault:
        raise BackstoryError(f"there is no record at {path}; make one with `backstory run`.") from fault
    except (OSError, ValueError) as fault:
        raise BackstoryError(f"cannot read the record {path} ({fault}); run the reproduction again.") from fault
    version = raw.get("schema_version") if isinstance(raw, dict) else None
    if version != SCHEMA_VERSION:
        raise BackstoryError(
            f"the record {path} has schema version {version}, this program reads version {SCHEMA_VERSION}; "
            "run the reproduction again with this version."
        )
    try:
        return Record.model_validate(raw)
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BackstoryError(
            f"the record {path} does not follow its schema at {place}: {first['msg']}; run the reproduction again."
        ) from fault


def schema_text() -> str:
    """The JSON Schema of record.json, as committed in `record.schema.json`."""
    schema = Record.model_json_schema() | {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"backstory-record-{SCHEMA_VERSION}",
    }
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"
