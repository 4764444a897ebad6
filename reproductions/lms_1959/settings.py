"""Everything that is free in the experiments of 1959; the six patterns, their targets and alpha = 1 come from 1960."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[float, Field(gt=0, le=1000)]
Count = Annotated[int, Field(ge=1, le=10**7)]
Share = Annotated[float, Field(ge=0, le=0.5)]


class Settings(BaseModel):
    """How many runs, how long, and what is varied."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: Count = Field(2000, description="runs of the measurement of 1960, each with its own order of patterns")
    presentations: Annotated[int, Field(ge=60, le=10**5)] = Field(
        100, description="patterns shown in a run of that measurement"
    )
    alphas: tuple[Positive, ...] = Field((0.1, 0.2, 0.5, 0.85), description="shares of the error removed, besides 1")
    noises: tuple[Positive, ...] = Field(
        (2.0, 5.0, 10.0, 20.0), description="noise of the meter, in units of its scale, in further runs"
    )
    deads: tuple[Positive, ...] = Field(
        (10.0, 15.0, 20.0), description="errors up to this, in units of the meter, are left alone in further runs"
    )
    variant_seeds: Count = Field(200, description="runs for each of these further ways")
    stability_times: tuple[Positive, ...] = Field(
        (0.3, 0.5, 0.7, 0.8, 0.9, 0.99, 1.01, 1.1, 1.2, 1.5),
        description="rates at which divergence is looked for, as multiples of the bound; with 0.99 and 1.01",
    )
    stability_seeds: Count = Field(100, description="runs for each of them")
    growth_draws: Annotated[int, Field(ge=100, le=10**8)] = Field(
        200000, description="random patterns for the mean square of one LMS step"
    )
    long: Annotated[int, Field(ge=1000, le=10**7)] = Field(
        50000, description="presentations in a run that may diverge, half of those that measure noise"
    )
    widths: tuple[Count, ...] = Field(
        (2, 4, 8, 16, 32, 64), min_length=1, description="numbers of weights at which the noise of LMS is measured"
    )
    mu_traces: tuple[Positive, ...] = Field(
        (0.01, 0.03, 0.1, 0.3), min_length=1, description="rates at which it is measured, as multiples of 1 / trace R"
    )
    theory_seeds: Count = Field(20, description="runs for each point of the studies of theory")
    capacity_weights: tuple[Count, ...] = Field(
        (2, 5, 15, 50), min_length=1, description="numbers of weights whose capacity is measured"
    )
    ratios: tuple[Positive, ...] = Field(
        (0.6, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2, 2.4, 2.6, 3.0),
        min_length=1,
        description="patterns per weight at which it is measured, 1 and 2 among them",
    )
    draws: Count = Field(100, description="random tasks for each point and run of that study")
    capacity_seeds: Count = Field(10, description="runs for each point")
    margins: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = Field(
        (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5), description="margins of the patterns for the perceptron rule"
    )
    dimensions: tuple[Annotated[int, Field(ge=2, le=10**4)], ...] = Field(
        (10, 100, 1000), description="numbers of weights for the perceptron rule"
    )
    novikoff_seeds: Count = Field(20, description="runs for each margin and number of weights")
    cloud_seeds: Count = Field(100, description="pairs of clouds of points, and sets of patterns for error surfaces")
    net_seeds: Count = Field(100, description="nets with hidden units for each rule and number of patterns")
    net_presentations: Count = Field(200000, description="presentations that such a net has at most")
    net_ratios: tuple[Positive, ...] = Field(
        (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 3.0),
        min_length=1,
        description="patterns per first-layer weight that the nets are given",
    )
    flips: tuple[Share, ...] = Field(
        (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3), description="shares of switches thrown when noisy letters are read"
    )
    now_seeds: Count = Field(200, description="units for each rung of the ladder from then to now")
    now_presentations: Count = Field(3000, description="letters shown to each of them")
    now_flip: Share = Field(0.1, description="share of switches thrown in the letters that they are tested on")
    entropy: int = Field(1959, ge=0, description="the number from which all random numbers start")


PRESETS = {
    "quick": Settings(
        seeds=300, variant_seeds=20, stability_times=(0.5, 0.99, 1.01, 1.5), stability_seeds=5, widths=(2, 8, 32),
        mu_traces=(0.03, 0.1), theory_seeds=5, capacity_weights=(2, 5), ratios=(1.0, 2.0, 3.0), draws=20,
        capacity_seeds=5, margins=(0.01, 0.1, 0.5), dimensions=(10, 100), novikoff_seeds=5, cloud_seeds=10,
        net_seeds=8, net_presentations=5000, growth_draws=20000, long=20000, net_ratios=(0.5, 1.0, 2.0),
        flips=(0.0, 0.1, 0.2), now_seeds=40, now_presentations=1000,
    ),
    "paper": Settings(),
}  # fmt: skip
