"""Ops for classes given by number: rows of a table, and the mean cross-entropy of labels, in the inputs' precision."""

from __future__ import annotations

import numpy as np

from core.learning.ops.table import free, register


def rows(table, index):
    # table (..., V, M), index (N, K) whole numbers -> y (..., N, K M)
    """y = the rows of the table that each case names, side by side: an embedding. Replicas share the index.

    >>> rows(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1, 0]]))[0]
    array([[3., 4., 1., 2.]])
    """
    return table[..., index, :].reshape(*table.shape[:-2], len(index), -1), (index, table.shape)


def rows_backward(dy, cache, needs=None):
    """dtable = dy summed into the rows that were named, by one product with the table of who named whom.

    The squared Jacobian is the same map.
    """
    index, shape = cache
    named = np.zeros((index.size, shape[-2]), dy.dtype)
    named[np.arange(index.size), index.ravel()] = 1
    return np.matmul(named.T, dy.reshape(*shape[:-2], index.size, shape[-1])), None


def mean_cross_entropy(a, labels):
    # a (..., N, O), labels (N,) whole numbers -> E (...)
    """E = - mean over cases of log softmax(a)[label], in nats. Replicas share the labels.

    >>> float(mean_cross_entropy(np.zeros((1, 4)), np.array([2]))[0].round(4))  # ln 4
    1.3863
    """
    shifted = a - a.max(axis=-1, keepdims=True)
    p = np.exp(shifted)
    total = p.sum(axis=-1, keepdims=True)
    each = np.arange(len(labels))
    value = np.mean(np.log(total[..., 0]) - shifted[..., each, labels], axis=-1)
    return value, (p / total, labels)


def mean_cross_entropy_backward(dE, cache, needs=None):
    """da = dE (p - onehot(label)) / N."""
    p, labels = cache
    da = p.copy()
    da[..., np.arange(len(labels)), labels] -= 1
    da *= (np.asarray(dE) / len(labels)).astype(p.dtype)[..., None, None]
    return da, None


def mean_cross_entropy_curvature(dE, cache, needs=None):
    """d2E/da2 = dE p (1 - p) / N, the diagonal of the exact Hessian at the outputs."""
    p, labels = cache
    return (np.asarray(dE) / len(labels)).astype(p.dtype)[..., None, None] * p * (1 - p), None


def mean_cross_entropy_cost(inputs, output, varies):
    """An exponential for every output and a logarithm for every case; backwards a quotient and a product each."""
    return inputs[0].size + inputs[0].size // inputs[0].shape[-1], 2 * inputs[0].size


register(rows, rows_backward, rows_backward, cost=free)
register(mean_cross_entropy, mean_cross_entropy_backward, mean_cross_entropy_curvature, cost=mean_cross_entropy_cost)
