"""Seconds by the clock, of several things taken in turn so that what disturbs one disturbs the others too."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def in_turn(
    runs: Sequence[Callable[[], Any]], *, least: float = 0.05, rounds: int = 5, at_most: int = 200
) -> np.ndarray:
    # -> (runs,)
    """The quickest time of each of several runs, which take turns for `rounds` rounds and at least `least` seconds."""
    for run in runs:
        run()
    times: list[list[float]] = []
    began = time.perf_counter()
    while len(times) < rounds or (time.perf_counter() - began < least and len(times) < at_most):
        times.append([once(run) for run in runs])
    return np.array(times).min(axis=0)


def once(run: Callable[[], Any]) -> float:
    """Seconds of one run."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began
