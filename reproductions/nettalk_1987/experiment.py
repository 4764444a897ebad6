"""The trials of `nettalk_1987`: how well words are learned, what carries over to other words, and how fast.

Every trial trains nets of logistic units online, a step for every word. Cells say what is unsettled: rate and smoothing
of the rule, which words, how many passes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import nettalk as words
from core.networks import nettalk
from reproductions.nettalk_1987.lessons import Course, in_groups, lesson_of, rows_of

PARTS = 20  # of a pass over the dictionary that is scored as it is read


def counts(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Numbers without chance: connections with and without thresholds of the inputs, letters and words of the files."""
    layers = nettalk.sizes(*cell["hidden"])
    found = {
        "inputs": layers[0],
        "outputs": layers[-1],
        "connections": nettalk.connections(layers),
        "with_input_thresholds": nettalk.connections(layers, input_thresholds=True),
        "operations": nettalk.operations(layers),
        "words": len(words.load(cell["words"])),
        "letters": len(words.load(cell["words"]).windows),
    }
    return [{name: float(value) for name, value in found.items()} for _ in seeds]


@in_groups
def learning(cell: Mapping[str, Any], group: Sequence[int]) -> list[dict[str, Any]]:
    """Shares right on the words that are learned, after each of cell["looks"] passes. cell: words, hidden, looks.

    phoneme, stress, letter, word, whole, perfect, exact and error as in `core.datasets.nettalk.Score`, by look;
    `letters` how many letters had been shown.
    """
    lesson, course, found = lesson_of(cell), Course(cell, group), []
    shown, done = [], 0
    for look in cell["looks"]:
        course.passes(lesson, look - done)
        done = look
        shown.append(course.letters)
        found.append(course.score(lesson))
    rows = rows_of(_stacked(found), len(group))
    return [row | {"letters": np.array(shown, dtype=float)} for row in rows]


def _stacked(found: Sequence[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    # looks of {share: (seeds,)} -> {share: (seeds, looks)}
    return {name: np.stack([one[name] for one in found], axis=1) for name in found[0]}


@in_groups
def generalisation(cell: Mapping[str, Any], group: Sequence[int]) -> list[dict[str, Any]]:
    """Words not shown: after learning some, on the others, without and with passes over all.

    cell: words, passes, others, whole (names of words), then (passes over the whole). `others_*` are shares on the
    words that the first lesson left out, `whole_*` on all, before and after each further pass; `during_*` is the share
    of letters right when each was met in the first further pass, in parts of a twentieth.
    """
    lesson, others, whole = lesson_of(cell), lesson_of(cell, "others"), lesson_of(cell, "whole")
    course = Course(cell, group)
    course.passes(lesson, cell["passes"])
    learned = course.score(lesson)
    looks = [(course.score(others), course.score(whole))]
    during: dict[str, Any] = {}
    for number in range(cell["then"]):
        order = course.rng.permutation(len(whole))
        for part in np.array_split(order, PARTS):
            if number == 0:
                here = whole.chosen(part)
                weight = len(here.windows) / len(whole.windows)
                for name, value in course.score(here).items():
                    during[name] = during.get(name, 0.0) + weight * value
            course.learn(whole, part)
        looks.append((course.score(others), course.score(whole)))
    found = {f"learned_{name}": value for name, value in learned.items()}
    for k, kind in enumerate(("others", "whole")):
        found |= {f"{kind}_{name}": value for name, value in _stacked([look[k] for look in looks]).items()}
    found |= {f"during_{name}": value for name, value in during.items()}
    return rows_of(found, len(group))


@in_groups
def more_words(cell: Mapping[str, Any], group: Sequence[int]) -> list[dict[str, Any]]:
    """Shares on words never shown, by how many were learned. cell: words, shown (how many, drawn), tested, letters.

    The words learned and tested are drawn anew for every group of seeds; training stops after about cell["letters"]
    letters, or after cell["passes"] passes.
    """
    everything = words.load(cell["words"])
    course = Course(cell, group)
    order = course.rng.permutation(len(everything))
    lesson = everything.chosen(order[: cell["shown"]], f"{cell['shown']} words")
    tested = everything.chosen(order[::-1][: cell["tested"]], "words not shown")
    passes = cell.get("passes") or max(1, round(cell["letters"] / len(lesson.windows)))
    course.passes(lesson, passes)
    learned, found = course.score(lesson), course.score(tested)
    named = {f"learned_{name}": value for name, value in learned.items()} | {
        f"tested_{name}": value for name, value in found.items()
    }
    return [row | {"passes": float(passes)} for row in rows_of(named, len(group))]


@in_groups
def curve(cell: Mapping[str, Any], group: Sequence[int]) -> list[dict[str, Any]]:
    """The course of learning at numbers of words that grow by a constant factor: errors on the words learned.

    cell: words, first, factor, passes. `shown` words, `letters`; share of wrong phonemes, stresses, letters and words
    and the mean squared error, each (looks,).
    """
    lesson, course = lesson_of(cell), Course(cell, group)
    total, marks = cell["passes"] * len(lesson), [float(cell["first"])]
    while marks[-1] * cell["factor"] < total:
        marks.append(marks[-1] * cell["factor"])
    stream = np.concatenate([course.rng.permutation(len(lesson)) for _ in range(cell["passes"])])
    places = [*sorted({round(mark) for mark in marks} - {0}), total]
    done, found, shown, letters = 0, [], [], []
    for place in dict.fromkeys(places):
        course.learn(lesson, stream[done:place])
        done = place
        scores = course.score(lesson)
        found.append(
            {f"wrong_{n}": 1 - scores[n] for n in ("phoneme", "stress", "letter", "word", "exact")}
            | {"error": scores["error"]}
        )
        shown.append(place)
        letters.append(course.letters)
    rows = rows_of(_stacked(found), len(group))
    return [row | {"shown": np.array(shown, float), "letters": np.array(letters, float)} for row in rows]


@in_groups
def soft_and_hard(cell: Mapping[str, Any], group: Sequence[int]) -> list[dict[str, Any]]:
    """Two rules for one letter: share of its two sounds right, pass by pass. cell: letter, sounds, looks.

    `first` and `second` are shares (looks,) of the letters with each sound that are said right, and how many there are.
    """
    lesson, course = lesson_of(cell), Course(cell, group)
    letter, done, shares = words.LETTERS.index(cell["letter"]), 0, []
    middle = lesson.windows[:, words.WINDOW // 2] - words.GROUP * (words.WINDOW // 2)
    places = [
        np.flatnonzero((middle == letter) & (lesson.phonemes == words.SYMBOLS.index(sound))) for sound in cell["sounds"]
    ]
    for look in cell["looks"]:
        course.passes(lesson, look - done)
        done = look
        said = words.guesses(course.outputs(lesson))[0]
        shares.append([(said[:, at] == lesson.phonemes[at]).mean(axis=-1) for at in places])
    both = np.array(shares)  # (looks, 2, seeds)
    found = {"first": both[:, 0].T, "second": both[:, 1].T}
    often = {"first_letters": float(len(places[0])), "second_letters": float(len(places[1]))}
    return [row | often for row in rows_of(found, len(group))]
