"""Local response normalisation: each unit over a power of the activity around it."""

from __future__ import annotations

import numpy as np

from core.learning.ops.real import real_only
from core.learning.ops.table import register


def response_normalization(x, *, size=5, k=2.0, alpha=1e-4, beta=0.75, across=True):
    # x (..., H, W, C) -> y (..., H, W, C)
    """y_i = x_i s_i^-beta with s_i = k + alpha times the sum of x_j^2 over the neighbours j of i, i among them.

    Neighbours are `size` adjacent maps at the same place, as far as there are any (across), or the size x size places
    around it in the same map. Krizhevsky, Sutskever and Hinton (2012), section 3.3, for maps; within a map as in the
    layer `rnorm` of cuda-convnet, whose `scale` is alpha times size (across) or its square (within), with k = 1.
    Raises ValueError unless `size` is odd.

    >>> x = np.full((1, 1, 1, 1), 3.0)
    >>> float(response_normalization(x, k=1, alpha=1, beta=0.5)[0].squeeze().round(4))  # 3 / sqrt(10)
    0.9487
    """
    real_only("response_normalization", x)
    from core.learning.compiled import images as loops  # compiles when it is first used

    if size % 2 == 0 or size < 1:
        raise ValueError(f"a neighbourhood of {size} has no middle; its size must be odd")
    images = np.ascontiguousarray(x).reshape(-1, *x.shape[-3:])
    y, scale = loops.normalised(images, size // 2, across, k, alpha, beta)
    return y.reshape(x.shape), (images, y, scale, size, alpha, beta, across)


def response_normalization_backward(dy, cache, needs=None):
    """dx_j = dy_j s_j^-beta - 2 alpha beta x_j times the sum of dy_i y_i / s_i over the neighbours i of j."""
    from core.learning.compiled import images as loops

    x, y, scale, size, alpha, beta, across = cache
    own = np.ascontiguousarray(dy, dtype=x.dtype).reshape(x.shape)
    return (loops.to_normalised(own, x, y, scale, size // 2, across, alpha, beta).reshape(dy.shape),)


def response_normalization_curvature(d2y, cache, needs=None):
    """d2x_j = sum of d2y_i (dy_i/dx_j)^2 with dy_i/dx_j = [i = j] s_i^-beta - 2 alpha beta x_i x_j s_i^(-beta-1)."""
    x, _, s, size, alpha, beta, across = cache
    own, factor = d2y.reshape(x.shape), 2 * alpha * beta
    through = own * (s ** (-2 * beta) - 2 * factor * x * x * s ** (-2 * beta - 1))
    around = _sums(own * x * x * s ** (-2 * beta - 2), size, across)
    return ((through + factor * factor * x * x * around).reshape(d2y.shape),)


def _sums(values, size, across):
    """Sums over the neighbourhood of each number."""
    axes, reach = ((3,) if across else (1, 2)), size // 2
    framed = np.pad(values, [(reach, reach) if axis in axes else (0, 0) for axis in range(4)])
    windows = np.lib.stride_tricks.sliding_window_view(framed, (size,) * len(axes), axis=axes)
    return windows.sum(axis=tuple(range(4, 4 + len(axes))))


def response_normalization_cost(inputs, output, varies):
    """Forwards a square, alpha times the sum, a power and a product for every number; backwards the power and six."""
    return 4 * output.size, 7 * output.size


register(
    response_normalization,
    response_normalization_backward,
    response_normalization_curvature,
    cost=response_normalization_cost,
)
