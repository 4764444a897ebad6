"""The published point: one example at the start, every slope exact and measured. Nothing here is random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from core.datasets import cities
from core.learning import slopes
from core.learning.ops import affine, softmax, softmax_cross_entropy
from core.learning.optimizers import gradient
from core.learning.ordered import OrderedSystem, ordered_derivatives
from reproductions.six_parameters.toy import START, city_loss, heights

PARIS = 5  # the row of the published point, and the first that the log shows
NUDGE = 0.1  # of the slope of Paris, on screen
STEPS = 10.0 ** -np.arange(1, 13)
SOFTMAX = {"softmax_near": (1.0, 2.0, 1.0), "softmax_far": (1.0, 10.0, 1.0)}  # heights that the video tries


def point(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Everything at the published point: one example, Paris, at the start."""
    x, t = cities.by_longitude()
    one = slice(PARIS, PARIS + 1)
    value, exact = gradient(city_loss, START, x[one], t[one])
    read, w = slopes.network_loss(city_loss, START, x[one], t[one])
    meter, double = slopes.Meter(read), slopes.Meter(read)
    nudged = w + NUDGE * np.eye(6)[1]
    found = {
        "logits": heights(START, x[one])[0],
        "probabilities": softmax(heights(START, x[one]))[0][0],
        "point_loss": float(value),
        "exact": slopes.flatten(exact),
        "nudged_loss": float(read(nudged)),
        "nudged_probability": float(softmax(heights(slopes.unflatten(nudged, START), x[one]))[0][0, 1]),
        "forward": np.stack([slopes.forward(meter, w, step) for step in STEPS]),
        "central": np.stack([slopes.central(double, w, step) for step in STEPS]),
        "balance": _balance(x, t),
        **{name: float(softmax(np.array([h]))[0][0, 1]) for name, h in SOFTMAX.items()},
    }
    readings = {"forward_readings": meter.evaluations / len(STEPS), "central_readings": double.evaluations / len(STEPS)}
    return [found | readings for _ in seeds]


def _balance(x: np.ndarray, t: np.ndarray) -> float:
    """Largest |dL/dh - (p - t)| over all examples."""
    system = OrderedSystem()
    parameters = system.parameters(START)
    h = system.apply(affine, system.constant(x), parameters["m"], parameters["b"])
    found = ordered_derivatives(system.apply(softmax_cross_entropy, h, system.constant(t))).of(h)
    return float(np.max(np.abs(found - (softmax(h.value)[0] - t))))


def saturation(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Length of dL/dh for both losses when the right city lies `gap` below the best of three."""
    gap = np.linspace(-6, 16, 89)
    h = np.stack([np.zeros_like(gap), np.full_like(gap, -50.0), -gap], axis=-1)[:, None, :]  # each a replica
    t = np.array([[0.0, 0.0, 1.0]])
    found = {"gap": gap}
    for kind in ("cross-entropy", "squared error"):
        given = {"m": np.zeros((len(gap), 1, 3)), "b": h[:, 0]}
        loss = partial(city_loss, kind=kind)
        _, slope = gradient(loss, given, np.zeros((1, 1)), t)
        found[kind] = np.linalg.norm(slope["b"], axis=-1)
    return [found for _ in seeds]
