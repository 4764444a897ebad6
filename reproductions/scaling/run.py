"""How it scales: gradients, digits, characters and machines, from six parameters to 405 billion."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.datasets import mnist, text
from core.evidence.run import Result, Run
from core.evidence.trials import Row
from core.evidence.tuning import FIRST_TUNING_SEED, outwards
from core.learning import ngrams
from reproductions.ordered_derivatives_1974 import experiment as derivatives
from reproductions.scaling import experiment as experiments
from reproductions.scaling.tables import gather, tables
from reproductions.scaling.claims import measure
from reproductions.scaling.figures import figures
from reproductions.scaling.laws import studied

__all__ = ["PRESETS", "Settings", "figures", "prepare", "run"]

Count = Annotated[int, Field(ge=1, le=10**8)]
Rate = Annotated[float, Field(gt=0, le=10)]
LADDER = (1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1)  # rates of Adam, tried from the middle outwards


class Settings(BaseModel):
    """Everything that is free in this study. A size is a number of parameters and the features of a character."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Literal["mnist", "embedded"] = "mnist"
    train_sizes: tuple[Count, ...] = Field((60, 200, 600, 2000, 6000, 20000, 60000), min_length=4)
    size_width: Count = 300
    widths: tuple[Count, ...] = Field((1, 3, 10, 30, 100, 300, 600, 1258), min_length=4)
    seeds: Count = 5
    digits_shown: Count = 400000
    digit_rates: tuple[Rate, ...] = Field(LADDER, min_length=1)
    tuned_on: Count = 50000
    tuning_seeds: Count = 2
    text: Literal["shakespeare", "topics"] = "shakespeare"
    sizes: tuple[tuple[Count, Count], ...] = Field(
        ((1000, 4), (3000, 8), (10000, 16), (30000, 16), (100000, 24), (300000, 24), (600000, 32), (1000000, 32)),
        min_length=3,
    )
    examples: tuple[Count, ...] = Field((20000, 50000, 150000, 400000, 1000000), min_length=2)
    text_rates: tuple[Rate, ...] = Field(LADDER, min_length=1)
    text_seeds: Count = 3
    large: Count = 200000
    large_seeds: Count = 2
    longer_size: Count = 300000
    longer_passes: Count = 5
    longer_seeds: Count = 5
    looked_at: Count = 20000
    held_out: Count = 2
    orders: Annotated[int, Field(ge=1, le=8)] = 7
    cost_sizes: tuple[tuple[Count, ...], ...] = Field(
        ((1, 3), (8, 6, 4), (32, 32, 32, 32, 1), (64, 128, 64, 10), (256, 256, 128, 10), (784, 300, 10),
         (128, 1024, 1024, 10)), min_length=2,
    )  # fmt: skip
    draws: Count = 200
    entropy: int = Field(2020, ge=0)

    @model_validator(mode="after")
    def _something_left(self) -> Settings:
        if self.tuned_on >= max(self.train_sizes):
            raise ValueError("tuned_on must be below the largest of train_sizes: the digits left over choose the rates")
        if self.held_out >= len(self.sizes):
            raise ValueError("held_out must be below the number of sizes: the others are fitted")
        return self


PRESETS = {
    "quick": Settings(
        data="embedded", train_sizes=(60, 200, 600, 1200), size_width=30, widths=(1, 3, 10, 30), seeds=5,
        digits_shown=10000, digit_rates=(0.003,), tuned_on=600, tuning_seeds=1, text="topics",
        sizes=((1500, 4), (3000, 8), (6000, 8), (12000, 8)), examples=(10000, 25000, 60000), text_seeds=1, large=10**6,
        large_seeds=1, text_rates=(0.01,), longer_size=6000, longer_passes=2, longer_seeds=1,
        looked_at=2000, held_out=1, orders=3, draws=10,
        cost_sizes=((1, 3), (8, 6, 4), (32, 32, 32, 32, 1), (64, 128, 64, 10)),
    ),
    "paper": Settings(),
}  # fmt: skip


def prepare(settings: Settings, *, quiet: bool) -> None:
    """Fetch and check the data before any trial starts."""
    mnist.load(settings.data, quiet=quiet)
    text.load(settings.text, quiet=quiet)


