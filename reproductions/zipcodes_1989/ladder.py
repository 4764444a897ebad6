"""The same network and digits from the recipe of 1989 to today's, one change at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.evidence.classification import error_after_rejecting, rejects_needed
from core.learning import optimizers
from core.learning.compiled import zipcode_batches
from core.learning.ops import relu, scaled_tanh, softmax_cross_entropy
from core.learning.seeds import generator
from core.networks import zipcode
from reproductions.zipcodes_1989.experiment import GOAL, HEADLINE, HOPELESS, Arrays, split

# Each rung adds its changes to those above it. A rate is looked for where the rule or the units change; others keep it.
RUNGS: dict[str, dict[str, Any]] = {
    "softmax": {"border": HEADLINE["border"], "table": HEADLINE["table"], "update": "sdlm", "batch": 1},
    "batches": {"update": "plain", "batch": 0, "shuffled": True},
    "adam": {"update": "adam"},
    "shifts": {"shifts": True},
    "relu": {"relu": True},
    "dropout": {"dropout": 0.25},
    "rate decay": {"rate_decay": 0.1},
    "weight decay": {"weight_decay": 0.1},
    "more passes": {"passes": 0},
}
RATES = {
    "softmax": (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2),
    "batches": (3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0, 3.0),
    "adam": (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1),
    "relu": (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1),
}
SHUFFLING = 1  # added to the entropy: orders, shifts and dropped units have random numbers of their own


def rung(name: str, batch: int, passes: int, more: int) -> dict[str, Any]:
    """All changes up to a rung, `batch` digits in a batch and `passes` passes, `more` on the last rung."""
    found: dict[str, Any] = {"passes": passes}
    for one, changes in RUNGS.items():
        found |= changes
        if one == name:
            break
    size = found["batch"] or batch
    return {**found, "batch": size, "passes": found["passes"] or more}


def start(cell: Mapping[str, Any], seeds: Sequence[int]) -> Arrays:
    """Initial weights of the paper's range, or for rectified units of the range made for them (He et al. 2015)."""
    spread = (lambda fan_in: (6 / fan_in) ** 0.5) if cell.get("relu") else (lambda fan_in: 2.4 / fan_in)
    table = zipcode.TABLES[cell["table"]]
    alone = [zipcode.init(generator(cell["entropy"], seed), spread=spread, table=table) for seed in seeds]
    return {name: np.stack([p[name] for p in alone]) for name in alone[0]}


def climb(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Train one network per seed with softmax, cross-entropy and the changes that the cell names; measure the end."""
    (x, labels), (test_x, test_y) = split(cell)
    squash = relu if cell.get("relu") else scaled_tanh
    form: dict[str, Any] = {"table": zipcode.TABLES[cell["table"]], "borders": (-1.0, cell["border"])}
    parts = zipcode_batches.Parts(**form, relu=bool(cell.get("relu")))
    rule = zipcode_batches.Rule(cell["rate"], adam=cell["update"] == "adam", decay=float(cell.get("weight_decay", 0.0)))
    rngs = [generator(cell["entropy"] + SHUFFLING, seed) for seed in seeds]
    p, count = start(cell, seeds), len(x)

    def loss(system, parameters, some, t):
        y = zipcode.outputs(system, parameters, system.constant(some), **form, squash=squash, squash_outputs=False)
        return system.apply(softmax_cross_entropy, y, system.constant(t))

    for number in range(cell["passes"]):
        if cell["update"] == "sdlm":
            wanted = min(cell["curvature_patterns"], count)
            some = (np.arange(wanted) * count // wanted + number) % count
            h = optimizers.mean_curvatures_each(loss, p, x[some], np.eye(10)[labels[some]])
            rule.rate = optimizers.levenberg_marquardt_rates(h, eta=cell["rate"], mu=cell["mu"])
        else:
            done = number / max(cell["passes"] - 1, 1)
            rule.rate = float(cell["rate"] * (1 - (1 - cell.get("rate_decay", 1.0)) * done))
        order, noise = _orders(cell, rngs, count), _noise(cell, rngs, count)
        p = zipcode_batches.pass_of_batches(p, rule, x, labels, order, parts=parts, batch=cell["batch"], **noise)
    trained, tested = (zipcode_batches.outputs_of(p, images, parts=parts) for images in (x, test_x))
    return [
        {**closing(trained[r], labels, tested[r], test_y), "presentations": float(cell["passes"] * count)}
        for r in range(len(seeds))
    ]


def _orders(cell: Mapping[str, Any], rngs: Sequence[np.random.Generator], count: int) -> np.ndarray:
    if not cell.get("shuffled"):
        return np.tile(np.arange(count), (len(rngs), 1))
    return np.stack([rng.permutation(count) for rng in rngs])


def _noise(cell: Mapping[str, Any], rngs: Sequence[np.random.Generator], count: int) -> dict[str, Any]:
    """Shifts of every image shown, and the units of H2 that stay, for every seed from its own generator."""
    found: dict[str, Any] = {}
    if cell.get("shifts"):
        found["shifts"] = np.stack([rng.integers(-1, 2, (count, 2)) for rng in rngs])
    if cell.get("dropout"):
        units = len(zipcode.TABLES[cell["table"]]) * zipcode.H2_SIDE**2
        share = np.float32(cell["dropout"])
        found["keep"] = np.stack([rng.random((count, units), dtype=np.float32) >= share for rng in rngs])
        found["dropout"] = float(cell["dropout"])
    return found


def closing(on_train: np.ndarray, labels: np.ndarray, on_test: np.ndarray, test_y: np.ndarray) -> dict[str, Any]:
    # outputs (N, 10) before the softmax
    """Errors, cross-entropies and rejects, and which test digits are wrong."""
    shifted = on_test - on_test.max(axis=-1, keepdims=True)
    probabilities = np.exp(shifted) / np.exp(shifted).sum(axis=-1, keepdims=True)
    train_error = float((on_train.argmax(axis=-1) != labels).mean())
    found: dict[str, Any] = {
        "train_error": train_error,
        "test_error": float((on_test.argmax(axis=-1) != test_y).mean()),
        "test_entropy": float(-np.log(np.maximum(probabilities[np.arange(len(test_y)), test_y], 1e-300)).mean()),
        "rejects": rejects_needed(error_after_rejecting(probabilities, test_y), GOAL),
        "wrong": on_test.argmax(axis=-1) != test_y,
    }
    if not np.all(np.isfinite(on_test)):
        found["failed"] = "diverged"
    elif train_error >= HOPELESS:
        found["failed"] = "did not learn: half of the training digits or more are wrong at the end"
    return found
