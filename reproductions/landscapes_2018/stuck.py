"""What the XOR nets of 1986 sit on that did not learn: a minimum, a saddle, a slope to infinity, or only a long way.

A net has nine weights, so its whole Hessian is at hand, and the nearest stationary point is found to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import wraps
from typing import Any

import numpy as np

from core.datasets import boolean
from core.learning import curvature
from core.learning.compiled import small_nets
from core.learning.compiled.vectors import LANES
from core.learning.ops import squared_error
from core.learning.seeds import generator
from core.learning.slopes import flatten
from core.networks import grouped
from reproductions.landscapes_2018.hessians import FLAT, nearest_stationary

KINDS = ("learned", "only slow", "saddle", "slope to infinity", "minimum")
STILL = 1e-10  # length of the slope at a stationary point
FAR = 30.0  # length of the weights beyond which a stationary point counts as one at infinity


def nets(cell: Mapping[str, Any]) -> grouped.Net:
    """Layers of a cell, with direct links from the inputs to the output if asked for."""
    sizes = tuple(cell["layers"])
    return grouped.Net(sizes, ((0,), (0, 1))) if cell.get("direct") else grouped.layers(*sizes)


def xor_task(cell: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """The four patterns of XOR and their targets, cell["off"] and 1 - cell["off"]."""
    x, t = boolean.parity(2)
    return x, cell["off"] + (1 - 2 * cell["off"]) * t


def by_eights(trial: Any) -> Any:
    """A trial function for any number of seeds from one for as many as learn in lockstep."""

    @wraps(trial)
    def together(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
        return [row for k in range(0, len(seeds), LANES) for row in trial(cell, seeds[k : k + LANES])]

    return together


@by_eights
def xor(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Train XOR nets as in 1986 and look at the ground under those that stay stuck.

    cell: layers, reach, rate, momentum, sweeps, off (targets are off and 1 - off), margin, and longer (further sweeps
    for the stuck).

    For all: `solved`, `kind` (a number of KINDS). For the stuck: `loss`, `slope`, `index` (share of eigenvalues below
    zero), `least` and `most` of them where the net stopped; whether it `solved_later`; and at the stationary point that
    the slope comes to rest at: `still_loss`, `still_slope`, `still_index`, `still_least`, `still_most`, `still_length`
    of the weights, and how far it lay, `away`.
    """
    net, (x, t) = nets(cell), xor_task(cell)
    start = np.stack([net.flat(net.init(generator(cell["entropy"], seed), cell["reach"])) for seed in seeds])
    found = small_nets.train(
        net.wiring,
        start,
        x,
        t,
        rate=cell["rate"],
        momentum=cell["momentum"],
        margin=cell["margin"],
        sweeps=cell["sweeps"],
    )
    later = small_nets.train(
        net.wiring,
        found.final,
        x,
        t,
        rate=cell["rate"],
        momentum=cell["momentum"],
        margin=cell["margin"],
        sweeps=cell["longer"],
        check=100,
    )
    return [_row(net, x, t, found, later, k) for k in range(len(seeds))]


def _row(
    net: grouped.Net, x: np.ndarray, t: np.ndarray, found: small_nets.Trained, later: small_nets.Trained, k: int
) -> dict[str, Any]:
    if found.solved[k] >= 0:
        return {"solved": 1.0, "kind": 0.0, "sweeps": float(found.solved[k])}
    here = _ground(net, found.final[k], x, t)
    still_at = stationary(net, found.final[k], x, t)
    still = _ground(net, still_at, x, t)
    row = {"solved": 0.0, "solved_later": float(later.solved[k] >= 0), "weights": found.final[k]} | here
    row |= {f"still_{name}": value for name, value in still.items()}
    row["away"] = float(np.linalg.norm(still_at - found.final[k]))
    row["later_length"] = float(np.linalg.norm(later.final[k]))
    return row | {"kind": float(KINDS.index(kind_of(row)))}


def _loss(net: grouped.Net) -> Any:
    def loss(system: Any, p: Any, x: np.ndarray, t: np.ndarray) -> Any:
        y = grouped.outputs(system, net, p, system.constant(x))
        return system.apply(squared_error, y, system.constant(t))

    return loss


def _ground(net: grouped.Net, flat: np.ndarray, x: np.ndarray, t: np.ndarray) -> dict[str, float]:
    p = net.named(flat)
    eigenvalues = np.linalg.eigvalsh(curvature.hessian(_loss(net), p, x, t))
    off = grouped.evaluate(net, flat, x)[-1] - t
    slope = np.linalg.norm(flatten(curvature.slopes(_loss(net), p, x, t)))
    zero = FLAT * np.abs(eigenvalues).max()
    return {
        "loss": float(0.5 * np.sum(off * off)),
        "slope": float(slope),
        "length": float(np.linalg.norm(flat)),
        "index": float(np.mean(eigenvalues < -zero)),
        "flat": float(np.mean(np.abs(eigenvalues) <= zero)),
        "least": float(eigenvalues[0]),
        "most": float(eigenvalues[-1]),
    }


def stationary(net: grouped.Net, flat: np.ndarray, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The weights at which the slope comes to rest from some weights; see `hessians.nearest_stationary`."""
    return net.flat(nearest_stationary(_loss(net), net.named(flat), x, t, steps=400)[0])


def kind_of(row: Mapping[str, Any]) -> str:
    """What a stuck net sits on, from its row.

    Learned after longer training: only slow, whatever the ground looked like on the way. Otherwise its stationary point
    decides: none nearby, or one so far out that only infinite weights would reach it, is a slope to infinity; one with
    a way down is a saddle; else it is a minimum, in the wide sense: no eigenvalue is below zero.
    """
    if row["solved_later"]:
        return "only slow"
    if row["still_slope"] > STILL or row["still_length"] > FAR:
        return "slope to infinity"
    return "saddle" if row["still_index"] > 0 else "minimum"
