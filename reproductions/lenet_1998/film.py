"""One test digit through the layers of LeNet-5 while it learns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import digit_fields
from core.learning.ordered import OrderedSystem
from core.networks import lenet
from reproductions.lenet_1998 import experiment, written


def moments(total: int, count: int) -> np.ndarray:
    """Presentations after which a picture is taken: 0, then evenly in the logarithm up to `total`, no two alike."""
    return np.unique(np.concatenate([[0], np.round(np.geomspace(10, total, count - 1)).astype(int)]))


def shown(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The values of every layer for one digit that is looked at, as a network learns.

    cell: what `experiment.learn` reads; passes, pictures (how many), digit (the number of the digit looked at).
    Layers are told as bytes, -A to A of the squashing function as 0 to 255, and the penalties as they are.
    """
    return [_shown(cell, seed) for seed in seeds]


def _shown(cell: Mapping[str, Any], seed: int) -> dict[str, Any]:
    data, twin = written.digits(cell), experiment.twin_of(cell)
    p = experiment.start(cell, [seed])
    digit = digit_fields.network_input(data.seen_x[cell["digit"] : cell["digit"] + 1], twin.width)
    when = moments(cell["passes"] * len(data.x), cell["pictures"])
    pictures: list[list[np.ndarray]] = [_layers(p, digit, twin.plan)]
    done = 0
    for number in range(cell["passes"]):
        rates = experiment.rates_of(twin, p, data.x, data.y, cell, number)
        for fields, here in written.chunks(data.x, cell, number):
            inputs, labels = digit_fields.network_input(fields, twin.width), data.y[here]
            stops = [int(m) - done for m in when if done < m <= done + len(fields)]
            at = 0
            for stop in dict.fromkeys([*stops, len(fields)]):
                p = twin.learn(p, rates, inputs[at:stop], labels[at:stop]).parameters
                if stop in stops:
                    pictures.append(_layers(p, digit, twin.plan))
                at = stop
            done += len(fields)
    names = ("c1", "s2", "c3", "s4", "c5", "f6", "penalties")
    arrays = {name: np.stack([one[k] for one in pictures]) for k, name in enumerate(names)}
    return {**arrays, "when": when, "label": float(data.seen_y[cell["digit"]])}


def _layers(p: Mapping[str, np.ndarray], digit: np.ndarray, plan: Any) -> list[np.ndarray]:
    system = OrderedSystem()
    entries = system.parameters({name: value[0] for name, value in p.items()})
    found = [entry.value[0] for entry in lenet.layers(system, entries, system.constant(digit), plan)]
    system = OrderedSystem()
    entries = system.parameters({name: value[0] for name, value in p.items()})
    penalties = lenet.outputs(system, entries, system.constant(digit), plan).value[0]
    return [*(_bytes(value) for value in found), penalties]


def _bytes(value: np.ndarray) -> np.ndarray:
    return np.round((np.clip(value / 1.7159, -1, 1) + 1) * 127.5).astype(np.uint8)
