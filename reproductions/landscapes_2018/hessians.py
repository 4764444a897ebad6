"""Curvature itself: spectra of whole Hessians, the index of points where the slope is small, and chance matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import least_squares
from scipy.sparse.linalg import LinearOperator, eigsh
from scipy.stats import spearmanr

from core.learning import curvature
from core.learning.checks import loss_value
from core.learning.ops import squared_error
from core.learning.ordered import Entry, OrderedSystem
from core.learning.seeds import generator
from core.learning.slopes import flatten, unflatten
from reproductions.landscapes_2018.nets import DIRECTIONS, Arrays, Values, digits_of, double, net_of, trained

FLAT = 1e-5  # eigenvalues within this share of the largest one count as zero


def spectrum(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """All eigenvalues of the Hessian of a small net along its training. cell: looks, on.

    `eigenvalues` (looks, P) rising; `losses` and `slopes` (looks,); `index` the share of eigenvalues below zero, beyond
    rounding; `ratio` the most negative over the largest; `large` how many exceed a tenth of the largest.
    """
    return [_spectrum(cell, seed) for seed in seeds]


def _spectrum(cell: Mapping[str, Any], seed: int) -> dict[str, Any]:
    net, data, found = net_of(cell), digits_of(cell), trained(cell, seed)
    if not found.sound:
        return {"failed": "diverged"}
    x, y = data.x[: cell["on"]].astype(np.float64), data.y[: cell["on"]]
    points = [point(net.loss, double(look), x, y) for look in found.looks]
    eigenvalues = np.stack([one["eigenvalues"] for one in points])
    return {
        "eigenvalues": eigenvalues,
        "losses": np.array([one["loss"] for one in points]),
        "slopes": np.array([one["slope"] for one in points]),
        "index": np.array([one["index"] for one in points]),
        "ratio": -eigenvalues[:, 0] / eigenvalues[:, -1],
        "large": np.sum(eigenvalues > 0.1 * eigenvalues[:, -1:], axis=1).astype(float),
        "parameters": float(eigenvalues.shape[1]),
        "steps": found.steps.astype(float),
        "error": found.error,
    }


def decayed(loss: Any, decay: float) -> Any:
    """A loss with the penalty decay |w|^2 / 2 on weights, not biases; with it stationary points are not at infinity."""

    def whole(system: OrderedSystem, p: Mapping[str, Entry], *data: np.ndarray) -> Entry:
        total = loss(system, p, *data)
        for name, w in p.items():
            if name[0] == "w" and decay:
                nothing = system.constant(np.zeros(w.value.shape[-2:]))
                total = total + decay * system.apply(squared_error, w, nothing)
        return total

    return whole


def point(loss: Any, p: Arrays, x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """Loss, length of the slope, eigenvalues of the Hessian and its index at one point."""
    eigenvalues = np.linalg.eigvalsh(curvature.hessian(loss, p, x, y))
    slope = float(np.linalg.norm(flatten(curvature.slopes(loss, p, x, y))))
    return {"loss": loss_value(loss, p, x, y), "slope": slope, "eigenvalues": eigenvalues, "index": index(eigenvalues)}


def index(eigenvalues: np.ndarray) -> float:
    """Share of eigenvalues below zero by more than rounding."""
    return float(np.mean(eigenvalues < -FLAT * np.abs(eigenvalues).max()))


def ends(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The largest and the most negative eigenvalues of a larger net at its looks, by Lanczos. cell: count, on.

    `largest` and `lowest` (looks, count); `ratio` the most negative over the largest; `products` how many products with
    the Hessian that took.
    """
    return [_ends(cell, seed) for seed in seeds]


def _ends(cell: Mapping[str, Any], seed: int) -> dict[str, Any]:
    net, data, found = net_of(cell), digits_of(cell), trained(cell, seed)
    if not found.sound:
        return {"failed": "diverged"}
    x, y, used = data.x[: cell["on"]].astype(np.float64), data.y[: cell["on"]], 0
    largest: list[np.ndarray] = []
    lowest: list[np.ndarray] = []
    rng = generator(cell["entropy"], DIRECTIONS + seed)
    for look in found.looks:
        p = double(look)
        times, size = curvature.linear_map(net.loss, p, x, y), flatten(p).size

        def counted(v: np.ndarray, times: Any = times) -> np.ndarray:
            nonlocal used
            used += 1
            return times(v)

        matrix = LinearOperator((size, size), matvec=counted, dtype=float)
        begin = rng.standard_normal(size)
        for which, values in (("LA", largest), ("SA", lowest)):
            kept = eigsh(matrix, cell["count"], which=which, v0=begin, tol=cell.get("tolerance", 1e-3))[0]
            values.append(np.sort(kept)[::-1])
    most, least = np.array(largest), np.array(lowest)
    return {
        "largest": most,
        "lowest": least,
        "ratio": -least[:, -1] / most[:, 0],
        "products": float(used),
        "parameters": float(flatten(found.end).size),
        "steps": found.steps.astype(float),
        "error": found.error,
    }


