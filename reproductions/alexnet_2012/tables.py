"""Tables of the report of 2012, the words it names, and the arrays that its figures draw."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets import images
from core.evidence import verdicts
from core.evidence.claims import load_paper
from core.evidence.rows import Rows, finished, grouped, pick, stacked
from core.evidence.tables import Table, means_table, table
from core.evidence.trials import Row
from reproductions.alexnet_2012 import accounting
from reproductions.alexnet_2012.claims import at, called, gap, measure, points, times_as_fast
from reproductions.alexnet_2012.learning import looked_at
from reproductions.alexnet_2012.run import ARMS, RUNGS, places, units_at
from reproductions.alexnet_2012.settings import Settings

SIGNS = ("lrn", "overlap", "overlap_gap", "dropout_gap", "crops_gap", "crops_test", "decay", "depth")
SHOWN = 10  # rows of nearest images, one for each class
WORST = 12


def tables(s: Settings, rows: Rows) -> list[Table]:
    """What every study measured, and AlexNet layer by layer."""
    found: list[Table] = []
    if rows.get("units"):
        found += [_units(s, rows), _rates(s, rows)]
    if rows.get("parts"):
        found.append(_parts(rows))
    if rows.get("pixels"):
        groups = [([kind], group) for kind, group in grouped(rows["pixels"], "pixels").items()]
        measures = [
            ("training error, %", "train", 100.0),
            ("test error, original pixels, %", "test_original", 100.0),
            ("test error, JPEG, %", "test_jpeg", 100.0),
        ]
        found.append(means_table("pixels", "Copies and originals", ["learned from"], groups, measures))
    if rows.get("pictures"):
        measures = [
            ("test error, %", "test", 100.0),
            ("nearest of the same class, by the layer, %", "same", 100.0),
            ("by pixels, %", "same_by_pixels", 100.0),
        ]
        found.append(means_table("retrieval", "Nearest images", ["net"], [(["all"], rows["pictures"])], measures))
    if rows.get("ladder"):
        groups = [([rung], group) for rung, group in grouped(rows["ladder"], "rung").items()]
        measures = [
            ("training error, %", "train", 100.0),
            ("test error, %", "test", 100.0),
            ("parameters", "parameters", 1.0),
            ("multiplications for an image", "multiplications", 1.0),
        ]
        found.append(means_table("ladder", "From the recipe of 2012 to today's", ["rung"], groups, measures))
    return [*found, _layers(), _compute(rows)]


def _units(s: Settings, rows: Rows) -> Table:
    lines = []
    for place in places(s):
        for unit in units_at(s, place):
            group = at(rows["units"], place, unit)
            took = finished(group, "passes")
            faster = times_as_fast(group, at(rows["units"], place, "relu"), s.unit_passes) if unit != "relu" else None
            lines.append(
                [
                    called(s, place),
                    unit,
                    group[0].cell["rate"] if group else None,
                    len(group),
                    len(took),
                    median_passes(group),
                    faster.estimate if faster else None,
                ]
            )
    columns = ["net and batch", "units", "rate", "seeds", "there", "median passes", "passes over those of ReLU"]
    return table("units", "Passes to the training error asked for", columns, lines)


def median_passes(group: Sequence[Row]) -> float | None:
    """The median of passes, networks that were not there counted as longer than any; None if that is the median."""
    took = np.array([row.values["passes"] if row.values.get("solved") else np.inf for row in group])
    middle = float(np.median(took)) if len(took) else np.inf
    return middle if np.isfinite(middle) else None


def _rates(s: Settings, rows: Rows) -> Table:
    lines = []
    for place in places(s):
        for unit in units_at(s, place):
            tried = {row.cell["rate"]: row for row in at(rows["rates"], place, unit)}
            if tried:
                took = [tried[rate].values.get("passes") if rate in tried else None for rate in s.rates]
                lines.append([called(s, place), unit, *took])
    columns = ["net and batch", "units", *(f"rate {rate:g}" for rate in s.rates)]
    return table("rates", "Passes of one network at each rate tried (empty: not there)", columns, lines)


def _parts(rows: Rows) -> Table:
    lines = []
    for name in ARMS:
        group = pick(rows["parts"], arm=name)
        plain = pick(rows["parts"], arm="middle of each image" if "side" in ARMS[name] else "all as it is")
        gaps = np.array([gap(row) for row in group if not row.failed])
        change = None if group == plain else points(group, plain, "test")
        means = [float(100 * finished(group, what).mean()) if len(gaps) else None for what in ("train", "test")]
        interval = f"{change.low:+.2f} to {change.high:+.2f}" if change else None
        told = [change.estimate if change else None, interval]
        lines.append([name, len(group), *means, 100 * float(gaps.mean()) if len(gaps) else None, *told])
    columns = [
        "net",
        "seeds",
        "training error, %",
        "test error, %",
        "gap, points",
        "test error, change",
        "95 % interval",
    ]
    return table("parts", "Each part left out or put in", columns, lines)


def _layers() -> Table:
    total = accounting.totals()
    lines = [
        [
            layer.name,
            f"{layer.units:,}",
            f"{layer.parameters:,}",
            f"{layer.multiplications:,}",
            100 * layer.parameters / total["parameters"],
            100 * layer.multiplications / total["multiplications"],
        ]
        for layer in accounting.shares()
    ]
    sums = [f"{total[name]:,.0f}" for name in ("units", "parameters", "multiplications")]
    columns = ["layer", "units", "parameters", "multiplications", "parameters, %", "multiplications, %"]
    return table("layers", "AlexNet layer by layer, for one image", columns, [*lines, ["all", *sums, 100.0, 100.0]])


def _compute(rows: Rows) -> Table:
    total, speed = accounting.totals(), rows.get("speed", [])
    used = f"{100 * total['used_low']:.0f} to {100 * total['used_high']:.0f} % of their peak"
    lines: list[list[Any]] = [
        ["two GTX 580, as the paper says", "120 to 144", used],
        ["counted by layers", None, f"{total['operations']:.3g} operations"],
        ["six for each parameter and image", None, f"{total['by_parameters']:.3g} operations"],
    ]
    if speed:
        hours, timed = finished(speed, "hours"), int(speed[0].values["images"])
        rate = total["operations"] / (3600 * float(np.median(hours))) / 1e9
        told = f"extrapolated from {timed} images; {rate:.0f} GFLOP/s of plain convolutions"
        lines.append([f"here, {speed[0].values['threads']:.0f} threads", f"{np.median(hours):,.0f}", told])
    return table("compute", "Computing then and now", ["what", "hours", "remark"], lines)


def _timed(speed: Sequence[Row], images: int) -> str:
    if not speed:
        return "how long two cores take was not timed in this run"
    hours = float(np.median(finished(speed, "hours")))
    return f"two cores of ours would take {hours:,.0f} hours, extrapolated from {images} images"


def words(s: Settings, rows: Rows) -> dict[str, Any]:
    """Ranges of the race between units, how many signs held, the sums of AlexNet, and what each study found."""
    total, race, tally = accounting.totals(), _race(s, rows), _tally(s, rows)
    found: dict[str, Any] = {
        "operations": f"{total['operations']:.2g}".replace("e+", " x 10^"),
        "ratio": f"{total['ratio']:.1f}",
        "timed": _timed(rows.get("speed", []), s.speed_images),
        **race,
        **tally,
        **{f"found_{name}": "This run left the study out." for name in ("units", "parts", "pixels", "pictures", "now")},
    }
    if rows.get("units"):
        found["found_units"] = (
            f"Rectified units need {race['relu_passes']} passes and tanh units {race['tanh_passes']}, medians from one "
            f"setting to another. Tanh units take, on the mean, {race['six_ratios']}."
        )
    if rows.get("parts"):
        found["found_parts"] = (
            f"Of {tally['signs_tried']} effects {tally['signs_held']} have the paper's sign beyond chance, "
            f"{tally['signs_against']} the opposite one, and {tally['signs_open']} are too small to tell with "
            f"{s.seeds} networks of our size."
        )
    if rows.get("pixels"):
        copies, own = (pick(rows["pixels"], pixels=kind) for kind in ("JPEG", "original"))
        found["found_pixels"] = (
            f"Learned from and tested on copies, {percent(copies, 'test_jpeg')} of the test images are wrong; on "
            f"original pixels, {percent(own, 'test_original')}."
        )
    if rows.get("pictures"):
        found["found_pictures"] = (
            "Of the six training images nearest to a test image by its last hidden layer "
            f"{percent(rows['pictures'], 'same')} are of the same class, by pixels "
            f"{percent(rows['pictures'], 'same_by_pixels')}."
        )
    if rows.get("ladder"):
        first, last = (pick(rows["ladder"], rung=name) for name in (next(iter(RUNGS)), list(RUNGS)[-1]))
        sizes = [finished(group, "parameters") for group in (first, last)]
        then, now = (f"{size[0]:,.0f}" if len(size) else "" for size in sizes)
        found["found_now"] = (
            f"From {percent(first, 'test')} of the test images wrong with {then} parameters to {percent(last, 'test')} "
            f"with {now}."
        )
    return found


def percent(group: Sequence[Row], name: str) -> str:
    """The mean of a share in percent."""
    values = finished(group, name)
    return f"{100 * values.mean():.1f} %" if len(values) else "an unknown share"


def _race(s: Settings, rows: Rows) -> dict[str, Any]:
    found: dict[str, Any] = dict.fromkeys(("six_range", "six_ratios", "relu_passes", "tanh_passes"), None)
    if not rows.get("units"):
        return found
    ratios = {}
    for place in places(s):
        ratio = times_as_fast(at(rows["units"], place, "tanh"), at(rows["units"], place, "relu"), s.unit_passes)
        if ratio is not None:
            ratios[called(s, place)] = ratio
    if ratios:
        middles = [ratio.estimate for ratio in ratios.values()]
        found["six_range"] = f"{min(middles):.1f} to {max(middles):.1f}"
        found["six_ratios"] = ", ".join(
            f"{ratio.estimate:.1f} times as many ({name})" for name, ratio in ratios.items()
        )
    for unit in ("relu", "tanh"):
        middles = [median_passes(at(rows["units"], place, unit)) or np.inf for place in places(s)]
        ends = [f"{x:.0f}" if np.isfinite(x) else f"more than {s.unit_passes}" for x in (min(middles), max(middles))]
        found[f"{unit}_passes"] = " to ".join(dict.fromkeys(ends))
    return found


def _tally(s: Settings, rows: Rows) -> dict[str, Any]:
    """How many signs of parts held beyond chance, and how many counts of the paper did not come out."""
    paper, ours = load_paper(Path(__file__).with_name("paper.toml")), measure(s, rows)
    told = {claim.id: verdicts.judge(claim, ours[claim.id], s.model_dump()) for claim in paper.claim}
    signs = [told[name].outcome for name in SIGNS]
    counts = [result.outcome for result in told.values() if result.family == "counts"]
    held, against = signs.count("agrees"), signs.count("disagrees")
    measured = sum(outcome != "not measured" for outcome in signs)
    return {
        "signs_tried": measured,
        "signs_held": held,
        "signs_against": against,
        "signs_open": measured - held - against,
        "counts_all": len(counts),
        "counts_failed": counts.count("disagrees"),
    }


def arrays(s: Settings, rows: Rows) -> dict[str, np.ndarray]:
    """Curves, kernels and ratios of the race; effects of parts; photographs; and the shares of AlexNet's layers."""
    layers = [[layer.parameters, layer.multiplications] for layer in accounting.shares()]
    found = {"layers": np.array(layers, dtype=float)}
    if rows.get("units"):
        found |= _of_race(s, rows)
    if rows.get("pixels"):
        for kind in ("original", "JPEG"):
            group = pick(rows["pixels"], pixels=kind)
            for tested in ("original", "jpeg"):
                found[f"pixels_{kind.lower()}_{tested}"] = finished(group, f"test_{tested}")
    if [row for row in rows.get("pictures", []) if not row.failed]:
        found |= _of_pictures(s, rows["pictures"])
    for name, group in grouped(rows.get("ladder", []), "rung").items():
        found[f"rung_{name}"] = finished(group, "test")
    return found


