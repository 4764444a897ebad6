"""A loss along lines and over planes in the space of its weights: directions, slices, curvature of a slice, paths.

A direction is a dict of arrays shaped like the parameters. Directions are drawn by a generator, so a random slice is a
seed and a statement about slices is made over many. Many points of a slice are read at once, as replicas of a network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core.learning.ordered import Entry, OrderedSystem

Loss = Callable[..., Entry]
Arrays = dict[str, np.ndarray]
Values = Mapping[str, np.ndarray]


def random_direction(rng: np.random.Generator, like: Values) -> Arrays:
    """Independent standard normal numbers, one for each parameter."""
    return {name: rng.standard_normal(value.shape) for name, value in like.items()}


def unit_axis(value: np.ndarray) -> int | None:
    """The axis of a weight array that counts its filters or units: the last of (I, O), the first of (O, S, K, K).

    None for biases and other arrays that no unit owns alone.
    """
    return {2: 1, 4: 0}.get(value.ndim)


def filter_normalised(direction: Values, parameters: Values) -> Arrays:
    """d <- d |w| / |d| for the incoming weights w of every filter or unit by itself; biases do not move.

    Source: Li, Xu, Taylor, Studer and Goldstein (2018), section 4 (filters; one unit of a dense layer is one filter);
    biases and the like are set to zero as their published code does. A filter without weights does not move.
    """
    found = {}
    for name, w in parameters.items():
        axis, d = unit_axis(w), direction[name]
        if axis is None:
            found[name] = np.zeros_like(d)
            continue
        others = tuple(k for k in range(w.ndim) if k != axis)
        size, own = (np.sqrt(np.sum(np.square(a), axis=others, keepdims=True)) for a in (w, d))
        found[name] = d * np.divide(size, own, out=np.zeros_like(own), where=own > 0)
    return found


def tensor_normalised(direction: Values, parameters: Values) -> Arrays:
    """d <- d |W| / |d| for every array as a whole, biases too: the planes of Welch Labs (2025), not Li et al.'s."""
    return {
        name: direction[name] * (np.linalg.norm(w) / max(float(np.linalg.norm(direction[name])), 1e-300))
        for name, w in parameters.items()
    }


def moved(centre: Values, directions: Sequence[Values], coordinates: np.ndarray) -> Arrays:
    # coordinates (R, K) -> {name: (R, *shape)}
    """centre + sum over k of coordinate_k direction_k, one replica for each row of coordinates."""
    found = {}
    for name, w in centre.items():
        stack = np.stack([d[name] for d in directions]).astype(w.dtype)
        found[name] = w + np.tensordot(coordinates.astype(w.dtype), stack, axes=1)
    return found


def values(
    loss: Loss, centre: Values, directions: Sequence[Values], coordinates: np.ndarray, *data: Any, together: int = 32
) -> np.ndarray:
    # coordinates (..., K) -> (...)
    """The loss at centre + sum of coordinate_k direction_k, `together` points in one forward pass.

    `loss(system, parameters, *data)` must take replicas: parameters (R, *shape) give values (R,).
    """
    flat, found = coordinates.reshape(-1, coordinates.shape[-1]), []
    for start in range(0, len(flat), together):
        system = OrderedSystem()
        here = moved(centre, directions, flat[start : start + together])
        found.append(loss(system, system.parameters(here), *data).value)
    return np.concatenate(found).reshape(coordinates.shape[:-1])


def values_by_layer(
    rest: Loss,
    first: Callable[[Values], np.ndarray],
    names: Sequence[str],
    centre: Values,
    directions: Sequence[Values],
    coordinates: np.ndarray,
    *data: Any,
    together: int = 32,
) -> np.ndarray:
    # coordinates (..., K) -> (...)
    """`values` for a network whose first layer is linear in its parameters, as every affine layer or convolution is.

    On a line or plane the sums of such a layer are themselves linear in the coordinates, so the layer is run once for
    the centre and once for each direction, whatever the number of points. first(parameters) gives its sums (N, ...)
    for the parameters called `names`; rest(system, parameters, sums, *data) is the loss from there.
    """
    own = np.stack([first({name: at[name] for name in names}) for at in (centre, *directions)])
    above = {name: value for name, value in centre.items() if name not in names}
    flat, found = coordinates.reshape(-1, coordinates.shape[-1]), []
    for start in range(0, len(flat), together):
        system, here = OrderedSystem(), flat[start : start + together]
        mix = np.concatenate([np.ones((len(here), 1)), here], axis=1).astype(own.dtype)
        sums = np.reshape(mix @ own.reshape(len(own), -1), (len(here), *own.shape[1:]))
        p = system.parameters(moved(above, [{n: d[n] for n in above} for d in directions], here))
        found.append(rest(system, p, system.constant(sums), *data).value)
    return np.concatenate(found).reshape(coordinates.shape[:-1])


def grid(extent: float, points: int) -> np.ndarray:
    # -> (points, points, 2)
    """Coordinates of a square from -extent to extent both ways, an odd number of points so that 0 is one of them."""
    side = np.linspace(-extent, extent, points)
    return np.stack(np.meshgrid(side, side, indexing="ij"), axis=-1)


def difference(start: Values, end: Values) -> Arrays:
    """end - start: the direction of the straight line between two sets of parameters."""
    return {name: end[name] - start[name] for name in start}


def surface_curvatures(surface: np.ndarray, step: float) -> np.ndarray:
    # (M, M) -> (M - 2, M - 2, 2)
    """The two principal curvatures of a slice at its inner points, the smaller first.

    Eigenvalues of the matrix of second central differences, the mixed one over the four corners; `step` is the
    distance of neighbours.
    """
    middle = surface[1:-1, 1:-1]
    aa = (surface[2:, 1:-1] - 2 * middle + surface[:-2, 1:-1]) / step**2
    bb = (surface[1:-1, 2:] - 2 * middle + surface[1:-1, :-2]) / step**2
    ab = (surface[2:, 2:] - surface[2:, :-2] - surface[:-2, 2:] + surface[:-2, :-2]) / (4 * step**2)
    mean, spread = (aa + bb) / 2, np.sqrt(np.square((aa - bb) / 2) + np.square(ab))
    return np.stack([mean - spread, mean + spread], axis=-1)


def rises(line: np.ndarray, *, tolerance: float = 0.0) -> float:
    """The largest climb along a line of losses: the most that a later value exceeds an earlier one, at least 0.

    A line falls monotonically if this is not above `tolerance`. NaN if a value is not finite.
    """
    climb = float(np.max(line - np.minimum.accumulate(line)))
    return climb if climb > tolerance or not np.isfinite(climb) else 0.0


def component_shares(path: np.ndarray, *, centred: bool = True) -> np.ndarray:
    # (S, P) -> (min(S, P),)
    """Shares of a path's variance in its principal components, the largest first; they sum to one.

    Not centred, the components are of the moves from the path's last point, as Li et al. (2018), section 7, take them.
    """
    moves = path - (path.mean(axis=0) if centred else path[-1])
    gram = moves @ moves.T
    parts = np.sort(np.maximum(np.linalg.eigvalsh(gram), 0.0))[::-1]
    return parts / parts.sum()


def share_seen(moves: np.ndarray, directions: np.ndarray) -> np.ndarray:
    # moves (S, P), directions (K, P) -> (S,)
    """Share of the squared length of each move that the span of some directions sees."""
    basis = np.linalg.qr(directions.T)[0]
    return np.sum(np.square(moves @ basis), axis=-1) / np.sum(np.square(moves), axis=-1)
