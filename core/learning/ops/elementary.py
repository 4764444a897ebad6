"""Exponential, logarithm and sine, for systems that are not networks."""

from __future__ import annotations

import numpy as np

from core.learning.ops.activations import elementwise_backward, elementwise_curvature
from core.learning.ops.table import each_value, register


def exponential(x):
    # x (...) -> (...)
    """y = exp(x), whose derivative is y itself.

    >>> exponential(np.array([0.0]))[0]
    array([1.])
    """
    y = np.exp(x)
    return y, y


def logarithm(x):
    # x (...) -> (...)
    """y = ln x for positive x; the derivative is 1 / x.

    >>> logarithm(np.array([1.0]))[0]
    array([0.])
    """
    return np.log(x), 1.0 / x


def sine(x):
    # x (...) -> (...)
    """y = sin x; the derivative is cos x.

    >>> sine(np.array([0.0]))[0]
    array([0.])
    """
    return np.sin(x), np.cos(x)


for _function in (exponential, logarithm, sine):
    register(_function, elementwise_backward, elementwise_curvature, cost=each_value)
