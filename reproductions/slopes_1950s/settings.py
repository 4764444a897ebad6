"""Everything that is free in the studies of measured slopes, and the two presets."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=1, le=100000)]
Width = Annotated[int, Field(ge=1, le=1000)]
Factor = Annotated[float, Field(gt=0, le=100)]
Samples = Annotated[int, Field(ge=1000, le=10**7)]


class Settings(BaseModel):
    """How many runs, how many weights, and how a loss is read: a reading is a mean of `samples` squared errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: Count = Field(50, description="small networks whose slopes are measured at every size of the nudge")
    quadratics: Count = Field(1000, description="random quadratic losses on which the formulas are tried")
    widths: tuple[Width, ...] = Field(
        (2, 4, 8, 16, 32, 64), min_length=2, description="numbers of weights at which noise and the task are studied"
    )
    law_widths: tuple[Width, ...] = Field(
        (2, 4, 8, 16), min_length=2, description="numbers of weights from which the exponents of the laws are taken"
    )
    time_constant: Samples = Field(
        10000, description="squared errors in which every method's learning curve falls to 1/e of its excess"
    )
    samples: Count = Field(10, description="squared errors that one reading of the meter averages")
    burn: Annotated[int, Field(ge=1, le=100)] = Field(
        4, description="time constants that are left out before the noise is measured"
    )
    measure: Annotated[int, Field(ge=1, le=1000)] = Field(
        8, description="time constants over which the noise is measured"
    )
    misadjustment_seeds: Count = Field(20, description="trials of the studies of noise, sixteen runs each")
    lms_seeds: Count = Field(320, description="runs of LMS in the same studies, one each: as many as 20 trials of 16")
    fixed_perturbation: float = Field(
        0.1, gt=0, le=10, description="excess loss that nudging costs, over the least loss, in the study at a fixed one"
    )
    small_perturbation: float = Field(
        0.03, gt=0, le=10, description="a smaller one, at which the laws are tried again with the long time constant"
    )
    long_time_constant: Samples = Field(100000, description="the time constant that goes with it")
    u_width: Width = Field(16, description="number of weights in the study along the size of the nudge")
    u_steps: tuple[Factor, ...] = Field(
        (0.45, 0.55, 0.65, 0.7, 0.75, 0.8, 0.9, 1.0, 1.15, 1.3, 1.6, 2.0, 2.5, 3.0),
        min_length=2,
        description="sizes of the nudge in that study, as multiples of the one that first-order theory calls best",
    )
    goal: float = Field(0.1, gt=0, le=1, description="excess loss, over the least loss, at which the task is done")
    start: float = Field(3.0, gt=1, le=1000, description="excess loss, over the least loss, at which the task begins")
    far_starts: tuple[Factor, ...] = Field(
        (3.0, 10.0, 30.0, 100.0), description="starts farther away, at the number of weights of the study of nudges"
    )
    reach_seeds: Count = Field(40, description="runs of the task for each method and number of weights")
    networks: tuple[tuple[Width, ...], ...] = Field(
        ((2, 2, 1), (16, 1), (6, 2, 1), (64, 10), (64, 20, 10), (256, 40, 10)),
        min_length=2,
        description="layers of the networks for which readings are counted",
    )
    entropy: int = Field(1950, ge=0, description="the number from which all random numbers start")


PRESETS = {
    "quick": Settings(
        seeds=8, quadratics=50, widths=(2, 8, 16), law_widths=(2, 8), time_constant=2000, burn=3, measure=3,
        misadjustment_seeds=5, lms_seeds=20, long_time_constant=5000, u_steps=(0.45, 0.7, 1.0, 1.5, 2.5), reach_seeds=8,
        far_starts=(), goal=0.25, networks=((2, 2, 1), (16, 1), (64, 10)),
    ),
    "paper": Settings(),
}  # fmt: skip
