"""Layers of logistic units whose first layer reads a few inputs that are on: forward, errors with a margin, backward.

Parameters, gradients and activities are flat, with LANES seeds last: `weights` and `biases` say where those of each
layer begin in p and g, `units` where its activities begin, `sizes` how many units the layers have, the inputs first.
"""

from __future__ import annotations

from core.learning.compiled.vectors import LANES as L
from core.learning.compiled.vectors import add, compiled, fma, load, mul, sigmoid, splat, store, sub, zeros


@compiled
def forward(p, act, row, sizes, weights, biases, units):
    """Activities of all layers for the inputs in `row`; layer k begins at unit units[k] of act."""
    outputs = sizes[1]
    for j in range(outputs):
        s = load(p, (biases[0] + j) * L)
        for c in range(len(row)):
            s = add(s, load(p, (weights[0] + row[c] * outputs + j) * L))
        store(act, (units[1] + j) * L, sigmoid(s))
    for k in range(1, len(sizes) - 1):
        below, outputs = sizes[k], sizes[k + 1]
        whole = outputs // 4 * 4
        for j in range(0, whole, 4):
            at = (biases[k] + j) * L
            s0, s1, s2, s3 = load(p, at), load(p, at + L), load(p, at + 2 * L), load(p, at + 3 * L)
            for i in range(below):
                x = load(act, (units[k] + i) * L)
                at = (weights[k] + i * outputs + j) * L
                s0 = fma(load(p, at), x, s0)
                s1 = fma(load(p, at + L), x, s1)
                s2 = fma(load(p, at + 2 * L), x, s2)
                s3 = fma(load(p, at + 3 * L), x, s3)
            at = (units[k + 1] + j) * L
            store(act, at, sigmoid(s0))
            store(act, at + L, sigmoid(s1))
            store(act, at + 2 * L, sigmoid(s2))
            store(act, at + 3 * L, sigmoid(s3))
        for j in range(whole, outputs):
            s = load(p, (biases[k] + j) * L)
            for i in range(below):
                s = fma(load(p, (weights[k] + i * outputs + j) * L), load(act, (units[k] + i) * L), s)
            store(act, (units[k + 1] + j) * L, sigmoid(s))


@compiled
def errors(act, delta, target, first, margin, active):
    """(y - t) y (1 - y) of the outputs, zero within the margin; lists the outputs with an error in some lane."""
    count = 0
    for o in range(len(target)):
        some = False
        for lane in range(L):
            y = act[(first + o) * L + lane]
            d = y - target[o]
            if abs(d) <= margin:
                d = 0.0
            else:
                some = True
            delta[(first + o) * L + lane] = d * y * (1.0 - y)
        if some:
            active[count] = o
            count += 1
    return count


@compiled
def backward(p, g, act, delta, row, sizes, weights, biases, units, active, count, gain):
    """Adds gain times the slopes of one letter to g, from the errors of the listed outputs."""
    one, factor = splat(1.0), splat(gain)
    for k in range(len(sizes) - 2, 0, -1):
        outputs = sizes[k + 1]
        for c in range(count):
            at = (biases[k] + active[c]) * L
            store(g, at, fma(factor, load(delta, (units[k + 1] + active[c]) * L), load(g, at)))
        for i in range(sizes[k]):
            y = load(act, (units[k] + i) * L)
            scaled, total = mul(factor, y), zeros()
            for c in range(count):
                d = load(delta, (units[k + 1] + active[c]) * L)
                at = (weights[k] + i * outputs + active[c]) * L
                total = fma(load(p, at), d, total)
                store(g, at, fma(scaled, d, load(g, at)))
            store(delta, (units[k] + i) * L, mul(total, mul(y, sub(one, y))))
        count = sizes[k]
        for i in range(count):
            active[i] = i
    outputs = sizes[1]
    for c in range(count):
        j = active[c]
        d = mul(factor, load(delta, (units[1] + j) * L))
        at = (biases[0] + j) * L
        store(g, at, add(load(g, at), d))
        for q in range(len(row)):
            at = (weights[0] + row[q] * outputs + j) * L
            store(g, at, add(load(g, at), d))


@compiled
def step(p, g, first, last, rate, clear):
    """p <- p - rate g for the numbers from first to last, and g <- 0 if asked."""
    factor = splat(-rate)
    for q in range(first * L, last * L, L):
        slope = load(g, q)
        store(p, q, fma(factor, slope, load(p, q)))
        if clear:
            store(g, q, zeros())
