"""Products, differences and elementary functions of earlier entries, for systems that are not networks."""

from __future__ import annotations

import numpy as np

from core.learning.ops.activations import elementwise_backward, elementwise_curvature
from core.learning.ops.shapes import unbroadcast
from core.learning.ops.table import register


def multiply(a, b):
    # a (...), b (...) -> (...)
    """y = a b, broadcast against each other."""
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
    """y = a - b, broadcast against each other."""
    return a - b, (np.shape(a), np.shape(b))


def subtract_backward(dy, shapes, needs=None):
    """da = dy;  db = -dy; summed where an input was broadcast."""
    return unbroadcast(dy, shapes[0]), unbroadcast(-dy, shapes[1])


def subtract_curvature(d2y, shapes, needs=None):
    """Both derivatives squared are 1."""
    return unbroadcast(d2y, shapes[0]), unbroadcast(d2y, shapes[1])


def exponential(x):
    # x (...) -> (...)
    """y = exp(x), whose derivative is y itself."""
    y = np.exp(x)
    return y, y


def logarithm(x):
    # x (...) -> (...)
    """y = ln x for positive x; the derivative is 1 / x."""
    return np.log(x), 1.0 / x


def sine(x):
    # x (...) -> (...)
    """y = sin x; the derivative is cos x."""
    return np.sin(x), np.cos(x)


register(multiply, multiply_backward, multiply_curvature)
register(subtract, subtract_backward, subtract_curvature)
for _function in (exponential, logarithm, sine):
    register(_function, elementwise_backward, elementwise_curvature)
