"""The loss of a language model: scores of all tokens, softmax and mean cross-entropy in one op, piece by piece."""

from __future__ import annotations

import numpy as np

from core.learning.ops.table import register

PIECE = 128  # cases whose V slopes are held together


def next_token_loss(h, w, tokens):
    # h (..., N, D), w (..., V, D), tokens (N,) whole numbers -> E (...)
    """E = - mean over cases of log softmax(h w^T)[token], in nats; cases whose token is negative are left out.

    The N x V scores are held once, and their slopes only for a piece of the cases at a time. Replicas share the tokens.
    Raises ValueError if no token is wanted.

    >>> float(next_token_loss(np.ones((1, 3)), np.zeros((4, 3)), np.array([2]))[0].round(4))  # ln 4
    1.3863
    """
    tokens = np.ravel(tokens)
    wanted = np.flatnonzero(tokens >= 0)
    if not len(wanted):
        raise ValueError("every token is left out of the loss")
    scores = np.matmul(h, np.swapaxes(w, -1, -2))
    sums = np.empty(scores.shape[:-1], scores.dtype)
    for here in pieces(len(tokens)):
        top = scores[..., here, :].max(axis=-1, keepdims=True)
        sums[..., here] = (top + np.log(np.exp(scores[..., here, :] - top).sum(axis=-1, keepdims=True)))[..., 0]
    value = np.mean(sums[..., wanted] - scores[..., wanted, tokens[wanted]], axis=-1)
    return value, (h, w, tokens, scores, sums)


def next_token_loss_backward(dE, cache, needs=None):
    """At the scores dE (p - onehot(token)) / cases; from there dh and dw, a piece of the cases at a time."""
    h, w, tokens, scores, sums = cache
    kind = h.dtype.type
    each = (np.asarray(dE) / np.count_nonzero(tokens >= 0)).astype(kind)[..., None, None]
    dh, dw = np.empty(scores.shape[:-1] + w.shape[-1:], h.dtype), np.zeros(scores.shape[:-2] + w.shape[-2:], h.dtype)
    for here in pieces(len(tokens)):
        da = np.exp(scores[..., here, :] - sums[..., here, None])
        part = tokens[here]
        known = np.flatnonzero(part >= 0)
        da[..., known, part[known]] -= 1
        da[..., part < 0, :] = 0
        da *= each
        dh[..., here, :] = np.matmul(da, w)
        dw += np.matmul(np.swapaxes(da, -1, -2), h[..., here, :])
    return dh, dw, None


def pieces(cases):
    """Slices of at most PIECE cases."""
    return (slice(at, min(at + PIECE, cases)) for at in range(0, cases, PIECE))


def next_token_loss_cost(inputs, output, varies):
    """For every score D products and an exponential, a logarithm for every case; backwards twice the products."""
    (cases, width), vocabulary = inputs[0].shape[-2:], inputs[1].shape[-2]
    replicas = output.size
    return replicas * cases * (vocabulary * (width + 1) + 1), replicas * cases * vocabulary * (2 * width + 2)


register(next_token_loss, next_token_loss_backward, cost=next_token_loss_cost)
