"""Convolutions of a batch of images with their maps last, fast enough for networks of millions of connections."""

from __future__ import annotations

import numpy as np

from core.learning.ops.shapes import unbroadcast
from core.learning.ops.table import register

ROOM = 2**22  # numbers of the windows that are gathered at a time


def batch_convolution(x, w, b, *, stride=1, padding=0):
    # x (..., N, H, W, C), w (..., K, K, C / G, O), b (..., O) -> y (..., N, P, Q, O)
    """y[p,q,o] = b[o] + sum over i,j,c of w[i,j,c,o] x[stride p + i, stride q + j, c], a correlation.

    `padding` rows and columns of zeros surround x; a pair is for above and left, and for below and right. With fewer
    maps in w than in x, in G equal groups, the maps of output group g read those of input group g alone.
    3x3 and 5x5 kernels at stride 1 are computed by Winograd's short algorithms (`compiled.short_convolution`), others
    as one product of gathered windows. Replica axes broadcast against each other.
    Raises ValueError if kernels and images do not fit.

    >>> x = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> batch_convolution(x, np.ones((2, 2, 1, 1)), np.zeros(1))[0][0, :, :, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    before, after = padding if isinstance(padding, tuple) else (padding, padding)
    high, kernel, maps, outputs = w.shape[-4:]
    if high != kernel or x.shape[-1] % maps or outputs % (x.shape[-1] // maps):
        raise ValueError(f"kernels {w.shape} do not fit images with {x.shape[-1]} maps")
    if b.shape[-1] != outputs:
        raise ValueError(f"{b.shape[-1]} biases do not fit {outputs} maps of kernels {w.shape}")
    if min(x.shape[-3:-1]) + before + after < kernel:
        raise ValueError(f"a {kernel}x{kernel} kernel does not fit the padded input")
    lead = np.broadcast_shapes(x.shape[:-4], w.shape[:-4], b.shape[:-1])
    kind = np.result_type(x, w, b, np.float32)
    found = [_forward(arrays, stride, before, after) for arrays in _replicas(lead, kind, (x, 4), (w, 4), (b, 1))]
    cache = x, w, b.shape, [points for _, points in found], lead, kind, stride, before, after
    return _stacked([y for y, _ in found], lead), cache


def batch_convolution_backward(dy, cache, needs=None):
    """dx scatters dy w back onto the windows; dw = sum of dy times windows; db = sum of dy."""
    return _walk_back(dy, cache, needs or (True, True, True), lambda a: a, short=True)


def batch_convolution_curvature(d2y, cache, needs=None):
    """The same with x and w squared: for a shared weight, the sum over the connections that share it."""
    return _walk_back(d2y, cache, needs or (True, True, True), np.square, short=False)


def _replicas(lead, kind, *arrays):
    """The arrays of each replica, contiguous; each comes with the number of its own axes."""
    if not lead:
        yield tuple(np.ascontiguousarray(a, dtype=kind) for a, _ in arrays)
        return
    spread = [np.broadcast_to(a, (*lead, *a.shape[a.ndim - own :])) for a, own in arrays]
    for index in np.ndindex(*lead):
        yield tuple(np.array(a[index], dtype=kind, order="C") for a in spread)  # a copy that can be written to


def _stacked(found, lead):
    return np.stack(found).reshape(*lead, *found[0].shape) if lead else found[0]


def _short(w, stride):
    from core.learning.compiled import short_convolution  # compiles when it is first used

    return short_convolution if stride == 1 and len(w) in short_convolution.KERNELS else None


def _forward(arrays, stride, before, after):
    x, w, b = arrays
    short = _short(w, stride)
    if short:
        points = short.points_of(x, w)
        return short.forward(x, w, points, b, before, after), points
    high, wide = ((side + before + after - len(w)) // stride + 1 for side in x.shape[1:3])
    y = np.empty((len(x), high, wide, w.shape[3]), x.dtype)
    for maps, outputs in _groups(x, w):
        own = w[..., outputs].reshape(-1, y.shape[3] // (x.shape[3] // w.shape[2]))
        for cases, windows in _windows(x[..., maps], len(w), stride, before, after, (high, wide)):
            y[cases, ..., outputs] = (windows @ own).reshape(-1, high, wide, own.shape[1])
    y += b
    return y, None


def _walk_back(dy, cache, needs, power, short):
    x, w, b_shape, points, lead, kind, stride, before, after = cache
    found = [
        _backward(one, power(own), power(kernels), at_points, stride, before, after, needs)
        for at_points, (one, own, kernels) in zip(
            points if short else [None] * len(points), _replicas(lead, kind, (dy, 4), (x, 4), (w, 4)), strict=True
        )
    ]
    shapes = (x.shape, w.shape, b_shape)
    return tuple(
        unbroadcast(_stacked([parts[k] for parts in found], lead), shapes[k]) if needs[k] else None for k in range(3)
    )


def _backward(dy, x, w, points, stride, before, after, needs):
    if points is not None:
        return _short(w, stride).backward(x, w, points, dy, before, after, needs[0], needs[1] or needs[2])
    framed = (len(x), *(side + before + after for side in x.shape[1:3]), x.shape[3])
    dx = np.zeros(framed if needs[0] else 0, x.dtype)
    dw, size = np.zeros_like(w), dy.shape[1:3]
    for maps, outputs in _groups(x, w):
        own = w[..., outputs].reshape(-1, dy[..., outputs].shape[3])
        total = np.zeros_like(own)
        for cases, windows in _windows(x[..., maps], len(w), stride, before, after, size):
            slopes = dy[cases, ..., outputs].reshape(-1, own.shape[1])
            if needs[1]:
                total += windows.T @ slopes
            if needs[0]:
                _scatter((slopes @ own.T).reshape(-1, *size, *w.shape[:3]), dx[cases, ..., maps], stride)
        dw[..., outputs] = total.reshape(*w.shape[:3], -1)
    inner = (slice(None), slice(before, before + x.shape[1]), slice(before, before + x.shape[2]))
    return dx[inner] if needs[0] else None, dw, dy.sum(axis=(0, 1, 2))


def _groups(x, w):
    """The input and output maps of each group, as slices."""
    groups = x.shape[3] // w.shape[2]
    maps, outputs = w.shape[2], w.shape[3] // groups
    return [(slice(g * maps, (g + 1) * maps), slice(g * outputs, (g + 1) * outputs)) for g in range(groups)]


def _windows(x, kernel, stride, before, after, size):
    # x (N, H, W, C) -> a slice of cases, and their windows (cases P Q, K K C), a few cases at a time
    step = max(1, ROOM // (size[0] * size[1] * kernel * kernel * x.shape[3]))
    for start in range(0, len(x), step):
        framed = np.pad(x[start : start + step], ((0, 0), (before, after), (before, after), (0, 0)))
        views = np.lib.stride_tricks.sliding_window_view(framed, (kernel, kernel), axis=(1, 2))
        views = np.moveaxis(views[:, ::stride, ::stride], 3, -1)
        yield slice(start, start + len(framed)), views.reshape(len(framed) * size[0] * size[1], -1)


def _scatter(d_windows, dx, stride):
    # d_windows (N, P, Q, K, K, C), added to dx (N, H, W, C)
    high, wide, kernel = d_windows.shape[1:4]
    for i in range(kernel):
        for j in range(kernel):
            dx[:, i : i + stride * high : stride, j : j + stride * wide : stride] += d_windows[:, :, :, i, j]


def batch_convolution_cost(inputs, output, varies):
    """One product for every output and weight of its kernel, as the plain sum has it; so for dx and dw if wanted."""
    there = output.size * int(np.prod(inputs[1].shape[-4:-1]))
    return there, there * sum(varies[:2])


register(batch_convolution, batch_convolution_backward, batch_convolution_curvature, cost=batch_convolution_cost)
