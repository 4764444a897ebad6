"""Causal attention with grouped queries as one op: scores are worked out again on the way back, never kept."""

from __future__ import annotations

import numpy as np

from core.learning.ops.table import register

BLOCK = 64  # queries that are looked at together: bounds the memory, changes nothing else


def attention(q, k, v):
    # q (..., B, T, H, D), k (..., B, T, G, D), v (..., B T, G D) -> o (..., B T, H D)
    """o_i = sum over j <= i of p_ij v_j with p_i = softmax over j <= i of q_i . k_j / sqrt(D), in every head.

    There are H query heads and G heads of keys and values; each of these serves H / G neighbouring query heads.
    Kept for the way back are the inputs, the output and the logarithm of every softmax's sum, (..., B, H, T).
    Source: Vaswani et al. (2017), equation 1; Ainslie et al. (2023) for the groups; Dao et al. (2022) for not keeping
    the scores. Raises ValueError if heads or lengths do not fit.

    >>> q = k = np.zeros((1, 2, 1, 4))  # B, T, H, D: equal scores
    >>> v = np.repeat([[1.0], [3.0]], 4, axis=1)  # B T, H D
    >>> attention(q, k, v)[0][:, 0]  # the first position sees itself, the second the mean of both
    array([1., 2.])
    """
    check(q, k, v)
    *lead, sequences, length, heads, size = q.shape
    out = np.empty((*lead, sequences * length, heads * size), q.dtype)
    sums = np.empty((*lead, sequences, heads, length), q.dtype)
    for qs, ks, vs, os, logs in _sequences(k.shape, q, k, v, out, sums):
        for here in _blocks(length):
            a = _scores(qs, ks, here)
            top = a.max(axis=-1, keepdims=True)
            p = np.exp(a - top)
            total = p.sum(axis=-1, keepdims=True)
            os[:, :, here] = np.matmul(p / total, vs[:, :, : here.stop])
            logs[:, :, here] = top + np.log(total)
    return out, (q, k, v, out, sums)


def attention_backward(dout, cache, needs=None):
    """With p from the kept sums: dv_j = sum_i p_ij do_i; da_ij = p_ij (do_i . v_j - do_i . o_i); dq and dk from da."""
    q, k, v, out, sums = cache
    dq, dk, dv = np.empty_like(q), np.zeros_like(k), np.zeros_like(v)
    scale = q.dtype.type(q.shape[-1] ** -0.5)
    views = _sequences(k.shape, q, k, v, out, dout, dq, dk, dv, sums)
    for qs, ks, vs, os, dos, dqs, dks, dvs, logs in views:
        for here in _blocks(q.shape[-3]):
            seen, do = slice(0, here.stop), dos[:, :, here]
            p = np.exp(_scores(qs, ks, here) - logs[:, :, here])
            dvs[:, 0, seen] += np.matmul(np.swapaxes(p, -1, -2), do).sum(axis=1)
            da = np.matmul(do, np.swapaxes(vs[:, :, seen], -1, -2))
            da -= np.sum(do * os[:, :, here], axis=-1, keepdims=True)
            da *= p
            da *= scale
            dqs[:, :, here] = np.matmul(da, ks[:, :, seen])
            dks[:, 0, seen] += np.matmul(np.swapaxes(da, -1, -2), qs[:, :, here]).sum(axis=1)
    return dq, dk, dv


def check(q, k, v):
    """Raise ValueError unless queries, keys and values fit each other."""
    if k.shape[:-2] != q.shape[:-2] or k.shape[-1] != q.shape[-1] or q.shape[-2] % k.shape[-2]:
        raise ValueError(
            f"queries {q.shape} and keys {k.shape} need the same length and size, and heads in equal groups"
        )
    if v.shape != (*k.shape[:-4], k.shape[-4] * k.shape[-3], k.shape[-2] * k.shape[-1]):
        raise ValueError(f"values {v.shape} do not fit keys {k.shape}")


def _blocks(length):
    return (slice(at, min(at + BLOCK, length)) for at in range(0, length, BLOCK))


def _sequences(shape, *arrays):
    """Views by sequence: (G, H/G, T, D) with query heads, (G, 1, T, D) of keys and values, (G, H/G, T, 1) last."""
    length, groups, size = shape[-3:]
    *wide, sums = arrays
    views = [np.moveaxis(a.reshape(-1, length, groups, a.size // int(np.prod(shape)), size), 1, 3) for a in wide]
    return zip(*views, sums.reshape(len(views[0]), groups, -1, length, 1), strict=True)


def _scores(qs, ks, here):
    # -> (G, H/G, queries here, keys up to the last of them), minus infinity where j > i
    a = np.matmul(qs[:, :, here], np.swapaxes(ks[:, :, : here.stop], -1, -2)) * qs.dtype.type(qs.shape[-1] ** -0.5)
    a[..., np.arange(here.stop) > np.arange(here.start, here.stop)[:, None]] = -np.inf
    return a


def attention_cost(inputs, output, varies):
    """For every head, query and key up to its own: a score and a value of D products, an exponential and a quotient.

    Backwards the score and its exponential again, and D products for each of dv, the slope of p, dq and dk.
    """
    *lead, length, heads, size = inputs[0].shape
    pairs = int(np.prod(lead)) * heads * length * (length + 1) // 2
    return pairs * (2 * size + 2), pairs * (5 * size + 3)


register(attention, attention_backward, cost=attention_cost)
