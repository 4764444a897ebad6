"""The studies of 1987: what each net learns, and what it is tested on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.datasets import nettalk
from core.errors import BackstoryError
from core.evidence.measured import Cost
from core.evidence.rows import Rows, finished, grouped, pick
from core.evidence.studies import Cells, Study
from core.evidence.tuning import tuning_seeds
from core.learning.compiled.vectors import LANES
from core.networks.nettalk import operations, sizes
from reproductions.nettalk_1987 import clusters, damage, experiment, spacing, speech, today
from reproductions.nettalk_1987.settings import Settings

LOOKS = (0, 1, 2, 5, 10, 20, 35)  # passes after which nets are scored, and after the last
CURVE = {"first": 50, "factor": 1.3}
HARD_AND_SOFT = {"letter": "c", "sounds": ["k", "s"], "looks": [1, 2, 5, 10]}
NEW_ITEM = 5  # letters of an item that is practised
# As told of others. Momentum 0.9 at rate 0.25 is a slope smoothed by 0.9 at rate 2.5.
OTHERS: dict[str, dict[str, Any]] = {
    "dietterich": {"hidden": [120], "rate": 2.0, "smoothing": 0.9},
    "wettschereck": {"hidden": [160], "rate": 2.5, "smoothing": 0.9},
}


def prepare(s: Settings, quiet: bool) -> None:
    """Fetch and check the words before any trial starts, and see that the sentence can be read."""
    _, _, whole = lists(s)
    known = {entry.word for entry in nettalk.load(whole, quiet=quiet).entries}
    if s.words == "common":
        nettalk.load("common", quiet=quiet)
    unknown = [word for word in s.sentence.split() if word not in known]
    if unknown:
        raise BackstoryError(f"the sentence has words that are not in the dictionary: {', '.join(unknown)}.")


def lists(s: Settings) -> tuple[str, str, str]:
    """The names of the words that are learned, of those that are not, and of all."""
    return ("common", "rest", "dictionary") if s.words == "common" else ("invented",) * 3


def rules(s: Settings) -> dict[str, dict[str, Any]]:
    """The two rules by which nets learn, by the name that claims and tables give them."""
    return {
        "rule of 1987": {"rate": s.rate, "smoothing": None},
        "rule of 1986": {"rate": s.smoothed_rate, "smoothing": s.momentum},
    }


def nets(s: Settings) -> list[list[int]]:
    """The sizes of hidden layers that are tried on the words that are learned."""
    return [*([h] if h else [] for h in s.hidden), [s.two_layers, s.two_layers]]


def looks(s: Settings) -> list[int]:
    """The passes after which nets are scored."""
    return [*(look for look in LOOKS if look < s.passes), s.passes]


def studies(s: Settings) -> list[Study]:
    """Every study; the rates of the last are chosen by the one before."""
    return [*_learning(s), *_dictionary(s), *_damage(s), *_others(s), *_now(s)]


def _study(name: str, function: Any, cells: Cells) -> Study:
    return Study(name, function, cells, block=LANES)


def _cells(s: Settings, seeds: Sequence[int], **cell: Any) -> Cells:
    """A cell for each of the two rules."""
    lesson = {"words": lists(s)[0], "drawn": s.drawn}
    return [({**lesson, **cell, **how, "rule": name}, seeds) for name, how in rules(s).items()]


def _learning(s: Settings) -> list[Study]:
    """Counts; hidden layers of every size; the curve of learning; hard and soft c."""
    some, known = range(s.seeds), lists(s)
    everything = "entries" if s.words == "common" else "invented"
    counted = [{"hidden": [80], "words": name} for name in dict.fromkeys((known[0], known[2], everything))]
    return [
        Study("counts", experiment.counts, [(cell, range(1)) for cell in counted]),
        _study(
            "learning",
            experiment.learning,
            [one for hidden in nets(s) for one in _cells(s, some, hidden=hidden, looks=looks(s))],
        ),
        _study("curve", experiment.curve, _cells(s, some, hidden=[s.damage_hidden], passes=s.passes, **CURVE)),
        _study("hard and soft", experiment.soft_and_hard, _cells(s, some, hidden=[s.damage_hidden], **HARD_AND_SOFT)),
        _study(
            "reading",
            speech.reading,
            _cells(
                s,
                range(LANES),
                hidden=[s.damage_hidden],
                known=known[2],
                looks=list(s.reading_looks),
                sentence=s.sentence,
            )[:1],
        ),
    ]


def _dictionary(s: Settings) -> list[Study]:
    """Words not taught: the dictionary before and after it is taught, and more and more words."""
    _, others, whole = lists(s)
    there = {"others": others, "whole": whole, "passes": s.passes}
    one, two = range(s.one_layer_seeds), range(s.two_layer_seeds)
    shown = {"words": whole, "drawn": 0, "tested": s.shown_tested, "letters": s.shown_letters}
    draws = range(0, LANES * s.shown_draws, LANES)  # seeds of one group share their words, so one of each
    return [
        _study(
            "dictionary",
            experiment.generalisation,
            [
                *_cells(s, one, hidden=[s.one_layer], then=s.one_layer_then, **there),
                *_cells(s, two, hidden=[s.two_layers] * 2, then=s.two_layer_then, **there),
            ],
        ),
        _study(
            "more words",
            experiment.more_words,
            [
                one
                for count in s.shown
                for one in _cells(s, draws, **{**shown, "hidden": [s.damage_hidden], "shown": count})[:1]
            ],
        ),
    ]


def _damage(s: Settings) -> list[Study]:
    """Damage, learning again, units taken away; practice; clusters."""
    net: dict[str, Any] = {"hidden": [s.damage_hidden], "passes": s.damage_passes}
    some = range(s.damage_seeds)
    again = {"amount": s.relearn_amount, "every": s.relearn_every, "again": s.relearn_words}
    practised: dict[str, Any] = {
        "targets": s.items,
        "repetitions": s.repetitions,
        "spacings": list(s.spacings),
        "retentions": list(s.retentions),
        "length": NEW_ITEM,
    }
    return [
        _study(
            "degradation",
            damage.degradation,
            _cells(s, some, **net, amounts=list(s.amounts), patterns=s.patterns),
        ),
        _study("lesions", damage.lesions, _cells(s, some, **net)),
        _study("relearning", damage.relearning, _cells(s, some, **net, **again)),
        _study("practice", spacing.practice, _cells(s, range(s.seeds), **net, **practised)),
        _study(
            "clusters",
            clusters.shared,
            _cells(s, range(s.seeds), **net, least=s.pair_least, groups=[s.clusters])[:1],
        ),
    ]


def _others(s: Settings) -> list[Study]:
    """Words drawn from the dictionary to learn, and as many others to test on, as others have done."""
    drawn = {"words": lists(s)[2], "shown": s.other_words, "tested": s.other_words, "passes": s.other_passes}
    seeds = range(0, LANES * s.other_draws, LANES)
    return [
        _study("others", experiment.more_words, [({**drawn, **how, "as": name}, seeds) for name, how in OTHERS.items()])
    ]


def _now(s: Settings) -> list[Study]:
    """Then and now: a ladder of single changes, each with the best of the rates tried on words held back."""
    learned, others, _ = lists(s)
    base = {
        "words": learned,
        "drawn": s.drawn,
        "tested": others,
        "hidden": [s.damage_hidden],
        "passes": s.ladder_passes,
        "decay": s.ladder_decay,
        "smoothing": None,
    }

    def step(number: int, rate: float) -> dict[str, Any]:
        return {**base, "step": number, **({"adam_rate": rate} if number else {"rate": rate})}

    def chosen(rows: Rows) -> Cells:
        return [(step(k, rate), range(s.ladder_seeds)) for k, rate in chosen_rates(rows).items()]

    tried = [
        ({**step(k, rate), "held": s.ladder_held}, tuning_seeds(s.ladder_tuning))
        for k in range(len(today.STEPS))
        for rate in (s.ladder_rates if k else s.old_rates)
    ]
    return [
        Study("now tuning", today.ladder, tried, block=1),
        Study("now", today.ladder, chosen, block=1),
    ]


def chosen_rates(rows: Rows) -> dict[int, float]:
    """For each step of the ladder the rate with the largest share of phonemes right on the words held back."""
    found: dict[int, float] = {}
    for number, group in grouped(rows["now tuning"], "step").items():
        tried = grouped(group, "adam_rate" if number else "rate")
        score = {rate: finished(these, "tested_phoneme") for rate, these in tried.items()}
        found[number] = max(score, key=lambda rate, score=score: score[rate].mean() if len(score[rate]) else -1.0)  # type: ignore[misc]
    return found


def cost(s: Settings, rows: Rows) -> Cost:
    """Letters shown in the study of hidden layers, and multiply-accumulates of their forward and backward passes."""
    shown = operated = 0.0
    for row in rows["learning"]:
        if not row.failed:
            letters = float(row.arrays["letters"][-1])
            shown += letters
            operated += letters * operations(sizes(*row.cell["hidden"]))
    main = pick(rows["learning"], hidden=[s.damage_hidden]) or rows["learning"]
    seconds = sum(row.seconds for row in main) / len(main)
    are = "multiply-accumulates of the nets of the study of hidden units, forward and backward"
    return Cost(int(shown), int(operated), are, seconds, dict(nettalk.load(lists(s)[0]).sha256))
