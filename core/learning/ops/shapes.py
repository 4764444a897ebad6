"""Helpers and ops that only move numbers about."""

from __future__ import annotations

import numpy as np

from core.learning.ops.table import register


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
    """y = the last `axes` axes of x as one."""
    y = np.reshape(x, (*x.shape[: x.ndim - axes], -1))
    return y, x.shape


def flatten_backward(dy, shape, needs=None):
    """dx = dy in the shape of x. The squared Jacobian is the same map."""
    return (np.reshape(dy, shape),)


register(flatten, flatten_backward, flatten_backward)
