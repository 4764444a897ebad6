"""Letters read by one unit when switches are thrown at random, and what any weights of one layer can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import linprog

from core.datasets import letters
from core.learning import lms_theory as theory
from core.learning.compiled import lms
from core.learning.seeds import generator


def recognition(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Share of noisy letters that are read aright: by LMS taught clean, LMS taught noisy, the least-squares weights
    for that noise, and the rule that knows the noise (nearest pattern)."""
    found = []
    for seed in seeds:
        rng = generator(cell["entropy"], seed)
        x, flip = letters.inputs(letters.patterns()), cell["flip"]
        order = rng.integers(0, 6, cell["presentations"])
        noisy = letters.inputs(letters.flipped(letters.patterns()[order], flip, rng))
        clean = lms.alpha_lms(np.zeros(17), x, letters.TARGETS, order, alpha=cell["alpha"]).weights
        taught = lms.alpha_lms(np.zeros(17), noisy, letters.TARGETS[order], alpha=cell["alpha"]).weights
        shown = rng.integers(0, 6, cell["tests"])
        test = letters.inputs(letters.flipped(letters.patterns()[shown], flip, rng))
        nearest = (test @ x.T).argmax(axis=1)
        best = noise_solution(flip)
        found.append(
            {
                "clean": float(np.mean(letters.read(test @ clean) == letters.LETTER[shown])),
                "noisy": float(np.mean(letters.read(test @ taught) == letters.LETTER[shown])),
                "least_squares": float(np.mean(letters.read(test @ best) == letters.LETTER[shown])),
                "nearest": float(np.mean(letters.LETTER[nearest] == letters.LETTER[shown])),
            }
        )
    return found


def noise_solution(flip: float) -> np.ndarray:
    """The Wiener solution for the six patterns with switches thrown at random: exact, not sampled."""
    x = letters.inputs(letters.patterns())
    mean = x.copy()
    mean[:, 1:] *= 1 - 2 * flip
    r = mean.T @ mean / 6
    np.fill_diagonal(r, 1.0)
    return theory.wiener(r, mean.T @ letters.TARGETS / 6)


def allowed(pictures: np.ndarray, labels: np.ndarray) -> bool:
    """Whether any seventeen weights put every picture within half a level of its letter's target (linear program)."""
    x, target = letters.inputs(pictures), letters.LEVELS[labels]
    upper, lower = target + 29.999, target - 29.999
    top, bottom = target == letters.LEVELS.max(), target == letters.LEVELS.min()
    a = np.concatenate([x[~top], -x[~bottom]])
    b = np.concatenate([upper[~top], -lower[~bottom]])
    found = linprog(np.zeros(17), A_ub=a, b_ub=b, bounds=(None, None))
    if found.status not in (0, 2):
        raise RuntimeError(f"the linear program ended without an answer: {found.message}")
    return bool(found.status == 0)
