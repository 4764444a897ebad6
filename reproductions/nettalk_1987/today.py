"""Then and now: the network of 1987, its 18,426 parameters and its words, and one thing after another as today."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import nettalk as words
from core.datasets.phonemes import CODES, PHONEME_FEATURES, STRESS_CODES
from core.learning import training
from core.learning.ops import affine, mean_cross_entropy, multiply, part, relu, sigmoid, squared_error
from core.learning.ordered import Entry, OrderedSystem
from core.learning.seeds import generator
from core.networks import dense, nettalk
from reproductions.nettalk_1987.lessons import ORDERS, Course, in_groups, lesson_of, rows_of

BATCH = 32
# What each step adds to the one before; the first is the rule of 1987.
STEPS = (
    "1987",
    "small batches and Adam",
    "rate that falls",
    "rectifiers",
    "cross-entropy of the symbols",
    "weight decay",
)


def parts(cell: Mapping[str, Any]) -> tuple[words.Words, words.Words]:
    """Words to learn and to test on; cell["held"] of the first are tested on instead, for tuning."""
    lesson = lesson_of(cell)
    if not cell.get("held"):
        return lesson, lesson_of(cell, "tested")
    order = generator(cell["entropy"], ORDERS - 1).permutation(len(lesson))
    return lesson.chosen(order[cell["held"] :], "learned"), lesson.chosen(order[: cell["held"]], "held back")


@in_groups
def _as_in_1987(cell: Mapping[str, Any], group: Sequence[int]) -> list[dict[str, Any]]:
    (lesson, tested), course = parts(cell), Course(cell, group)
    course.passes(lesson, cell["passes"])
    learned, found = course.score(lesson), course.score(tested)
    return rows_of(_named(learned, found), len(group))


def _named(learned: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    return {f"learned_{name}": v for name, v in learned.items()} | {f"tested_{name}": v for name, v in found.items()}


def ladder(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """One step of the ladder: shares right on the words learned and on others, for the same parameters and passes.

    cell: step (a number of STEPS; each step keeps the changes before it), words, tested, passes, hidden (one size),
    rate and smoothing (1987), adam_rate, decay.
    """
    if cell["step"] == 0:
        return _as_in_1987(cell, seeds)
    return [_now(cell, seed) for seed in seeds]


def _now(cell: Mapping[str, Any], seed: int) -> dict[str, Any]:
    step, rng = cell["step"], generator(cell["entropy"], ORDERS + 1000 + seed)
    lesson, tested = parts(cell)
    layers = nettalk.sizes(*cell["hidden"])
    p = start(rng, layers, rectified=step >= 3)
    x = words.one_hot(lesson.windows, np.float32)
    labels = np.stack([words.PHONEME_CLASS[lesson.phonemes], words.STRESS_CLASS[lesson.stresses]], axis=1)
    by_symbol = step >= 4
    y: np.ndarray = labels if by_symbol else lesson.targets.astype(np.float32)
    steps = cell["passes"] * -(-len(x) // BATCH)
    rate: Callable[[int], float] = (
        (lambda k: cell["adam_rate"] * (1 - k / steps)) if step >= 2 else (lambda k: cell["adam_rate"])
    )
    rule: training.Rule = DecayedAdam(cell["decay"]) if step >= 5 else training.Adam()

    def loss(system: OrderedSystem, q: Mapping[str, Entry], xs: np.ndarray, ys: np.ndarray) -> Entry:
        a = sums(system, q, system.constant(xs), rectified=step >= 3)
        return symbol_loss(system, a, ys) if by_symbol else feature_loss(system, a, ys)

    last = training.train(loss, p, training.batches(x, y, BATCH, cell["passes"] * len(x), rng), rule=rule, rate=rate)
    if not np.isfinite(last):
        return {"failed": "diverged"}
    scores = [vars(words.score(outputs(p, part_, step >= 3, by_symbol), part_)) for part_ in (lesson, tested)]
    found = _named(*scores)
    row = {name: float(value) for name, value in found.items()}
    return row | {"parameters": float(sum(v.size for v in p.values()))}


def start(rng: np.random.Generator, layers: Sequence[int], *, rectified: bool) -> dict[str, np.ndarray]:
    """The weights of 1987, or Gaussian ones of variance 2 / inputs that are on; single precision, biases zero."""
    if not rectified:
        p = nettalk.init(rng, layers, biases=False)
    else:
        p = dense.init(rng, layers, spread=lambda fan: (6 / min(fan - 1, words.WINDOW * 11)) ** 0.5)
    return {name: value.astype(np.float32) for name, value in p.items()}


def sums(system: OrderedSystem, p: Mapping[str, Entry], x: Entry, *, rectified: bool) -> Entry:
    """The sums of the output units; hidden units are rectifiers or logistic."""
    count = len(p) // 2
    for k in range(1, count + 1):
        x = system.apply(affine, x, p[f"w{k}"], p[f"b{k}"])
        if k < count:
            x = system.apply(relu if rectified else sigmoid, x)
    return x


def feature_loss(system: OrderedSystem, a: Entry, targets: np.ndarray) -> Entry:
    """Half the squared error of the 26 logistic outputs, a mean over letters and a sum over outputs."""
    whole = system.apply(squared_error, system.apply(sigmoid, a), system.constant(targets))
    return system.apply(multiply, whole, system.constant(np.float32(1 / len(targets))))


def symbol_loss(system: OrderedSystem, a: Entry, labels: np.ndarray) -> Entry:
    """Cross-entropy of phoneme and stress: the outputs are weighed by the fixed codes of the symbols, then softmax."""
    total = None
    for k, codes in enumerate((CODES, STRESS_CODES)):
        own = slice(0, PHONEME_FEATURES) if k == 0 else slice(PHONEME_FEATURES, None)
        nothing = system.constant(np.zeros(len(codes), np.float32))
        here = system.apply(part, a, index=(Ellipsis, own))
        scores = system.apply(affine, here, system.constant(signed(codes).T.astype(np.float32)), nothing)
        each = system.apply(mean_cross_entropy, scores, system.constant(labels[:, k]))
        total = each if total is None else total + each
    assert total is not None
    return total


def signed(codes: np.ndarray) -> np.ndarray:
    """Codes as +1 and -1: the score of a symbol is then the log odds of all its features."""
    return 2 * codes - 1


def outputs(p: Mapping[str, np.ndarray], lesson: words.Words, rectified: bool, by_symbol: bool) -> np.ndarray:
    # -> (N, 26)
    """Outputs for scoring: logistic units, or the codes of the symbols of the highest scores."""
    found = []
    for at in range(0, len(lesson.windows), 8192):
        system = OrderedSystem()
        x = system.constant(words.one_hot(lesson.windows[at : at + 8192], np.float32))
        a = sums(system, system.parameters(p), x, rectified=rectified).value
        if by_symbol:
            best = [
                np.argmax(a[:, own] @ signed(codes).T, axis=1)
                for own, codes in ((slice(0, PHONEME_FEATURES), CODES), (slice(PHONEME_FEATURES, None), STRESS_CODES))
            ]
            a = np.concatenate([CODES[best[0]], STRESS_CODES[best[1]]], axis=1)
        else:
            a = sigmoid(a)[0]
        found.append(a)
    return np.concatenate(found)


class DecayedAdam(training.Adam):
    """Adam whose weights, not biases, also shrink by rate times decay at every step (Loshchilov and Hutter 2019)."""

    def __init__(self, decay: float) -> None:
        super().__init__()
        self.decay = decay

    def step(self, name: str, w: np.ndarray, slope: np.ndarray, rate: float) -> None:
        """Change w in place."""
        if w.ndim > 1:
            w *= w.dtype.type(1 - rate * self.decay)
        super().step(name, w, slope, rate)
