"""The studies of scale: digits, characters, n-grams, gradients, and then and now; each size with a rate of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.datasets import mnist, text
from core.evidence.measured import Cost, counted
from core.evidence.rows import Rows
from core.evidence.studies import Cells, Study
from core.evidence.trials import TrialFunction
from core.evidence.tuning import lowest, outwards, tried_at, tuning_seeds
from reproductions.scaling import counting, experiment, now
from reproductions.scaling.settings import PLAIN, Settings

Place = Mapping[str, Any]
# The recipe of 2003, and what each rung of the ladder changes in that of the rung before.
THEN: dict[str, Any] = {"rule": "plain", "falls": False, "units": "tanh", "context": 8}
RUNGS: dict[str, dict[str, Any]] = {
    "the recipe of 2003": {},
    "rate falls to zero": {"falls": True},
    "Adam": {"rule": "adam"},
    "gated units": {"units": "gated"},
    "16 characters in sight": {"context": 16},
}


def prepare(s: Settings, quiet: bool) -> None:
    """Fetch and check the data before any trial starts."""
    mnist.load(s.data, quiet=quiet)
    text.load(s.text, quiet=quiet)


def studies(s: Settings) -> list[Study]:
    """Every study; where a rate is chosen the study that chooses it stands before."""
    characters, one = experiment.characters, range(1)
    nets = [list(sizes) for sizes in s.cost_sizes]
    several = range(s.text_seeds)
    return [
        *_digits(s),
        *_tuned(s, "text", characters, text_places(s), several),
        *_tuned(s, "text, read again", characters, again_places(s), several),
        *_tuned(s, "shapes", characters, shape_places(s), several),
        *_tuned(s, "contexts", characters, context_places(s), several),
        Study("text, longer", experiment.characters_beside_counts, lambda rows: _longer(s, rows)),
        *_ladder(s),
        Study("n-grams", counting.by_order, [({**_text(s), "orders": s.orders, "context": experiment.CONTEXT}, one)]),
        Study("gradients", counting.gradients, [({"sizes": sizes}, one) for sizes in nets]),
        Study(
            "gradients, clock",
            counting.gradients_by_the_clock,
            [({"nets": nets}, range(s.repetitions))],
            alone=True,
            timed=("ratios",),
        ),
        Study("machine", counting.speed, [({}, range(s.repetitions))], alone=True, timed=("speed",)),
    ]


# Digits.


def digit_places(s: Settings) -> list[dict[str, Any]]:
    """Digits by training examples at two widths and by width with all of them, the dearest nets first."""
    everything = max(s.train_sizes)
    places = dict.fromkeys(
        [
            *((m, width) for width in (s.size_width, s.other_width) for m in s.train_sizes),
            *((everything, h) for h in s.widths),
        ]
    )
    return [
        {"data": s.data, "shown": s.digits_shown, "examples": m, "hidden": h}
        for m, h in sorted(places, key=lambda place: -place[1])
    ]


def _without_test(s: Settings, place: Place) -> dict[str, Any]:
    """Where the rate of a place is chosen: on training digits that were not drawn."""
    return {**place, "examples": min(place["examples"], s.tuned_on), "tuning": True}


def _digits(s: Settings) -> list[Study]:
    places = digit_places(s)
    tried = list({(p["examples"], p["hidden"]): p for p in (_without_test(s, place) for place in places)}.values())

    def chosen(rows: Rows) -> Cells:
        return [({**place, "rate": digit_rate(s, rows, place)}, range(s.seeds)) for place in places]

    search = outwards("digits, rates", tried, "rate", s.digit_rates, seeds=tuning_seeds(s.tuning_seeds), score="loss")
    return [Study("digits, rates", experiment.digits, search), Study("digits", experiment.digits, chosen)]


def digit_rate(s: Settings, rows: Rows, place: Place) -> float:
    """The rate with the least loss on training digits that were not drawn."""
    return lowest(tried_at(rows["digits, rates"], _without_test(s, place), "rate", s.digit_rates), "loss")


# Characters.


def _text(s: Settings) -> dict[str, Any]:
    return {"text": s.text, "looked_at": s.looked_at}


def text_places(s: Settings) -> list[dict[str, Any]]:
    """Characters by size of the model and of the training text, every text read once; the dearest models first."""
    places = sorted(((size, d, m) for size, m in s.sizes for d in s.examples), key=lambda place: -place[0] * place[1])
    return [
        {**_text(s), "size": size, "features": features, "examples": d, "passes": 1, "looks": 1}
        for size, d, features in places
    ]


def again_places(s: Settings) -> list[dict[str, Any]]:
    """The smaller models and texts, read several times and looked at after every reading."""
    return [
        {**place, "passes": s.again_passes, "looks": s.again_passes}
        for place in text_places(s)
        if place["size"] <= s.again_up_to and place["examples"] <= s.again_examples
    ]


def shape_places(s: Settings) -> list[dict[str, Any]]:
    """Models of one size and text that differ in how many features a character has."""
    one = {**_text(s), "size": s.shape_size, "examples": s.shape_examples, "passes": 1, "looks": 1}
    return [{**one, "features": features} for features in s.shapes]


def context_places(s: Settings) -> list[dict[str, Any]]:
    """Models of that size with other numbers of characters in sight, on the longest text."""
    one = {**_text(s), "size": s.shape_size, "examples": max(s.examples), "passes": 1, "looks": 1}
    features = next((m for size, m in s.sizes if size == s.shape_size), s.sizes[-1][1])
    return [{**one, "features": features, "context": context} for context in s.contexts]


def _tuned(
    s: Settings, name: str, function: TrialFunction, places: Sequence[Place], seeds: Sequence[int]
) -> list[Study]:
    """A study and, before it, the one that chooses the rate of each of its places by the tuning loss."""

    def chosen(rows: Rows) -> Cells:
        return [({**place, "rate": text_rate(s, rows, name, place)}, seeds) for place in places]

    search = outwards(f"{name}, rates", places, "rate", s.text_rates, seeds=tuning_seeds(1), score="tune")
    return [Study(f"{name}, rates", function, search), Study(name, function, chosen)]


def text_rate(s: Settings, rows: Rows, name: str, place: Place) -> float:
    """The rate with the least tuning loss at a place of a study."""
    return lowest(tried_at(rows[f"{name}, rates"], place, "rate", s.text_rates), "tune")


def _longer(s: Settings, rows: Rows) -> Cells:
    """One size that reads the longest text several times, at the rate of reading it once."""
    return [
        (
            {
                **place,
                "rate": text_rate(s, rows, "text", place),
                "passes": s.longer_passes,
                "looks": 2 * s.longer_passes,
            },
            range(s.longer_seeds),
        )
        for place in text_places(s)
        if (place["size"], place["examples"]) == (s.longer_size, max(s.examples))
    ]


# Then and now.


def rungs(s: Settings) -> list[dict[str, Any]]:
    """The cell of every rung, without its rate: each changes one thing in the one before."""
    cell: dict[str, Any] = {**_text(s), "size": s.shape_size, "features": 24, "examples": s.shape_examples, **THEN}
    found = []
    for name, change in RUNGS.items():
        cell = cell | change
        found.append({**cell, "rung": name})
    return found


def rates_of(s: Settings, rung: Place) -> Sequence[float]:
    """The rates tried at a rung: plain steps need larger ones than Adam."""
    if len(s.text_rates) == 1:
        return s.text_rates if rung["rule"] == "adam" else (0.3,)
    return PLAIN if rung["rule"] == "plain" else s.text_rates


def _ladder(s: Settings) -> list[Study]:
    def search(rows: Rows) -> Cells:
        wanted: list[Any] = []
        for rung in rungs(s):
            ladder = rates_of(s, rung)
            wanted += outwards("rungs, rates", [rung], "rate", ladder, seeds=tuning_seeds(1), score="tune")(rows)
        return wanted

    def chosen(rows: Rows) -> Cells:
        return [
            (
                {**rung, "rate": lowest(tried_at(rows["rungs, rates"], rung, "rate", rates_of(s, rung)), "tune")},
                range(s.now_seeds),
            )
            for rung in rungs(s)
        ]

    return [Study("rungs, rates", now.learn, search), Study("rungs", now.learn, chosen)]


def cost(s: Settings, rows: Rows) -> Cost:
    """Presentations and multiply-accumulates of all digit nets and language models, rates tried included."""
    are = "multiply-accumulates of forward and backward passes over digits and characters, rates tried included, the "
    are += "ladder from then to now left out"
    return counted(rows, main="text", operations_are=are, data=mnist.load(s.data).sha256 | text.load(s.text).sha256)
