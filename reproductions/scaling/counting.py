"""What `scaling` counts and times without training: n-grams of the text, gradients, and this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import text
from core.evidence import clock
from core.learning import ngrams
from core.learning.ordered import ordered_derivatives
from core.learning.seeds import generator
from core.networks import dense_slopes as ways

CASES = 100  # patterns of one forward pass


def by_order(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Loss of interpolated Kneser-Ney models of orders 1 to cell["orders"], discount 0.75, on the last tenth.

    `same_k` is the loss on the very characters on which the language models are tested: cell["looked_at"] of the test
    part, after the first cell["context"].
    """
    data = text.load(cell["text"])
    held = np.concatenate([data.tune, data.test])
    p = ngrams.kneser_ney(data.train, held, len(data.alphabet), cell["orders"])
    here = slice(len(data.tune) + cell["context"], len(data.tune) + cell["context"] + cell["looked_at"])
    row = {f"order_{k}": float(-np.log(one).mean()) for k, one in enumerate(p, start=1)}
    row |= {f"same_{k}": float(-np.log(one[here]).mean()) for k, one in enumerate(p, start=1)}
    return [row for _ in seeds]


def gradients(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Operations of the value of a dense network and of the walk back, counted."""
    p, x, t = ways.problem(generator(cell["entropy"], 0), tuple(cell["sizes"]), CASES)
    found = ways.counted(p, x, t)
    row = {"parameters": float(found.parameters), "ratio": found.ratio}
    return [row for _ in seeds]


def gradients_by_the_clock(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """One whole measurement by the clock: value and walk back over value, for every network."""
    rows = []
    for seed in seeds:
        rng, ratios = generator(cell["entropy"], seed), []
        for sizes in cell["nets"]:
            p, x, t = ways.problem(rng, tuple(sizes), CASES)
            system, target = ways.forward(p, x, t)
            forward, back = _in_turn(p, x, t, target)
            ratios.append(1 + back / forward)
            del system
        rows.append({"ratios": np.array(ratios)})
    return rows


def _in_turn(p: ways.Arrays, x: np.ndarray, t: np.ndarray, target: Any) -> np.ndarray:
    return clock.in_turn([lambda: ways.forward(p, x, t), lambda: ordered_derivatives(target)])


def speed(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Floating-point operations a second of one core here, in products of single-precision matrices."""
    a = np.ones((1024, 1024), np.float32)
    rows = []
    for _ in seeds:
        (seconds,) = clock.in_turn([lambda: a @ a], rounds=10, least=0.0)
        rows.append({"speed": 2 * 1024.0**3 / float(seconds)})
    return rows
