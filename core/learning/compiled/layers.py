"""Forward, backward and update loops of the layers, over flat arrays with LANES seeds last.

Convolutions are 5x5 with stride 2 on inputs that already carry their two rows of border, the form of LeCun et al.
(1989); the plain op covers every other form. Derivatives of a convolution's output come in a frame of zeros one
position wide (`framed`), so that no loop needs to know where the border is.
"""

from __future__ import annotations

import numpy as np

from core.learning.compiled.lanes import LANES, compiled, fma, load, mul, store, sub, zeros

L = LANES
KERNEL = 5
TAPS = KERNEL * KERNEL


@compiled
def convolution_forward(x, w, b, z, table, side, width):
    # x (maps_in, width, width, L), w (maps, slots, 5, 5, L), b, z (maps, side, side, L); side a multiple of 4
    maps, slots = table.shape
    for o in range(maps):
        for i in range(side):
            for j in range(0, side, 4):
                at = ((o * side + i) * side + j) * L
                s0, s1 = load(b, at), load(b, at + L)
                s2, s3 = load(b, at + 2 * L), load(b, at + 3 * L)
                for c in range(slots):
                    kernel = (o * slots + c) * TAPS * L
                    for ky in range(KERNEL):
                        row = ((table[o, c] * width + 2 * i + ky) * width + 2 * j) * L
                        for kx in range(KERNEL):
                            weight = load(w, kernel + (ky * KERNEL + kx) * L)
                            s0 = fma(weight, load(x, row + kx * L), s0)
                            s1 = fma(weight, load(x, row + (kx + 2) * L), s1)
                            s2 = fma(weight, load(x, row + (kx + 4) * L), s2)
                            s3 = fma(weight, load(x, row + (kx + 6) * L), s3)
                store(z, at, s0)
                store(z, at + L, s1)
                store(z, at + 2 * L, s2)
                store(z, at + 3 * L, s3)


@compiled
def convolution_to_input(framed, w, dx, readers, slot, count, slots, side):
    # framed (maps, side+2, side+2, L) -> dx (maps_in, 2 side, 2 side, L)
    # readers, slot (maps_in, maps), count (maps_in,): which output maps read each input map
    """Each 2x2 cell of the input meets the even or odd taps of the 3x3 outputs around it, by parity."""
    frame = side + 2
    for m in range(len(count)):
        for i in range(side):
            for j in range(side):
                s00, s01, s10, s11 = zeros(), zeros(), zeros(), zeros()
                for q in range(count[m]):
                    kernel = (readers[m, q] * slots + slot[m, q]) * TAPS * L
                    corner = ((readers[m, q] * frame + i) * frame + j) * L
                    for u in range(3):
                        for v in range(3):
                            d = load(framed, corner + (u * frame + v) * L)
                            tap = kernel + ((4 - 2 * u) * KERNEL + 4 - 2 * v) * L
                            s00 = fma(d, load(w, tap), s00)
                            if v > 0:
                                s01 = fma(d, load(w, tap + L), s01)
                            if u > 0:
                                s10 = fma(d, load(w, tap + KERNEL * L), s10)
                            if u > 0 and v > 0:
                                s11 = fma(d, load(w, tap + (KERNEL + 1) * L), s11)
                at = ((m * side + i) * 4 * side + 2 * j) * L
                store(dx, at, s00)
                store(dx, at + L, s01)
                store(dx, at + 2 * side * L, s10)
                store(dx, at + (2 * side + 1) * L, s11)


@compiled
def step(w, rate, at, slope):
    """w <- w - rate slope for the LANES weights at `at`."""
    store(w, at, sub(load(w, at), mul(load(rate, at), slope)))


@compiled
def convolution_update(x, framed, w, rate, table, side, width):
    """w <- w - rate dE/dw, one kernel row at a time: five slopes stay in registers over all positions."""
    maps, slots = table.shape
    frame = side + 2
    for o in range(maps):
        for c in range(slots):
            for ky in range(KERNEL):
                g0, g1, g2, g3, g4 = zeros(), zeros(), zeros(), zeros(), zeros()
                for i in range(side):
                    row = (table[o, c] * width + 2 * i + ky) * width * L
                    line = ((o * frame + i + 1) * frame + 1) * L
                    for j in range(side):
                        d = load(framed, line + j * L)
                        g0 = fma(d, load(x, row + 2 * j * L), g0)
                        g1 = fma(d, load(x, row + (2 * j + 1) * L), g1)
                        g2 = fma(d, load(x, row + (2 * j + 2) * L), g2)
                        g3 = fma(d, load(x, row + (2 * j + 3) * L), g3)
                        g4 = fma(d, load(x, row + (2 * j + 4) * L), g4)
                at = ((o * slots + c) * TAPS + ky * KERNEL) * L
                step(w, rate, at, g0)
                step(w, rate, at + L, g1)
                step(w, rate, at + 2 * L, g2)
                step(w, rate, at + 3 * L, g3)
                step(w, rate, at + 4 * L, g4)


