"""Loops over feature maps: 5x5 convolutions of stride 1 and subsampling, seeds side by side.

Arrays are flat, (map, row, column, seed). Derivatives handed downwards are those at the weighted sums, before the
squashing. With `curved` a loop hands down second derivatives (LeCun et al. 1998, appendix C): it multiplies by f'^2
and is given squared weights. `columns` is a tuple as long as the stretch of a row that is summed at once,
`form` says what units do with their sums.
"""

from __future__ import annotations

from core.learning.compiled.registers import (
    BYTES,
    add,
    compiled,
    everywhere,
    fma,
    load,
    mul,
    slope_of,
    squash,
    store,
)
from core.learning.compiled.rows import (
    TAPS,
    load_row,
    mul_rows,
    outputs,
    outputs_of_pixels,
    row_of,
    slope_row,
    squash_row,
    store_row,
    to_inputs,
    to_kernel_of_pixel,
    to_taps,
)

KERNEL = TAPS * TAPS
ONE_ROW, WHOLE_KERNEL = (0,) * TAPS, (0,) * KERNEL


@compiled
def read_ink(image, background, width, pixels, first, last, places):
    # image (width^2,) -> pixels (width^2,) above the background, first and last column of ink in each row
    """Find the ink: pixels that differ from the background. Returns how many there are; `places` says where."""
    count = 0
    for r in range(width):
        first[r], last[r] = width, -1
        for c in range(width):
            value = image[r * width + c] - background
            pixels[r * width + c] = value
            if value != 0.0:
                places[count] = r * width + c
                count += 1
                last[r] = c
                first[r] = min(first[r], c)
    return count


@compiled
def first_forward(pixels, first, last, background, w, b, empty, y, side, columns, form):
    # pixels (side+4)^2, w (maps, 25, L), b (maps, L), empty (2 maps, L) -> y (maps, side, side, L)
    """The layer that reads the image, the same for all seeds; the number of columns divides the side.

    Each map has one sum and one output for windows without ink, worked out first, in `empty`.
    """
    size = BYTES // y.itemsize
    width, stretch, maps = side + TAPS - 1, len(columns), len(b) // size
    for m in range(maps):
        total = load(b, m * size)
        for k in range(KERNEL):
            total = fma(everywhere(y, background), load(w, (m * KERNEL + k) * size), total)
        store(empty, m * size, total)
        store(empty, (maps + m) * size, squash(total, form))
    for i in range(side):
        for j in range(0, side, stretch):
            top, bottom = TAPS, 0
            for ky in range(TAPS):
                if first[i + ky] < j + stretch + TAPS - 1 and last[i + ky] >= j:
                    top, bottom = min(top, ky), ky + 1
            for m in range(maps):
                at = ((m * side + i) * side + j) * size
                if top == TAPS:
                    store_row(y, at, row_of(columns, load(empty, (maps + m) * size)))
                    continue
                row = row_of(columns, load(empty, m * size))
                for ky in range(top, bottom):
                    row = outputs_of_pixels(row, pixels, (i + ky) * width + j, w, (m * KERNEL + ky * TAPS) * size)
                store_row(y, at, squash_row(row, form))


