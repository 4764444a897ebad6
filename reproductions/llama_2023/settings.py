"""Everything that is free in the experiments with Llamas, and the two presets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Count = Annotated[int, Field(ge=1, le=10**6)]
Units = Annotated[int, Field(ge=1, le=4096)]
Positive = Annotated[float, Field(gt=0, le=1000)]


class Settings(BaseModel):
    """Which text, which shape, and how it learns."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Literal["shakespeare", "descriptions"] = Field(
        "shakespeare", description="text that is learned: tiny Shakespeare, or the descriptions that scikit-learn has"
    )
    vocabulary: Annotated[int, Field(ge=257, le=4096)] = Field(1024, description="tokens of the vocabulary")
    seeds: Count = Field(5, description="Llamas that are trained")
    steps: Annotated[int, Field(ge=20, le=10**6)] = Field(2000, description="steps of each")
    rate: Positive = Field(0.01, description="learning rate, at its highest")
    batch: Count = Field(8, description="stretches of text in one step")
    width: Units = Field(64, description="numbers of a token in the stream")
    layers: Units = Field(5, description="layers")
    heads: Units = Field(8, description="heads of queries")
    groups: Units = Field(4, description="heads of keys and values")
    hidden: Units = Field(172, description="hidden units of the gated part")
    length: Annotated[int, Field(ge=4, le=4096)] = Field(128, description="tokens of one stretch")
    looks: Count = Field(6, description="looks at the tuning part on the way")
    moments: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        (0, 10, 100, 1000), min_length=2, description="steps after which the distribution and a text are kept"
    )
    prompt: str = Field("ROMEO:", min_length=1, description="what the model is given to go on from")
    written: Count = Field(40, description="tokens that it writes")
    larger_seeds: Count = Field(5, description="larger Llamas, and as many of the usual shape for as many steps")
    larger_steps: Annotated[int, Field(ge=20, le=10**6)] = Field(1000, description="steps of each of these")
    larger_width: Units = Field(128, description="numbers of a token in the stream of the larger ones")
    larger_hidden: Units = Field(344, description="hidden units of their gated part")
    larger_rate: Positive = Field(0.005, description="their learning rate, at its highest")
    larger_looks: Count = Field(3, description="looks at the tuning part on their way")
    ablation_seeds: Count = Field(5, description="Llamas for each part that is taken away")
    ablation_steps: Annotated[int, Field(ge=20, le=10**6)] = Field(300, description="steps of each of these")
    ablation_layers: Units = Field(2, description="layers of each of these")
    ablation_length: Annotated[int, Field(ge=4, le=4096)] = Field(64, description="tokens of one stretch for these")
    orders: Annotated[int, Field(ge=3, le=9)] = Field(7, description="most characters that are counted together")
    old_seeds: Count = Field(5, description="networks of 2003")
    old_hidden: Units = Field(200, description="hidden units of each")
    old_steps: Annotated[int, Field(ge=20, le=10**6)] = Field(10_000, description="steps of each")
    checkpoint: bool = Field(True, description="whether the 260K checkpoint is run; it needs its files")
    sentence: str = Field(
        "Once upon a time, there was a little girl named Lily.", description="sentence whose loss is walked back"
    )
    sample: Count = Field(100, description="derivatives that are measured one by one")
    story_prompt: str = Field("", description="the beginning of further stories that the checkpoint tells")
    temperature: Annotated[float, Field(ge=0, le=100)] = Field(0.8, description="temperature of the drawn stories")
    capital: bool = Field(False, description="whether Llama 3.2 1B is run; it needs the user's own copy")
    entropy: int = Field(2023, ge=0, description="the number from which all random numbers start")

    @model_validator(mode="after")
    def _fits(self) -> Settings:
        if self.heads % self.groups or any(width % (2 * self.heads) for width in (self.width, self.larger_width)):
            raise ValueError("width must be an even number of times heads (any width), heads a multiple of groups")
        return self


PRESETS = {
    "quick": Settings(
        text="descriptions", vocabulary=512, seeds=2, steps=100, width=32, layers=2, heads=4, groups=2, hidden=48,
        length=32, looks=4, moments=(0, 10, 50), prompt="The data", written=20, ablation_seeds=2, ablation_steps=20,
        ablation_layers=1, ablation_length=32, larger_seeds=2, larger_steps=30, larger_width=48, larger_hidden=72,
        larger_looks=1, orders=6, old_seeds=2, old_hidden=30, old_steps=300, checkpoint=False, sample=20,
    ),
    "paper": Settings(),
}  # fmt: skip
