"""Llamas trained on text in byte-pair tokens: what they learn, and what each of their parts is worth."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from core.datasets import token_text
from core.datasets.token_text import TokenText
from core.learning import training
from core.learning.compiled import adam
from core.learning.compiled.llama import FAST
from core.learning.ordered import Entry, OrderedSystem
from core.learning.seeds import generator
from core.networks import generation, llama, llama_sizes
from core.networks.llama import Config

BETAS = (0.9, 0.95)  # of AdamW, LLaMA 2.3
SHAPE = ("width", "layers", "heads", "groups", "hidden", "length")
PARTS = ("tied", "gate", "norm", "positions")
SHARES = (1, 10, 100)  # how much probability the first so many tokens hold
SHOWN = 200  # probabilities that are kept of a distribution, the largest first


def config_of(cell: Mapping[str, Any]) -> Config:
    """The shape that a cell asks for, Llama's own parts unless it names others."""
    given = {name: cell[name] for name in (*SHAPE, *PARTS) if name in cell}
    return Config(vocabulary=cell["vocabulary"], **given)


def learn(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Train a Llama from scratch; nats a character on the tuning part at every look, on the test part at the best look.

    cell: text, vocabulary and shape; batch, steps, rate, warm_up; clip (0 is none), decay and schedule (cosine or
    constant); looks; and optionally parts that are not Llama's own, `moments`, steps at which the distribution after
    `prompt` and a text written from it are kept, and `tuning`, which leaves the test part alone.
    Runs of one seed see the same batches, whatever their nets.
    """
    return [_learn(cell, seed) for seed in seeds]


def _learn(cell: Mapping[str, Any], seed: int) -> dict[str, Any]:
    data = token_text.load(cell["text"], cell["vocabulary"])
    config, began = config_of(cell), time.perf_counter()
    starting, drawing = generator(cell["entropy"], seed).spawn(2)
    p = llama.init(starting, config)
    rule = training.Adam(*BETAS, decay=cell["decay"], in_place=adam.adam_in_place)
    rate = _rate(cell)
    stream = windows(data.train, config.length, cell["batch"], drawing)
    row: dict[str, Any] = {
        "parameters": float(llama.count(config)),
        "start": first_loss(p, config, data, cell["batch"]),
    }
    moments = sorted(set(cell.get("moments", ())))
    seen_at = {round(k * cell["steps"] / cell["looks"]) for k in range(1, cell["looks"] + 1)}
    stops = sorted(seen_at | set(moments))
    looks, best, kept, done = [], np.inf, p, 0
    seen: list[dict[str, np.ndarray]] = []
    for stop in stops:
        if stop > done:
            last = training.train(
                _loss(config),
                p,
                islice(stream, stop - done),
                rule=rule,
                rate=rate,
                first=done,
                clip=cell["clip"] or None,
            )
            if not np.isfinite(last):
                return row | {"failed": "diverged", "at": float(stop)}
            done = stop
        if stop in moments:
            seen.append(moment(p, config, data, cell["prompt"], cell["written"], seed))
        if stop in seen_at:
            tune = nats_a_character(p, config, data, "tune")
            if not np.isfinite(tune):
                return row | {"failed": "diverged", "at": float(stop)}
            looks.append([stop, last, tune])
            if tune < best:
                best, kept = tune, {name: value.copy() for name, value in p.items()}
    table = np.array(looks)
    row |= {"tune": best, "best_step": float(table[np.argmin(table[:, 2]), 0]), "looks": table}
    if not cell.get("tuning"):
        row["test"] = nats_a_character(kept, config, data, "test")
    if seen:
        row |= {f"moment_{name}": np.array([one[name] for one in seen]) for name in seen[0]}
        row["moment_steps"] = np.array(moments)
    tokens = cell["steps"] * cell["batch"] * config.length
    matrices, pairs = llama_sizes.operations(config, config.length)
    return row | {
        "tokens": float(tokens),
        "operations": 3 * tokens * (matrices + pairs),
        "seconds": time.perf_counter() - began,
    }


def _loss(config: Config) -> training.Loss:
    def loss(system: OrderedSystem, p: Mapping[str, Entry], x: np.ndarray, y: np.ndarray) -> Entry:
        return llama.loss(system, p, x, y, config, FAST)

    return loss


def _rate(cell: Mapping[str, Any]) -> Any:
    if cell.get("schedule", "cosine") == "cosine":
        return training.cosine(cell["rate"], cell["steps"], warm_up=cell["warm_up"])
    return lambda k: cell["rate"] * min(1.0, (k + 1) / max(1, cell["warm_up"]))


def windows(
    tokens: np.ndarray, length: int, batch: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Batches of stretches drawn from anywhere in the text, (B, T), and the tokens that follow."""
    runs = np.lib.stride_tricks.sliding_window_view(tokens, length + 1)
    while True:
        chosen = runs[rng.integers(0, len(runs), batch)]
        yield chosen[:, :-1], chosen[:, 1:]


def first_loss(p: Mapping[str, np.ndarray], config: Config, data: TokenText, batch: int) -> float:
    """Nats a token before any step, on the beginning of the training text: about ln V."""
    size = batch * config.length
    seen = data.train[: size - size % (config.length + 1)].reshape(-1, config.length + 1)
    return float(llama.surprises(p, seen, config, FAST).mean())


def nats_a_character(p: Mapping[str, np.ndarray], config: Config, data: TokenText, part: str, batch: int = 8) -> float:
    """-log probability of the tuning or the test part, over its characters; each token sees at least half a length.

    One way of cutting the text into tokens is scored, the tokenizer's; others would add to the probability, so that
    this is an upper bound of the loss of a model of characters.
    """
    length = config.length
    kept = length // 2 or 1
    whole = np.concatenate([data.train[-length:], data.held])
    begin, end = (length, length + data.tuned) if part == "tune" else (length + data.tuned, len(whole))
    starts = np.arange(begin, end, kept) - (length - kept) - 1
    padded = np.concatenate([whole, np.zeros(length, whole.dtype)])
    runs = np.lib.stride_tricks.sliding_window_view(padded, length + 1)
    total = 0.0
    for at in range(0, len(starts), batch):
        here = starts[at : at + batch]
        found = llama.surprises(p, runs[here], config, FAST)[:, -kept:]
        places = here[:, None] + np.arange(length + 1 - kept, length + 1)
        total += float(found[places < end].sum(dtype=float))
    return total / data.characters[part]


def moment(
    p: Mapping[str, np.ndarray], config: Config, data: TokenText, prompt: str, written: int, seed: int
) -> dict[str, np.ndarray]:
    """The distribution after a prompt, largest first, its entropy in nats, shares of its head; texts as UTF-8 bytes.

    `greedy` takes the likeliest token every time, `drawn` draws at temperature 0.8; both are padded with zeros.
    """
    tokens, scores = data.tokenizer.prompt(prompt), []
    texts = {}
    for name, temperature in (("greedy", 0.0), ("drawn", 0.8)):
        stream = generation.write(
            p,
            config,
            tokens,
            written,
            temperature=temperature,
            rng=generator(written, seed),
            look=lambda a: scores.append(a.astype(float)),
        )
        raw = data.tokenizer.decode(stream).encode("utf-8")[: 8 * written]
        texts[name] = np.frombuffer(raw.ljust(8 * written, b"\0"), np.uint8)
    likely = np.exp(scores[0] - scores[0].max())
    likely = np.sort(likely / likely.sum())[::-1]
    entropy = -np.sum(likely * np.log(np.maximum(likely, 1e-300)))
    return texts | {
        "probabilities": likely[:SHOWN],
        "shares": np.array([likely[:k].sum() for k in SHARES]),
        "entropy": np.array(entropy),
    }
