"""Measured slopes, as before 1959: nudge the weights, read the loss again, and count every reading.

A loss is any function from points (..., n) to values (...). Widrow and Hoff (1960, p. 97) call it the usual way; the
formulas for Gaussian errors follow Widrow and Stearns (1985), chapters 4 and 5, or are re-derived here where said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from core.learning.ordered import Entry, OrderedSystem

Noise = Callable[[np.ndarray], np.ndarray]


@dataclass
class Meter:
    """Reads a loss, exactly or through `noise`, and counts the points it was read at.

    loss maps points (..., n) to values (...); noise maps true values to readings of the same shape.
    """

    loss: Callable[[np.ndarray], np.ndarray]
    noise: Noise | None = None
    evaluations: int = field(default=0, init=False)

    def read(self, points: np.ndarray) -> np.ndarray:
        # (..., n) -> (...)
        """Readings at the points; each point is one evaluation."""
        self.evaluations += points.size // points.shape[-1]
        values = self.loss(points)
        return values if self.noise is None else self.noise(values)


def mean_of_squares(samples: int, rng: np.random.Generator) -> Noise:
    """Noise of a mean of `samples` squared Gaussian errors whose variance is the true value: chi-square / samples.

    Its variance is 2 value^2 / samples. Raises ValueError if samples is not positive.
    """
    if samples < 1:
        raise ValueError(f"a reading is a mean over at least one sample, not over {samples}")
    return lambda values: values * (rng.chisquare(samples, np.shape(values)) / samples)


def best_step(dtype: type | np.dtype = np.float64, *, central: bool = True) -> float:
    """Step near which truncation and round-off of a slope balance, for a loss and weights of size about 1.

    eps^(1/3) for central and eps^(1/2) for forward differences, eps being the spacing of `dtype` at 1.
    """
    return float(np.finfo(dtype).eps) ** (1 / 3 if central else 1 / 2)


def _checked(w: np.ndarray, step: float) -> np.ndarray:
    w = np.asarray(w)
    w = w if np.issubdtype(w.dtype, np.floating) else w.astype(float)
    if w.ndim == 0 or w.shape[-1] == 0:
        raise ValueError("weights must be an array (..., n) with at least one weight")
    if not np.all(np.isfinite(w)):
        raise ValueError("weights must be finite numbers; there is a NaN or an infinity among them")
    if not (np.isfinite(step) and step > 0):
        raise ValueError(f"the step must be a positive number, not {step}")
    return w


def forward(meter: Meter, w: np.ndarray, step: float, *, chunk: int = 256) -> np.ndarray:
    # (..., n) -> (..., n)
    """(f(w + step e_i) - f(w)) / step for every weight: n + 1 evaluations. Biased by step f''/2.

    At most `chunk` weights are nudged at once. Raises ValueError unless weights are finite and the step positive.

    >>> forward(Meter(lambda w: (w**2).sum(-1)), np.array([1.0, 2.0]), 0.01).round(6)  # 2 w, and the step itself
    array([2.01, 4.01])
    """
    w = _checked(w, step)
    base = meter.read(w)
    return np.concatenate(
        [(meter.read(_nudged(w, part, step)) - base[..., None]) / step for part in _parts(w, chunk)], axis=-1
    )


def central(meter: Meter, w: np.ndarray, step: float, *, chunk: int = 256) -> np.ndarray:
    # (..., n) -> (..., n)
    """(f(w + step e_i) - f(w - step e_i)) / (2 step): 2 n evaluations, exact on a quadratic. Raises as `forward`.

    >>> central(Meter(lambda w: (w**2).sum(-1)), np.array([1.0, 2.0]), 0.01).round(6)
    array([2., 4.])
    """
    w = _checked(w, step)
    return np.concatenate(
        [
            (meter.read(_nudged(w, part, step)) - meter.read(_nudged(w, part, -step))) / (2 * step)
            for part in _parts(w, chunk)
        ],
        axis=-1,
    )


def along(meter: Meter, w: np.ndarray, direction: np.ndarray, step: float) -> np.ndarray:
    # (..., n), (..., n) -> (...)
    """Central slope along a direction: 2 evaluations. Times a random direction of unit variance per weight, its mean
    is the gradient. Raises as `forward`."""
    w = _checked(w, step)
    if not np.all(np.isfinite(direction)):
        raise ValueError("the direction must be finite numbers")
    return (meter.read(w + step * direction) - meter.read(w - step * direction)) / (2 * step)


def _parts(w: np.ndarray, chunk: int) -> list[np.ndarray]:
    n = w.shape[-1]
    return [np.arange(start, min(start + chunk, n)) for start in range(0, n, chunk)]


def _nudged(w: np.ndarray, part: np.ndarray, step: float) -> np.ndarray:
    # (..., n) -> (..., len(part), n)
    points = np.repeat(w[..., None, :], len(part), axis=-2)
    points[..., np.arange(len(part)), part] += w.dtype.type(step)
    return points


def network_loss(
    loss: Callable[..., Entry], parameters: Mapping[str, np.ndarray], *data: np.ndarray
) -> tuple[Callable[[np.ndarray], np.ndarray], np.ndarray]:
    """A network's loss as a function of one flat vector of its weights, through its ordered system.

    `loss(system, parameters, *data)` is any loss of the project. Returns f, mapping points (..., n) to (...), and the
    vector (n,) of the given parameters, in their order. Points of one call are read together, as replicas.
    """

    def read(points: np.ndarray) -> np.ndarray:
        system = OrderedSystem()
        flat = points.reshape(-1, points.shape[-1])
        value = loss(system, system.parameters(unflatten(flat, parameters)), *data).value
        return np.reshape(value, points.shape[:-1])

    return read, flatten(parameters)


def flatten(values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Arrays, in the order of the mapping, as one flat vector.

    >>> flatten({'w': np.ones((2, 2)), 'b': np.zeros(1)})
    array([1., 1., 1., 1., 0.])
    """
    return np.concatenate([np.ravel(value) for value in values.values()])


