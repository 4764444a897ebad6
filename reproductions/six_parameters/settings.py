"""Everything that is free in the toy model of 2025; losses are sums over cases, starts are Gaussian."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[float, Field(gt=0, le=1000)]
Hidden = Annotated[int, Field(ge=0, le=100000)]
Seeds = Annotated[int, Field(ge=1, le=10000)]


class Settings(BaseModel):
    """How many starts and orders, how long, and what is varied."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: Seeds = Field(200, description="random starts, or orders of the examples, in each study of learning")
    sgd_steps: int = Field(100, ge=80, le=10000, description="steps of the published log of gradient descent")
    adam_steps: int = Field(350, ge=70, le=10000, description="steps of the published version with Adam")
    rate: Positive = Field(0.05, description="learning rate of both")
    rates: tuple[Positive, ...] = Field(
        (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0), min_length=1, description="learning rates when losses are compared"
    )
    spreads: tuple[Positive, ...] = Field(
        (0.1, 0.3, 1.0, 3.0), min_length=1, description="standard deviations of the starts in that comparison"
    )
    near: Positive = Field(0.1, description="the spread that counts as near; one of the spreads")
    far: Positive = Field(1.0, description="the spread that counts as far; one of the spreads")
    steps: int = Field(3000, ge=100, le=3000, description="steps at most when losses are compared")
    temperatures: tuple[Positive, ...] = Field(
        (0.25, 0.5, 1.0, 2.0, 4.0, 8.0), min_length=1, description="temperatures of softmax in learning"
    )
    map_rates: tuple[Positive, ...] = Field(
        (0.03, 0.1), min_length=1, description="learning rates of Adam for four cities on a map"
    )
    map_steps: int = Field(500, ge=100, le=10000, description="steps for four cities")
    map_spread: Positive = Field(0.1, description="standard deviation of their starts")
    hidden: tuple[Hidden, ...] = Field(
        (0, 20, 200, 2000),
        min_length=2,
        description="hidden units of the networks whose paths are seen in random planes; 0 is the toy itself",
    )
    plane_seeds: Seeds = Field(100, description="random planes for each of them")
    sweeps: int = Field(300, ge=10, le=10000, description="sweeps of learning before the path is looked at")
    frames: int = Field(20, ge=2, le=200, description="pictures of each film")
    entropy: int = Field(2025, ge=0, description="the number from which all random numbers start")


PRESETS = {
    "quick": Settings(
        seeds=12, rates=(0.03, 0.1, 0.3), spreads=(0.1, 1.0), steps=450, temperatures=(0.5, 1.0, 4.0),
        map_rates=(0.03,), map_steps=200, hidden=(0, 20, 200), plane_seeds=8, sweeps=150, frames=4,
    ),
    "paper": Settings(),
}  # fmt: skip
