"""The networks of this room and how they are trained: layered and residual nets on digits, in small batches.

A network is what slices and curvature need of it: a start, a loss, scores, and its first layer apart from the rest.
Another kind of network joins by one more function in `net_of`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np

from core.datasets import mnist
from core.learning import training
from core.learning.momentum import Momentum
from core.learning.ops import affine, mean_cross_entropy, relu, sigmoid, tanh
from core.learning.ordered import Entry, OrderedSystem
from core.learning.seeds import generator
from core.networks import residual

Arrays = dict[str, np.ndarray]
Values = Mapping[str, np.ndarray]
ACTIVATIONS: dict[str, Callable[..., Any]] = {"relu": relu, "tanh": tanh, "logistic": sigmoid}
DIVERGED = 10 * float(np.log(mnist.CLASSES))  # a mean loss ten times that of guessing
SUBSET, DIRECTIONS = 10**6, 10**7  # numbers of generators: of subsets of digits, and of directions from there on


@dataclass(frozen=True)
class Net:
    """start(rng) draws parameters; loss(system, p, x, labels) is a mean cross-entropy that takes replicas; `first`
    gives the sums of the first layer, whose parameters are `names`, and rest(system, p, sums, labels) the loss above.
    """

    start: Callable[[np.random.Generator], Arrays]
    loss: Callable[..., Entry]
    scores: Callable[..., Entry]
    first: Callable[[Values, np.ndarray], np.ndarray]
    rest: Callable[..., Entry]
    names: tuple[str, str]


@dataclass(frozen=True)
class Digits:
    """Images as rows of numbers, single precision, and labels."""

    x: np.ndarray
    y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray


def net_of(cell: Mapping[str, Any]) -> Net:
    """The network of a cell: "layered" with cell["hidden"] sizes, or "residual" with width, depth, skips."""
    inputs = digits_of(cell).x.shape[1]
    if cell["net"] == "layered":
        return layered((inputs, *cell["hidden"], mnist.CLASSES), cell.get("activation", "relu"), cell.get("gain", 1.0))
    shape = residual.Shape(
        inputs, cell["width"], cell["depth"], mnist.CLASSES, bool(cell["skips"]), bool(cell.get("convolutional"))
    )
    return Net(
        lambda rng: residual.init(rng, shape),
        lambda system, p, x, y: residual.loss(system, shape, p, x, y),
        lambda system, p, x: residual.scores(system, shape, p, x),
        lambda p, x: residual.sums(shape, p, x),
        lambda system, p, sums, y: residual.loss_above(system, shape, p, sums, y),
        ("w0", "b0"),
    )


def layered(sizes: tuple[int, ...], activation: str, gain: float = 1.0) -> Net:
    """Dense layers w1, b1, ...; Gaussian weights of variance gain^2 c / fan-in, c being 2 below rectifiers, else 1."""
    act, layers = ACTIVATIONS[activation], len(sizes) - 1

    def start(rng: np.random.Generator) -> Arrays:
        p: Arrays = {}
        for k in range(1, layers + 1):
            scale = gain * ((2 if activation == "relu" and k < layers else 1) / sizes[k - 1]) ** 0.5
            p[f"w{k}"] = (rng.standard_normal((sizes[k - 1], sizes[k])) * scale).astype(np.float32)
            p[f"b{k}"] = np.zeros(sizes[k], np.float32)
        return p

    def above(system: OrderedSystem, p: Mapping[str, Entry], h: Entry) -> Entry:
        for k in range(2, layers + 1):
            h = system.apply(affine, system.apply(act, h), p[f"w{k}"], p[f"b{k}"])
        return h

    def scores(system: OrderedSystem, p: Mapping[str, Entry], x: np.ndarray) -> Entry:
        return above(system, p, system.apply(affine, system.constant(x), p["w1"], p["b1"]))

    def loss(system: OrderedSystem, p: Mapping[str, Entry], x: np.ndarray, y: np.ndarray) -> Entry:
        return system.apply(mean_cross_entropy, scores(system, p, x), system.constant(y))

    def rest(system: OrderedSystem, p: Mapping[str, Entry], sums: Entry, y: np.ndarray) -> Entry:
        return system.apply(mean_cross_entropy, above(system, p, sums), system.constant(y))

    return Net(start, loss, scores, lambda p, x: x @ p["w1"] + p["b1"], rest, ("w1", "b1"))


def digits_of(cell: Mapping[str, Any]) -> Digits:
    """Digits of a cell: data ("mnist" or "embedded"), examples (drawn, the same for all seeds), pool (side of the
    squares of pixels that are averaged, 1 for none)."""
    return _digits(cell["data"], cell["examples"], cell.get("pool", 1), cell["entropy"])


@lru_cache(maxsize=4)
def _digits(data: str, examples: int, pool: int, entropy: int) -> Digits:
    found = mnist.load(data)
    chosen = generator(entropy, SUBSET).permutation(len(found.train_x))[:examples]
    x, test_x = (_pooled(images, pool) for images in (found.train_x[chosen], found.test_x))
    return Digits(x, found.train_y[chosen], test_x, found.test_y)


def _pooled(x: np.ndarray, pool: int) -> np.ndarray:
    side = round(x.shape[1] ** 0.5)
    small = side // pool
    return x.reshape(len(x), small, pool, small, pool).mean(axis=(2, 4)).reshape(len(x), -1)


@dataclass(frozen=True)
class Trained:
    """Parameters at the start, at each look (the start first) and at the end; steps of the looks; training loss and
    test error at the end; whether every loss was finite and the last one not ten times that of guessing."""

    start: Arrays
    looks: tuple[Arrays, ...]
    steps: np.ndarray
    end: Arrays
    loss: float
    error: float
    train_error: float
    sound: bool


# What of a cell decides how its network is trained.
KEYS = (
    "net", "hidden", "activation", "gain", "width", "depth", "skips", "convolutional", "data", "examples", "pool",
    "passes", "batch", "rule", "rate", "momentum", "decay", "nesterov", "falling", "looks", "entropy",
)  # fmt: skip


def trained(cell: Mapping[str, Any], seed: int) -> Trained:
    """The network of a cell, trained from the start of a seed; kept in memory for the next slice of the same one.

    cell: besides the network and its digits, passes, batch, rule ("plain" with momentum and decay, or "adam"), rate,
    falling (to zero in a straight line) and looks (how many, evenly spread over the steps, or how many to a step).
    """
    return _trained(json.dumps({key: cell[key] for key in KEYS if key in cell}, sort_keys=True), int(seed))


@lru_cache(maxsize=12)
def _trained(text: str, seed: int) -> Trained:
    cell = json.loads(text)
    rng, net, data = generator(cell["entropy"], seed), net_of(cell), digits_of(cell)
    p = net.start(rng)
    start = copied(p)
    total = cell["passes"] * len(data.x)
    steps = cell["passes"] * -(-len(data.x) // cell["batch"])
    rule: training.Rule = (
        training.Adam()
        if cell["rule"] == "adam"
        else Momentum(cell.get("momentum", 0.0), cell.get("decay", 0.0), bool(cell.get("nesterov")))
    )
    stream = training.batches(data.x, data.y, cell["batch"], total, rng)
    marks = sorted({round(k * steps / cell.get("looks", 1)) for k in range(1, cell.get("looks", 1) + 1)} - {0})
    done, looks, sound = 0, [start], True
    for mark in marks:
        if sound:
            with np.errstate(over="ignore", invalid="ignore"):  # a net that overflows has diverged, and is told so
                last = training.train(
                    net.loss,
                    p,
                    islice(stream, mark - done),
                    rule=rule,
                    first=done,
                    rate=lambda k: cell["rate"] * ((1 - k / steps) if cell.get("falling") else 1.0),
                )
            sound = bool(np.isfinite(last)) and all(np.isfinite(value).all() for value in p.values())
        done = mark
        looks.append(copied(p))
    loss, train_error = evaluated(net, p, data.x, data.y)
    sound = sound and np.isfinite(loss) and loss < DIVERGED
    _, error = evaluated(net, p, data.test_x, data.test_y)
    return Trained(start, tuple(looks), np.array([0, *marks]), p, loss, error, train_error, bool(sound))


def copied(p: Values) -> Arrays:
    """The same numbers in new arrays."""
    return {name: value.copy() for name, value in p.items()}


def double(p: Values) -> Arrays:
    """The same numbers in double precision, for differences of losses."""
    return {name: value.astype(np.float64) for name, value in p.items()}


def evaluated(net: Net, p: Values, x: np.ndarray, y: np.ndarray, together: int = 2000) -> tuple[float, float]:
    """Mean loss in nats and share of wrong answers."""
    total = wrong = 0.0
    with np.errstate(all="ignore"):
        for at in range(0, len(x), together):
            system, here = OrderedSystem(), slice(at, at + together)
            a = net.scores(system, system.parameters(p), x[here]).value
            total += len(a) * float(mean_cross_entropy(a, y[here])[0])
            wrong += float(np.sum(a.argmax(axis=-1) != y[here]))
    return total / len(x), wrong / len(x)
