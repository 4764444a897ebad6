"""Squashing functions, applied to every element; each derivative is written from the output alone."""

from __future__ import annotations

import numpy as np

from core.learning.ops.table import each_value, register

AMPLITUDE = 1.7159  # A of LeCun et al. (1998), appendix A
SLOPE = 2.0 / 3.0  # S, same place: A tanh(S) is 1 to three parts in a million


def sigmoid(x):
    # x (...) -> (...)
    """y = 1 / (1 + exp(-x)), computed without overflow at either end."""
    y = 0.5 * (1.0 + np.tanh(0.5 * x))
    return y, y * (1.0 - y)


def tanh(x):
    # x (...) -> (...)
    """y = tanh(x)."""
    y = np.tanh(x)
    return y, 1.0 - y * y


def scaled_tanh(x, *, amplitude=AMPLITUDE, slope=SLOPE):
    # x (...) -> (...)
    """y = A tanh(S x); f' = A S (1 - tanh^2) = (S / A)(A^2 - y^2). LeCun et al. (1998), appendix A."""
    y = amplitude * np.tanh(slope * x)
    return y, (slope / amplitude) * (amplitude * amplitude - y * y)


def relu(x):
    # x (...) -> (...)
    """y = max(x, 0); the derivative at exactly 0 is taken as 0."""
    return np.maximum(x, 0.0), np.greater(x, 0).astype(np.result_type(x, np.float32))


def elementwise_backward(dy, slope_at_x, needs=None):
    """dx = dy f'(x)."""
    return (dy * slope_at_x,)


def elementwise_curvature(d2y, slope_at_x, needs=None):
    """d2x = d2y f'(x)^2: the Gauss-Newton form, without the f'' term."""
    return (d2y * np.square(slope_at_x),)


for _activation in (sigmoid, tanh, scaled_tanh, relu):
    register(_activation, elementwise_backward, elementwise_curvature, cost=each_value)
