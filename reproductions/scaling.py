"""How it scales: gradients, digits, characters and machines, from six parameters to 405 billion."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from core.datasets import mnist, text
from core.evidence.run import Result, Run
from core.evidence.trials import Row
from reproductions.experiments import ordered_derivatives_1974 as derivatives
from reproductions.experiments import scaling as experiments
from reproductions.findings.scaling import gather, tables
from reproductions.findings.scaling_claims import measure, studied
from reproductions.findings.scaling_figures import figures

__all__ = ["PRESETS", "Settings", "figures", "prepare", "run"]

Count = Annotated[int, Field(ge=1, le=10**8)]
Rate = Annotated[float, Field(gt=0, le=10)]
Rates = dict[tuple[int, ...], float]


class Settings(BaseModel):
    """Everything that is free in this study. A size is a number of parameters and the features of a character."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Literal["mnist", "embedded"] = "mnist"
    train_sizes: tuple[Count, ...] = Field((60, 200, 600, 2000, 6000, 20000, 60000), min_length=4)
    size_width: Count = 300
    widths: tuple[Count, ...] = Field((1, 3, 10, 30, 100, 300, 600, 1258), min_length=4)
    seeds: Count = 5
    digits_shown: Count = 240000
    digit_rates: tuple[Rate, ...] = Field((0.1, 0.3, 1.0), min_length=1)
    tuned_examples: Count = 6000
    text: Literal["shakespeare", "topics"] = "shakespeare"
    sizes: tuple[tuple[Count, Count], ...] = Field(
        ((1000, 4), (3000, 8), (10000, 16), (30000, 16), (100000, 24), (300000, 24), (600000, 32), (1000000, 32)),
        min_length=3,
    )
    examples: tuple[Count, ...] = Field((10000, 30000, 100000, 300000, 1000000), min_length=2)
    shown: tuple[Count, ...] = Field((100000, 200000, 300000, 600000, 1200000), min_length=2)
    text_seeds: Count = 3
    large: Count = 200000
    large_seeds: Count = 1
    text_rates: tuple[Rate, ...] = Field((0.0003, 0.001, 0.003, 0.01), min_length=1)
    tuned_sizes: tuple[tuple[Count, Count], ...] = Field(
        ((3000, 8), (30000, 16), (300000, 24), (1000000, 32)), min_length=1
    )
    tuned_texts: tuple[tuple[Count, Count], ...] = Field(((10000, 100000), (300000, 200000)), min_length=1)
    looked_at: Count = 20000
    held_out: Count = 2
    orders: Annotated[int, Field(ge=1, le=8)] = 7
    cost_sizes: tuple[tuple[Count, ...], ...] = Field(
        ((1, 3), (8, 6, 4), (32, 32, 32, 32, 1), (64, 128, 64, 10), (256, 256, 128, 10), (784, 300, 10),
         (128, 1024, 1024, 10)), min_length=2,
    )  # fmt: skip
    draws: Count = 200
    entropy: int = Field(2020, ge=0)


PRESETS = {
    "quick": Settings(
        data="embedded", train_sizes=(60, 200, 600, 1200), size_width=30, widths=(1, 3, 10, 30), seeds=5,
        digits_shown=10000, digit_rates=(0.3,), tuned_examples=600, text="topics",
        sizes=((1500, 4), (3000, 8), (8000, 8), (20000, 8)), examples=(5000, 20000, 60000), shown=(20000, 40000, 60000),
        text_seeds=1, large=10**6, text_rates=(0.01,), tuned_sizes=((3000, 8),), tuned_texts=((20000, 20000),),
        looked_at=2000, held_out=1, orders=3, draws=10,
        cost_sizes=((1, 3), (8, 6, 4), (32, 32, 32, 32, 1), (64, 128, 64, 10)),
    ),
    "paper": Settings(),
}  # fmt: skip


def prepare(settings: Settings, *, quiet: bool) -> None:
    """Fetch and check the data before any trial starts."""
    mnist.load(settings.data, quiet=quiet)
    text.load(settings.text, quiet=quiet)


