"""One pattern through a network of the LeNet family and back, for a register of seeds; `lenet` calls it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from core.learning.compiled import class_outputs, dense_layers, maps
from core.learning.compiled.registers import BYTES, compiled
from core.learning.compiled.rows import TAPS

OUTPUTS, LEARN, SLOPES, CURVATURES = 0, 1, 2, 3
FRAME = TAPS - 1
DENSE = 8  # the arrays before the first dense layer's: w1, b1, ..., w4, b4


class Net(NamedTuple):
    """A plan in numbers: where arrays and layers begin, and who reads whom."""

    at: np.ndarray  # where each array of parameters begins, and the end
    units: np.ndarray  # where each of S4 and the dense layers begins, and the end
    sides: tuple[int, int, int, int]
    source: np.ndarray  # map of C1 that each map of S2 reads
    readers: np.ndarray  # where the maps of S2 that read each map of C1 begin
    own: np.ndarray  # the same for S4 and C3: 0, 1, 2, ...
    first_link: np.ndarray  # where the links of each map of C3 begin
    linked: np.ndarray  # the map of S2 of each link
    first_read: np.ndarray  # where the links from each map of S2 begin, in the two lists that follow
    link: np.ndarray
    reader: np.ndarray
    columns: tuple[Any, Any, Any]  # tuples as long as stretches of rows of C1, C3 and S2
    end: int
    centres: np.ndarray
    rubbish: float
    form: Any  # what units do with their sums
    whole: bool  # whether second derivatives take in the criterion's competitive term


class Seen(NamedTuple):
    """Values of one pattern that derivatives are multiplied by to give slopes."""

    pixels: np.ndarray
    sums2: np.ndarray
    y2: np.ndarray
    sums4: np.ndarray
    h: np.ndarray  # S4 and the dense layers, one after another


@compiled
def _cut(flat, at, k):
    return flat[at[k] : at[k + 1]]


@compiled
def _maps_of(p, at):
    k = 0  # a variable: for each number written out the compiler would make a `_cut` of its own
    return (
        _cut(p, at, k),
        _cut(p, at, k + 1),
        _cut(p, at, k + 2),
        _cut(p, at, k + 3),
        _cut(p, at, k + 4),
        _cut(p, at, k + 5),
        _cut(p, at, k + 6),
        _cut(p, at, k + 7),
    )


@compiled
def _forward(net, p, conv, background, seen, empty, y1, y3, first, last):
    # conv: w1, b1, ..., w4, b4 of p
    c1, s2, c3, s4 = net.sides
    w1, b1, w2, b2, w3, b3, w4, b4 = conv
    k, top = 0, len(net.units) - 2
    maps.first_forward(seen.pixels, first, last, background, w1, b1, empty, y1, c1, net.columns[0], net.form)
    maps.subsample_forward(y1, net.source, w2, b2, seen.sums2, seen.y2, s2, net.form)
    maps.linked_forward(seen.y2, w3, b3, y3, net.first_link, net.linked, c3, net.columns[1], net.form)
    maps.subsample_forward(y3, net.own[:-1], w4, b4, seen.sums4, _cut(seen.h, net.units, k), s4, net.form)
    for k in range(1, top + 1):
        w, b = _cut(p, net.at, DENSE + 2 * k - 2), _cut(p, net.at, DENSE + 2 * k - 1)
        squashed = k < top or net.end != class_outputs.SOFTMAX
        dense_layers.forward(_cut(seen.h, net.units, k - 1), w, b, _cut(seen.h, net.units, k), squashed, net.form)


@compiled
def _backward(net, p, conv, rates, g, g_conv, values, seen, background, places, y1, y3, d, d1, d2, d3, learn, curved):
    """Derivatives, or with `curved` second ones, from those at the last layer's values, which lie in d.

    `values` are the layers' values, `seen` the same or their squares. Dense layers learn at once or add to g; slopes of
    the maps before them are left in g.
    """
    c1, s2, c3, s4 = net.sides
    _, _, w2, _, w3, _, w4, _ = conv
    g_w1, g_b1, g_w2, g_b2, g_w3, g_b3, g_w4, g_b4 = g_conv
    top = len(net.units) - 2
    for k in range(top, -1, -1):
        here = _cut(d, net.units, k)
        if k < top or net.end != class_outputs.SOFTMAX:
            dense_layers.through(here, _cut(values.h, net.units, k), curved, net.form)
        if k == 0:
            break
        x, dx = _cut(seen.h, net.units, k - 1), _cut(d, net.units, k - 1)
        a = DENSE + 2 * k - 2
        w, b = _cut(p, net.at, a), _cut(p, net.at, a + 1)
        if learn:
            dense_layers.backward_update(x, here, w, b, _cut(rates, net.at, a), _cut(rates, net.at, a + 1), dx)
        else:
            dense_layers.backward_add(x, here, w, _cut(g, net.at, a), _cut(g, net.at, a + 1), dx)
    maps.subsample_to_weights(here, seen.sums4, g_w4, g_b4)
    maps.subsample_to_input(here, w4, y3, net.own, d3, 0, g_b3, s4, curved, net.form)
    maps.linked_to_taps(seen.y2, d3, g_w3, net.first_link, net.linked, c3, net.columns[1])
    maps.linked_to_input(
        d3, w3, values.y2, d2, net.first_read, net.link, net.reader, c3, net.columns[2], curved, net.form
    )
    maps.subsample_to_weights(d2, seen.sums2, g_w2, g_b2)
    maps.subsample_to_input(d2, w2, y1, net.readers, d1, FRAME, g_b1, s2, curved, net.form)
    maps.first_to_taps(seen.pixels, places, background, d1, g_b1, g_w1, c1 + FRAME)


@compiled
def _room(net, p):
    c1, s2, _, s4 = net.sides
    size, width = BYTES // p.itemsize, c1 + FRAME
    second, fourth = len(net.source) * s2 * s2 * size, (len(net.own) - 1) * s4 * s4 * size
    return Seen(
        np.empty(width * width, p.dtype),
        np.empty(second, p.dtype),
        np.empty(second, p.dtype),
        np.empty(fourth, p.dtype),
        np.empty(net.units[-1], p.dtype),
    )


@compiled
def _squares(values, background, squares):
    for q in range(len(values.pixels)):
        squares.pixels[q] = (values.pixels[q] + background) ** 2 - background**2
    maps.square(values.sums2, squares.sums2)
    maps.square(values.y2, squares.y2)
    maps.square(values.sums4, squares.sums4)
    maps.square(values.h, squares.h)


@compiled
def run(net, mode, images, labels, background, p, rates, g, raw, losses, wrong):
    # images (N, side^2), labels (N,); p, rates and g flat as net.at says; raw (N, O L), losses and wrong (L,)
    """What `mode` asks of all patterns: OUTPUTS fills raw, LEARN changes p, SLOPES and CURVATURES add up in g."""
    c1, _, c3, _ = net.sides
    size, width, top = BYTES // p.itemsize, c1 + FRAME, len(net.units) - 2
    values, curved, before = _room(net, p), mode == CURVATURES, net.at[DENSE]
    y1 = np.empty((len(net.readers) - 1) * c1 * c1 * size, p.dtype)
    d1 = np.zeros((len(net.readers) - 1) * (width + FRAME) ** 2 * size, p.dtype)
    y3 = np.empty((len(net.own) - 1) * c3 * c3 * size, p.dtype)
    d3, d2, d = np.empty(len(y3), p.dtype), np.empty(len(values.y2), p.dtype), np.empty(net.units[-1], p.dtype)
    empty = np.empty(2 * (net.at[2] - net.at[1]), p.dtype)
    first, last, places = np.empty(width, np.int64), np.empty(width, np.int64), np.empty(width * width, np.int64)
    scores, share = np.empty(10 * size, p.dtype), np.empty(10 * size, p.dtype)
    total = np.zeros(before, p.dtype)
    conv, g_conv = _maps_of(p, net.at), _maps_of(g, net.at)
    weights, seen, paper = p, values, background
    if curved:
        weights, seen, paper = np.empty(len(p), p.dtype), _room(net, p), background * background
        maps.square(p, weights)
    conv_weights = _maps_of(weights, net.at)
    for n in range(len(images)):
        count = maps.read_ink(images[n], background, width, values.pixels, first, last, places)
        _forward(net, p, conv, background, values, empty, y1, y3, first, last)
        highest, d_highest = _cut(values.h, net.units, top), _cut(d, net.units, top)
        class_outputs.scores_of(net.end, highest, net.centres, scores)
        if mode == OUTPUTS:
            for q in range(len(scores)):
                raw[n, q] = scores[q]
            continue
        class_outputs.judge(net.end, scores, labels[n], net.rubbish, share, losses, wrong)
        if curved:
            class_outputs.second_derivatives(net.end, highest, net.centres, share, net.whole, d_highest)
            _squares(values, background, seen)
        else:
            class_outputs.derivatives(net.end, highest, net.centres, labels[n], share, d_highest)
        _backward(
            net,
            weights,
            conv_weights,
            rates,
            g,
            g_conv,
            values,
            seen,
            paper,
            places[:count],
            y1,
            y3,
            d,
            d1,
            d2,
            d3,
            mode == LEARN,
            curved,
        )
        if mode == LEARN:
            dense_layers.descend(p[:before], rates[:before], g[:before])
        else:
            for q in range(before):
                total[q] += g[q]
    if mode >= SLOPES:
        for q in range(before):
            g[q] = total[q]
