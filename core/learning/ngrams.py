"""Models of a sequence of symbols that only count: interpolated Kneser-Ney of several orders."""

from __future__ import annotations

import numpy as np

LARGEST = 2**62  # a run of symbols is told apart by one whole number below this


def kneser_ney(train: np.ndarray, held: np.ndarray, vocabulary: int, orders: int, discount: float = 0.75) -> np.ndarray:
    # (L,), (M,) whole numbers below `vocabulary` -> (orders, M)
    """Probability of every symbol of `held` given the k - 1 before it, k = 1..orders, by interpolated Kneser-Ney.

    The order asked for uses counts, lower ones the number of different symbols that come before. Contexts that
    would reach before the start of `held` are those of as many symbols as there are.
    Raises ValueError if runs of so many symbols of such a vocabulary cannot be told apart by one whole number.
    Source: Kneser and Ney (1995); Chen and Goodman (1999).
    """
    if vocabulary ** (orders + 1) > LARGEST:
        raise ValueError(f"{orders} symbols of {vocabulary} kinds are too many for runs told apart by one whole number")
    found = []
    for order in range(1, orders + 1):
        p = np.full(len(held), 1.0 / vocabulary)
        for k in range(1, order + 1):
            p = _interpolate(p, train, held, vocabulary, k, raw=k == order, discount=discount)
        found.append(p)
    return np.array(found)


def runs(symbols: np.ndarray, length: int, vocabulary: int) -> np.ndarray:
    # (L,) -> (L - length + 1,)
    """Every run of `length` symbols as one whole number, the first symbol weighing most."""
    windows = np.lib.stride_tricks.sliding_window_view(symbols.astype(np.int64), length)
    return np.asarray(windows @ (vocabulary ** np.arange(length - 1, -1, -1, dtype=np.int64)))


def counts(train: np.ndarray, length: int, vocabulary: int, *, raw: bool) -> tuple[np.ndarray, np.ndarray]:
    # -> runs (G,) in order, counts (G,)
    """The runs of `length` symbols that occur, and how often; or, not `raw`, after how many different symbols."""
    if raw:
        return np.unique(runs(train, length, vocabulary), return_counts=True)
    longer = np.unique(runs(train, length + 1, vocabulary))
    return np.unique(longer % vocabulary**length, return_counts=True)


def _interpolate(
    lower: np.ndarray, train: np.ndarray, held: np.ndarray, vocabulary: int, k: int, *, raw: bool, discount: float
) -> np.ndarray:
    grams, seen_so_often = counts(train, k, vocabulary, raw=raw)
    contexts, first, kinds = np.unique(grams // vocabulary, return_index=True, return_counts=True)
    totals = np.add.reduceat(seen_so_often, first)
    p = lower.copy()
    if k > len(held):
        return p
    wanted = runs(held, k, vocabulary)
    at = np.minimum(np.searchsorted(grams, wanted), len(grams) - 1)
    count = np.where(grams[at] == wanted, seen_so_often[at], 0)
    where = np.minimum(np.searchsorted(contexts, wanted // vocabulary), len(contexts) - 1)
    seen = contexts[where] == wanted // vocabulary
    total = np.where(seen, totals[where], 1)
    share = np.maximum(count - discount, 0) / total + discount * kinds[where] / total * lower[k - 1 :]
    p[k - 1 :] = np.where(seen, share, lower[k - 1 :])
    return p