def index_and_loss(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Points where the slope all but vanishes, found from many places: their loss, and how many ways lead down.

    From points along a training run, each moved by a random amount up to cell["noise"] of its length, the nearest
    stationary point of the loss with cell["decay"] is looked for in cell["steps"] steps. Kept are those whose slope is
    below cell["small"]: `losses`, `index`, `slopes` and `lengths` of their weights (points,), and how many were tried;
    `correlation` of the ranks of loss and index over the points kept, `saddles` the share of them with a way down.
    """
    return [_index_and_loss(cell, seed) for seed in seeds]


def _index_and_loss(cell: Mapping[str, Any], seed: int) -> dict[str, Any]:
    net, data, found = net_of(cell), digits_of(cell), trained(cell, seed)
    if not found.sound:
        return {"failed": "diverged"}
    x, y = data.x[: cell["on"]].astype(np.float64), data.y[: cell["on"]]
    loss = decayed(net.loss, cell["decay"])
    like, rng, kept = double(found.end), generator(cell["entropy"], DIRECTIONS + seed), []
    for k in range(cell["tries"]):
        at = flatten(double(found.looks[k % len(found.looks)]))
        move = rng.standard_normal(at.size)
        at = at + rng.uniform(0, cell["noise"]) * np.linalg.norm(at) * move / np.linalg.norm(move)
        end, slope = nearest_stationary(loss, unflatten(at, like), x, y, steps=cell["steps"])
        if slope < cell["small"]:
            here = point(loss, end, x, y)
            kept.append((here["loss"], here["index"], slope, np.linalg.norm(flatten(end))))
    table = np.array(kept).reshape(-1, 4)
    varied = len(table) > 2 and len(set(table[:, 1])) > 1
    return {
        "losses": table[:, 0],
        "index": table[:, 1],
        "slopes": table[:, 2],
        "lengths": table[:, 3],
        "tried": float(cell["tries"]),
        "kept": float(len(table)),
        "parameters": float(flatten(like).size),
        "correlation": float(spearmanr(table[:, 0], table[:, 1]).statistic) if varied else float("nan"),
        "saddles": float(np.mean(table[:, 1] > 0)) if len(table) else float("nan"),
    }


def nearest_stationary(loss: Any, p: Values, *data: np.ndarray, steps: int) -> tuple[Arrays, float]:
    """Where the slope comes to rest from p, minima, saddles and flats alike, and the length that the slope has there.

    The squared length of the slope is made least by Levenberg's and Marquardt's method, for which the slope's own
    derivatives are the Hessian; `steps` is how often it may be taken.
    """

    def slope(flat: np.ndarray) -> np.ndarray:
        return flatten(curvature.slopes(loss, unflatten(flat, p), *data))

    def its_own(flat: np.ndarray) -> np.ndarray:
        return curvature.hessian(loss, unflatten(flat, p), *data)

    found = least_squares(
        slope, flatten(p), its_own, method="trf", x_scale="jac", ftol=1e-15, xtol=1e-15, gtol=1e-15, max_nfev=steps
    )
    return unflatten(found.x, p), float(np.linalg.norm(found.fun))


def chance(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Share of random symmetric matrices all of whose n eigenvalues are positive. cell: n, matrices.

    Matrices of the Gaussian orthogonal ensemble: independent normal entries, of variance 2 on the diagonal and 1 off
    it. All eigenvalues are positive exactly if all pivots of elimination are. `positive` how many were, of `matrices`.
    """
    rows = []
    for seed in seeds:
        rng, left, positive = generator(cell["entropy"], seed), cell["matrices"], 0
        while left:
            count = min(left, 200_000)
            positive += int(np.sum(positive_definite(gaussian(rng, count, cell["n"]))))
            left -= count
        rows.append(
            {"positive": float(positive), "matrices": float(cell["matrices"]), "share": positive / cell["matrices"]}
        )
    return rows


def gaussian(rng: np.random.Generator, count: int, n: int) -> np.ndarray:
    # -> (count, n, n)
    """Matrices of the Gaussian orthogonal ensemble."""
    a = rng.standard_normal((count, n, n))
    return (a + np.swapaxes(a, 1, 2)) / np.sqrt(2)


def positive_definite(matrices: np.ndarray) -> np.ndarray:
    # (count, n, n) -> (count,)
    """Whether every pivot of each symmetric matrix is positive (Sylvester)."""
    a, good = matrices.copy(), np.ones(len(matrices), bool)
    for k in range(a.shape[1]):
        pivot = a[:, k, k].copy()
        good &= pivot > 0
        rows = a[:, k + 1 :, k] / np.where(good, pivot, 1.0)[:, None]
        a[:, k + 1 :, k + 1 :] -= rows[:, :, None] * a[:, None, k, k + 1 :]
    return good
