"""Training in small batches, in place and in the parameters' own precision: plain steps, with momentum, or Adam's.

The loss is a mean over the cases of a batch and ends an ordered system, as everywhere in the project. Parameters are
changed in place, which saves the copies that a pure function would make of every network at every step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
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
    """Adam's rule, that of `adam_in_place` and in any precision, with its usual constants unless others are given.

    `decay` is the weight decay of AdamW on matrices; gains, biases and other single rows of numbers do not decay.
    `in_place` may be the compiled twin of `adam_in_place`, which needs no room to work in.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    decay: float = 0.0
    in_place: Callable[..., None] = adam_in_place
    _state: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=dict)
    _steps: dict[str, int] = field(default_factory=dict)

    def step(self, name: str, w: np.ndarray, slope: np.ndarray, rate: float) -> None:
        """Change w in place."""
        if name not in self._state:
            work = np.empty_like(w) if self.in_place is adam_in_place else np.empty(0, w.dtype)
            self._state[name] = (np.zeros_like(w), np.zeros_like(w), work)
        self._steps[name] = self._steps.get(name, 0) + 1
        self.in_place(
            w,
            slope,
            *self._state[name],
            self._steps[name],
            learning_rate=rate,
            beta1=self.beta1,
            beta2=self.beta2,
            epsilon=self.epsilon,
            decay=self.decay if w.ndim > 1 else 0.0,
        )


def train(
    loss: Loss,
    parameters: dict[str, np.ndarray],
    batches: Iterator[tuple[np.ndarray, np.ndarray]],
    *,
    rule: Rule,
    rate: Callable[[int], float],
    first: int = 0,
    clip: float | None = None,
    parts: int = 1,
) -> float:
    """Change `parameters` in place, one step for every batch; `rate(k)` is the learning rate of step k from `first` on.

    With `clip`, slopes are scaled down together where their norm over all parameters exceeds it (Pascanu, Mikolov and
    Bengio 2013). With `parts`, every batch is cut in so many equal pieces of its cases that are walked back at the
    same time, each by a thread of its own; their mean is the batch's.
    Returns the loss of the last batch before its step, NaN as soon as one is not finite, and stops there.
    Raises ValueError if there is no batch.
    """
    value = None
    # glibc gives large arrays back to the system, which fetches them anew page by page, until it has seen a larger one.
    np.empty(31 * 2**20, np.uint8)
    with ThreadPoolExecutor(parts) as pool:
        for k, (x, y) in enumerate(batches, start=first):
            value, slopes = _mean_slopes(loss, parameters, x, y, parts, pool)
            if not np.isfinite(value):
                return float("nan")
            if clip is not None:
                scale_down(slopes, clip)
            _step_all(rule, parameters, slopes, rate(k), parts, pool)
            del slopes  # the batch's arrays end with its step
    if value is None:
        raise ValueError("training needs at least one batch")
    return value


def slopes_of(
    loss: Loss, parameters: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray
) -> tuple[float, dict[str, np.ndarray]]:
    """The loss of one batch and its derivative by every parameter; all else is forgotten on the way."""
    system = OrderedSystem()
    target = loss(system, system.parameters(parameters), x, y)
    value = float(target.value)
    if not np.isfinite(value):
        return value, {}
    return value, dict(ordered_derivatives(target, forget=True))


def _mean_slopes(
    loss: Loss, parameters: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray, parts: int, pool: Executor
) -> tuple[float, dict[str, np.ndarray]]:
    if parts == 1:
        return slopes_of(loss, parameters, x, y)
    if len(x) % parts:
        raise ValueError(f"{len(x)} cases cannot be cut in {parts} equal parts")
    found = list(pool.map(lambda a, b: slopes_of(loss, parameters, a, b), np.split(x, parts), np.split(y, parts)))
    value = float(np.mean([value for value, _ in found]))
    if not np.isfinite(value):
        return value, {}
    first, *others = (slopes for _, slopes in found)

    def join(names: list[str]) -> None:
        for name in names:
            total = first[name]
            for other in others:
                total = np.add(total, other[name], out=total)
            total *= total.dtype.type(1 / parts)

    list(pool.map(join, _shared_out(parameters, parts)))
    return value, first


def _step_all(
    rule: Rule,
    parameters: Mapping[str, np.ndarray],
    slopes: Mapping[str, np.ndarray],
    rate: float,
    parts: int,
    pool: Executor,
) -> None:
    def step(names: list[str]) -> None:
        for name in names:
            rule.step(name, parameters[name], slopes[name], rate)

    if parts == 1:
        step(list(parameters))
    else:
        list(pool.map(step, _shared_out(parameters, parts)))


def _shared_out(parameters: Mapping[str, np.ndarray], parts: int) -> list[list[str]]:
    """The names in `parts` lists with about as many numbers in each, the largest arrays first."""
    lists: list[tuple[int, list[str]]] = [(0, []) for _ in range(parts)]
    for name in sorted(parameters, key=lambda name: -parameters[name].size):
        size, names = min(lists, key=lambda one: one[0])
        lists[lists.index((size, names))] = (size + parameters[name].size, [*names, name])
    return [names for _, names in lists]


def scale_down(slopes: Mapping[str, np.ndarray], clip: float) -> float:
    """Scale all slopes by one factor, in place, so that their norm is at most `clip`. Returns the norm before."""
    norm = float(np.sqrt(sum(float(np.vdot(slope, slope)) for slope in slopes.values())))
    if norm > clip:
        for slope in slopes.values():
            slope *= slope.dtype.type(clip / norm)
    return norm


def cosine(rate: float, steps: int, *, warm_up: int = 0, least: float = 0.1) -> Callable[[int], float]:
    """A learning rate that rises in a straight line over `warm_up` steps, then falls as half a cosine to least x rate.

    Source: Loshchilov and Hutter (2017), equation 5; Touvron et al. (2023), section 2.3, end at a tenth.
    """

    def at(k: int) -> float:
        if k < warm_up:
            return rate * (k + 1) / warm_up
        done = min((k - warm_up) / max(1, steps - warm_up), 1.0)
        return rate * (least + (1 - least) * 0.5 * (1 + float(np.cos(np.pi * done))))

    return at


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
