"""The digits of a cell: which are learned from, in which form, how they are distorted, and which are looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from core.datasets import affine_images, digit_fields
from core.datasets.affine_images import Ranges
from core.learning.seeds import generator

# Draws that all networks share, so that they see the same patterns: numbers no seed of a network has.
SUBSET, DISTORTION, NOISE = 3_000_000, 3_100_000, 3_200_000
CHUNK = 10_000  # patterns made ready at a time
VERSIONS = 10  # of each pattern where distortions are used: itself, and nine distorted ones
FORMS = ("regular", "deslanted", "reduced")


@dataclass(frozen=True)
class Digits:
    """Fields of 28x28, paper 0 and ink 1, and labels: to learn from, and to look at."""

    x: np.ndarray
    y: np.ndarray
    seen_x: np.ndarray
    seen_y: np.ndarray


@lru_cache(maxsize=2)
def _formed(data: str, form: str) -> tuple[np.ndarray, np.ndarray]:
    fields = digit_fields.load(data)
    change: Any = {"regular": np.asarray, "deslanted": affine_images.deslanted, "reduced": digit_fields.reduced}[form]
    return change(fields.train_x), change(fields.test_x)


def digits(cell: Mapping[str, Any]) -> Digits:
    """The digits of a cell.

    cell: data ("mnist" or "embedded"), form (one of FORMS, "regular" if not said), look ("test", or "validation": the
    last sixth of the training digits is then looked at and not learned from), examples (how many to learn from, a
    random subset that is the same for all seeds and holds every smaller one; all if not said).
    """
    fields = digit_fields.load(cell["data"])
    x, test_x = _formed(cell["data"], cell.get("form", "regular"))
    y, seen_x, seen_y = fields.train_y, test_x, fields.test_y
    if cell["look"] == "validation":
        cut = len(x) - len(x) // 6
        x, y, seen_x, seen_y = x[:cut], y[:cut], x[cut:], y[cut:]
    if cell.get("examples", len(x)) < len(x):
        chosen = np.sort(generator(cell["entropy"], SUBSET).permutation(len(x))[: cell["examples"]])
        x, y = x[chosen], y[chosen]
    return Digits(x, y, seen_x, seen_y)


def chunks(x: np.ndarray, cell: Mapping[str, Any], number: int) -> Iterator[tuple[np.ndarray, slice]]:
    """The training digits of pass `number` (from 0) in their order, as fields, some thousands at a time.

    cell: distort, the factor on the ranges of distortions (none if 0 or not said). Pattern n is then shown in version
    (n + number) mod 10, version 0 being itself: as in the paper, one pattern in ten is an original, and in 20 passes
    over so many digits each of the ten times as many patterns is seen twice. noise: share of pixels inverted.
    """
    for start in range(0, len(x), CHUNK):
        here = slice(start, min(start + CHUNK, len(x)))
        fields = x[here]
        if cell.get("distort"):
            fields = _versions(fields, cell, start, number)
        if cell.get("noise"):
            fields = affine_images.inverted(
                fields, generator(cell["entropy"], NOISE + 100 * number + start // CHUNK), cell["noise"]
            )
        yield fields, here


def _versions(fields: np.ndarray, cell: Mapping[str, Any], start: int, number: int) -> np.ndarray:
    version = (np.arange(start, start + len(fields)) + number) % VERSIONS
    back, shift = np.tile(np.eye(2), (len(fields), 1, 1)), np.zeros((len(fields), 2))
    for v in range(1, VERSIONS):
        rng = generator(cell["entropy"], DISTORTION + v * 1000 + start // CHUNK)
        all_back, all_shift = affine_images.random_maps(len(fields), rng, Ranges().times(cell["distort"]))
        mine = version == v
        back[mine], shift[mine] = all_back[mine], all_shift[mine]
    changed = version > 0
    found = fields.copy()
    found[changed] = affine_images.resample(fields[changed], back[changed], shift[changed])
    return found


def packed(right: np.ndarray) -> np.ndarray:
    # (..., N) of truth values -> (..., ceil(N / 8)) bytes
    """One bit a digit, whether it was answered rightly; `np.unpackbits(..., count=N)` is the inverse."""
    return np.packbits(right, axis=-1)
