"""What AlexNet cost: its operations layer by layer, hours then and now, and why six per parameter do not count them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.learning import training
from core.learning.compiled.threads import threads
from core.learning.ordered import OrderedSystem, ordered_derivatives
from core.memory import keep_freed_memory
from core.networks import convnet, convnets
from reproductions.alexnet_2012.learning import momentum

IMAGES, PASSES = 1_200_000, 90  # "roughly 90 cycles through the training set of 1.2 million images", section 5
DAYS = (5.0, 6.0)  # "took five to six days on two NVIDIA GTX 580 3GB GPUs", section 5
PEAK = 1.581e12  # single-precision operations a second of a GTX 580: 512 units at 1.544 GHz, two operations each
EACH_WAY = 3  # a multiplication forwards costs one to the weights and one to the layer before, on the way back
PAIR = 2  # a multiplication and an addition are two operations


@dataclass(frozen=True)
class Share:
    """One layer with weights: its units, parameters, multiplications for an image, and operations of all training."""

    name: str
    units: int
    parameters: int
    multiplications: int
    operations: float


def shares() -> list[Share]:
    """The layers of AlexNet that have weights."""
    found: list[Share] = []
    for layer in convnet.counts(convnets.alexnet()):
        if layer.parameters:
            kind = "convolution" if len(layer.shape) == 3 else "dense"
            operations = float(PAIR * EACH_WAY * layer.multiplications) * IMAGES * PASSES
            name = f"{kind} {len(found) + 1}"
            found.append(Share(name, layer.units, layer.parameters, layer.multiplications, operations))
    return found


def totals() -> dict[str, float]:
    """Sums over the layers, and what counting six operations for each parameter and image would give instead.

    "ratio" is how many times as many there are: multiplications over parameters, as a weight of a convolution is used
    once at every place of its map, and one of a dense layer once.
    """
    layers = shares()
    parameters, products = (sum(getattr(s, what) for s in layers) for what in ("parameters", "multiplications"))
    by_parameters = float(PAIR * EACH_WAY * parameters) * IMAGES * PASSES
    operations = sum(s.operations for s in layers)
    seconds = [86400 * days for days in DAYS]
    return {
        "units": float(sum(s.units for s in layers)),
        "parameters": float(parameters),
        "multiplications": float(products),
        "operations": operations,
        "by_parameters": by_parameters,
        "ratio": operations / by_parameters,
        "hours_then_low": seconds[0] / 3600,
        "hours_then_high": seconds[1] / 3600,
        "used_low": operations / (2 * PEAK * seconds[1]),
        "used_high": operations / (2 * PEAK * seconds[0]),
    }


def timed(repeats: int, images: int = 16) -> dict[str, Any]:
    """Seconds here, with as many threads as this process may use, and the hours that AlexNet's training would take.

    "alexnet": one pass forwards and backwards over so many images of 224x224 pixels, the least of `repeats`; "step":
    one step of layers-80sec on 128 images. "hours" extrapolates the first to 90 passes over 1.2 million images.
    """
    keep_freed_memory()
    rng, net = np.random.default_rng(0), convnets.alexnet()
    p, x = convnet.init(rng, net), rng.standard_normal((images, 224, 224, 3), dtype=np.float32)

    def once() -> None:
        system = OrderedSystem()
        loss = convnet.loss(system, system.parameters(p), x, np.arange(images), net=net, rng=np.random.default_rng(1))
        ordered_derivatives(loss)

    small = convnets.NETS["layers-80sec"]
    q, batch = convnet.init(rng, small), rng.standard_normal((128, 32, 32, 3), dtype=np.float32)
    labels, rule = rng.integers(0, 10, 128), momentum(small, q)

    def step() -> None:
        training.train(
            lambda *entries: convnet.loss(*entries, net=small),
            q,
            iter([(batch, labels)]),
            rule=rule,
            rate=lambda k: 0.001,
        )

    found = {}
    for name, work in (("alexnet", once), ("step", step)):
        work()  # compiles
        times = []
        for _ in range(repeats):
            begun = time.perf_counter()
            work()
            times.append(time.perf_counter() - begun)
        found[name] = min(times)
    hours = found["alexnet"] / images * IMAGES * PASSES / 3600
    return {**found, "images": float(images), "hours": hours, "threads": float(threads())}
