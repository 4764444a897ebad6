"""Ops for classes given by number: rows of a table, and the mean cross-entropy of labels, in the inputs' precision."""

from __future__ import annotations

import numpy as np

from core.learning.ops.table import register


def rows(table, index):
    # table (V, M), index (N, K) whole numbers -> y (N, K M)
    """y = the rows of the table that each case names, side by side: an embedding."""
    return table[index].reshape(len(index), -1), (index, table.shape)


def rows_backward(dy, cache, needs=None):
    """dtable = dy summed into the rows that were named, by one product with the table of who named whom."""
    index, shape = cache
    named = np.zeros((index.size, shape[0]), dy.dtype)
    named[np.arange(index.size), index.ravel()] = 1
    return named.T @ dy.reshape(index.size, shape[1]), None


def mean_cross_entropy(a, labels):
    # a (N, O), labels (N,) whole numbers -> E ()
    """E = - mean over cases of log softmax(a)[label], in nats."""
    shifted = a - a.max(axis=-1, keepdims=True)
    p = np.exp(shifted)
    total = p.sum(axis=-1, keepdims=True)
    each = np.arange(len(a))
    value = np.mean(np.log(total[:, 0]) - shifted[each, labels])
    return value, (p / total, labels)


def mean_cross_entropy_backward(dE, cache, needs=None):
    """da = dE (p - onehot(label)) / N."""
    p, labels = cache
    da = p.copy()
    da[np.arange(len(p)), labels] -= 1
    da *= p.dtype.type(dE / len(p))
    return da, None


register(rows, rows_backward)
register(mean_cross_entropy, mean_cross_entropy_backward)
