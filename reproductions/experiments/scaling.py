"""The experiments of `scaling`: digits and characters, by the size of the network and of the training set."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from core.datasets import mnist, text
from core.evidence.seeds import generator
from core.learning import minibatch
from core.learning.ops import affine, tanh
from core.learning.ops.classes import mean_cross_entropy
from core.learning.ordered import Entry, OrderedSystem
from core.networks import dense, language

BATCH = {"digits": 100, "characters": 256}
CONTEXT = 8  # characters that the language model sees
MARKS = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 3 / 4, 1)  # shares of training at which it is looked at


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
    p, size = start(rng, sizes), min(BATCH["digits"], len(x))
    cases = cell["shown"]
    steps = -(-cases // size) + cases // len(x) + 1  # passes may end with a smaller batch
    last = minibatch.train(
        classifier, p, minibatch.batches(x, y, size, cases, rng), rule=minibatch.Plain(),
        rate=falling(cell["rate"], steps),
    )  # fmt: skip
    if not np.isfinite(last):
        return {"failed": "diverged"}
    system = OrderedSystem()
    a = _scores(system, system.parameters(p), seen_x).value
    wrong = float(np.mean(a.argmax(axis=1) != seen_y))
    loss, _ = mean_cross_entropy(a, seen_y)
    return {
        "error": wrong, "error_se": float(np.sqrt(wrong * (1 - wrong) / len(a))), "loss": float(loss),
        "parameters": float(sum(v.size for v in p.values())), "shown": float(cases),
        "operations": float(cases * dense.operations(sizes)),
    }  # fmt: skip


def characters(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Tuning and test loss, nats a character, of a language model of a given size along its training.

    The test loss told is that at the look with the least tuning loss.
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
    begin = int(rng.integers(0, len(data.train) - cell["examples"] - CONTEXT + 1))
    x, y = text.windows(data.train[begin : begin + cell["examples"] + CONTEXT], CONTEXT)
    steps = -(-cell["shown"] // BATCH["characters"]) + cell["shown"] // len(x) + 1
    rate, rule = falling(cell["rate"], steps), minibatch.Adam()
    stream = minibatch.batches(x, y, BATCH["characters"], cell["shown"], rng)
    looks, done, shown = [], 0, 0
    for mark in MARKS:
        here = []
        while shown < mark * cell["shown"] and (batch := next(stream, None)) is not None:
            here.append(batch)
            shown += len(batch[0])
            if len(here) == 64 or shown >= mark * cell["shown"]:
                last = minibatch.train(language.loss, p, iter(here), rule=rule, rate=rate, first=done)
                if not np.isfinite(last):
                    return {"failed": "diverged"}
                done += len(here)
                here = []
        looks.append([shown, *(mean_loss(p, *part) for part in _parts(cell["text"], cell["looked_at"]))])
    table = np.array(looks)
    best = int(np.argmin(table[:, 1]))
    size = language.parameters(vocabulary, CONTEXT, features, hidden)
    each = language.operations(vocabulary, CONTEXT, features, hidden)
    return {
        "test": table[best, 2], "tune": table[best, 1], "best_share": table[best, 0] / cell["shown"],
        "parameters": float(size), "operations": float(each * cell["shown"]), "each": float(each), "looks": table,
    }  # fmt: skip


def mean_loss(p: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray) -> float:
    """Mean cross-entropy over all cases, in pieces that bound the memory."""
    total = 0.0
    for at in range(0, len(x), 4096):
        system = OrderedSystem()
        total += float(language.loss(system, system.parameters(p), x[at : at + 4096], y[at : at + 4096]).value) * len(
            x[at : at + 4096]
        )
    return total / len(x)


def ngrams(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Loss of interpolated Kneser-Ney models of orders 1 to cell["orders"], discount 0.75, on the last tenth.

    `same_k` is the loss on the very characters on which the language models are tested.
    """
    data = text.load(cell["text"])
    held = np.concatenate([data.tune, data.test])
    p = kneser_ney(data.train, held, len(data.alphabet), cell["orders"])
    begin = len(data.tune) + CONTEXT
    row = {f"order_{k}": float(-np.log(one).mean()) for k, one in enumerate(p, start=1)}
    row |= {
        f"same_{k}": float(-np.log(one[begin : begin + cell["looked_at"]]).mean()) for k, one in enumerate(p, start=1)
    }
    return [row for _ in seeds]


def speed(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Floating-point operations a second of one core here, in products of single-precision matrices."""
    a = np.ones((1024, 1024), np.float32)
    a @ a
    began = time.perf_counter()
    for _ in range(10):
        a @ a
    return [{"speed": 10 * 2 * 1024.0**3 / (time.perf_counter() - began)} for _ in seeds]


def kneser_ney(train: np.ndarray, held: np.ndarray, vocabulary: int, orders: int, discount: float = 0.75) -> np.ndarray:
    # -> (orders, len(held))
    """Probability of every character of `held` given the k - 1 before it, k = 1..orders, by interpolated Kneser-Ney.

    The order asked for uses counts, lower ones the number of different characters that come before. Contexts that
    would reach before the start of `held` are those of as many characters as there are.
    Source: Kneser and Ney (1995); Chen and Goodman (1999).
    """
    found = []
    for order in range(1, orders + 1):
        p = np.full(len(held), 1.0 / vocabulary)
        for k in range(1, order + 1):
            p = _interpolate(p, train, held, vocabulary, k, raw=k == order, discount=discount)
        found.append(p)
    return np.array(found)


def _codes(codes: np.ndarray, length: int, vocabulary: int) -> np.ndarray:
    """Every run of `length` characters as one whole number."""
    runs = np.lib.stride_tricks.sliding_window_view(codes.astype(np.int64), length)
    return np.asarray(runs @ (vocabulary ** np.arange(length - 1, -1, -1, dtype=np.int64)))


def _interpolate(
    lower: np.ndarray, train: np.ndarray, held: np.ndarray, vocabulary: int, k: int, *, raw: bool, discount: float
) -> np.ndarray:
    if raw:
        grams, counts = np.unique(_codes(train, k, vocabulary), return_counts=True)
    else:  # how many different characters come before each run of k
        longer = np.unique(_codes(train, k + 1, vocabulary))
        grams, counts = np.unique(longer % vocabulary**k, return_counts=True)
    contexts, first, kinds = np.unique(grams // vocabulary, return_index=True, return_counts=True)
    totals = np.add.reduceat(counts, first)
    p = lower.copy()
    if k > len(held):
        return p
    wanted = _codes(held, k, vocabulary)
    at = np.minimum(np.searchsorted(grams, wanted), len(grams) - 1)
    count = np.where(grams[at] == wanted, counts[at], 0)
    where = np.minimum(np.searchsorted(contexts, wanted // vocabulary), len(contexts) - 1)
    seen = contexts[where] == wanted // vocabulary
    total = np.where(seen, totals[where], 1)
    share = np.maximum(count - discount, 0) / total + discount * kinds[where] / total * lower[k - 1 :]
    p[k - 1 :] = np.where(seen, share, lower[k - 1 :])
    return p
