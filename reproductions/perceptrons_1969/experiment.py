"""The experiments of `perceptrons_1969`: what one layer of weights cannot do, by enumeration and linear programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from math import comb
from typing import Any

import numpy as np
from scipy import ndimage
from scipy.optimize import linprog

from core.datasets import boolean, dichotomies
from core.learning import optimizers
from core.learning.compiled import lms, small_nets
from core.learning.ops import affine, sigmoid, squared_error
from core.learning.seeds import generator
from core.networks import grouped

SPACING = 6  # rows between the bars of the connectedness figures


def xor_one_layer(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """XOR on one layer by three rules: outputs, the path of the weights, and what theory says of each."""
    return [_xor_one_layer(cell, generator(cell["entropy"], seed)) for seed in seeds]


def _xor_one_layer(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    bits, wanted = boolean.parity(2)
    x, d = np.column_stack([np.ones(4), bits]), 2 * wanted[:, 0] - 1
    start = rng.normal(0, 0.5, 3)
    order = np.tile(rng.permutation(4), cell["sweeps"])
    each = lms.perceptron(np.round(4 * start) / 4, x, d, order, keep=True).history
    steps = each[::4]
    seen: dict[tuple[float, ...], int] = {}
    period = 0
    for k, w in enumerate(steps):
        if tuple(w) in seen:
            period = k - seen[tuple(w)]
            break
        seen[tuple(w)] = k
    linear = lms.mu_lms(start, x, d, rng.integers(0, 4, 100 * cell["sweeps"]), mu=0.002, keep=True).history
    settled = linear[len(linear) // 2 :].mean(axis=0)

    def loss(system, p, inputs, targets):
        y = system.apply(sigmoid, system.apply(affine, system.constant(inputs), p["w"], p["b"]))
        return system.apply(squared_error, y, system.constant(targets))

    p = {"w": start[1:, None], "b": start[:1]}
    path = [start]
    for _ in range(cell["sweeps"]):
        _, slope = optimizers.gradient(loss, p, bits, wanted)
        p = {name: p[name] - 1.0 * slope[name] for name in p}
        path.append(np.concatenate([p["b"], p["w"][:, 0]]))
    outputs = 1 / (1 + np.exp(-(x @ path[-1])))
    wrong = (d * (x @ steps[1:].T).T <= 0).sum(axis=1)
    return {
        "period": float(period) if period else np.nan,
        "least_wrong": float(wrong.min()),
        "lms_largest": float(np.abs(x @ settled).max()),
        "logistic_from_half": float(np.abs(outputs - 0.5).max()),
        "perceptron": each[:61],
        "linear": linear[::100],
        "logistic": np.array(path),
        "settled": settled,
    }


def xor_hidden(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """XOR with a hidden layer of two units, batch gradient descent with momentum."""
    x, t = boolean.parity(2)
    net = grouped.layers(2, 2, 1)
    start = np.stack([net.flat(net.init(generator(cell["entropy"], seed), 1.0)) for seed in seeds])
    found = small_nets.train(net.wiring, start, x, t, rate=0.5, momentum=0.9, margin=0.4, sweeps=cell["sweeps"])
    return [
        {"solved": float(s >= 0), "sweeps": float(s) if s >= 0 else np.nan, "weights": w}
        for s, w in zip(found.solved, found.parameters, strict=True)
    ]


def functions(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Linearly separable functions of n inputs, every function tried: half of them, as the other half are negatives."""
    n = int(cell["n"])
    x = np.column_stack([np.ones(2**n), 2 * boolean.corners(n) - 1])
    count = 0
    for number in range(2 ** (2**n - 1)):
        d = 2.0 * (number >> np.arange(2**n) & 1) - 1
        if unate(d[None], n)[0] and dichotomies.separable(x, d):
            count += 2
    return [{"separable": float(count)} for _ in seeds]


def unate(d: np.ndarray, n: int) -> np.ndarray:
    # (F, 2^n) -> (F,)
    """Whether each function never both rises and falls with the same input: all separable ones are such."""
    cube = d.reshape(len(d), *(2,) * n)
    good = np.ones(len(d), dtype=bool)
    for axis in range(1, n + 1):
        change = np.diff(cube, axis=axis).reshape(len(d), -1)
        good &= ~((change > 0).any(axis=1) & (change < 0).any(axis=1))
    return good


