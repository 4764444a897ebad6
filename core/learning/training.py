"""Training in small batches, in place and in the parameters' own precision: plain steps, with momentum, or Adam's.

The loss is a mean over the cases of a batch and ends an ordered system, as everywhere in the project. Parameters are
changed in place, which saves the copies that a pure function would make of every network at every step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from core.learning.optimizers import adam_in_place
from core.learning.ordered import Entry, OrderedSystem, ordered_derivatives

Loss = Callable[[OrderedSystem, Mapping[str, Entry], np.ndarray, np.ndarray], Entry]


class Rule(Protocol):
    """How parameters are changed, given the derivatives of one batch."""

    def step(self, name: str, w: np.ndarray, slope: np.ndarray, rate: float) -> None:
        """Change w in place."""


class Plain:
    """w <- w - rate dE/dw."""

    def step(self, name: str, w: np.ndarray, slope: np.ndarray, rate: float) -> None:
        """Change w in place; the array of slopes is used up."""
        slope *= w.dtype.type(rate)
        w -= slope


@dataclass
class Momentum:
    """v <- momentum v - decay rate w - rate dE/dw, then w <- w + v.

    `decays` holds weight decays by parameter name, `factors` multiples of the rate; by default 0 and 1.
    Source: Krizhevsky, Sutskever and Hinton (2012), section 5; cuda-convnet, src/weights.cu.
    """

    momentum: float = 0.9
    decays: Mapping[str, float] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)
    _changes: dict[str, np.ndarray] = field(default_factory=dict)

    def step(self, name: str, w: np.ndarray, slope: np.ndarray, rate: float) -> None:
        """Change w in place; the array of slopes is used up."""
        v, rate = self._changes.setdefault(name, np.zeros_like(w)), rate * self.factors.get(name, 1.0)
        decay, kind = self.decays.get(name, 0.0), w.dtype.type
        v *= kind(self.momentum)
        slope *= kind(rate)
        v -= slope
        if decay:
            np.multiply(w, kind(decay * rate), out=slope)
            v -= slope
        w += v


@dataclass
class Adam:
    """Adam's rule with its usual constants, that of `adam_in_place` and in any precision."""

    _state: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=dict)
    _steps: dict[str, int] = field(default_factory=dict)

    def step(self, name: str, w: np.ndarray, slope: np.ndarray, rate: float) -> None:
        """Change w in place."""
        if name not in self._state:
            self._state[name] = (np.zeros_like(w), np.zeros_like(w), np.empty_like(w))
        self._steps[name] = self._steps.get(name, 0) + 1
        adam_in_place(w, slope, *self._state[name], self._steps[name], learning_rate=rate)


def train(
    loss: Loss, parameters: dict[str, np.ndarray], batches: Iterator[tuple[np.ndarray, np.ndarray]], *, rule: Rule,
    rate: Callable[[int], float], first: int = 0,
) -> float:  # fmt: skip
    """Change `parameters` in place, one step for every batch; `rate(k)` is the learning rate of step k from `first` on.

    Returns the loss of the last batch before its step, NaN as soon as one is not finite, and stops there.
    Raises ValueError if there is no batch.
    """
    value = None
    for k, (x, y) in enumerate(batches, start=first):
        system = OrderedSystem()
        target = loss(system, system.parameters(parameters), x, y)
        value = float(target.value)
        if not np.isfinite(value):
            return float("nan")
        slopes = ordered_derivatives(target)
        now = rate(k)
        for name, w in parameters.items():
            rule.step(name, w, slopes[name], now)
        del system, target, slopes  # the batch's arrays end with its step
    if value is None:
        raise ValueError("training needs at least one batch")
    return value


def batches(
    x: np.ndarray, y: np.ndarray, size: int, cases: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Batches until `cases` cases have been shown, every case once in a new random order before any comes again."""
    x, shown = np.ascontiguousarray(x), 0  # `take` would copy all of a strided array, such as windows, at every batch
    while shown < cases:
        order = rng.permutation(len(x))
        for start in range(0, len(x), size):
            chosen = order[start : start + min(size, cases - shown)]
            yield x.take(chosen, axis=0), y[chosen]
            shown += len(chosen)
            if shown >= cases:
                return
