"""One token at a time through a Llama whose keys and values are kept: the fast path of writing a text.

Matrices are laid out by input, a row of outputs for each, padded with zeros to whole vectors, one after the other in a
flat array; so a product with a vector needs no sums across vectors. Keys lie with the position last, values with it
first. `pack` lays out, `step` walks.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.learning.compiled.blocks import exponentials, largest
from core.learning.compiled.vectors import compiled
from core.learning.compiled.wide import (
    BITS,
    MULTIPLE,
    add,
    exp,
    fma,
    load,
    nothing,
    spread,
    store,
)

STREAMED = 4096  # outputs from which a product follows the memory and not the registers


def padded(size: int) -> int:
    """`size` brought to whole vectors."""
    return -(-size // MULTIPLE) * MULTIPLE


def pack(pieces: Iterator[np.ndarray], sizes: list[tuple[int, int]], kind: type) -> tuple[np.ndarray, np.ndarray]:
    """Matrices (O, I) as one flat array of their padded transposes (I, O), and the first place of each.

    `sizes` are the shapes of what `pieces` gives; each is read once, so that few need to be in memory.
    """
    places = np.cumsum([0, *(inner * padded(outer) for outer, inner in sizes)])
    flat: np.ndarray = np.zeros(int(places[-1]), kind)
    for (outer, inner), first, matrix in zip(sizes, places[:-1], pieces, strict=True):
        flat[first : first + inner * padded(outer)].reshape(inner, -1)[:, :outer] = matrix.T
    return flat, places[:-1].astype(np.int64)


@compiled
def _times(x, at, w, first, row, inner, outer, y, out, fresh):
    """y[out + n] <- (y if not fresh) + sum over k of x[at + k] w[first + k row + n], n < outer in whole vectors."""
    width = BITS // (8 * w.itemsize)
    end = -(-outer // width) * width
    if fresh:
        y[out : out + end] = 0
    if end >= STREAMED:
        for k in range(inner):
            here, factor = first + k * row, spread(x, at + k)
            for n in range(0, end, width):
                store(y, out + n, fma(factor, load(w, here + n), load(y, out + n)))
        return
    n = 0
    while n + 4 * width <= end:
        s0, s1 = load(y, out + n), load(y, out + n + width)
        s2, s3 = load(y, out + n + 2 * width), load(y, out + n + 3 * width)
        for k in range(inner):
            here, factor = first + k * row + n, spread(x, at + k)
            s0, s1 = fma(factor, load(w, here), s0), fma(factor, load(w, here + width), s1)
            s2, s3 = fma(factor, load(w, here + 2 * width), s2), fma(factor, load(w, here + 3 * width), s3)
        store(y, out + n, s0)
        store(y, out + n + width, s1)
        store(y, out + n + 2 * width, s2)
        store(y, out + n + 3 * width, s3)
        n += 4 * width
    while n < end:
        even, odd = load(y, out + n), nothing(y)
        for k in range(0, inner - 1, 2):
            here = first + k * row + n
            even, odd = (
                fma(spread(x, at + k), load(w, here), even),
                fma(spread(x, at + k + 1), load(w, here + row), odd),
            )
        if inner % 2:
            even = fma(spread(x, at + inner - 1), load(w, first + (inner - 1) * row + n), even)
        store(y, out + n, add(even, odd))
        n += width


@compiled
def _normed(x, g, first, size, epsilon, y):
    one = epsilon / epsilon
    squares = one - one
    for d in range(size):
        squares += x[d] * x[d]
    r = one / np.sqrt(squares / (one * size) + epsilon)
    for d in range(size):
        y[d] = x[d] * r * g[first + d]


@compiled
def _turned(x, at, heads, size, cosine, sine, neighbours):
    half = size // 2
    step, apart = (2, 1) if neighbours else (1, half)
    for h in range(heads):
        for i in range(half):
            a = at + h * size + step * i
            b = a + apart
            x[a], x[b] = x[a] * cosine[i] - x[b] * sine[i], x[a] * sine[i] + x[b] * cosine[i]


@compiled
def step(w, places, gains, x, keys, values, position, cosine, sine, numbers, neighbours, scores):
    """Bring the stream x of one token through all layers at `position`, keep its keys and values, write all scores.

    numbers: layers, width, heads, groups, size of a head, hidden units, positions kept, vocabulary. Per layer `places`
    names the matrices wq wk wv together, wo, w1 w3 together and w2, and last the output; `gains` holds two rows a
    layer and a last one. keys (L, G, S, P), values (L, P, G, S') flat, S' and P whole vectors. cosine, sine (S/2,) of
    this position and epsilon at their end.
    """
    layers, width, heads, groups, size, hidden, kept, vocabulary = numbers
    epsilon = cosine[size // 2]
    one = epsilon / epsilon
    queries, shared = heads * size, groups * size
    room = -(-size // MULTIPLE) * MULTIPLE
    seen = position + 1
    end = -(-seen // MULTIPLE) * MULTIPLE
    y = np.zeros(max(width, queries) + MULTIPLE, w.dtype)
    together = np.empty(queries + 2 * shared + MULTIPLE, w.dtype)
    inner = np.empty(2 * hidden + MULTIPLE, w.dtype)
    p, o = np.empty(kept, w.dtype), np.empty(room, w.dtype)
    scale, never = one / np.sqrt(one * size), -one / (one - one)
    for layer in range(layers):
        at = 4 * layer
        _normed(x, gains, 2 * layer * width, width, epsilon, y)
        outer = queries + 2 * shared
        _times(y, 0, w, places[at], -(-outer // MULTIPLE) * MULTIPLE, width, outer, together, 0, True)
        _turned(together, 0, heads, size, cosine, sine, neighbours)
        _turned(together, queries, groups, size, cosine, sine, neighbours)
        for g in range(groups):
            for d in range(size):
                keys[((layer * groups + g) * size + d) * kept + position] = together[queries + g * size + d]
                values[((layer * groups + g) * kept + position) * room + d] = together[queries + shared + g * size + d]
        for q in range(queries):
            together[q] *= scale
        for h in range(heads):
            g = layer * groups + h // (heads // groups)
            _times(together, h * size, keys, g * size * kept, kept, size, seen, p, 0, True)
            p[seen:end] = never
            share = one / exponentials(p, 0, end, largest(p, 0, end))
            _times(p, 0, values, g * kept * room, room, seen, size, o, 0, True)
            for d in range(size):
                y[h * size + d] = o[d] * share
        _times(y, 0, w, places[at + 1], -(-width // MULTIPLE) * MULTIPLE, queries, width, x, 0, False)
        _normed(x, gains, (2 * layer + 1) * width, width, epsilon, y)
        _times(y, 0, w, places[at + 2], -(-2 * hidden // MULTIPLE) * MULTIPLE, width, 2 * hidden, inner, 0, True)
        for j in range(hidden):
            inner[j] = inner[j] * inner[hidden + j] / (one + exp(-inner[j]))
        _times(inner, 0, w, places[at + 3], -(-width // MULTIPLE) * MULTIPLE, hidden, width, x, 0, False)
    _normed(x, gains, 2 * layers * width, width, epsilon, y)
    _times(y, 0, w, places[4 * layers], -(-vocabulary // MULTIPLE) * MULTIPLE, width, vocabulary, scores, 0, True)
