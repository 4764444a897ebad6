"""Normalisation of every case by itself: division by the root mean square, and the mean taken away."""

from __future__ import annotations

import numpy as np

from core.learning.ops.shapes import unbroadcast
from core.learning.ops.table import free, register

EPSILON = 1e-5


def rms_norm(x, g, *, epsilon=EPSILON):
    # x (..., N, D), g (..., D) -> y (..., N, D)
    """y = g x / sqrt(mean(x^2) + epsilon), the mean over the D numbers of a case. Zhang and Sennrich (2019), eq. 4.

    `epsilon` inside the root is Llama's addition; it keeps a case of zeros finite.

    >>> rms_norm(np.array([[3.0, -3.0]]), np.array([1.0, 2.0]))[0].round(3)
    array([[ 1., -2.]])
    """
    r = 1 / np.sqrt(np.mean(np.square(x), axis=-1, keepdims=True) + x.dtype.type(epsilon))
    return x * r * g[..., None, :], (x, g, r)


def rms_norm_backward(dy, cache, needs=None):
    """dx = r (g dy - x r^2 mean(x g dy)) with r = 1 / rms(x);  dg = sum over cases of dy x r."""
    x, g, r = cache
    u = dy * g[..., None, :]
    dx = r * (u - x * (np.square(r) * np.mean(u * x, axis=-1, keepdims=True)))
    return unbroadcast(dx, x.shape), unbroadcast(np.sum(dy * x * r, axis=-2), g.shape)


def rms_norm_curvature(d2y, cache, needs=None):
    """d2x_i = sum_j d2y_j (dy_j/dx_i)^2, dy_j/dx_i = g_j r ([i = j] - r^2 x_i x_j / D);  d2g = sum of d2y (x r)^2."""
    x, g, r = cache
    u = d2y * np.square(g)[..., None, :]
    share = np.square(r) / x.shape[-1]
    crossed = np.sum(u * np.square(x), axis=-1, keepdims=True)
    d2x = np.square(r) * (u * (1 - 2 * share * np.square(x)) + np.square(share * x) * crossed)
    return unbroadcast(d2x, x.shape), unbroadcast(np.sum(d2y * np.square(x * r), axis=-2), g.shape)


def rms_norm_cost(inputs, output, varies):
    """A square, two products for every number and a root for every case; backwards about six products."""
    return 3 * output.size + output.size // output.shape[-1], 6 * output.size


def centred(x):
    # x (..., D) -> y (..., D)
    """y = x - mean(x): what layer normalisation does before it divides, and RMSNorm leaves out.

    >>> centred(np.array([[1.0, 2.0, 6.0]]))[0]
    array([[-2., -1.,  3.]])
    """
    return x - np.mean(x, axis=-1, keepdims=True), x.shape[-1]


def centred_backward(dy, width, needs=None):
    """dx = dy - mean(dy): the map is a symmetric projection."""
    return (dy - np.mean(dy, axis=-1, keepdims=True),)


def centred_curvature(d2y, width, needs=None):
    """d2x_i = sum_j d2y_j ([i = j] - 1/D)^2."""
    return (d2y * (1 - 2 / width) + np.sum(d2y, axis=-1, keepdims=True) / width**2,)


register(rms_norm, rms_norm_backward, rms_norm_curvature, cost=rms_norm_cost)
register(centred, centred_backward, centred_curvature, cost=free)
