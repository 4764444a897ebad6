"""The studies of 1998: what each trains, and what it is for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from core.datasets import digit_fields
from core.evidence.measured import Cost, counted
from core.evidence.rows import Rows, grouped, pick
from core.evidence.studies import Cells, Study
from core.evidence.tuning import lowest, tuning_seeds
from reproductions.lenet_1998 import experiment, film, joined, methods, now
from reproductions.lenet_1998.settings import Settings

TOGETHER = 16  # networks in lockstep: as many as share a register in single precision
CHOOSING, METHODS, JOINED, LADDER, FILM = "choosing settings", "methods", "pairwise lines", "ladder", "film"
PAIRWISE, TEN_UNITS = "pairwise linear", "LeNet-5, ten tanh units"


def studies(s: Settings) -> list[Study]:
    """Settings by validation digits; every method of the table; the ladder to today; one digit's film."""
    found = [
        Study(CHOOSING, experiment.learn, choosing(s), block=TOGETHER),
        Study(METHODS, methods.learn, lambda rows: _methods(s, rows), block=TOGETHER),
        Study(
            JOINED, joined.pairs, [({**_common(s), "arm": PAIRWISE, "join": join}, range(1)) for join in joined.JOINS]
        ),
    ]
    if s.now_seeds:
        found.append(Study(LADDER, now.learn, lambda rows: _ladder(s, rows), block=TOGETHER))
    return [*found, Study(FILM, film.shown, lambda rows: _film(s, rows))]


def _common(s: Settings, look: str = "test") -> dict[str, Any]:
    return {
        "data": s.data,
        "look": look,
        "precision": s.precision,
        "curvature_patterns": s.curvature_patterns,
    }


def choosing(s: Settings) -> Cells:
    """Every setting tried on validation digits: scale and j of the second-order method, then rates of plain steps."""
    base = {
        **_common(s, "validation"),
        "net": "LeNet-5",
        "examples": s.tuning_examples,
        "passes": s.tuning_passes,
        "look_every": s.tuning_passes,
    }
    seeds = tuning_seeds(s.tuning_seeds)
    second = [({**base, "rule": "sdlm", "scale": scale, "rubbish": j}, seeds) for scale in s.scales for j in s.rubbish]
    plain = [({**base, "rule": "sgd", "rate": rate, "rubbish": s.rubbish[0]}, seeds) for rate in s.sgd_rates]
    return [*second, *plain]


def chosen(rows: Rows) -> dict[str, float]:
    """Scale and j with the lowest mean error on validation digits."""
    tried = grouped(pick(rows[CHOOSING], rule="sdlm"), "scale", "rubbish")
    scale, rubbish = lowest(tried, "error")
    return {"scale": scale, "rubbish": rubbish}


def chosen_rate(rows: Rows) -> float:
    """The first rate of plain steps with the lowest mean error on validation digits."""
    return float(lowest(grouped(pick(rows[CHOOSING], rule="sgd"), "rate"), "error"))


def _methods(s: Settings, rows: Rows) -> Cells:
    """Long ones first, so that no core is left alone at the end."""
    settings = chosen(rows)
    main: dict[str, Any] = {**_common(s), "way": "convolutional", "rule": "sdlm"}
    five = {**main, "net": "LeNet-5", **settings}
    four = {**main, "net": "LeNet-4", "scale": 1.0}
    plain = {name: value for name, value in five.items() if name != "scale"}
    many, others = range(s.seeds), range(s.other_seeds)
    small, changed = min(s.sizes), {"invariance": s.changed_digits}
    fewer = {"passes": s.size_passes, "look_every": s.size_passes}
    found: list[tuple[dict[str, Any], range]] = [
        ({**five, "arm": "LeNet-5", "passes": s.passes, "train": 1, "keep": 1, **changed}, many),
        ({**five, "arm": "LeNet-5, distorted", "passes": s.distorted_passes, "distort": 1.0, **changed}, many),
    ]
    ten = {"arm": TEN_UNITS, "net": "LeNet-5 tanh", "scale": 1.0, "passes": s.distorted_passes}
    found.append(({**main, **ten, "look_every": s.distorted_passes}, many))
    if s.boosted_seeds:
        boosted = {"distort": 1.0, "passes": s.boosted_passes, "later": s.later_passes, "pool": s.pool}
        cell = {**four, "way": "boosted", "arm": "boosted LeNet-4, distorted", **boosted}
        found.append((cell, range(s.boosted_seeds)))
    found.append(({**four, "arm": "LeNet-4", "passes": s.other_passes, "look_every": s.other_passes}, others))
    found += [
        ({**five, "arm": f"LeNet-5, {n:,} digits", "examples": n, **fewer}, others) for n in sorted(s.sizes)[::-1]
    ]
    found += [
        ({**five, "arm": f"LeNet-5, {small:,} digits, distorted", "examples": small, "distort": r, **fewer}, others)
        for r in s.ranges
    ]
    rate = chosen_rate(rows)
    sgd = {"arm": "LeNet-5, plain steps", "examples": small, "rule": "sgd", "rate": rate, **fewer}
    found.append(({**plain, **sgd}, others))
    one = {"arm": "LeNet-1", "net": "LeNet-1", "form": "reduced", "scale": 1.0}
    found.append(({**main, **one, "passes": s.other_passes, "look_every": s.other_passes}, others))
    return [*found, *_dense(s), *_classical(s)]


