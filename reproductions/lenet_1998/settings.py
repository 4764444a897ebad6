"""Everything that is free in the era of 1998, and the two presets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[float, Field(gt=0, le=1000)]
Count = Annotated[int, Field(ge=1, le=60000)]


class Settings(BaseModel):
    """Which digits, how many networks, how many passes, and what is tried."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Literal["mnist", "embedded"] = Field("mnist", description="which digits: MNIST, or the embedded 8x8 ones")
    seeds: int = Field(16, ge=1, le=1000, description="networks of LeNet-5, each from its own weights")
    passes: int = Field(20, ge=1, le=1000, description="passes of LeNet-5 over the training digits")
    distorted_passes: int = Field(12, ge=1, le=1000, description="passes of LeNet-5 over distorted digits")
    other_seeds: int = Field(16, ge=1, le=1000, description="networks of LeNet-1 and LeNet-4, and of smaller sizes")
    other_passes: int = Field(12, ge=1, le=1000, description="passes of LeNet-1 and LeNet-4")
    sizes: tuple[Count, ...] = Field((15000, 30000), min_length=1, description="smaller numbers of training digits")
    size_passes: int = Field(10, ge=1, le=1000, description="passes over fewer digits, with and without distortions")
    ranges: tuple[Positive, ...] = Field(
        (0.5, 2.0), min_length=1, description="ranges of distortions with the smallest size, as factors on ours"
    )
    changed_digits: int = Field(2000, ge=1, le=10000, description="test digits that are moved, resized and turned")
    dense_seeds: int = Field(5, ge=1, le=1000, description="networks of each fully connected shape")
    dense_passes: int = Field(8, ge=1, le=1000, description="passes of the fully connected networks")
    shapes: tuple[tuple[Count, ...], ...] = Field(
        ((300,), (1000,), (300, 100), (500, 150)), min_length=1, description="hidden layers of the dense networks"
    )
    centres: int = Field(1000, ge=10, le=20000, description="radial basis functions")
    components: int = Field(40, ge=1, le=400, description="principal components whose products are taken")
    support_examples: int = Field(15000, ge=100, le=60000, description="digits that support vectors learn from")
    boosted_seeds: int = Field(5, ge=0, le=100, description="boosted machines of three networks")
    boosted_passes: int = Field(4, ge=1, le=1000, description="passes of the first boosted network, distorted digits")
    later_passes: int = Field(10, ge=1, le=1000, description="passes of the later two over what was found for them")
    pool: int = Field(30000, ge=100, le=10**7, description="new distorted digits that are sifted for each of them")
    tuning_seeds: int = Field(
        5, ge=1, le=100, description="networks for each setting that is tried on validation digits"
    )
    tuning_examples: int = Field(8000, ge=100, le=50000, description="digits learned from when a setting is chosen")
    tuning_passes: int = Field(8, ge=1, le=100, description="passes when a setting is chosen")
    scales: tuple[Positive, ...] = Field(
        (1 / 84, 0.03, 0.1, 0.3, 1.0),
        min_length=1,
        description="factors on the loss that the second-order method is given",
    )
    rubbish: tuple[Positive, ...] = Field(
        (5.0, 20.0), min_length=1, description="values of the criterion's constant j that are tried"
    )
    sgd_rates: tuple[Positive, ...] = Field(
        (1e-5, 3e-5, 1e-4, 3e-4, 1e-3), min_length=1, description="first rates of plain gradient descent that are tried"
    )
    now_seeds: int = Field(16, ge=0, le=1000, description="networks on each rung from 1998 to today; 0 for none")
    now_examples: int = Field(15000, ge=100, le=60000, description="digits that they learn from")
    now_passes: int = Field(6, ge=1, le=1000, description="passes of each rung")
    pictures: int = Field(40, ge=3, le=200, description="pictures of the film of one digit")
    curvature_patterns: int = Field(500, ge=1, le=60000, description="digits for second derivatives, before each pass")
    precision: Literal["single", "double"] = Field("single", description="arithmetic of the networks")
    entropy: int = Field(1998, ge=0, description="the number from which all random numbers start")


PRESETS = {
    "quick": Settings(
        data="embedded", seeds=8, passes=3, distorted_passes=1, other_passes=1, sizes=(300, 600), size_passes=1,
        ranges=(1.0,), dense_passes=1, shapes=((30,), (30, 20)), centres=50, components=20, support_examples=600,
        changed_digits=50, boosted_seeds=2, boosted_passes=1, later_passes=1, pool=100, tuning_examples=400,
        tuning_passes=1, scales=(1 / 84, 0.1),
        rubbish=(5.0,), sgd_rates=(3e-4, 1e-3), now_seeds=5, now_examples=400, now_passes=1, pictures=6,
        curvature_patterns=60,
    ),
    "paper": Settings(),
}  # fmt: skip
