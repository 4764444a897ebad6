"""The toy itself: one line, or plane, per city, softmax, and a loss; and where the video starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.learning.ops import affine, softmax, softmax_cross_entropy, squared_error
from core.learning.ordered import Entry, OrderedSystem

START = {"m": np.array([[1.0, 0.0, -1.0]]), "b": np.zeros(3)}  # of the video: slopes and intercepts of three lines


def city_loss(
    system: OrderedSystem,
    parameters: Mapping[str, Entry],
    x: Any,
    t: Any,
    *,
    kind: str = "cross-entropy",
    temperature: float = 1.0,
) -> Entry:
    # x (..., N, I), t (..., N, O), m (..., I, O), b (..., O) -> (...)
    """One line, or plane, per city; its heights divided by T go through softmax into a loss, summed over cases."""
    h = system.apply(affine, system.constant(x), parameters["m"], parameters["b"])
    t = system.constant(t)
    if kind == "squared error":
        return system.apply(squared_error, system.apply(softmax, h, temperature=temperature), t)
    if kind != "cross-entropy":
        raise ValueError(f"there is no loss {kind!r}")
    if temperature != 1.0:
        outputs = h.value.shape[-1]
        h = system.apply(affine, h, system.constant(np.eye(outputs) / temperature), system.constant(np.zeros(outputs)))
    return system.apply(softmax_cross_entropy, h, t)


def heights(parameters: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    # (..., I, O) and (..., O), x (..., N, I) -> (..., N, O)
    """The logits of every case."""
    return affine(x, parameters["m"], parameters["b"])[0]


def right_cases(parameters: Mapping[str, np.ndarray], x: np.ndarray, t: np.ndarray) -> np.ndarray:
    # -> (..., N)
    """Whether the largest logit of a case is that of its city."""
    return np.argmax(heights(parameters, x), axis=-1) == np.argmax(t, axis=-1)


def share_right(parameters: Mapping[str, np.ndarray], x: np.ndarray, t: np.ndarray) -> np.ndarray:
    # -> (...)
    """Share of cases that are right."""
    return np.mean(right_cases(parameters, x, t), axis=-1)
