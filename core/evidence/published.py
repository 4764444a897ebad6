"""Trials as they are published, without loss: cells.json, trials.csv, trials.npz, and the arrays that figures draw.

cells.json holds each cell of the grid with the name of its study and trial function. trials.csv has one line per trial:
its study, the number of its cell, its seed, whether and why it failed, its seconds, the settings of its cell that are
plain values, and every number it measured, in full precision. trials.npz holds those arrays of trials that measuring
reads. So every claim can be measured again without a trial being run.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import BackstoryError
from core.evidence.record import Record, load_record, write_record
from core.evidence.studies import identity
from core.evidence.trials import Row

FIXED = ("study", "cell", "seed", "failed", "reason", "seconds")
FILES = ("arrays.npz", "cells.json", "trials.csv", "trials.npz")
Arrays = dict[str, np.ndarray]
Read = set[tuple[str, int, str]]  # study, place of a row in it, name of an array that was read


class _Watched(dict[str, np.ndarray]):
    """The arrays of one row, which notes what is read."""

    def __init__(self, arrays: Mapping[str, np.ndarray], read: Read, place: tuple[str, int]) -> None:
        super().__init__(arrays)
        self._read, self._place = read, place

    def __getitem__(self, name: str) -> np.ndarray:
        value = super().__getitem__(name)
        self._read.add((*self._place, name))
        return value

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default


def watched(rows: Mapping[str, Sequence[Row]]) -> tuple[dict[str, list[Row]], Read]:
    """The same rows, and a set that fills with the arrays that are read from them."""
    read: Read = set()
    copies = {
        study: [replace(row, arrays=_Watched(row.arrays, read, (study, k))) for k, row in enumerate(group)]
        for study, group in rows.items()
    }
    return copies, read


def save(
    folder: Path,
    record: Record,
    rows: Mapping[str, Sequence[Row]],
    arrays: Mapping[str, np.ndarray],
    read: Read,
    functions: Mapping[str, str],
) -> None:
    """Write a record with its trials and arrays into a folder; record.json holds the SHA-256 of the other files.

    `functions` names the trial function of each study, `read` the arrays of trials that measuring read.
    """
    cells, numbers = _cells(rows, functions)
    measured = _measured(rows)
    head = {"cells": cells, "measurements": measured}
    (folder / "cells.json").write_text(json.dumps(head, indent=1) + "\n", encoding="utf-8", newline="\n")
    _write_trials(folder / "trials.csv", rows, cells, numbers, measured)
    np.savez_compressed(folder / "trials.npz", allow_pickle=False, **_packed(rows, read))
    np.savez_compressed(folder / "arrays.npz", allow_pickle=False, **{name: arrays[name] for name in sorted(arrays)})
    files = {name: digest(folder / name) for name in FILES}
    write_record(folder / "record.json", record.model_copy(update={"files": files}))


def _cells(
    rows: Mapping[str, Sequence[Row]], functions: Mapping[str, str]
) -> tuple[list[dict[str, Any]], dict[Any, int]]:
    cells: list[dict[str, Any]] = []
    numbers: dict[Any, int] = {}
    for study, group in rows.items():
        for row in group:
            key = study, identity(row.cell)
            if key not in numbers:
                numbers[key] = len(cells)
                cells.append({"study": study, "function": functions.get(study, ""), "cell": row.cell, "seeds": []})
            cells[numbers[key]]["seeds"].append(row.seed)
    for cell in cells:
        cell["seeds"] = _runs(cell["seeds"])
    return cells, numbers


def _runs(seeds: Sequence[int]) -> list[Any]:
    """Seeds with runs of consecutive ones as [first, last]."""
    found: list[Any] = []
    for seed in seeds:
        if found and found[-1][1] == seed - 1:
            found[-1][1] = seed
        else:
            found.append([seed, seed])
    return found


def _measured(rows: Mapping[str, Sequence[Row]]) -> list[str]:
    return list(dict.fromkeys(name for group in rows.values() for row in group for name in row.values))


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def _write_trials(
    path: Path,
    rows: Mapping[str, Sequence[Row]],
    cells: Sequence[Mapping[str, Any]],
    numbers: Mapping[Any, int],
    measured: Sequence[str],
) -> None:
    settings = list(
        dict.fromkeys(
            name
            for cell in cells
            for name, value in cell["cell"].items()
            if _plain(value) and name not in ("study", *measured)
        )
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*FIXED, *settings, *map(column, measured)])
        for study, group in rows.items():
            for row in group:
                number = numbers[study, identity(row.cell)]
                fixed = [study, number, row.seed, int(row.failed), row.reason, f"{row.seconds:.6g}"]
                told = [row.cell.get(name) if _plain(row.cell.get(name)) else None for name in settings]
                writer.writerow([*fixed, *map(_text, told), *(_text(row.values.get(name)) for name in measured)])


def column(measurement: str) -> str:
    """The column of a measurement: its name, unless every trial has a column called so."""
    return f"{measurement} (measured)" if measurement in FIXED else measurement


def _text(value: Any) -> str:
    """A number with all its digits, whole ones without a point; None is empty."""
    if value is None:
        return ""
    if isinstance(value, float) and abs(value) < 1e15 and value == int(value) and str(value) != "-0.0":
        return str(int(value))
    return repr(value) if isinstance(value, float) else str(value)


def _packed(rows: Mapping[str, Sequence[Row]], read: Read) -> Arrays:
    """The arrays that were read, those of equal shape and type of one study stacked."""
    groups: dict[tuple[str, str, str, tuple[int, ...]], list[tuple[int, np.ndarray]]] = {}
    for study, place, name in sorted(read):
        array = rows[study][place].arrays[name]
        groups.setdefault((study, name, array.dtype.str, array.shape), []).append((place, array))
    found: Arrays = {}
    for number, ((study, name, _, _), members) in enumerate(groups.items()):
        found[f"{number}|{study}|{name}|rows"] = np.array([place for place, _ in members], dtype=np.int64)
        found[f"{number}|{study}|{name}"] = np.stack([array for _, array in members])
    return found


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load(folder: Path) -> tuple[Record, Arrays]:
    """A record and the arrays that its figures draw. Raises BackstoryError if they cannot be read."""
    record = load_record(folder / "record.json")
    return record, load_arrays(folder, record, "arrays.npz")


def load_arrays(folder: Path, record: Record, name: str) -> Arrays:
    """One archive of arrays. Raises BackstoryError if it is not there or not what the record was written with."""
    place = folder / name
    try:
        if digest(place) != record.files.get(name):
            raise ValueError("its content is not what the record was written with")
        with np.load(place, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except (OSError, ValueError) as fault:
        raise BackstoryError(f"cannot read {place} ({fault}); make it again with `backstory run`.") from fault


def load_rows(folder: Path, record: Record) -> dict[str, list[Row]]:
    """The published trials by study, in the order they were asked for, with the arrays that measuring reads.

    Raises BackstoryError if a file is missing or not what the record was written with.
    """
    arrays = load_arrays(folder, record, "trials.npz")
    try:
        for name in ("cells.json", "trials.csv"):
            if digest(folder / name) != record.files.get(name):
                raise ValueError(f"the content of {name} is not what the record was written with")
        head = json.loads((folder / "cells.json").read_text(encoding="utf-8"))
        rows: dict[str, list[Row]] = {cell["study"]: [] for cell in head["cells"]}
        with (folder / "trials.csv").open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                rows[line["study"]].append(_row(line, head))
    except (OSError, ValueError, KeyError) as fault:
        raise BackstoryError(
            f"cannot read the trials in {folder} ({fault}); make them again with `backstory run`."
        ) from fault
    for key, stack in arrays.items():
        _, study, name, *rest = key.split("|")
        if not rest:
            for place, array in zip(arrays[f"{key}|rows"], stack, strict=True):
                rows[study][int(place)].arrays[name] = array
    return rows


def _row(line: Mapping[str, str], head: Mapping[str, Any]) -> Row:
    cell = head["cells"][int(line["cell"])]["cell"]
    values = {name: float(line[column(name)]) for name in head["measurements"] if line[column(name)] != ""}
    return Row(cell, int(line["seed"]), line["failed"] == "1", line["reason"], values, {}, float(line["seconds"]))
