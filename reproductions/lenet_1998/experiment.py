"""The convolutional networks of 1998: LeNet-5, -4 and -1 learn their digits, online and in lockstep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import affine_images, digit_fields
from core.evidence.classification import error_after_rejecting, rejects_needed
from core.learning import optimizers
from core.learning.compiled.lenet import Twin
from core.learning.seeds import generator
from core.networks import lenet
from core.networks.digit_bitmaps import bitmaps
from reproductions.lenet_1998 import written

# Global rates of the paper (III.B), pass by pass; the last one goes on.
SCHEDULE = (0.0005,) * 2 + (0.0002,) * 3 + (0.0001,) * 3 + (0.00005,) * 4 + (0.00001,)
MU, CURVATURE_PATTERNS = 0.02, 500  # the same place
GOAL = 0.005  # error after rejecting, figure 10
HOPELESS = 0.5  # a network with this share of digits wrong at the end counts as failed
SPREADS = {"1/F": lambda fan: 2.4 / fan, "1/sqrt(F)": lambda fan: 2.4 / fan**0.5}
PRECISIONS = {"single": np.float32, "double": np.float64}
Arrays = dict[str, np.ndarray]


def eta(number: int) -> float:
    """The global rate of pass `number`, from 0."""
    return SCHEDULE[min(number, len(SCHEDULE) - 1)]


def twin_of(cell: Mapping[str, Any]) -> Twin:
    """The compiled network of a cell: net, and for radial basis outputs rubbish (j) and whole."""
    plan = lenet.PLANS[cell["net"]]
    if plan.output != "rbf":
        return Twin(plan, precision=PRECISIONS[cell["precision"]], background=digit_fields.PAPER)
    return Twin(
        plan,
        centres=bitmaps(),
        rubbish=cell["rubbish"],
        whole=bool(cell.get("whole")),
        precision=PRECISIONS[cell["precision"]],
        background=digit_fields.PAPER,
    )


def start(cell: Mapping[str, Any], seeds: Sequence[int]) -> Arrays:
    """Initial parameters (R, ...), each network's from its own seed."""
    plan, spread = lenet.PLANS[cell["net"]], SPREADS[cell.get("init", "1/F")]
    alone = [lenet.init(generator(cell["entropy"], seed), plan, spread=spread) for seed in seeds]
    return {name: np.stack([p[name] for p in alone]) for name in alone[0]}


