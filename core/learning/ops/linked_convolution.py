"""Convolution of stride 1 whose output maps read different numbers of input maps, as the layer C3 of LeNet-5."""

from __future__ import annotations

import numpy as np

from core.learning.ops.convolution import convolution, convolution_backward, convolution_curvature
from core.learning.ops.table import register


def linked_convolution(x, w, b, *, links):
    # x (..., N, C, H, W), w (..., K, T, T), b (..., O), links (K, 2) -> y (..., N, O, H-T+1, W-T+1)
    """y[o,p,q] = b[o] + sum over links k = (o, c) and over i,j of w[k,i,j] x[c, p + i, q + j].

    A link is an output map and an input map that it reads through a kernel of its own (LeCun et al. 1998, table I).
    Raises ValueError if the links do not fit the maps and the kernels, or if one stands there twice.

    >>> x = np.arange(4.0).reshape(1, 1, 2, 2)
    >>> linked_convolution(x, np.ones((1, 2, 2)), np.array([0.5]), links=[(0, 0)])[0]
    array([[[[6.5]]]])
    """
    links = np.asarray(links)
    maps, read = b.shape[-1], x.shape[-3]
    if links.shape != (w.shape[-3], 2) or links.min() < 0 or (links.max(axis=0) >= (maps, read)).any():
        raise ValueError(f"links {links.shape} do not fit {w.shape[-3]} kernels from {read} maps to {maps}")
    if len(np.unique(links, axis=0)) < len(links):
        raise ValueError("the same link stands there twice")
    full = np.zeros((*w.shape[:-3], maps, read, *w.shape[-2:]), w.dtype)
    full[..., links[:, 0], links[:, 1], :, :] = w
    y, cache = convolution(x, full, b)
    return y, (cache, links)


def linked_convolution_backward(dy, cache, needs=None):
    """The derivatives of the convolution with all links, of which those to kernels that are there are kept."""
    return _kept(convolution_backward, dy, cache, needs)


def linked_convolution_curvature(d2y, cache, needs=None):
    """The same with x and w squared."""
    return _kept(convolution_curvature, d2y, cache, needs)


def _kept(rule, dy, cache, needs):
    inner, links = cache
    dx, d_full, db = rule(dy, inner, needs)
    dw = None if d_full is None else d_full[..., links[:, 0], links[:, 1], :, :]
    return dx, dw, db


def linked_convolution_cost(inputs, output, varies):
    """One product for every position and weight, forwards and for each of dx and dw that is wanted."""
    there = output.size // output.shape[-3] * int(np.prod(inputs[1].shape[-3:]))
    return there, there * sum(varies[:2])


register(linked_convolution, linked_convolution_backward, linked_convolution_curvature, cost=linked_convolution_cost)
