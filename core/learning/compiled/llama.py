"""Fast twins of the ops that a Llama is made of, registered as ops themselves; `FAST` names them all.

Each does in one walk over its numbers what NumPy does in several. They work on one network in single or double
precision; with replica axes the plain op does the work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from core.learning.compiled.attention import fast_attention
from core.learning.compiled.next_token import fast_next_token_loss
from core.learning.compiled.twins import twin
from core.learning.compiled.vectors import compiled
from core.learning.compiled.wide import BITS, add, div, exp, load, mul, nothing, spreading, store, sub
from core.learning.ops import embedding, linear, rms_norm, rotary, swiglu
from core.learning.ops.norms import EPSILON

# Sums may be taken in any order: that is what lets them be vectorised.
reordered = njit(cache=True, error_model="numpy", boundscheck=False, nogil=True, fastmath={"reassoc", "contract"})


@compiled
def _add_rows(tokens, dy, dtable):
    for n in range(len(tokens)):
        for d in range(dy.shape[1]):
            dtable[tokens[n], d] += dy[n, d]


@twin(embedding, lambda table, tokens: table.ndim == 2)
class fast_embedding:
    """Slopes are added to their rows one after the other."""

    forward = embedding

    @staticmethod
    def backward(dy, cache, needs=None):
        tokens, shape = cache
        dtable = np.zeros(shape, dy.dtype)
        _add_rows(tokens, dy, dtable)
        return dtable, None


@reordered
def _rms_forward(x, g, epsilon, y, r):
    width = x.dtype.type(x.shape[1])
    one = width / width
    for n in range(len(x)):
        squares = one - one
        for d in range(x.shape[1]):
            squares += x[n, d] * x[n, d]
        r[n] = one / np.sqrt(squares / width + epsilon)
        for d in range(x.shape[1]):
            y[n, d] = x[n, d] * r[n] * g[d]


@reordered
def _rms_backward(dy, x, g, r, dx, dg):
    width = x.dtype.type(x.shape[1])
    for n in range(len(x)):
        crossed = width - width
        for d in range(x.shape[1]):
            crossed += dy[n, d] * g[d] * x[n, d]
        share = r[n] * r[n] * crossed / width
        for d in range(x.shape[1]):
            dx[n, d] = r[n] * (dy[n, d] * g[d] - x[n, d] * share)
            dg[d] += dy[n, d] * x[n, d] * r[n]


@twin(rms_norm, lambda x, g: x.ndim == 2 and g.ndim == 1)
class fast_rms_norm:
    """Two walks over a case, the second while it is in the cache."""

    @staticmethod
    def forward(x, g, *, epsilon=EPSILON):
        y, r = np.empty_like(x), np.empty(len(x), x.dtype)
        _rms_forward(x, g, x.dtype.type(epsilon), y, r)
        return y, (x, g, r)

    @staticmethod
    def backward(dy, cache, needs=None):
        x, g, r = cache
        dx, dg = np.empty_like(x), np.zeros_like(g)
        _rms_backward(dy, x, g, r, dx, dg)
        return dx, dg


@compiled
def _turn(x, cosine, sine, y, neighbours):
    # x, y (N, H, D), cosine and sine (T, D/2)
    length, half = cosine.shape
    step, apart = (2, 1) if neighbours else (1, half)
    for n in range(len(x)):
        t = n % length
        for h in range(x.shape[1]):
            for i in range(half):
                a, b = x[n, h, step * i], x[n, h, step * i + apart]
                y[n, h, step * i] = a * cosine[t, i] - b * sine[t, i]
                y[n, h, step * i + apart] = a * sine[t, i] + b * cosine[t, i]


@twin(rotary, lambda x: x.ndim == 2)
class fast_rotary:
    """Every pair is read and written once."""

    @staticmethod
    def forward(x, *, cosine, sine, pairing="adjacent"):
        length, half = cosine.shape
        shape = rotary(x[:0], cosine=cosine, sine=sine, pairing=pairing)[0].shape
        tables = cosine.astype(x.dtype, copy=False), sine.astype(x.dtype, copy=False)
        y = np.empty((len(x) // length, *shape[1:]), x.dtype)
        _turn(x.reshape(len(x), -1, 2 * half), *tables, y.reshape(len(x), -1, 2 * half), pairing == "adjacent")
        return y, (*tables, pairing)

    @staticmethod
    def backward(dy, cache, needs=None):
        cosine, sine, pairing = cache
        dx = np.empty_like(dy)
        rows = (-1, *dy.shape[2:])
        _turn(dy.reshape(rows), cosine, -sine, dx.reshape(rows), pairing == "adjacent")
        return (dx.reshape(len(dy) * dy.shape[1], -1),)


@compiled
def _swiglu_forward(a, b, y, one):
    width = BITS // (8 * a.itemsize)
    whole, ones = len(a) - len(a) % width, spreading(a, one)
    for j in range(0, whole, width):
        x = load(a, j)
        store(y, j, div(mul(x, load(b, j)), add(ones, exp(sub(nothing(a), x)))))
    for j in range(whole, len(a)):
        y[j] = a[j] * b[j] / (one + exp(-a[j]))


@compiled
def _swiglu_backward(dy, a, b, da, db, one):
    width = BITS // (8 * a.itemsize)
    whole, ones = len(a) - len(a) % width, spreading(a, one)
    for j in range(0, whole, width):
        x, d = load(a, j), load(dy, j)
        s = div(ones, add(ones, exp(sub(nothing(a), x))))
        silu = mul(x, s)
        store(db, j, mul(d, silu))
        store(da, j, mul(mul(d, load(b, j)), add(s, mul(silu, sub(ones, s)))))
    for j in range(whole, len(a)):
        s = one / (one + exp(-a[j]))
        db[j] = dy[j] * a[j] * s
        da[j] = dy[j] * b[j] * (s + a[j] * s * (one - s))


@twin(swiglu, lambda a, b: a.shape == b.shape)
class fast_swiglu:
    """The sigmoid is worked out again on the way back."""

    @staticmethod
    def forward(a, b):
        y = np.empty_like(a)
        _swiglu_forward(a.reshape(-1), b.reshape(-1), y.reshape(-1), a.dtype.type(1))
        return y, (a, b)

    @staticmethod
    def backward(dy, cache, needs=None):
        a, b = cache
        da, db = np.empty_like(a), np.empty_like(b)
        flat = (x.reshape(-1) for x in (dy, a, b, da, db))
        _swiglu_backward(*flat, a.dtype.type(1))
        return da, db


FAST: dict[str, Callable[..., Any]] = {
    "embedding": fast_embedding,
    "linear": linear,
    "rms_norm": fast_rms_norm,
    "rotary": fast_rotary,
    "attention": fast_attention,
    "swiglu": fast_swiglu,
    "next_token_loss": fast_next_token_loss,
}
