"""MNIST as flat grey images in [0, 1] in single precision, with the embedded digits in its place for quick runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.datasets import digits, store
from core.errors import BackstoryError

SIDE, CLASSES = 28, 10
KINDS = {1: "labels", 3: "images"}  # what MNIST keeps in files of one and of three dimensions
AGAIN = "fetch it again with `backstory data --fetch`"


@dataclass(frozen=True)
class Images:
    """train_x (N, pixels) float32 in [0, 1], train_y (N,) labels 0-9, the same for test, SHA-256 by source file."""

    name: str
    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray
    sha256: dict[str, str]


@lru_cache(maxsize=2)
def load(name: str, *, quiet: bool = True) -> Images:
    """The data set called "mnist" (60,000 / 10,000 images) or "embedded" (1,297 / 500 digits of 16x16).

    Raises BackstoryError if a file is missing, damaged or not the one expected.
    """
    if name == "embedded":
        small = digits.load("embedded")
        flat = [((x.reshape(len(x), -1) + 1) / 2).astype(np.float32) for x in (small.train_x, small.test_x)]
        return Images("embedded", flat[0], small.train_y, flat[1], small.test_y, small.sha256)
    parts = {part: store.read("mnist", part, quiet=quiet) for part in store.DATASETS["mnist"]}
    x = {kind: images(parts[f"{kind} images"]) for kind in ("train", "test")}
    y = {kind: labels(parts[f"{kind} labels"]) for kind in ("train", "test")}
    for kind in x:
        belong_together(x[kind], y[kind], kind)
    hashes = {f"mnist/{part}": file.sha256 for part, file in store.DATASETS["mnist"].items()}
    return Images("mnist", x["train"], y["train"], x["test"], y["test"], hashes)


def images(content: bytes) -> np.ndarray:
    # -> (N, 784) float32
    """An IDX file of 28x28 unsigned bytes an image, divided by 255. Raises BackstoryError if it is another."""
    found = idx(content, 3)
    if found.shape[1:] != (SIDE, SIDE):
        sides = "x".join(map(str, found.shape[1:]))
        raise BackstoryError(f"an IDX file holds images of {sides} pixels where 28x28 were expected; {AGAIN}.")
    return found.reshape(-1, SIDE * SIDE).astype(np.float32) / np.float32(255)


def labels(content: bytes) -> np.ndarray:
    # -> (N,)
    """An IDX file of labels 0-9. Raises BackstoryError if it is another."""
    found = idx(content, 1).astype(np.int64)
    if found.size and found.max() >= CLASSES:
        raise BackstoryError(f"the file of labels holds labels above 9; {AGAIN}.")
    return found


def belong_together(x: np.ndarray, y: np.ndarray, kind: str) -> None:
    """Raises BackstoryError unless there is one label for each image."""
    if len(x) != len(y):
        raise BackstoryError(
            f"the {kind} set has {len(x):,} images but {len(y):,} labels, so the files do not belong together; {AGAIN}."
        )


def idx(content: bytes, dimensions: int) -> np.ndarray:
    """Unsigned bytes of an IDX file with so many dimensions.

    Raises BackstoryError if its header says otherwise or its length does not fit.
    """
    head = 4 + 4 * dimensions
    wanted = KINDS.get(dimensions, f"{dimensions} dimensions")
    if len(content) >= 4 and content[:3] == bytes([0, 0, 8]) and content[3] != dimensions and content[3] in KINDS:
        raise BackstoryError(
            f"an IDX file of {KINDS[content[3]]} stands where one of {wanted} was expected, as if files were swapped; "
            f"give each its own name, or {AGAIN}."
        )
    if len(content) < head or content[:4] != bytes([0, 0, 8, dimensions]):
        raise BackstoryError(f"{len(content):,} bytes are not an IDX file of {wanted}; {AGAIN}.")
    shape = np.frombuffer(content, ">u4", dimensions, 4)
    missing = int(np.prod(shape, dtype=np.int64)) - (len(content) - head)
    if missing:
        raise BackstoryError(
            f"an IDX file of {wanted} is cut short or too long: the sizes in its header ask for "
            f"{abs(missing):,} bytes {'more' if missing > 0 else 'fewer'}; {AGAIN}."
        )
    return np.frombuffer(content, np.uint8, offset=head).reshape(shape)
