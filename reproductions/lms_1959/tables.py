"""Tables, words and arrays that the report of 1959 shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import dichotomies, letters
from core.evidence.rows import Rows, failures, finished, grouped, pick, stacked
from core.evidence.tables import Table, means_table, table
from core.evidence.trials import Row
from core.learning import lms_theory as theory
from reproductions.lms_1959.claims import exact_runs, ways_of_reading
from reproductions.lms_1959.now import LADDER
from reproductions.lms_1959.recognition import allowed
from reproductions.lms_1959.run import MARKS
from reproductions.lms_1959.settings import Settings


def tables(s: Settings, rows: Rows) -> list[Table]:
    """Adaptation by alpha and meter, stability, noise, clouds, nets, noisy letters, and what one layer allows."""
    return [*_rule(rows), *_theory(rows), *_units(rows), _nets(rows["nets"]), *_letters(rows), _now(rows)]


def _groups(rows: Sequence[Row], *names: str) -> list[tuple[list[Any], list[Row]]]:
    return [(list(key) if len(names) > 1 else [key], group) for key, group in grouped(rows, *names).items()]


def _rule(rows: Rows) -> Iterable[Table]:
    curves = pick(rows["adaptation"], film=False)
    yield means_table(
        "adaptation",
        "Sum of squared errors over the six patterns, means over runs",
        ["alpha", "noise of the meter", "left alone up to"],
        _groups(curves, "alpha", "noise", "dead"),
        [*((f"after {t}", f"after_{t}", 1) for t in MARKS), ("last 50, mean", "later", 1), ("flat, %", "flat", 100)],
    )
    yield means_table(
        "by_slopes",
        "The same task by measured slopes, without noise: to 5 % of the first error",
        ["rate over 1 / largest eigenvalue"],
        _groups(rows["slopes"], "times"),
        [("updates", "updates", 1), ("patterns shown", "presentations", 1)],
    )


def _theory(rows: Rows) -> Iterable[Table]:
    yield means_table(
        "stability",
        "Runs that diverged, by multiple of the bound (2 for alpha, 1 / trace R for mu)",
        ["rule", "patterns", "weights", "times the bound"],
        _groups(rows["stability"], "rule", "patterns", "n", "times"),
        [("share diverged", "diverged", 1)],
    )
    yield means_table(
        "mean_square",
        "Multiple of 1 / trace R at which the mean square stops shrinking, Gaussian patterns",
        ["weights"],
        _groups(rows["growth"], "n"),
        [("measured", "crossing", 1)],
    )
    yield means_table(
        "solutions",
        "Where the two forms of LMS settle, in units of the distance between the two solutions",
        ["lengths of patterns"],
        _groups(rows["solutions"], "norms"),
        [
            ("alpha to Wiener", "alpha_to_plain", 1),
            ("alpha to normalised", "alpha_to_normal", 1),
            ("mu to Wiener", "mu_to_plain", 1),
            ("mu to normalised", "mu_to_normal", 1),
        ],
    )
    yield means_table(
        "misadjustment",
        "Misadjustment of mu-LMS",
        ["weights", "mu trace R"],
        _groups(rows["misadjustment"], "n", "mu_trace"),
        [
            ("measured, %", "misadjustment", 100),
            ("over mu trace R", "first_order", 1),
            ("over the Gaussian form", "exact", 1),
        ],
    )


def _units(rows: Rows) -> Iterable[Table]:
    lines = []
    for (n, patterns), group in grouped(rows["capacity"], "weights", "patterns").items():
        shares = finished(group, "separable")
        expected = dichotomies.cover_probability(patterns, n)
        lines.append([n, patterns, patterns / n, len(group), failures(group), float(shares.mean()), expected])
    columns = ["weights", "patterns", "patterns per weight", "seeds", "failed", "share separable", "Cover's formula"]
    yield table("capacity", "Random tasks that one unit can do", columns, lines)
    yield means_table(
        "clouds",
        "LMS beside the perceptron rule on 80 points of the plane",
        ["clouds", "start", "perceptron's rate"],
        _groups(rows["clouds"], "kind", "start", "rate"),
        [
            ("separable, %", "separable", 100),
            ("LMS wrong, %", "lms_wrong", 100),
            ("Wiener wrong, %", "wiener_wrong", 100),
            ("perceptron wrong, %", "perceptron_wrong", 100),
            ("perceptron's updates", "updates", 1),
            ("late updates per presentation", "late_updates", 1),
        ],
    )


def _nets(nets: Sequence[Row]) -> Table:
    lines = []
    for key, group in grouped(nets, "task", "patterns", "rule", "order", "logic").items():
        took = np.array([row.values.get("presentations", np.inf) for row in group])
        middle = float(np.quantile(took, 0.5, method="inverted_cdf"))
        solved, right = (100 * float(finished(group, name).mean()) for name in ("solved", "right"))
        adaptive = key[2] != "Rule I"
        told = [*key[:4], "adaptive" if adaptive else key[4]]
        lines.append([*told, len(group), solved, middle if np.isfinite(middle) else None, right])
    columns = [
        "task",
        "patterns",
        "rule",
        "order",
        "second layer",
        "nets",
        "learned, %",
        "presentations, median",
        "patterns right at the end, %",
    ]
    return table("nets", "Nets with hidden units; those that did not learn count as endless", columns, lines)


def _letters(rows: Rows) -> Iterable[Table]:
    yield means_table(
        "recognition",
        "Noisy letters read aright, percent",
        ["switches thrown, share"],
        _groups(rows["recognition"], "flip"),
        [
            ("LMS taught clean", "clean", 100),
            ("LMS taught noisy", "noisy", 100),
            ("least squares", "least_squares", 100),
            ("nearest pattern", "nearest", 100),
        ],
    )
    yield what_one_layer_allows()


def what_one_layer_allows() -> Table:
    """Sets of shifted and turned letters: the least-squares answer, and whether any weights can read them all."""
    base, first = letters.patterns(), letters.patterns()[::2]
    turned, quarter = letters.turned(base), np.concatenate([base, letters.turned(base)[1]])
    sets: Mapping[str, tuple[np.ndarray, np.ndarray]] = {
        "six patterns of 1960": (base, letters.LETTER),
        "three letters, upright and a quarter turn": (
            np.concatenate([first, letters.turned(first)[1]]),
            np.tile(np.arange(3), 2),
        ),
        "three letters, all four turns": (letters.turned(first).reshape(-1, 4, 4), np.tile(np.arange(3), 4)),
        "six patterns, upright and a quarter turn": (quarter, np.tile(letters.LETTER, 2)),
        "six patterns, all four turns": (turned.reshape(-1, 4, 4), np.tile(letters.LETTER, 4)),
        "six patterns and their negatives": (np.concatenate([base, -base]), np.tile(letters.LETTER, 2)),
    }
    lines = []
    for name, (pictures, labels) in sets.items():
        x, d = letters.inputs(pictures), letters.LEVELS[labels]
        w = theory.wiener(*theory.correlations(x, d))
        right = int(np.sum(letters.read(x @ w) == labels))
        least = float(np.mean((d - x @ w) ** 2) ** 0.5)
        could = "yes" if allowed(pictures, labels) else "no"
        lines.append([name, len(x), int(np.linalg.matrix_rank(x)), least, f"{right} of {len(x)}", could])
    columns = [
        "patterns",
        "number",
        "rank",
        "least rms error",
        "read aright by least squares",
        "any weights read all (linear program)",
    ]
    return table("one_layer", "What one layer can read", columns, lines)


def _now(rows: Rows) -> Table:
    lines = []
    for rung, group in grouped(rows["now"], "rung").items():
        right = 100 * finished(group, "right")
        error = float(right.std(ddof=1) / np.sqrt(len(right))) if len(right) > 1 else None
        lines.append([LADDER[rung], len(group), float(right.mean()), error])
    nearest = 100 * finished(pick(rows["now"], rung=0), "nearest")
    lines.append(["beside them: the nearest of the six patterns", len(nearest), float(nearest.mean()), None])
    columns = ["with, besides what stands above", "units", "noisy letters told apart, %", "standard error"]
    return table("now", "T or another letter, then and now", columns, lines)


def words(s: Settings, rows: Rows) -> dict[str, Any]:
    """Numbers that the text of the report names."""
    main = exact_runs(rows)
    took = [row.values.get("twentieth", np.inf) for row in main]
    by_slopes = [row.values["presentations"] for row in rows["slopes"] if row.values.get("reached")]
    xnor = pick(rows["nets"], task="XNOR", rule="Rule II")
    ladder = {rung: 100 * finished(group, "right").mean() for rung, group in grouped(rows["now"], "rung").items()}
    flat = {name: 100 * finished(group, "flat").mean() for name, group in ways_of_reading(rows).items()}
    best = max(flat, key=lambda name: flat[name])
    return {
        "lms_patterns": f"{np.median(took):.0f}",
        "slope_patterns": f"{min(by_slopes):,.0f}" if by_slopes else "not reached",
        "hung": f"{sum(not row.values['solved'] for row in xnor)} of {len(xnor)}",
        "flat_exact": f"{flat['read exactly']:.2g} %",
        "flat_best": f"{flat[best]:.2g} %",
        "flat_how": best,
        "then": f"{ladder[0]:.3g} %",
        "now_same": f"{ladder[max(ladder) - 1]:.3g} %",
        "now_hidden": f"{ladder[max(ladder)]:.3g} %",
        "nearest": f"{100 * finished(rows['now'], 'nearest').mean():.3g} %",
    }


def arrays(s: Settings, rows: Rows) -> dict[str, np.ndarray]:
    """What the figures draw."""
    main = exact_runs(rows)
    film = pick(rows["adaptation"], film=True)[0]
    found = {
        "curves": _band(stacked(main, "curve")),
        "modes": np.mean([row.arrays["modes"] for row in main], axis=0),
        "film_weights": film.arrays["weights"],
        "film_shown": film.arrays["shown"],
        "film_curve": film.arrays["curve"],
    }
    for name, group in ways_of_reading(rows).items():
        found[f"way {name}"] = _band(stacked(group, "curve"))
    for alpha, group in grouped(pick(rows["adaptation"], noise=0.0, dead=None, film=False), "alpha").items():
        found[f"alpha_{alpha:g}"] = np.median(stacked(group, "curve"), axis=0)
    for name, (labels, cells, values) in _POINTS.items():
        for key, group in _groups(rows[name], *labels) if labels else [([], list(rows[name]))]:
            found["_".join([name, *(str(k).replace(" ", "") for k in key)])] = np.array(
                [[*(r.cell[c] for c in cells), *(r.values.get(v, np.nan) for v in values)] for r in group], dtype=float
            )
    for kind, group in grouped(pick(rows["clouds"], start="zero"), "kind").items():
        one = next(row for row in group if row.seed == 0)
        for part in ("x", "d", "lms", "perceptron"):
            found[f"cloud_{kind.replace(' ', '')}_{part}"] = one.arrays[part]
    return found


_POINTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "stability": (("rule", "patterns"), ("n", "times"), ("diverged",)),
    "misadjustment": ((), ("n", "mu_trace"), ("misadjustment",)),
    "capacity": ((), ("weights", "patterns"), ("separable",)),
    "novikoff": (("data",), ("margin", "dimension"), ("mistakes",)),
    "recognition": ((), ("flip",), ("clean", "noisy", "least_squares", "nearest")),
    "nets": (("task", "rule", "order", "logic"), ("patterns",), ("solved", "presentations")),
    "solutions": (("norms",), ("n",), ("alpha_to_plain", "alpha_to_normal", "mu_to_plain", "mu_to_normal")),
    "now": ((), ("rung",), ("right", "nearest")),
}


def _band(curves: np.ndarray) -> np.ndarray:
    # (runs, T) -> (4, T)
    """5 %, median, 95 % and mean over runs."""
    return np.concatenate([np.percentile(curves, [5, 50, 95], axis=0), curves.mean(axis=0, keepdims=True)])


def cover_curve(weights: int, most: float) -> tuple[np.ndarray, np.ndarray]:
    """Patterns per weight and Cover's probability, for whole numbers of patterns."""
    patterns = np.arange(1, int(most * weights) + 1)
    return patterns / weights, np.array([dichotomies.cover_probability(int(p), weights) for p in patterns])
