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

    The recipe of 1986 has two stages, (rate, momentum, sweeps) each; the second begins with no velocity.
    """
    x, t = families.cases()
    splits = [generator(cell["entropy"], seed).permutation(len(x)) for seed in seeds]
    p = np.stack([TREES.flat(TREES.init(generator(cell["entropy"] + 1, seed), cell["reach"])) for seed in seeds])
    order = np.stack([split[None, :100] for split in splits])
    curves = []
    for rate, momentum, sweeps in cell["stages"]:
        found = small_nets.train(
            TREES.wiring,
            p,
            x,
            t,
            rate=rate,
            momentum=momentum,
            decay=cell["decay"],
            order=order,
            dead=0.2,
            margin=0.0,
            sweeps=sweeps,
            every=max(sweeps // 50, 1),
            check=sweeps,
        )
        p = found.final
        curves.append(found.losses)
    rows = []
    for k, split in enumerate(splits):
        right = (np.abs(evaluate(TREES, p[k], x[:, :24], x[:, 24:])[-1] - t) < 0.5).all(axis=1)
        row: dict[str, Any] = {
            "train": float(right[split[:100]].mean()),
            "held_out": float(right[split[100:]].sum()),
            "all_four": float(right[split[100:]].all()),
            "loss": np.concatenate([c[k] for c in curves]),
        }
        people = TREES.named(p[k])["w0_2"]
        row |= {"people": people} | told(people)
        rows.append(row)
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
