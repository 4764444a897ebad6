"""Everything that is free in the experiments of 1986, and the two presets."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=1, le=10**7)]
Positive = Annotated[float, Field(gt=0, le=1000)]
Even = Annotated[int, Field(ge=2, le=16, multiple_of=2)]


class Settings(BaseModel):
    """How many nets, how long, and what is varied."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: Count = Field(1000, description="nets for XOR, the main task; each has its own random weights")
    xor_sweeps: Count = Field(10000, description="sweeps after which an XOR net that has not learned counts as stuck")
    map_seeds: Count = Field(400, description="XOR nets for each pair of learning rate and initial range in the map")
    map_rates: tuple[Positive, ...] = Field(
        (0.1, 0.25, 0.5, 1.0), min_length=1, description="learning rates in the map of stuck XOR nets"
    )
    map_reaches: tuple[Positive, ...] = Field(
        (0.1, 0.3, 0.5, 1.0, 2.0),
        min_length=1,
        description="initial ranges of the weights in that map, each plus-minus",
    )
    longer: Count = Field(1000000, description="sweeps for stuck XOR nets when they are trained on")
    hidden: tuple[Count, ...] = Field(
        (2, 4, 8, 16, 32, 64), min_length=2, description="numbers of hidden units for XOR, one pattern at a time"
    )
    rates: tuple[Positive, ...] = Field(
        (0.1, 0.25, 0.5, 0.75, 1.0), min_length=1, description="learning rates for XOR with 8 hidden units"
    )
    some_seeds: Count = Field(100, description="nets for each of the smaller tasks")
    symmetry_seeds: Count = Field(200, description="nets for symmetry and for parity of 4 bits")
    symmetry_sweeps: Count = Field(60000, description="sweeps at most for symmetry of 6 bits")
    parity_sweeps: Count = Field(20000, description="sweeps at most for parity of 4 bits, and for T against C")
    addition_sweeps: Count = Field(20000, description="sweeps at most for addition and negation")
    layer_seeds: Count = Field(200, description="nets for addition in plain layers, at each rate and range")
    printed_seeds: Count = Field(100, description="nets started from the printed weights of the stuck XOR net")
    pair_sets: Annotated[int, Field(ge=1, le=100)] = Field(5, description="sets of twenty random pairs to associate")
    pair_seeds: Count = Field(20, description="nets for each set of pairs and each kind of net")
    pair_sweeps: Count = Field(10000, description="epochs at most for the pairs")
    tree_sweeps: Annotated[int, Field(gt=20, le=10**7)] = Field(1500, description="sweeps for the family trees")
    tree_seeds: Count = Field(104, description="nets for each variant of the family trees")
    tree_factors: tuple[Positive, ...] = Field(
        (1.0, 2.0, 5.0, 10.0), min_length=1, description="factors on the letter's learning rates for the family trees"
    )
    recipe_seeds: Count = Field(16, description="nets on which each step for growing parity is tried")
    old_bits: tuple[Even, ...] = Field(
        (4, 6, 8, 10, 12), min_length=1, description="numbers of bits for symmetry by the recipe of 1986"
    )
    new_bits: tuple[Even, ...] = Field(
        (4, 6, 8, 10, 12, 14, 16), min_length=2, description="numbers of bits for symmetry by a better recipe"
    )
    scale_seeds: Count = Field(24, description="nets for each size when tasks grow")
    scale_sweeps: Count = Field(20000, description="sweeps at most when tasks grow")
    shares: tuple[Positive, ...] = Field(
        (0.05, 0.1, 0.25, 0.5), description="shares of the patterns that a sweep shows, for sampling noise"
    )
    parity_bits: tuple[Annotated[int, Field(ge=2, le=8)], ...] = Field(
        (2, 3, 4, 5, 6, 7), min_length=2, description="numbers of bits for parity as it grows"
    )
    factors: tuple[Positive, ...] = Field(
        (0.1, 0.2, 0.3, 0.5, 1.0), min_length=1, description="factors tried on the recalled learning rates for parity"
    )
    solla_seeds: Count = Field(50, description="nets for each learning rate when two losses are compared")
    solla_rates: tuple[Positive, ...] = Field(
        (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1),
        min_length=1,
        description="learning rates at which squared error and cross-entropy are compared",
    )
    solla_bits: Annotated[int, Field(ge=5, le=12)] = Field(8, description="bits of the task on which they are compared")
    now_seeds: Count = Field(400, description="XOR nets for each rung of the ladder from then to now")
    now_sweeps: Count = Field(2000, description="sweeps at most on that ladder")
    entropy: int = Field(1986, ge=0, description="the number from which all random numbers start")


PRESETS = {
    "quick": Settings(
        seeds=64, xor_sweeps=3000, map_seeds=8, map_rates=(0.25, 0.5), map_reaches=(0.5, 1.0), longer=20000,
        hidden=(2, 8, 32), rates=(0.25, 0.75), some_seeds=16, symmetry_seeds=16, symmetry_sweeps=10000,
        parity_sweeps=5000, addition_sweeps=3000, layer_seeds=16, printed_seeds=16, pair_sets=1, pair_seeds=8,
        pair_sweeps=1500, tree_sweeps=150, tree_seeds=8, tree_factors=(1.0, 10.0), recipe_seeds=8, now_seeds=40,
        now_sweeps=500, old_bits=(4, 6), new_bits=(4, 6, 8), scale_seeds=8, scale_sweeps=3000,
        shares=(0.25,), parity_bits=(2, 3, 4), factors=(0.3, 1.0), solla_seeds=8, solla_rates=(0.005, 0.02),
    ),
    "paper": Settings(),
}  # fmt: skip
