"""The family trees of `pdp_1986`: two inputs, five layers, 104 cases of which four are held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import families
from core.learning.compiled import small_nets
from core.learning.seeds import generator
from core.networks.grouped import Net, evaluate

TREES = Net((24, 12, 6, 6, 12, 6, 24), ((0,), (1,), (2, 3), (4,), (5,)), inputs=2)


def trees(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The family trees: 100 random cases of 104 to learn, 4 held out; a case is right if all 24 outputs are.

    A recipe has stages of (rate, momentum, sweeps); each begins with no velocity. With `liberal` the error of an output
    is its distance from 0.8 or 0.2, and nothing beyond (Hinton 1986, page 11); else from 1 or 0, nothing within 0.2.
    `negligible` is the sweep at which the loss was first seen below cell["negligible"].
    """
    x, t = families.cases()
    targets = 0.2 + 0.6 * t if cell["liberal"] else t
    splits = [generator(cell["entropy"], seed).permutation(len(x)) for seed in seeds]
    p = np.stack([TREES.flat(TREES.init(generator(cell["entropy"] + 1, seed), cell["reach"])) for seed in seeds])
    order = np.stack([split[None, :100] for split in splits])
    curves, times, before = [], [], 0
    for rate, momentum, sweeps in cell["stages"]:
        every = max(sweeps // 50, 1)
        found = small_nets.train(
            TREES.wiring,
            p,
            x,
            targets,
            rate=rate,
            momentum=momentum,
            decay=cell["decay"],
            order=order,
            dead=0.0 if cell["liberal"] else 0.2,
            liberal=cell["liberal"],
            margin=0.0,
            sweeps=sweeps,
            every=every,
            check=sweeps,
        )
        p = found.final
        curves.append(found.losses)
        times.append(before + every * np.arange(found.losses.shape[1]))
        before += sweeps
    rows = []
    for k, split in enumerate(splits):
        right = (np.abs(evaluate(TREES, p[k], x[:, :24], x[:, 24:])[-1] - t) < 0.5).all(axis=1)
        losses, at = np.concatenate([c[k] for c in curves]), np.concatenate(times)
        row: dict[str, Any] = {
            "train": float(right[split[:100]].mean()),
            "held_out": float(right[split[100:]].sum()),
            "all_four": float(right[split[100:]].all()),
            "loss": losses,
            "last_loss": float(losses[-1]),
        }
        if (losses < cell["negligible"]).any():
            row["negligible"] = float(at[losses < cell["negligible"]][0])
        people = TREES.named(p[k])["w0_2"]
        rows.append(row | {"people": people} | told(people))
    return rows


def told(people: np.ndarray) -> dict[str, float]:
    # (24, 6)
    """Largest correlation, over the six units, of their weights with the nation and with the generation of a person."""
    nation = np.repeat([1.0, -1.0], 12)
    generation = families.GENERATION.astype(float)
    return {
        name: float(np.max(np.abs([np.corrcoef(unit, known)[0, 1] for unit in people.T])))
        for name, known in (("nation", nation), ("generation", generation))
    }
