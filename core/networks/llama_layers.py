"""All derivatives of a Llama too large to be walked back at once: one layer at a time, the last one first.

Weights are asked for by name when their layer comes, twice in all, so they may lie in files; what is kept between
layers is the stream that enters each. Every layer is an ordered system of its own, walked back from the derivative
that the layer after it left: the chain rule is still applied in `ordered_derivatives` and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from core.learning.ops import multiply
from core.learning.ordered import Derivatives, Entry, OrderedSystem, ordered_derivatives
from core.networks.llama import PLAIN, Config, Ops, block, normed, output, shapes, tables

Weights = Mapping[str, np.ndarray]


def streams(weights: Weights, tokens: np.ndarray, config: Config, ops: Ops = PLAIN) -> list[np.ndarray]:
    # tokens (B, T) -> L + 1 arrays (B T, D)
    """What enters every layer, and what leaves the last one."""
    found = [np.array(weights["embedding"][np.ravel(tokens)])]
    angles = tables(config, tokens.shape[-1], found[0].dtype)
    for layer in range(config.layers):
        system = OrderedSystem()
        given = {name: system.constant(weights[name]) for name in _names(config, layer)}
        found.append(block(system, system.constant(found[-1]), given, layer, config, angles, ops).value)
    return found


def _names(config: Config, layer: int) -> list[str]:
    return [name for name in shapes(config) if name.startswith(f"{layer}.")]


def scores(weights: Weights, last: np.ndarray, config: Config, ops: Ops = PLAIN) -> np.ndarray:
    # (N, D) -> (N, V)
    """Scores of all tokens from what leaves the last layer."""
    system = OrderedSystem()
    h = normed(system, system.constant(last), {"norm": system.constant(weights["norm"])}, "norm", config, ops)
    return system.apply(ops["linear"], h, system.constant(output(weights, config))).value


def slopes_by_layer(
    weights: Weights,
    tokens: np.ndarray,
    following: np.ndarray,
    entered: list[np.ndarray],
    config: Config,
    ops: Ops = PLAIN,
) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    """Derivatives of the mean cross-entropy of the tokens that follow, as (part, derivatives by name), last part first.

    Parts are "output", the layers from the last to "0", and "embedding"; `entered` is what `streams` found. What is
    given may be dropped at once: then no more than one layer's derivatives and the output's are held. With a tied
    output the part "output" has the last norm alone, and the embedding comes at the end with both its shares.
    """
    system = OrderedSystem()
    x, table = system.parameter("x", entered[-1]), system.parameter("table", output(weights, config))
    gain = system.parameter("norm", weights["norm"])
    h = normed(system, x, {"norm": gain}, "norm", config, ops)
    found = ordered_derivatives(system.apply(ops["next_token_loss"], h, table, system.constant(following)), forget=True)
    back, shared = found["x"], found["table"]
    last = {"norm": found["norm"]}
    if not config.tied:
        last["output"] = shared
    del system, x, table, gain, h, found
    yield "output", last
    if not config.tied:
        del shared
    del last
    angles = tables(config, tokens.shape[-1], back.dtype)
    for layer in reversed(range(config.layers)):
        names = _names(config, layer)
        slopes = _walked_back(weights, names, layer, entered[layer], back, config, angles, ops)
        back = slopes["x"]
        yield str(layer), {name: slopes[name] for name in names}
        del slopes
    whole = shared if config.tied else np.zeros((config.vocabulary, config.width), back.dtype)
    np.add.at(whole, np.ravel(tokens), back)
    yield "embedding", {"embedding": whole}


def _walked_back(
    weights: Weights,
    names: list[str],
    layer: int,
    entered: np.ndarray,
    back: np.ndarray,
    config: Config,
    angles: Mapping[str, np.ndarray],
    ops: Ops,
) -> Derivatives:
    """Derivatives of y . back, y what leaves the layer: those of the loss, if `back` is its derivative by y."""
    system = OrderedSystem()
    x = system.parameter("x", entered)
    given: dict[str, Entry] = system.parameters({name: weights[name] for name in names})
    y = block(system, x, given, layer, config, angles, ops)
    return ordered_derivatives(system.apply(multiply, y, system.constant(back)), forget=True)
