"""Straight lines: from a start to its solution, and from one solution to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import digits
from core.learning import landscape, optimizers
from core.learning.compiled import small_nets
from core.learning.compiled import zipcode as compiled_zipcode
from core.learning.ops import squared_error
from core.learning.seeds import generator
from core.networks import grouped, zipcode
from reproductions.landscapes_2018 import stuck
from reproductions.landscapes_2018.matching import matched
from reproductions.landscapes_2018.nets import Digits, Net, digits_of, double, net_of, trained

TOLERANCE = 1e-3  # climbs below this share of the whole fall are not counted as obstacles
BORDERS = (-1.0, -1.0)  # around the images and the maps of the zip-code reader


def _shown(data: Digits, count: int) -> tuple[np.ndarray, np.ndarray]:
    return data.x[:count].astype(np.float64), data.y[:count]


def along(net: Net, start: Any, end: Any, shares: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Losses at start + share (end - start), many at once."""
    a, b = double(start), double(end)
    return landscape.values_by_layer(
        net.rest,
        lambda p: net.first(p, x),
        net.names,
        a,
        [landscape.difference(a, b)],
        shares[:, None],
        y,
        together=max(1, 128_000 // (len(x) * b[net.names[1]].size)),
    )


def line_row(shares: np.ndarray, losses: np.ndarray) -> dict[str, Any]:
    """What a line shows between its ends.

    Whether the loss only falls, its largest climb as a share of the fall, whether it is convex, and how far its largest
    value lies above the straight line between the ends.
    """
    inside = (shares >= 0) & (shares <= 1)
    line, at = losses[inside], shares[inside]
    fall = float(line[0] - line[-1])
    climb = landscape.rises(line)
    bends = np.diff(line, 2)
    chord = line[0] + (line[-1] - line[0]) * at
    return {
        "losses": losses,
        "first": float(line[0]),
        "last": float(line[-1]),
        "monotone": float(climb <= TOLERANCE * abs(fall) and fall > 0),
        "climb": climb / abs(fall) if fall else np.inf,
        "convex": float(np.all(bends >= -TOLERANCE * abs(fall) / len(bends))),
        "barrier": float(np.max(line - chord)),
    }


def straight(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Loss along the straight line from each start to where training ended. cell: that of `nets.trained`, shares, on.

    `monotone` whether the training loss never climbs by more than a thousandth of its fall between the ends; see
    `line_row`. `length` of the line, and the net's error at its end.
    """
    return [_straight(cell, seed) for seed in seeds]


def _straight(cell: Mapping[str, Any], seed: int) -> dict[str, Any]:
    net, found = net_of(cell), trained(cell, seed)
    if not found.sound:
        return {"failed": "diverged"}
    shares = np.linspace(*cell["shares"])
    losses = along(net, found.start, found.end, shares, *_shown(digits_of(cell), cell["on"]))
    move = landscape.difference(double(found.start), double(found.end))
    length = float(np.sqrt(sum(np.sum(np.square(value)) for value in move.values())))
    ends = {"error": found.error, "train_error": found.train_error, "length": length, "loss": found.loss}
    return line_row(shares, losses) | ends


@stuck.by_eights
def straight_xor(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The same for the XOR nets of 1986: sigmoid units, all four patterns a sweep, half the sum of squares.

    cell: that of `stuck.xor`, and shares. `solved` whether all outputs came within the margin.
    """
    net, (x, t) = stuck.nets(cell), stuck.xor_task(cell)
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

    def loss(system: Any, p: Any, x: np.ndarray, t: np.ndarray) -> Any:
        y = grouped.outputs(system, net, p, system.constant(x))
        return system.apply(squared_error, y, system.constant(t))

    shares, rows = np.linspace(*cell["shares"]), []
    for k in range(len(seeds)):
        a, b = net.named(start[k]), net.named(found.parameters[k])
        losses = landscape.values(loss, a, [landscape.difference(a, b)], shares[:, None], x, t, together=256)
        rows.append(line_row(shares, losses) | {"solved": float(found.solved[k] >= 0)})
    return rows


@stuck.by_eights
def straight_zipcode(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The same for the zip-code reader of 1989, trained online. cell: data, passes, rate, shares, on.

    Weights are drawn as in the paper; one plain rate for all of them.
    """
    data, table = digits.load(cell["data"]), zipcode.TABLES["blocks"]
    t = digits.targets(data.train_y)
    alone = [zipcode.init(generator(cell["entropy"], seed), spread=lambda fan: 2.4 / fan) for seed in seeds]
    p = {name: np.stack([one[name] for one in alone]) for name in alone[0]}
    start, rates = p, optimizers.uniform_rates(p, cell["rate"])
    for _ in range(cell["passes"]):
        p = compiled_zipcode.convolutional_pass(p, rates, data.train_x, t, table=table, borders=BORDERS)

    def loss(system: Any, q: Any, x: np.ndarray, t: np.ndarray) -> Any:
        y = zipcode.outputs(system, q, system.constant(x), table=table, borders=BORDERS)
        return system.apply(squared_error, y, system.constant(t))

    shares, rows, on = np.linspace(*cell["shares"]), [], cell["on"]
    wrong = (
        compiled_zipcode.convolutional_outputs(p, data.test_x, table=table, borders=BORDERS).argmax(-1) != data.test_y
    )
    for k in range(len(seeds)):
        a, b = ({name: value[k] for name, value in q.items()} for q in (start, p))
        losses = landscape.values(
            loss, a, [landscape.difference(a, b)], shares[:, None], data.train_x[:on], t[:on], together=4
        )
        rows.append(line_row(shares, losses / on) | {"error": float(wrong[k].mean())})
    return rows


def between(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Loss between two solutions, nets 2s and 2s + 1 of seed s, before and after matching their hidden units.

    `barrier` is how far the loss rises above the straight line between its two ends, `matched_barrier` the same once
    the second net's units are renamed, `moved` the share of units that got another place, `nearer` the ratio of
    the two distances.
    """
    return [_between(cell, seed) for seed in seeds]


def _between(cell: Mapping[str, Any], seed: int) -> dict[str, Any]:
    net, pair = net_of(cell), [trained(cell, 2 * seed + k) for k in (0, 1)]
    if not all(one.sound for one in pair):
        return {"failed": "diverged"}
    a, b = (double(one.end) for one in pair)
    renamed, orders = matched(a, b)
    shares, (x, y) = np.linspace(0, 1, cell["points"]), _shown(digits_of(cell), cell["on"])
    row: dict[str, Any] = {}
    for name, other in (("", b), ("matched_", renamed)):
        losses = along(net, a, other, shares, x, y)
        row |= {f"{name}losses": losses, f"{name}barrier": line_row(shares, losses)["barrier"]}
    far, near = (sum(np.sum(np.square(other[n] - a[n])) for n in a) ** 0.5 for other in (b, renamed))
    moved = np.concatenate([order != np.arange(len(order)) for order in orders.values()])
    return row | {
        "moved": float(moved.mean()),
        "nearer": float(near / far),
        "error": (pair[0].error + pair[1].error) / 2,
    }
