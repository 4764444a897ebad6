"""Loops of Winograd's short convolution: images to points, products at each point, points to images, and back.

An m x m tile of outputs of an r x r kernel, m + r = 9, is a product of polynomials along either axis. Window and kernel
are evaluated at the same eight points (0, 1, -1, 2, -2, 1/2, -1/2, infinity), multiplied point by point, and the tile
is read off. Over all maps the 8x8 points are 64 products of matrices, (tiles, maps) by (maps, outputs). Every step is
linear, so the derivatives are the same steps transposed. Arrays are flat; images have their maps last.
Source: Winograd, Arithmetic Complexity of Computations (1980); Lavin and Gray, CVPR 2016 (arXiv 1509.09308).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.learning.compiled.vector_blocks import ROWS, block, lanes_of, linear_map
from core.learning.compiled.vectors import compiled

SIDE = 8
POINTS = SIDE * SIDE
KERNELS = (3, 5)
AT_ONE = SIDE + 1  # the point (1, 1): what is added there is added to every output of the tile
_FINITE = np.array([0.0, 1, -1, 2, -2, 0.5, -0.5])


class Shape(NamedTuple):
    """Sizes of the convolution of one group of maps.

    `maps` and `outputs` are the group's own, `of_maps` and `of_outputs` those of a whole pixel, `wide_...` rounded up
    to full vectors. `before` is the border above and to the left, `tile` the side of a tile, `down` and `across` count
    the tiles of an image, and so many `images` are worked on together.
    """

    height: int
    width: int
    maps: int
    of_maps: int
    wide_maps: int
    out_height: int
    out_width: int
    outputs: int
    of_outputs: int
    wide_outputs: int
    before: int
    tile: int
    down: int
    across: int
    images: int


def matrices(kernel: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Evaluation of a kernel (8, r), evaluation of a window (8, 8) and read-off (m, 8), along one axis."""
    m, last = SIDE + 1 - kernel, len(_FINITE)
    of_kernel, of_window, read = np.zeros((SIDE, kernel)), np.zeros((SIDE, SIDE)), np.zeros((m, SIDE))
    for i, point in enumerate(_FINITE):
        others = np.delete(_FINITE, i)
        of_kernel[i] = point ** np.arange(kernel) / np.prod(point - others)
        of_window[i, :last] = np.poly(others)[::-1]
        read[:, i] = point ** np.arange(m)
    of_kernel[last, -1], of_window[last], read[-1, last] = 1.0, np.poly(_FINITE)[::-1], 1.0
    return of_kernel, of_window, read


_WINDOW, _READ_3, _READ_5 = matrices(3)[1], matrices(3)[2], matrices(5)[2]
window, _back, _onto = linear_map(_WINDOW), linear_map(_WINDOW.T.copy()), linear_map(_WINDOW.T.copy(), onto=True)
_read_3, _spread_3 = linear_map(_READ_3), linear_map(_READ_3.T.copy())
_read_5, _spread_5 = linear_map(_READ_5), linear_map(_READ_5.T.copy())
_two_vectors, _one_vector = block(ROWS, 2), block(ROWS, 1)


@compiled
def multiply(a, a_at, row, column, b, b_at, step, count, c, c_at, c_row, rows, width, more):
    """A product of matrices by blocks of ROWS rows, the last one whole as well; see `vector_blocks.block`.

    `width` is a multiple of the lanes; a and c have room for the rows of the last block.
    """
    lanes = lanes_of(a)
    for v in range(0, width, 2 * lanes):
        for p in range(0, rows, ROWS):
            at, there, here = a_at + p * row, b_at + v, c_at + p * c_row + v
            if v + lanes < width:
                _two_vectors(a, at, row, column, b, there, step, count, c, here, c_row, more)
            else:
                _one_vector(a, at, row, column, b, there, step, count, c, here, c_row, more)


@compiled
def whole_blocks(rows):
    """As many rows as blocks of ROWS have that hold so many."""
    return (rows + ROWS - 1) // ROWS * ROWS


@compiled
def copy(source, target):
    # A loop over views is turned into vector instructions; one over places in long arrays is not.
    for q in range(len(target)):
        target[q] = source[q]


@compiled
def images_to_points(x, start, frame, work, points, size, t, s):
    # x from `start` on: (height, width, of_maps) -> points (64, tiles, maps) from tile t on, `size` numbers a point
    """Evaluate the windows of an image, through a frame that has its border of zeros already."""
    lanes, span = lanes_of(x), s.across * s.tile + SIDE - s.tile
    pixels, run = (1, s.width * s.maps) if s.maps == s.of_maps else (s.width, s.maps)
    for i in range(s.height):
        for j in range(pixels):
            to, pixel = ((i + s.before) * span + j + s.before) * s.maps, start + (i * s.width + j) * s.of_maps
            copy(x[pixel : pixel + run], frame[to : to + run])
    for ty in range(s.down):
        for tx in range(s.across):
            corner = (ty * span + tx) * s.tile * s.maps
            # A pixel's last vector may reach into the next pixel, and in `points` into tile t + 1, which mends it.
            for c in range(0, s.maps, lanes):
                for j in range(SIDE):
                    window(frame, corner + j * s.maps + c, span * s.maps, work, j * lanes, SIDE * lanes)
                for i in range(SIDE):
                    window(work, i * SIDE * lanes, lanes, points, i * SIDE * size + t * s.maps + c, size)
            t += 1


