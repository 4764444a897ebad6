"""The studies of 2012: what each trains, and what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from core.datasets import images
from core.evidence.measured import Cost
from core.evidence.rows import Rows, pick
from core.evidence.studies import Cells, Study
from core.evidence.trials import Row
from core.evidence.tuning import tuning_seeds
from core.networks import convnet
from core.networks.convnets import RATE, cifar_net
from reproductions.alexnet_2012 import experiment
from reproductions.alexnet_2012.accounting import EACH_WAY
from reproductions.alexnet_2012.settings import Settings

# The net in which parts are left out or put in, learning as its authors set it; and each part.
BASE: dict[str, Any] = {
    "maps": [16, 16, 32], "start": "own", "rule": "momentum", "schedule": "drops", "decay": 1.0, "augment": False,
}  # fmt: skip
ARMS: dict[str, dict[str, Any]] = {
    "all as it is": {},
    "normalised across maps": {"normalization": "across"},
    "normalised within maps": {"normalization": "within"},
    "pooling without overlap": {"overlap": False},
    "dropout": {"dropout": 0.5},
    "no weight decay": {"decay": 0.0},
    "no middle stage": {"maps": [16, 32]},
    "middle of each image": {"side": 24},
    "crops and mirror images": {"side": 24, "augment": True},
}
# From the recipe of 2012 to today's: each rung has the changes of all before it.
RUNGS: dict[str, dict[str, Any]] = {
    "2012": {**BASE, "maps": [32, 32, 64], "hidden": 64, "side": 24, "rate": RATE},
    "scaled start": {"start": "scaled", "rate": 0.01},
    "Adam, falling rate": {"rule": "adam", "schedule": "falling", "rate": 0.001},
    "crops and mirror images": {"augment": True},
    "stacked 3x3 kernels": {"stacked": True},
}


class Place(NamedTuple):
    """Where kinds of units are compared: a net, a size of batch, and a number of training images (0: all)."""

    net: str
    batch: int
    examples: int


def studies(s: Settings) -> list[Study]:
    """The studies that the settings name."""
    found: list[Study] = []
    if "units" in s.studies:
        found += _units(s)
    if "parts" in s.studies:
        cells: Cells = [({"arm": name, **base(s), **change}, range(s.seeds)) for name, change in ARMS.items()]
        found.append(Study("parts", experiment.learn, cells))
    if "pixels" in s.studies and s.data != "embedded":
        cells = [({**base(s), "pixels": kind}, range(s.seeds)) for kind in ("original", "JPEG")]
        found.append(Study("pixels", experiment.pixels, cells))
    if "pictures" in s.studies:
        size = {"examples": s.picture_images, "passes": s.picture_passes, "queries": s.queries}
        found.append(Study("pictures", experiment.pictures, [({**base(s), **size}, range(s.seeds))]))
    if "now" in s.studies:
        found.append(Study("ladder", experiment.learn, [(cell, range(s.seeds)) for cell in ladder(s)]))
    if "counts" in s.studies and s.speed_runs:
        cell = {"repeats": 1, "images": s.speed_images}
        clock = ("alexnet", "step", "hours")
        cells = [(cell, range(s.speed_runs))]
        found.append(Study("speed", experiment.speed, cells, alone=True, timed=clock))
    return found


def base(s: Settings) -> dict[str, Any]:
    """The net of the parts and how it learns."""
    return {
        **BASE,
        "data": s.data,
        "examples": s.part_images,
        "hidden": s.hidden,
        "rate": s.rate,
        "batch": s.part_batch,
        "passes": s.part_passes,
    }


def ladder(s: Settings) -> list[dict[str, Any]]:
    """The cell of every rung."""
    sizes = {"examples": s.now_images, "batch": s.part_batch, "passes": s.now_passes}
    cell: dict[str, Any] = {"data": s.data, **sizes}
    found = []
    for name, change in RUNGS.items():
        cell = {**cell, **change, "rung": name}
        found.append(cell)
    return found


def places(s: Settings) -> list[Place]:
    """Every net with every batch, and the first of them with more images."""
    found = [Place(net, batch, s.unit_images) for net in s.nets for batch in s.batches]
    if s.more_images and s.more_images != s.unit_images:
        found.append(found[0]._replace(examples=s.more_images))
    return found


def units_at(s: Settings, place: Place) -> tuple[str, ...]:
    """The kinds of units that are compared at a place: logistic ones at the first alone."""
    return ("relu", "tanh", "logistic") if place == places(s)[0] else ("relu", "tanh")


def _units(s: Settings) -> list[Study]:
    common = {"data": s.data, "target": s.target, "passes": s.unit_passes, "looks": 1}
    swept = [place for place in places(s) if place.examples == s.unit_images]

    def races(rows: Rows) -> Cells:
        return [
            ({**common, **place._asdict(), "unit": unit, "rate": chosen(s, rows, place, unit), "keep": True}, seeds)
            for place in places(s)
            for unit in units_at(s, place)
            for seeds in [range(s.seeds)]
        ]

    tried: Cells = [
        ({**common, **place._asdict(), "unit": unit, "rate": rate}, tuning_seeds(1))
        for place in swept
        for unit in units_at(s, place)
        for rate in s.rates
    ]
    return [Study("rates", experiment.units, tried), Study("units", experiment.units, races)]


def chosen(s: Settings, rows: Rows, place: Place, unit: str) -> float:
    """The rate at which a kind of units was there in the fewest passes, with the number of images of the sweep.

    Where none was there, the one with the lowest error at the end; a net whose numbers overflowed comes last.
    """
    here = pick(rows["rates"], **place._replace(examples=s.unit_images)._asdict(), unit=unit)
    return float(min(here, key=_slowness).cell["rate"])


def _slowness(row: Row) -> tuple[float, float]:
    if row.failed:
        return (np.inf, np.inf)
    return (row.values.get("passes", np.inf), float(row.arrays["running"][-1]))


def prepare(s: Settings, quiet: bool) -> None:
    """Find or fetch the images before any work starts."""
    images.load(s.data, quiet=quiet)
    if "pixels" in s.studies and s.data != "embedded":
        images.paired(quiet=quiet)


def cost(s: Settings, rows: Rows) -> Cost:
    """Images shown in learning, and what that took by the layers of each net."""
    shown, products = 0, 0.0
    for study, group in rows.items():
        for row in group:
            if study in ("rates", "units") and "shown" in row.values:
                count = row.values["shown"] * size(s, row.cell["examples"])
                shown += int(count)
                products += count * multiplications(row.cell)
            elif "shown" in row.values:
                shown += int(row.values["shown"])
                products += row.values["shown"] * row.values["multiplications"]
    main = next((rows[name] for name in ("units", *rows) if rows.get(name)), [])
    return Cost(
        presentations=shown,
        operations=int(EACH_WAY * products),
        operations_are="multiplications with an addition each, three for every one of a pass forwards, by layers",
        seconds_each=float(np.mean([row.seconds for row in main])) if main else None,
        data=images.load(s.data).sha256,
    )


def size(s: Settings, examples: int) -> int:
    """How many training images so many `examples` are."""
    whole = len(images.load(s.data).train_x)
    return min(examples, whole) if examples else whole


def multiplications(cell: Mapping[str, Any]) -> int:
    """Multiplications of weights with inputs for one image, in a net of the comparison of units."""
    net = cifar_net(unit=cell["unit"], **experiment.NETS[cell["net"]])
    return sum(layer.multiplications for layer in convnet.counts(net))