@compiled
def first_to_taps(pixels, places, background, framed, totals, g, width):
    # derivatives framed (maps, width+4, width+4, L) by zeros, and totals (maps, L), their sums -> g (maps, 25, L)
    """Slopes of the first layer's weights: the background's share is one product, the rest goes over the ink alone."""
    size = BYTES // g.itemsize
    frame = width + TAPS - 1
    for m in range(len(totals) // size):
        share = mul(everywhere(g, background), load(totals, m * size))
        row = row_of(WHOLE_KERNEL, share)
        for place in places:
            r, c = place // width, place % width
            at = ((m * frame + r + TAPS - 1) * frame + c + TAPS - 1) * size
            row = to_kernel_of_pixel(row, pixels[place], framed, at, frame * size)
        store_row(g, m * KERNEL * size, row)


@compiled
def subsample_forward(x, source, w, b, s, y, side, form):
    # x (C, 2 side, 2 side, L), source (M,), w, b (M, L) -> s the sums of 2x2 squares, y (M, side, side, L)
    size = BYTES // y.itemsize
    below = 2 * side * size
    for m in range(len(source)):
        coefficient, bias = load(w, m * size), load(b, m * size)
        for i in range(side):
            for j in range(side):
                at = ((source[m] * 2 * side + 2 * i) * 2 * side + 2 * j) * size
                total = add(add(load(x, at), load(x, at + size)), add(load(x, at + below), load(x, at + below + size)))
                here = ((m * side + i) * side + j) * size
                store(s, here, total)
                store(y, here, squash(fma(coefficient, total, bias), form))


@compiled
def subsample_to_weights(d, s, g_w, g_b):
    # d, s (M, numbers, L) -> g_w, g_b (M, L)
    size = BYTES // d.itemsize
    maps = len(g_b) // size
    numbers = len(d) // len(g_b)
    for m in range(maps):
        by_sum, alone = everywhere(d, 0.0), everywhere(d, 0.0)
        for q in range(numbers):
            slope = load(d, (m * numbers + q) * size)
            by_sum = fma(slope, load(s, (m * numbers + q) * size), by_sum)
            alone = add(alone, slope)
        store(g_w, m * size, by_sum)
        store(g_b, m * size, alone)


@compiled
def subsample_to_input(d, w, y, first, below, frame, totals, side, curved, form):
    # d (M, side, side, L), y (C, 2 side, 2 side, L) -> below (C, 2 side + 2 frame, ..., L), totals (C, L) its sums
    """Derivatives of the layer below, whose squashed values are y; maps first[c] to first[c + 1] read its map c."""
    size = BYTES // d.itemsize
    wide = 2 * side + 2 * frame
    for c in range(len(first) - 1):
        total = everywhere(d, 0.0)
        for i in range(side):
            for j in range(side):
                value = everywhere(d, 0.0)
                for m in range(first[c], first[c + 1]):
                    value = fma(load(w, m * size), load(d, ((m * side + i) * side + j) * size), value)
                for u in range(2):
                    at = ((c * 2 * side + 2 * i + u) * 2 * side + 2 * j) * size
                    to = ((c * wide + 2 * i + u + frame) * wide + 2 * j + frame) * size
                    left, right = slope_of(load(y, at), form), slope_of(load(y, at + size), form)
                    if curved:
                        left, right = mul(left, left), mul(right, right)
                    left, right = mul(left, value), mul(right, value)
                    store(below, to, left)
                    store(below, to + size, right)
                    total = add(total, add(left, right))
        store(totals, c * size, total)


@compiled
def linked_forward(x, w, b, y, first, source, side, columns, form):
    # x (C, side+4, side+4, L), w (links, 25, L), b (O, L) -> y (O, side, side, L); as many columns as side
    """Map o reads map source[k] of x through kernel k, for the links k from first[o] to first[o + 1]."""
    size = BYTES // y.itemsize
    width = side + TAPS - 1
    for o in range(len(first) - 1):
        for i in range(side):
            row = row_of(columns, load(b, o * size))
            for k in range(first[o], first[o + 1]):
                for ky in range(TAPS):
                    at = ((source[k] * width + i + ky) * width) * size
                    row = outputs(row, x, at, w, (k * KERNEL + ky * TAPS) * size)
            store_row(y, ((o * side + i) * side) * size, squash_row(row, form))


@compiled
def linked_to_input(d, w, y, below, first, link, reader, side, wide, curved, form):
    # d (O, side, side, L), y and below (C, side+4, side+4, L); as many columns in `wide` as side + 4
    """Derivatives of the layer below; its map c is read by map reader[n] through kernel link[n], first[c] <= n."""
    size = BYTES // d.itemsize
    width = side + TAPS - 1
    for c in range(len(first) - 1):
        for r in range(width):
            row = row_of(wide, everywhere(d, 0.0))
            for n in range(first[c], first[c + 1]):
                for ky in range(max(0, r - side + 1), min(TAPS, r + 1)):
                    line = ((reader[n] * side + r - ky) * side) * size
                    row = to_inputs(row, d, line, w, (link[n] * KERNEL + ky * TAPS) * size)
            at = ((c * width + r) * width) * size
            slope = slope_row(load_row(y, at, wide), form)
            if curved:
                slope = mul_rows(slope, slope)
            store_row(below, at, mul_rows(slope, row))


@compiled
def linked_to_taps(x, d, g, first, source, side, columns):
    # x (C, side+4, side+4, L), d (O, side, side, L) -> g (links, 25, L)
    """Slopes of the kernels, one row of taps at a time: five sums over all positions."""
    size = BYTES // d.itemsize
    width = side + TAPS - 1
    for o in range(len(first) - 1):
        for k in range(first[o], first[o + 1]):
            for ky in range(TAPS):
                row = row_of(ONE_ROW, everywhere(d, 0.0))
                for i in range(side):
                    at = ((source[k] * width + i + ky) * width) * size
                    row = to_taps(row, x, at, d, ((o * side + i) * side) * size, columns)
                store_row(g, (k * KERNEL + ky * TAPS) * size, row)


@compiled
def square(x, y):
    """y = x^2, number by number."""
    for q in range(len(x)):
        y[q] = x[q] * x[q]
