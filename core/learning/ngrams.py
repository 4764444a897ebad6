"""Models of text that only count: interpolated Kneser-Ney of several orders, beside the networks of `scaling`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import text


def ngrams(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Loss of interpolated Kneser-Ney models of orders 1 to cell["orders"], discount 0.75, on the last tenth.

    `same_k` is the loss on the very characters on which the language models are tested: cell["looked_at"] of the test
    part, after the first cell["context"].
    """
    data = text.load(cell["text"])
    held = np.concatenate([data.tune, data.test])
    p = kneser_ney(data.train, held, len(data.alphabet), cell["orders"])
    begin = len(data.tune) + cell["context"]
    row = {f"order_{k}": float(-np.log(one).mean()) for k, one in enumerate(p, start=1)}
    row |= {
        f"same_{k}": float(-np.log(one[begin : begin + cell["looked_at"]]).mean()) for k, one in enumerate(p, start=1)
    }
    return [row for _ in seeds]


def kneser_ney(train: np.ndarray, held: np.ndarray, vocabulary: int, orders: int, discount: float = 0.75) -> np.ndarray:
    # -> (orders, len(held))
    """Probability of every character of `held` given the k - 1 before it, k = 1..orders, by interpolated Kneser-Ney.

    The order asked for uses counts, lower ones the number of different characters that come before. Contexts that
    would reach before the start of `held` are those of as many characters as there are.
    Source: Kneser and Ney (1995); Chen and Goodman (1999).
    """
    found = []
    for order in range(1, orders + 1):
        p = np.full(len(held), 1.0 / vocabulary)
        for k in range(1, order + 1):
            p = _interpolate(p, train, held, vocabulary, k, raw=k == order, discount=discount)
        found.append(p)
    return np.array(found)


def _codes(codes: np.ndarray, length: int, vocabulary: int) -> np.ndarray:
    """Every run of `length` characters as one whole number."""
    runs = np.lib.stride_tricks.sliding_window_view(codes.astype(np.int64), length)
    return np.asarray(runs @ (vocabulary ** np.arange(length - 1, -1, -1, dtype=np.int64)))


def _interpolate(
    lower: np.ndarray, train: np.ndarray, held: np.ndarray, vocabulary: int, k: int, *, raw: bool, discount: float
) -> np.ndarray:
    if raw:
        grams, counts = np.unique(_codes(train, k, vocabulary), return_counts=True)
    else:  # how many different characters come before each run of k
        longer = np.unique(_codes(train, k + 1, vocabulary))
        grams, counts = np.unique(longer % vocabulary**k, return_counts=True)
    contexts, first, kinds = np.unique(grams // vocabulary, return_index=True, return_counts=True)
    totals = np.add.reduceat(counts, first)
    p = lower.copy()
    if k > len(held):
        return p
    wanted = _codes(held, k, vocabulary)
    at = np.minimum(np.searchsorted(grams, wanted), len(grams) - 1)
    count = np.where(grams[at] == wanted, counts[at], 0)
    where = np.minimum(np.searchsorted(contexts, wanted // vocabulary), len(contexts) - 1)
    seen = contexts[where] == wanted // vocabulary
    total = np.where(seen, totals[where], 1)
    share = np.maximum(count - discount, 0) / total + discount * kinds[where] / total * lower[k - 1 :]
    p[k - 1 :] = np.where(seen, share, lower[k - 1 :])
    return p
