"""Does a lesson that ends with a straight stretch make a network forget how to bend? (Pomerleau 1990, page 431)"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets.roads import centre_lines
from core.datasets.roads import looks as road_looks
from core.learning.seeds import generator
from core.networks import alvinn
from reproductions.alvinn_1989 import network_1991 as fly
from reproductions.alvinn_1989.on_the_fly import COURSES, LAP
from reproductions.alvinn_1989.snapshots import finite, worlds


def forget(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Train on cell["minutes"] of bends and then cell["straight"] minutes of straight road; look at a lap of bends.

    bends: the slope of the steering that the network answers on the steering that is right, over pictures taken on a
    lap of the course that another person drives; 1 is right, 0 is always straight ahead.
    """
    rngs = [generator(worlds(cell), seed) for seed in seeds]
    others = [generator(worlds(cell) + 1, seed) for seed in seeds]
    looks = [road_looks.draw(rng, 1, fly.conditions(cell)) for rng in rngs]
    pace = fly.pace_of(cell)
    lap = fly.course(*COURSES["both ways"])
    bent, straight = (60 * cell[name] * pace[0] for name in ("minutes", "straight"))
    profile = np.tile(lap, int(np.ceil(bent / LAP)))[: round(bent / centre_lines.SPACING)]
    if straight:
        profile = np.concatenate([profile, centre_lines.straight(straight)])
    profile = np.concatenate([profile, centre_lines.straight(4 * pace[0] * pace[1])])
    roads = centre_lines.lay([profile] * len(seeds), fly.WIDTH)
    shown = fly.persons(roads, looks, cell["minutes"] + cell["straight"], rngs, pace)
    test = centre_lines.lay([np.concatenate([lap, centre_lines.straight(40.0)])] * len(seeds), fly.WIDTH)
    seen = fly.persons(test, looks, LAP / fly.SPEED / 60, others)
    found: list[dict[str, Any]] = []
    for lesson, rng, asked in zip(shown, rngs, seen, strict=True):
        p, _ = fly.train(cell, lesson, rng)
        if not finite(p):
            found.append({"failed": "diverged"})
            continue
        answered = fly.read("hill", alvinn.answers(p, 2.0 * asked.pictures.reshape(len(asked.pictures), -1) - 1))
        found.append({"bends": float(answered @ asked.curvature / (asked.curvature @ asked.curvature))})
    return found
