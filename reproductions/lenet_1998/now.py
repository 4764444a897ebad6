"""Then and now: the same layers and 60,000 parameters by single changes towards today's recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import affine_images, digit_fields
from core.datasets.affine_images import Ranges
from core.learning.compiled.lenet import Twin
from core.learning.optimizers import adam_in_place
from core.learning.seeds import generator
from core.networks import lenet
from reproductions.lenet_1998 import experiment, written

# Each rung changes one thing and keeps those before it. The last is measured on the networks of the rung before.
LADDER = (
    "as in 1998",
    "softmax, cross-entropy",
    "Adam, batches of 64, cosine",
    "rectified units",
    "new distortions every pass",
    "averaged weights",
)
BATCH, RATE, MEMORY = 64, 1e-3, 0.999
ORDER, FRESH = 3_500_000, 3_600_000  # draws that all networks share


def learn(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Networks of a rung of LADDER: 0 and 1 by `experiment.learn`, 2 to 4 in batches, with averages of the weights.

    cell: rung, passes, what `written.digits` reads; for rungs 0 and 1 what `experiment.learn` reads.
    """
    if cell["rung"] < 2:
        net = "LeNet-5" if cell["rung"] == 0 else "LeNet-5 softmax"
        scale = cell["scale"] if cell["rung"] == 0 else 1.0
        return experiment.learn({**cell, "net": net, "rule": "sdlm", "scale": scale}, seeds)
    return _in_batches(cell, seeds)


def _in_batches(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    data = written.digits(cell)
    rectified = cell["rung"] >= 3
    plan = lenet.LENET_5_RELU if rectified else lenet.LENET_5_SOFTMAX
    twin = Twin(plan, precision=np.float32, background=digit_fields.PAPER)
    # He et al. (2015): a variance of two over the fan-in, as a uniform distribution; 1998's square-root form for tanh.
    reach: Any = (lambda fan: (6 / fan) ** 0.5) if rectified else (lambda fan: (3 / fan) ** 0.5)
    alone = [lenet.init(generator(cell["entropy"], seed), plan, spread=reach) for seed in seeds]
    like = {name: np.stack([p[name] for p in alone]) for name in alone[0]}
    if rectified:  # a coefficient below zero would switch a map off for good, so subsampling starts as an average
        like |= {name: np.full_like(like[name], 0.25) for name in ("w2", "w4")}
    p = twin.flat(like)
    m, v, work, g, average = (np.zeros_like(p) for _ in range(5))
    steps, total = 0, cell["passes"] * -(-len(data.x) // BATCH)
    curves, scores, averaged = [], np.empty(0), np.empty(0)
    for number in range(cell["passes"]):
        order, losses = generator(cell["entropy"], ORDER + number).permutation(len(data.x)), np.zeros(twin.seeds)
        for start in range(0, len(order), BATCH * 100):
            chosen = order[start : start + BATCH * 100]
            fields, labels = data.x[chosen], data.y[chosen]
            if cell["rung"] >= 4:
                rng = generator(cell["entropy"], FRESH + 1000 * number + start // (BATCH * 100))
                fields = affine_images.distorted(fields, rng, Ranges().times(cell.get("distort") or 1.0))
            inputs = digit_fields.network_input(fields, twin.width)
            for k in range(0, len(chosen), BATCH):
                here = slice(k, min(k + BATCH, len(chosen)))
                losses += twin.flat_slopes(p, inputs[here], labels[here], g)
                g /= here.stop - here.start
                rate = 0.5 * RATE * (1 + np.cos(np.pi * steps / total))
                steps += 1
                adam_in_place(p, g, m, v, work, steps, learning_rate=rate)
                average += np.float32(1 - MEMORY) * (p - average)
        scores = experiment.answers(twin, twin.shaped(p, like), data.seen_x)
        looked = (scores.argmax(axis=-1) != data.seen_y).mean(axis=-1)
        curves.append(np.stack([np.full(len(seeds), np.nan), losses[: len(seeds)] / len(data.x), looked], axis=-1))
    unbiased = twin.shaped(average / np.float32(1 - MEMORY**steps), like)
    averaged = experiment.answers(twin, unbiased, data.seen_x)
    history, rows = np.stack(curves, axis=1), []
    for r in range(len(seeds)):
        right = scores[r].argmax(axis=-1) == data.seen_y
        row = experiment.closing(history[r], scores[r], data.seen_y, right)
        row.pop("error_as_it_went")
        row["error_averaged"] = float((averaged[r].argmax(axis=-1) != data.seen_y).mean())
        row["right_averaged"] = written.packed(averaged[r].argmax(axis=-1) == data.seen_y)
        row["presentations"] = float(cell["passes"] * len(data.x))
        row["operations"] = row["presentations"] * lenet.operations(plan)
        rows.append(row)
    return rows
