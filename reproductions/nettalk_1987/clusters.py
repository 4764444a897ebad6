"""What hidden units come to stand for: clusters of letter-to-sound pairs, and whether two nets have them in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import cophenet, fcluster, linkage
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr
from sklearn.metrics import adjusted_rand_score

from core.datasets import nettalk as words
from core.learning.compiled import nettalk as fast
from core.learning.compiled.vectors import LANES
from reproductions.nettalk_1987.lessons import Course, in_groups, lesson_of

VOWELS = frozenset("aceiouxAEIOUWY@^R")  # symbols whose sound is a vowel, R as in bird among them


def pairs_of(lesson: words.Words, least: int) -> tuple[list[str], np.ndarray]:
    """Letter-to-sound pairs that occur so often, silent letters left out, and the pair of each letter, or -1."""
    letters = [letter for entry in lesson.entries for letter in entry.word]
    names = [a + words.SYMBOLS[b] for a, b in zip(letters, lesson.phonemes, strict=True)]
    often = Counter(name for name in names if name[1] != "-")
    chosen = sorted(name for name, count in often.items() if count >= least)
    return chosen, np.array([chosen.index(name) if name in chosen else -1 for name in names])


def means_of(hidden: np.ndarray, pair: np.ndarray, count: int) -> np.ndarray:
    # hidden (N, H), pair (N,) -> (count, H)
    """Mean activity of the hidden units over the letters of each pair."""
    which = (pair[:, None] == np.arange(count)).astype(float)
    return (which.T @ hidden) / which.sum(axis=0)[:, None]


def linked(means: np.ndarray) -> np.ndarray:
    """Hierarchical clustering of the pairs, complete linkage on Euclidean distances."""
    return linkage(means, "complete")


def alike(first: np.ndarray, second: np.ndarray, groups: Sequence[int]) -> dict[str, float]:
    """How much two sets of mean activities (pairs, units) have in common, whatever their units are called.

    `distances` and `trees`: rank correlations of the distances between pairs, and of the heights at which they join;
    `rand_k`: the adjusted Rand index of the k clusters that the two trees are cut into.
    """
    trees = linked(first), linked(second)
    found = {
        "distances": _rank_correlation(pdist(first), pdist(second)),
        "trees": _rank_correlation(cophenet(trees[0]), cophenet(trees[1])),
    }
    for k in groups:
        cut = [fcluster(tree, k, "maxclust") for tree in trees]
        found[f"rand_{k}"] = float(adjusted_rand_score(*cut))
    return found


def _rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(spearmanr(a, b).statistic)


def units_alike(p: Mapping[str, np.ndarray], a: int, b: int) -> tuple[float, np.ndarray]:
    """Mean cosine of the weights of hidden units, in and out, after the best pairing of the units of two nets."""
    w = [np.concatenate([p["w1"][k], p["b1"][k][None], p["w2"][k].T]) for k in (a, b)]
    unit = [x / np.linalg.norm(x, axis=0) for x in w]
    cosines = unit[0].T @ unit[1]
    rows, columns = linear_sum_assignment(-cosines)
    return float(cosines[rows, columns].mean()), columns


def vowels_apart(means: np.ndarray, names: Sequence[str]) -> float:
    """Adjusted Rand index of the two largest clusters with vowels against consonants."""
    cut = fcluster(linked(means), 2, "maxclust")
    return float(adjusted_rand_score([name[1] in VOWELS for name in names], cut))


@in_groups
def shared(cell: Mapping[str, Any], group: Sequence[int]) -> list[dict[str, Any]]:
    """Each net beside another that started elsewhere: clusters and weights in common, before and after learning.

    Net k of a group of eight is compared with net k + 1 of the same eight, all of which are trained whichever are asked
    for. cell: words, passes, least (occurrences of a pair), groups (numbers of clusters). Rows hold
    learned_*, untaught_* (see `alike`), `units` and `untaught_units` (see `units_alike`), `vowels` (see
    `vowels_apart`), `activity_units` (mean correlation over letters of the units so paired), the number of pairs, and
    the mean activities themselves as `means` (pairs, units).
    """
    eight = [group[0] // LANES * LANES + k for k in range(LANES)]
    lesson, course = lesson_of(cell), Course(cell, eight)
    names, pair = pairs_of(lesson, cell["least"])
    states = {"untaught": course.kept()}
    course.passes(lesson, cell["passes"])
    states["learned"] = course.kept()
    rows: list[dict[str, Any]] = [{"pairs": float(len(names))} for _ in eight]
    for state, p in states.items():
        hidden = fast.activities(p, lesson.windows, layer=1)
        means = [means_of(hidden[k], pair, len(names)) for k in range(LANES)]
        for k in range(LANES):
            other = (k + 1) % LANES
            found = alike(means[k], means[other], cell["groups"])
            cosine, paired = units_alike(p, k, other)
            a, b = hidden[k] - hidden[k].mean(axis=0), hidden[other][:, paired] - hidden[other][:, paired].mean(axis=0)
            found["activity_units"] = float(np.mean((a * b).sum(0) / np.sqrt((a * a).sum(0) * (b * b).sum(0) + 1e-300)))
            found |= {"units": cosine, "vowels": vowels_apart(means[k], names)}
            rows[k] |= {f"{state}_{name}": value for name, value in found.items()}
            if state == "learned":
                rows[k]["means"] = means[k]
    right = course.score(lesson)["phoneme"]
    return [rows[seed - eight[0]] | {"phoneme": float(right[seed - eight[0]])} for seed in group]
