"""The same network under other names of its hidden units: the permutation that brings one net nearest to another."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.optimize import linear_sum_assignment

Arrays = dict[str, np.ndarray]


def permuted(p: Mapping[str, np.ndarray], orders: Mapping[int, np.ndarray]) -> Arrays:
    """A layered net w1, b1, ... with the units of hidden layer k taken in the order orders[k]: the same function."""
    found = dict(p)
    for k, order in orders.items():
        found[f"w{k}"], found[f"b{k}"] = found[f"w{k}"][:, order], found[f"b{k}"][order]
        found[f"w{k + 1}"] = found[f"w{k + 1}"][order]
    return found


def matched(
    p: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray], *, rounds: int = 50
) -> tuple[Arrays, dict[int, np.ndarray]]:
    """`other` with its hidden units in the order that brings its weights nearest to those of p, and that order.

    Layer by layer the best order, given those of the layers next to it, is an assignment of units to units by the
    inner products of their weights, in and out; this goes round until nothing changes. Exact for one hidden layer;
    for more it may end at an order that no single layer can better. Weight matching of Ainsworth et al. (2023).
    """
    layers = len(p) // 2
    orders = {k: np.arange(p[f"b{k}"].size) for k in range(1, layers)}
    for _ in range(rounds):
        before = {k: order.copy() for k, order in orders.items()}
        for k in orders:
            here = permuted(other, {j: order for j, order in orders.items() if j != k})
            gain = (
                p[f"w{k}"].T @ here[f"w{k}"]
                + np.outer(p[f"b{k}"], here[f"b{k}"])
                + p[f"w{k + 1}"] @ here[f"w{k + 1}"].T
            )
            orders[k] = linear_sum_assignment(-gain)[1]
        if all(np.array_equal(before[k], orders[k]) for k in orders):
            break
    return permuted(other, orders), orders
