"""Finished trials on disk: one file each, written atomically, with a checksum, never unpickled."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import BackstoryError

FIELDS = {"cell", "seed", "failed", "reason", "values", "arrays", "seconds"}


class TrialStore:
    """A folder of finished trials of one reproduction.

    A trial's key is a hash of its cell, its seed and a fingerprint of the code that computes it, so a change of
    either makes a new trial. `reused` counts the trials that did not have to be run.
    """

    def __init__(self, folder: Path, *, code: str, fresh: bool = False) -> None:
        self.folder = folder
        self.code = code
        self.fresh = fresh
        self.reused = 0
        self.damaged: list[Path] = []

    def key(self, cell: Mapping[str, Any], seed: int) -> str:
        """The name of a trial's file, without its ending."""
        text = json.dumps([dict(cell), int(seed), self.code], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def get(self, key: str) -> dict[str, Any] | None:
        """A stored trial, or None if there is none or its checksum does not hold (then it is listed as damaged)."""
        path = self.folder / f"{key}.json"
        if self.fresh:
            return None
        try:
            outer = json.loads(path.read_text(encoding="utf-8"))
            if _digest(outer["trial"]) != outer["sha256"]:
                raise ValueError("checksum")
            trial = json.loads(outer["trial"])
            if set(trial) != FIELDS:
                raise ValueError("fields")
            trial["arrays"] = {name: _decode(text) for name, text in trial["arrays"].items()}
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self.damaged.append(path)
            return None
        return dict(trial)

    def put(self, key: str, trial: dict[str, Any]) -> None:
        """Write a trial under a temporary name and rename it. Raises BackstoryError if the folder cannot be written."""
        arrays = {name: _encode(array) for name, array in trial["arrays"].items()}
        text = json.dumps({**trial, "arrays": arrays})
        path = self.folder / f"{key}.json"
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps({"sha256": _digest(text), "trial": text}), encoding="utf-8")
            os.replace(temporary, path)
        except OSError as fault:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise BackstoryError(
                f"cannot store a finished trial in {self.folder} ({fault.strerror}); make room or set $BACKSTORY_CACHE "
                "to a folder that can be written, then run again: stored trials are kept."
            ) from fault


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _encode(array: np.ndarray) -> str:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return base64.b64encode(buffer.getvalue()).decode()


def _decode(text: str) -> np.ndarray:
    array: np.ndarray = np.load(io.BytesIO(base64.b64decode(text)), allow_pickle=False)
    return array
