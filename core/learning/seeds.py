"""The random numbers of a trial."""

from __future__ import annotations

import numpy as np


def generator(entropy: int, seed: int) -> np.random.Generator:
    """The generator of trial number `seed`: the child that SeedSequence(entropy).spawn would give it."""
    return np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=(seed,)))
