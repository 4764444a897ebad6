"""Handwritten digits as 16x16 grey images in [-1, 1], -1 being the background."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.datasets import store
from core.errors import BackstoryError

SIDE = 16
EMBEDDED_TRAIN = 1297  # in file order; the rest is the test set


@dataclass(frozen=True)
class Digits:
    """train_x (N, 1, 16, 16), train_y (N,) labels 0-9, the same for test, and SHA-256 by source file."""

    name: str
    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray
    sha256: dict[str, str]


@lru_cache(maxsize=2)
def load(name: str, *, quiet: bool = True) -> Digits:
    """The data set called "usps" (7,291 / 2,007 digits) or "embedded" (1,297 / 500 digits)."""
    return usps(quiet=quiet) if name == "usps" else embedded()


def usps(*, quiet: bool = True) -> Digits:
    """The zip-code digits distributed with The Elements of Statistical Learning, in file order.

    Raises BackstoryError if a file is missing, damaged or not the one expected.
    """
    train_x, train_y = parse(store.read("usps", "train", quiet=quiet), "zip.train")
    test_x, test_y = parse(store.read("usps", "test", quiet=quiet), "zip.test")
    hashes = {f"usps/{part}": file.sha256 for part, file in store.DATASETS["usps"].items()}
    return Digits("usps", train_x, train_y, test_x, test_y, hashes)


def parse(content: bytes, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Lines of a label and 256 grey values -> images (N, 1, 16, 16) and labels (N,).

    Raises BackstoryError if the numbers are not such lines.
    """
    try:
        values = np.array(content.split(), dtype=np.float64)
        rows = values.reshape(-1, 1 + SIDE * SIDE)
    except ValueError as fault:
        raise BackstoryError(f"{name} does not hold lines of a label and 256 grey values; fetch it again.") from fault
    labels = rows[:, 0].astype(np.int64)
    if not np.all((rows[:, 0] == labels) & (labels >= 0) & (labels <= 9)) or np.abs(rows[:, 1:]).max() > 1:
        raise BackstoryError(f"{name} holds labels other than 0-9 or grey values outside [-1, 1]; fetch it again.")
    return rows[:, 1:].reshape(-1, 1, SIDE, SIDE).copy(), labels


def embedded() -> Digits:
    """scikit-learn's 1,797 digits (8x8, 17 grey levels), enlarged to 16x16 bilinearly; first 1,297 train, rest test.

    They are the test part of the UCI set "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak 1998).
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    x = enlarge(bunch.images) / 8.0 - 1.0
    y = np.asarray(bunch.target, dtype=np.int64)
    digest = hashlib.sha256(bunch.images.astype("<f8").tobytes() + y.astype("<i8").tobytes()).hexdigest()
    cut = EMBEDDED_TRAIN
    return Digits("embedded", x[:cut], y[:cut], x[cut:], y[cut:], {"scikit-learn/digits": digest})


def enlarge(images: np.ndarray) -> np.ndarray:
    # (N, 8, 8) -> (N, 1, 16, 16)
    """Double each side by bilinear interpolation between pixel centres; edge pixels are held beyond their centres."""
    size = images.shape[-1]
    centres = (np.arange(2 * size) + 0.5) / 2 - 0.5
    low = np.clip(np.floor(centres).astype(int), 0, size - 1)
    high = np.clip(low + 1, 0, size - 1)
    share = np.clip(centres - low, 0.0, 1.0)
    weights = np.zeros((2 * size, size))
    weights[np.arange(2 * size), low] += 1 - share
    weights[np.arange(2 * size), high] += share
    return (weights @ images @ weights.T)[:, None]


def targets(labels: np.ndarray, *, off: float = -1.0, on: float = 1.0) -> np.ndarray:
    # (N,) -> (N, 10)
    """One output per class: `on` for the digit shown, `off` for the others."""
    t = np.full((len(labels), 10), off)
    t[np.arange(len(labels)), labels] = on
    return t
