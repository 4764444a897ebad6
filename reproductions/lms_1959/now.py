"""Then and now: one unit of seventeen weights tells T from other letters, by the rule of 1960 and by single changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import letters
from core.learning.compiled import lms
from core.learning.ops import affine, softmax_cross_entropy, tanh
from core.learning.optimizers import Arrays, adam_step, gradient, no_moments
from core.learning.ordered import Entry, OrderedSystem
from core.learning.seeds import generator

# Each rung changes one thing and keeps those before it.
LADDER = (
    "the rule of 1960, whole error",
    "a twentieth of the error",
    "letters shown with switches thrown",
    "logistic unit, cross-entropy",
    "Adam",
    "six hidden units: 109 weights",
)
SHARES = {0: 1.0, 1: 0.05, 2: 0.05}  # of the error removed, by rung
STEP, ADAM, HIDDEN, TESTS = 0.02, 0.01, 6, 2000
TIE = 1e-9  # a sum no larger than this is no T: zero, but for rounding


def climb(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Units learn side by side by one rung of LADDER; share of noisy letters called T or not as they should be.

    cell: rung, presentations, flip. Every rung of a seed sees the same letters in the same order, and the same tests.
    """
    rung, flip = int(cell["rung"]), float(cell["flip"])
    drawn = [_drawn(generator(cell["entropy"], seed), int(cell["presentations"]), flip) for seed in seeds]
    shown = np.stack([d["noisy" if rung >= 2 else "clean"] for d in drawn])
    target = np.stack([d["target"] for d in drawn])
    p = _by_lms(rung, shown, target) if rung in SHARES else _by_slopes(rung, shown, target, drawn)
    tests = np.stack([d["tests"] for d in drawn])
    says_t = _sums(OrderedSystem(), p, tests[..., 1:]).value[..., 0] > TIE
    nearest = (tests @ letters.inputs(letters.patterns()).T).argmax(axis=-1)
    return [
        {
            "right": float(np.mean(says == d["is_t"])),
            "nearest": float(np.mean((letters.LETTER[near] == 0) == d["is_t"])),
        }
        for says, near, d in zip(says_t, nearest, drawn, strict=True)
    ]


def _drawn(rng: np.random.Generator, presentations: int, flip: float) -> dict[str, np.ndarray]:
    """Letters to learn from, clean and noisy, their targets of 1 for T and -1 for others; noisy letters to test."""
    order = rng.integers(0, 6, presentations)
    clean = letters.patterns()[order]
    noisy = letters.flipped(clean, flip, rng)
    test = rng.integers(0, 6, TESTS)
    return {
        "clean": letters.inputs(clean),
        "noisy": letters.inputs(noisy),
        "target": np.where(letters.LETTER[order] == 0, 1.0, -1.0),
        "tests": letters.inputs(letters.flipped(letters.patterns()[test], flip, rng)),
        "is_t": letters.LETTER[test] == 0,
        "weights": rng.standard_normal((16, HIDDEN)),
    }


def _by_lms(rung: int, shown: np.ndarray, target: np.ndarray) -> Arrays:
    """One unit by alpha-LMS from zero; its first weight, of the constant input, is the bias."""
    w = np.stack(
        [lms.alpha_lms(np.zeros(17), x, d, alpha=SHARES[rung]).weights for x, d in zip(shown, target, strict=True)]
    )
    return {"w1": w[:, 1:, None], "b1": w[:, :1]}


def _by_slopes(rung: int, shown: np.ndarray, target: np.ndarray, drawn: Sequence[Mapping[str, np.ndarray]]) -> Arrays:
    """The same unit, or a net with hidden units, by the slope of the cross-entropy, one letter at a time."""
    seeds = len(shown)
    p: Arrays = {"w1": np.zeros((seeds, 16, 1)), "b1": np.zeros((seeds, 1))}
    if rung == len(LADDER) - 1:
        p = {"w1": np.stack([d["weights"] for d in drawn]) / np.sqrt(17), "b1": np.zeros((seeds, HIDDEN))}
        p |= {"w2": np.zeros((seeds, HIDDEN, 1)), "b2": np.zeros((seeds, 1))}
    moments = no_moments(p)
    for t in range(shown.shape[1]):
        _, slope = gradient(_loss, p, shown[:, t : t + 1, 1:], target[:, t, None, None])
        if rung == 3:
            p = {name: value - STEP * slope[name] for name, value in p.items()}
        else:
            p, moments = adam_step(p, slope, moments, learning_rate=ADAM)
    return p


def _sums(system: OrderedSystem, parameters: Mapping[str, Any], x: np.ndarray) -> Entry:
    # x (seeds, N, 16) -> (seeds, N, 1)
    """What the output unit sums."""
    p = parameters if isinstance(next(iter(parameters.values())), Entry) else system.parameters(parameters)
    y = system.apply(affine, system.constant(x), p["w1"], p["b1"])
    return system.apply(affine, system.apply(tanh, y), p["w2"], p["b2"]) if "w2" in p else y


def _loss(system: OrderedSystem, parameters: Mapping[str, Entry], x: np.ndarray, d: np.ndarray) -> Entry:
    """Cross-entropy of a logistic unit: softmax over its sum and zero."""
    z = _sums(system, parameters, x)
    both = system.apply(affine, z, system.constant(np.array([[1.0, 0.0]])), system.constant(np.zeros(2)))
    wanted = (1 + d) / 2
    return system.apply(softmax_cross_entropy, both, system.constant(np.concatenate([wanted, 1 - wanted], axis=-1)))
