"""Loops over the maps of images, in several threads: pooling with overlap, and local response normalisation.

Images are (N, H, W, C). A loop over one pixel's maps, through a view of them, is turned into vector instructions.
"""

from __future__ import annotations

import numpy as np

from core.learning.compiled.threads import share
from core.learning.compiled.vector_blocks import lanes_of
from core.learning.compiled.vectors import compiled
from core.learning.compiled.windows import largest, to_largest


def pooled(side: int, size: int, stride: int) -> int:
    """How many windows of `size` at `stride` cover `side`; the last one may reach over the end."""
    return max(0, -(-(side - size) // stride)) + 1


@compiled
def maximum_loop(x, y, which, first, last, size, stride):
    # x (N, H, W, C) -> y, which (N, P, Q, C) of the images from `first` to `last`
    height, width, maps = x.shape[1:]
    lanes, flat, out, places = lanes_of(x), x.ravel(), y.ravel(), which.ravel()
    for n in range(first, last):
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                rows, columns = min(size, height - i * stride), min(size, width - j * stride)
                at = ((n * height + i * stride) * width + j * stride) * maps
                to = ((n * y.shape[1] + i) * y.shape[2] + j) * maps
                whole = maps // lanes * lanes
                for c in range(0, whole, lanes):
                    largest(flat, at + c, width * maps, maps, rows, columns, size, out, to + c, places, to + c)
                for c in range(whole, maps):
                    best, place = flat[at + c], 0
                    for k in range(rows * columns):
                        value = flat[at + c + (k // columns * width + k % columns) * maps]
                        if value > best:
                            best, place = value, k // columns * size + k % columns
                    out[to + c], places[to + c] = best, place


@compiled
def to_maximum_loop(dy, which, dx, first, last, size, stride):
    # dy, which (N, P, Q, C) -> dx (N, H, W, C), for the same images
    height, width, maps = dx.shape[1:]
    lanes, flat, to, places = lanes_of(dy), dy.ravel(), dx.ravel(), which.ravel()
    for n in range(first, last):
        dx[n] = 0
        for i in range(dy.shape[1]):
            for j in range(dy.shape[2]):
                rows, columns = min(size, height - i * stride), min(size, width - j * stride)
                at = ((n * height + i * stride) * width + j * stride) * maps
                place = ((n * dy.shape[1] + i) * dy.shape[2] + j) * maps
                whole = maps // lanes * lanes
                for c in range(0, whole, lanes):
                    to_largest(flat, place + c, places, place + c, to, at + c, width * maps, maps, rows, columns, size)
                for c in range(whole, maps):
                    k = np.int64(places[place + c])
                    to[at + c + (k // size * width + k % size) * maps] += flat[place + c]


@compiled
def _average(x, y, first, last, size, stride):
    for n in range(first, last):
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                total = y[n, i, j]
                total[:] = 0
                rows, columns = min(size, x.shape[1] - i * stride), min(size, x.shape[2] - j * stride)
                for a in range(rows):
                    for b in range(columns):
                        source = x[n, i * stride + a, j * stride + b]
                        for c in range(x.shape[3]):
                            total[c] += source[c]
                share_ = x.dtype.type(1) / x.dtype.type(rows * columns)
                for c in range(x.shape[3]):
                    total[c] *= share_


@compiled
def _to_average(dy, dx, first, last, size, stride, squared):
    for n in range(first, last):
        dx[n] = 0
        for i in range(dy.shape[1]):
            for j in range(dy.shape[2]):
                d = dy[n, i, j]
                rows, columns = min(size, dx.shape[1] - i * stride), min(size, dx.shape[2] - j * stride)
                share_ = dx.dtype.type(1) / dx.dtype.type(rows * columns)
                share_ *= share_ if squared else dx.dtype.type(1)
                for a in range(rows):
                    for b in range(columns):
                        to = dx[n, i * stride + a, j * stride + b]
                        for c in range(dx.shape[3]):
                            to[c] += d[c] * share_


def maximum(x: np.ndarray, size: int, stride: int) -> tuple[np.ndarray, np.ndarray]:
    """The largest number of each window, and which of its places (row by row) held it first, as bytes."""
    shape = (len(x), pooled(x.shape[1], size, stride), pooled(x.shape[2], size, stride), x.shape[3])
    y, which = np.empty(shape, x.dtype), np.empty(shape, np.uint8)
    share(len(x), lambda first, last: maximum_loop(x, y, which, first, last, size, stride))
    return y, which


def to_maximum(dy: np.ndarray, which: np.ndarray, side: tuple[int, int], size: int, stride: int) -> np.ndarray:
    """dy at the places that held the maxima, summed where windows overlap."""
    dx = np.empty((len(dy), *side, dy.shape[3]), dy.dtype)
    share(len(dx), lambda first, last: to_maximum_loop(dy, which, dx, first, last, size, stride))
    return dx


def average(x: np.ndarray, size: int, stride: int) -> np.ndarray:
    """The mean of each window, over those of its places that are in the image."""
    y = np.empty((len(x), pooled(x.shape[1], size, stride), pooled(x.shape[2], size, stride), x.shape[3]), x.dtype)
    share(len(x), lambda first, last: _average(x, y, first, last, size, stride))
    return y


def to_average(dy: np.ndarray, side: tuple[int, int], size: int, stride: int, squared: bool = False) -> np.ndarray:
    """dy over the number of places, at each place of its window; with `squared`, over the square of that number."""
    dx = np.empty((len(dy), *side, dy.shape[3]), dy.dtype)
    share(len(dx), lambda first, last: _to_average(dy, dx, first, last, size, stride, squared))
    return dx


@compiled
def _sums(values, sums, reach, across):
    """Sums of one image's values over the maps within reach of each map, or over the pixels within reach of each."""
    height, width, maps = values.shape
    for i in range(height):
        for j in range(width):
            total = sums[i, j]
            total[:] = 0
            if across:
                here = values[i, j]
                for shift in range(-min(reach, maps - 1), min(reach, maps - 1) + 1):
                    source, to = here[max(shift, 0) : maps + min(shift, 0)], total[max(-shift, 0) :]
                    for c in range(len(source)):
                        to[c] += source[c]
            else:
                for a in range(max(0, i - reach), min(height, i + reach + 1)):
                    for b in range(max(0, j - reach), min(width, j + reach + 1)):
                        source = values[a, b]
                        for c in range(maps):
                            total[c] += source[c]


@compiled
def _normalised(x, y, scale, first, last, reach, across, k, alpha, beta):
    kind = x.dtype.type
    offset, factor, power, one = kind(k), kind(alpha), kind(-beta), kind(1)
    squares = np.empty(x.shape[1:], x.dtype)
    for n in range(first, last):
        given, places, out, sums = x[n].ravel(), squares.ravel(), y[n].ravel(), scale[n].ravel()
        for q in range(len(given)):
            places[q] = given[q] * given[q]
        _sums(squares, scale[n], reach, across)
        for q in range(len(given)):
            sums[q] = offset + factor * sums[q]
        if beta == 0.75:
            for q in range(len(given)):
                root = np.sqrt(sums[q])
                out[q] = given[q] * (one / (root * np.sqrt(root)))
        else:
            for q in range(len(given)):
                out[q] = given[q] * sums[q] ** power


@compiled
def _to_normalised(dy, x, y, scale, dx, first, last, reach, across, alpha, beta):
    kind = x.dtype.type
    factor, power, one = kind(2 * alpha * beta), kind(-beta), kind(1)
    parts, sums = np.empty(x.shape[1:], x.dtype), np.empty(x.shape[1:], x.dtype)
    for n in range(first, last):
        given, out, under, d = x[n].ravel(), y[n].ravel(), scale[n].ravel(), dy[n].ravel()
        part, total, to = parts.ravel(), sums.ravel(), dx[n].ravel()
        for q in range(len(given)):
            part[q] = d[q] * out[q] / under[q]
        _sums(parts, sums, reach, across)
        if beta == 0.75:
            for q in range(len(given)):
                root = np.sqrt(under[q])
                to[q] = d[q] * (one / (root * np.sqrt(root))) - factor * given[q] * total[q]
        else:
            for q in range(len(given)):
                to[q] = d[q] * under[q] ** power - factor * given[q] * total[q]


def normalised(
    x: np.ndarray, reach: int, across: bool, k: float, alpha: float, beta: float
) -> tuple[np.ndarray, np.ndarray]:
    """x s^-beta, and s = k + alpha times the sum of squares within reach."""
    y, scale = np.empty_like(x), np.empty_like(x)
    share(len(x), lambda first, last: _normalised(x, y, scale, first, last, reach, across, k, alpha, beta))
    return y, scale


def to_normalised(
    dy: np.ndarray, x: np.ndarray, y: np.ndarray, scale: np.ndarray, reach: int, across: bool, alpha: float, beta: float
) -> np.ndarray:
    """dy s^-beta - 2 alpha beta x times the sum within reach of dy y / s."""
    dx = np.empty_like(x)
    share(len(x), lambda first, last: _to_normalised(dy, x, y, scale, dx, first, last, reach, across, alpha, beta))
    return dx


@compiled
def _rectified(x, y, first, last):
    source, target = x[first:last], y[first:last]
    for q in range(len(source)):
        target[q] = source.dtype.type(0) if source[q] <= 0 else source[q]  # a NaN stays one


@compiled
def _to_rectified(dy, y, dx, first, last):
    source, out, target = dy[first:last], y[first:last], dx[first:last]
    for q in range(len(source)):
        target[q] = source[q] if out[q] > 0 else source.dtype.type(0)


def rectified(x: np.ndarray) -> np.ndarray:
    """max(x, 0) of a contiguous array."""
    y = np.empty_like(x)
    share(x.size, lambda first, last: _rectified(x.reshape(-1), y.reshape(-1), first, last))
    return y


def to_rectified(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """dy where y is positive, else zero."""
    dx = np.empty_like(y)
    share(y.size, lambda first, last: _to_rectified(dy.reshape(-1), y.reshape(-1), dx.reshape(-1), first, last))
    return dx
