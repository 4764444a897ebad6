"""Then and now in `scaling`: the language model of 2003, one part of its recipe after the other, at equal parameters.

Every rung sees the same characters in the same order, drawn by the seed apart from the weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import text
from core.learning import training
from core.learning.ops import affine, mean_cross_entropy, multiply, rows, sigmoid, tanh
from core.learning.ordered import Entry, OrderedSystem
from core.learning.seeds import generator
from core.networks import language
from reproductions.scaling.experiment import BATCH, falling, steps_of

LONGEST = 16  # characters of context of the last rung, so that all rungs can see the same places
Net = dict[str, np.ndarray]


def learn(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Tuning and test loss of a model after one pass over its characters.

    cell: `rule` plain or adam; `falls` whether the rate falls to zero; `units` tanh or gated; `context` in characters.
    """
    return [_learn(cell, *generator(cell["entropy"], seed).spawn(2)) for seed in seeds]


def _learn(cell: Mapping[str, Any], places: np.random.Generator, weights: np.random.Generator) -> dict[str, Any]:
    data = text.load(cell["text"])
    x, y = windows(data.train, cell["context"])
    chosen = places.choice(len(y), cell["examples"], replace=False)
    p = start(weights, cell, len(data.alphabet))
    size = min(BATCH["characters"], len(chosen))
    steps = steps_of(len(chosen), len(chosen), size)
    fixed = float(cell["rate"])
    last = training.train(
        loss,
        p,
        training.batches(x[chosen], y[chosen], size, len(chosen), places),
        rule=training.Adam() if cell["rule"] == "adam" else training.Plain(),
        rate=falling(fixed, steps) if cell["falls"] else lambda _: fixed,
    )
    if not np.isfinite(last):
        return {"failed": "diverged"}
    parts = (windows(part, cell["context"]) for part in (data.tune, data.test))
    tune, test = (mean_loss(p, x[: cell["looked_at"]], y[: cell["looked_at"]]) for x, y in parts)
    return {"tune": tune, "test": test, "parameters": float(sum(value.size for value in p.values()))}


def windows(codes: np.ndarray, context: int) -> tuple[np.ndarray, np.ndarray]:
    """Contexts and what follows, for the places that even the longest context leaves."""
    x, y = text.windows(codes, LONGEST)
    return x[:, LONGEST - context :], y


def start(rng: np.random.Generator, cell: Mapping[str, Any], vocabulary: int) -> Net:
    """The network of 2003, with a second table of sums and biases for the gates where units are gated."""
    context, features = cell["context"], cell["features"]
    fan = context * features
    gates = cell["units"] == "gated"
    each = vocabulary + (1 + gates) * (1 + fan)
    hidden = max(1, round((cell["size"] - vocabulary * (1 + features)) / each))
    p = language.init(rng, vocabulary=vocabulary, context=context, features=features, hidden=hidden)
    if gates:
        p["g"] = (rng.standard_normal((fan, hidden)) * fan**-0.5).astype(np.float32)
        p["e"] = np.zeros(hidden, np.float32)
    return p


def loss(system: OrderedSystem, p: Mapping[str, Entry], context: np.ndarray, following: np.ndarray) -> Entry:
    """Mean cross-entropy in nats a character; gated units are a sum times the logistic function of another."""
    x = system.apply(rows, p["c"], system.constant(context))
    hidden = system.apply(affine, x, p["h"], p["d"])
    if "g" in p:
        gate = system.apply(sigmoid, system.apply(affine, x, p["g"], p["e"]))
        hidden = system.apply(multiply, hidden, gate)
    else:
        hidden = system.apply(tanh, hidden)
    a = system.apply(affine, hidden, p["u"], p["b"])
    return system.apply(mean_cross_entropy, a, system.constant(following))


def mean_loss(p: Net, x: np.ndarray, y: np.ndarray) -> float:
    """Mean cross-entropy over all cases, in pieces that bound the memory."""
    total = 0.0
    for at in range(0, len(x), 1024):
        system, here = OrderedSystem(), slice(at, at + 1024)
        total += len(x[here]) * float(loss(system, system.parameters(p), x[here], y[here]).value)
    return total / len(x)
