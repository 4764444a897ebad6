"""Learning in steps of a few patterns, with a smoothed gradient: the plain path of NETtalk's rule.

A word is a group of patterns, one for each letter. The gradient is built up letter by letter and the weights change
once, at the end of the word, so that all letters of a word meet the same weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.learning.optimizers import Arrays, Loss, gradient


@dataclass(frozen=True)
class Rule:
    """How the slopes of single patterns become steps: w <- w - rate g at the end of every group.

    With smoothing a: g <- a g + (1 - a) dE^p/dw after every pattern p, carried on from group to group. With None: g is
    the sum of dE^p/dw over the patterns of the group, and starts anew with the next.
    """

    rate: float
    smoothing: float | None = None


def grouped_pass(
    loss: Loss,
    parameters: Mapping[str, np.ndarray],
    inputs: np.ndarray,
    targets: np.ndarray,
    starts: np.ndarray,
    order: Sequence[int] | np.ndarray,
    rule: Rule,
    memory: Mapping[str, np.ndarray] | None = None,
) -> tuple[Arrays, Arrays]:
    """One pass over groups of patterns, in the order given; returns the parameters and the gradient g at the end.

    Group k is the patterns starts[k] to starts[k + 1]. `memory` is the g that an earlier pass returned; by default 0.
    `core.learning.compiled.nettalk` holds its fast twin.
    """
    w = {name: np.array(value, dtype=float) for name, value in parameters.items()}
    g = {name: np.array(memory[name]) if memory else np.zeros_like(value) for name, value in w.items()}
    keep, gain = (1.0, 1.0) if rule.smoothing is None else (rule.smoothing, 1.0 - rule.smoothing)
    for k in order:
        for p in range(starts[k], starts[k + 1]):
            _, slope = gradient(loss, w, inputs[p : p + 1], targets[p : p + 1])
            g = {name: keep * g[name] + gain * slope[name] for name in w}
        w = {name: w[name] - rule.rate * g[name] for name in w}
        if rule.smoothing is None:
            g = {name: np.zeros_like(value) for name, value in w.items()}
    return w, g
