"""Everything that is free in the experiments with NETtalk, and the two presets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=1, le=10**6)]
Units = Annotated[int, Field(ge=0, le=2000)]
Positive = Annotated[float, Field(gt=0, le=1000)]


class Settings(BaseModel):
    """Which words, how many nets, and how they learn."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: Literal["common", "invented"] = Field(
        "common", description="words that are learned: the 1,000 commonest, or the list made for this project"
    )
    drawn: Annotated[int, Field(ge=0, le=1000)] = Field(
        0, description="how many of these words are learned, drawn at random; 0 for all"
    )
    seeds: Count = Field(24, description="nets for each setting of the cheap studies; eight learn together")
    hidden: tuple[Units, ...] = Field(
        (0, 15, 30, 60, 80, 120), min_length=2, description="numbers of hidden units; 0 for none"
    )
    two_layers: Count = Field(80, description="units of each layer where there are two")
    rate: Positive = Field(1.0, description="learning rate of the rule without memory")
    smoothed_rate: Positive = Field(2.0, description="learning rate of the rule with smoothed slopes")
    momentum: Annotated[float, Field(ge=0, lt=1)] = Field(0.9, description="how much of a smoothed slope is kept")
    passes: Count = Field(55, description="passes over the words that are learned")
    one_layer: Count = Field(120, description="hidden units of the net that goes on to the dictionary")
    one_layer_seeds: Count = Field(16, description="nets of one layer that go on to the dictionary")
    two_layer_seeds: Count = Field(8, description="nets of two layers that go on to the dictionary")
    one_layer_then: Count = Field(5, description="passes over the dictionary, one layer")
    two_layer_then: Count = Field(5, description="passes over the dictionary, two layers")
    shown: tuple[Count, ...] = Field(
        (125, 250, 500, 1000, 2000, 4000), min_length=2, description="numbers of words learned, to be tested on others"
    )
    shown_draws: Count = Field(8, description="draws of words for each of these numbers, a net for each draw")
    shown_letters: Count = Field(150_000, description="letters that each of these nets is shown, about")
    shown_tested: Count = Field(2000, description="words never shown that these nets are tested on")
    other_draws: Count = Field(12, description="draws of 1,000 words to learn and 1,000 to test on, as others did")
    other_words: Count = Field(1000, description="words of each such draw")
    other_passes: Count = Field(30, description="passes over these words")
    damage_hidden: Count = Field(
        80, description="hidden units of nets that are damaged, that practise, and are compared"
    )
    damage_passes: Count = Field(25, description="passes that these nets have learned")
    damage_seeds: Count = Field(16, description="nets that are damaged, by each rule")
    amounts: tuple[Annotated[float, Field(ge=0, le=100)], ...] = Field(
        (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.0),
        min_length=3,
        description="by how much every weight is changed at random, plus-minus",
    )
    patterns: Count = Field(2, description="random patterns of damage for each net and amount")
    relearn_amount: Positive = Field(1.2, description="damage after which nets learn again, plus-minus")
    relearn_words: Count = Field(1000, description="words shown after the damage")
    relearn_every: Count = Field(50, description="words between two looks, at first and after the damage")
    items: Count = Field(16, description="new items that each net practises, one at a time")
    repetitions: Annotated[int, Field(ge=2, le=1000)] = Field(10, description="repetitions of each item")
    spacings: tuple[Annotated[int, Field(ge=0, le=1000)], ...] = Field(
        (0, 1, 2, 4, 8, 20, 40), min_length=2, description="known words between two repetitions; the first is 0"
    )
    retentions: tuple[Annotated[int, Field(ge=0, le=10000)], ...] = Field(
        (0, 4, 16, 64), min_length=2, description="known words after the last repetition, before the test"
    )
    pair_least: Count = Field(10, description="how often a pair of letter and sound must occur to be clustered")
    clusters: Annotated[int, Field(ge=2, le=50)] = Field(10, description="clusters that the pairs are cut into")
    sentence: str = Field(
        "this network learned to speak by reading every word again and again",
        description="words that are read aloud, all of them in the dictionary",
    )
    reading_looks: tuple[Annotated[int, Field(ge=0, le=1000)], ...] = Field(
        (0, 1, 5, 50), min_length=2, description="numbers of passes after which the sentence is read"
    )
    ladder_seeds: Count = Field(8, description="nets for each step from then to now")
    ladder_passes: Count = Field(30, description="passes of these nets")
    ladder_rates: tuple[Positive, ...] = Field(
        (0.003, 0.01, 0.03), min_length=1, description="rates of Adam that are tried at each step"
    )
    old_rates: tuple[Positive, ...] = Field((0.5, 1.0, 2.0), min_length=1, description="rates tried for the old rule")
    ladder_decay: Positive = Field(0.3, description="decay of the weights, in the last step")
    ladder_tuning: Count = Field(2, description="nets on which each rate is tried")
    ladder_held: Count = Field(200, description="words held back for that")
    entropy: int = Field(1987, ge=0, description="the number from which all random numbers start")


PRESETS = {
    "quick": Settings(
        words="invented", drawn=300, seeds=8, hidden=(0, 15, 30), two_layers=15, passes=12, one_layer=30,
        one_layer_seeds=8, one_layer_then=2, two_layer_then=2, shown=(60, 120, 240), shown_draws=3, shown_letters=8000,
        shown_tested=200, other_draws=4, other_words=240, other_passes=3, damage_hidden=30, damage_passes=10,
        damage_seeds=8, amounts=(0.0, 0.3, 0.6, 1.0, 2.0), patterns=1, relearn_words=300, relearn_every=50, items=4,
        repetitions=5, spacings=(0, 4, 20), retentions=(0, 16, 64), pair_least=5, clusters=6,
        sentence="hear this gentle voice speak", reading_looks=(0, 1, 5, 12), ladder_seeds=4, ladder_passes=3,
        ladder_rates=(0.01,), old_rates=(1.0,), ladder_tuning=1, ladder_held=60,
    ),
    "paper": Settings(),
}  # fmt: skip