def digit_places(s: Settings) -> list[dict[str, Any]]:
    """Digits by training examples at one width and by width with all of them, the dearest nets first."""
    everything = max(s.train_sizes)
    places = dict.fromkeys([*((m, s.size_width) for m in s.train_sizes), *((everything, h) for h in s.widths)])
    return [
        {"data": s.data, "shown": s.digits_shown, "examples": m, "hidden": h}
        for m, h in sorted(places, key=lambda place: -place[1])
    ]


def text_places(s: Settings) -> list[dict[str, Any]]:
    """Characters by size of the model and of the training text, every text read once; the dearest models first."""
    places = sorted(((size, d, m) for size, m in s.sizes for d in s.examples), key=lambda place: -place[0] * place[1])
    return [
        {"text": s.text, "size": size, "features": features, "examples": d, "passes": 1, "looks": 1,
         "looked_at": s.looked_at} for size, d, features in places
    ]  # fmt: skip


def run(settings: Settings, run: Run) -> Result:
    """Choose each learning rate, train every size, then set everything beside the claims."""
    rows: dict[str, list[Row]] = {}
    s, one = settings, range(1)
    tuning_seeds = range(FIRST_TUNING_SEED, FIRST_TUNING_SEED + s.tuning_seeds)

    def go(name: str, function: Any, cells: Any, *, alone: bool = False) -> list[Row]:
        marked = [({"study": name, **cell, "entropy": s.entropy}, seeds) for cell, seeds in cells]
        new = run.trials(name, function, marked, alone=alone)
        rows[name] = rows.get(name, []) + new
        return new

    places = digit_places(s)
    tuning = {
        (min(p["examples"], s.tuned_on), p["hidden"]): {
            **p, "examples": min(p["examples"], s.tuned_on), "tuning": True
        } for p in places
    }  # fmt: skip
    tuned = outwards(
        lambda cells: go("digits, rates", experiments.digits, cells), list(tuning.values()), "rate", s.digit_rates,
        seeds=tuning_seeds, score="loss",
    )  # fmt: skip
    rates = {place: rate for place, (rate, _) in zip(tuning, tuned, strict=True)}
    go("digits", experiments.digits, [
        ({**p, "rate": rates[min(p["examples"], s.tuned_on), p["hidden"]]}, range(s.seeds)) for p in places
    ])  # fmt: skip

    places = text_places(s)
    tuned = outwards(
        lambda cells: go("text, rates", experiments.characters, cells), places, "rate", s.text_rates,
        seeds=tuning_seeds[:1], score="tune",
    )  # fmt: skip
    chosen = [{**place, "rate": rate} for place, (rate, _) in zip(places, tuned, strict=True)]
    go("text", experiments.characters, [
        (cell, range(s.text_seeds if cell["size"] <= s.large else s.large_seeds)) for cell in chosen
    ])  # fmt: skip
    go("text, longer", experiments.characters, [
        ({**cell, "passes": s.longer_passes, "looks": 2 * s.longer_passes}, range(s.longer_seeds)) for cell in chosen
        if (cell["size"], cell["examples"]) == (s.longer_size, max(s.examples))
    ])  # fmt: skip
    go("n-grams", ngrams.ngrams, [
        ({"text": s.text, "orders": s.orders, "looked_at": s.looked_at, "context": experiments.CONTEXT}, one)
    ])  # fmt: skip
    go(
        "cost",
        derivatives.cost,
        [({"sizes": list(sizes), "directions": 10}, one) for sizes in s.cost_sizes],
        alone=True,
    )
    go("machine", experiments.speed, [({}, one)], alone=True)

    found = studied(s, rows)
    trained = [row for row in run.rows if "shown" in row.values]
    return run.result(
        measure(s, rows, found),
        seeds=range(s.seeds),
        arrays=gather(s, rows, found),
        presentations=int(sum(row.values["shown"] for row in trained)),
        operations=int(sum(row.values["operations"] for row in trained)),
        operations_are="multiply-accumulates of forward and backward passes over digits and characters, rates tried "
        "included",
        seconds_each=float(np.mean([row.seconds for row in rows["text"]])),
        data=mnist.load(s.data).sha256 | text.load(s.text).sha256,
        measurements={"tables": tables(s, rows, found)},
    )


if __name__ == "__main__":
    from reproductions.cli.main import main

    main(["run", "scaling", *sys.argv[1:]])
