"""The methods of the paper's table behind one door, so that long and short ones share the cores evenly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.evidence.trials import TrialFunction
from reproductions.lenet_1998 import boosting, classical, dense_nets, experiment

WAYS: dict[str, TrialFunction] = {
    "convolutional": experiment.learn,
    "dense": dense_nets.learn,
    "classical": classical.classify,
    "boosted": boosting.boost,
}


def learn(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Trials of the cell's way, one of WAYS."""
    return WAYS[cell["way"]](cell, seeds)
