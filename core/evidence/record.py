"""What we measured: `record.json`, schema-checked. Its trials and arrays lie beside it (`core.evidence.published`)."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import BackstoryError
from core.evidence.verdicts import ClaimResult

SCHEMA_VERSION = 2
SCHEMA_FILE = Path(__file__).with_name("record.schema.json")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Trials(_Part):
    """How many trials were run and how many of them failed (their numbers overflowed, or the function raised)."""

    n: int
    failed: int
    failures: dict[str, int] = {}


class Spent(_Part):
    """What the run cost. Timings and places may differ between runs with the same seeds, the rest not.

    seconds_each is the mean time of one trial of the main study.
    """

    wall_seconds: float
    trial_seconds: float
    seconds_each: float | None
    trials_reused: int
    workers: str
    presentations: int
    operations: int
    operations_are: str


class Table(_Part):
    """A table of a report: cells are numbers, texts or None."""

    id: str
    title: str
    columns: list[str]
    rows: list[list[Any]]


class Provenance(_Part):
    """Versions, commit and machine of a run; hashes of what each study's trials compute, and of what measures them."""

    backstory: str
    commit: str
    python: str
    libraries: dict[str, str]
    system: str
    processor: str
    studies: dict[str, str] = {}
    measuring: str = ""
    data: dict[str, str] = {}


class Record(_Part):
    """Everything a report needs, except curves (arrays.npz) and single trials (trials.csv)."""

    schema_version: Literal[2]
    reproduction: str
    preset: str
    settings: dict[str, Any]
    seeds: int
    claims: list[ClaimResult]
    trials: Trials
    cost: Spent
    provenance: Provenance
    tables: list[Table] = []
    words: dict[str, Any] = {}
    files: dict[str, str] = {}

    def claim(self, name: str) -> ClaimResult:
        """The claim of this id. Raises KeyError if there is none."""
        for claim in self.claims:
            if claim.id == name:
                return claim
        raise KeyError(name)


def write_record(path: Path, record: Record) -> None:
    """Write record.json alone."""
    text = json.dumps(finite(record.model_dump(mode="json")), indent=1, sort_keys=True, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def finite(value: Any) -> Any:
    """The same value with every NaN or infinity, which JSON cannot hold, as null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value


def load_record(path: Path) -> Record:
    """Read and check one record.json. Raises BackstoryError if it cannot be read or is of another schema."""
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
