"""Convolutions of images with few maps, such as the three colours, and the maxima of their outputs, image by image.

With three maps the products of `tiles` would be too short, and its transforms would cost more than the products. Here
windows and kernels are evaluated at eight points along the rows alone, and the rows of a kernel stay as they are: a
product has K maps terms, and 8 products stand for 9 - K outputs. All outputs of one image, and their derivatives, fit
into a near cache, and only the maxima of their windows leave it.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from core.learning.compiled.images import maximum_loop, pooled, to_maximum_loop
from core.learning.compiled.short_convolution import PARTS, shape_of, widened
from core.learning.compiled.threads import share
from core.learning.compiled.tiles import KERNELS, SIDE, copy, matrices, multiply, read, spread, whole_blocks, window
from core.learning.compiled.vector_blocks import ROWS, lanes_of
from core.learning.compiled.vectors import compiled

TERMS = 16  # rows of a kernel times maps, up to which this is worth while
_EVALUATION = {kernel: matrices(kernel)[0] for kernel in KERNELS}
_AT_ONE = 1  # what is added at the point 1 is added to every output of the tile


@compiled
def _frame_of(x, frame, s):
    # x (height, width, maps) -> frame, which has its border of zeros already
    span, run = s.across * s.tile + SIDE - s.tile, s.width * s.maps
    for i in range(s.height):
        to = ((i + s.before) * span + s.before) * s.maps
        copy(x[i * run : (i + 1) * run], frame[to : to + run])


@compiled
def _strip(frame, column, inputs, size, s):
    """Evaluate the windows of all rows whose first pixel is in `column`: inputs (8, rows, maps), `size` a point."""
    span = s.across * s.tile + SIDE - s.tile
    for i in range(s.out_height + SIDE - s.tile):
        for c in range(0, s.maps, lanes_of(frame)):
            window(frame, (i * span + column) * s.maps + c, s.maps, inputs, i * s.maps + c, size)


@compiled
def _convolve(s, frame, kernels, bias, inputs, outputs, edge, y):
    # frame, kernels (8, K maps, wide_outputs), bias (wide_outputs,) -> y (out_height, out_width, outputs)
    lanes, terms, rows = lanes_of(frame), (SIDE + 1 - s.tile) * s.maps, s.out_height
    size_in, size_out = len(inputs) // SIDE, len(outputs) // SIDE
    for column in range(0, s.out_width, s.tile):
        _strip(frame, column, inputs, size_in, s)
        for i in range(rows):
            at = _AT_ONE * size_out + i * s.wide_outputs
            copy(bias, outputs[at : at + s.wide_outputs])
        for p in range(SIDE):
            multiply(
                inputs,
                p * size_in,
                s.maps,
                1,
                kernels,
                p * terms * s.wide_outputs,
                s.wide_outputs,
                terms,
                outputs,
                p * size_out,
                s.wide_outputs,
                rows,
                s.wide_outputs,
                p == _AT_ONE,
            )
        columns = min(s.tile, s.out_width - column)
        for i in range(rows):
            for o in range(0, s.outputs, lanes):
                at, to = i * s.wide_outputs + o, (i * s.out_width + column) * s.outputs + o
                if columns == s.tile and o + lanes <= s.outputs:
                    read(s.tile, outputs, at, size_out, y, to, s.outputs)
                else:
                    read(s.tile, outputs, at, size_out, edge, 0, lanes)
                    run = min(lanes, s.outputs - o)
                    for b in range(columns):
                        copy(edge[b * lanes : b * lanes + run], y[to + b * s.outputs : to + b * s.outputs + run])


@compiled
def _slopes_of(s, frame, dy, inputs, slopes, edge, one, d_kernels, d_bias):
    # frame, dy (out_height, out_width, outputs) -> added to d_kernels (8, whole_blocks(K maps), wide_outputs)
    # and to d_bias (ROWS, wide_outputs), all its rows the same
    lanes, terms, rows = lanes_of(frame), (SIDE + 1 - s.tile) * s.maps, s.out_height
    size_in, size_out = len(inputs) // SIDE, len(slopes) // SIDE
    for column in range(0, s.out_width, s.tile):
        _strip(frame, column, inputs, size_in, s)
        columns = min(s.tile, s.out_width - column)
        for i in range(rows):
            for o in range(0, s.outputs, lanes):
                to, at = i * s.wide_outputs + o, (i * s.out_width + column) * s.outputs + o
                if columns == s.tile and o + lanes <= s.outputs:
                    spread(s.tile, dy, at, s.outputs, slopes, to, size_out)
                else:
                    edge[:] = 0
                    run = min(lanes, s.outputs - o)
                    for b in range(columns):
                        copy(dy[at + b * s.outputs : at + b * s.outputs + run], edge[b * lanes : b * lanes + run])
                    spread(s.tile, edge, 0, lanes, slopes, to, size_out)
        multiply(
            one,
            0,
            0,
            0,
            slopes,
            _AT_ONE * size_out,
            s.wide_outputs,
            rows,
            d_bias,
            0,
            s.wide_outputs,
            1,
            s.wide_outputs,
            True,
        )
        for p in range(SIDE):
            multiply(
                inputs,
                p * size_in,
                1,
                s.maps,
                slopes,
                p * size_out,
                s.wide_outputs,
                rows,
                d_kernels,
                p * whole_blocks(terms) * s.wide_outputs,
                s.wide_outputs,
                terms,
                s.wide_outputs,
                True,
            )


@compiled
def _rooms(s, x):
    """What one image needs: its frame, its windows and its outputs at the points, an edge and a one."""
    lanes, side, rows = lanes_of(x), SIDE - s.tile, whole_blocks(s.out_height)
    frame = np.zeros((s.out_height + side) * (s.across * s.tile + side) * s.maps + SIDE * lanes, x.dtype)
    inputs = np.zeros(SIDE * ((rows + side) * s.maps + lanes + ROWS), x.dtype)
    outputs = np.zeros(SIDE * (rows * s.wide_outputs + lanes), x.dtype)
    return frame, inputs, outputs, np.zeros(SIDE * lanes, x.dtype), np.ones(1, x.dtype)


@compiled
def _forward(s, x, kernels, bias, y, which, size, stride, first, last):
    of_image, between = s.height * s.width * s.maps, np.empty((1, s.out_height, s.out_width, s.outputs), x.dtype)
    frame, inputs, outputs, edge, _ = _rooms(s, x)
    for n in range(first, last):
        _frame_of(x[n * of_image : (n + 1) * of_image], frame, s)
        _convolve(s, frame, kernels, bias, inputs, outputs, edge, between.ravel())
        maximum_loop(between, y[n : n + 1], which[n : n + 1], 0, 1, size, stride)


@compiled
def _backward(s, x, dy, which, size, stride, d_kernels, d_bias, first, last):
    of_image, between = s.height * s.width * s.maps, np.empty((1, s.out_height, s.out_width, s.outputs), x.dtype)
    frame, inputs, slopes, edge, one = _rooms(s, x)
    parts = len(d_kernels)
    for part in range(first, last):
        for n in range(len(dy) * part // parts, len(dy) * (part + 1) // parts):
            to_maximum_loop(dy[n : n + 1], which[n : n + 1], between, 0, 1, size, stride)
            _frame_of(x[n * of_image : (n + 1) * of_image], frame, s)
            _slopes_of(s, frame, between.ravel(), inputs, slopes, edge, one, d_kernels[part], d_bias[part])


def fits(x: np.ndarray, w: np.ndarray) -> bool:
    """Whether the images are of few enough maps, in one group."""
    return len(w) in KERNELS and x.shape[3] == w.shape[2] and len(w) * w.shape[2] <= TERMS


def forward(
    x: np.ndarray, w: np.ndarray, b: np.ndarray, border: int, size: int, stride: int
) -> tuple[np.ndarray, np.ndarray]:
    """`images.maximum` of the convolution of images x (N, H, W, C) with kernels w (K, K, C, O), in one precision."""
    s = shape_of(x, w, border, border)
    shape = (len(x), pooled(s.out_height, size, stride), pooled(s.out_width, size, stride), s.outputs)
    y, which = np.empty(shape, x.dtype), np.empty(shape, np.uint8)
    points = np.einsum("pj,ijco->pico", _EVALUATION[len(w)], w).astype(w.dtype)
    kernels, bias = widened(points, s.wide_outputs), widened(b, s.wide_outputs)
    share(len(x), partial(_forward, s, x.reshape(-1), kernels, bias, y, which, size, stride))
    return y, which


def backward(
    x: np.ndarray, w: np.ndarray, dy: np.ndarray, which: np.ndarray, border: int, size: int, stride: int
) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives with respect to w and b."""
    s, parts = shape_of(x, w, border, border), min(PARTS, len(x))
    terms = len(w) * s.maps
    d_points = np.zeros((parts, SIDE * whole_blocks(terms) * s.wide_outputs), x.dtype)
    d_bias = np.zeros((parts, ROWS * s.wide_outputs), x.dtype)
    share(parts, partial(_backward, s, x.reshape(-1), dy, which, size, stride, d_points, d_bias))
    summed = d_points.sum(axis=0).reshape(SIDE, -1, s.wide_outputs)[:, :terms, : s.outputs]
    summed = summed.reshape(SIDE, len(w), s.maps, s.outputs)
    dw = np.einsum("pj,pico->ijco", _EVALUATION[len(w)], summed).astype(w.dtype)
    return dw, d_bias.sum(axis=0)[: s.outputs]
