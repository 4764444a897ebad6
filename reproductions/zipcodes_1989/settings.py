"""Everything that is free in the reproduction of 1989, and the two presets."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Rung = Literal["softmax", "batches", "adam", "shifts", "relu", "dropout", "rate decay", "weight decay", "more passes"]
RUNGS: tuple[Rung, ...] = get_args(Rung)
Rate = Annotated[float, Field(gt=0, le=10)]
Count = Annotated[int, Field(ge=1, le=10000)]
SomeOrNone = Annotated[int, Field(ge=0, le=10000)]


class Settings(BaseModel):
    """The paper fixes passes and sizes; how many networks, and what is tried for what it leaves unsaid, is set here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Literal["embedded", "usps"] = Field(
        "usps", description="which digits: usps, the 9,298 zip-code digits, or embedded, 1,797 smaller ones at hand"
    )
    passes: int = Field(23, ge=1, le=1000, description="passes through the training digits")
    seeds: Count = Field(40, description="networks of the main configuration, and of the fully connected control")
    sweep_seeds: Count = Field(16, description="networks of every other variant")
    tuning_seeds: Count = Field(8, description="networks for each setting tried on validation digits")
    etas: tuple[Rate, ...] = Field(
        (3e-5, 1e-4, 3e-4, 1e-3, 3e-3), min_length=1, description="learning rates eta tried for the second-order method"
    )
    mus: tuple[Rate, ...] = Field(
        (0.005, 0.02, 0.08, 0.32), min_length=1, description="constants mu tried for the second-order method"
    )
    sgd_rates: tuple[Rate, ...] = Field(
        (3e-4, 1e-3, 3e-3, 1e-2, 3e-2), min_length=1, description="learning rates tried for plain gradient descent"
    )
    curvature_patterns: int = Field(
        500, ge=1, le=7291, description="digits on which second derivatives are estimated before a pass"
    )
    batch_rates: tuple[Rate, ...] = Field(
        (0.03, 0.06, 0.12, 0.24),
        max_length=4,
        description="learning rates tried for the true gradient, over all digits",
    )
    batch_passes: int = Field(46, ge=1, le=10000, description="passes that the true gradient is given")
    batch_seeds: SomeOrNone = Field(6, description="networks trained by the true gradient; 0 leaves them out")
    block_seeds: SomeOrNone = Field(
        8, description="networks for each setting tried on contiguous blocks of validation digits; 0 leaves them out"
    )
    ratios: tuple[Rate, ...] = Field(
        (0.0025, 0.00375, 0.005625, 0.0084375, 0.01265625, 0.018984375, 0.0284765625, 0.04271484375),
        max_length=8,
        description="the consistency map's first axis: eta over mu, at most eight",
    )
    map_mus: tuple[Rate, ...] = Field(
        (0.01, 0.02, 0.04, 0.08, 0.16, 0.32), description="the consistency map's second axis: mu"
    )
    map_seeds: SomeOrNone = Field(10, description="networks for each cell of the consistency map; 0 leaves it out")
    ridge: tuple[tuple[Rate, Rate], ...] = Field(
        ((0.01265625, 0.08), (0.018984375, 0.02)),
        max_length=4,
        description="pairs of eta over mu, and mu, at which the other silences are crossed, at most four",
    )
    ridge_seeds: SomeOrNone = Field(
        8, description="networks for each of the eight crossings of the other silences; 0 leaves them out"
    )
    now_seeds: SomeOrNone = Field(16, description="networks for each rung of the ladder to today; 0 leaves it out")
    rungs: tuple[Rung, ...] = Field(
        RUNGS, min_length=1, description="rungs of the ladder that are tried; each has the changes of all before it"
    )
    now_tuning_seeds: SomeOrNone = Field(
        8, description="networks for each rate tried for a rung of the ladder; 0 takes a middle rate untried"
    )
    now_passes: int = Field(80, ge=1, le=1000, description="passes on the last rung of the ladder")
    now_batch: int = Field(16, ge=1, le=7291, description="digits in a batch on the ladder")
    entropy: int = Field(1989, ge=0, description="the number from which all random numbers start")


PRESETS = {
    "quick": Settings(
        data="embedded",
        passes=3,
        seeds=8,
        sweep_seeds=4,
        tuning_seeds=2,
        etas=(3e-4, 1e-3),
        mus=(0.02,),
        sgd_rates=(1e-2, 3e-2),
        curvature_patterns=50,
        batch_seeds=0,
        block_seeds=0,
        ratios=(0.005, 0.015, 0.045),
        map_mus=(0.02, 0.08),
        map_seeds=1,
        ridge_seeds=0,
        now_seeds=4,
        rungs=("softmax", "adam", "shifts"),
        now_tuning_seeds=0,
        now_passes=3,
    ),
    "paper": Settings(),
}
