"""The fast twin of the op `next_token_loss`."""

from __future__ import annotations

import numpy as np

from core.learning.compiled.twins import twin
from core.learning.compiled.vectors import compiled
from core.learning.compiled.wide import (
    BITS,
    add,
    exp,
    larger,
    largest_of,
    load,
    mul,
    nothing,
    spreading,
    store,
    sub,
    sum_of,
)
from core.learning.ops import next_token_loss
from core.learning.ops.next_token import pieces


@compiled
def _log_sums(scores, vocabulary, sums):
    """sums[n] <- log of the sum of exp of the scores of case n."""
    width = BITS // (8 * scores.itemsize)
    whole = vocabulary - vocabulary % width
    for n in range(len(sums)):
        row = n * vocabulary
        top = scores[row]
        if whole:
            found = load(scores, row)
            for j in range(row + width, row + whole, width):
                found = larger(load(scores, j), found)
            top = largest_of(found)
        for j in range(row + whole, row + vocabulary):
            top = max(top, scores[j])
        all_, shift = nothing(scores), spreading(scores, top)
        for j in range(row, row + whole, width):
            all_ = add(all_, exp(sub(load(scores, j), shift)))
        rest = sum_of(all_)
        for j in range(row + whole, row + vocabulary):
            rest += exp(scores[j] - top)
        sums[n] = top + np.log(rest)


@compiled
def _score_slopes(scores, vocabulary, sums, tokens, each, da):
    """da <- each (p - onehot(token)), zero where the token is negative."""
    width = BITS // (8 * scores.itemsize)
    whole = vocabulary - vocabulary % width
    for n in range(len(sums)):
        row, factor = n * vocabulary, each if tokens[n] >= 0 else each - each
        shift, factors = spreading(scores, sums[n]), spreading(scores, factor)
        for j in range(row, row + whole, width):
            store(da, j, mul(factors, exp(sub(load(scores, j), shift))))
        for j in range(row + whole, row + vocabulary):
            da[j] = factor * exp(scores[j] - sums[n])
        if tokens[n] >= 0:
            da[row + tokens[n]] -= each


@twin(next_token_loss, lambda h, w, tokens: h.ndim == w.ndim == 2)
class fast_next_token_loss:
    """Products by the BLAS library, the softmax around them in two walks over the scores and one on the way back."""

    @staticmethod
    def forward(h, w, tokens):
        tokens = np.ravel(tokens)
        wanted = np.flatnonzero(tokens >= 0)
        if not len(wanted):
            raise ValueError("every token is left out of the loss")
        scores, sums = np.matmul(h, w.T), np.empty(len(h), h.dtype)
        _log_sums(scores.reshape(-1), len(w), sums)
        return np.mean(sums[wanted] - scores[wanted, tokens[wanted]]), (h, w, tokens, scores, sums)

    @staticmethod
    def backward(dE, cache, needs=None):
        h, w, tokens, scores, sums = cache
        each = h.dtype.type(float(dE) / np.count_nonzero(tokens >= 0))
        dh, dw = np.empty_like(h), np.zeros_like(w)
        for here in pieces(len(h)):
            da = np.empty_like(scores[here])
            _score_slopes(scores[here].reshape(-1), len(w), sums[here], tokens[here], each, da.reshape(-1))
            np.matmul(da, w, out=dh[here])
            dw += np.matmul(da.T, h[here])
        return dh, dw, None
