"""Fast twin of `core.learning.grouped_steps.grouped_pass` for layered nets of logistic units with few inputs on.

Of NETtalk's 203 inputs seven are on at a time and equal to one, so the first layer adds seven rows of its weights and
only those rows get a slope. Up to eight seeds learn in lockstep from the same words in the same order. Three things
keep every letter's work near the connections that it uses, and change nothing but rounding:

- the gradient is stored divided by a running scale s, which smoothing shrinks in place of all its numbers;
- a row of the first layer takes its steps when it is next used: its gradient has only been scaled since, so its steps
  add up to that gradient times the sum of s over the ends of words in between;
- outputs whose error is within the margin for every seed are left out of the backward pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.learning.compiled import logistic
from core.learning.compiled.vectors import LANES as L
from core.learning.compiled.vectors import compiled, pack, unpack
from core.learning.grouped_steps import Rule

LEAST_SCALE = 1e-4  # below it the gradient is brought back to scale, so that sums of s lose no more than 1e-12
LEAST_SMOOTHING = 0.1  # with less the scale would run away within a word

Arrays = Mapping[str, np.ndarray]


@compiled
def _pass(p, g, windows, targets, starts, order, sizes, weights, biases, units, rate, keep, gain, summed, margin):
    act, delta = np.zeros((units[-1] + sizes[-1]) * L), np.zeros((units[-1] + sizes[-1]) * L)
    active = np.zeros(max(sizes[1:].max(), len(targets[0])), np.int64)
    outputs, rows, rest, end = sizes[1], sizes[0], weights[0] + sizes[0] * sizes[1], len(p) // L
    scale, total = 1.0, 0.0  # what g is divided by, and its sum over ends of words since the last return to scale
    done = np.zeros(rows)  # that sum when a row last took its steps
    touched, listed = np.zeros(rows, np.int64), np.zeros(rows, np.bool_)
    for word in order:
        number = 0
        for n in range(starts[word], starts[word + 1]):
            row = windows[n]
            for r in row:
                at = weights[0] + r * outputs
                if total != done[r]:
                    logistic.step(p, g, at, at + outputs, rate * (total - done[r]), False)
                    done[r] = total
                if not listed[r]:
                    listed[r] = True
                    touched[number] = r
                    number += 1
            logistic.forward(p, act, row, sizes, weights, biases, units)
            if scale * keep < LEAST_SCALE:
                _settle(p, g, done, total, scale, weights[0], outputs, rate)
                scale, total = 1.0, 0.0
            scale *= keep
            count = logistic.errors(act, delta, targets[n], units[-1], margin, active)
            logistic.backward(p, g, act, delta, row, sizes, weights, biases, units, active, count, gain / scale)
        for k in range(number):
            r = touched[k]
            listed[r] = False
            if summed:
                at = weights[0] + r * outputs
                logistic.step(p, g, at, at + outputs, rate, True)
        logistic.step(p, g, rest, end, rate * scale, summed)
        total += 0.0 if summed else scale
    if not summed:
        _settle(p, g, done, total, scale, weights[0], outputs, rate)


@compiled
def _settle(p, g, done, total, scale, first, outputs, rate):
    """Every row takes the steps that it owes, and g is the gradient itself again."""
    for r in range(len(done)):
        if total != done[r]:
            logistic.step(p, g, first + r * outputs, first + (r + 1) * outputs, rate * (total - done[r]), False)
        done[r] = 0.0
    for q in range(len(g)):
        g[q] *= scale


@compiled
def _read(p, windows, out, sizes, weights, biases, units, layer):
    act = np.zeros((units[-1] + sizes[-1]) * L)
    for n in range(len(windows)):
        logistic.forward(p, act, windows[n], sizes, weights, biases, units)
        out[n] = act[units[layer] * L : (units[layer] + sizes[layer]) * L]


def _layout(parameters: Arrays) -> tuple[np.ndarray, ...]:
    """Sizes of the layers, where weights and biases of each begin in the flat vector, and where its units do."""
    layers = len(parameters) // 2
    shapes = [parameters[f"w{k}"].shape[1:] for k in range(1, layers + 1)]
    sizes = np.array([shapes[0][0], *(shape[1] for shape in shapes)], dtype=np.int64)
    counts = np.array([[inputs * outputs, outputs] for inputs, outputs in shapes])
    places = np.concatenate([[0], np.cumsum(counts.ravel())[:-1]]).reshape(-1, 2).astype(np.int64)
    units = np.concatenate([[0, 0], np.cumsum(sizes[1:-1])]).astype(np.int64)
    return sizes, places[:, 0].copy(), places[:, 1].copy(), units


def _packed(values: Arrays) -> np.ndarray:
    names = [f"{kind}{k}" for k in range(1, len(values) // 2 + 1) for kind in "wb"]
    return np.concatenate([pack(values[name]) for name in names])


def _unpacked(flat: np.ndarray, like: Arrays) -> dict[str, np.ndarray]:
    found, at = {}, 0
    for k in range(1, len(like) // 2 + 1):
        for name in (f"w{k}", f"b{k}"):
            size = like[name][0].size * L
            found[name] = unpack(flat[at : at + size], like[name].shape)
            at += size
    return found


def _checked(parameters: Arrays, windows: np.ndarray) -> np.ndarray:
    windows = np.ascontiguousarray(windows, dtype=np.int64)
    inputs = parameters["w1"].shape[1]
    if windows.ndim != 2 or (windows.size and not 0 <= windows.min() <= windows.max() < inputs):
        raise ValueError(f"windows must be rows of numbers of inputs, 0 to {inputs - 1}")
    if len(windows) and (np.diff(np.sort(windows, axis=1), axis=1) == 0).any():
        raise ValueError("a window names the same input twice")
    return windows


def grouped_pass(
    parameters: Arrays,
    windows: np.ndarray,
    targets: np.ndarray,
    starts: np.ndarray,
    order: Sequence[int] | np.ndarray,
    rule: Rule,
    *,
    margin: float,
    memory: Arrays | None = None,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """One pass over words for up to eight seeds: parameters w1 (R, I, H), b1 (R, H), ... and the gradient at the end.

    windows (N, C) are the inputs that are on, targets (N, O); otherwise as `grouped_steps.grouped_pass`, with errors of
    at most `margin` left out. Raises ValueError if the windows do not fit, or for a smoothing below 0.1 or from 1 on.
    """
    if rule.smoothing is not None and not LEAST_SMOOTHING <= rule.smoothing < 1:
        raise ValueError(f"the smoothing must be None, or at least {LEAST_SMOOTHING} and below 1, not {rule.smoothing}")
    windows, layout = _checked(parameters, windows), _layout(parameters)
    p = _packed(parameters)
    g = _packed(memory) if memory else np.zeros_like(p)
    summed = rule.smoothing is None
    keep, gain = (1.0, 1.0) if rule.smoothing is None else (float(rule.smoothing), 1.0 - rule.smoothing)
    _pass(
        p,
        g,
        windows,
        np.ascontiguousarray(targets, dtype=float),
        np.ascontiguousarray(starts, dtype=np.int64),
        np.ascontiguousarray(order, dtype=np.int64),
        *layout,
        float(rule.rate),
        keep,
        gain,
        summed,
        float(margin),
    )
    return _unpacked(p, parameters), _unpacked(g, parameters)


def activities(parameters: Arrays, windows: np.ndarray, layer: int = -1) -> np.ndarray:
    # -> (R, N, units of the layer)
    """Activities of a layer, by default the outputs', for every window."""
    windows, (sizes, weights, biases, units) = _checked(parameters, windows), _layout(parameters)
    layer = range(len(sizes))[layer]
    out = np.empty((len(windows), sizes[layer] * L))
    _read(_packed(parameters), windows, out, sizes, weights, biases, units, layer)
    return unpack(out.ravel(), (len(parameters["w1"]), len(windows), int(sizes[layer])))
