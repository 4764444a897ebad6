"""Our side of every claim of the era, by its id in paper.toml."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from core.evidence import measured as m
from core.evidence.measured import Count, Measured, Quantity, Runs, Simple
from core.evidence.rows import Rows, failures, grouped, paired, pick
from core.evidence.trials import Row
from reproductions.nettalk_1987 import curves
from reproductions.nettalk_1987.settings import Settings

ERRORS = {"phonemes": "wrong_phoneme", "squared error": "error"}
SIMPLE_LAWS = ("power", "exponential", "logarithm")
PARTS = {"phoneme": "phoneme", "stress": "stress", "letter": "letter", "word": "whole"}


def measure(s: Settings, rows: Rows) -> dict[str, Measured]:
    """Our side of every claim."""
    return {
        **_counts(rows),
        **_hidden(s, rows),
        **_dictionary(s, rows),
        **_curve(rows),
        **_damage(rows),
        **_spacing(rows),
        **_clusters(rows),
        **_others(rows),
        "recipe": _recipe(rows),
    }


def at(rows: Sequence[Row], name: str, place: int | tuple[int, ...]) -> np.ndarray:
    # -> (rows that did not fail,)
    """One entry of an array of every row."""
    return np.array([row.arrays[name][place] for row in rows if not row.failed], dtype=float)


def percent(rows: Sequence[Row], name: str, place: int, letters: float = np.inf) -> Runs:
    """Single nets' shares in percent; with `letters` as on another list of words of so many letters."""
    shares = at(rows, name, place)
    p = float(shares.mean()) if len(shares) else 0.5
    covers = ("seeds",) if np.isinf(letters) else ("seeds", "letters")
    # Ours and the paper's list are two draws of letters, each right with the same chance.
    return Runs(100 * shares, failed=failures(rows), sampling=100**2 * 2 * p * (1 - p) / letters, covers=covers)


