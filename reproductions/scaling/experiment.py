"""The experiments of `scaling`: digits and characters, by the size of the network and of the training set."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np

from core.datasets import mnist, text
from core.learning import training
from core.learning.ops import affine, tanh
from core.learning.ops.classes import mean_cross_entropy
from core.learning.ordered import Entry, OrderedSystem
from core.learning.seeds import generator
from core.networks import dense, language

BATCH = {"digits": 100, "characters": 64}
CONTEXT = 8  # characters that the language model sees


def classifier(system: OrderedSystem, p: Mapping[str, Entry], x: np.ndarray, labels: np.ndarray) -> Entry:
    """One hidden layer of tanh units, ten outputs, mean cross-entropy."""
    return system.apply(mean_cross_entropy, _scores(system, p, x), system.constant(labels))


def _scores(system: OrderedSystem, p: Mapping[str, Entry], x: np.ndarray) -> Entry:
    hidden = system.apply(tanh, system.apply(affine, system.constant(x), p["w1"], p["b1"]))
    return system.apply(affine, hidden, p["w2"], p["b2"])


def start(rng: np.random.Generator, sizes: Sequence[int]) -> dict[str, np.ndarray]:
    """Single-precision weights uniform in +-1 / sqrt(fan-in), biases zero."""
    p = dense.init(rng, sizes, spread=lambda fan: fan**-0.5)
    return {name: value.astype(np.float32) for name, value in p.items()}


def falling(rate: float, steps: int) -> Any:
    """A learning rate that falls in a straight line from `rate` at the first step to zero after the last."""
    return lambda k: rate * (1 - k / steps)


def steps_of(shown: int, examples: int, size: int) -> int:
    """Batches in which `training.batches` shows so many cases; the last one of every pass may be smaller."""
    passes, rest = divmod(shown, examples)
    return passes * -(-examples // size) + -(-rest // size)


def digits(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Error and loss of a net with one hidden layer trained on so many digits, drawn at random from the training set.

    Looked at on the test set, or with cell["tuning"] on training digits that were not drawn.
    """
    return [_digits(cell, generator(cell["entropy"], seed)) for seed in seeds]


def _digits(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    data = mnist.load(cell["data"])
    order = rng.permutation(len(data.train_x))
    chosen, left = order[: cell["examples"]], order[cell["examples"] :][: len(data.test_x)]
    x, y = data.train_x[chosen], data.train_y[chosen]
    seen_x, seen_y = (data.train_x[left], data.train_y[left]) if cell.get("tuning") else (data.test_x, data.test_y)
    sizes = (x.shape[1], cell["hidden"], mnist.CLASSES)
    p, size, cases = start(rng, sizes), min(BATCH["digits"], len(x)), cell["shown"]
    last = training.train(
        classifier, p, training.batches(x, y, size, cases, rng), rule=training.Adam(),
        rate=falling(cell["rate"], steps_of(cases, len(x), size)),
    )  # fmt: skip
    if not np.isfinite(last):
        return {"failed": "diverged"}
    system = OrderedSystem()
    a = _scores(system, system.parameters(p), seen_x).value
    wrong = float(np.mean(a.argmax(axis=1) != seen_y))
    loss, _ = mean_cross_entropy(a, seen_y)
    return {
        "error": wrong, "loss": float(loss),
        "parameters": float(sum(v.size for v in p.values())), "shown": float(cases),
        "operations": float(cases * dense.operations(sizes)),
    }  # fmt: skip


def characters(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Tuning and test loss, nats a character, of a language model of a given size after cell["passes"] over its text.

    The text is so many characters, each with those before it, drawn at random from the training part. It is looked at
    cell["looks"] times, the last time at the end; told is the look with the least tuning loss.
    """
    return [_characters(cell, generator(cell["entropy"], seed)) for seed in seeds]


@lru_cache(maxsize=8)
def _parts(name: str, looked_at: int) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    data = text.load(name)
    return tuple(text.windows(part[: looked_at + CONTEXT], CONTEXT) for part in (data.tune, data.test))


def _characters(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    data = text.load(cell["text"])
    vocabulary, features = len(data.alphabet), cell["features"]
    hidden = language.hidden_for(cell["size"], vocabulary, CONTEXT, features)
    p = language.init(rng, vocabulary=vocabulary, context=CONTEXT, features=features, hidden=hidden)
    d = cell["examples"]
    x, y = text.windows(data.train, CONTEXT)
    chosen = rng.choice(len(y), d, replace=False)  # a stretch would hold few plays, and none that is tested
    x, y = x[chosen], y[chosen]
    shown, size = cell["passes"] * d, min(BATCH["characters"], d)
    steps = steps_of(shown, d, size)
    rate, rule = falling(cell["rate"], steps), training.Adam()
    stream, looks, done = training.batches(x, y, size, shown, rng), [], 0
    for look in range(1, cell["looks"] + 1):
        upto = round(look * steps / cell["looks"])
        last = training.train(language.loss, p, islice(stream, upto - done), rule=rule, rate=rate, first=done)
        if not np.isfinite(last):
            return {"failed": "diverged"}
        done = upto
        passes, rest = divmod(done, steps_of(d, d, size))
        looks.append(
            [passes * d + rest * size, *(mean_loss(p, *part) for part in _parts(cell["text"], cell["looked_at"]))]
        )
    table = np.array(looks)
    best = int(np.argmin(table[:, 1]))
    each = language.operations(vocabulary, CONTEXT, features, hidden)
    return {
        "test": table[best, 2], "tune": table[best, 1], "best_share": table[best, 0] / shown,
        "parameters": float(language.parameters(vocabulary, CONTEXT, features, hidden)), "shown": float(shown),
        "operations": float(each * shown), "each": float(each), "looks": table,
    }  # fmt: skip


def mean_loss(p: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray) -> float:
    """Mean cross-entropy over all cases, in pieces that bound the memory."""
    total = 0.0
    for at in range(0, len(x), 1024):
        system, here = OrderedSystem(), slice(at, at + 1024)
        total += len(x[here]) * float(language.loss(system, system.parameters(p), x[here], y[here]).value)
        system.entries.clear()  # entries and system refer to each other
    return total / len(x)


def speed(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Floating-point operations a second of one core here, in products of single-precision matrices."""
    a = np.ones((1024, 1024), np.float32)
    a @ a
    began = time.perf_counter()
    for _ in range(10):
        a @ a
    return [{"speed": 10 * 2 * 1024.0**3 / (time.perf_counter() - began)} for _ in seeds]
