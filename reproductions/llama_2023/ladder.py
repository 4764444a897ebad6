"""What stands below a Llama on the same characters: chance, counts of characters, and the network of 2003."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np

from core.datasets import text, token_text
from core.learning import training
from core.learning.compiled import adam
from core.learning.ngrams import kneser_ney
from core.learning.ordered import OrderedSystem
from core.learning.seeds import generator
from core.networks import language


@lru_cache(maxsize=2)
def characters(name: str) -> text.Text:
    """The text in codes of characters, in the parts that the tokens were cut into."""
    content, sha256 = token_text.content(name)
    return text.split(name, content, sha256)


def counted(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Nats a character of the test part: uniform over the alphabet, interpolated Kneser-Ney of orders 1 to `orders`.

    Order 1 is the share of each character in the training part; `tune_k` is order k on the tuning part. Nothing is
    drawn: every seed gives the same.
    """
    data = characters(cell["text"])
    held = np.concatenate([data.tune, data.test])
    p = kneser_ney(data.train, held, len(data.alphabet), cell["orders"])
    row = {f"order_{k}": float(-np.log(one[len(data.tune) :]).mean()) for k, one in enumerate(p, start=1)}
    row |= {f"tune_{k}": float(-np.log(one[: len(data.tune)]).mean()) for k, one in enumerate(p, start=1)}
    row |= {"uniform": float(np.log(len(data.alphabet))), "characters": float(len(data.test))}
    return [row for _ in seeds]


def network_of_2003(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Nats a character of the network of Bengio et al. (2003) on the test part, at its best look on the tuning part.

    cell: text, context, features, hidden, batch, steps, rate, looks. Adam, a rate that falls as half a cosine.
    """
    return [_network(cell, seed) for seed in seeds]


def _network(cell: Mapping[str, Any], seed: int) -> dict[str, Any]:
    data, context, began = characters(cell["text"]), cell["context"], time.perf_counter()
    starting, drawing = generator(cell["entropy"], seed).spawn(2)
    shape = {"context": context, "features": cell["features"], "hidden": cell["hidden"]}
    p = language.init(starting, vocabulary=len(data.alphabet), **shape)
    x, y = text.windows(data.train, context)
    stream = _batches(x, y, cell["batch"], drawing)
    rule = training.Adam(in_place=adam.adam_in_place)
    rate = training.cosine(cell["rate"], cell["steps"], warm_up=cell["steps"] // 50 + 1)
    parts = {"tune": (data.train, data.tune), "test": (data.tune, data.test)}
    held = {name: text.windows(np.concatenate([a[-context:], b]), context) for name, (a, b) in parts.items()}
    looks, best, kept, done = [], np.inf, p, 0
    for look in range(1, cell["looks"] + 1):
        stop = round(look * cell["steps"] / cell["looks"])
        last = training.train(language.loss, p, islice(stream, stop - done), rule=rule, rate=rate, first=done)
        if not np.isfinite(last):
            return {"failed": "diverged", "at": float(stop)}
        done = stop
        tune = _mean_loss(p, *held["tune"])
        looks.append([stop, last, tune])
        if tune < best:
            best, kept = tune, {name: value.copy() for name, value in p.items()}
    table = np.array(looks)
    row = {"tune": best, "best_step": float(table[np.argmin(table[:, 2]), 0]), "looks": table}
    if not cell.get("tuning"):
        row["test"] = _mean_loss(kept, *held["test"])
    return row | {
        "parameters": float(language.parameters(len(data.alphabet), **shape)),
        "characters": float(cell["steps"] * cell["batch"]),
        "operations": float(cell["steps"] * cell["batch"] * language.operations(len(data.alphabet), **shape)),
        "seconds": time.perf_counter() - began,
    }


def _batches(
    x: np.ndarray, y: np.ndarray, size: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    while True:
        chosen = rng.integers(0, len(y), size)
        yield x[chosen], y[chosen]


def _mean_loss(p: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray) -> float:
    total = 0.0
    for at in range(0, len(x), 1024):
        system, here = OrderedSystem(), slice(at, at + 1024)
        total += len(x[here]) * float(language.loss(system, system.parameters(p), x[here], y[here]).value)
    return total / len(x)
