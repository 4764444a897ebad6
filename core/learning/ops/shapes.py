"""Helpers and ops that only move numbers about."""

from __future__ import annotations

import numpy as np

from core.learning.ops.table import free, register


def unbroadcast(d, shape):
    # d (..., *shape or broadcast of it) -> shape
    """Sum a derivative over the axes along which its input was broadcast."""
    if d.shape == tuple(shape):
        return d
    d = d.sum(axis=tuple(range(d.ndim - len(shape))))
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1 and d.shape[axis] != 1)
    return d.sum(axis=stretched, keepdims=True) if stretched else d


def flatten(x, *, axes=3):
    # x (..., C, H, W) -> (..., C*H*W) for axes=3
    """y = the last `axes` axes of x as one.

    >>> flatten(np.zeros((5, 2, 3, 4)))[0].shape
    (5, 24)
    """
    y = np.reshape(x, (*x.shape[: x.ndim - axes], -1))
    return y, x.shape


def flatten_backward(dy, shape, needs=None):
    """dx = dy in the shape of x. The squared Jacobian is the same map."""
    return (np.reshape(dy, shape),)


def part(x, *, index):
    # x (...) -> x[index]
    """y = x[index], the numbers that a slice, a whole number or an array of them picks out.

    >>> part(np.array([5.0, 6.0, 7.0]), index=slice(1, None))[0]
    array([6., 7.])
    """
    return x[index], (x.shape, index)


def part_backward(dy, cache, needs=None):
    """dx is dy where y came from, summed if a number was picked twice, and zero elsewhere. So is the squared map."""
    shape, index = cache
    dx = np.zeros(shape, dy.dtype)
    if any(isinstance(one, list | np.ndarray) for one in (index if isinstance(index, tuple) else (index,))):
        np.add.at(dx, index, dy)
    else:
        dx[index] = dy
    return (dx,)


register(flatten, flatten_backward, flatten_backward, cost=free)
register(part, part_backward, part_backward, cost=free)
