"""Everything that is free in the era of 1969, most of which is arithmetic without chance; and the two presets."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Bits = Annotated[int, Field(ge=1, le=12)]


class Settings(BaseModel):
    """How many runs, how far counts and programs go, and how long nets are trained."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: int = Field(200, ge=1, le=10000, description="runs of each one-layer rule on XOR, each from its own weights")
    sweeps: int = Field(400, ge=10, le=10**6, description="sweeps through the four patterns for one layer on XOR")
    hidden_seeds: int = Field(1000, ge=1, le=10**6, description="nets with two hidden units on XOR")
    hidden_sweeps: int = Field(10000, ge=1, le=10**7, description="sweeps at most for nets with hidden units")
    enumerated: tuple[Annotated[int, Field(ge=1, le=4)], ...] = Field(
        (1, 2, 3, 4), min_length=1, description="numbers of inputs for which every logic function is tried"
    )
    sampled: tuple[Annotated[int, Field(ge=1, le=6)], ...] = Field(
        (3, 4, 5), min_length=1, description="numbers of inputs for which random logic functions are tried"
    )
    draws: int = Field(4000000, ge=10000, le=10**9, description="random functions of five or more inputs, a run")
    draw_seeds: int = Field(10, ge=1, le=1000, description="runs of random functions")
    parity_bits: tuple[Annotated[int, Field(ge=2, le=8)], ...] = Field(
        (2, 3, 4, 5, 6), min_length=1, description="numbers of bits for which the order of parity is found"
    )
    coefficient_bits: tuple[Bits, ...] = Field(
        tuple(range(2, 13)), min_length=2, description="numbers of bits for which the least coefficients are found"
    )
    update_bits: tuple[Annotated[int, Field(ge=1, le=9)], ...] = Field(
        tuple(range(1, 9)), min_length=2, description="numbers of bits of parity for the perceptron rule on all masks"
    )
    boxes: tuple[Annotated[int, Field(ge=1, le=3)], ...] = Field(
        (1, 2, 3), min_length=1, description="numbers of boxes for the theorem on one in a box"
    )
    margins: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = Field(
        (0.3, 0.1, 0.03, 0.01), min_length=2, description="how narrow the gap between two classes of points is"
    )
    letter_seeds: int = Field(50, ge=1, le=10000, description="perceptrons of the Mark I's size for the alphabet")
    letter_points: tuple[Annotated[int, Field(ge=1, le=400)], ...] = Field(
        (5, 10, 20, 40), min_length=1, description="points of the retina that each association unit reads"
    )
    letter_sweeps: int = Field(200, ge=1, le=10**5, description="exposures of each letter at most")
    entropy: int = Field(1969, ge=0, description="the number from which all random numbers start")


PRESETS = {
    "quick": Settings(
        seeds=40, sweeps=200, hidden_seeds=40, hidden_sweeps=3000, enumerated=(1, 2, 3), sampled=(3, 4), draws=10000,
        draw_seeds=5, parity_bits=(2, 3, 4, 5), coefficient_bits=tuple(range(2, 10)), update_bits=(1, 2, 3, 4, 5, 6),
        boxes=(1, 2), margins=(0.3, 0.1, 0.03), letter_seeds=5, letter_points=(10, 40),
    ),
    "paper": Settings(),
}  # fmt: skip
