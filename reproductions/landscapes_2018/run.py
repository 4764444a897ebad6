"""The studies of landscapes: lines, pairs of solutions, slices, paths, the wormhole, curvature, stuck nets, chance."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.datasets import digits, mnist
from core.evidence.measured import Cost
from core.evidence.rows import Rows
from core.evidence.studies import Cells, Study
from core.learning.compiled.vectors import LANES
from reproductions.landscapes_2018 import experiment
from reproductions.landscapes_2018.settings import Settings

Cell = dict[str, Any]
POOLED = 4  # side of the squares of pixels that are averaged where whole Hessians are taken
LINE = [0.0, 1.0, 51]  # where straight lines are read: from, to, points
ORDINARY = ("one hidden layer, plain steps", "one hidden layer, Adam", "8 layers with skips")
MADE = ("three layers, large plain steps", "three layers, large Adam steps", "8 narrow layers", "8 layers, no skips")
XOR: Cell = {
    "layers": [2, 2, 1],
    "reach": 0.5,
    "rate": 0.5,
    "momentum": 0.9,
    "sweeps": 3000,
    "off": 0.1,
    "margin": 0.4,
    "longer": 100000,
}
RISE = 0.5  # nats by which a slice has to rise for its width to be told
CHANCE = (1, 2, 3, 4, 5)


def prepare(s: Settings, quiet: bool) -> None:
    """Fetch and check the data before any trial starts."""
    mnist.load(s.data, quiet=quiet)
    digits.load(s.zipcode, quiet=quiet)


def studies(s: Settings) -> list[Study]:
    """Every study."""
    return [
        Study("straight lines", experiment.straight, [(cell, range(s.seeds)) for cell in line_cells(s)]),
        Study("straight, XOR", experiment.straight_xor, [(XOR | {"shares": LINE}, range(s.xor_seeds))], block=LANES),
        Study("straight, zip codes", experiment.straight_zipcode, [(zipcode(s), range(s.seeds))], block=LANES),
        Study("pairs", experiment.between, [(cell, range(s.pairs)) for cell in pair_cells(s)]),
        Study("planes", experiment.planes, by_net(plane_cells(s), s.nets, s.slices), block=s.slices),
        Study("two scales", experiment.planes, by_net([raw_cell(s)], s.nets, s.slices), block=s.slices),
        Study("batch and decay", experiment.widths, by_net(batch_cells(s), s.batch_nets, s.slices), block=s.slices),
        Study("rescaled", experiment.rescaled, by_net([rescaled_cell(s)], s.nets, s.slices), block=s.slices),
        Study("components", experiment.components, [(cell, range(s.path_nets)) for cell in path_cells(s)]),
        Study("random planes", experiment.displacement, [(cell, range(s.size_seeds)) for cell in size_cells(s)]),
        Study("wormhole", experiment.wormhole, worm_cells(s)),
        Study("spectra", experiment.spectrum, [(spectrum_cell(s), range(s.spectra))]),
        Study("ends of spectra", experiment.ends, [(ends_cell(s), range(s.lanczos))]),
        Study("still points", experiment.index_and_loss, [(still_cell(s), range(s.still_nets))]),
        Study("stuck XOR nets", experiment.xor, [(XOR, range(s.stuck_seeds))], block=LANES),
        Study(
            "chance",
            experiment.chance,
            [({"n": n, "matrices": s.matrices}, range(s.chance_seeds)) for n in CHANCE],
        ),
    ]


def by_net(cells: list[Cell], nets: int, slices: int) -> Cells:
    """Slices of one net in one block, so that it is trained once: the net of a seed is its rest by the number of nets.

    >>> [list(seeds) for _, seeds in by_net([{}], 2, 3)]
    [[0, 2, 4, 1, 3, 5]]
    """
    seeds = [net + nets * k for net in range(nets) for k in range(slices)]
    return [(cell | {"nets": nets}, seeds) for cell in cells]


def net(s: Settings, **changes: Any) -> Cell:
    """A net of one hidden layer of rectifiers, its digits and its training, with changes."""
    return {
        "net": "layered",
        "hidden": [s.hidden],
        "activation": "relu",
        "data": s.data,
        "examples": s.examples,
        "pool": s.pool,
        "passes": s.passes,
        "batch": s.batch,
        "rule": "plain",
        "rate": s.learning_rate,
        "on": s.on,
    } | changes


def deep(s: Settings, depth: int, skips: bool, **changes: Any) -> Cell:
    """A net of many layers, with skips over every two of them or without, trained as in 2018, but shorter."""
    return (
        net(
            s,
            net="residual",
            width=s.width,
            depth=depth,
            skips=skips,
            rate=s.learning_rate / 5,
            momentum=0.9,
            nesterov=True,
            falling=True,
            decay=s.decay,
            passes=2 * s.passes,
        )
        | changes
    )


def line_cells(s: Settings) -> list[Cell]:
    """Ordinary nets, and nets made to meet an obstacle."""
    three = [s.hidden] * 3
    kinds = (
        net(s),
        net(s, rule="adam", rate=0.001),
        deep(s, 8, True),
        net(s, hidden=three, rate=0.5),
        net(s, hidden=three, rule="adam", rate=0.01),
        net(s, hidden=[10] * 8, activation="tanh", momentum=0.9),
        deep(s, 8, False),
    )
    names = (*ORDINARY, *MADE)
    return [{"name": name, "shares": LINE, **cell} for name, cell in zip(names, kinds, strict=True)]


def zipcode(s: Settings) -> Cell:
    """The zip-code reader of 1989."""
    return {"data": s.zipcode, "passes": s.zipcode_passes, "rate": 0.02, "shares": LINE, "on": min(s.on, 200)}


def pair_cells(s: Settings) -> list[Cell]:
    """Nets of which two are joined by a line."""
    return [net(s, hidden=list(layers), points=25) for layers in s.pair_layers]


def plane_cells(s: Settings) -> list[Cell]:
    """Filter-normalised slices of deep nets; of the first directions of each net the surfaces are kept."""
    look = {"extent": 1.0, "points": s.points, "kinds": ["filters"], "keep": True}
    return [deep(s, depth, skips) | look for depth in s.depths for skips in (True, False)]


def raw_cell(s: Settings) -> Cell:
    """Slices of the plain net by both scales, raw ones reaching as far in all as the weights are long."""
    return net(s, extent=1.0, points=s.points, kinds=["filters", "raw"], in_lengths=True, keep=True)


def batch_cells(s: Settings) -> list[Cell]:
    """Small and large batch, without decay and with it, after equally many passes."""
    look = {"reach": {"filters": 2.0, "raw": 60.0}, "points": 121, "rise": RISE}
    return [
        learned_well(s, batch=batch, decay=decay) | look
        for decay in (0.0, s.decay)
        for batch in (s.small_batch, s.large_batch)
    ]


def learned_well(s: Settings, **changes: Any) -> Cell:
    """The plain net on fewer digits for many passes, so that large batches learn them too."""
    return (
        net(
            s,
            examples=s.batch_examples,
            passes=s.batch_passes,
            batch=s.small_batch,
            momentum=s.momentum,
            rate=s.learning_rate / 2,
            decay=0.0,
        )
        | changes
    )


def rescaled_cell(s: Settings) -> Cell:
    """The plain net with its first layer ten times as large, its second a tenth."""
    return net(s, factor=10.0, reach={"filters": 1.0, "raw": 20.0}, points=41, rise=RISE)


def path_cells(s: Settings) -> list[Cell]:
    """Paths by batch, decay and rule, looked at after every pass."""
    look = {"looks": s.batch_passes, "planes": 20}
    kinds: tuple[tuple[str, Cell], ...] = (
        ("small batch", {}),
        ("small batch, decay", {"decay": s.decay}),
        ("large batch", {"batch": s.large_batch}),
        ("Adam", {"rule": "adam", "rate": 0.001}),
    )
    return [{"name": name, **learned_well(s, **changes), **look} for name, changes in kinds]


def size_cells(s: Settings) -> list[Cell]:
    """Nets from a hundred parameters to a million."""
    return [net(s, pool=pool, hidden=[hidden], directions=30) for pool, hidden in s.sizes]


def worm_cells(s: Settings) -> Cells:
    """The plane through the start while the net learns; the film itself is kept for the first net."""
    cell = net(s, hidden=[s.hidden], looks=s.frames, extent=1.0, on=2 * s.on, falling=True)
    coarse = min(s.worm_points, 15)
    return [
        (cell | {"points": s.worm_points, "keep": True}, range(1)),
        (cell | {"points": coarse}, range(1, s.worms)),
    ]


def small(s: Settings, **changes: Any) -> Cell:
    """A net small enough for its whole Hessian: averaged pixels, a few tanh units."""
    return net(s, pool=POOLED, hidden=[3], activation="tanh", momentum=0.9, rate=s.learning_rate / 2, **changes)


def spectrum_cell(s: Settings) -> Cell:
    """Every eigenvalue at eight looks."""
    return small(s, looks=8)


def ends_cell(s: Settings) -> Cell:
    """The ends of the spectrum of the plain net at its start and its end."""
    return net(s, looks=1, count=2, tolerance=0.01) | {"on": min(s.on, 300)}


def still_cell(s: Settings) -> Cell:
    """Where still points are looked for: from along a path, moved by up to two fifths of the weights' length."""
    found = small(s, looks=8, tries=s.tries, noise=0.4, steps=s.still_steps, small=1e-8, decay=0.005)
    return found | {"hidden": [2], "on": min(s.on, 200), "passes": 4 * s.passes}


def cost(s: Settings, rows: Rows) -> Cost:
    """Digits shown in training, and the losses that slices and lines read."""
    trained = (
        "straight lines",
        "pairs",
        "planes",
        "two scales",
        "batch and decay",
        "rescaled",
        "components",
        "random planes",
        "wormhole",
        "spectra",
        "ends of spectra",
        "still points",
    )
    shown = 0
    for name in trained:
        twice = 2 if name == "pairs" else 1
        nets = {(str(row.cell), row.seed % row.cell.get("nets", 10**9)): row.cell for row in rows[name]}
        shown += sum(twice * cell["passes"] * cell["examples"] for cell in nets.values())
    read = sum(row.cell["points"] ** 2 * row.cell["on"] for name in ("planes", "two scales") for row in rows[name])
    each = float(np.mean([row.seconds for row in rows["planes"]]))
    return Cost(shown, int(read), "losses of single digits read by two-dimensional slices", each)
