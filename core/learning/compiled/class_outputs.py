"""The ends of classifying networks, seeds side by side: answers, losses, and derivatives at the last layer's values."""

from __future__ import annotations

import numpy as np

from core.learning.compiled.registers import BYTES, add, compiled, everywhere, fma, load, store, sub

RADIAL_BASIS, SCALED_TANH, SOFTMAX = 0, 1, 2


@compiled
def scores_of(end, x, centres, scores):
    # x (U, L), centres (O, U) -> scores (O, L): penalties for radial basis units, else x itself
    size = BYTES // x.itemsize
    if end != RADIAL_BASIS:
        for q in range(len(x)):
            scores[q] = x[q]
        return
    for i in range(len(centres)):
        total, other = everywhere(x, 0.0), everywhere(x, 0.0)
        for j in range(0, centres.shape[1], 2):
            away, next_ = sub(load(x, j * size), everywhere(x, centres[i, j])), everywhere(x, 0.0)
            if j + 1 < centres.shape[1]:
                next_ = sub(load(x, (j + 1) * size), everywhere(x, centres[i, j + 1]))
            total, other = fma(away, away, total), fma(next_, next_, other)
        store(scores, i * size, add(total, other))


@compiled
def judge(end, scores, label, rubbish, share, losses, wrong):
    # scores (O, L) -> share (O, L); adds to losses (L,) and wrong (L,)
    """Loss and answer of one pattern for each seed. `share` is each class's part exp(-penalty) or exp(logit) of all.

    Radial basis units: y_D + log(exp(-j) + sum exp(-y)); softmax: -log p_D; scaled tanh: half the squared error to
    targets of +1 and -1, without shares.
    """
    size = BYTES // scores.itemsize
    classes = len(scores) // size
    sign = -1.0 if end == RADIAL_BASIS else 1.0
    for r in range(size):
        best, answer = -np.inf, 0
        for i in range(classes):
            if sign * scores[i * size + r] > best:
                best, answer = sign * scores[i * size + r], i
        wrong[r] += answer != label
        if end == SCALED_TANH:
            for i in range(classes):
                off = scores[i * size + r] - (1.0 if i == label else -1.0)
                losses[r] += 0.5 * off * off
            continue
        top = max(best, -rubbish) if end == RADIAL_BASIS else best
        total = np.exp(-rubbish - top) if end == RADIAL_BASIS else 0.0
        for i in range(classes):
            share[i * size + r] = np.exp(sign * scores[i * size + r] - top)
            total += share[i * size + r]
        for i in range(classes):
            share[i * size + r] /= total
        losses[r] += np.log(total) + top - sign * scores[label * size + r]


@compiled
def derivatives(end, x, centres, label, share, d):
    # x (U, L), share (O, L), used up -> d (U, L)
    """dE/dx: 2 sum_i (t_i - p_i)(x_j - w_ij) for radial basis units, p - t for a softmax, x - t for scaled tanh."""
    size = BYTES // x.itemsize
    if end == RADIAL_BASIS:
        for q in range(len(share)):
            share[q] *= -2.0
        for r in range(size):
            share[label * size + r] += 2.0
        for j in range(centres.shape[1]):
            value, total = load(x, j * size), everywhere(x, 0.0)
            for i in range(len(centres)):
                total = fma(load(share, i * size), sub(value, everywhere(x, centres[i, j])), total)
            store(d, j * size, total)
        return
    for i in range(len(x) // size):
        for r in range(size):
            if end == SOFTMAX:
                d[i * size + r] = share[i * size + r] - (1.0 if i == label else 0.0)
            else:
                d[i * size + r] = x[i * size + r] - (1.0 if i == label else -1.0)


@compiled
def second_derivatives(end, x, centres, share, whole, d):
    # x (U, L), share (O, L) -> d (U, L)
    """d2E/dx2, as the ops have it: see `radial_basis_map`, `softmax_cross_entropy` and `squared_error`."""
    size = BYTES // x.itemsize
    for j in range(len(x) // size):
        for r in range(size):
            if end == SCALED_TANH:
                d[j * size + r] = 1.0
            elif end == SOFTMAX:
                p = share[j * size + r]
                d[j * size + r] = p * (1.0 - p)
            elif not whole:
                d[j * size + r] = 2.0
            else:
                left, mean, square = 1.0, 0.0, 0.0
                for i in range(len(centres)):
                    p, away = share[i * size + r], x[j * size + r] - centres[i, j]
                    left -= p
                    mean += p * away
                    square += p * away * away
                d[j * size + r] = 2.0 * left + 4.0 * (square - mean * mean)
