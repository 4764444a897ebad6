"""Loops that the twins of layered networks share: dense layers, the scaled tanh, steps, and frames around maps.

Arrays are flat, with LANES seeds last.
"""

from __future__ import annotations

from core.learning.compiled.vectors import LANES, add, compiled, div, exp, fma, load, mul, splat, store, sub, zeros
from core.learning.ops.activations import AMPLITUDE, SLOPE

L = LANES


@compiled
def step(w, rate, at, slope):
    """w <- w - rate slope for the LANES weights at `at`."""
    store(w, at, sub(load(w, at), mul(load(rate, at), slope)))


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


@compiled
def scaled_tanh(z):
    """z <- A tanh(S z) in place, from e = exp(2 S z): A (e - 1) / (e + 1). NaN stays NaN: a diverged seed is seen."""
    one, twice, amplitude = splat(1.0), splat(2.0 * SLOPE), splat(AMPLITUDE)
    for q in range(0, len(z), L):
        e = exp(mul(twice, load(z, q)))
        store(z, q, mul(amplitude, div(sub(e, one), add(e, one))))


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
