"""Everything that is free in the reproduction of 2012, and the two presets."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Topic = Literal["units", "parts", "pixels", "pictures", "now", "counts"]
TOPICS: tuple[Topic, ...] = get_args(Topic)
NetName = Literal["80-second", "four layers", "small", "tiny"]
Rate = Annotated[float, Field(gt=0, le=100)]
Passes = Annotated[int, Field(ge=1, le=10000)]
Batch = Annotated[int, Field(ge=1, le=50000)]
Images = Annotated[int, Field(ge=0, le=50000)]  # 0 means all


class Settings(BaseModel):
    """Which studies are run, on how many images, with which nets, and how many networks of each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Literal["embedded", "cifar10", "cifar10-binary"] = Field(
        "cifar10",
        description="which images: cifar10 (JPEG copies), cifar10-binary (the original files), or embedded, patches of "
        "three photographs at hand",
    )
    studies: tuple[Topic, ...] = Field(TOPICS, min_length=1, description="the studies that are run")
    seeds: int = Field(5, ge=1, le=1000, description="networks of every kind")
    nets: tuple[NetName, ...] = Field(
        ("small", "four layers"), min_length=1, description="nets in which kinds of units are compared"
    )
    batches: tuple[Batch, ...] = Field(
        (32, 128), min_length=1, description="images in a batch where kinds of units are compared"
    )
    rates: tuple[Rate, ...] = Field(
        (0.0025, 0.005, 0.01, 0.02, 0.04, 0.08), min_length=1, description="learning rates tried for each kind of unit"
    )
    target: float = Field(0.25, gt=0, lt=1, description="the training error that ends the comparison of units")
    unit_images: Images = Field(2000, description="training images of the comparison of units; 0 for all")
    unit_passes: Passes = Field(40, description="passes at most in the comparison of units")
    more_images: Images = Field(
        6000, description="more training images, for the first net and batch of the comparison; 0 leaves them out"
    )
    hidden: int = Field(32, ge=1, le=4096, description="hidden units of the net in which parts are left out or put in")
    rate: Rate = Field(
        0.001, description="learning rate of that net, and of those that learn from either kind of pixels"
    )
    part_images: Images = Field(4000, description="training images of that net; 0 for all")
    part_passes: Passes = Field(12, description="passes of that net and of those that learn from pixels of two kinds")
    part_batch: Batch = Field(64, description="images in a batch of that net, and of the ladder to today")
    picture_images: Images = Field(8000, description="training images of the nets whose kernels are looked at")
    picture_passes: Passes = Field(10, description="passes of these nets")
    queries: int = Field(20, ge=1, le=1000, description="test images of each class whose nearest images are looked for")
    now_images: Images = Field(4000, description="training images of the ladder to today; 0 for all")
    now_passes: Passes = Field(8, description="passes on every rung of the ladder")
    speed_runs: int = Field(5, ge=0, le=100, description="runs in which AlexNet is timed, 0 for none")
    speed_images: int = Field(4, ge=1, le=128, description="images of 224x224 pixels in a timed pass of AlexNet")
    entropy: int = Field(2012, ge=0, description="the number from which all random numbers start")


PRESETS = {
    "quick": Settings(
        data="embedded",
        studies=("units", "parts", "pictures", "counts"),
        seeds=3,
        nets=("tiny",),
        batches=(16, 32),
        rates=(0.02, 0.08),
        target=0.25,
        unit_images=160,
        unit_passes=5,
        more_images=0,
        hidden=8,
        part_images=160,
        part_passes=2,
        part_batch=32,
        picture_images=200,
        picture_passes=2,
        queries=4,
        speed_runs=0,
    ),
    "paper": Settings(),
}
