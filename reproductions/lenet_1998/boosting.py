"""Boosted LeNet-4: three networks, each trained on what those before it find hard (III.C.9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import affine_images, digit_fields
from core.datasets.affine_images import Ranges
from core.learning.seeds import generator
from reproductions.lenet_1998 import experiment, written
from reproductions.lenet_1998.experiment import Arrays

POOL = {2: 3_300_000, 3: 3_400_000}  # draws of new patterns for the second network and for the third
LATER = 500_000  # added to a seed for the initial weights of the second network, twice for the third


def boost(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """One machine of three networks per seed; their outputs are added.

    The first learns as usual, from distorted digits; the second from new distorted digits of which the first gets half
    wrong; the third from new ones on which the two disagree. cell: what `experiment.learn` reads for each of the three,
    and pool (distorted digits that are sifted for each of the later two, which bounds how many are found) and later
    (passes of the later two).
    """
    data, twin = written.digits(cell), experiment.twin_of(cell)
    first = train(cell, experiment.start(cell, seeds), cell["passes"], data.y, _usual(data.x, cell))
    rows = []
    for r, seed in enumerate(seeds):
        nets = [{name: value[r : r + 1] for name, value in first.items()}]
        sizes = []
        for place in (2, 3):
            x, y = sift(cell, data, nets, place)
            sizes.append(len(y))
            p = experiment.start(cell, [seed + (place - 1) * LATER])
            if len(y):
                p = train(cell, p, cell["later"], y, _given(x))
            nets.append(p)
        each = [experiment.answers(twin, p, data.seen_x)[0] for p in nets]
        scores = np.sum(each, axis=0)
        right = scores.argmax(axis=1) == data.seen_y
        row = experiment.closing(np.full((1, 3), np.nan), scores, data.seen_y, right)
        row.pop("history")
        row.pop("error_as_it_went")
        alone = [float((one.argmax(axis=1) != data.seen_y).mean()) for one in each]
        rows.append(
            row
            | {"error_first": alone[0], "error_second": alone[1], "error_third": alone[2]}
            | {"found_second": float(sizes[0]), "found_third": float(sizes[1])}
        )
    return rows


Passes = Callable[[int], Any]


def _usual(x: np.ndarray, cell: Mapping[str, Any]) -> Passes:
    return lambda number: written.chunks(x, cell, number)


def _given(x: np.ndarray) -> Passes:
    return lambda number: (
        (x[k : k + written.CHUNK], slice(k, k + written.CHUNK)) for k in range(0, len(x), written.CHUNK)
    )


def train(cell: Mapping[str, Any], p: Arrays, passes: int, y: np.ndarray, patterns: Passes) -> Arrays:
    """Online passes by the rule of the cell over patterns(number), fields and where their labels lie."""
    twin = experiment.twin_of(cell)
    for number in range(passes):
        rates = None
        for fields, here in patterns(number):
            if rates is None:  # second derivatives from the pass's own first patterns
                rates = experiment.rates_of(twin, p, fields, y[here], cell, number)
            p = twin.learn(p, rates, digit_fields.network_input(fields, twin.width), y[here]).parameters
    return p


def sift(
    cell: Mapping[str, Any], data: written.Digits, nets: Sequence[Arrays], place: int
) -> tuple[np.ndarray, np.ndarray]:
    """New distorted digits for the second network (half of them wrong by the first) or the third (the two disagree)."""
    twin = experiment.twin_of(cell)
    hard, easy = [], []
    for number, start in enumerate(range(0, cell["pool"], written.CHUNK)):
        rng = generator(cell["entropy"], POOL[place] + number)
        chosen = rng.integers(0, len(data.x), min(written.CHUNK, cell["pool"] - start))
        fields = affine_images.distorted(data.x[chosen], rng, Ranges().times(cell["distort"]))
        said = [experiment.answers(twin, p, fields)[0].argmax(axis=1) for p in nets]
        wrong = said[0] != data.y[chosen] if place == 2 else said[0] != said[1]
        hard.append((fields[wrong], data.y[chosen][wrong]))
        if place == 2:
            some = np.flatnonzero(~wrong)[: int(wrong.sum())]
            easy.append((fields[some], data.y[chosen][some]))
    x, y = (np.concatenate([part[k] for part in hard]) for k in (0, 1))
    if easy:
        right_x, right_y = (np.concatenate([part[k] for part in easy]) for k in (0, 1))
        count = min(len(y), len(right_y))
        x, y = np.concatenate([x[:count], right_x[:count]]), np.concatenate([y[:count], right_y[:count]])
    order = generator(cell["entropy"], POOL[place] - 1).permutation(len(y))
    return x[order], y[order]
