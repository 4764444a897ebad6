"""The road follower of 1989 from its own recipe to today's, one change at a time, with as many weights or fewer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets.roads import steering
from core.learning import training
from core.learning.ops import affine, convolution, flatten, relu, sigmoid, softmax_cross_entropy
from core.learning.ordered import Entry, OrderedSystem
from core.learning.seeds import generator
from core.networks import alvinn
from reproductions.alvinn_1989 import snapshots
from reproductions.alvinn_1989.snapshots import NEAR, SHARPEST, Snapshots

ROWS, COLUMNS, RANGES = 30, 32, (8, 32)
HIDDEN, HIDDEN_BEHIND_MAPS, MAPS = 29, 24, (8, 16)
# Each rung adds its changes to those above it. A rate is looked for where the rule or the units change.
RUNGS: dict[str, dict[str, Any]] = {
    "softmax": {"adam": False, "batch": 1},
    "adam": {"adam": True, "batch": 16},
    "mirror": {"mirror": True},
    "relu": {"relu": True},
    "convolution": {"convolution": True},
    "rate decay": {"rate_decay": 0.1},
}
RATES = {
    "softmax": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3),
    "adam": (1e-4, 3e-4, 1e-3, 3e-3, 1e-2),
    "relu": (1e-4, 3e-4, 1e-3, 3e-3, 1e-2),
    "convolution": (1e-4, 3e-4, 1e-3, 3e-3, 1e-2),
}
SHUFFLING = 3  # added to the worlds: orders and mirrored images have random numbers of their own


def rung(name: str) -> dict[str, Any]:
    """All changes up to a rung."""
    found: dict[str, Any] = {}
    for one, changes in RUNGS.items():
        found |= changes
        if one == name:
            break
    return found


def init(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Weights within the root of 1 over the fan-in, or of 6 for rectified units (He et al. 2015); single precision."""
    reach = 6.0 if cell.get("relu") else 1.0
    hidden = HIDDEN_BEHIND_MAPS if cell.get("convolution") else HIDDEN
    shapes: dict[str, tuple[int, ...]] = {}
    first = alvinn.PICTURE + alvinn.RANGES
    if cell.get("convolution"):
        shapes = {"k1": (MAPS[0], 1, 5, 5), "k2": (MAPS[1], MAPS[0], 5, 5)}
        first = MAPS[1] * (-(-ROWS // 4)) * (-(-COLUMNS // 4)) + alvinn.RANGES
    shapes |= {"w1": (first, hidden), "w2": (hidden, alvinn.STEERING)}
    p = {}
    for name, shape in shapes.items():
        fan_in = int(np.prod(shape[1:])) if name.startswith("k") else shape[0]
        spread = (reach / fan_in) ** 0.5
        p[name] = rng.uniform(-spread, spread, shape).astype(np.float32)
        p["b" + name if name.startswith("k") else "b" + name[1:]] = np.zeros(
            shape[0] if name.startswith("k") else shape[1], dtype=np.float32
        )
    return p


def outputs(cell: Mapping[str, Any], system: OrderedSystem, p: Mapping[str, Entry], x: np.ndarray) -> Entry:
    """Outputs (N, 45) before the softmax for inputs (N, 1216): the picture and the ranges within +-1."""
    squash = relu if cell.get("relu") else sigmoid
    seen = system.constant(x)
    if cell.get("convolution"):
        picture = system.constant(x[:, : alvinn.PICTURE].reshape(-1, 1, ROWS, COLUMNS))
        a1 = system.apply(squash, system.apply(convolution, picture, p["k1"], p["bk1"], stride=2, padding=2))
        a2 = system.apply(squash, system.apply(convolution, a1, p["k2"], p["bk2"], stride=2, padding=2))
        maps = system.apply(flatten, a2)
        # The ranges go to the hidden units beside the maps: two products in place of one of joined inputs.
        count = MAPS[1] * (-(-ROWS // 4)) * (-(-COLUMNS // 4))
        of_maps, of_ranges = p["w1"][:count], p["w1"][count:]
        nothing = system.constant(np.zeros(HIDDEN_BEHIND_MAPS, dtype=np.float32))
        ranges = system.apply(affine, system.constant(x[:, alvinn.PICTURE :]), of_ranges, nothing)
        total = system.apply(affine, maps, of_maps, p["b1"]) + ranges
    else:
        total = system.apply(affine, seen, p["w1"], p["b1"])
    return system.apply(affine, system.apply(squash, total), p["w2"], p["b2"])


def mirrored(x: np.ndarray, curvature: np.ndarray, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (N, 1216) and curvatures with left and right exchanged where `which` says so."""
    x, curvature = x.copy(), np.where(which, -curvature, curvature)
    picture = x[which, : alvinn.PICTURE].reshape(-1, ROWS, COLUMNS)[:, :, ::-1]
    ranges = x[which, alvinn.PICTURE :].reshape(-1, *RANGES)[:, :, ::-1]
    x[which] = np.concatenate([picture.reshape(len(picture), -1), ranges.reshape(len(ranges), -1)], axis=1)
    return x, curvature


def hills(curvature: np.ndarray) -> np.ndarray:
    """The hill of 1989 over the steering units, of sum one."""
    hill = steering.hill_of_1989(curvature, alvinn.STEERING, SHARPEST)
    scaled: np.ndarray = (hill / hill.sum(axis=1, keepdims=True)).astype(np.float32)
    return scaled


def climb(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Train one network per seed on the images of the network of 1989 with that seed; test as there."""
    return [_climb(cell, seed) for seed in seeds]


def _climb(cell: Mapping[str, Any], seed: int) -> dict[str, Any]:
    rng, new, own = (generator(snapshots.worlds(cell) + part, seed) for part in (0, 2, SHUFFLING))
    shown, novel = snapshots.snapshots(rng, cell["images"], cell), snapshots.snapshots(new, cell["novel"], cell)
    x, p = shown.x[:, :-1].astype(np.float32), init(cell, own)
    rule: training.Rule = training.Adam() if cell["adam"] else training.Plain()
    steps = -(-len(x) // cell["batch"]) * cell["epochs"]
    fall = cell.get("rate_decay", 1.0)

    def loss(system: OrderedSystem, parameters: Mapping[str, Entry], some: np.ndarray, t: np.ndarray) -> Entry:
        total = system.apply(softmax_cross_entropy, outputs(cell, system, parameters, some), system.constant(t))
        return total * (1 / np.float32(len(some)))

    def rate(step: int) -> float:
        return float(cell["rate"] * (1 - (1 - fall) * step / steps))

    last = training.train(loss, p, _batches(cell, x, shown.curvature, own), rule=rule, rate=rate)
    if not np.isfinite(last):
        return {"failed": "diverged"}
    other = snapshots.snapshots(new, cell["novel"], {**cell, "varying": not cell["varying"]})
    found: dict[str, Any] = {"weights": float(sum(w.size for w in p.values()))}
    for name, some in (("", novel), ("_trained", shown), ("_other", other)):
        off = _units_off(cell, p, some)
        found[f"near{name}"] = float(np.mean(np.abs(off) <= NEAR))
        if not name:
            found |= {"exact": float(np.mean(off == 0)), "units_off": float(np.mean(np.abs(off)))}
    return found


def _batches(
    cell: Mapping[str, Any], x: np.ndarray, curvature: np.ndarray, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for _ in range(cell["epochs"]):
        order = rng.permutation(len(x))
        seen, wanted = x, curvature
        if cell.get("mirror"):
            seen, wanted = mirrored(x, curvature, rng.random(len(x)) < 0.5)
        targets = hills(wanted)
        for start in range(0, len(x), cell["batch"]):
            some = order[start : start + cell["batch"]]
            yield seen[some], targets[some]


def _units_off(cell: Mapping[str, Any], p: Mapping[str, np.ndarray], shown: Snapshots) -> np.ndarray:
    system = OrderedSystem()
    y = outputs(cell, system, system.parameters(p), shown.x[:, :-1].astype(np.float32))
    return snapshots.units_off(y.value, shown)