def fraction(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Share of cell["draws"] random functions of n inputs that are separable."""
    n, found = int(cell["n"]), []
    x = np.column_stack([np.ones(2**n), 2 * boolean.corners(n) - 1])
    for seed in seeds:
        rng, hits = generator(cell["entropy"], seed), 0
        for _ in range(cell["draws"] // 10000):
            d = 2.0 * rng.integers(0, 2, (10000, 2**n)) - 1
            each, times = np.unique(d[unate(d, n)], axis=0, return_counts=True)
            hits += sum(int(k) for one, k in zip(each, times, strict=True) if dichotomies.separable(x, one))
        found.append({"hits": float(hits), "share": hits / (cell["draws"] // 10000 * 10000)})
    return found


def masks(n: int, order: int) -> np.ndarray:
    # -> (2^n, masks)
    """Products of up to `order` of n bits, for every pattern: Minsky and Papert's masks, the empty one first."""
    x = boolean.corners(n)
    chosen = [s for k in range(order + 1) for s in combinations(range(n), k)]
    return np.stack([x[:, list(s)].prod(axis=1) for s in chosen], axis=1)


def parity_order(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Lowest order at which masks can compute the parity of n bits, by linear programs."""
    n = int(cell["n"])
    d = 2 * boolean.parity(n)[1][:, 0] - 1
    order = next(k for k in range(n + 1) if dichotomies.separable(masks(n, k), d))
    return [{"order": float(order)} for _ in seeds]


def coefficients(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Least largest coefficient, and least coefficient of the largest mask, of masks that compute parity reliably.

    Reliably: at least 1 for odd and at most 0 for even numbers of bits. By symmetry a coefficient may depend on the
    size of its mask alone: the mean over all permutations of a solution is a solution with no larger coefficients.
    """
    n = int(cell["n"])
    rows, bounds = [], []
    for m in range(n + 1):
        sums = np.array([comb(m, k) for k in range(n + 1)], dtype=float)
        rows.append(-sums if m % 2 else sums)
        bounds.append(-1.0 if m % 2 else 0.0)
    scale = 2.0 ** np.arange(n + 1)  # coefficients in units of 2^size keep the program well conditioned
    table = np.array(rows) * scale
    size = n + 1
    largest = linprog(
        [0.0] * size + [1.0],
        b_ub=[*bounds, *[0.0] * (2 * size)],
        bounds=(None, None),
        A_ub=np.block(
            [
                [table, np.zeros((size, 1))],
                [np.diag(scale), -np.ones((size, 1))],
                [-np.diag(scale), -np.ones((size, 1))],
            ]
        ),
    )
    sign = 1.0 if n % 2 else -1.0
    last = linprog([0.0] * n + [sign * scale[n]], A_ub=table, b_ub=bounds, bounds=(None, None))
    return [{"largest": float(largest.x[-1]), "last": float(abs(last.x[n] * scale[n]))} for _ in seeds]


def parity_updates(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Updates of the perceptron rule on all 2^n masks of n bits, parity, patterns in turn, from zero weights."""
    n = int(cell["n"])
    d = 2 * boolean.parity(n)[1][:, 0] - 1
    w, updates = lms.perceptron_until_right(np.zeros(2**n), masks(n, n), d, most_updates=10**9)
    if updates is None:
        return [{"failed": "more than 1e9 updates"} for _ in seeds]
    return [{"updates": float(updates), "largest": float(np.abs(w).max())} for _ in seeds]


def one_in_a_box(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Lowest order of "every one of m boxes of 4 m^2 points holds a point", by linear programs on the counts.

    By symmetry within boxes, order k is a polynomial of degree k in the m counts.
    """
    m = int(cell["m"])
    points = 4 * m * m
    counts = np.array(list(product(range(points + 1), repeat=m)), dtype=float)
    d = np.where((counts > 0).all(axis=1), 1.0, -1.0)
    near = (counts <= 2).any(axis=1) | (counts == points).any(axis=1) | (counts % 4 == 0).all(axis=1)
    for order in range(1, m + 1):
        powers = [p for p in product(range(order + 1), repeat=m) if sum(p) <= order]
        x = np.stack([np.prod((counts / points) ** p, axis=1) for p in powers], axis=1)
        some = x[near] if m > 2 else x
        if dichotomies.separable(some, d[near] if m > 2 else d):
            break
    else:
        return [{"failed": f"no order up to {m} is enough"} for _ in seeds]
    return [{"order": float(order)} for _ in seeds]


def connectedness_figures() -> tuple[np.ndarray, np.ndarray]:
    """A snake of six bars, connected, and the same bars joined otherwise, in two pieces."""
    pictures = []
    for right in ((1, 3), (0, 3)):
        picture = np.zeros((6 + 5 * SPACING + 2 * SPACING, 40), dtype=int)
        rows = SPACING + np.arange(6) * (SPACING + 1)
        picture[rows, SPACING:-SPACING] = 1
        for side, joins in ((SPACING, (0, 2, 4)), (-SPACING - 1, right)):
            for k in joins:
                picture[rows[k] : rows[k + 1] + 1, side] = 1
        pictures.append(picture)
    return pictures[0], pictures[1]


def windows_alike(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Pieces of the two figures, and the largest window of which both show exactly the same numbers of views."""
    a, b = connectedness_figures()
    pieces = [float(ndimage.label(picture, np.ones((3, 3)))[1]) for picture in (a, b)]
    size = 1
    while _views(a, size + 1) == _views(b, size + 1):
        size += 1
    return [{"pieces_a": pieces[0], "pieces_b": pieces[1], "window": float(size)} for _ in seeds]


def _views(picture: np.ndarray, size: int) -> dict[bytes, int]:
    """How often each view of size x size occurs, the picture standing on an empty ground."""
    framed = np.pad(picture, size)
    views = np.lib.stride_tricks.sliding_window_view(framed, (size, size)).reshape(-1, size * size).astype(np.int8)
    unique, counts = np.unique(views, axis=0, return_counts=True)
    return {row.tobytes(): int(c) for row, c in zip(unique, counts, strict=True)}
