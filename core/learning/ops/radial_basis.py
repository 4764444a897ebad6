"""Euclidean radial basis outputs and the discriminative criterion of LeCun, Bottou, Bengio and Haffner (1998)."""

from __future__ import annotations

import numpy as np

from core.learning.ops.shapes import unbroadcast
from core.learning.ops.table import register


def radial_basis(x, w):
    # x (..., N, I), w (..., O, I) -> y (..., N, O)
    """y_i = sum over j of (x_j - w_ij)^2: how far the state is from each class's centre. Equation 7 of the paper.

    >>> radial_basis(np.array([[1.0, 2.0]]), np.array([[1.0, 2.0], [0.0, 0.0]]))[0]
    array([[0., 5.]])
    """
    away = x[..., :, None, :] - w[..., None, :, :]
    return np.sum(away * away, axis=-1), (x, w)


def radial_basis_backward(dy, cache, needs=None):
    """dx = 2 sum over i of dy_i (x - w_i);  dw_i = -2 sum over cases of dy_i (x - w_i)."""
    x, w = cache
    needs = needs or (True, True)
    dx = dw = None
    if needs[0]:
        dx = unbroadcast(2 * (x * dy.sum(axis=-1, keepdims=True) - np.matmul(dy, w)), x.shape)
    if needs[1]:
        dyT = np.swapaxes(dy, -1, -2)
        dw = unbroadcast(2 * (w * dyT.sum(axis=-1, keepdims=True) - np.matmul(dyT, x)), w.shape)
    return dx, dw


def radial_basis_curvature(d2y, cache, needs=None):
    """The same with the partial derivatives squared: 4 (x - w)^2."""
    x, w = cache
    needs = needs or (True, True)
    spread = 4 * d2y[..., None] * np.square(x[..., :, None, :] - w[..., None, :, :])  # (..., N, O, I)
    dx = unbroadcast(spread.sum(axis=-2), x.shape) if needs[0] else None
    dw = unbroadcast(spread.sum(axis=-3), w.shape) if needs[1] else None
    return dx, dw


def map_criterion(y, t, *, rubbish):
    # y (..., N, O), t (..., N, O) -> E (...)
    """E = sum over cases of y_D + log(exp(-j) + sum over i of exp(-y_i)), for penalties y of the classes.

    D is the class whose t is 1, j = `rubbish` the penalty of a class for everything else. A sum, where equation 9 of
    the paper has the mean; each row of t sums to one. With j far below zero E - j is y_D alone, equation 8.

    >>> y, t = np.array([[0.0, 50.0]]), np.array([[1.0, 0.0]])
    >>> float(map_criterion(y, t, rubbish=0.0)[0].round(4))  # 0 + log(1 + 1 + exp(-50))
    0.6931
    """
    p, total = _shares(y, rubbish)
    return np.sum(t * y, axis=(-2, -1)) + np.sum(total, axis=-1), (p, y, t)


def _shares(y, rubbish):
    # y (..., N, O) -> p (..., N, O) with p_i = exp(-y_i) / (exp(-j) + sum exp(-y)), and the log of what divides it
    least = np.minimum(y.min(axis=-1, keepdims=True), rubbish)
    e = np.exp(least - y)
    total = e.sum(axis=-1, keepdims=True) + np.exp(least - rubbish)
    return e / total, (np.log(total) - least)[..., 0]


def map_criterion_backward(dE, cache, needs=None):
    """dy = dE (t - p);  dt = dE y."""
    p, y, t = cache
    dE = dE[..., None, None]
    return dE * (t - p), dE * y


def map_criterion_curvature(dE, cache, needs=None):
    """d2E/dy2 = p (1 - p), the diagonal of the exact Hessian at the penalties; E is linear in t."""
    p, _, _ = cache
    return dE[..., None, None] * p * (1 - p), np.zeros_like(p)


def radial_basis_map(x, w, t, *, rubbish, whole=False):
    # x (..., N, I), w (..., O, I), t (..., N, O) -> E (...)
    """`map_criterion` of `radial_basis`, as one loss of the state x, which the centres w play the targets for.

    Seen from the penalties, y_D enters E linearly and has no curvature; seen from x it is a sum of squares. The paper
    does not say from where its second derivatives start. Here they start from x: those of the squared distance y_D
    alone, as Gauss and Newton would have them, or with `whole` those of all of E. The two ops apart are the third way.

    >>> x, w, t = np.array([[1.0]]), np.array([[1.0], [9.0]]), np.array([[1.0, 0.0]])
    >>> float(radial_basis_map(x, w, t, rubbish=0.0)[0].round(4))  # 0 + log(1 + 1 + exp(-64))
    0.6931
    """
    y, distances = radial_basis(x, w)
    value, criterion = map_criterion(y, t, rubbish=rubbish)
    return value, (distances, criterion, whole)


def radial_basis_map_backward(dE, cache, needs=None):
    """dx = 2 dE sum over i of (t_i - p_i)(x - w_i), and so on: the two derivatives one after the other."""
    distances, criterion, _ = cache
    needs = needs or (True, True, True)
    dy, dt = map_criterion_backward(dE, criterion)
    return (*radial_basis_backward(dy, distances, needs[:2]), dt)


def radial_basis_map_curvature(dE, cache, needs=None):
    """d2E/dx_j^2 = 2 sum_i t_i, that of y_D alone; with `whole` the diagonal of the exact Hessian at x, which is
    2 sum_i (t_i - p_i) + 4 (sum_i p_i u_i^2 - (sum_i p_i u_i)^2), u_i = x_j - w_ij, and never negative for rows of t
    that sum to one. For w the squared slopes of the distances meet the curvature p (1 - p) at the penalties.
    """
    (x, w), (p, y, t), whole = cache
    needs = needs or (True, True, True)
    weight = np.asarray(dE)[..., None, None]
    dx = dw = None
    if needs[0] and not whole:
        dx = np.broadcast_to(2 * weight * t.sum(axis=-1, keepdims=True), x.shape)
    elif needs[0]:
        u = x[..., :, None, :] - w[..., None, :, :]
        mean, square = np.sum(p[..., None] * u, axis=-2), np.sum(p[..., None] * u * u, axis=-2)
        flat = 2 * (t.sum(axis=-1, keepdims=True) - p.sum(axis=-1, keepdims=True))
        dx = unbroadcast(weight * (flat + 4 * (square - mean * mean)), x.shape)
    if needs[1]:
        dw = radial_basis_curvature(weight * p * (1 - p), (x, w), (False, True))[1]
    return dx, dw, np.zeros_like(y)


def radial_basis_cost(inputs, output, varies):
    """A square for every output and input; backwards a product for each of them and for each of dx and dw wanted."""
    there = output.size * inputs[0].shape[-1]
    return there, there * sum(varies[:2])


def map_criterion_cost(inputs, output, varies):
    """An exponential and a product with t for every penalty, a logarithm for every case; backwards the same."""
    cases = inputs[0].size // inputs[0].shape[-1]
    return 2 * inputs[0].size + cases, 2 * inputs[0].size


def radial_basis_map_cost(inputs, output, varies):
    """Both together."""
    x, w, t = inputs
    apart = radial_basis_cost((x, w), t, varies), map_criterion_cost((t, t), output, varies)
    return apart[0][0] + apart[1][0], apart[0][1] + apart[1][1]


register(radial_basis, radial_basis_backward, radial_basis_curvature, cost=radial_basis_cost)
register(map_criterion, map_criterion_backward, map_criterion_curvature, cost=map_criterion_cost)
register(radial_basis_map, radial_basis_map_backward, radial_basis_map_curvature, cost=radial_basis_map_cost)
