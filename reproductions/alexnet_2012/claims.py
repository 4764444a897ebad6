"""Our side of every claim of the era, by its id in paper.toml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.evidence import measured as m
from core.evidence.measured import Count, Measured, Quantity, Simple
from core.evidence.rows import Rows, failures, finished, pick
from core.evidence.trials import Row
from core.networks.convnet import counts
from core.networks.convnets import alexnet
from reproductions.alexnet_2012 import accounting
from reproductions.alexnet_2012.run import RUNGS, Place, places, units_at
from reproductions.alexnet_2012.settings import Settings

PRINTED_LIST = (253_440, 186_624, 64_896, 64_896, 43_264, 4096, 4096, 1000)  # under figure 2 of the paper
SIDE, CROP = 256, 224  # pixels of an image and of a part of it, section 4.1
CALLED = {"80-second": "80-second", "four layers": "32-32-64", "small": "16-16-32", "tiny": "8-8"}  # by their maps
FORMS = {"across maps": "normalised across maps", "within maps": "normalised within maps"}


def measure(s: Settings, rows: Rows) -> dict[str, Measured]:
    """Our side of every claim."""
    return {**_units(s, rows), **_parts(rows), **_others(rows), **_counts()}


def _units(s: Settings, rows: Rows) -> dict[str, Measured]:
    tanh: dict[str, Simple] = {}
    saturating: dict[str, Simple] = {}
    for place in places(s) if rows.get("units") else ():
        fast = at(rows["units"], place, "relu")
        for unit in units_at(s, place)[1:]:
            found = times_as_fast(at(rows["units"], place, unit), fast, s.unit_passes)
            saturating[f"{unit}, {called(s, place)}"] = found
            if unit == "tanh":
                tanh[called(s, place)] = found
    return {"six": tanh or None, "several": saturating or None, "faster": saturating or None}


def called(s: Settings, place: Place) -> str:
    """The name of a place in tables and verdicts."""
    more = f", {place.examples:,} images" if place.examples != s.unit_images else ""
    return f"{CALLED[place.net]} net, batch {place.batch}{more}"


def at(rows: Sequence[Row], place: Place, unit: str) -> list[Row]:
    """The networks of a kind of units at a place."""
    return pick(rows, **place._asdict(), unit=unit)


def times_as_fast(slow: Sequence[Row], fast: Sequence[Row], most: int) -> Quantity | None:
    """Passes of the slow networks over those of the fast ones of the same seeds, as a geometric mean.

    A network that was not there after `most` passes, or whose numbers overflowed, is counted with `most`, and the
    interval is open at the side on which it might be longer.
    """
    other = {row.seed: row for row in fast}
    pairs = [(row, other[row.seed]) for row in slow if row.seed in other]
    found = m.ratio(*(np.array([_passes(row, most) for row in side]) for side in zip(*pairs, strict=True)))
    if found is None:
        return None
    open_above, open_below = (sum(not row.values.get("solved") for row in side) for side in zip(*pairs, strict=True))
    low, high = 0.0 if open_below else found.low, np.inf if open_above else found.high
    return replace(found, low=low, high=high, unfinished=open_above + open_below)


def _passes(row: Row, most: int) -> float:
    return row.values["passes"] if row.values.get("solved") else float(most)


def _parts(rows: Rows) -> dict[str, Measured]:
    def arm(name: str) -> list[Row]:
        return pick(rows.get("parts", []), arm=name)

    plain, whole = arm("all as it is"), arm("middle of each image")
    return {
        "lrn": {form: points(plain, arm(name), "test") for form, name in FORMS.items()} if plain else None,
        "overlap": points(arm("pooling without overlap"), plain, "test"),
        "overlap_gap": points(arm("pooling without overlap"), plain, "gap"),
        "dropout_gap": points(plain, arm("dropout"), "gap"),
        "crops_gap": points(whole, arm("crops and mirror images"), "gap"),
        "crops_test": points(whole, arm("crops and mirror images"), "test"),
        "decay": points(arm("no weight decay"), plain, "train"),
        "depth": points(arm("no middle stage"), plain, "test"),
    }


def points(a: Sequence[Row], b: Sequence[Row], what: str) -> Quantity | None:
    """Error of a less error of b in points, over the seeds that both have; "gap" is test less training error."""
    if what != "gap":
        return m.difference(a, b, what, scale=100, pairs=True)
    first, second = ({row.seed: gap(row) for row in group if not row.failed} for group in (a, b))
    values = np.array([100 * (first[seed] - second[seed]) for seed in first if seed in second])
    found = m.mean(values, failed=failures([*a, *b]), covers=("pairs of seeds",))
    return None if found is None else replace(found, statistic="mean difference")


def gap(row: Row) -> float:
    """Test error less training error of a network."""
    return row.values["test"] - row.values["train"]


def _others(rows: Rows) -> dict[str, Measured]:
    pixels, ladder = rows.get("pixels", []), rows.get("ladder", [])
    by_layer, by_pixels = (finished(rows.get("pictures", []), name) for name in ("same", "same_by_pixels"))
    first, last = (pick(ladder, rung=name) for name in (next(iter(RUNGS)), list(RUNGS)[-1]))
    return {
        "jpeg": points(pick(pixels, pixels="JPEG"), pick(pixels, pixels="original"), "test"),
        "retrieval": m.mean(100 * (by_layer - by_pixels)),
        "today": points(first, last, "test"),
    }


def _counts() -> dict[str, Measured]:
    total, layers = accounting.totals(), accounting.shares()
    convolutions = [layer for layer in layers if layer.name.startswith("convolution")]
    net = alexnet()
    return {
        "parameters": Count(total["parameters"] / 1e6),
        "neurons": {
            "outputs of the layers": Count(total["units"]),
            "sum of the printed list": Count(float(sum(PRINTED_LIST))),
        },
        "first_layer": Count(float(counts(net)[0].units)),
        "input": Count(float(net.side**2 * net.maps)),
        "one_percent": Count(100 * max(layer.parameters for layer in convolutions) / total["parameters"]),
        "crops_count": Count(2.0 * (SIDE - CROP + 1) ** 2),
        "operations": Count(total["operations"]),
        "twelve": Count(total["ratio"]),
    }
