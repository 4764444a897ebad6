"""Llama (Touvron et al. 2023 and its successors): from a configuration to a forward pass in the ordered system.

Parameters are a dict of arrays, every matrix stored with a row for each output: "embedding" (V, D); for layer l
"l.attention_norm" (D,), "l.wq" (H S, D), "l.wk" and "l.wv" (G S, D), "l.wo" (D, H S), "l.feed_norm" (D,), "l.w1" and
"l.w3" (F, D), "l.w2" (D, F); "norm" (D,); and "output" (V, D) unless it is tied to the embedding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from core.learning.ops import (
    add,
    attention,
    centred,
    embedding,
    linear,
    next_token_loss,
    relu,
    rms_norm,
    rotary,
    swiglu,
)
from core.learning.ordered import Entry, OrderedSystem

Ops = Mapping[str, Callable[..., Any]]
PLAIN: Ops = {op.__name__: op for op in (embedding, linear, rms_norm, rotary, attention, swiglu, next_token_loss)}
SPREAD = 0.02  # standard deviation of initial weights, as in llama2.c


@dataclass(frozen=True)
class Config:
    """The shape of a Llama. Lengths are in tokens; `scaling` is Llama 3's (factor, low, high, original length).

    The last three are Llama's own unless one of them is left out to see what it is for: gate "relu" (two matrices
    with a ReLU between), norm "layer" (the mean taken away first) or "none", positions "learned" or "none".
    """

    vocabulary: int
    width: int
    layers: int
    heads: int
    groups: int
    hidden: int
    length: int
    head_size: int = 0
    tied: bool = True
    theta: float = 10000.0
    epsilon: float = 1e-5
    pairing: str = "adjacent"
    scaling: tuple[float, float, float, float] | None = None
    gate: str = "swiglu"
    norm: str = "rms"
    positions: str = "rotary"

    def __post_init__(self) -> None:
        if not self.head_size:
            object.__setattr__(self, "head_size", self.width // self.heads)
        if self.heads % self.groups or self.head_size % 2:
            raise ValueError(f"{self.heads} heads of {self.head_size} numbers do not make {self.groups} equal groups")

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Config:
        """A configuration from what a reader of files found; keys that belong to the files alone are left."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})


def shapes(config: Config) -> dict[str, tuple[int, ...]]:
    """The shape of every parameter, by name."""
    c, queries, keys = config, config.heads * config.head_size, config.groups * config.head_size
    found: dict[str, tuple[int, ...]] = {"embedding": (c.vocabulary, c.width)}
    if c.positions == "learned":
        found["positions"] = (c.length, c.width)
    for layer in range(c.layers):
        found |= {
            f"{layer}.{name}": shape
            for name, shape in {
                "attention_norm": (c.width,),
                "wq": (queries, c.width),
                "wk": (keys, c.width),
                "wv": (keys, c.width),
                "wo": (c.width, queries),
                "feed_norm": (c.width,),
                "w1": (c.hidden, c.width),
                "w2": (c.width, c.hidden),
                "w3": (c.hidden, c.width),
            }.items()
            if not (name == "w3" and c.gate == "relu") and not (name.endswith("norm") and c.norm == "none")
        }
    if c.norm != "none":
        found["norm"] = (c.width,)
    return found if c.tied else found | {"output": (c.vocabulary, c.width)}


def count(config: Config) -> int:
    """Free parameters."""
    return sum(int(np.prod(shape, dtype=object)) for shape in shapes(config).values())


def init(rng: np.random.Generator, config: Config, kind: Any = np.float32) -> dict[str, np.ndarray]:
    """Gaussian weights of standard deviation 0.02, 0.02 / sqrt(2 L) in the two that end in the stream; gains 1.

    llama2.c shrinks w3 in place of w2, which its own remark does not mean; here it is w2.
    """
    found = {}
    for name, shape in shapes(config).items():
        if len(shape) == 1:
            found[name] = np.ones(shape, kind)
        else:
            spread = SPREAD / np.sqrt(2 * config.layers) if name.endswith((".wo", ".w2")) else SPREAD
            found[name] = (spread * rng.standard_normal(shape)).astype(kind)
    return found


def frequencies(config: Config) -> np.ndarray:
    # -> (S/2,)
    """Angle by which each pair turns from one position to the next: theta^(-2i/S); slow ones slower in Llama 3.

    Pairs that turn around less than `low` times within the original length turn `factor` times more slowly, those
    that do so more than `high` times as before, and those between go from one to the other in a straight line.
    """
    found = config.theta ** (-np.arange(0, config.head_size, 2) / config.head_size)
    if config.scaling is None:
        return found
    factor, low, high, original = config.scaling
    turns = original * found / (2 * np.pi)
    kept = np.clip((turns - low) / (high - low), 0, 1)
    return found * (kept + (1 - kept) / factor)


