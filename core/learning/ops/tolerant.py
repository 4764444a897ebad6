"""Squared error that forgives: what is within a margin of its target counts as right."""

from __future__ import annotations

import numpy as np

from core.learning.ops.losses import squared_error_cost
from core.learning.ops.table import register


def tolerant_error(y, t, *, margin=0.1):
    # y (..., N, O), t (..., N, O) -> E (...)
    """E = 1/2 sum over cases and outputs of (y - t)^2 where it is above `margin` in size, else nothing.

    A sum, with the half. Its derivative is the error itself wherever there is one, as Sejnowski and Rosenberg (1987)
    propagated it back; the jump of E at the margin has none.

    >>> float(tolerant_error(np.array([[0.95, 0.5]]), np.array([[1.0, 1.0]]))[0])  # 0.05 is near enough
    0.125
    """
    d = y - t
    d = np.where(np.abs(d.real) > margin, d, 0.0)
    return 0.5 * np.sum(d * d, axis=(-2, -1)), d


def tolerant_error_backward(dE, d, needs=None):
    """dy = dE (y - t) where it counts;  dt = -dy."""
    dy = dE[..., None, None] * d
    return dy, -dy


def tolerant_error_curvature(dE, d, needs=None):
    """d2E/dy2 = 1 where the error counts, and the same for t."""
    d2y = dE[..., None, None] * (d != 0)
    return d2y, d2y


register(tolerant_error, tolerant_error_backward, tolerant_error_curvature, cost=squared_error_cost)
