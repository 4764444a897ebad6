"""The gated unit of Llama's feed-forward part."""

from __future__ import annotations

import numpy as np

from core.learning.ops.table import register


def swiglu(a, b):
    # a (...), b (...) -> y (...)
    """y = a sigmoid(a) b. Shazeer (2020), equation 5, for the two products given.

    >>> swiglu(np.array([0.0, 50.0]), np.array([7.0, 2.0]))[0]
    array([  0., 100.])
    """
    s = 0.5 * (1 + np.tanh(0.5 * a))
    return a * s * b, (a, b, s)


def swiglu_backward(dy, cache, needs=None):
    """da = dy b s (1 + a (1 - s)), s = sigmoid(a);  db = dy a s."""
    a, b, s = cache
    return dy * b * (s * (1 + a * (1 - s))), dy * (a * s)


def swiglu_curvature(d2y, cache, needs=None):
    """Both partial derivatives squared."""
    a, b, s = cache
    return d2y * np.square(b * (s * (1 + a * (1 - s)))), d2y * np.square(a * s)


def swiglu_cost(inputs, output, varies):
    """A value of the sigmoid and two products; backwards five products."""
    return 3 * output.size, 5 * output.size


register(swiglu, swiglu_backward, swiglu_curvature, cost=swiglu_cost)
