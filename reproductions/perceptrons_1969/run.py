"""Minsky and Papert (1969): what one layer of weights cannot do, by enumeration, linear programs and training."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from core.evidence.record import Ours
from core.evidence.run import Result, Run
from core.evidence.summaries import exactly, finished, over_seeds, over_values, share
from core.evidence.trials import Row
from core.learning.compiled.vectors import LANES
from reproductions.perceptrons_1969 import experiment as experiments
from reproductions.perceptrons_1969.tables import LISTED, figures, gather, tables

__all__ = ["PRESETS", "Settings", "figures", "run"]

Bits = Annotated[int, Field(ge=1, le=12)]


class Settings(BaseModel):
    """Everything that is free in this reproduction; most of it is arithmetic without chance."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: int = Field(100, ge=1, le=10000)
    sweeps: int = Field(400, ge=10, le=10**6)
    hidden_seeds: int = Field(1000, ge=1, le=10**6)
    hidden_sweeps: int = Field(10000, ge=1, le=10**7)
    enumerated: tuple[Annotated[int, Field(ge=1, le=4)], ...] = Field((1, 2, 3, 4), min_length=1)
    sampled: tuple[Annotated[int, Field(ge=1, le=6)], ...] = (3, 4, 5)
    draws: int = Field(1000000, ge=10000, le=10**9)
    draw_seeds: int = Field(10, ge=1, le=1000)
    parity_bits: tuple[Annotated[int, Field(ge=2, le=8)], ...] = Field((2, 3, 4, 5, 6), min_length=1)
    coefficient_bits: tuple[Bits, ...] = Field(tuple(range(2, 13)), min_length=2)
    update_bits: tuple[Annotated[int, Field(ge=1, le=9)], ...] = Field(tuple(range(1, 9)), min_length=2)
    boxes: tuple[Annotated[int, Field(ge=1, le=3)], ...] = Field((1, 2, 3), min_length=1)
    entropy: int = Field(1969, ge=0)


PRESETS = {
    "quick": Settings(
        seeds=10, sweeps=200, hidden_seeds=40, hidden_sweeps=3000, enumerated=(1, 2, 3), sampled=(3, 4), draws=10000,
        draw_seeds=5, parity_bits=(2, 3, 4, 5), coefficient_bits=tuple(range(2, 10)), update_bits=(1, 2, 3, 4, 5, 6),
        boxes=(1, 2),
    ),
    "paper": Settings(),
}  # fmt: skip


def run(settings: Settings, run: Run) -> Result:
    """Run every study, then set what was found beside the claims."""
    one = range(1)
    studies: dict[str, tuple[Any, list[tuple[dict[str, Any], range]], int]] = {
        "one layer": (experiments.xor_one_layer, [({"sweeps": settings.sweeps}, range(settings.seeds))], 10),
        "hidden layer": (
            experiments.xor_hidden, [({"sweeps": settings.hidden_sweeps}, range(settings.hidden_seeds))], LANES),
        "functions": (experiments.functions, [({"n": n}, one) for n in settings.enumerated], 1),
        "fraction": (
            experiments.fraction,
            [({"n": n, "draws": settings.draws if n > 4 else 10000}, range(settings.draw_seeds))
             for n in settings.sampled], 1),
        "order": (experiments.parity_order, [({"n": n}, one) for n in settings.parity_bits], 1),
        "coefficients": (experiments.coefficients, [({"n": n}, one) for n in settings.coefficient_bits], 1),
        "updates": (experiments.parity_updates, [({"n": n}, one) for n in settings.update_bits], 1),
        "boxes": (experiments.one_in_a_box, [({"m": m}, one) for m in settings.boxes], 1),
        "windows": (experiments.windows_alike, [({}, one)], 1),
    }  # fmt: skip
    rows: dict[str, list[Row]] = {}
    for name, (function, cells, block) in studies.items():
        marked = [({"study": name, **cell, "entropy": settings.entropy}, seeds) for cell, seeds in cells]
        rows[name] = run.trials(name, function, marked, block=block)
    updates = [(row.cell["n"], row.values.get("updates", 0.0)) for row in rows["updates"]]
    swept = [row.values["sweeps"] for row in rows["hidden layer"] if row.values.get("solved")]
    return run.result(
        measure(rows),
        seeds=range(settings.seeds),
        arrays=gather(rows),
        presentations=int(4 * sum(swept)),
        operations=int(sum(count * 2**n for n, count in updates)),
        operations_are="additions of the perceptron's updates on parity; presentations are those of the nets with a "
        "hidden layer until they were right",
        seconds_each=float(np.mean([row.seconds for row in rows["one layer"]])),
        data={},
        measurements={"tables": tables(rows), "words": {"window": int(rows["windows"][0].values["window"])}},
    )


def measure(rows: dict[str, list[Row]]) -> dict[str, Ours | None]:
    """Our side of every claim, by its id in papers/minsky1969.toml."""
    counts = {row.cell["n"]: row.values["separable"] for row in rows["functions"]}
    updates = [(row.cell["n"], row.values["updates"]) for row in rows["updates"] if not row.failed]
    n, logs = np.array([[k, np.log10(u)] for k, u in updates]).T
    late = n >= 2
    ratios = [row.values["last"] / 2 ** (row.cell["n"] - 1) for row in rows["coefficients"]]
    largest = [row.values["largest"] / 2 ** (row.cell["n"] - 1) for row in rows["coefficients"]]
    sampled = [row for row in rows["fraction"] if row.cell["n"] == max(r.cell["n"] for r in rows["fraction"])]
    theory = LISTED[sampled[0].cell["n"]] / 2.0 ** (2 ** sampled[0].cell["n"])
    views = rows["windows"][0].values
    one = rows["one layer"]
    return {
        **{f"functions_{k}": exactly(counts[k]) if k in counts else None for k in (1, 2, 3, 4)},
        "fraction": over_values(np.array([row.values["share"] / theory for row in sampled])),
        "parity_order": exactly(
            sum(row.values["order"] == row.cell["n"] for row in rows["order"]) / len(rows["order"])
        ),
        "reliable": exactly(min(ratios)),
        "largest": exactly(max(abs(value - 1) for value in largest)),
        "one_in_a_box": exactly(min(row.values["order"] - row.cell["m"] for row in rows["boxes"])),
        "bound": exactly(max(u / 10.0**k for k, u in updates)),
        "least_steps": exactly(min(u * k / 2.0**k for k, u in updates)),
        "growth": exactly(10 ** np.polyfit(n[late], logs[late], 1)[0]),
        "connected": exactly(views["pieces_b"] - views["pieces_a"]),
        "cycling": share((finished(one, "period") > 0).astype(float), failed=sum(row.failed for row in one)),
        "never_right": over_seeds(one, "least_wrong"),
        "lms_zero": over_seeds(one, "lms_largest"),
        "logistic_half": over_seeds(one, "logistic_from_half"),
        "hidden": share(finished(rows["hidden layer"], "solved")),
    }


if __name__ == "__main__":
    from reproductions.cli.main import main

    main(["run", "perceptrons_1969", *sys.argv[1:]])