def rates_of(
    twin: Twin, p: Arrays, x: np.ndarray, y: np.ndarray, cell: Mapping[str, Any], number: int
) -> dict[str, np.ndarray]:
    """Rates of every weight in pass `number`: eta / (mu + h), or one rate for all that falls as eta does.

    cell: rule ("sdlm" or "sgd", whose first rate is `rate`), scale: a factor on the loss, so that rates on the loss as
    printed are eta scale / (mu + scale h); the paper does not say whether outputs are summed or averaged.
    """
    if cell["rule"] == "sgd":
        rates = optimizers.uniform_rates(p, cell["rate"] * eta(number) / eta(0))
    else:
        count, scale = min(cell.get("curvature_patterns", CURVATURE_PATTERNS), len(x)), cell.get("scale", 1.0)
        some = (np.arange(count) * len(x) // count + number) % len(x)
        h = twin.mean_curvatures(p, digit_fields.network_input(x[some], twin.width), y[some])
        rates = {name: eta(number) * scale / (MU + scale * value) for name, value in h.items()}
    there = lenet.PLANS[cell["net"]].there
    return rates if there is None else {**rates, "w5": rates["w5"] * there}


def answers(twin: Twin, p: Arrays, x: np.ndarray) -> np.ndarray:
    # -> (R, N, 10)
    """Scores of the classes for fields x, the largest being the answer."""
    found = [
        twin.outputs(p, digit_fields.network_input(x[k : k + written.CHUNK], twin.width))
        for k in range(0, len(x), written.CHUNK)
    ]
    scores = np.concatenate(found, axis=1)
    return -scores if twin.plan.output == "rbf" else scores


def learn(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Train one network per seed as the cell says, and look at it after each pass.

    cell: what `written.digits`, `written.chunks`, `twin_of` and `rates_of` read, init, passes, and look_every (passes
    between looks; the last is always looked at). train: also look at the training digits at the end. invariance: also
    look at so many digits, changed. keep: also keep answers, kernels, and which digits were right after each pass.
    """
    data, twin = written.digits(cell), twin_of(cell)
    p = start(cell, seeds)
    curves, right, extremes = [], [], None
    for number in range(cell["passes"]):
        rates = rates_of(twin, p, data.x, data.y, cell, number)
        if extremes is None:
            extremes = np.array([_extremes(rates, r) for r in range(len(seeds))]) / cell.get("scale", 1.0)
        wrong, loss = np.zeros(len(seeds)), np.zeros(len(seeds))
        for fields, here in written.chunks(data.x, cell, number):
            done = twin.learn(p, rates, digit_fields.network_input(fields, twin.width), data.y[here])
            p, wrong, loss = done.parameters, wrong + done.wrong, loss + done.loss * len(fields)
        looked = np.full(len(seeds), np.nan)
        last = number == cell["passes"] - 1
        if last or (number + 1) % cell.get("look_every", 1) == 0:
            scores = answers(twin, p, data.seen_x)
            right.append(scores.argmax(axis=-1) == data.seen_y)
            looked = 1 - right[-1].mean(axis=-1)
        curves.append(np.stack([wrong / len(data.x), loss / len(data.x), looked], axis=-1))
    history, hits = np.stack(curves, axis=1), np.stack(right, axis=1)
    rows = [closing(history[r], scores[r], data.seen_y, hits[r, -1]) for r in range(len(seeds))]
    if cell.get("train"):
        wrong = np.zeros(len(seeds))
        for k in range(0, len(data.x), written.CHUNK):
            here = slice(k, k + written.CHUNK)
            wrong += (answers(twin, p, data.x[here]).argmax(axis=-1) != data.y[here]).sum(axis=-1)
        for r, row in enumerate(rows):
            row["train_error"] = float(wrong[r] / len(data.x))
    if cell.get("invariance"):
        some = np.arange(0, len(data.seen_x), max(1, len(data.seen_x) // cell["invariance"]))
        found = invariance(twin, p, data.seen_x[some], data.seen_y[some], cell)
        for r, row in enumerate(rows):
            row["invariance"] = found[:, r]
    for r, row in enumerate(rows):
        row["presentations"] = float(cell["passes"] * len(data.x))
        row["operations"] = row["presentations"] * lenet.operations(twin.plan)
        if cell["rule"] == "sdlm" and extremes is not None:
            row["lowest_rate"], row["highest_rate"] = (float(v) for v in extremes[r])
        if cell.get("keep"):
            row["answers"] = scores[r].argmax(axis=-1).astype(np.int8)
            row["right_by_pass"] = written.packed(hits[r])
            row["kernels"], row["second_kernels"] = p["w1"][r, :, 0], p["w3"][r]
    return rows


def _extremes(rates: Mapping[str, np.ndarray], r: int) -> tuple[float, float]:
    used = [value[r][value[r] > 0] for value in rates.values()]
    return min(float(v.min()) for v in used), max(float(v.max()) for v in used)


def closing(history: np.ndarray, scores: np.ndarray, labels: np.ndarray, right: np.ndarray) -> dict[str, Any]:
    """What is told of one finished network. history (passes, 3): error and loss as it went, and the error looked at."""
    error = error_after_rejecting(scores, labels)
    found: dict[str, Any] = {
        "error": float(1 - right.mean()),
        "error_as_it_went": float(history[-1, 0]),
        "rejects": rejects_needed(error, GOAL),
        "history": history,
        "rejection": error[: len(labels) // 10].astype(np.float32),
        "right": written.packed(right),
    }
    if not np.all(np.isfinite(scores)):
        found["failed"] = "diverged"
    elif found["error"] >= HOPELESS:
        found["failed"] = "did not learn: half of the digits or more are wrong at the end"
    return found


# Changes of the digits that are looked at, none of which any network learned from: what, and how far.
CHANGES: tuple[tuple[str, float], ...] = (
    *(("right", float(pixels)) for pixels in (-8, -6, -4, -2, 2, 4, 6, 8)),
    *(("down", float(pixels)) for pixels in (-8, -6, -4, -2, 2, 4, 6, 8)),
    *(("size", factor) for factor in (0.5, 0.6, 0.7, 0.8, 0.9, 1.1, 1.2, 1.35, 1.5)),
    *(("turn", float(degrees)) for degrees in (-45, -30, -20, -10, 10, 20, 30, 45)),
    *(("noise", share) for share in (0.02, 0.05, 0.1, 0.15, 0.2)),
)


def changed(fields: np.ndarray, what: str, how_far: float, entropy: int) -> np.ndarray:
    """Digits of a field moved (pixels), resized (factor), turned (degrees) or with pixels inverted (share)."""
    if what == "size":
        return affine_images.scaled(fields, how_far)
    if what == "turn":
        return affine_images.rotated(fields, how_far)
    if what == "noise":
        return affine_images.inverted(fields, generator(entropy, written.NOISE), how_far)
    return affine_images.shifted(fields, how_far * (what == "down"), how_far * (what == "right"))


def invariance(twin: Twin, p: Arrays, x: np.ndarray, y: np.ndarray, cell: Mapping[str, Any]) -> np.ndarray:
    # -> (len(CHANGES), R)
    """Error on digits changed within the network's own field, by CHANGES."""
    fields = digit_fields.centred(x, twin.width)
    found = []
    for what, how_far in CHANGES:
        scores = answers(twin, p, changed(fields, what, how_far, cell["entropy"]))
        found.append((scores.argmax(axis=-1) != y).mean(axis=-1))
    return np.array(found)
