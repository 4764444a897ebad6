"""Training of small networks of sigmoid units, LANES seeds at a time, from a list of their connections.

A network is a list of units in order: the inputs, then units that each read earlier ones. Connections may share a
weight. The same rules as `core.learning.optimizers.gradient_descent` and `online_pass`: a gradient summed over the
patterns of a step, momentum, and an optional decay of every weight after each step.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.learning.compiled.vectors import (
    LANES,
    add,
    compiled,
    fma,
    gather,
    load,
    mul,
    pack,
    sigmoid,
    splat,
    store,
    sub,
    unpack,
    zeros,
)
from core.learning.wiring import Wiring

L = LANES


class Trained(NamedTuple):
    """Parameters when a seed was first right on all patterns, or at the end; the number of sweeps that took, -1 if
    never; parameters at the end; the loss of all patterns at chosen sweeps (seeds, records), then squared slopes."""

    parameters: np.ndarray
    solved: np.ndarray
    final: np.ndarray
    losses: np.ndarray
    slope: np.ndarray


@compiled
def _forward(p, act, x, rows, at, inputs, first, source, weight, bias):
    for i in range(inputs):
        store(act, i * L, gather(x, rows, at, inputs, i))
    for k in range(len(bias)):
        s = load(p, bias[k] * L)
        for e in range(first[k], first[k + 1]):
            s = fma(load(p, weight[e] * L), load(act, source[e] * L), s)
        store(act, (inputs + k) * L, sigmoid(s))


@compiled
def _backward(p, act, delta, g, inputs, outputs, first, source, weight, bias):
    """From the derivatives at the sums of the outputs, and zero elsewhere in delta, to the gradient, added to g."""
    one = splat(1.0)
    units = len(bias)
    for k in range(units - 1, -1, -1):
        y = load(act, (inputs + k) * L)
        d = load(delta, (inputs + k) * L)
        if k < units - outputs:
            d = mul(d, mul(y, sub(one, y)))
        store(g, bias[k] * L, add(load(g, bias[k] * L), d))
        for e in range(first[k], first[k + 1]):
            j, q = source[e] * L, weight[e] * L
            store(g, q, fma(d, load(act, j), load(g, q)))
            if source[e] >= inputs:
                store(delta, j, fma(d, load(p, q), load(delta, j)))


@compiled
def _errors(act, delta, t, rows, at, inputs, units, outputs, cross_entropy, dead, liberal):
    """Derivatives of the loss at the outputs' sums: (y - t) y (1 - y), or for cross-entropy y - t."""
    for k in range(inputs, inputs + units - outputs):
        store(delta, k * L, zeros())
    for o in range(outputs):
        place = (inputs + units - outputs + o) * L
        for lane in range(L):
            y, wanted = act[place + lane], t[rows[at + lane] * outputs + o]
            d = y - wanted
            if (dead > 0.0 and abs(d) < dead) or (liberal and (d > 0.0) == (wanted > 0.5)):
                d = 0.0
            if not cross_entropy:
                d *= y * (1.0 - y)
            delta[place + lane] = d


