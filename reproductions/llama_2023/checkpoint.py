"""A model that we did not train: the checkpoint of 260,032 parameters that llama2.c tells its stories with."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from core.datasets import llama2c, store, token_text
from core.datasets.tokens import Tokenizer
from core.learning.compiled.llama import FAST
from core.learning.ordered import OrderedSystem, ordered_derivatives
from core.learning.seeds import generator
from core.networks import generation, llama
from core.networks.llama import Config
from reproductions.llama_2023 import reference

# The story of 565 characters that llama2.c's doc/stories260K.md prints for temperature 0, as UTF-8.
STORY_SHA256 = "30b2ffb07967932a88bfdf5e23b517a6f4cfcf7231db9e537360d3c12a4e4d10"
STEPS = 256
STEP = 1e-5  # of a central difference in double precision


@lru_cache(maxsize=1)
def model() -> tuple[dict[str, np.ndarray], Config, Tokenizer]:
    """Parameters, shape and tokenizer. Raises BackstoryError if a file is missing or another."""
    values, p = llama2c.checkpoint(store.read("stories260k", "checkpoint"))
    config = Config.of(values)
    return p, config, llama2c.tokenizer(store.read("stories260k", "tokenizer"), config.vocabulary)


def story(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The story told greedily from nothing, as UTF-8 bytes; whether it is the documented one; tokens a second.

    With cell["temperature"] above 0 it is drawn, another for every seed, from the tokens that hold cell["top_p"].
    """
    p, config, tokenizer = model()
    rows = []
    for seed in seeds:
        began = time.perf_counter()
        tokens = list(
            generation.write(
                p,
                config,
                tokenizer.prompt(cell.get("prompt", "")),
                STEPS,
                stop=(1,),
                temperature=cell.get("temperature", 0.0),
                top_p=cell.get("top_p", 1.0),
                rng=generator(cell["entropy"], seed),
            )
        )
        seconds = time.perf_counter() - began
        raw = tokenizer.decode(tokens).encode("utf-8")
        rows.append(
            {
                "characters": float(len(raw.decode("utf-8"))),
                "same": float(hashlib.sha256(raw).hexdigest() == STORY_SHA256),
                "tokens": float(len(tokens)),
                "seconds": seconds,
                "text": np.frombuffer(raw, np.uint8),
            }
        )
    return rows


