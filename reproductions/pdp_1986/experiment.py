"""The experiments of `pdp_1986`: small networks of logistic units, trained eight seeds at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from core.datasets import boolean
from core.learning.compiled import small_nets
from core.learning.seeds import generator
from core.learning.wiring import Wiring
from core.networks.grouped import Net, evaluate, layers

NETS = {
    "xor 2-2-1": layers(2, 2, 1),
    "xor direct": Net((2, 1, 1), ((0,), (0, 1))),
    "parity": layers(4, 4, 1),
    "symmetry": layers(6, 2, 1),
    "encoder": layers(8, 3, 8),
    "2-1-4-4": layers(2, 1, 4, 4),
    # The adders of the chapter: every input reaches every unit, hidden units read those before them (pages 343-345).
    "addition 2": Net((4, 1, 1, 3), ((0,), (0, 1), (0, 1, 2))),
    "addition 3": Net((4, 1, 1, 1, 3), ((0,), (0, 1), (0, 1, 2), (0, 1, 2, 3))),
    "negation": Net((4, 3, 3), ((0,), (0, 1))),
    # The same in plain layers, as others ran them.
    "addition 4-2-3": layers(4, 2, 3),
    "addition 4-3-3": layers(4, 3, 3),
    "negation 4-3-3": layers(4, 3, 3),
    "negation 4-6-3": layers(4, 6, 3),
}
# The net of figure 5 (page 333), stuck in its local minimum: w0_1 by rows, b1, w1_2, b2. Which of 9.2 and 8.8 is whose
# is not told; with either, outputs are 0.10 and 0.90 for 00 and 10, and one half for 01 and 11.
FIGURE_5 = np.array([-2.0, 4.3, 9.2, 8.8, 2.0, -0.1, -4.5, 5.3, -0.8])
RETINA = 7  # side of the retina of the T-C task; its windows of 3x3 have 25 places


def net_of(cell: Mapping[str, Any]) -> Net:
    """The network of a cell: one of NETS by name, or layers by size, with direct links if asked for."""
    if "layers" not in cell:
        return NETS[cell["net"]]
    sizes = tuple(cell["layers"])
    return Net(sizes, ((0,), (0, 1))) if cell.get("direct") else layers(*sizes)


@cache
def task(name: str, bits: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets of a task by name."""
    tasks: dict[str, Any] = {
        "xor": lambda: boolean.parity(2),
        "parity": lambda: boolean.parity(bits),
        "symmetry": lambda: boolean.symmetry(bits),
        "encoder": lambda: boolean.encoder(8),
        "addition": boolean.addition,
        "negation": boolean.negation,
        "distributed": distributed,
        "contiguity": lambda: boolean.contiguity(bits),
    }
    return tasks[name]()


def distributed() -> tuple[np.ndarray, np.ndarray]:
    """Two bits to one of four units: the encoder through a single hidden unit, 2-1-4-4 (page 338)."""
    x = boolean.corners(2)
    return x, np.eye(4)[(2 * x[:, 0] + x[:, 1]).astype(int)]


