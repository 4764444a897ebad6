"""Everything that is free in the era of landscapes, and the two presets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Few = Annotated[int, Field(ge=1, le=10000)]
Size = Annotated[int, Field(ge=1, le=5000)]


class Settings(BaseModel):
    """Which digits and nets, how many seeds in each study, and how finely slices are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Literal["embedded", "mnist"] = Field("mnist", description="digits that the nets learn")
    examples: int = Field(10000, ge=100, le=60000, description="training digits, the same for all seeds")
    pool: Literal[1, 2, 4] = Field(1, description="side of the squares of pixels that are averaged for the plain nets")
    hidden: Size = Field(100, description="hidden units of a layer of the plain nets")
    passes: Few = Field(5, description="passes of training, where it is not said otherwise")
    batch: Few = Field(100, description="digits a step, where it is not said otherwise")
    batch_examples: int = Field(2000, ge=50, le=60000, description="training digits where batches are compared")
    small_batch: Few = Field(20, description="digits a step of the small batch")
    large_batch: Few = Field(400, description="digits a step of the large batch")
    batch_passes: Few = Field(100, description="passes where batches, decay and paths are compared")
    learning_rate: Annotated[float, Field(gt=0, le=10)] = Field(0.1, description="rate of plain steps")
    momentum: Annotated[float, Field(ge=0, lt=1)] = Field(0.9, description="momentum where batches are compared")
    decay: Annotated[float, Field(gt=0, lt=1)] = Field(5e-4, description="weight decay, where there is some")
    seeds: Few = Field(35, description="nets of each kind for the straight line from start to solution")
    xor_seeds: Few = Field(200, description="XOR nets for the same line")
    zipcode: Literal["embedded", "usps"] = Field("usps", description="digits of the zip-code reader")
    zipcode_passes: Few = Field(5, description="passes of the zip-code reader")
    pairs: Few = Field(10, description="pairs of solutions for each net")
    pair_layers: tuple[tuple[Size, ...], ...] = Field(
        ((30,), (100,), (100, 100)), min_length=1, description="hidden layers of the nets whose solutions are paired"
    )
    depths: tuple[Annotated[int, Field(ge=2, le=20)], ...] = Field(
        (2, 8, 16), min_length=2, description="layers of the nets with and without skips"
    )
    width: Size = Field(20, description="units of each of their layers")
    nets: Few = Field(5, description="trained nets of each kind that slices go through")
    slices: Few = Field(3, description="pairs of random directions for each of those nets")
    points: Annotated[int, Field(ge=5, le=201)] = Field(51, description="points along each side of a slice")
    on: Few = Field(500, description="training digits that slices, lines and curvatures are read on")
    batch_nets: Few = Field(8, description="nets of each kind where batches and decay are compared")
    path_nets: Few = Field(5, description="nets of each kind whose paths are taken apart")
    sizes: tuple[tuple[Literal[1, 2, 4, 7, 8, 14], Size], ...] = Field(
        ((14, 6), (7, 12), (4, 16), (4, 50), (2, 48), (1, 38), (1, 126), (1, 400), (1, 1258)),
        min_length=2,
        description="side of the squares averaged, and hidden units, of the nets seen in random planes",
    )
    size_seeds: Few = Field(6, description="nets of each of those sizes")
    worms: Few = Field(5, description="nets whose surface is rendered while they learn")
    worm_points: Annotated[int, Field(ge=5, le=101)] = Field(31, description="points along a side of the film's plane")
    frames: Annotated[int, Field(ge=2, le=100)] = Field(16, description="pictures of the film after the first")
    spectra: Few = Field(12, description="small nets whose whole spectrum is followed")
    lanczos: Few = Field(5, description="larger nets whose ends of the spectrum are found")
    still_nets: Few = Field(6, description="nets from whose paths still points are looked for")
    tries: Few = Field(20, description="places from which each of them is looked for")
    still_steps: Few = Field(80, description="Hessians taken at most for one still point")
    stuck_seeds: Few = Field(1600, description="XOR nets of 1986 of which the stuck ones are looked at")
    chance_seeds: Few = Field(10, description="samples of random matrices")
    matrices: int = Field(400000, ge=1000, le=10**8, description="random matrices in each")
    entropy: int = Field(2018, ge=0, description="the number from which all random numbers start")


PRESETS = {
    "quick": Settings(
        data="embedded", examples=500, hidden=20, passes=6, batch=30, batch_examples=300, small_batch=15,
        large_batch=60, batch_passes=12, seeds=5,
        xor_seeds=16, zipcode="embedded", zipcode_passes=1, pairs=5, pair_layers=((20,),), depths=(2, 6), width=10,
        nets=2, slices=2, points=11, on=60, path_nets=3, batch_nets=4, sizes=((8, 6), (4, 16), (1, 40)), size_seeds=3,
        worms=2, worm_points=13, frames=6, spectra=2, lanczos=2, still_nets=2, tries=6, still_steps=30, stuck_seeds=96,
        chance_seeds=5, matrices=20000,
    ),
    "paper": Settings(),
}  # fmt: skip
