"""What the architecture papers promise of their parts, tried on numbers: positions, groups, norms, sizes and costs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.learning.compiled.llama import FAST
from core.learning.operation_counts import count
from core.learning.ops import centred, linear, mean_cross_entropy, rms_norm, rotary
from core.learning.ordered import OrderedSystem, ordered_derivatives
from core.learning.seeds import generator
from core.networks import llama, llama_sizes
from core.networks.llama import Config
from reproductions.llama_2023.training import config_of

PUBLISHED = {
    "stories260K": llama_sizes.STORIES_260K,
    "Llama 3.2 1B": llama_sizes.LLAMA_3_2_1B,
    "Llama 3.1 8B": llama_sizes.LLAMA_3_1_8B,
    "Llama 3.1 405B": llama_sizes.LLAMA_3_1_405B,
}


def positions(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Scores q_i . k_j of one query and one key turned to every pair of positions, by their distance.

    `spread` is the largest difference between scores of the same distance, over the largest score: 0 if only i - j
    counts. `bound` is the mean of |S_k| over pairs by distance, Su et al. (2021) section 3.4.3, equation 37; `sizes`
    the root mean square of the score itself over `draws` queries and keys with unit normal numbers.
    """
    size, length = cell["head_size"], cell["length"]
    config = Config(1, size, 1, 1, 1, 1, length, pairing=cell["pairing"], theta=cell["theta"])
    tables = llama.tables(config, length)
    rows = []
    for seed in seeds:
        rng, worst, squares = generator(cell["entropy"], seed), 0.0, np.zeros(length)
        for _ in range(cell["draws"]):
            q, k = (np.repeat(rng.standard_normal((1, size)), length, axis=0) for _ in range(2))
            turned = [rotary(v, pairing=cell["pairing"], **tables)[0].reshape(length, size) for v in (q, k)]
            score = turned[0] @ turned[1].T
            by_distance = score[:, 0]
            told = np.subtract.outer(np.arange(length), np.arange(length))
            behind = told >= 0
            worst = max(worst, float(np.abs(score - by_distance[told])[behind].max() / np.abs(score).max()))
            squares += by_distance**2
        phases = np.exp(1j * np.outer(np.arange(length), llama.frequencies(config)))
        bound = np.abs(np.cumsum(phases, axis=1)).mean(axis=1)
        rows.append({"spread": worst, "bound": bound, "sizes": np.sqrt(squares / cell["draws"])})
    return rows


