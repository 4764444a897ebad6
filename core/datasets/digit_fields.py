"""MNIST as fields of pixels, in the forms of LeCun et al. (1998, III.A), with embedded digits for quick runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.datasets import affine_images, digits, mnist

SIDE = 28
PAPER, INK = -0.1, 1.175  # what background and foreground become at the input of LeNet-5 (II.B)


@dataclass(frozen=True)
class Fields:
    """train_x (N, 28, 28) float32 in [0, 1], paper at 0, train_y (N,) labels 0-9, the same for test, and SHA-256."""

    name: str
    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray
    sha256: dict[str, str]


@lru_cache(maxsize=2)
def load(name: str, *, quiet: bool = True) -> Fields:
    """The data set called "mnist" (60,000 / 10,000 digits) or "embedded" (1,297 / 500).

    Embedded digits of 8x8 are brought to 20x20 and set in the middle of the field, as MNIST's are.
    Raises BackstoryError if a file is missing, damaged or not the one expected.
    """
    if name == "embedded":
        small = digits.load("embedded")
        grown = [_embedded(x) for x in (small.train_x, small.test_x)]
        return Fields("embedded", grown[0], small.train_y, grown[1], small.test_y, small.sha256)
    data = mnist.load("mnist", quiet=quiet)
    train, test = (np.reshape(x, (-1, SIDE, SIDE)) for x in (data.train_x, data.test_x))
    return Fields("mnist", train, data.train_y, test, data.test_y, data.sha256)


def _embedded(images: np.ndarray) -> np.ndarray:
    # (N, 1, 16, 16) in [-1, 1] -> (N, 28, 28) in [0, 1]
    frame = (SIDE - images.shape[-1]) // 2
    grey = np.pad((images[:, 0] + 1) / 2, ((0, 0), (frame, frame), (frame, frame))).astype(np.float32)
    return np.clip(affine_images.scaled(grey, 20 / images.shape[-1]), 0, 1)


def centred(images: np.ndarray, side: int) -> np.ndarray:
    # (N, H, W) -> (N, side, side)
    """In the middle of a larger field of paper, or the middle of the field cut out of it."""
    before = (side - images.shape[-1]) // 2
    if before < 0:
        return images[:, -before : side - before, -before : side - before]
    after = side - images.shape[-1] - before
    return np.pad(images, ((0, 0), (before, after), (before, after)))


def reduced(images: np.ndarray) -> np.ndarray:
    # (N, 28, 28) -> (N, 28, 28)
    """Digits of 20x20 made 16x16 in the middle of the same field, as LeNet-1 saw them (III.C.7)."""
    return affine_images.scaled(images, 16 / 20)


def network_input(images: np.ndarray, side: int = 32) -> np.ndarray:
    # (N, H, W) in [0, 1] -> (N, 1, side, side)
    """The input of a network: the digit in the middle of its field, paper at -0.1 and full ink at 1.175 (II.B)."""
    return (centred(images, side) * np.float32(INK - PAPER) + np.float32(PAPER))[:, None]