@compiled
def dense_forward(x, w, b, z):
    # x (I, L), w (I, O, L), b, z (O, L)
    outputs = len(b) // L
    for o in range(outputs):
        total = load(b, o * L)
        for i in range(len(x) // L):
            total = fma(load(w, (i * outputs + o) * L), load(x, i * L), total)
        store(z, o * L, total)


@compiled
def dense_backward_update(x, dz, w, b, w_rate, b_rate, dx):
    """dx from the weights before the update, and both updates, in one walk over the weights."""
    outputs = len(b) // L
    for o in range(outputs):
        step(b, b_rate, o * L, load(dz, o * L))
    for i in range(len(x) // L):
        value = load(x, i * L)
        total = zeros()
        for o in range(outputs):
            at = (i * outputs + o) * L
            d = load(dz, o * L)
            total = fma(load(w, at), d, total)
            step(w, w_rate, at, mul(value, d))
        store(dx, i * L, total)


AMPLITUDE, SLOPE = 1.7159, 2.0 / 3.0
LN2_HIGH, LN2_LOW = 0.693147180369123816490, 1.90821492927058770002e-10


@compiled
def scaled_tanh(z, power):
    """z <- A tanh(S z) in place, from exp(2 S z) = 2^k exp(f), |f| <= ln(2)/2, to about one unit in the last place.

    `power` is scratch of the same length. A Taylor polynomial of degree 13 gives exp(f) to 1e-17; the power of two
    is written straight into the exponent bits, so that the compiler can work on whole vectors.
    """
    bits = power.view(np.int64)
    for q in range(len(z)):
        u = min(max(2.0 * SLOPE * z[q], -40.0), 40.0)
        k = np.floor(u * 1.4426950408889634 + 0.5)
        f = (u - k * LN2_HIGH) - k * LN2_LOW
        p = f * (1.0 / 6227020800.0) + 1.0 / 479001600.0
        p = p * f + 1.0 / 39916800.0
        p = p * f + 1.0 / 3628800.0
        p = p * f + 1.0 / 362880.0
        p = p * f + 1.0 / 40320.0
        p = p * f + 1.0 / 5040.0
        p = p * f + 1.0 / 720.0
        p = p * f + 1.0 / 120.0
        p = p * f + 1.0 / 24.0
        p = p * f + 1.0 / 6.0
        p = p * f + 0.5
        p = p * f + 1.0
        bits[q] = (np.int64(k) + 1023) << 52
        # The sign of NaN survives: a diverged seed stays diverged.
        z[q] = p * f + 1.0 if z[q] == z[q] else np.nan
    for q in range(len(z)):
        e = z[q] * power[q]
        z[q] = AMPLITUDE * (e - 1.0) / (e + 1.0)


@compiled
def through_scaled_tanh(d, y):
    """d <- d f'(a) in place, from the output y = f(a)."""
    for q in range(len(d)):
        d[q] *= (SLOPE / AMPLITUDE) * (AMPLITUDE * AMPLITUDE - y[q] * y[q])


@compiled
def framed_into(source, target, maps, side, before, width):
    # source (maps, side, side, L) -> target (maps, width, width, L), from row and column `before` on
    for m in range(maps):
        for i in range(side):
            start = ((m * width + i + before) * width + before) * L
            for q in range(side * L):
                target[start + q] = source[(m * side + i) * side * L + q]


@compiled
def descend(w, rate, slope):
    """w <- w - rate slope, element by element."""
    for q in range(len(w)):
        w[q] -= rate[q] * slope[q]


@compiled
def spread_into(values, target):
    # values (N,) -> target (N, L): every seed sees the same pattern
    for n in range(len(values)):
        for r in range(L):
            target[n * L + r] = values[n]
