"""The neural probabilistic language model of Bengio, Ducharme, Vincent and Jauvin (2003), without direct links."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.learning.ops import affine, tanh
from core.learning.ops.classes import mean_cross_entropy, rows
from core.learning.ordered import Entry, OrderedSystem


def init(
    rng: np.random.Generator, *, vocabulary: int, context: int, features: int, hidden: int
) -> dict[str, np.ndarray]:
    """Single precision: table c (V, M), hidden h (K M, H), d (H,), output u (H, V), b (V,).

    Weights are Gaussian with variance 1 / fan-in, the table with standard deviation 1, the output a tenth of its own.
    """
    fan = context * features
    shapes = {
        "c": ((vocabulary, features), 1.0),
        "h": ((fan, hidden), fan**-0.5),
        "u": ((hidden, vocabulary), 0.1 * hidden**-0.5),
    }
    p = {name: (rng.standard_normal(shape) * scale).astype(np.float32) for name, (shape, scale) in shapes.items()}
    zeros = {"d": np.zeros(hidden, np.float32), "b": np.zeros(vocabulary, np.float32)}
    return {"c": p["c"], "h": p["h"], "d": zeros["d"], "u": p["u"], "b": zeros["b"]}


def scores(system: OrderedSystem, p: Mapping[str, Entry], context: Entry) -> Entry:
    # (N, K) whole numbers -> (N, V)
    """Unnormalised log probabilities of the next character: b + U tanh(d + H x), x the features of the context."""
    x = system.apply(rows, p["c"], context)
    hidden = system.apply(tanh, system.apply(affine, x, p["h"], p["d"]))
    return system.apply(affine, hidden, p["u"], p["b"])


def loss(system: OrderedSystem, p: Mapping[str, Entry], context: np.ndarray, following: np.ndarray) -> Entry:
    """Mean cross-entropy in nats a character."""
    a = scores(system, p, system.constant(context))
    return system.apply(mean_cross_entropy, a, system.constant(following))


def parameters(vocabulary: int, context: int, features: int, hidden: int) -> int:
    """Free parameters: V (1 + M + H) + H (1 + K M)."""
    return vocabulary * (1 + features + hidden) + hidden * (1 + context * features)


def hidden_for(size: int, vocabulary: int, context: int, features: int) -> int:
    """Hidden units that bring the number of parameters nearest to `size`, at least one."""
    return max(1, round((size - vocabulary * (1 + features)) / (vocabulary + 1 + context * features)))


def operations(vocabulary: int, context: int, features: int, hidden: int) -> int:
    """Multiply-accumulates of one character in training: two products forwards, four backwards."""
    return 3 * (context * features * hidden + hidden * vocabulary)
