"""The classifiers of 1998 that do not learn by gradient: lines, neighbours, components, radial bases, support vectors.

One function for each line of the paper's table (III.C). What the paper leaves unsaid is a cell's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from core.datasets import digit_fields
from core.datasets.digits import targets
from reproductions.lenet_1998 import written
from reproductions.lenet_1998.experiment import closing

Found = tuple[np.ndarray, dict[str, float]]  # scores (N, 10) of what is looked at, and other numbers
CHUNK = 500


def _rows(fields: np.ndarray, side: int) -> np.ndarray:
    return digit_fields.centred(fields, side).reshape(len(fields), -1).astype(np.float32)


def _with_one(x: np.ndarray) -> np.ndarray:
    return np.concatenate([x, np.ones((len(x), 1), x.dtype)], axis=1)


def _solve(x: np.ndarray, t: np.ndarray, ridge: float = 0.0) -> np.ndarray:
    """Weights of least squares for x (N, F) and targets t (N, O), from the normal equations in double precision.

    With `ridge` > 0 that share of the mean of the diagonal is added to it; without, the least of equal solutions.
    """
    gram, right = np.zeros((x.shape[1],) * 2), np.zeros((x.shape[1], t.shape[1]))
    for k in range(0, len(x), 10_000):
        part = x[k : k + 10_000].astype(float)
        gram += part.T @ part
        right += part.T @ t[k : k + 10_000]
    if ridge:
        gram[np.diag_indices_from(gram)] += ridge * np.trace(gram) / len(gram)
        return np.linalg.solve(gram, right)
    return np.linalg.lstsq(gram, right, rcond=1e-10)[0]


def linear(x: np.ndarray, y: np.ndarray, seen: np.ndarray, cell: Mapping[str, Any], seed: int) -> Found:
    """Ten weighted sums and biases by least squares to +1 and -1. III.C.1: ways of training gave similar results."""
    w = _solve(_with_one(x), targets(y))
    return _with_one(seen) @ w, {"parameters": float(w.size)}


def pairwise_linear(x: np.ndarray, y: np.ndarray, seen: np.ndarray, cell: Mapping[str, Any], seed: int) -> Found:
    """45 units, each separating two classes by least squares; a class's score adds its units' outputs (III.C.1)."""
    a, b = _with_one(x), _with_one(seen)
    scores, size = np.zeros((len(seen), 10)), 0
    for i, j in combinations(range(10), 2):
        both = (y == i) | (y == j)
        w = _solve(a[both], np.where(y[both] == i, 1.0, -1.0)[:, None], ridge=1e-9)
        out = (b @ w)[:, 0]
        scores[:, i] += out
        scores[:, j] -= out
        size += len(w)
    return scores, {"parameters": float(size)}


def neighbours(x: np.ndarray, y: np.ndarray, seen: np.ndarray, cell: Mapping[str, Any], seed: int) -> Found:
    """The vote of the cell's k nearest digits by Euclidean distance; of equal votes the nearer's (III.C.2: k = 3)."""
    k, square = cell["k"], np.square(x).sum(axis=1)
    scores = np.zeros((len(seen), 10))
    for start in range(0, len(seen), CHUNK):
        here = seen[start : start + CHUNK]
        distance = square - 2 * (here @ x.T)
        near = np.argpartition(distance, k, axis=1)[:, :k]
        order = np.argsort(np.take_along_axis(distance, near, axis=1), axis=1, kind="stable")
        near = np.take_along_axis(near, order, axis=1)
        for rank in range(k):
            np.add.at(scores, (np.arange(start, start + len(here)), y[near[:, rank]]), 1 + 1e-3 * 2.0**-rank)
    return scores, {}


def quadratic(x: np.ndarray, y: np.ndarray, seen: np.ndarray, cell: Mapping[str, Any], seed: int) -> Found:
    """Least squares on the products of pairs of the cell's principal components (III.C.3: 40, so 821 inputs)."""
    mean = x.mean(axis=0)
    centred = (x - mean).astype(float)
    values, vectors = np.linalg.eigh(centred.T @ centred / len(x))
    axes = vectors[:, ::-1][:, : cell["components"]] / np.sqrt(values[::-1][: cell["components"]])
    i, j = np.triu_indices(cell["components"])

    def products(a: np.ndarray) -> np.ndarray:
        z = (a - mean) @ axes
        return np.concatenate([z[:, i] * z[:, j], np.ones((len(a), 1))], axis=1)

    w = _solve(products(x), targets(y))
    return products(seen) @ w, {"inputs": float(len(w))}


