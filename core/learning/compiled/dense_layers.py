"""Loops over fully connected layers with seeds side by side, for weights that do not fit the nearest cache.

Four inputs are handled at a time, so that sums and derivatives of the units are fetched once for the four.
Arrays are flat with the seed last: w (inputs, units, L).
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
    sub,
)

AT_ONCE = 4


@compiled
def forward(x, w, b, z, squashed, form):
    # x (I, L), w (I, O, L), b (O, L) -> z (O, L); I a multiple of 4
    size = BYTES // z.itemsize
    units = len(b)
    for q in range(units):
        z[q] = b[q]
    for i in range(0, len(x), AT_ONCE * size):
        x0, x1, x2, x3 = load(x, i), load(x, i + size), load(x, i + 2 * size), load(x, i + 3 * size)
        at = i // size * units
        for o in range(0, units, size):
            total = fma(load(w, at + o), x0, load(z, o))
            other = mul(load(w, at + units + o), x1)
            total = fma(load(w, at + 2 * units + o), x2, total)
            other = fma(load(w, at + 3 * units + o), x3, other)
            store(z, o, add(total, other))
    if squashed:
        for o in range(0, units, size):
            store(z, o, squash(load(z, o), form))


@compiled
def descend(w, rate, slope):
    """w <- w - rate slope, number by number."""
    size = BYTES // w.itemsize
    for q in range(0, len(w), size):
        store(w, q, sub(load(w, q), mul(load(rate, q), load(slope, q))))


@compiled
def backward_update(x, d, w, b, w_rate, b_rate, dx):
    """dx from the weights before the update, and both updates, in one walk over the weights, from the last input on.

    It goes backwards because the forward walk ends there, so that the last weights are still at hand.
    """
    size = BYTES // d.itemsize
    units = len(b)
    for i in range(len(x) - AT_ONCE * size, -1, -AT_ONCE * size):
        x0, x1, x2, x3 = load(x, i), load(x, i + size), load(x, i + 2 * size), load(x, i + 3 * size)
        t0, t1, t2, t3 = everywhere(d, 0.0), everywhere(d, 0.0), everywhere(d, 0.0), everywhere(d, 0.0)
        row = i // size * units
        for o in range(0, units, size):
            slope, q0 = load(d, o), row + o
            q1, q2, q3 = q0 + units, q0 + 2 * units, q0 + 3 * units
            w0, w1, w2, w3 = load(w, q0), load(w, q1), load(w, q2), load(w, q3)
            t0, t1, t2, t3 = fma(w0, slope, t0), fma(w1, slope, t1), fma(w2, slope, t2), fma(w3, slope, t3)
            store(w, q0, sub(w0, mul(load(w_rate, q0), mul(x0, slope))))
            store(w, q1, sub(w1, mul(load(w_rate, q1), mul(x1, slope))))
            store(w, q2, sub(w2, mul(load(w_rate, q2), mul(x2, slope))))
            store(w, q3, sub(w3, mul(load(w_rate, q3), mul(x3, slope))))
        store(dx, i, t0)
        store(dx, i + size, t1)
        store(dx, i + 2 * size, t2)
        store(dx, i + 3 * size, t3)
    descend(b, b_rate, d)


@compiled
def backward_add(x, d, w, g_w, g_b, dx):
    """dx, and the slopes of weights and biases added to those of the patterns before."""
    size = BYTES // d.itemsize
    units = len(g_b)
    for i in range(0, len(x), size):
        value, total = load(x, i), everywhere(d, 0.0)
        for o in range(0, units, size):
            at = i // size * units + o
            slope = load(d, o)
            total = fma(load(w, at), slope, total)
            store(g_w, at, fma(value, slope, load(g_w, at)))
        store(dx, i, total)
    for q in range(units):
        g_b[q] += d[q]


@compiled
def through(d, y, curved, form):
    """d <- d f', or d f'^2, from the squashed values y."""
    size = BYTES // d.itemsize
    for q in range(0, len(d), size):
        slope = slope_of(load(y, q), form)
        if curved:
            slope = mul(slope, slope)
        store(d, q, mul(slope, load(d, q)))
