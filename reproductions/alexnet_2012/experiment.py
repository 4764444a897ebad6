"""The experiments of `alexnet_2012` on CIFAR-10: kinds of units, what the paper adds to them, pixels, and recipes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets.images import Images
from core.learning import training
from core.learning.ops import mean_cross_entropy
from core.learning.seeds import generator
from core.networks import convnet
from core.networks.convnet import Net
from core.networks.convnets import ACROSS_MAPS, WITHIN_MAPS, cifar_net, stacked_net
from reproductions.alexnet_2012.accounting import timed
from reproductions.alexnet_2012.learning import (
    PAIRS,
    Learner,
    constant,
    dropped,
    falling,
    held_out,
    looked_at,
    momentum,
)

Cell = Mapping[str, Any]
Row = dict[str, Any]

# Standard deviations of initial weights times the square root of the fan-in, so that signals neither grow nor fade:
# half of a rectifier's inputs are lost, a tanh has slope 1 at zero, a logistic unit slope 1/4.
GAINS = {"relu": 2**0.5, "tanh": 1.0, "logistic": 4.0}
NETS: dict[str, dict[str, Any]] = {
    "80-second": {"hidden": 64},  # layers-80sec
    "four layers": {"hidden": 0},  # layers-18pct without its normalisation
    "small": {"hidden": 0, "maps": (16, 16, 32)},
    "tiny": {"hidden": 0, "maps": (8, 8)},
}
NORMALIZATIONS = {"none": None, "across": ACROSS_MAPS, "within": WITHIN_MAPS}
RATES = {
    "constant": lambda rate, steps: constant(rate),
    "drops": lambda rate, steps: dropped(rate, steps, (0.8, 0.9)),
    "falling": falling,
}
SIDE = 32
HOPELESS = 0.95  # of the errors of chance: a net that is no better after three passes is given up
LOOK = 1.3  # the error is looked at on all images once fewer than so many times the target were wrong when shown


def units(cell: Cell, seeds: Sequence[int]) -> list[Row]:
    """Passes until a net of one kind of units has a given training error, without any regularisation.

    Plain momentum at one rate, from weights scaled to the kind of unit. The error is measured on all training images
    cell["looks"] times in every pass, and the number of passes is read off the straight line between two looks. A net
    that has not come there after cell["passes"] passes has solved = 0. With "keep" the kernels of the first layer are
    kept at every look.
    """
    return [_units(cell, generator(cell["entropy"], seed)) for seed in seeds]


def _units(cell: Cell, rng: np.random.Generator) -> Row:
    data, view = looked_at(cell["data"], cell.get("examples", 0), SIDE, True)
    x, y, target, looks = data.train_x, data.train_y, cell["target"], cell.get("looks", 1)
    net = cifar_net(unit=cell["unit"], classes=len(data.classes), **NETS[cell["net"]])
    p = convnet.init(rng, net, gain=GAINS[cell["unit"]])
    learner = Learner(net, p, momentum(net, p, decay=0.0, bias=1.0), constant(cell["rate"]), view, rng)
    in_pass, chance = -(-len(x) // cell["batch"]), 1 - float(np.bincount(y).max()) / len(y)
    errors, kernels, row = [np.nan], [p["w1"].copy()], Row(solved=0.0)
    for look in range(1, cell["passes"] * looks + 1):
        if not learner.go_on(x, y, cell["batch"], round(look * in_pass / looks) - learner.steps):
            row["failed"] = "diverged"
            break
        near = learner.running[-1] < LOOK * target
        errors.append(float(learner.wrong(x, y).mean()) if near else np.nan)
        kernels.append(p["w1"].copy())
        if errors[-1] <= target:
            row |= {"solved": 1.0, "passes": passed(errors, target) / looks, "steps": float(learner.steps)}
            break
        if look == 3 * looks and learner.running[-1] > HOPELESS * chance:
            break
    row |= {"errors": np.array(errors), "running": np.array(learner.running), "shown": learner.steps / in_pass}
    if cell.get("keep"):
        row["kernels"] = np.stack(kernels)
    return row


def passed(errors: Sequence[float], target: float) -> float:
    """Looks until the error is `target`, on the line between the last error above it and the first at or below it.

    errors[k] is that of look k, or NaN where there was none; if there was none before, the number of the look is told.
    """
    last = next(k for k, error in enumerate(errors) if error <= target)
    before = errors[last - 1]
    return float(last) if np.isnan(before) else last - 1 + (before - target) / (before - errors[last])


def learn(cell: Cell, seeds: Sequence[int]) -> list[Row]:
    """Training and test error of a net after cell["passes"] passes, with some parts left out or put in.

    Parts of the net: "normalization" (a name in NORMALIZATIONS), "overlap", "dropout", "maps" of each stage, "hidden"
    units, or "stacked" 3x3 convolutions. Parts of learning: "augment" (crops and mirror images; else the middle of
    each image), "decay" (a multiple of the authors' weight decays), "rule", "schedule", "start" (initial weights of
    the authors' on bytes, or scaled ones on inputs of unit variance) and "rate". With "held_out" so many training
    images are not learned but tested on, which is how rates are chosen. Nets of one seed start alike, layer by layer
    where shapes allow, and see the images in the same order.
    """
    return [_learned(cell, seed)[0] for seed in seeds]


def _learned(cell: Cell, seed: int) -> tuple[Row, Learner, Images]:
    data, view = looked_at(cell["data"], cell.get("examples", 0), cell.get("side", SIDE), cell["start"] == "scaled")
    if cell.get("held_out"):
        data = held_out(data, cell["held_out"])
    net = _net(cell, len(data.classes))
    rng = generator(cell["entropy"], seed)
    p = convnet.init(rng, net, gain=GAINS["relu"] if cell["start"] == "scaled" else None)
    x, y, in_pass = data.train_x, data.train_y, -(-len(data.train_x) // cell["batch"])
    rule = training.Adam() if cell["rule"] == "adam" else momentum(net, p, decay=cell["decay"])
    rate = RATES[cell["schedule"]](cell["rate"], cell["passes"] * in_pass)
    learner = Learner(net, p, rule, rate, view, rng, augment=cell["augment"])
    for _ in range(cell["passes"]):
        if not learner.go_on(x, y, cell["batch"], in_pass):
            return {"failed": "diverged"}, learner, data
    scores = learner.scores(data.test_x)
    missed = scores.argmax(axis=1) != data.test_y
    row: Row = {
        "train": float(learner.wrong(x, y).mean()),
        "test": float(missed.mean()),
        "test_loss": float(mean_cross_entropy(scores, data.test_y)[0]),
        "wrong": np.packbits(missed),
        "running": np.array(learner.running),
        "parameters": float(sum(w.size for w in p.values())),
        "multiplications": float(sum(layer.multiplications for layer in convnet.counts(net))),
        "shown": float(cell["passes"] * len(x)),
    }
    return row, learner, data


def _net(cell: Cell, classes: int) -> Net:
    side = cell.get("side", SIDE)
    if cell.get("stacked"):
        return stacked_net(side=side, classes=classes)
    return cifar_net(
        hidden=cell.get("hidden", 0),
        normalization=NORMALIZATIONS[cell.get("normalization", "none")],
        overlap=cell.get("overlap", True),
        dropout=cell.get("dropout", 0.0),
        maps=tuple(cell.get("maps", (32, 32, 64))),
        side=side,
        classes=classes,
    )


def pixels(cell: Cell, seeds: Sequence[int]) -> list[Row]:
    """`learn` from the images with their original pixels, or from JPEG copies of the same, tested on both.

    The training images are those that are there with their original pixels. cell["pixels"] is "original" or "JPEG".
    """
    return [_pixels(cell, seed) for seed in seeds]


def _pixels(cell: Cell, seed: int) -> Row:
    kinds = ("original", "JPEG")
    row, learner, _ = _learned({**cell, "data": PAIRS[cell["pixels"]]}, seed)
    if "failed" in row:
        return row
    for kind in kinds:
        data, _ = looked_at(PAIRS[kind], cell.get("examples", 0), cell.get("side", SIDE), True)
        missed = learner.wrong(data.test_x, data.test_y)
        row |= {f"test_{kind.lower()}": float(missed.mean()), f"wrong_{kind.lower()}": np.packbits(missed)}
    return row


def pictures(cell: Cell, seeds: Sequence[int]) -> list[Row]:
    """`learn`, and what a net came to see: first kernels, nearest images by its last layer but one, worst mistakes.

    For the first cell["queries"] test images of every class: the `NEAR` training images whose values before the scores
    are nearest, the share of them that are of the same class, and the same by pixels. Mistakes: the test images that
    were given to a wrong class with the highest probability.
    """
    return [_pictures(cell, seed) for seed in seeds]


NEAR = 6  # training images beside each test image, as in figure 4 of the paper


def _pictures(cell: Cell, seed: int) -> Row:
    row, learner, data = _learned(cell, seed)
    if "failed" in row:
        return row
    classes = len(data.classes)
    queries = np.concatenate([np.flatnonzero(data.test_y == k)[: cell["queries"]] for k in range(classes)])
    near = nearest(learner.hidden(data.train_x), learner.hidden(data.test_x[queries]), NEAR)
    flat = data.train_x.reshape(len(data.train_x), -1), data.test_x[queries].reshape(len(queries), -1)
    by_pixels = nearest(flat[0].astype(np.float32), flat[1].astype(np.float32), NEAR)
    same = [data.train_y[found] == data.test_y[queries][:, None] for found in (near, by_pixels)]
    scores = learner.scores(data.test_x)
    sure = np.exp(scores - scores.max(axis=1, keepdims=True))
    sure /= sure.sum(axis=1, keepdims=True)
    taken = scores.argmax(axis=1)
    mistakes = np.flatnonzero(taken != data.test_y)
    worst = mistakes[np.argsort(-sure[mistakes, taken[mistakes]], kind="stable")[:20]]
    return row | {
        "kernels": learner.p["w1"],
        "queries": queries,
        "near": near,
        "near_by_pixels": by_pixels,
        "same": float(same[0].mean()),
        "same_by_pixels": float(same[1].mean()),
        "worst": worst,
        "worst_taken_for": taken[worst],
        "worst_sure": sure[worst, taken[worst]],
        "confusions": np.bincount(data.test_y * classes + taken, minlength=classes**2).reshape(classes, classes),
    }


def nearest(known: np.ndarray, asked: np.ndarray, count: int) -> np.ndarray:
    # known (N, F), asked (M, F) -> (M, count)
    """Numbers of the `count` rows of `known` at the least Euclidean distance from each row of `asked`, in order."""
    squares = np.sum(known * known, axis=1)
    found = []
    for one in asked:
        apart = squares - 2 * (known @ one)
        candidates = np.argpartition(apart, count)[:count]
        found.append(candidates[np.argsort(apart[candidates], kind="stable")])
    return np.stack(found)


def speed(cell: Cell, seeds: Sequence[int]) -> list[Row]:
    """Seconds of one pass of AlexNet forwards and backwards over some images, and of a step of the 80-second net."""
    return [timed(cell["repeats"], cell["images"]) for _ in seeds]
