"""Pooling of images with their maps last, by windows that may overlap and may reach over the lower and right edges."""

from __future__ import annotations

import numpy as np

from core.learning.ops.real import real_only
from core.learning.ops.table import register


def max_pool(x, *, size=3, stride=2):
    # x (..., H, W, C) -> y (..., P, Q, C), P = ceil((H - size) / stride) + 1
    """y = the largest number of each size x size window, `stride` apart; the last window is cut at the edge.

    Of equal numbers the first, row by row, is taken for the largest and alone passes the derivative on.
    Krizhevsky, Sutskever and Hinton (2012), section 3.4, overlap windows of 3 at a stride of 2.
    Raises ValueError if windows would leave gaps, or have more than 256 places.

    >>> max_pool(np.arange(16.0).reshape(1, 4, 4, 1), size=2, stride=2)[0][0, :, :, 0]
    array([[ 5.,  7.],
           [13., 15.]])
    """
    real_only("max_pool", x)
    loops, images = _checked(x, size, stride)
    y, which = loops.maximum(images, size, stride)
    return y.reshape(*x.shape[:-3], *y.shape[1:]), (which, x.shape, size, stride)


def max_pool_backward(dy, cache, needs=None):
    """dx is dy at the place of each maximum, summed where windows overlap. The squared Jacobian is the same map."""
    from core.learning.compiled import images as loops

    which, shape, size, stride = cache
    return (loops.to_maximum(_images(dy), which, shape[-3:-1], size, stride).reshape(shape),)


def average_pool(x, *, size=3, stride=2):
    # x (..., H, W, C) -> y (..., P, Q, C), P = ceil((H - size) / stride) + 1
    """y = the mean of each size x size window, `stride` apart; a window cut at the edge has the mean of what is left.

    Raises ValueError if windows would leave gaps.

    >>> average_pool(np.arange(16.0).reshape(1, 4, 4, 1), size=2, stride=2)[0][0, :, :, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """
    loops, images = _checked(x, size, stride)
    y = loops.average(images, size, stride)
    return y.reshape(*x.shape[:-3], *y.shape[1:]), (x.shape, size, stride)


def average_pool_backward(dy, cache, needs=None):
    """dx = dy over the number of places, at each place of its window."""
    return _averaged(dy, cache, squared=False)


def average_pool_curvature(d2y, cache, needs=None):
    """The same over the square of that number."""
    return _averaged(d2y, cache, squared=True)


def _averaged(dy, cache, squared):
    from core.learning.compiled import images as loops

    shape, size, stride = cache
    return (loops.to_average(_images(dy), shape[-3:-1], size, stride, squared).reshape(shape),)


def _checked(x, size, stride):
    from core.learning.compiled import images as loops  # compiles when it is first used

    if not 1 <= stride <= size <= 16:
        raise ValueError(f"windows of {size} at a stride of {stride} leave gaps or are larger than 16x16")
    return loops, _images(x)


def _images(x):
    # (..., H, W, C) -> (N, H, W, C)
    return np.ascontiguousarray(x).reshape(-1, *x.shape[-3:])


def max_pool_cost(inputs, output, varies):
    """One value of a function for every window; backwards numbers are only moved."""
    return output.size, 0


def average_pool_cost(inputs, output, varies):
    """One product for every window, forwards and backwards."""
    return output.size, output.size


register(max_pool, max_pool_backward, max_pool_backward, cost=max_pool_cost)
register(average_pool, average_pool_backward, average_pool_curvature, cost=average_pool_cost)