@compiled
def _measure(p, act, x, t, all_rows, inputs, outputs, first, source, weight, bias, margin, loss, right, dead, liberal):
    """Sum of squared errors / 2 of every lane over all patterns, and whether all outputs are within the margin."""
    units = len(bias)
    loss[:] = 0.0
    right[:] = True
    for n in range(len(x) // inputs):
        _forward(p, act, x, all_rows, n * L, inputs, first, source, weight, bias)
        for o in range(outputs):
            place = (inputs + units - outputs + o) * L
            for lane in range(L):
                d = act[place + lane] - t[n * outputs + o]
                if not abs(d) < margin:
                    right[lane] = False
                if not (abs(d) < dead or (liberal and (d > 0.0) == (t[n * outputs + o] > 0.5))):
                    loss[lane] += 0.5 * d * d


@compiled
def _train(
    p,
    x,
    t,
    order,
    inputs,
    outputs,
    first,
    source,
    weight,
    bias,
    rate,
    momentum,
    decay,
    online,
    cross_entropy,
    dead,
    liberal,
    scales,
    margin,
    sweeps,
    every,
    check,
    lanes,
    snapshot,
    solved,
    losses,
    slope,
):
    units, size = len(bias), len(p)
    act, delta = np.zeros((inputs + units) * L), np.zeros((inputs + units) * L)
    g, v = np.zeros(size), np.zeros(size)
    loss, right = np.zeros(L), np.zeros(L, dtype=np.bool_)
    all_rows = np.zeros(len(x) // inputs * L, dtype=np.int64)
    for n in range(len(x) // inputs):
        all_rows[n * L : n * L + L] = n
    alpha, keep = splat(momentum), splat(1.0 - decay)
    for sweep in range(sweeps + 1):
        recording = every > 0 and sweep % every == 0 and sweep // every < losses.shape[0]
        done = 0
        if recording or sweep % check == 0 or sweep == sweeps:
            _measure(
                p, act, x, t, all_rows, inputs, outputs, first, source, weight, bias, margin, loss, right, dead, liberal
            )
        if recording:
            losses[sweep // every] = loss
        for lane in range(L):
            if right[lane] and solved[lane] < 0:
                solved[lane] = sweep
                snapshot[lane::L] = p[lane::L]
            if solved[lane] >= 0 or lane >= lanes:
                done += 1
        if sweep == sweeps or (done == L and every == 0):
            break
        cycle = sweep % order.shape[0]
        rows = order[cycle]
        g[:] = 0.0
        for at in range(0, len(rows), L):
            _forward(p, act, x, rows, at, inputs, first, source, weight, bias)
            _errors(act, delta, t, rows, at, inputs, units, outputs, cross_entropy, dead, liberal)
            _backward(p, act, delta, g, inputs, outputs, first, source, weight, bias)
            if online or at + L == len(rows):
                for q in range(0, size, L):
                    change = fma(alpha, load(v, q), mul(splat(-rate * scales[q // L]), load(g, q)))
                    store(v, q, change)
                    store(p, q, mul(keep, add(load(p, q), change)))
                g[:] = 0.0
    g[:] = 0.0
    for n in range(len(x) // inputs):
        _forward(p, act, x, all_rows, n * L, inputs, first, source, weight, bias)
        _errors(act, delta, t, all_rows, n * L, inputs, units, outputs, cross_entropy, dead, liberal)
        _backward(p, act, delta, g, inputs, outputs, first, source, weight, bias)
    slope[:] = 0.0
    for q in range(0, size, L):
        for lane in range(L):
            slope[lane] += g[q + lane] * g[q + lane]


def train(
    wiring: Wiring,
    start: np.ndarray,
    x: np.ndarray,
    t: np.ndarray,
    *,
    rate: float,
    momentum: float = 0.0,
    decay: float = 0.0,
    online: bool = False,
    order: np.ndarray | None = None,
    cross_entropy: bool = False,
    dead: float = 0.0,
    liberal: bool = False,
    scales: np.ndarray | None = None,
    margin: float,
    sweeps: int,
    every: int = 0,
    check: int = 1,
) -> Trained:
    """Gradient descent for up to LANES seeds at once, each until all its outputs are within `margin` of the targets.

    start (R, parameters), x (N, inputs), t (N, outputs). A step is one sweep through all patterns, or with `online`
    one pattern. `order` (R, cycle, M) says which patterns each seed is shown in sweep s, at s modulo the cycle; by
    default all, as given. dw = -rate * gradient + momentum * previous dw; then w <- (1 - decay) w. The loss is half
    the sum of squared errors, or cross-entropy; errors below `dead` count as zero, and with `liberal` an output beyond
    its target, on the far side of one half, has no error. `scales` (parameters,) multiply the rate. With `every` the
    losses are recorded every so many sweeps and training goes on to the end. Whether a seed is right is looked at
    before the first sweep and after every `check` sweeps. Numbers that overflow are left as they are.
    Raises ValueError for shapes that do not fit the wiring, or numbers that are not finite.
    """
    start, x, t = (np.ascontiguousarray(a, dtype=float) for a in (start, x, t))
    replicas = len(start)
    if start.shape != (replicas, wiring.parameters) or x.shape != (len(t), wiring.inputs):
        raise ValueError(f"weights {start.shape} and patterns {x.shape} do not fit the wiring")
    if t.shape != (len(x), wiring.outputs) or not len(x):
        raise ValueError(f"targets {t.shape} do not fit {len(x)} patterns and {wiring.outputs} outputs")
    if not all(np.all(np.isfinite(a)) for a in (start, x, t)):
        raise ValueError("weights, patterns and targets must be finite numbers")
    if order is None:
        order = np.broadcast_to(np.arange(len(x)), (replicas, 1, len(x)))
    shown = np.empty((order.shape[1], order.shape[2], LANES), dtype=np.int64)
    shown[:] = np.moveaxis(order, 0, -1)[..., np.minimum(np.arange(LANES), replicas - 1)]
    if shown.min() < 0 or shown.max() >= len(x):
        raise ValueError(f"the order must hold numbers of patterns, 0 to {len(x) - 1}")
    p = pack(start)
    snapshot, solved, slope = p.copy(), np.full(LANES, -1), np.zeros(LANES)
    losses = np.full((sweeps // every + 1 if every else 0, LANES), np.nan)
    _train(
        p,
        x.ravel(),
        t.ravel(),
        shown.reshape(len(shown), -1),
        wiring.inputs,
        wiring.outputs,
        wiring.first,
        wiring.source,
        wiring.weight,
        wiring.bias,
        float(rate),
        float(momentum),
        float(decay),
        online,
        cross_entropy,
        float(dead),
        bool(liberal),
        np.ones(wiring.parameters) if scales is None else np.ascontiguousarray(scales, dtype=float),
        float(margin),
        int(sweeps),
        int(every),
        int(check),
        replicas,
        snapshot,
        solved,
        losses,
        slope,
    )
    final = unpack(p, start.shape)
    kept = np.where(solved[:replicas, None] >= 0, unpack(snapshot, start.shape), final)
    return Trained(kept, solved[:replicas].copy(), final, losses.T[:replicas].copy(), np.sqrt(slope[:replicas]))