def radial_bases(x: np.ndarray, y: np.ndarray, seen: np.ndarray, cell: Mapping[str, Any], seed: int) -> Found:
    """Gaussians around centres found by k-means in each class, then a regularised linear layer (III.C.4: 10 x 100).

    The paper names neither widths nor the regularisation: the width is the cell's `width` times the root mean square
    distance of a digit to its centre in that class.
    """
    from sklearn.cluster import MiniBatchKMeans

    centres, widths = [], []
    for digit in range(10):
        mine = x[y == digit]
        count = min(cell["centres"] // 10, len(mine))
        found = MiniBatchKMeans(count, random_state=seed, n_init=1, batch_size=2048, max_iter=50).fit(mine)
        centres.append(found.cluster_centers_)
        widths.append(np.full(count, cell["width"] * np.sqrt(found.inertia_ / len(mine))))
    middle, width = np.concatenate(centres).astype(np.float32), np.concatenate(widths)

    def activities(a: np.ndarray) -> np.ndarray:
        distance = np.square(a).sum(axis=1)[:, None] - 2 * (a @ middle.T) + np.square(middle).sum(axis=1)
        return _with_one(np.exp(-np.maximum(distance, 0) / (2 * width**2)).astype(np.float32))

    w = _solve(activities(x), targets(y), ridge=cell["ridge"])
    return activities(seen) @ w, {"centres": float(len(middle))}


def support_vectors(x: np.ndarray, y: np.ndarray, seen: np.ndarray, cell: Mapping[str, Any], seed: int) -> Found:
    """Support vectors with the kernel (x.z / s + 1)^degree, pairs of classes voting (scikit-learn; III.C.11: degree 4).

    s is the mean square length of a digit. `penalty` is the soft margin's C, which the paper does not name.
    """
    from sklearn.svm import SVC

    scale = 1 / float(np.square(x).sum(axis=1).mean())
    net = SVC(
        C=cell["penalty"],
        kernel="poly",
        degree=cell["degree"],
        gamma=scale,
        coef0=1.0,
        cache_size=2000,
        decision_function_shape="ovr",
    )
    net.fit(x, y)
    return net.decision_function(seen), {"support_vectors": float(len(net.support_))}


METHODS: dict[str, Callable[..., Found]] = {
    "linear": linear,
    "pairwise linear": pairwise_linear,
    "neighbours": neighbours,
    "quadratic": quadratic,
    "radial bases": radial_bases,
    "support vectors": support_vectors,
}


def classify(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Error, rejects and right answers of one of METHODS. Only radial bases draw at random.

    cell: method, what it reads, what `written.digits` reads, and side of the field (28, or 20 for deslanted digits).
    """
    data, side = written.digits(cell), cell.get("side", digit_fields.SIDE)
    x, seen = _rows(data.x, side), _rows(data.seen_x, side)
    found = []
    for seed in seeds:
        scores, numbers = METHODS[cell["method"]](x, data.y, seen, cell, seed)
        right = scores.argmax(axis=1) == data.seen_y
        row = closing(np.full((1, 3), np.nan), scores, data.seen_y, right)
        row.pop("history")
        row.pop("error_as_it_went")
        found.append(row | numbers)
    return found
