"""Published trials tried again: does the code as it is still compute what the record says?"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import BackstoryError
from core.evidence import closure
from core.evidence.published import load_rows
from core.evidence.record import Record, finite, load_record
from core.evidence.reproduction import Reproduction, S
from core.evidence.studies import Study, identity
from core.evidence.trials import Row, run_block

FILE = "verified.json"
NEAR = 1e-6  # relative; what is a whole number must be the same
NOISE = 1e-12  # absolute: differences of rounding, where the measurement itself is one


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Worst(_Part):
    """The measurement that differs most, relative to its size."""

    study: str
    cell: dict[str, Any]
    seed: int
    measurement: str
    published: float | None
    now: float | None
    difference: float | None


class Verification(_Part):
    """What a verification saw. `studies` holds the hash of each study's code when it was last tried, by this
    verification or, if it is named in `not_tried`, by an earlier one; None: never tried."""

    reproduction: str
    passed: bool
    trials: int
    values: int
    faults: list[str]
    worst: Worst | None
    studies: dict[str, str | None]
    not_tried: dict[str, str]
    commit: str
    seconds: float


def verify(
    room: Reproduction[S], folder: Path, *, seconds: float, seed: int = 0, commit: str = "unknown"
) -> Verification:
    """Run a sample of the published trials of a record again, in this process, and compare what they measure.

    One block of every cell is drawn in turn, study by study, until the time, foretold by what each trial took when it
    was published, is used up; a study whose shortest block would not fit is named as not tried.
    """
    start = time.perf_counter()
    record = load_record(folder / "record.json")
    published = load_rows(folder, record)
    try:
        studies = {study.name: study for study in room.studies(room.settings.model_validate(record.settings))}
    except ValidationError as fault:
        raise BackstoryError(
            f"the settings of the record in {folder} are not those of the code ({fault.errors()[0]['msg']}); "
            f"run it again: `backstory run {record.reproduction} --preset paper`."
        ) from fault
    not_tried = {name: "there is no such study any more" for name in published if name not in studies}
    queues = {
        name: _blocks(studies[name], rows, np.random.default_rng([seed, k]))
        for k, (name, rows) in enumerate(published.items())
        if name in studies
    }
    budget, trials, values, faults, worst = seconds, 0, 0, [], None
    tried: set[str] = set()
    while queues:
        for name in list(queues):
            block = next(queues[name], None)
            cost = sum(row.seconds for row in block) if block else 0.0
            if block is None or cost > budget:
                if name not in tried:
                    not_tried[name] = f"one block takes {cost:.0f} s, more than what was left of {seconds:.0f} s"
                del queues[name]
                continue
            budget -= cost
            tried.add(name)
            found = run_block(studies[name].function, dict(block[0].cell), [row.seed for row in block], {})
            for then, now in zip(block, found, strict=True):
                trials += 1
                for one in _differences(then, now, studies[name].unrepeated):
                    values += 1
                    if _worse(one, worst):
                        worst = one
                    if not _same(one.published, one.now):
                        faults.append(
                            f"{name}: {one.measurement} of seed {one.seed}: {one.published} then, {one.now} now"
                        )
                if (then.failed, then.reason) != (now.failed, now.reason):
                    faults.append(
                        f"{name}, seed {then.seed}: {then.reason or 'finished'} then, {now.reason or 'finished'} now"
                    )
    hashes = {name: closure.functions_hash(studies[name].function) if name in tried else None for name in published}
    return Verification(
        reproduction=record.reproduction,
        passed=not faults,
        trials=trials,
        values=values,
        faults=faults[:20],
        worst=worst,
        studies=hashes,
        not_tried=not_tried,
        commit=commit,
        seconds=round(time.perf_counter() - start, 1),
    )


def _blocks(study: Study, rows: Sequence[Row], rng: np.random.Generator) -> Iterator[list[Row]]:
    """Blocks of rows of equal cells in a random order, one of every cell before a second of any."""
    cells: dict[str, list[Row]] = {}
    for row in rows:
        cells.setdefault(identity(row.cell), []).append(row)
    chunks = []
    for group in cells.values():
        first = int(rng.integers(0, max(len(group) - study.block, 0) + 1))
        chunks.append([group[first : first + study.block]])
        rest = group[:first] + group[first + study.block :]
        chunks[-1] += [rest[k : k + study.block] for k in range(0, len(rest), study.block)]
    order = rng.permutation(len(chunks))
    for turn in range(max(map(len, chunks), default=0)):
        yield from (chunks[k][turn] for k in order if turn < len(chunks[k]))


def _differences(then: Row, now: Row, unrepeated: Sequence[str]) -> Iterator[Worst]:
    """Every measurement of a trial that is repeated, then and now; of an array the element that differs most."""
    if then.failed and now.failed:
        return
    where = {"study": str(then.cell.get("study")), "cell": then.cell, "seed": then.seed}
    for name in dict.fromkeys([*then.values, *now.values]):
        if name not in unrepeated:
            a, b = then.values.get(name), now.values.get(name)
            yield Worst(**where, measurement=name, published=a, now=b, difference=_relative(a, b))
    for name, array in then.arrays.items():
        if name not in unrepeated:
            x, y = _farthest(array, now.arrays.get(name))
            yield Worst(**where, measurement=name, published=x, now=y, difference=_relative(x, y))


def _farthest(array: np.ndarray, other: np.ndarray | None) -> tuple[float, float | None]:
    """The two elements that differ most; equal ones if all are near for the array's size; None for another shape.

    In arrays of whole numbers those that differ at all are told, whatever their size.
    """
    if other is None or other.shape != array.shape:
        return float(array.size), None
    x, y = (np.asarray(one, dtype=float).ravel() for one in (array, other))
    with np.errstate(invalid="ignore"):  # infinity less infinity
        apart = np.where((x == y) | (np.isnan(x) & np.isnan(y)), 0.0, np.abs(x - y))
    apart[np.isnan(apart)] = np.inf
    size = float(np.max(np.abs(x), initial=0.0, where=np.isfinite(x)))
    whole = all(np.all((one == np.floor(one)) | np.isnan(one)) for one in (x, y))
    if not x.size or apart.max() <= (0.0 if whole else NEAR * size + NOISE):
        return size, size
    k = int(np.argmax(apart))
    return float(x[k]), float(y[k])


def _same(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    if math.isnan(a) or math.isnan(b) or math.isinf(a) or math.isinf(b):
        return (math.isnan(a) and math.isnan(b)) or a == b
    if a == int(a) and b == int(b):
        return a == b
    return abs(a - b) <= NEAR * max(abs(a), abs(b)) + NOISE


def _relative(a: float | None, b: float | None) -> float | None:
    if a is None or b is None or not (math.isfinite(a) and math.isfinite(b)):
        return 0.0 if _same(a, b) else None
    return abs(a - b) / max(abs(a), abs(b)) if a != b and abs(a - b) > NOISE else 0.0


def _worse(one: Worst, worst: Worst | None) -> bool:
    """Whether a difference is larger than the largest so far; one without a number is the largest."""
    if worst is None:
        return True
    if worst.difference is None:
        return False
    return one.difference is None or one.difference > worst.difference


def write(folder: Path, seen: Verification) -> None:
    """Write verified.json beside the record; what there was no time to try stays as it was when it last passed."""
    last = read(folder)
    if last is not None and last.passed:
        kept = {name: last.studies.get(name) for name, now in seen.studies.items() if now is None}
        seen = seen.model_copy(update={"studies": seen.studies | kept})
    text = json.dumps(finite(seen.model_dump(mode="json")), indent=1, sort_keys=True)
    (folder / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def read(folder: Path) -> Verification | None:
    """The last verification of a record, or None if there is none that can be read."""
    try:
        return Verification.model_validate_json((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def condemned(room: Reproduction[S], record: Record, seen: Verification | None) -> list[str]:
    """The studies whose published trials do not belong to the code as it is: neither by hash nor by verification."""
    try:
        studies: Mapping[str, Study] = {s.name: s for s in room.studies(room.settings.model_validate(record.settings))}
    except ValidationError:
        return list(record.provenance.studies)
    found = []
    for name, made_by in record.provenance.studies.items():
        now = closure.functions_hash(studies[name].function) if name in studies else None
        verified = seen is not None and seen.passed and now is not None and seen.studies.get(name) == now
        if now != made_by and not verified:
            found.append(name)
    return found
