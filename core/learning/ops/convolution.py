"""2-D convolution (as correlation) with stride, constant padding, a connection table and optional unshared biases."""

from __future__ import annotations

import numpy as np

from core.learning.ops.shapes import unbroadcast
from core.learning.ops.table import register


def convolution(x, w, b, *, stride=1, padding=0, border=0.0, table=None):
    # x (..., N, C, H, W), w (..., O, S, K, K), b (..., O) or (..., O, P, Q) -> y (..., N, O, P, Q)
    """y[o,p,q] = b[o(,p,q)] + sum over s,i,j of w[o,s,i,j] x[table[o,s], stride p + i, stride q + j].

    `padding` rows and columns of the constant `border` surround x. `table` (O, S) names the input maps each output
    map reads; None means all of them (S = C). A bias of shape (..., O) is shared over positions, one of shape
    (..., O, P, Q) is not. To tell them apart with replica axes, b has as many replica axes as w.
    Raises ValueError if the table or the kernel does not fit.

    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> convolution(x, np.ones((1, 1, 2, 2)), np.zeros(1))[0][0, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    maps_in, kernel = x.shape[-3], w.shape[-1]
    if table is None:
        table = np.broadcast_to(np.arange(maps_in), (w.shape[-4], maps_in))
    table = np.asarray(table)
    if table.shape != w.shape[-4:-2] or table.min() < 0 or table.max() >= maps_in:
        raise ValueError(f"connection table {table.shape} does not fit weights {w.shape} on {maps_in} input maps")
    if any(len(set(row)) < len(row) for row in table.tolist()):
        raise ValueError("a row of the connection table names the same input map twice")
    if x.shape[-1] + 2 * padding < kernel or x.shape[-2] + 2 * padding < kernel:
        raise ValueError(f"a {kernel}x{kernel} kernel does not fit the padded input")
    shared = b.ndim - w.ndim == -3
    patches, size = _patches(x, kernel, stride, padding, border)
    full = _full(w, table, maps_in)
    y = np.matmul(patches, np.swapaxes(full, -1, -2))
    y = np.moveaxis(np.reshape(y, (*y.shape[:-2], *size, -1)), -1, -3)
    y = y + (b[..., None, :, None, None] if shared else b[..., None, :, :, :])
    return y, (patches, full, x.shape, w.shape, b.shape, stride, padding, table, shared)


def convolution_backward(dy, cache, needs=None):
    """dx scatters dy w back onto the windows; dw = sum of dy times patches; db = sum of dy."""
    return _products(dy, cache, needs or (True, True, True), lambda a: a)


def convolution_curvature(d2y, cache, needs=None):
    """The same with x and w squared: for a shared weight, the sum over the connections that share it."""
    return _products(d2y, cache, needs or (True, True, True), np.square)


def _patches(x, kernel, stride, padding, border):
    # x (..., N, C, H, W) -> (..., N, P*Q, C*K*K), (P, Q)
    if padding:
        width = [(0, 0)] * (x.ndim - 2) + [(padding, padding)] * 2
        x = np.pad(x, width, constant_values=border)
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), axis=(-2, -1))
    windows = windows[..., ::stride, ::stride, :, :]
    size = windows.shape[-4:-2]
    windows = np.moveaxis(windows, -5, -3)
    return np.reshape(windows, (*windows.shape[:-5], size[0] * size[1], -1)), size


def _full(w, table, maps_in):
    # w (..., O, S, K, K) -> (..., 1, O, C*K*K), zero where the table has no connection
    outputs = np.arange(table.shape[0])[:, None]
    full = np.zeros((*w.shape[:-4], table.shape[0], maps_in, *w.shape[-2:]), w.dtype)
    full[..., outputs, table, :, :] = w
    return np.reshape(full, (*full.shape[:-4], 1, table.shape[0], -1))


def _products(dy, cache, needs, power):
    patches, full, x_shape, w_shape, b_shape, stride, padding, table, shared = cache
    p, q = dy.shape[-2:]
    rows = np.reshape(np.moveaxis(dy, -3, -1), (*dy.shape[:-3], p * q, -1))  # (..., N, P*Q, O)
    dx = dw = db = None
    if needs[0]:
        dx = unbroadcast(_scatter(np.matmul(rows, power(full)), x_shape, w_shape[-1], (p, q), stride, padding), x_shape)
    if needs[1]:
        d_full = np.matmul(np.swapaxes(rows, -1, -2), power(patches)).sum(axis=-3)  # (..., O, C*K*K)
        d_full = np.reshape(d_full, (*d_full.shape[:-1], x_shape[-3], *w_shape[-2:]))
        dw = unbroadcast(d_full[..., np.arange(table.shape[0])[:, None], table, :, :], w_shape)
    if needs[2]:
        over_cases = dy.sum(axis=-4)
        db = unbroadcast(over_cases.sum(axis=(-2, -1)) if shared else over_cases, b_shape)
    return dx, dw, db


def _scatter(d_patches, x_shape, kernel, size, stride, padding):
    # (..., N, P*Q, C*K*K) -> (..., N, C, H, W)
    c, h, w = x_shape[-3:]
    p, q = size
    d = np.reshape(d_patches, (*d_patches.shape[:-2], p, q, c, kernel, kernel))
    d = np.moveaxis(d, -3, -5)
    padded = np.zeros((*d.shape[:-4], h + 2 * padding, w + 2 * padding), d.dtype)
    for i in range(kernel):
        for j in range(kernel):
            padded[..., i : i + stride * p : stride, j : j + stride * q : stride] += d[..., i, j]
    return padded[..., padding : padding + h, padding : padding + w]


def convolution_cost(inputs, output, varies):
    """One product for every output and weight of its kernels, forwards and for each of dx and dw that is wanted."""
    there = output.size * int(np.prod(inputs[1].shape[-3:]))
    return there, there * sum(varies[:2])


register(convolution, convolution_backward, convolution_curvature, cost=convolution_cost)
