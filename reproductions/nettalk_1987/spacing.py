"""Practice that is spaced against practice in one go: what is kept of a new item, and for how long.

After Rosenberg and Sejnowski, "The spacing effect on NETtalk, a massively-parallel network" (1986), of which only the
abstract was read: non-words as stimuli, up to forty items between repetitions, and a test after up to 64 more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import nettalk as words
from core.learning.seeds import generator
from reproductions.nettalk_1987.lessons import DRAWS, Course, in_groups, lesson_of

LETTERS = words.LETTERS[:26]


def non_word(rng: np.random.Generator, like: words.Words, length: int) -> words.Entry:
    """Random letters with phonemes and stresses at random, drawn as they occur in some words."""
    spelled = "".join(LETTERS[k] for k in rng.integers(0, 26, length))
    said = "".join(words.SYMBOLS[k] for k in rng.choice(like.phonemes, length))
    stressed = "".join(words.STRESS_SYMBOLS[k] for k in rng.choice(like.stresses, length))
    return words.Entry(spelled, said, stressed)


@in_groups
def practice(cell: Mapping[str, Any], group: Sequence[int]) -> list[dict[str, Any]]:
    """Error on a non-word after practising it, by how far its repetitions lay apart and how long ago the last one was.

    Nets that know cell["words"] (cell["passes"] passes) are shown cell["targets"] non-words, one at a time and each
    from the same state: cell["repetitions"] times, with 0, ... (cell["spacings"]) known words between, and are tested
    after 0, ... (cell["retentions"]) further known words. `error` (spacings, retentions) is the mean squared error per
    output and `phoneme` the share of its phonemes right, `whole` the share of items right in every letter, means over
    items; `before` the error before practice.
    """
    lesson, course = lesson_of(cell), Course(cell, group)
    course.passes(lesson, cell["passes"])
    known, memory = course.kept(), course.memory
    shape = (cell["targets"], len(cell["spacings"]), len(cell["retentions"]), len(group))
    error, phoneme, whole = np.empty(shape), np.empty(shape), np.empty(shape)
    before = np.empty((cell["targets"], len(group)))
    for item in range(cell["targets"]):
        rng = generator(cell["entropy"], DRAWS + 10**5 + 1000 * item + group[0] // 8)
        new = words.encode([non_word(rng, lesson, cell["length"])], "non-word")
        fillers = rng.permutation(len(lesson))
        before[item] = course.score(new)["error"]
        for s, spacing in enumerate(cell["spacings"]):
            course.p, course.memory, at = dict(known), memory, 0
            for repetition in range(cell["repetitions"]):
                if repetition and spacing:
                    course.learn(lesson, _some(fillers, at, spacing))
                    at += spacing
                course.learn(new, [0])
            gone = 0
            for r, retention in enumerate(cell["retentions"]):
                if retention > gone:
                    course.learn(lesson, _some(fillers, at, retention - gone))
                    at += retention - gone
                    gone = retention
                scores = course.score(new)
                error[item, s, r], phoneme[item, s, r] = scores["error"], scores["phoneme"]
                whole[item, s, r] = scores["whole"]
        course.p, course.memory = dict(known), memory
    return [
        {
            "error": error[..., k].mean(axis=0),
            "phoneme": phoneme[..., k].mean(axis=0),
            "whole": whole[..., k].mean(axis=0),
            "before": float(before[:, k].mean()),
            "items": error[..., k],
        }
        for k in range(len(group))
    ]


def _some(order: np.ndarray, start: int, count: int) -> np.ndarray:
    return np.take(order, np.arange(start, start + count), mode="wrap")
