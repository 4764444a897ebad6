"""A convolution that keeps the size of its images, and the maxima of its outputs, in one step that keeps only these."""

from __future__ import annotations

import numpy as np

from core.learning.ops.batch_convolution import (
    batch_convolution,
    batch_convolution_backward,
    batch_convolution_curvature,
)
from core.learning.ops.pooling import max_pool, max_pool_backward
from core.learning.ops.real import real_only
from core.learning.ops.table import register


def pooled_convolution(x, w, b, *, size=3, stride=2):
    # x (..., N, H, W, C), w (..., K, K, C / G, O), b (..., O) -> y (..., N, P, Q, O)
    """y = max_pool of batch_convolution(x, w, b) with K // 2 rows and columns of zeros around x, for odd K.

    Where images have few maps, such as the three colours, the outputs of the convolution are never all in memory: each
    image is pooled as soon as it is convolved, and the backward walk goes the same way, image by image. Otherwise the
    two ops are run one after the other. `size` and `stride` are those of pooling.
    Raises ValueError as the two ops do, and for kernels of even width.

    >>> x = np.arange(16.0).reshape(1, 4, 4, 1)
    >>> pooled_convolution(x, np.ones((1, 1, 1, 1)), np.zeros(1), size=2, stride=2)[0][0, :, :, 0]
    array([[ 5.,  7.],
           [13., 15.]])
    """
    real_only("pooled_convolution", x, w, b)
    if w.shape[-4] % 2 == 0:
        raise ValueError(f"a {w.shape[-4]}x{w.shape[-4]} kernel has no middle, so its output would change in size")
    loops = _loops(x, w, b, size, stride)
    if loops:
        kind, border = np.result_type(x, w, b, np.float32), len(w) // 2
        own = [np.ascontiguousarray(a, dtype=kind) for a in (x, w, b)]
        y, which = loops.forward(*own, border, size, stride)
        return y, (own, which, size, stride)
    between, first = batch_convolution(x, w, b, padding=w.shape[-4] // 2)
    y, second = max_pool(between, size=size, stride=stride)
    return y, (first, second)


def pooled_convolution_backward(dy, cache, needs=None):
    """The derivatives of both, the last one first."""
    if len(cache) == 4 and needs and not needs[0]:
        from core.learning.compiled import pooled_convolution as loops

        (x, w, _), which, size, stride = cache
        return None, *loops.backward(x, w, np.ascontiguousarray(dy, x.dtype), which, len(w) // 2, size, stride)
    first, second = _both(cache)
    return batch_convolution_backward(max_pool_backward(dy, second)[0], first, needs)


def pooled_convolution_curvature(d2y, cache, needs=None):
    """The Gauss-Newton rules of both."""
    first, second = _both(cache)
    return batch_convolution_curvature(max_pool_backward(d2y, second)[0], first, needs)


def _loops(x, w, b, size, stride):
    """The compiled loops for images with few maps, if they are such images."""
    from core.learning.compiled import pooled_convolution as loops  # compiles when it is first used

    single = x.ndim == 4 and w.ndim == 4 and w.shape[0] == w.shape[1] and b.shape == w.shape[3:]
    return loops if single and 1 <= stride <= size <= 16 and loops.fits(x, w) else None


def _both(cache):
    """The caches of a convolution and of a pooling; where they were one step, that is taken again in two."""
    if len(cache) == 2:
        return cache
    own, _, size, stride = cache
    between, first = batch_convolution(*own, padding=len(own[1]) // 2)
    return first, max_pool(between, size=size, stride=stride)[1]


def pooled_convolution_cost(inputs, output, varies):
    """As `batch_convolution`, whose outputs are as many as the places of the images, and a value for every window."""
    images, kernels = inputs[0].shape, inputs[1].shape
    there = int(np.prod(images[:-1])) * int(np.prod(kernels[-4:]))
    return there + output.size, there * sum(varies[:2])


register(pooled_convolution, pooled_convolution_backward, pooled_convolution_curvature, cost=pooled_convolution_cost)
