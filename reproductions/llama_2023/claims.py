"""Our side of every claim, from the rows of the studies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.evidence import measured as m
from core.evidence.measured import Count, Measured, Simple
from core.evidence.rows import Rows, failures, finished, grouped, pick
from core.evidence.trials import Row
from reproductions.llama_2023.run import LARGER, THEIRS, USUAL
from reproductions.llama_2023.settings import Settings

REPLACED = {
    "gated": "ReLU, as many numbers",
    "rms_comparable": "layer normalisation",
    "norm_helps": "no normalisation",
    "rotary_helps": "learned positions",
    "positions_help": "no positions",
    "cosine_helps": "constant rate",
}


def measure(s: Settings, rows: Rows) -> Mapping[str, Measured]:
    """Our side of every claim of the paper file; None where its study was left out."""
    return {**_counts(rows), **_checkpoint(rows), **_parts(rows), **_learning(rows), **_capital(rows)}


def _worst(rows: Sequence[Row], name: str) -> Simple:
    found = finished(rows, name)
    return Count(float(found.max())) if len(found) else None


def _counts(rows: Rows) -> dict[str, Measured]:
    values = rows["sizes"][0].values
    large = "Llama 3.1 405B"
    return {
        "count_260k": Count(values["stories260K: parameters"]),
        "count_1b": Count(values["Llama 3.2 1B: parameters"]),
        "count_405b": Count(values[f"{large}: parameters"]),
        "cache_405b": Count(values[f"{large}: cache without groups"] / values[f"{large}: cache"]),
    }


def _checkpoint(rows: Rows) -> dict[str, Measured]:
    told = pick(rows.get("story", []), temperature=0.0)
    slopes, pooled = rows.get("slopes", []), rows.get("pooled", [])
    first = finished(pooled, "mean") - finished(pooled, "first")
    return {
        "story": _worst(told, "same"),
        "story_characters": _worst(told, "characters"),
        "measured_slopes": _worst(slopes, "measured"),
        "reference_slopes": _worst(slopes, "reference"),
        "pooled_first": Count(float(first[0])) if len(first) else None,
        "pooled_new": m.mean(finished(pooled, "mean") - finished(pooled, "new")),
    }


def decays(rows: Sequence[Row], name: str) -> float:
    """Mean over the last quarter of distances, over the value at distance 0, of the mean curve over draws."""
    curve = np.mean([row.arrays[name] for row in rows], axis=0)
    return float(curve[3 * len(curve) // 4 :].mean() / curve[0])


def _parts(rows: Rows) -> dict[str, Measured]:
    adjacent = pick(rows["positions"], pairing="adjacent")
    costs, scores = rows["costs"], rows["scores"]
    return {
        "relative": _worst(rows["positions"], "spread"),
        "decay": {
            "the bound": Count(decays(adjacent, "bound")),
            "the size of the score": Count(decays(adjacent, "sizes")),
        },
        "grouped": _worst(rows["groups"], "difference"),
        "cache_heads": _worst(pick(rows["groups"], groups=1), "cache_ratio"),
        "rms_is_layer": _worst(rows["norms"], "layer"),
        "six_n": _worst(costs, "of_6n"),
        "back_twice": _worst(costs, "ratio"),
        "first_loss": m.mean_of(scores, "loss"),
        "p_minus_y": _worst(scores, "difference"),
    }


def larger_better(rows: Rows) -> Measured:
    """The usual shape's loss less the larger one's after equal steps, over the seeds of both."""
    usual, larger = (pick(rows.get("larger", []), size=size) for size in (USUAL, LARGER))
    return m.difference(usual, larger, "test", pairs=True) if larger else None


def best_count(rows: Rows) -> tuple[int, float]:
    """The order of counting that is best on the tuning part, and its loss on the test part."""
    values = rows["counting"][0].values
    orders = [int(name.removeprefix("tune_")) for name in values if name.startswith("tune_")]
    best = min(orders, key=lambda k: values[f"tune_{k}"])
    return best, values[f"order_{best}"]


def _learning(rows: Rows) -> dict[str, Measured]:
    nets, old = rows["learning"], rows["network of 2003"]
    lost, failed = finished(nets, "test"), failures(nets)
    trigram = rows["counting"][0].values["order_3"]
    chance = np.log(nets[0].cell["vocabulary"])
    by_name = grouped(rows["ablations"], "without")
    found: dict[str, Measured] = {
        "start": m.mean(finished(nets, "start") - chance),
        "beats_counting": m.mean(lost - best_count(rows)[1], failed=failed),
        "beats_trigram": m.mean(lost - trigram, failed=failed),
        "beats_2003": m.difference(nets, old, "test"),
        "larger_better": larger_better(rows),
    }
    for claim, name in REPLACED.items():
        found[claim] = m.difference(by_name[name], by_name[THEIRS], "test", pairs=True)
    return found


def _capital(rows: Rows) -> dict[str, Measured]:
    found = rows.get("capital", [])
    if not found or found[0].failed:
        return {"p_paris": None, "loss_paris": None}
    return {
        "p_paris": Count(found[0].values["p_last"]),
        "loss_paris": Count(float(found[0].arrays["losses"].mean())),
    }
