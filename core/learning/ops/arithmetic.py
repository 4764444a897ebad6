"""Sums, differences and products of earlier entries."""

from __future__ import annotations

import numpy as np

from core.learning.ops.shapes import unbroadcast
from core.learning.ops.table import free, products, register


def add(a, b):
    # a (...), b (...) -> (...)
    """y = a + b, broadcast against each other.

    >>> add(np.array([1.0, 2.0]), np.array(10.0))[0]
    array([11., 12.])
    """
    return a + b, (a.shape, b.shape)


def add_backward(dy, shapes, needs=None):
    """da = db = dy, summed where an input was broadcast. The squared Jacobian is the same map."""
    return unbroadcast(dy, shapes[0]), unbroadcast(dy, shapes[1])


def multiply(a, b):
    # a (...), b (...) -> (...)
    """y = a b, broadcast against each other.

    >>> y, cache = multiply(np.array([2.0]), np.array([5.0]))
    >>> [float(d[0]) for d in multiply_backward(np.array([1.0]), cache)]  # dy/da = b, dy/db = a
    [5.0, 2.0]
    """
    return a * b, (a, b)


def multiply_backward(dy, cache, needs=None):
    """da = dy b;  db = dy a; summed where an input was broadcast."""
    a, b = cache
    need = needs or (True, True)
    da = unbroadcast(dy * b, np.shape(a)) if need[0] else None
    return da, unbroadcast(dy * a, np.shape(b)) if need[1] else None


def multiply_curvature(d2y, cache, needs=None):
    """The same with both factors squared."""
    a, b = cache
    return multiply_backward(d2y, (a * a, b * b), needs)


def subtract(a, b):
    # a (...), b (...) -> (...)
    """y = a - b, broadcast against each other.

    >>> subtract(np.array([1.0, 2.0]), np.array(10.0))[0]
    array([-9., -8.])
    """
    return a - b, (np.shape(a), np.shape(b))


def subtract_backward(dy, shapes, needs=None):
    """da = dy;  db = -dy; summed where an input was broadcast."""
    return unbroadcast(dy, shapes[0]), unbroadcast(-dy, shapes[1])


def subtract_curvature(d2y, shapes, needs=None):
    """Both derivatives squared are 1."""
    return unbroadcast(d2y, shapes[0]), unbroadcast(d2y, shapes[1])


register(add, add_backward, add_backward, cost=free)
register(multiply, multiply_backward, multiply_curvature, cost=products)
register(subtract, subtract_backward, subtract_curvature, cost=free)
