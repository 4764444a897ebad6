"""Everything that is free in the study of ordered derivatives; the page and the two series are always the same."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=1, le=10**6)]
Rate = Annotated[float, Field(gt=0, le=10)]
Sizes = tuple[Count, ...]


class Settings(BaseModel):
    """How many nets, series and starts, how large they are, and how often the clock is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: Count = Field(100, description="nets for each size and rate, and simulated series")
    nets: tuple[tuple[Count, Count], ...] = Field(
        ((2, 2), (3, 5), (8, 10)),
        min_length=1,
        description="fully ordered nets whose derivatives are checked, each by its inputs and units",
    )
    parity_bits: Annotated[int, Field(ge=2, le=8)] = Field(4, description="bits of the parity that nets learn")
    parity_units: tuple[Count, ...] = Field(
        (2, 3, 4, 6), min_length=1, description="numbers of hidden units of the nets that learn parity"
    )
    parity_rates: tuple[Rate, ...] = Field(
        (0.1, 0.25, 0.5), min_length=1, description="learning rates of the nets that learn parity"
    )
    parity_sweeps: Count = Field(20000, description="sweeps after which a parity net that has not learned is given up")
    now_seeds: Count = Field(60, description="nets for each rung of the ladder from then to now")
    now_sweeps: Count = Field(3000, description="sweeps at most for the nets of that ladder")
    now_units: Count = Field(3, description="hidden units of the nets of that ladder")
    now_rates: tuple[Rate, ...] = Field(
        (0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
        min_length=1,
        description="learning rates tried on every rung of that ladder",
    )
    small: tuple[Sizes, ...] = Field(
        ((1, 3, 1), (4, 5, 3, 1), (8, 10, 8, 1), (16, 16, 16, 1)),
        description="small dense nets whose slopes are counted and timed, by the sizes of their layers",
    )
    widths: tuple[Count, ...] = Field(
        (32, 64, 128, 256, 512, 1024, 2200),
        min_length=2,
        description="widths of the larger ones: 32 inputs, three layers so wide and one output",
    )
    repetitions: Annotated[int, Field(ge=5, le=1000)] = Field(
        20, description="times that the whole measurement by the clock is made, forwards and backwards"
    )
    nudge_repetitions: Annotated[int, Field(ge=5, le=1000)] = Field(
        5, description="times that the slopes of every net are measured by nudging, by the clock"
    )
    run_up_to: Count = Field(50000, description="weights up to which every one is nudged; of more, only some are")
    factors: tuple[Annotated[int, Field(ge=2, le=10**5)], ...] = Field(
        (10, 100, 1000), min_length=1, description="numbers of factors of the products whose cost is counted"
    )
    starts: Count = Field(40, description="starts of the fits to each of the two series")
    fits_alone: bool = Field(True, description="whether fits are timed one after the other, with nothing beside them")
    length: Annotated[int, Field(ge=20, le=197)] = Field(197, description="readings of Series A that are fitted")
    spread: float = Field(0.2, ge=0, le=2, description="spread of the starts of the predators' fits, in logarithms")
    steps: Annotated[int, Field(ge=1, le=100)] = Field(5, description="steps of integration in a year of the predators")
    cuts: tuple[Count, ...] = Field(
        (1, 2, 5, 10, 20, 50), min_length=1, description="steps after which derivatives of simulated series are cut off"
    )
    truncated_length: Annotated[int, Field(ge=20, le=10000)] = Field(200, description="steps of a simulated series")
    year_cuts: tuple[Count, ...] = Field(
        (1, 2, 5, 10, 15), min_length=1, description="years after which derivatives of the predators are cut off"
    )
    reach_seeds: Count = Field(20, description="random points at which derivatives of the predators are cut off")
    tape_lengths: tuple[Annotated[int, Field(ge=2, le=10**5)], ...] = Field(
        (100, 200, 400, 800, 1600, 3200), min_length=2, description="lengths of series for which memory is counted"
    )
    entropy: int = Field(1974, ge=0, description="the number from which all random numbers start")


PRESETS = {
    "quick": Settings(
        seeds=6,
        nets=((2, 2), (3, 5)),
        parity_units=(2, 4),
        parity_rates=(0.25,),
        parity_sweeps=3000,
        now_seeds=6,
        now_sweeps=300,
        now_rates=(0.1,),
        widths=(32, 64, 128),
        repetitions=5,
        run_up_to=1000,
        factors=(10, 100),
        starts=3,
        fits_alone=False,
        length=60,
        spread=0.05,
        steps=1,
        cuts=(1, 5),
        truncated_length=60,
        year_cuts=(1, 5, 10),
        reach_seeds=5,
        tape_lengths=(25, 50, 100, 200),
    ),
    "paper": Settings(),
}