def tables(config: Config, length: int, kind: Any = np.float64) -> dict[str, np.ndarray]:
    """Cosines and sines of the angles of the first `length` positions, (T, S/2); no angles without rotary positions."""
    turned = frequencies(config) if config.positions == "rotary" else np.zeros(config.head_size // 2)
    angles = np.outer(np.arange(length), turned)
    return {"cosine": np.cos(angles).astype(kind), "sine": np.sin(angles).astype(kind)}


def normed(system: OrderedSystem, x: Entry, p: Mapping[str, Entry], name: str, config: Config, ops: Ops) -> Entry:
    """The stream before a part: divided by its root mean square, in the kinds that the configuration names."""
    if config.norm == "none":
        return x
    x = system.apply(centred, x) if config.norm == "layer" else x
    return system.apply(ops["rms_norm"], x, p[name], epsilon=config.epsilon)


def block(
    system: OrderedSystem,
    x: Entry,
    p: Mapping[str, Entry],
    layer: int | str,
    config: Config,
    angles: Mapping[str, np.ndarray],
    ops: Ops = PLAIN,
) -> Entry:
    """One layer: x + attention of the normed x, then x + feed-forward of the normed x. x (B T, D)."""

    def w(name: str, value: Entry) -> Entry:
        return system.apply(ops["linear"], value, p[f"{layer}.{name}"])

    seen = normed(system, x, p, f"{layer}.attention_norm", config, ops)
    q, k = (system.apply(ops["rotary"], w(name, seen), pairing=config.pairing, **angles) for name in ("wq", "wk"))
    x = system.apply(add, x, w("wo", system.apply(ops["attention"], q, k, w("wv", seen))))
    seen = normed(system, x, p, f"{layer}.feed_norm", config, ops)
    inner = w("w1", seen)
    inner = system.apply(relu, inner) if config.gate == "relu" else system.apply(ops["swiglu"], inner, w("w3", seen))
    return system.apply(add, x, w("w2", inner))


def states(
    system: OrderedSystem, p: Mapping[str, Entry], tokens: np.ndarray, config: Config, ops: Ops = PLAIN
) -> Entry:
    # tokens (B, T) whole numbers -> (B T, D)
    """The stream after the last layer and its norm, for B sequences of T tokens.

    Raises ValueError if a sequence is longer than the model's length.
    """
    length = tokens.shape[-1]
    if length > config.length:
        raise ValueError(f"{length} tokens are more than the {config.length} that the model was made for")
    x = system.apply(ops["embedding"], p["embedding"], system.constant(tokens))
    if config.positions == "learned":
        places = system.constant(np.broadcast_to(np.arange(length), tokens.shape))
        x = system.apply(add, x, system.apply(ops["embedding"], p["positions"], places))
    angles = tables(config, length, x.value.dtype)
    for layer in range(config.layers):
        x = block(system, x, p, layer, config, angles, ops)
    return normed(system, x, p, "norm", config, ops)


def output(p: Mapping[str, Any], config: Config) -> Any:
    """The matrix of the output layer: the embedding's, if they are tied."""
    return p["embedding" if config.tied else "output"]


def scores(
    system: OrderedSystem, p: Mapping[str, Entry], tokens: np.ndarray, config: Config, ops: Ops = PLAIN
) -> Entry:
    # (B, T) -> (B T, V)
    """Unnormalised log probabilities of the token after each."""
    return system.apply(ops["linear"], states(system, p, tokens, config, ops), output(p, config))


def loss(
    system: OrderedSystem,
    p: Mapping[str, Entry],
    tokens: np.ndarray,
    following: np.ndarray,
    config: Config,
    ops: Ops = PLAIN,
) -> Entry:
    """Mean cross-entropy in nats of the tokens that follow, (B, T); those that are negative are left out."""
    h = states(system, p, tokens, config, ops)
    return system.apply(ops["next_token_loss"], h, output(p, config), system.constant(following))


def surprises(p: Mapping[str, np.ndarray], tokens: np.ndarray, config: Config, ops: Ops = PLAIN) -> np.ndarray:
    # tokens (B, T + 1) -> (B, T)
    """-log probability in nats of every token but the first, given those before it in its sequence."""
    system = OrderedSystem()
    a = scores(system, {name: system.constant(value) for name, value in p.items()}, tokens[:, :-1], config, ops).value
    top = a.max(axis=-1)
    given = np.take_along_axis(a, tokens[:, 1:].reshape(-1, 1), axis=-1)[:, 0]
    a -= top[:, None]
    np.exp(a, out=a)
    return (np.log(a.sum(axis=-1)) + top - given).reshape(len(tokens), -1)