@compiled
def points_to_windows(points, size, t, frame, work, dx, start, s):
    # points (64, tiles, wide_maps) from tile t on -> dx from `start` on: (height, width, of_maps)
    """The transpose of `images_to_points`: windows overlap and are summed in a frame."""
    lanes, span = lanes_of(points), s.across * s.tile + SIDE - s.tile
    frame[:] = 0
    for ty in range(s.down):
        for tx in range(s.across):
            corner = (ty * span + tx) * s.tile * s.maps
            for c in range(0, s.maps, lanes):
                for j in range(SIDE):
                    _back(points, j * size + t * s.wide_maps + c, SIDE * size, work, j * lanes, SIDE * lanes)
                for i in range(SIDE):
                    _onto(work, i * SIDE * lanes, lanes, frame, corner + i * span * s.maps + c, s.maps)
            t += 1
    pixels, run = (1, s.width * s.maps) if s.maps == s.of_maps else (s.width, s.maps)
    for i in range(s.height):
        for j in range(pixels):
            at, pixel = ((i + s.before) * span + j + s.before) * s.maps, start + (i * s.width + j) * s.of_maps
            copy(frame[at : at + run], dx[pixel : pixel + run])


@compiled
def read(tile, given, at, step, to, to_at, to_step):
    """Read off a line of outputs, vector by vector, for either size of tile; `spread` is the transpose."""
    if tile == 4:
        _read_5(given, at, step, to, to_at, to_step)
    else:
        _read_3(given, at, step, to, to_at, to_step)


@compiled
def spread(tile, given, at, step, to, to_at, to_step):
    """The derivatives of a line of outputs, brought to the points."""
    if tile == 4:
        _spread_5(given, at, step, to, to_at, to_step)
    else:
        _spread_3(given, at, step, to, to_at, to_step)


@compiled
def points_to_outputs(points, size, t, edge, work, y, start, s):
    # points (64, tiles, wide_outputs) from tile t on -> y from `start` on: (out_height, out_width, of_outputs)
    """Read off the tiles of an image; one that reaches over its edge, or a part of a vector, through `edge`."""
    lanes, m = lanes_of(points), s.tile
    for i in range(0, s.out_height, m):
        for j in range(0, s.out_width, m):
            corner, inside = (
                start + (i * s.out_width + j) * s.of_outputs,
                i + m <= s.out_height and j + m <= s.out_width,
            )
            for o in range(0, s.outputs, lanes):
                for k in range(SIDE):
                    at = k * size + t * s.wide_outputs + o
                    read(m, points, at, SIDE * size, work, k * lanes, SIDE * lanes)
                whole = inside and o + lanes <= s.outputs
                for k in range(m):
                    if whole:
                        to = corner + k * s.out_width * s.of_outputs + o
                        read(m, work, k * SIDE * lanes, lanes, y, to, s.of_outputs)
                    else:
                        read(m, work, k * SIDE * lanes, lanes, edge, k * m * lanes, lanes)
                if not whole:
                    for a in range(min(m, s.out_height - i)):
                        for b in range(min(m, s.out_width - j)):
                            to = corner + (a * s.out_width + b) * s.of_outputs + o
                            at, run = (a * m + b) * lanes, min(lanes, s.outputs - o)
                            copy(edge[at : at + run], y[to : to + run])
            t += 1


@compiled
def outputs_to_points(dy, start, edge, work, points, size, t, s):
    """The transpose of `points_to_outputs`; beyond an edge the derivatives are zero."""
    lanes, m = lanes_of(dy), s.tile
    for i in range(0, s.out_height, m):
        for j in range(0, s.out_width, m):
            corner, inside = (
                start + (i * s.out_width + j) * s.of_outputs,
                i + m <= s.out_height and j + m <= s.out_width,
            )
            for o in range(0, s.outputs, lanes):
                if inside and o + lanes <= s.outputs:
                    for k in range(m):
                        at = corner + k * s.of_outputs + o
                        spread(m, dy, at, s.out_width * s.of_outputs, work, k * lanes, m * lanes)
                else:
                    edge[:] = 0
                    for a in range(min(m, s.out_height - i)):
                        for b in range(min(m, s.out_width - j)):
                            at = corner + (a * s.out_width + b) * s.of_outputs + o
                            to, run = (a * m + b) * lanes, min(lanes, s.outputs - o)
                            copy(dy[at : at + run], edge[to : to + run])
                    for k in range(m):
                        spread(m, edge, k * lanes, m * lanes, work, k * lanes, m * lanes)
                for k in range(SIDE):
                    to = k * SIDE * size + t * s.wide_outputs + o
                    spread(m, work, k * m * lanes, lanes, points, to, size)
            t += 1