def digit_cells(s: Settings, rates: Rates) -> list[tuple[dict[str, Any], range]]:
    """Digits by training examples at one width, then by width with all of them."""
    base: dict[str, Any] = {"data": s.data, "shown": s.digits_shown}
    everything = max(s.train_sizes)
    by_size: list[dict[str, Any]] = [
        {"series": "examples", "examples": m, "hidden": s.size_width} for m in s.train_sizes
    ]
    by_width = [{"series": "width", "examples": everything, "hidden": h} for h in s.widths]
    return [({**base, **cell, "rate": nearest(rates, cell["hidden"])}, range(s.seeds)) for cell in by_size + by_width]


def text_cells(s: Settings, rates: Rates) -> list[tuple[dict[str, Any], range]]:
    """Characters by size of the model and of the training text."""
    return [
        ({"text": s.text, "size": size, "features": features, "examples": d, "shown": shown, "looked_at": s.looked_at,
          "rate": nearest(rates, size, d)}, range(s.text_seeds if size <= s.large else s.large_seeds))
        for size, features in s.sizes for d, shown in zip(s.examples, s.shown, strict=True)
    ]  # fmt: skip


def nearest(rates: Rates, *place: int) -> float:
    """The rate found at the tuned size, or size and length of text, that is nearest in ratio."""
    return rates[min(rates, key=lambda tuned: float(np.linalg.norm(np.log(np.array(tuned) / np.array(place)))))]


def best_rates(rows: list[Row], names: tuple[str, ...], value: str) -> Rates:
    """For each tuned place the rate with the least mean loss on data that are neither trained nor tested on."""
    found: dict[tuple[int, ...], dict[float, list[float]]] = {}
    for row in rows:
        seen = row.values[value] if not row.failed else np.inf
        place = tuple(row.cell[name] for name in names)
        found.setdefault(place, {}).setdefault(row.cell["rate"], []).append(seen)
    return {place: min(by, key=lambda rate, by=by: np.mean(by[rate])) for place, by in found.items()}  # type: ignore[misc]


def run(settings: Settings, run: Run) -> Result:
    """Tune the learning rates, then train every size, then set everything beside the claims."""
    rows: dict[str, list[Row]] = {}
    s, one = settings, range(1)

    def go(name: str, function: Any, cells: Any) -> None:
        marked = [({"study": name, **cell, "entropy": s.entropy}, seeds) for cell, seeds in cells]
        rows[name] = run.trials(name, function, marked)

    tuning = range(1_000_000, 1_000_002)  # seeds that no published net uses
    go("digits, tuning", experiments.digits, [
        ({"data": s.data, "shown": s.digits_shown, "examples": s.tuned_examples, "hidden": h, "rate": rate,
          "tuning": True}, tuning)
        for h in sorted({min(s.widths, key=lambda w: abs(w - 30)), s.size_width}) for rate in s.digit_rates
    ])  # fmt: skip
    go("text, tuning", experiments.characters, [
        ({"text": s.text, "size": size, "features": features, "examples": d, "shown": shown, "looked_at": s.looked_at,
          "rate": rate}, tuning[:1])
        for size, features in s.tuned_sizes for d, shown in s.tuned_texts for rate in s.text_rates
    ])  # fmt: skip
    go("digits", experiments.digits, digit_cells(s, best_rates(rows["digits, tuning"], ("hidden",), "loss")))
    go("text", experiments.characters, text_cells(s, best_rates(rows["text, tuning"], ("size", "examples"), "tune")))
    go("n-grams", experiments.ngrams, [({"text": s.text, "orders": s.orders, "looked_at": s.looked_at}, one)])
    go("cost", derivatives.cost, [({"sizes": list(sizes), "directions": 10}, one) for sizes in s.cost_sizes])
    go("machine", experiments.speed, [({}, one)])
    found = studied(s, rows)
    trained = [row for name in ("digits", "text") for row in rows[name] if not row.failed]
    return run.result(
        measure(s, rows, found),
        seeds=range(s.seeds),
        arrays=gather(s, rows, found),
        presentations=int(sum(row.values.get("shown", row.cell.get("shown", 0)) for row in trained)),
        operations=int(sum(row.values["operations"] for row in trained)),
        operations_are="multiply-accumulates of forward and backward passes over digits and characters",
        seconds_each=float(np.mean([row.seconds for row in rows["text"]])),
        data=mnist.load(s.data).sha256 | text.load(s.text).sha256,
        measurements={"tables": tables(s, rows, found)},
    )


if __name__ == "__main__":
    from reproductions.cli import main

    main(["run", "scaling", *sys.argv[1:]])