def groups(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Grouped queries against heads of keys and values repeated for each: largest difference of scores; and caches."""
    config = config_of(cell)
    wide = replace(config, groups=config.heads)
    rows = []
    for seed in seeds:
        rng = generator(cell["entropy"], seed)
        p = {k: v + 0.1 * rng.standard_normal(v.shape) for k, v in llama.init(rng, config, float).items()}
        repeated = dict(p)
        for name in (name for name in p if name.endswith((".wk", ".wv"))):
            heads = p[name].reshape(config.groups, config.head_size, -1)
            repeated[name] = np.repeat(heads, config.heads // config.groups, axis=0).reshape(-1, config.width)
        tokens = rng.integers(0, config.vocabulary, (2, config.length))
        found = []
        for weights, shape in ((p, config), (repeated, wide)):
            system = OrderedSystem()
            given = {name: system.constant(value) for name, value in weights.items()}
            found.append(llama.scores(system, given, tokens, shape, FAST).value)
        rows.append(
            {
                "difference": float(np.abs(found[0] - found[1]).max() / np.abs(found[1]).max()),
                "cache_ratio": llama_sizes.cache_bytes(wide, 1) / llama_sizes.cache_bytes(config, 1),
            }
        )
    return rows


def norms(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """RMSNorm of numbers of mean zero against layer normalisation, and of rescaled numbers against the plain ones."""
    rows = []
    for seed in seeds:
        rng = generator(cell["entropy"], seed)
        x, g = rng.standard_normal((cell["cases"], cell["width"])), rng.standard_normal(cell["width"])
        x -= x.mean(axis=1, keepdims=True)
        layer = (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True) * g
        plain = rms_norm(x, g, epsilon=0.0)[0]
        larger = rms_norm(7.0 * x, g, epsilon=0.0)[0]
        shifted = rms_norm(x + 1.0, g, epsilon=0.0)[0]
        rows.append(
            {
                "layer": float(np.abs(plain - layer).max()),
                "rescaled": float(np.abs(larger - plain).max()),
                "recentred": float(np.abs(shifted - plain).max()),
                "layer_recentred": float(np.abs(rms_norm(centred(x + 1.0)[0], g, epsilon=0.0)[0] - layer).max()),
            }
        )
    return rows


def sizes(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Parameters of the published shapes, and bytes of keys and values at cell["positions"] tokens, 2 a number."""
    row: dict[str, float] = {}
    for name, config in PUBLISHED.items():
        row[f"{name}: parameters"] = float(llama.count(config))
        row[f"{name}: cache"] = float(llama_sizes.cache_bytes(config, cell["positions"]))
        row[f"{name}: cache without groups"] = float(
            llama_sizes.cache_bytes(replace(config, groups=config.heads), cell["positions"])
        )
        row[f"{name}: hidden over width"] = config.hidden / config.width
    return [row for _ in seeds]


def costs(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Multiplications a token counted on the ordered system, beside 2N and 6N; and the two walks by the clock."""
    config = config_of(cell)
    rows = []
    for seed in seeds:
        rng = generator(cell["entropy"], seed)
        p, tokens = llama.init(rng, config), rng.integers(0, config.vocabulary, (cell["batch"], config.length + 1))
        times = []
        for _ in range(cell["rounds"] + 1):
            system, began = OrderedSystem(), time.perf_counter()
            loss = llama.loss(system, system.parameters(p), tokens[:, :-1], tokens[:, 1:], config, FAST)
            between = time.perf_counter()
            ordered_derivatives(loss, forget=True)
            times.append((between - began, time.perf_counter() - between))
        found, shown = count(loss), tokens[:, 1:].size
        there, back = np.median(times[1:], axis=0)
        total = llama.count(config)
        rows.append(
            {
                "forward": found.forward / shown,
                "backward": found.backward / shown,
                "parameters": float(total),
                "of_2n": found.forward / shown / total,  # a multiplication is counted once, so 2N operations are N here
                "of_6n": (found.forward + found.backward) / shown / (3 * total),
                "ratio": found.backward / found.forward,
                "seconds_forward": float(there),
                "seconds_backward": float(back),
                "seconds_ratio": float(back / there),
            }
        )
    return rows


def at_the_scores(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The loss of an untrained output of cell["vocabulary"] tokens beside ln V; its slope at the scores, and p - y."""
    rows = []
    for seed in seeds:
        rng = generator(cell["entropy"], seed)
        width, vocabulary, cases = cell["width"], cell["vocabulary"], cell["cases"]
        h, w = rng.standard_normal((cases, width)), llama.SPREAD * rng.standard_normal((vocabulary, width))
        tokens = rng.integers(0, vocabulary, cases)
        system = OrderedSystem()
        a = system.apply(linear, system.parameter("h", h), system.parameter("w", w))
        loss = system.apply(mean_cross_entropy, a, system.constant(tokens))
        found = ordered_derivatives(loss).of(a) * cases
        p = np.exp(a.value - a.value.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(cases), tokens] -= 1
        rows.append(
            {
                "loss": float(loss.value),
                "ln_v": float(np.log(vocabulary)),
                "difference": float(np.abs(found - p).max()),
                "smallest": float(np.sort(np.abs(p), axis=1)[:, : vocabulary // 2].max()),
            }
        )
    return rows


def ordered_block(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The ordered system of one layer, entry by entry, for a picture: what it is, its inputs' places and its shape.

    `entries` names each ("x", a parameter, or its op), `inputs` (E, 3) holds earlier places and -1 where there is none,
    `sizes` its numbers and `walked` the order in which the backward walk comes to those that an op made.
    """
    config = config_of(cell)
    rows = []
    for seed in seeds:
        p = llama.init(generator(cell["entropy"], seed), config)
        system = OrderedSystem()
        x = system.parameter("x", np.ones((config.length, config.width), np.float32))
        names = [name for name in p if name.startswith("0.")]
        given = system.parameters({name: p[name] for name in names})
        llama.block(system, x, given, 0, config, llama.tables(config, config.length, np.float32))
        inputs = np.full((len(system.entries), 3), -1.0)
        for entry in system.entries:
            inputs[entry.index, : len(entry.inputs)] = [source.index for source in entry.inputs]
        called = [entry.op.name if entry.op else (entry.name or "").removeprefix("0.") for entry in system.entries]
        made = [entry.index for entry in reversed(system.entries) if entry.op]
        rows.append(
            {
                "entries": np.array(called),
                "inputs": inputs,
                "sizes": np.array([entry.value.size for entry in system.entries], float),
                "walked": np.array(made, float),
            }
        )
    return rows
