"""Everything that is free in the study of scale, and the two presets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Count = Annotated[int, Field(ge=1, le=10**8)]
Rate = Annotated[float, Field(gt=0, le=10)]
LADDER = (1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1)  # rates of Adam, tried from the middle outwards
PLAIN = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # rates of plain steps, tried in the same way


class Settings(BaseModel):
    """Sizes of networks and of what they learn from. A size of text is a number of parameters and of features."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: Count = Field(5, description="digit nets of every size")
    data: Literal["mnist", "embedded"] = Field("mnist", description="digits: MNIST, or those that come with the code")
    train_sizes: tuple[Count, ...] = Field(
        (60, 200, 600, 2000, 6000, 20000, 60000), min_length=4, description="numbers of training digits"
    )
    size_width: Count = Field(300, description="hidden units of the nets that learn from different numbers of digits")
    other_width: Count = Field(
        30, description="hidden units of narrower nets that learn from the same numbers of digits"
    )
    widths: tuple[Count, ...] = Field(
        (1, 3, 10, 30, 100, 300, 600, 1258),
        min_length=4,
        description="numbers of hidden units of the nets that learn from all digits",
    )
    digits_shown: Count = Field(400000, description="digits shown to every net in training, repetitions included")
    digit_rates: tuple[Rate, ...] = Field(LADDER, min_length=1, description="learning rates tried for digits")
    tuned_on: Count = Field(50000, description="training digits at most where a rate is chosen on the others")
    tuning_seeds: Count = Field(2, description="digit nets on which a rate is tried")
    text: Literal["shakespeare", "topics"] = Field(
        "shakespeare", description="text: tiny Shakespeare, or the help topics that come with Python"
    )
    sizes: tuple[tuple[Count, Count], ...] = Field(
        ((1000, 4), (3000, 8), (10000, 16), (30000, 16), (100000, 24), (300000, 24), (600000, 32), (1000000, 32)),
        min_length=3,
        description="language models, each by its parameters and its features of a character",
    )
    examples: tuple[Count, ...] = Field(
        (20000, 50000, 150000, 400000, 1000000), min_length=2, description="numbers of training characters"
    )
    text_rates: tuple[Rate, ...] = Field(LADDER, min_length=1, description="learning rates tried for characters")
    text_seeds: Count = Field(5, description="language models of every size and length of text")
    again_up_to: Count = Field(100000, description="parameters up to which models also read their text several times")
    again_examples: Count = Field(400000, description="training characters at most that are read several times")
    again_passes: Count = Field(8, description="times that such a text is read at most")
    shapes: tuple[Count, ...] = Field(
        (2, 4, 8, 16, 32, 64), min_length=2, description="features of a character, parameters held fixed"
    )
    shape_size: Count = Field(100000, description="parameters of those models, and of the ladder from then to now")
    shape_examples: Count = Field(400000, description="training characters of those models")
    contexts: tuple[Annotated[int, Field(ge=1, le=64)], ...] = Field(
        (4, 16), description="other numbers of characters that a model of that size sees, beside 8"
    )
    longer_size: Count = Field(300000, description="parameters of the model that is trained longest")
    longer_passes: Count = Field(5, description="times that it reads the longest text")
    longer_seeds: Count = Field(5, description="such models")
    looked_at: Count = Field(20000, description="characters on which losses are measured")
    held_out: Count = Field(2, description="largest sizes of language model that are left out of fits and foretold")
    orders: Annotated[int, Field(ge=1, le=9)] = Field(9, description="highest order of the n-grams")
    now_seeds: Count = Field(5, description="models for each rung of the ladder from then to now")
    cost_sizes: tuple[tuple[Count, ...], ...] = Field(
        (
            (1, 3),
            (8, 6, 4),
            (32, 32, 32, 32, 1),
            (64, 128, 64, 10),
            (256, 256, 128, 10),
            (784, 300, 10),
            (128, 1024, 1024, 10),
        ),
        min_length=2,
        description="dense nets whose gradients are counted and timed, by the sizes of their layers",
    )
    repetitions: Annotated[int, Field(ge=5, le=1000)] = Field(10, description="times that all of them are timed")
    draws: Count = Field(200, description="times that seeds are drawn again for the interval of a law")
    entropy: int = Field(2020, ge=0, description="the number from which all random numbers start")

    @model_validator(mode="after")
    def _something_left(self) -> Settings:
        if self.tuned_on >= max(self.train_sizes):
            raise ValueError("tuned_on must be below the largest of train_sizes: the digits left over choose the rates")
        if self.held_out >= len(self.sizes):
            raise ValueError("held_out must be below the number of sizes: the others are fitted")
        return self


PRESETS = {
    "quick": Settings(
        data="embedded",
        train_sizes=(60, 200, 600, 1200),
        size_width=30,
        other_width=10,
        widths=(1, 3, 10, 30),
        digits_shown=9000,
        digit_rates=(0.003,),
        tuned_on=600,
        tuning_seeds=1,
        text="topics",
        sizes=((1500, 4), (3000, 8), (6000, 8), (12000, 8)),
        examples=(6000, 15000, 36000),
        text_seeds=2,
        text_rates=(0.01,),
        again_up_to=3000,
        again_examples=12000,
        again_passes=2,
        shapes=(4, 16),
        shape_size=6000,
        shape_examples=12000,
        contexts=(4,),
        longer_size=3000,
        longer_passes=2,
        longer_seeds=2,
        looked_at=2000,
        held_out=1,
        orders=5,
        now_seeds=2,
        draws=10,
        repetitions=5,
        cost_sizes=((1, 3), (8, 6, 4), (32, 32, 32, 32, 1), (64, 128, 64, 10)),
    ),
    "paper": Settings(),
}
