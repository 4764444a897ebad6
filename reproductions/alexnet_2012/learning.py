"""Images as the nets see them, and training them: what the experiments of `alexnet_2012` have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any

import numpy as np

from core.datasets import images
from core.learning import training
from core.learning.ops import mean_cross_entropy
from core.learning.ordered import Entry, OrderedSystem
from core.memory import keep_freed_memory
from core.networks import convnet
from core.networks.convnet import Net

PAIRS = {"original": "pair: original", "JPEG": "pair: JPEG"}  # names of the images that are there in both forms
FOREVER = 2**62  # more images than are ever shown
AT_ONCE = 512  # images that are looked at together when a net is only used


@dataclass(frozen=True)
class View:
    """How bytes become a net's inputs: minus the mean training image, over `scale`, and `side` pixels each way."""

    mean: np.ndarray
    scale: float
    side: int

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """The middle of each image."""
        start = (x.shape[1] - self.side) // 2
        inner = slice(start, start + self.side)
        return self._scaled(x[:, inner, inner])

    def anywhere(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A part of each image at random, and of every other one, at random, its mirror image."""
        room, n = x.shape[1] - self.side + 1, len(x)
        rows = rng.integers(0, room, n)[:, None] + np.arange(self.side)
        columns = rng.integers(0, room, n)[:, None] + np.arange(self.side)
        mirrored = rng.integers(0, 2, n).astype(bool)
        columns[mirrored] = columns[mirrored, ::-1]
        return self._scaled(x[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]])

    def _scaled(self, x: np.ndarray) -> np.ndarray:
        inner = slice((self.mean.shape[0] - self.side) // 2, (self.mean.shape[0] + self.side) // 2)
        return (x - self.mean[inner, inner]) * np.float32(1 / self.scale)


def view_of(x: np.ndarray, side: int, *, unit: bool) -> View:
    """The view of training images x; with `unit` over their standard deviation about the mean image, else in bytes."""
    mean = x.mean(axis=0, dtype=np.float64)
    squares = sum(float(np.sum((part - mean) ** 2)) for part in np.array_split(x, max(1, len(x) // 1000)))
    return View(mean.astype(np.float32), float(np.sqrt(squares / x.size)) if unit else 1.0, side)


@cache
def looked_at(name: str, examples: int, side: int, unit: bool) -> tuple[images.Images, View]:
    """A data set and the view of its training images, of which so many are used; 0 means all."""
    pairs = list(PAIRS.values())
    data = images.paired()[pairs.index(name)] if name in pairs else images.load(name)
    if 0 < examples < len(data.train_x):
        chosen = np.random.default_rng(0).permutation(len(data.train_x))[:examples]  # the same for every trial
        data = images.Images(
            data.name, data.train_x[chosen], data.train_y[chosen], data.test_x, data.test_y, data.classes, data.sha256
        )
    return data, view_of(data.train_x, side, unit=unit)


def held_out(data: images.Images, count: int) -> images.Images:
    """The data set with `count` of its training images, the same for every trial, in the place of its test images."""
    order = np.random.default_rng(1).permutation(len(data.train_x))
    test, train = order[:count], order[count:]
    return images.Images(
        data.name,
        data.train_x[train],
        data.train_y[train],
        data.train_x[test],
        data.train_y[test],
        data.classes,
        data.sha256,
    )


@dataclass
class Learner:
    """A net in training on images x (N, H, W, 3) and labels y, in batches of `size`. `rate(k)` is the rate of step k.

    `running` holds, for every stretch of steps, the share of images that the net took for another class when shown.
    """

    net: Net
    p: dict[str, np.ndarray]
    rule: training.Rule
    rate: Callable[[int], float]
    view: View
    rng: np.random.Generator
    augment: bool = False
    steps: int = 0
    running: list[float] = field(default_factory=list)
    _stream: Iterator[tuple[np.ndarray, np.ndarray]] | None = None

    def __post_init__(self) -> None:
        # Apart, so that the order of the images is the same with and without crops, and with and without dropout.
        self._order, self._places, self._left_out = self.rng.spawn(3)

    def go_on(self, x: np.ndarray, y: np.ndarray, size: int, steps: int) -> bool:
        """Take so many steps more; all images are shown in a random order before any comes again.

        Says whether all numbers stayed finite.
        """
        keep_freed_memory()
        if self._stream is None:
            self._stream = training.batches(x, y, size, FOREVER, self._order)
        wrong, seen = 0, 0

        def loss(system: OrderedSystem, p: Mapping[str, Entry], shown: np.ndarray, labels: np.ndarray) -> Entry:
            nonlocal wrong, seen
            scores = convnet.output(system, p, system.constant(shown), self.net, rng=self._left_out)
            wrong += int(np.count_nonzero(scores.value.argmax(axis=1) != labels))
            seen += len(labels)
            return system.apply(mean_cross_entropy, scores, system.constant(labels))

        batches = (
            (self.view.anywhere(images_, self._places) if self.augment else self.view(images_), labels)
            for images_, labels in islice(self._stream, steps)
        )
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # what diverges is told, not warned of
            value = training.train(loss, self.p, batches, rule=self.rule, rate=self.rate, first=self.steps)
        self.steps += steps
        self.running.append(wrong / seen)
        return bool(np.isfinite(value)) and all(np.all(np.isfinite(w)) for w in self.p.values())

    def scores(self, x: np.ndarray) -> np.ndarray:
        """Scores (N, classes) of images as the net sees them when it is used."""
        return self._values(x, None)

    def hidden(self, x: np.ndarray) -> np.ndarray:
        """What goes into the last layer of weights, (N, values)."""
        found = self._values(x, len(self.net.layers) - 1)
        return found.reshape(len(found), -1)

    def _values(self, x: np.ndarray, layers: int | None) -> np.ndarray:
        parts = (self.view(x[at : at + AT_ONCE]) for at in range(0, len(x), AT_ONCE))
        return np.concatenate([convnet.values(self.p, part, self.net, layers=layers) for part in parts])

    def wrong(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Which images the net takes for another class."""
        return self.scores(x).argmax(axis=1) != y


def constant(rate: float) -> Callable[[int], float]:
    """The same rate for all steps."""
    return lambda k: rate


def dropped(rate: float, steps: int, at: tuple[float, ...]) -> Callable[[int], float]:
    """A rate that falls to a tenth at each of the given shares of all steps."""
    places = [round(share * steps) for share in at]
    return lambda k: rate * 0.1 ** sum(k >= place for place in places)


def falling(rate: float, steps: int) -> Callable[[int], float]:
    """A rate that falls in a straight line from `rate` at the first step to zero after the last."""
    return lambda k: rate * max(0.0, 1 - k / steps)


def momentum(net: Net, p: Mapping[str, Any], *, decay: float = 1.0, bias: float = 2.0) -> training.Momentum:
    """Momentum 0.9 with `decay` times the weight decays of the net's authors, biases at `bias` times the rate."""
    decays = {name: decay * value for name, value in convnet.decays(net).items()}
    return training.Momentum(0.9, decays, {name: bias for name in p if name.startswith("b")})
