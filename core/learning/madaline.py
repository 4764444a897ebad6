"""MADALINE: many ADALINEs, hard limiters throughout, and the rules of the 1960s and 1987 for adapting them.

Patterns x (P, n) carry their constant bias input; targets d (P,) are +1 or -1; weights w (U, n). A unit's answer is +1
where its sum is not negative. Both rules follow the principle of least disturbance: what has to change is changed
where it takes the least. Source: Widrow and Lehr (1990), pp. 1420-1421 for Rule I, as far as it says; the rest is our
reading.

The functions are loops over numbers so that `core.learning.compiled.madaline` can compile the very same lines.
"""

from __future__ import annotations

import numpy as np

OR, AND, MAJORITY = 0, 1, 2


def answers(w: np.ndarray, x: np.ndarray) -> np.ndarray:
    # (U, n), (P, n) -> (P, U)
    """The decisions of the first layer, +1 or -1."""
    return np.where(x @ w.T >= 0, 1.0, -1.0)


def fixed_logic(decisions: np.ndarray, logic: int) -> np.ndarray:
    # (..., U) -> (...)
    """The fixed second layer of Rule I: OR, AND or majority of the decisions."""
    votes = decisions.sum(axis=-1)
    units = decisions.shape[-1]
    if logic == OR:
        return np.where(votes > -units, 1.0, -1.0)
    if logic == AND:
        return np.where(votes == units, 1.0, -1.0)
    return np.where(votes > 0, 1.0, -1.0)


def rule_one(w, x, d, order, logic, alpha, every):
    """Rule I (Ridgway): adapt as few units as turn the fixed logic right, those whose sums are nearest to zero.

    Adapted units move by alpha-LMS towards the answer wanted of them. Changes w in place. After every `every`
    presentations all patterns are tried; returns the number of presentations when all were right first, or -1.
    """
    units, n = w.shape
    sums = np.empty(units)
    for t in range(order.shape[0]):
        if t % every == 0:
            right = 0
            for p in range(x.shape[0]):
                positive = 0
                for u in range(units):
                    s = 0.0
                    for i in range(n):
                        s += w[u, i] * x[p, i]
                    if s >= 0.0:
                        positive += 1
                if logic == 0:
                    up = positive > 0
                elif logic == 1:
                    up = positive == units
                else:
                    up = 2 * positive > units
                if up == (d[p] > 0):
                    right += 1
            if right == x.shape[0]:
                return t
        p = order[t]
        length, positive = 0.0, 0
        for i in range(n):
            length += x[p, i] * x[p, i]
        for u in range(units):
            s = 0.0
            for i in range(n):
                s += w[u, i] * x[p, i]
            sums[u] = s
            if s >= 0.0:
                positive += 1
        needed = 1 if logic == 0 else units if logic == 1 else units // 2 + 1  # positive units for an answer of +1
        flips = needed - positive if d[p] > 0 else positive - needed + 1
        for _ in range(flips):
            nearest = -1
            for u in range(units):
                wrong = (sums[u] >= 0.0) != (d[p] > 0)
                if wrong and (nearest < 0 or abs(sums[u]) < abs(sums[nearest])):
                    nearest = u
            step = alpha * (d[p] - sums[nearest]) / length
            for i in range(n):
                w[nearest, i] += step * x[p, i]
            sums[nearest] = d[p]
    return -1


def rule_two(w, v, x, d, order, alpha, every):
    """Rule II (Winter and Widrow): an adaptive second layer v (U + 1,), bias first, and trial flips of hidden answers.

    When the output is wrong, hidden answers are flipped on trial, the least certain first and alone, then in pairs; the
    first trial that turns the output right is kept by adapting its units by alpha-LMS. If none does, the output unit
    itself is adapted. Changes w and v in place; returns as `rule_one`.
    """
    units, n = w.shape
    sums, hidden, rank = np.empty(units), np.empty(units), np.empty(units, dtype=np.int64)
    for t in range(order.shape[0]):
        if t % every == 0:
            right = 0
            for p in range(x.shape[0]):
                out = v[0]
                for u in range(units):
                    s = 0.0
                    for i in range(n):
                        s += w[u, i] * x[p, i]
                    out += v[u + 1] if s >= 0.0 else -v[u + 1]
                if (out >= 0.0) == (d[p] > 0):
                    right += 1
            if right == x.shape[0]:
                return t
        p = order[t]
        length, out = 0.0, v[0]
        for i in range(n):
            length += x[p, i] * x[p, i]
        for u in range(units):
            s = 0.0
            for i in range(n):
                s += w[u, i] * x[p, i]
            sums[u] = s
            hidden[u] = 1.0 if s >= 0.0 else -1.0
            out += v[u + 1] * hidden[u]
            rank[u] = u
        if (out >= 0.0) == (d[p] > 0):
            continue
        for a in range(1, units):  # insertion sort by certainty
            u = rank[a]
            b = a - 1
            while b >= 0 and abs(sums[rank[b]]) > abs(sums[u]):
                rank[b + 1] = rank[b]
                b -= 1
            rank[b + 1] = u
        first, second = -1, -1
        for a in range(units):
            u = rank[a]
            if (out - 2.0 * v[u + 1] * hidden[u] >= 0.0) == (d[p] > 0):
                first = u
                break
        if first < 0:
            for a in range(units):
                for b in range(a + 1, units):
                    one, two = rank[a], rank[b]
                    tried = out - 2.0 * v[one + 1] * hidden[one] - 2.0 * v[two + 1] * hidden[two]
                    if first < 0 and (tried >= 0.0) == (d[p] > 0):
                        first, second = one, two
        if first < 0:
            step = alpha * (d[p] - out) / (units + 1)
            v[0] += step
            for u in range(units):
                v[u + 1] += step * hidden[u]
            continue
        for which in range(2):
            u = first if which == 0 else second
            if u >= 0:
                step = alpha * (-hidden[u] - sums[u]) / length
                for i in range(n):
                    w[u, i] += step * x[p, i]
    return -1