def unflatten(flat: np.ndarray, like: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    # (..., n) -> {name: (..., *shape)}
    """The inverse of `flatten` for arrays shaped as in `like`; leading axes stay in front."""
    bounds = np.cumsum([0, *(value.size for value in like.values())])
    return {
        name: flat[..., start:stop].reshape(*flat.shape[:-1], *value.shape)
        for (name, value), start, stop in zip(like.items(), bounds[:-1], bounds[1:], strict=True)
    }


def differential_steepest_descent(
    meter: Meter, w: np.ndarray, *, rate: float, step: float, iterations: int
) -> np.ndarray:
    # (..., n) -> (iterations + 1, ..., n)
    """w <- w - rate * central slopes: 2 n evaluations per iteration. Returns every point of the path.

    A path that overflows ends in NaN from there on. Raises ValueError as `forward`, or unless the rate is positive.
    """
    return _path(_checked(w, step), rate, iterations, lambda at: -central(meter, at, step))


def linear_random_search(
    meter: Meter, w: np.ndarray, *, rate: float, spread: float, iterations: int, rng: np.random.Generator
) -> np.ndarray:
    # (..., n) -> (iterations + 1, ..., n)
    """w <- w + rate * (f(w) - f(w + u)) u, u Gaussian with standard deviation `spread`: 2 evaluations per iteration.

    Returns and raises as `differential_steepest_descent`. Source: Widrow and McCool (1976), recalled; re-derived.
    """

    def change(at: np.ndarray) -> np.ndarray:
        u = spread * rng.standard_normal(at.shape)
        return (meter.read(at) - meter.read(at + u))[..., None] * u

    return _path(_checked(w, spread), rate, iterations, change)


def _path(w: np.ndarray, rate: float, iterations: int, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    if not (np.isfinite(rate) and rate > 0):
        raise ValueError(f"the rate must be a positive number, not {rate}")
    path = np.full((iterations + 1, *w.shape), np.nan)
    path[0] = w
    alive = np.ones((*w.shape[:-1], 1), dtype=bool)
    for k in range(iterations):
        at = np.where(alive, path[k], 0.0)  # a path that has overflowed stays NaN and does not disturb the others
        new = at + rate * change(at)
        alive = alive & np.isfinite(new).all(axis=-1, keepdims=True)
        path[k + 1] = np.where(alive, new, np.nan)
        if not alive.any():
            break
    return path