def learn(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Train one net per seed until every output is within the margin, and tell how long that took.

    A net that has not learned after cell["sweeps"] sweeps has solved = 0; that is an outcome, not a failed trial.
    """
    x, t = task(cell["task"], cell.get("bits", 0))
    net, off = net_of(cell), float(cell.get("off", 0.0))
    targets = off + (1 - 2 * off) * t
    rngs = [generator(cell["entropy"], seed) for seed in seeds]
    if cell.get("figure_5"):
        start = FIGURE_5 + np.stack(
            [rng.uniform(-0.05, 0.05, len(FIGURE_5)) for rng in rngs]
        )  # as far as it is printed
    else:
        start = np.stack([net.flat(net.init(rng, cell["reach"], biases=cell.get("biases", True))) for rng in rngs])
    if cell.get("saturated"):
        start[:, -1] += cell["saturated"]  # the bias of the last output unit comes last
    found = small_nets.train(
        net.wiring,
        start,
        x,
        targets,
        rate=cell["rate"],
        momentum=cell["momentum"],
        online=bool(cell.get("online")),
        order=_order(cell, len(x), t, rngs),
        cross_entropy=bool(cell.get("cross_entropy")),
        margin=cell["margin"],
        sweeps=cell["sweeps"],
        every=cell.get("every", 0),
        check=cell.get("check", 1),
    )
    rows = []
    for k in range(len(seeds)):
        w = found.parameters[k]
        row: dict[str, Any] = {"solved": float(found.solved[k] >= 0), "length": float(np.linalg.norm(w))}
        if found.solved[k] < 0:
            row["slope"] = float(found.slope[k])
        shown = found.solved[k] if found.solved[k] >= 0 else cell["sweeps"]
        row["presentations"] = float(shown * _shown_each_sweep(cell, len(x)))
        if found.solved[k] >= 0:
            row["sweeps"] = float(found.solved[k])
        if not np.all(np.isfinite(found.final[k])):
            row["failed"] = "diverged"
        if cell["task"] == "addition":
            wrong = np.any(np.abs(evaluate(net, w, x)[-1] - targets) >= 0.5, axis=1)
            row |= {"wrong": float(wrong.sum()), "only_three_and_three": float(wrong.sum() == 1 and wrong[-1])}
        if cell.get("keep"):
            row |= {"weights": w, "outputs": evaluate(net, w, x)[-1][:, 0], "start": start[k]}
        if cell.get("every"):
            row["losses"] = found.losses[k]
        rows.append(row)
    return rows


def _shown_each_sweep(cell: Mapping[str, Any], patterns: int) -> int:
    return int(cell["sampled"]) if cell.get("sampled") else patterns


def _order(
    cell: Mapping[str, Any], patterns: int, t: np.ndarray, rngs: Sequence[np.random.Generator]
) -> np.ndarray | None:
    """Patterns shown in each sweep, for every seed: all as given, all in a fixed random order, or a random sample.

    A sample draws cell["sampled"] patterns anew for every sweep; a balanced one draws half of them from each class.
    """
    if cell.get("shuffled"):
        return np.stack([rng.permutation(patterns)[None] for rng in rngs])
    if not cell.get("sampled"):
        return None
    size = (int(cell["sweeps"]), int(cell["sampled"]))
    if not cell.get("balanced"):
        return np.stack([rng.integers(0, patterns, size) for rng in rngs])
    on, off = np.flatnonzero(t[:, 0] > 0.5), np.flatnonzero(t[:, 0] <= 0.5)
    half = (size[0], size[1] // 2)
    return np.stack([np.concatenate([rng.choice(on, half), rng.choice(off, half)], axis=1) for rng in rngs])


def learn_with_measures(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """`learn`, and what the hidden units of parity and symmetry nets came to do."""
    x, _ = task(cell["task"], cell.get("bits", 0))
    net = net_of(cell)
    rows = learn({**cell, "keep": True}, seeds)
    for row in rows:
        if cell["task"] == "symmetry":
            row |= mirror(net.named(row["weights"])["w0_1"])
        elif cell["task"] == "parity":
            hidden = evaluate(net, row["weights"], x)[0]
            row["counting"] = counting(hidden, x.sum(axis=1).astype(int))
            row["hidden"] = hidden
    return rows


def mirror(w: np.ndarray) -> dict[str, float]:
    # (n, 2)
    """How near two hidden units come to mirrored weights in powers of two: ratios of the sorted halves, and residuals.

    Ratios are of the middle and of the largest to the smallest size, means over units; `largest` is the ratio of the
    extremes for any n; residual is the length of w + reversed w over that of w, `copies` that of the sum of the units.
    """
    half = len(w) // 2
    sizes = np.sort(np.abs(w[:half]) + np.abs(w[::-1][:half]), axis=0) / 2
    found = {
        "largest": float(np.mean(sizes[-1] / sizes[0])),
        "residual": float(np.linalg.norm(w + w[::-1]) / np.linalg.norm(w)),
    }
    if half == 3:
        found |= {"middle": float(np.mean(sizes[1] / sizes[0]))}
    if w.shape[1] == 2:
        signed = min(np.linalg.norm(w[:, 0] + w[:, 1]), np.linalg.norm(w[:, 0] - w[:, 1]))
        found["copies"] = float(signed / np.linalg.norm(w))
    return found


def counting(hidden: np.ndarray, bits: np.ndarray) -> float:
    """Share of the hidden units' variance over patterns that the number of bits explains: 1 for pure bit counters."""
    means = np.stack([hidden[bits == k].mean(axis=0) for k in range(bits.max() + 1)])[bits]
    total = ((hidden - hidden.mean(axis=0)) ** 2).sum()
    return float(((means - hidden.mean(axis=0)) ** 2).sum() / total)


@cache
def tied_wiring() -> Wiring:
    """A retina whose 25 windows of 3x3 share nine weights and a bias, and one output with one shared weight."""
    places = RETINA - 2
    first, source, weight, bias = [0], [], [], []
    for i in range(places):
        for j in range(places):
            source += [(i + a) * RETINA + j + b for a in range(3) for b in range(3)]
            weight += list(range(9))
            bias.append(9)
            first.append(len(source))
    source += [RETINA**2 + k for k in range(places**2)]
    weight += [10] * places**2
    bias.append(11)
    first.append(len(source))
    return Wiring(RETINA**2, 1, 12, *(np.array(a, dtype=np.int64) for a in (first, source, weight, bias)))


def t_and_c(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """T against C with one kernel shared over the retina; and what kind of detector the kernel became."""
    x, t = boolean.t_and_c(RETINA)
    start = np.stack([generator(cell["entropy"], seed).uniform(-cell["reach"], cell["reach"], 12) for seed in seeds])
    found = small_nets.train(
        tied_wiring(),
        start,
        x,
        0.1 + 0.8 * t,
        rate=cell["rate"],
        momentum=cell["momentum"],
        margin=0.4,
        sweeps=cell["sweeps"],
    )
    rows = []
    for k in range(len(seeds)):
        kernel = found.parameters[k, :9].reshape(3, 3)
        row: dict[str, Any] = {"solved": float(found.solved[k] >= 0), "kernel": kernel}
        if found.solved[k] >= 0:
            row |= {"sweeps": float(found.solved[k]), "kind": float(KINDS.index(kind_of(kernel)))}
        rows.append(row)
    return rows


def associations(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Twenty pairs of random binary vectors of ten bits, as Plaut, Nowlan and Hinton (1986) learned them: epochs.

    The error of an output is its distance from 0.8 or 0.2, and nothing beyond.
    cell: layers, set (which pairs), rate, momentum, reach, sweeps; `by_fan_in` divides the rate of every weight by the
    number of connections into its unit, times that of a unit of the narrowest net.
    """
    rng = generator(cell["entropy"], 10_000_000 + cell["set"])
    x, t = rng.integers(0, 2, (2, 20, 10)).astype(float)
    net = layers(*cell["layers"])
    start = np.stack([net.flat(net.init(generator(cell["entropy"], seed), cell["reach"])) for seed in seeds])
    scales = None
    if cell["by_fan_in"]:
        fan_in = {k: sum(net.sizes[s] for s in sources) + 1 for k, sources in enumerate(net.reads, start=net.inputs)}
        of = {name: 11.0 / fan_in[int(name.partition("_")[2] or name[1:])] for name in net.shapes}
        scales = net.flat({name: np.full(shape, of[name]) for name, shape in net.shapes.items()})
    found = small_nets.train(
        net.wiring,
        start,
        x,
        0.2 + 0.6 * t,
        rate=cell["rate"],
        momentum=cell["momentum"],
        margin=0.3,
        sweeps=cell["sweeps"],
        scales=scales,
        liberal=True,
    )
    rows = []
    for k in range(len(seeds)):
        row: dict[str, Any] = {"solved": float(found.solved[k] >= 0)}
        rows.append(row | ({"sweeps": float(found.solved[k])} if found.solved[k] >= 0 else {}))
    return rows


KINDS = ("one sign", "centre against surround", "bar or edge")


def kind_of(kernel: np.ndarray) -> str:
    """The prototype that a kernel is most like: all of one sign, centre against surround, or a straight split."""
    surround = np.full((3, 3), -1 / 8)
    surround[1, 1] = 1.0
    lines = [np.outer(row, np.ones(3)) for row in ([1, 0, -1], [-1, 2, -1], [1, 1, -2], [-2, 1, 1])]
    diagonal = np.array([[0, 1, 1], [-1, 0, 1], [-1, -1, 0.0]])
    crossed = np.where(np.eye(3) > 0, 2.0, -1.0)
    straight = [*lines, *(a.T for a in lines), diagonal, diagonal[:, ::-1], crossed, crossed[:, ::-1]]
    prototypes = {"one sign": [np.ones((3, 3))], "centre against surround": [surround], "bar or edge": straight}
    like = {
        name: max(abs(float(np.sum(kernel * a))) / np.linalg.norm(a) for a in shapes)
        for name, shapes in prototypes.items()
    }
    return max(like, key=lambda name: like[name])