def by_rule(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows of each of the two rules by which nets learn."""
    return grouped(rows, "rule")


def _counts(rows: Rows) -> dict[str, Measured]:
    counts = rows["counts"]
    lines = max(row.values["words"] for row in counts)
    c = rows["hard and soft"][0].values
    return {
        "weights": Count(counts[0].values["with_input_thresholds"]),
        "weights_used": Count(counts[0].values["connections"]),
        "words_paper": Count(lines),
        "words_file": Count(lines),
        "hard_and_soft": Count(c["first_letters"] / max(c["second_letters"], 1.0)),
    }


def _hidden(s: Settings, rows: Rows) -> dict[str, Measured]:
    letters = rows["counts"][0].values["letters"]

    def after(hidden: Sequence[int]) -> dict[str, Simple]:
        found = by_rule(pick(rows["learning"], hidden=list(hidden)))
        return {rule: percent(group, "phoneme", -1, letters) for rule, group in found.items()}

    five = rows["hard and soft"][0].cell["looks"].index(5)
    hard = pick(rows["hard and soft"], rule="rule of 1987")
    return {
        "hidden_0": after([]),
        "hidden_80": after([80]),
        "hidden_120": after([120]),
        "two_layers": after([s.two_layers] * 2),
        "hard_first": m.mean(100 * (at(hard, "first", five) - at(hard, "second", five)), failed=failures(hard)),
    }


def _dictionary(s: Settings, rows: Rows) -> dict[str, Measured]:
    one = by_rule(pick(rows["dictionary"], hidden=[s.one_layer]))
    two = by_rule(pick(rows["dictionary"], hidden=[s.two_layers] * 2))

    def first(nets: dict[str, list[Row]]) -> dict[str, Simple]:
        found: dict[str, Simple] = {}
        for rule, group in nets.items():
            found[f"{rule}, during the pass"] = m.runs(group, "during_phoneme", scale=100)
            found[f"{rule}, after the pass"] = percent(group, "whole_phoneme", 1)
        return found

    return {
        "untrained": {rule: percent(group, "whole_phoneme", 0) for rule, group in one.items()},
        "first_pass": first(one),
        "five_passes": {rule: percent(group, "whole_phoneme", 5) for rule, group in one.items()}
        if s.one_layer_then >= 5
        else None,
        "two_untrained": {rule: percent(group, "whole_phoneme", 0) for rule, group in two.items()},
        "two_first_pass": first(two),
        "two_more": {
            rule: _difference(at(two[rule], "whole_phoneme", 0), at(one[rule], "whole_phoneme", 0), 100) for rule in two
        },
        "more_words": m.mean(per_doubling(rows), covers=("draws of words",)),
    }


def _difference(a: np.ndarray, b: np.ndarray, scale: float = 1.0) -> Quantity | None:
    """Mean of a less that of b, seeds by seeds where both have them: the first of each are the same seeds."""
    both = min(len(a), len(b))
    return m.mean(scale * (a[:both] - b[:both]), covers=("pairs of seeds",))


def per_doubling(rows: Rows) -> np.ndarray:
    # -> (draws,)
    """Points of phonemes right, on words not shown, for each doubling of the words learned; one for each draw."""
    found = []
    for group in _by_seed(rows["more words"]):
        shown = np.log2([row.cell["shown"] for row in group])
        found.append(100 * np.polyfit(shown, [row.values["tested_phoneme"] for row in group], 1)[0])
    return np.array(found)


def _by_seed(rows: Sequence[Row]) -> list[list[Row]]:
    seeds = dict.fromkeys(row.seed for row in rows if not row.failed)
    return [[row for row in rows if row.seed == seed and not row.failed] for seed in seeds]


def _curve(rows: Rows) -> dict[str, Measured]:
    simple: dict[str, Simple] = {}
    alone: dict[str, Simple] = {}
    for rule, group in by_rule(rows["curve"]).items():
        for name, error in ERRORS.items():
            found = laws(group, error)
            simple[f"{rule}, {name}"] = m.share(
                np.array([min(SIMPLE_LAWS, key=lambda law, one=one: one[law]["rms"]) == "power" for one in found])  # type: ignore[misc]
            )
            alone[f"{rule}, {name}"] = m.share(np.array([curves.best(one) == "power" for one in found]))
    plain = by_rule(pick(rows["learning"], hidden=list(rows["curve"][0].cell["hidden"])) or rows["learning"])
    nets = plain["rule of 1987"]
    look = list(nets[0].cell["looks"]).index(1)
    return {
        "power_law": simple,
        "power_alone": alone,
        "stress_first": m.mean(100 * (at(nets, "stress", look) - at(nets, "phoneme", look)), failed=failures(nets)),
    }


def laws(rows: Sequence[Row], error: str) -> list[dict[str, dict[str, float]]]:
    """How every form of curve fits each net's error."""
    both = ((row.arrays["shown"], row.arrays[error]) for row in rows if not row.failed)
    return [_compared(*(np.asarray(one, dtype=float).tobytes() for one in pair)) for pair in both]


@lru_cache(maxsize=1024)
def _compared(shown: bytes, errors: bytes) -> dict[str, dict[str, float]]:
    """Fits are asked for by claims, tables and words: each is made once."""
    return curves.compared(np.frombuffer(shown), np.frombuffer(errors))


def _damage(rows: Rows) -> dict[str, Measured]:
    degraded, again = by_rule(rows["degradation"]), by_rule(rows["relearning"])
    return {
        "slow_damage": {rule: m.mean(lost_at(group, 0.5, relative=True)) for rule, group in degraded.items()},
        "harmless": {rule: m.mean(lost_at(group, 0.5, relative=False)) for rule, group in degraded.items()},
        "weight_size": {rule: m.runs(group, "size") for rule, group in degraded.items()},
        "no_unit": {rule: m.mean_of(group, "most_lost", scale=100) for rule, group in by_rule(rows["lesions"]).items()},
        "relearning": {rule: faster(group) for rule, group in again.items()},
    }


def lost_at(rows: Sequence[Row], amount: float, *, relative: bool) -> np.ndarray:
    # -> (rows that did not fail,)
    """Points of phonemes lost to damage of an amount, of itself or in units of a weight's mean size."""
    found = []
    for row in rows:
        if not row.failed:
            x = row.arrays["relative"] if relative else np.array(row.cell["amounts"], dtype=float)
            right = row.arrays["phoneme"]
            found.append(100 * (right[0] - np.interp(amount, x, right)))
    return np.array(found)


def faster(rows: Sequence[Row]) -> Quantity | None:
    """How many times as fast nets learn again, as a geometric mean; nets that did not come back count as failed."""
    both = np.array([[row.values["first_words"], row.values["again_words"]] for row in rows if not row.failed])
    good = np.isfinite(both).all(axis=1) & (both > 0).all(axis=1) if len(both) else np.zeros(0, dtype=bool)
    if np.count_nonzero(good) < 2:
        return None
    first, again = both[good].T
    return m.ratio(first, again, failed=len(rows) - int(good.sum()), covers=("seeds",))


def _spacing(rows: Rows) -> dict[str, Measured]:
    later: dict[str, Simple] = {}
    at_once: dict[str, Simple] = {}
    for rule, group in by_rule(rows["practice"]).items():
        spacings, retentions = group[0].cell["spacings"], group[0].cell["retentions"]
        for k, spacing in enumerate(spacings):
            if spacing >= 4:  # what is spaced at all
                last, now = len(retentions) - 1, 0
                gain = at(group, "error", (0, last)) - at(group, "error", (k, last))
                later[f"{rule}, {spacing} words"] = m.mean(gain, failed=failures(group))
                loss = at(group, "error", (k, now)) - at(group, "error", (0, now))
                at_once[f"{rule}, {spacing} words"] = m.mean(loss, failed=failures(group))
    return {"spaced": later or None, "massed": at_once or None}


def _clusters(rows: Rows) -> dict[str, Measured]:
    nets = rows["clusters"]
    k = nets[0].cell["groups"][0]
    learned, before = (
        np.array([r.values[f"{state}_rand_{k}"] for r in nets if not r.failed]) for state in ("learned", "untaught")
    )
    return {
        "clusters_shared": m.mean(learned - before, failed=failures(nets), covers=("pairs of nets",)),
        "weights_differ": {
            "weights": m.mean_of(nets, "learned_units"),
            "responses": m.mean_of(nets, "learned_activity_units"),
        },
        "vowels": m.mean_of(nets, "learned_vowels"),
    }


def _others(rows: Rows) -> dict[str, Measured]:
    groups = grouped(rows["others"], "as")
    return {
        name: {part: m.runs(group, f"tested_{score}", scale=100) for part, score in PARTS.items()}
        for name, group in groups.items()
    }


def _recipe(rows: Rows) -> Quantity | None:
    steps = grouped(rows["now"], "step")
    x, y = paired(steps[max(steps)], steps[0], "tested_phoneme")
    return m.mean(100 * (x - y), failed=failures([*steps[max(steps)], *steps[0]]), covers=("pairs of seeds",))
