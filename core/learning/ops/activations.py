"""Squashing functions, applied to every element; each derivative is written from the output alone."""

from __future__ import annotations

import numpy as np

from core.learning.ops.table import each_value, register

AMPLITUDE = 1.7159  # A of LeCun et al. (1998), appendix A
SLOPE = 2.0 / 3.0  # S, same place: A tanh(S) is 1 to three parts in a million
MANY = 2**16  # numbers from which on compiled loops are worth their call


def sigmoid(x):
    # x (...) -> (...)
    """y = 1 / (1 + exp(-x)), computed without overflow at either end.

    >>> sigmoid(np.array([0.0, 100.0]))[0]
    array([0.5, 1. ])
    """
    y = 0.5 * (1.0 + np.tanh(0.5 * x))
    return y, y * (1.0 - y)


def tanh(x):
    # x (...) -> (...)
    """y = tanh(x).

    >>> y, slope = tanh(np.array([0.0]))
    >>> float(y[0]), float(slope[0])
    (0.0, 1.0)
    """
    y = np.tanh(x)
    return y, 1.0 - y * y


def scaled_tanh(x, *, amplitude=AMPLITUDE, slope=SLOPE):
    # x (...) -> (...)
    """y = A tanh(S x); f' = A S (1 - tanh^2) = (S / A)(A^2 - y^2). LeCun et al. (1998), appendix A.

    >>> scaled_tanh(np.array([-1.0, 0.0, 1.0]))[0].round(4)
    array([-1.,  0.,  1.])
    """
    y = amplitude * np.tanh(slope * x)
    return y, (slope / amplitude) * (amplitude * amplitude - y * y)


def relu(x):
    # x (...) -> (...)
    """y = max(x, 0); the derivative at exactly 0 is taken as 0.

    >>> relu(np.array([-2.0, 0.0, 3.0]))[0]
    array([0., 0., 3.])
    """
    if x.size >= MANY and x.dtype in (np.float32, np.float64):
        from core.learning.compiled import images  # loops in several threads, compiled when they are first used

        y = images.rectified(np.ascontiguousarray(x))
    else:
        y = np.maximum(x, 0.0)
    return y, y


def relu_backward(dy, y, needs=None):
    """dx = dy where y is positive, else 0. The squared Jacobian is the same map."""
    if y.size >= MANY and dy.dtype == y.dtype and y.dtype in (np.float32, np.float64):
        from core.learning.compiled import images

        return (images.to_rectified(np.ascontiguousarray(dy), y),)
    return (dy * (y > 0),)


def elementwise_backward(dy, slope_at_x, needs=None):
    """dx = dy f'(x)."""
    return (dy * slope_at_x,)


def elementwise_curvature(d2y, slope_at_x, needs=None):
    """d2x = d2y f'(x)^2: the Gauss-Newton form, without the f'' term."""
    return (d2y * np.square(slope_at_x),)


for _activation in (sigmoid, tanh, scaled_tanh):
    register(_activation, elementwise_backward, elementwise_curvature, cost=each_value)
register(relu, relu_backward, relu_backward, cost=each_value)
