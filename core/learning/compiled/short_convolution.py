"""Convolutions of a batch of images by Winograd's short algorithms, forwards and backwards, in several threads.

A 5x5 kernel costs 64 products for 16 outputs instead of 400, a 3x3 kernel 64 for 36 instead of 324. Sums are rounded in
another order than in the plain convolution: in single precision an output is off by some 2e-6 of the outputs' root mean
square, where the plain sum is off by 2e-7. See `tiles` for the algorithm and its source.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from core.learning.compiled.threads import share
from core.learning.compiled.tiles import (
    AT_ONE,
    KERNELS,
    POINTS,
    SIDE,
    Shape,
    copy,
    images_to_points,
    matrices,
    multiply,
    outputs_to_points,
    points_to_outputs,
    points_to_windows,
    whole_blocks,
)
from core.learning.compiled.vector_blocks import ROWS, VECTOR_BYTES, lanes_of
from core.learning.compiled.vectors import compiled

TILES = 16  # tiles of small images that are worked on together
PARTS = 4  # parts of a batch whose slopes are summed apart, whatever the number of threads
_EVALUATIONS = {kernel: np.kron(matrices(kernel)[0], matrices(kernel)[0]) for kernel in KERNELS}


@compiled
def _forward(s, x, x_at, kernels, bias, y, y_at, first, last):
    # kernels (64, maps, wide_outputs), bias (wide_outputs,); chunks of s.images images from `first` to `last`
    lanes, tiles = lanes_of(x), s.down * s.across
    side = SIDE - s.tile
    frame = np.zeros((s.down * s.tile + side) * (s.across * s.tile + side) * s.maps + lanes, x.dtype)
    work, edge = np.empty(POINTS * lanes, x.dtype), np.empty(POINTS * lanes, x.dtype)
    rows, slack = whole_blocks(s.images * tiles), lanes + ROWS
    # More room than needed: what vectors and blocks reach over, and strides that are no power of two, which caches
    # do not like.
    size_in, size_out = rows * s.maps + slack, rows * s.wide_outputs + slack
    inputs, outputs = np.zeros(POINTS * size_in, x.dtype), np.empty(POINTS * size_out, x.dtype)
    of_image, of_output = s.height * s.width * s.of_maps, s.out_height * s.out_width * s.of_outputs
    for chunk in range(first, last):
        start = chunk * s.images
        images = min(s.images, len(x) // of_image - start)
        for n in range(images):
            images_to_points(x, (start + n) * of_image + x_at, frame, work, inputs, size_in, n * tiles, s)
        for t in range(images * tiles):
            at = AT_ONE * size_out + t * s.wide_outputs
            copy(bias, outputs[at : at + s.wide_outputs])
        for p in range(POINTS):
            multiply(
                inputs,
                p * size_in,
                s.maps,
                1,
                kernels,
                p * s.maps * s.wide_outputs,
                s.wide_outputs,
                s.maps,
                outputs,
                p * size_out,
                s.wide_outputs,
                images * tiles,
                s.wide_outputs,
                p == AT_ONE,
            )
        for n in range(images):
            points_to_outputs(outputs, size_out, n * tiles, edge, work, y, (start + n) * of_output + y_at, s)


@compiled
def _backward(s, to_x, to_w, x, x_at, dy, y_at, turned, dx, d_kernels, d_bias, first, last):
    # turned (64, outputs, wide_maps), d_kernels (parts, 64, whole_blocks(maps), wide_outputs)
    # d_bias (parts, ROWS, wide_outputs), all its rows the same
    lanes, tiles = lanes_of(x), s.down * s.across
    side = SIDE - s.tile
    frame = np.zeros((s.down * s.tile + side) * (s.across * s.tile + side) * s.maps + lanes, x.dtype)
    summed = np.empty(len(frame), x.dtype)
    work, edge = np.empty(POINTS * lanes, x.dtype), np.empty(POINTS * lanes, x.dtype)
    rows, slack, one = whole_blocks(s.images * tiles), lanes + ROWS, np.ones(1, x.dtype)
    size_in, size_out = rows * s.wide_maps + slack, rows * s.wide_outputs + slack
    inputs, slopes = np.zeros(POINTS * size_in, x.dtype), np.zeros(POINTS * size_out, x.dtype)
    of_image, of_output = s.height * s.width * s.of_maps, s.out_height * s.out_width * s.of_outputs
    cases, of_point = len(x) // of_image, whole_blocks(s.maps) * s.wide_outputs
    parts = len(d_kernels) // (POINTS * of_point)
    for part in range(first, last):
        for start in range(cases * part // parts, cases * (part + 1) // parts, s.images):
            images = min(s.images, cases * (part + 1) // parts - start)
            for n in range(images):
                outputs_to_points(dy, (start + n) * of_output + y_at, edge, work, slopes, size_out, n * tiles, s)
            if to_w:
                for n in range(images):
                    images_to_points(x, (start + n) * of_image + x_at, frame, work, inputs, size_in, n * tiles, s)
                multiply(
                    one,
                    0,
                    0,
                    0,
                    slopes,
                    AT_ONE * size_out,
                    s.wide_outputs,
                    images * tiles,
                    d_bias,
                    part * ROWS * s.wide_outputs,
                    s.wide_outputs,
                    1,
                    s.wide_outputs,
                    True,
                )
                for p in range(POINTS):
                    multiply(
                        inputs,
                        p * size_in,
                        1,
                        s.maps,
                        slopes,
                        p * size_out,
                        s.wide_outputs,
                        images * tiles,
                        d_kernels,
                        (part * POINTS + p) * of_point,
                        s.wide_outputs,
                        s.maps,
                        s.wide_outputs,
                        True,
                    )
            if to_x:
                for p in range(POINTS):
                    multiply(
                        slopes,
                        p * size_out,
                        s.wide_outputs,
                        1,
                        turned,
                        p * s.outputs * s.wide_maps,
                        s.wide_maps,
                        s.outputs,
                        inputs,
                        p * size_in,
                        s.wide_maps,
                        images * tiles,
                        s.wide_maps,
                        False,
                    )
                for n in range(images):
                    points_to_windows(inputs, size_in, n * tiles, summed, work, dx, (start + n) * of_image + x_at, s)


def shape_of(x: np.ndarray, w: np.ndarray, before: int, after: int) -> Shape:
    """The sizes of a convolution of images x (N, H, W, C) with kernels w (K, K, C / groups, O)."""
    kernel, maps, of_outputs = w.shape[1:]
    groups, lanes = x.shape[3] // maps, VECTOR_BYTES // x.itemsize
    outputs, tile = of_outputs // groups, SIDE + 1 - kernel
    high, wide = (side + before + after - kernel + 1 for side in x.shape[1:3])
    down, across = -(-high // tile), -(-wide // tile)
    return Shape(
        x.shape[1],
        x.shape[2],
        maps,
        x.shape[3],
        -(-maps // lanes) * lanes,
        high,
        wide,
        outputs,
        of_outputs,
        -(-outputs // lanes) * lanes,
        before,
        tile,
        down,
        across,
        max(1, TILES // (down * across)),
    )


def widened(a: np.ndarray, width: int) -> np.ndarray:
    # (..., n) -> flat (..., width)
    """The array with zeros after its last axis, to full vectors."""
    wide = np.zeros((*a.shape[:-1], width), a.dtype)
    wide[..., : a.shape[-1]] = a
    return wide.ravel()


def points_of(x: np.ndarray, w: np.ndarray) -> list[np.ndarray]:
    """The kernels (K, K, C / G, O) at the 64 points, (64, C / G, O / G) for each of G groups, for `forward`."""
    groups = x.shape[3] // w.shape[2]
    at_points = (_EVALUATIONS[len(w)] @ w.reshape(len(w) ** 2, -1)).astype(w.dtype)
    return np.split(at_points.reshape(POINTS, *w.shape[2:]), groups, axis=2)


def forward(
    x: np.ndarray, w: np.ndarray, points: list[np.ndarray], b: np.ndarray, before: int, after: int
) -> np.ndarray:
    """Outputs (N, P, Q, O) of images x (N, H, W, C), all arrays contiguous and of one precision.

    `points` are those of the kernels w; see `batch_convolution`.
    """
    s = shape_of(x, w, before, after)
    y = np.empty((len(x), s.out_height, s.out_width, s.of_outputs), x.dtype)
    chunks = -(-len(x) // s.images)
    for group, own in enumerate(points):
        kernels, bias = widened(own, s.wide_outputs), widened(np.split(b, len(points))[group], s.wide_outputs)
        places = x.reshape(-1), group * s.maps, kernels, bias, y.reshape(-1), group * s.outputs
        share(chunks, partial(_forward, s, *places))
    return y


def backward(
    x: np.ndarray,
    w: np.ndarray,
    points: list[np.ndarray],
    dy: np.ndarray,
    before: int,
    after: int,
    to_x: bool,
    to_w: bool,
) -> tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None]:
    """Derivatives with respect to x, w and b; those of x, or of w and b, only where wanted."""
    s = shape_of(x, w, before, after)
    dx = np.empty(x.shape if to_x else (0,), x.dtype)
    dw, db = np.empty(w.shape, x.dtype), np.empty(s.of_outputs, x.dtype)
    parts = min(PARTS, len(x))
    for group, own in enumerate(points):
        turned = widened(own.swapaxes(1, 2), s.wide_maps) if to_x else np.empty(0, x.dtype)
        d_kernels = np.zeros((parts, POINTS, whole_blocks(s.maps), s.wide_outputs), x.dtype)
        d_bias = np.zeros((parts, ROWS, s.wide_outputs), x.dtype)
        arrays = x.reshape(-1), group * s.maps, dy.reshape(-1), group * s.outputs, turned, dx.reshape(-1)
        share(parts, partial(_backward, s, to_x, to_w, *arrays, d_kernels.reshape(-1), d_bias.reshape(-1)))
        if to_w:
            outputs = slice(group * s.outputs, (group + 1) * s.outputs)
            summed = d_kernels.sum(axis=0)[:, : s.maps, : s.outputs].reshape(POINTS, -1)
            dw[..., outputs] = (_EVALUATIONS[len(w)].T @ summed).reshape(*w.shape[:3], s.outputs)
            db[outputs] = d_bias[:, 0].sum(axis=0)[: s.outputs]
    return dx if to_x else None, dw if to_w else None, db if to_w else None