def story_losses(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Nats a token of each story of the sample, from its beginning over at most `length` tokens; and their numbers.

    cell["stories"] limits the number, from the first on.
    """
    p, config, tokenizer = model()
    told = token_text.stories()[: cell.get("stories")]
    rows = [[1, *tokenizer.encode(one)][: config.length + 1] for one in told]
    order = np.argsort([len(row) for row in rows])
    losses, counts = np.empty(len(rows)), np.array([len(row) - 1 for row in rows])
    for at in range(0, len(order), 16):  # stories of like length together; what pads them comes after all that counts
        here = order[at : at + 16]
        longest = max(len(rows[k]) for k in here)
        padded = np.array([rows[k] + [0] * (longest - len(rows[k])) for k in here])
        found = llama.surprises(p, padded, config, FAST)
        for k, line in zip(here, found, strict=True):
            losses[k] = line[: counts[k]].mean(dtype=float)
    mean = float(np.average(losses, weights=counts))
    row = {"a_token": mean, "a_story": float(losses.mean()), "losses": losses, "tokens": counts.astype(float)}
    return [row for _ in seeds]


def probabilities(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Distributions along the greedy story: entropy at each temperature, five likeliest, shares of 1, 10 and 100."""
    p, config, tokenizer = model()
    tokens = [1, *generation.write(p, config, [1], STEPS, stop=(1,))]
    system = OrderedSystem()
    given = {name: system.constant(value) for name, value in p.items()}
    a = llama.scores(system, given, np.array([tokens[:-1]]), config, FAST).value.astype(float)
    found = [_softmax(a / t) for t in cell["temperatures"]]
    likely = _softmax(a)
    top = np.argsort(-likely, axis=1)[:, :5]
    sorted_ = np.sort(likely, axis=1)[:, ::-1]
    pieces = [tokenizer.raw(token).decode("utf-8", "replace") for token in range(config.vocabulary)]
    row = {
        "entropy": np.array([-np.sum(q * np.log(np.maximum(q, 1e-300)), axis=1) for q in found]),
        "top": top,
        "top_probability": np.take_along_axis(likely, top, axis=1),
        "chosen": np.array(tokens[1:]),
        "shares": np.array([sorted_[:, :k].sum(axis=1) for k in (1, 10, 100)]),
        "pieces": np.array(pieces),
    }
    return [row for _ in seeds]


def _softmax(a: np.ndarray) -> np.ndarray:
    p = np.exp(a - a.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def derivatives(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """All derivatives of one sentence's mean loss by our walk, beside the reference and beside measured slopes.

    `measured` is the largest difference from central differences of cell["sample"] parameters drawn for the seed, over
    the largest slope, in double precision; `reference` that of all derivatives from those of `transformers`, in single
    precision, tensor by tensor, over the tensor's largest slope; absent where it is not installed. `reference_exact`
    and `single` are how far the reference and we are, in single precision, from our derivatives in double precision.
    """
    p, config, tokenizer = model()
    tokens = np.array([tokenizer.prompt(cell["sentence"])])
    exact, single = _slopes(p, config, tokens, np.float64), _slopes(p, config, tokens, np.float32)
    names = list(p)
    row = {
        "loss": exact[0],
        "numbers": float(sum(slope.size for slope in exact[1].values())),
        "norms": np.array([np.linalg.norm(exact[1][name]) for name in names]),
        "names": np.array(names),
        "single": max(_apart(single[1][name], exact[1][name]) for name in names),
    }
    theirs = reference.slopes(p, config, tokens)
    if theirs is not None:
        row["reference"] = max(_apart(theirs[name], single[1][name]) for name in names)
        row["reference_exact"] = max(_apart(theirs[name], exact[1][name]) for name in names)
    ends = np.cumsum([p[name].size for name in names])
    rows = []
    for seed in seeds:
        chosen = np.sort(generator(cell["entropy"], seed).choice(ends[-1], cell["sample"], replace=False))
        pairs = np.array([_measured(p, config, tokens, names, ends, place, exact[1]) for place in chosen])
        largest = float(np.abs(pairs[:, 0]).max())
        rows.append(row | {"measured": float(np.abs(pairs[:, 1] - pairs[:, 0]).max()) / largest, "pairs": pairs})
    return rows


def _apart(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


def _slopes(
    p: Mapping[str, np.ndarray], config: Config, tokens: np.ndarray, kind: Any
) -> tuple[float, dict[str, np.ndarray]]:
    system = OrderedSystem()
    given = system.parameters({name: value.astype(kind) for name, value in p.items()})
    loss = llama.loss(system, given, tokens[:, :-1], tokens[:, 1:], config, FAST)
    return float(loss.value), dict(ordered_derivatives(loss, forget=True))


def _measured(
    p: Mapping[str, np.ndarray],
    config: Config,
    tokens: np.ndarray,
    names: Sequence[str],
    ends: np.ndarray,
    place: int,
    exact: Mapping[str, np.ndarray],
) -> tuple[float, float]:
    """The derivative by one parameter and its measured slope."""
    which = int(np.searchsorted(ends, place, side="right"))
    name = names[which]
    at = np.unravel_index(place - ends[which] + p[name].size, p[name].shape)
    found = []
    for sign in (1, -1):
        values = {n: v.astype(float) for n, v in p.items()}
        values[name][at] += sign * STEP
        system = OrderedSystem()
        given = {n: system.constant(v) for n, v in values.items()}
        found.append(float(llama.loss(system, given, tokens[:, :-1], tokens[:, 1:], config, FAST).value))
    return float(exact[name][at]), (found[0] - found[1]) / (2 * STEP)


def pooled(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Loss when the four heads of keys and values are made one, untrained: by their mean, the first, or new weights.

    Ainslie et al. (2023) find the mean best before further training. New weights are drawn for the seed.
    """
    p, config, tokenizer = model()
    told = [[1, *tokenizer.encode(one)] for one in token_text.stories()]
    length = cell["length"]
    seen = np.array([one[: length + 1] for one in told if len(one) > length][: cell["stories"]])
    narrow = Config(**{**vars(config), "groups": 1})
    row = {"four": float(llama.surprises(p, seen, config, FAST).mean(dtype=float))}
    rows = []
    for seed in seeds:
        rng = generator(cell["entropy"], seed)
        found = {}
        for way in ("mean", "first", "new"):
            changed = dict(p)
            for name in (name for name in p if name.endswith((".wk", ".wv"))):
                heads = p[name].reshape(config.groups, config.head_size, -1)
                changed[name] = {
                    "mean": heads.mean(axis=0),
                    "first": heads[0],
                    "new": (rng.standard_normal(heads[0].shape) * heads.std()).astype(np.float32),
                }[way]
            found[way] = float(llama.surprises(changed, seen, narrow, FAST).mean(dtype=float))
        rows.append(row | found)
    return rows
