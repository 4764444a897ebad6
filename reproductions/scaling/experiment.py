"""The experiments of `scaling`: digits and characters, by the size of the network and of the training set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np

from core.datasets import mnist, text
from core.learning import ngrams, training
from core.learning.ops.classes import mean_cross_entropy
from core.learning.ordered import OrderedSystem
from core.learning.seeds import generator
from core.networks import dense, language

BATCH = {"digits": 100, "characters": 64}
CONTEXT = 8  # characters that the language model sees, where nothing else is said
MIXED = (3, 6)  # orders of the n-grams that a network is mixed with, half and half
Arrays = dict[str, np.ndarray]


def falling(rate: float, steps: int) -> Callable[[int], float]:
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
    p, size, cases = dense.single_precision(rng, sizes), min(BATCH["digits"], len(x)), cell["shown"]
    last = training.train(
        dense.classifier,
        p,
        training.batches(x, y, size, cases, rng),
        rule=training.Adam(),
        rate=falling(cell["rate"], steps_of(cases, len(x), size)),
    )
    if not np.isfinite(last):
        return {"failed": "diverged"}
    system = OrderedSystem()
    a = dense.scores(system, system.parameters(p), seen_x).value
    wrong = float(np.mean(a.argmax(axis=1) != seen_y))
    loss, _ = mean_cross_entropy(a, seen_y)
    return {
        "error": wrong,
        "loss": float(loss),
        "parameters": float(sum(v.size for v in p.values())),
        "presentations": float(cases),
        "operations": float(cases * dense.operations(sizes)),
    }


def characters(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Tuning and test loss, nats a character, of a language model of a given size after cell["passes"] over its text.

    The text is so many characters, each with those before it, drawn at random from the training part. It is looked at
    cell["looks"] times, the last time at the end; told is the look with the least tuning loss.
    """
    return [_characters(cell, generator(cell["entropy"], seed))[0] for seed in seeds]


def characters_beside_counts(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The same, and the test loss of its probabilities mixed half and half with those of n-grams."""
    rows = []
    for seed in seeds:
        row, p = _characters(cell, generator(cell["entropy"], seed))
        if p is not None:
            x, y = _parts(cell["text"], cell["looked_at"], CONTEXT)[1]
            network = probabilities(p, x, y)
            counted = _counted(cell["text"], cell["looked_at"])
            for order in MIXED:
                row[f"mixed_{order}"] = float(-np.log((network + counted[order - 1]) / 2).mean())
        rows.append(row)
    return rows


@lru_cache(maxsize=8)
def _parts(name: str, looked_at: int, context: int) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    data = text.load(name)
    return tuple(text.windows(part[: looked_at + context], context) for part in (data.tune, data.test))


@lru_cache(maxsize=2)
def _counted(name: str, looked_at: int) -> np.ndarray:
    # -> (orders, looked_at)
    """Probabilities of the test characters by n-grams, each given what stands before it in the text."""
    data = text.load(name)
    begin = len(data.tune) + CONTEXT
    held = np.concatenate([data.tune, data.test])[: begin + looked_at]
    return ngrams.kneser_ney(data.train, held, len(data.alphabet), max(MIXED))[:, begin:]


def _characters(cell: Mapping[str, Any], rng: np.random.Generator) -> tuple[dict[str, Any], Arrays | None]:
    data = text.load(cell["text"])
    vocabulary, features, context = len(data.alphabet), cell["features"], cell.get("context", CONTEXT)
    hidden = language.hidden_for(cell["size"], vocabulary, context, features)
    p = language.init(rng, vocabulary=vocabulary, context=context, features=features, hidden=hidden)
    d = cell["examples"]
    x, y = text.windows(data.train, context)
    chosen = rng.choice(len(y), d, replace=False)  # a stretch would hold few plays, and none that is tested
    x, y = x[chosen], y[chosen]
    shown, size = cell["passes"] * d, min(BATCH["characters"], d)
    steps = steps_of(shown, d, size)
    rate, rule = falling(cell["rate"], steps), training.Adam()
    stream, done = training.batches(x, y, size, shown, rng), 0
    looks = list[list[float]]()
    best, kept = np.inf, p
    for look in range(1, cell["looks"] + 1):
        upto = round(look * steps / cell["looks"])
        last = training.train(language.loss, p, islice(stream, upto - done), rule=rule, rate=rate, first=done)
        if not np.isfinite(last):
            return {"failed": "diverged"}, None
        done = upto
        passes, rest = divmod(done, steps_of(d, d, size))
        parts = _parts(cell["text"], cell["looked_at"], context)
        looks.append([passes * d + rest * size, *(mean_loss(p, *part) for part in parts)])
        if looks[-1][1] < best:
            best, kept = looks[-1][1], {name: value.copy() for name, value in p.items()}
    table = np.array(looks)
    told = int(np.argmin(table[:, 1]))
    each = language.operations(vocabulary, context, features, hidden)
    row = {
        "test": table[told, 2],
        "tune": table[told, 1],
        "best_share": table[told, 0] / shown,
        "parameters": float(language.parameters(vocabulary, context, features, hidden)),
        "presentations": float(shown),
        "operations": float(each * shown),
        "each": float(each),
        "looks": table,
    }
    return row, kept


def mean_loss(p: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray) -> float:
    """Mean cross-entropy over all cases, in pieces that bound the memory."""
    total = 0.0
    for at in range(0, len(x), 1024):
        system, here = OrderedSystem(), slice(at, at + 1024)
        total += len(x[here]) * float(language.loss(system, system.parameters(p), x[here], y[here]).value)
    return total / len(x)


def probabilities(p: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    # -> (cases,)
    """The probability that the model gives to the character that follows, case by case."""
    found = []
    for at in range(0, len(x), 1024):
        system, here = OrderedSystem(), slice(at, at + 1024)
        a = language.scores(system, system.parameters(p), system.constant(x[here])).value.astype(float)
        shifted = np.exp(a - a.max(axis=1, keepdims=True))
        found.append(shifted[np.arange(len(a)), y[here]] / shifted.sum(axis=1))
    return np.concatenate(found)