def _dense(s: Settings) -> list[tuple[dict[str, Any], range]]:
    main = {**_common(s), "way": "dense", "passes": s.dense_passes}
    shapes = [(shape, "regular", 28) for shape in s.shapes] + [(s.shapes[0], "deslanted", 20)]
    return [
        (
            {**main, "arm": dense_arm(shape, form), "hidden": list(shape), "form": form, "side": side},
            range(s.dense_seeds),
        )
        for shape, form, side in sorted(shapes, key=lambda one: -one[0][0])
    ]


def dense_arm(shape: tuple[int, ...], form: str) -> str:
    """What a fully connected network is called in tables."""
    return "-".join(map(str, shape)) + " hidden" + (", deslanted" if form == "deslanted" else "")


def _classical(s: Settings) -> list[tuple[dict[str, Any], range]]:
    main = {**_common(s), "way": "classical"}
    deslanted, once = {"form": "deslanted", "side": 20}, range(1)
    bases = {"method": "radial bases", "centres": s.centres, "width": 1.0, "ridge": 1e-6}
    support = {"method": "support vectors", "degree": 4, "penalty": 10.0, "examples": s.support_examples}
    return [
        ({**main, "arm": "nearest neighbours", "method": "neighbours", "k": 3}, once),
        ({**main, "arm": "nearest neighbours, deslanted", "method": "neighbours", "k": 3, **deslanted}, once),
        ({**main, "arm": "support vectors, deslanted", **support, **deslanted}, once),
        ({**main, "arm": "radial bases", **bases}, range(s.dense_seeds)),
        ({**main, "arm": "components, quadratic", "method": "quadratic", "components": s.components}, once),
        ({**main, "arm": "linear", "method": "linear"}, once),
        ({**main, "arm": "linear, deslanted", "method": "linear", **deslanted}, once),
    ]


def _ladder(s: Settings, rows: Rows) -> Cells:
    base = {**_common(s), **chosen(rows), "rule": "sdlm", "passes": s.now_passes, "examples": s.now_examples}
    return [({**base, "rung": k}, range(s.now_seeds)) for k in reversed(range(len(now.LADDER) - 1))]


def _film(s: Settings, rows: Rows) -> Cells:
    base = {**_common(s), **chosen(rows), "net": "LeNet-5", "rule": "sdlm", "passes": 1, "digit": 0}
    return [({**base, "pictures": s.pictures, "examples": min(s.sizes)}, range(1))]


def prepare(settings: Settings, quiet: bool) -> None:
    """Find or fetch the data before any work starts."""
    digit_fields.load(settings.data, quiet=quiet)


def cost(s: Settings, rows: Rows) -> Cost:
    """What the trials cost; seconds of LeNet-5's networks."""
    found = counted(rows, main=METHODS, data=digit_fields.load(s.data).sha256)
    seconds = [row.seconds for row in pick(rows[METHODS], arm="LeNet-5")]
    are = "multiply-accumulates of forward and backward passes of the networks, counted from the layers' sizes"
    return replace(found, operations_are=are, seconds_each=float(np.mean(seconds)))