def _of_race(s: Settings, rows: Rows) -> dict[str, np.ndarray]:
    found = {}
    ratios, tried = [], []
    for number, place in enumerate(places(s)):
        relu = at(rows["units"], place, "relu")
        ratio = times_as_fast(at(rows["units"], place, "tanh"), relu, s.unit_passes)
        ratios.append([ratio.estimate, ratio.low, ratio.high] if ratio else [np.nan] * 3)
        for kind, unit in enumerate(units_at(s, place)):
            for row in at(rows["rates"], place, unit):
                tried.append([number, kind, row.cell["rate"], row.values.get("passes", np.inf)])
    found["ratios"], found["tried"] = np.array(ratios), np.array(tried)
    first = places(s)[0]
    for unit in units_at(s, first):
        group = [row for row in at(rows["units"], first, unit) if not row.failed]
        curves = np.full((len(group), s.unit_passes), np.nan)
        for line, row in zip(curves, group, strict=True):
            line[: len(row.arrays["running"])] = row.arrays["running"]
        found[f"running_{unit}"] = curves
        if group and unit != "logistic":
            found[f"kernels_{unit}"] = group[0].arrays["kernels"].astype(np.float32)
    return found


def _of_pictures(s: Settings, rows: Sequence[Row]) -> dict[str, np.ndarray]:
    row = next(row for row in rows if not row.failed)
    data, _ = looked_at(s.data, s.picture_images, images.SIDE, False)
    kept = row.arrays
    queries = kept["queries"].astype(int)
    rows_shown = np.arange(0, len(queries), s.queries)[:SHOWN]
    worst = kept["worst"].astype(int)[:WORST]
    confusions = stacked([one for one in rows if not one.failed], "confusions").sum(axis=0)
    return {
        "first_kernels": kept["kernels"].astype(np.float32),
        "query_images": data.test_x[queries[rows_shown]],
        "query_classes": data.test_y[queries[rows_shown]],
        "near_images": data.train_x[kept["near"].astype(int)[rows_shown]],
        "near_classes": data.train_y[kept["near"].astype(int)[rows_shown]],
        "worst_images": data.test_x[worst],
        "worst_classes": data.test_y[worst],
        "worst_taken_for": kept["worst_taken_for"].astype(int)[:WORST],
        "worst_sure": kept["worst_sure"][:WORST],
        "confusions": confusions,
        "class_names": np.array(images.load(s.data).classes),
    }
