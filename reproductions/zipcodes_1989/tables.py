"""Tables, words and arrays that the report of 1989 shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import digits
from core.evidence import intervals
from core.evidence import measured as m
from core.evidence.rows import Rows, finished, grouped, pick, stacked
from core.evidence.tables import means_table, table
from core.evidence.trials import Row
from reproductions.zipcodes_1989 import consistency, ladder
from reproductions.zipcodes_1989.claims import CASES, TRAIN_MSE, finite, first_below
from reproductions.zipcodes_1989.run import TUNED, choices, chosen, within_one_error
from reproductions.zipcodes_1989.settings import Settings

LABELS = {
    "headline": "as in the paper",
    "sgd": "plain gradient descent",
    "init_sqrt": "initial range 2.4/√F",
    "control": "fully connected, 40 hidden",
    "other_table": "cyclic table",
    "zero_border": "border of H1 zero",
    "fewer_maps": "half the maps",
}
SAID = {
    "1989": "1989",
    "softmax": "softmax and cross-entropy",
    "batches": "batches of 16, shuffled",
    "adam": "Adam",
    "shifts": "shifts of one pixel",
    "relu": "rectified units",
    "dropout": "dropout of a quarter",
    "rate decay": "rate falls to a tenth",
    "weight decay": "weights decay",
    "more passes": "80 passes",
}
# Karpathy (2022), on MNIST digits brought to 16x16: test digits wrong in percent, where his ladder has that step.
KARPATHY = {"1989": 4.09, "softmax": 4.38, "adam": 3.59, "shifts": 2.19, "dropout": 1.59}
MEASURES = (
    ("train error, %", "train_error", 100.0),
    ("test error, %", "test_error", 100.0),
    ("rejects for 1 %, %", "rejects", 100.0),
    ("train MSE", "train_mse", 1.0),
    ("test MSE", "test_mse", 1.0),
)
VALIDATION = (
    ("validation error, %", "test_error", 100.0),
    ("validation MSE", "test_mse", 1.0),
    ("train error, %", "train_error", 100.0),
    ("train MSE", "train_mse", 1.0),
)
TOLD = {
    "table": "other table", "border": "border of H1 zero", "bias": "biases drawn as weights",
    "curvature": "second derivatives once",
}  # fmt: skip


def arms_of(rows: Rows) -> dict[str, list[Row]]:
    """The networks trained on all training digits, by arm."""
    return grouped(rows["training"], "arm")


def tables(s: Settings, rows: Rows) -> list[dict[str, Any]]:
    """Every network trained, every setting tried, the map, and the ladder to today."""
    arms = arms_of(rows)
    groups = [
        ([LABELS[name], group[0].cell["rate"], group[0].cell["mu"] or None], group) for name, group in arms.items()
    ]
    found = [
        means_table(
            "networks",
            "Every network trained on the whole training set, means over seeds",
            ["network", "eta or rate", "mu"],
            groups,
            MEASURES,
        ),
        _intervals(arms),
        _sweep(rows),
        _choices(rows, arms),
    ]
    if rows.get("true gradient"):
        found.append(_true_gradient(rows))
    if rows.get("consistency map"):
        found.append(_map(map_cells(rows)))
    if rows.get("silences crossed"):
        found.append(_silences(rows))
    if rows.get("ladder"):
        found.append(_ladder(rows))
    if rows.get("rates of the ladder"):
        found.append(_ladder_rates(rows))
    return found


def _intervals(arms: Mapping[str, list[Row]]) -> dict[str, Any]:
    lines = []
    for name in ("headline", "control"):
        group = finite(arms[name])
        if len(group) < 2:
            continue
        errors = 100 * finished(group, "test_error")
        wrong = stacked(group, "wrong").astype(float)
        sampling = 100**2 * intervals.case_variance(wrong) * (1 / CASES + 1 / wrong.shape[1])
        lines += [
            [LABELS[name], "a new network on this test set", *intervals.prediction(errors)],
            [LABELS[name], "the mean over all networks, on this test set", *intervals.mean(errors)],
            [LABELS[name], "a new network on a new test set", *intervals.prediction(errors, sampling=sampling)],
        ]
    return table(
        "intervals", "Test error: what each 95 % interval covers", ["network", "covers", "low, %", "high, %"], lines
    )


def _sweep(rows: Rows) -> dict[str, Any]:
    groups = []
    for name in TUNED:
        best = chosen(rows, name)
        for (rate, mu), group in grouped(pick(rows["choosing settings"], arm=f"tuning {name}"), "rate", "mu").items():
            is_best = best == {"rate": rate, "mu": mu}
            groups.append(([LABELS[name], rate, mu or None, "yes" if is_best else ""], group))
    lead = ["network", "eta or rate", "mu", "chosen"]
    title = "Every setting tried, on every fifth training digit held out"
    return means_table("sweep", title, lead, groups, VALIDATION)


def _choices(rows: Rows, arms: Mapping[str, list[Row]]) -> dict[str, Any]:
    trained = {(g[0].cell["rate"], g[0].cell["mu"]): g for g in (arms["headline"],)}
    trained |= grouped(rows.get("other choices", []), "rate", "mu")
    groups = [
        (
            [rule, point["rate"], point["mu"], float(f"{point['rate'] / point['mu']:.6g}")],
            trained[point["rate"], point["mu"]],
        )
        for rule, point in choices(rows).items()
        if (point["rate"], point["mu"]) in trained
    ]
    lead = ["rule of choice", "eta", "mu", "eta / mu"]
    return means_table("choices", "What other rules of choice would have given", lead, groups, MEASURES)


def _true_gradient(rows: Rows) -> dict[str, Any]:
    group = finite(rows["true gradient"])
    online = pick(rows["training"], arm="headline")
    one = {row.seed: row.arrays["curves"][1, TRAIN_MSE] for row in finite(online)}
    lines = []
    for k, rate in enumerate(group[0].cell["rates"] if group else []):
        both = [(row.arrays["descent"][k], one[row.seed]) for row in group if row.seed in one]
        took = [first_below(curve, goal) if (curve <= goal).any() else np.inf for curve, goal in both]
        middle = float(np.median(took)) if took else np.inf
        last = float(np.mean([curve[-1] for curve, _ in both])) if both else None
        lines.append([rate, len(both), int(np.isinf(took).sum()), middle if np.isfinite(middle) else None, last])
    columns = ["rate", "seeds", "never there", "median passes", "train MSE at the end"]
    title = "The true gradient: passes to the training MSE that one pass digit by digit reaches"
    return table("true_gradient", title, columns, lines)


def map_cells(rows: Rows) -> list[consistency.Cell]:
    """The cells of the consistency map, or none without a network of the main configuration."""
    headline = finite(pick(rows["training"], arm="headline"))
    if not headline or not rows.get("consistency map"):
        return []
    return consistency.cells_of(rows["consistency map"], consistency.test_sets(headline))


def _map(cells: Sequence[consistency.Cell]) -> dict[str, Any]:
    lines = []
    for cell in cells:
        fits = ", ".join(name for name, fit in zip(consistency.NUMBERS, cell.fits, strict=True) if fit)
        lines.append(
            [cell.ratio, cell.mu, len(cell.values), cell.lost, *cell.means.tolist(), fits, cell.distance, cell.shape]
        )
    columns = [
        "eta / mu",
        "mu",
        "networks",
        "did not learn",
        *consistency.NUMBERS,
        "consistent with",
        "distance from all five",
        "distance from the curves",
    ]
    title = "The consistency map: means over seeds, squared errors with the half"
    return table("map", title, columns, lines)


def _silences(rows: Rows) -> dict[str, Any]:
    lines = [
        [TOLD[name], number, factor, low, high, seeds]
        for name, _, number, factor, low, high, seeds in consistency.effects(rows["silences crossed"])
    ]
    columns = ["changed", "number", "factor", "low", "high", "pairs of seeds"]
    return table("silences", "What the other silences change, on the ridge of the map", columns, lines)


def rungs_of(rows: Rows) -> dict[str, list[Row]]:
    """The networks of every rung of the ladder to today, from 1989 up."""
    return {"1989": pick(rows["training"], arm="headline"), **grouped(rows.get("ladder", []), "rung")}


def _ladder(rows: Rows) -> dict[str, Any]:
    lines: list[list[Any]] = []
    before: list[Row] = []
    for name, group in rungs_of(rows).items():
        cell, error = group[0].cell, m.mean_of(group, "test_error", scale=100)
        step = m.difference_on_cases(group, before, "wrong", scale=100, pairs=True) if before else None
        paired = m.difference(group, before, "test_error", scale=100, pairs=True) if before else None
        values = 100 * finished(group, "test_error")
        se = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None
        train = 100 * finished(group, "train_error")
        held = 100 * finished(group, "rejects")
        lines.append(
            [
                said(name, cell),
                cell["passes"],
                cell["rate"],
                len(group),
                float(train.mean()) if len(train) else None,
                error.estimate if error else None,
                se,
                paired.estimate if paired else None,
                *((step.low, step.high) if step else (None, None)),
                float(held.mean()) if len(held) else None,
                KARPATHY.get(name),
            ]
        )
        before = group
    columns = [
        "added",
        "passes",
        "rate",
        "networks",
        "train error, %",
        "test error, %",
        "standard error",
        "step, points",
        "step from",
        "to",
        "rejects for 1 %, %",
        "Karpathy 2022, test error, %",
    ]
    title = "From the recipe of 1989 to today's; steps paired by seed, their intervals over seeds and test digits"
    return table("ladder", title, columns, lines)


def said(name: str, cell: Mapping[str, Any]) -> str:
    """A rung in words."""
    if name == "more passes":
        return f"{cell['passes']} passes"
    return f"batches of {cell['batch']}, shuffled" if name == "batches" else SAID[name]


def _ladder_rates(rows: Rows) -> dict[str, Any]:
    taken = {name: group[0].cell["rate"] for name, group in grouped(rows["ladder"], "rung").items()}
    groups = [
        ([said(name, group[0].cell), rate, "yes" if taken.get(name) == rate else ""], group)
        for (name, rate), group in sorted(
            grouped(rows["rates of the ladder"], "rung", "rate").items(),
            key=lambda item: (list(ladder.RUNGS).index(item[0][0]), item[0][1]),
        )
    ]
    measures = [("validation error, %", "test_error", 100.0), ("train error, %", "train_error", 100.0)]
    title = "Rates tried for the ladder, on contiguous blocks of the training digits held out"
    return means_table("ladder_rates", title, ["added", "rate", "taken"], groups, measures)


def words(s: Settings, rows: Rows) -> dict[str, Any]:
    """Numbers that the text of the report names."""
    arms = arms_of(rows)
    headline = finite(arms["headline"])
    wrong = stacked(headline, "wrong") if headline else np.zeros((1, 1), dtype=bool)
    point = chosen(rows, "headline")
    found: dict[str, Any] = {
        "training_digits": len(digits_shown(headline)),
        "always_wrong": int(wrong.all(axis=0).sum()),
        "chosen_eta": f"{point['rate']:g}",
        "chosen_mu": f"{point['mu']:g}",
        "chosen_ratio": f"{point['rate'] / point['mu']:.3g}",
        "within_one": len(within_one_error(rows, "choosing settings")),
        "tried": len(s.etas) * len(s.mus),
        "half_train": f"{np.mean(finished(headline, 'train_mse')) / 2:.3g}" if headline else "unknown",
        "half_test": f"{np.mean(finished(headline, 'test_mse')) / 2:.3g}" if headline else "unknown",
        "paper_ratio": "7.2",
    }
    found |= _words_of_map(map_cells(rows)) | _words_of_ladder(rows)
    if rows.get("choosing by blocks"):
        near = within_one_error(rows, "choosing by blocks")
        ratios = [rate / mu for rate, mu in near]
        found |= {
            "within_one_blocks": len(near),
            "ratios_within_blocks": f"{min(ratios):.3g} to {max(ratios):.3g}" if ratios else "none",
        }
    return {**dict.fromkeys(("within_one_blocks", "ratios_within_blocks"), "not tried"), **found}


def digits_shown(headline: Sequence[Row]) -> range:
    """As many as the training digits of a network."""
    return range(round(headline[0].values["presentations"] / headline[0].cell["passes"]) if headline else 0)


def _words_of_map(cells: Sequence[consistency.Cell]) -> dict[str, Any]:
    names = ("train", "test", "rejects", "train_mse", "test_mse")
    if not cells:
        return {
            **{
                f"map_{name}": "not tried"
                for name in (*names, "all", "scatter", "cells", "near", "nearest", "misfit", "shape")
            },
            "map_shape_ratio": "not tried",
        }
    fits = np.array([cell.fits for cell in cells])
    close = [cell for cell in cells if cell.distance <= consistency.reach() and not cell.lost]
    best, shape = consistency.nearest(cells), consistency.best_shape(cells)
    misfit = "none"
    if best:
        over = best.means / consistency.printed()
        worst = int(np.argmax(np.abs(np.log(over))))
        misfit = f"{list(consistency.NUMBERS)[worst]}, {over[worst]:.2g} times the paper's"
    return {
        **{f"map_{name}": f"{100 * share:.0f} %" for name, share in zip(names, fits.mean(axis=0), strict=True)},
        "map_all": f"{100 * fits.all(axis=1).mean():.0f} %",
        "map_scatter": int(fits.all(axis=1).sum()) - sum(bool(cell.fits.all()) for cell in close),
        "map_cells": len(cells),
        "map_near": f"{100 * len(close) / len(cells):.0f} %",
        "map_nearest": f"eta / mu {best.ratio:.3g}, mu {best.mu:g}" if best else "none",
        "map_misfit": misfit,
        "map_shape": f"{100 * (np.exp(shape.shape) - 1):.0f} %" if shape else "unknown",
        "map_shape_ratio": f"{shape.ratio:.3g}, mu {shape.mu:g}" if shape else "unknown",
    }


def _words_of_ladder(rows: Rows) -> dict[str, Any]:
    rungs = rungs_of(rows)
    found = {"now_first": "not tried", "now_last": "not tried", "now_best": "not tried"}
    means = {name: 100 * float(finished(group, "test_error").mean()) for name, group in rungs.items() if finite(group)}
    if len(means) > 1:
        best = min(means, key=lambda name: means[name])
        last = list(means)[-1]
        found = {
            "now_first": f"{means['1989']:.3g} %",
            "now_last": f"{means[last]:.3g} %",
            "now_best": f"{means[best]:.3g} % ({said(best, rungs[best][0].cell)})",
        }
    return found


def arrays(s: Settings, rows: Rows) -> dict[str, np.ndarray]:
    """What the figures draw."""
    arms = {name: group for name, group in arms_of(rows).items() if finite(group)}
    found = {f"errors_{name}": finished(group, "test_error") for name, group in arms.items()}
    for name in ("headline", "control"):
        if name in arms:
            found[f"rejection_{name}"] = _rejection(arms[name])
    if "headline" in arms:
        found |= _of_headline(arms["headline"], s)
    found |= _of_map(rows) | _of_silences(rows)
    for name, group in rungs_of(rows).items():
        if rows.get("ladder") and finite(group):
            found[f"rung_{name}"] = np.stack([finished(group, "test_error"), finished(group, "train_error")])
    return found


def _rejection(group: Sequence[Row]) -> np.ndarray:
    """Error on the digits kept against those rejected, the less certain half of them, of every network."""
    margins, wrong = stacked(group, "margin").astype(float), stacked(group, "wrong").astype(float)
    order = np.argsort(-margins, axis=1, kind="stable")
    kept = np.cumsum(np.take_along_axis(wrong, order, axis=1), axis=1) / np.arange(1, wrong.shape[1] + 1)
    return kept[:, ::-1][:, : wrong.shape[1] // 2].astype(np.float32)


def _of_headline(headline: Sequence[Row], s: Settings) -> dict[str, np.ndarray]:
    data = digits.load(s.data)
    answers, wrong = stacked(headline, "answer"), stacked(headline, "wrong").sum(axis=0)
    hardest = np.argsort(-wrong, kind="stable")[: min(24, np.count_nonzero(wrong))]
    labels = data.test_y[hardest]
    instead = [np.bincount(p[p != y], minlength=10).argmax() for p, y in zip(answers.T[hardest], labels, strict=True)]
    return {
        "curves_headline": stacked(headline, "curves"),
        "kernels": stacked(headline, "kernels")[0, :, 0],
        "curvatures": stacked(headline, "curvatures").mean(axis=0),
        "hard_images": data.test_x[hardest, 0].astype(np.float32),
        "hard_labels": labels,
        "hard_said": np.array(instead),
        "hard_wrong": wrong[hardest] / len(answers),
    }


def _of_map(rows: Rows) -> dict[str, np.ndarray]:
    cells = map_cells(rows)
    if not cells:
        return {}
    best = consistency.best_shape(cells)
    found = {
        "map_places": np.array([[cell.ratio, cell.mu] for cell in cells]),
        "map_means": np.array([cell.means for cell in cells]),
        "map_fits": np.array([cell.fits for cell in cells]),
        "map_distances": np.array([cell.distance for cell in cells]),
        "map_lost": np.array([cell.lost for cell in cells]),
        "map_shapes": np.array([cell.shape for cell in cells]),
        "map_passes": np.array(rows["consistency map"][0].cell["measured"]),
    }
    return found | ({"map_curve": best.curve} if best else {})


def _of_silences(rows: Rows) -> dict[str, np.ndarray]:
    crossed = rows.get("silences crossed", [])
    if not crossed:
        return {}
    return {"silences": np.array([line[3:6] for line in consistency.effects(crossed)])}
