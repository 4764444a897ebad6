"""Tables and arrays that `lms_1959` keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import dichotomies, letters
from core.evidence.summaries import finished, stacked
from core.evidence.tables import means_table
from core.evidence.trials import Row
from core.learning import lms_theory as theory
from reproductions.lms_1959.threshold_units import allowed

Rows = Mapping[str, Sequence[Row]]
MODES = 6


def mean_modes(rows: Sequence[Row]) -> np.ndarray:
    # -> (presentations + 1, 6)
    """Weight error along each mode, averaged over runs."""
    return np.mean([row.arrays["modes"] for row in rows], axis=0)


def settled_by_seed(rows: Sequence[Row]) -> np.ndarray:
    """Share of tasks solved, for each seed."""
    found: dict[int, list[float]] = {}
    for row in rows:
        if not row.failed:
            found.setdefault(row.seed, []).append(row.values["solved"])
    return np.array([np.mean(solved) for solved in found.values()])


def grouped(rows: Sequence[Row], *names: str) -> list[tuple[list[Any], list[Row]]]:
    """Rows grouped by the values of some entries of their cells, in order of appearance."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.cell[name] for name in names), []).append(row)
    return [(list(key), group) for key, group in groups.items()]


def tables(rows: Rows) -> list[dict[str, Any]]:
    """Adaptation by alpha and noise, stability, misadjustment, clouds, nets, recognition and what one layer allows."""
    curves = [row for row in rows["adaptation"] if not row.cell["film"]]
    marks = [(f"after {t}", f"after_{t}", 1.0) for t in curves[0].cell["marks"]]
    return [
        means_table(
            "adaptation", "Sum of squared errors over the six patterns, means over runs", ["alpha", "meter noise"],
            grouped(curves, "alpha", "noise"), [*marks, ("last 50, mean", "later", 1.0)],
        ),
        means_table(
            "by_slopes", "The same task by measured slopes, without noise: to 5 % of the first error",
            ["rate over 1 / largest eigenvalue"], grouped(rows["slopes"], "times"),
            [("updates", "updates", 1), ("patterns shown", "presentations", 1)],
        ),
        means_table(
            "stability", "Runs that diverged, by multiple of the bound (2 for alpha, 1 / trace R for mu)",
            ["rule", "patterns", "weights", "times the bound"],
            grouped(rows["stability"], "rule", "patterns", "n", "times"),
            [("share diverged", "diverged", 1)],
        ),
        means_table(
            "mean_square", "Multiple of 1 / trace R at which the mean square stops shrinking, Gaussian patterns",
            ["weights"], grouped(rows["growth"], "n"), [("measured", "crossing", 1)],
        ),
        means_table(
            "solutions", "Where the two forms of LMS settle, in units of the distance between the two solutions",
            ["lengths of patterns"], grouped(rows["solutions"], "norms"),
            [("alpha to Wiener", "alpha_to_plain", 1), ("alpha to normalised", "alpha_to_normal", 1),
             ("mu to Wiener", "mu_to_plain", 1), ("mu to normalised", "mu_to_normal", 1)],
        ),
        means_table(
            "misadjustment", "Misadjustment of mu-LMS", ["weights", "mu trace R"],
            grouped(rows["misadjustment"], "n", "mu_trace"),
            [("measured, %", "misadjustment", 100), ("over mu trace R", "first_order", 1),
             ("over the Gaussian form", "exact", 1)],
        ),
        means_table(
            "clouds", "LMS beside the perceptron rule on 80 points of the plane",
            ["clouds", "start", "perceptron's rate"],
            grouped(rows["clouds"], "kind", "start", "rate"),
            [("separable, %", "separable", 100), ("LMS wrong, %", "lms_wrong", 100),
             ("Wiener wrong, %", "wiener_wrong", 100), ("perceptron wrong, %", "perceptron_wrong", 100),
             ("perceptron's updates", "updates", 1), ("late updates per presentation", "late_updates", 1)],
        ),
        _nets(rows["nets"]),
        means_table(
            "recognition", "Noisy letters read aright, percent", ["switches thrown, share"],
            grouped(rows["recognition"], "flip"),
            [("LMS taught clean", "clean", 100), ("LMS taught noisy", "noisy", 100),
             ("least squares", "least_squares", 100), ("nearest pattern", "nearest", 100)],
        ),
        what_one_layer_allows(),
    ]  # fmt: skip


def _nets(nets: Sequence[Row]) -> dict[str, Any]:
    lines = []
    for key, group in grouped(nets, "task", "patterns", "rule", "order"):
        solved = finished(group, "solved")
        took = [row.values["presentations"] for row in group if "presentations" in row.values]
        middle = float(np.median(took)) if took else None
        lines.append(
            [*key, len(group), 100 * float(solved.mean()), middle, 100 * float(finished(group, "right").mean())]
        )
    columns = ["task", "patterns", "rule", "order", "seeds", "solved, %", "presentations, median of solved",
               "patterns right at the end, %"]  # fmt: skip
    return {"id": "nets", "title": "Nets with hidden units", "columns": columns, "rows": lines}


def what_one_layer_allows() -> dict[str, Any]:
    """Sets of shifted and turned letters: the least-squares answer, and whether any weights can read them all."""
    base, first = letters.patterns(), letters.patterns()[::2]
    turned = letters.turned(base)
    quarter = np.concatenate([base, letters.turned(base)[1]])
    sets = {
        "six patterns of 1960": (base, letters.LETTER),
        "three letters, upright and a quarter turn": (
            np.concatenate([first, letters.turned(first)[1]]), np.tile(np.arange(3), 2)),
        "three letters, all four turns": (letters.turned(first).reshape(-1, 4, 4), np.tile(np.arange(3), 4)),
        "six patterns, upright and a quarter turn": (quarter, np.tile(letters.LETTER, 2)),
        "six patterns, all four turns": (turned.reshape(-1, 4, 4), np.tile(letters.LETTER, 4)),
        "six patterns and their negatives": (np.concatenate([base, -base]), np.tile(letters.LETTER, 2)),
    }  # fmt: skip
    lines = []
    for name, (pictures, labels) in sets.items():
        x, d = letters.inputs(pictures), letters.LEVELS[labels]
        w = theory.wiener(*theory.correlations(x, d))
        right = int(np.sum(letters.read(x @ w) == labels))
        rank = int(np.linalg.matrix_rank(x))
        lines.append([name, len(x), rank, float(np.mean((d - x @ w) ** 2) ** 0.5), f"{right} of {len(x)}",
                      "yes" if allowed(pictures, labels) else "no"])  # fmt: skip
    columns = ["patterns", "number", "rank", "least rms error", "read aright by least squares",
               "any weights read all (linear program)"]  # fmt: skip
    return {"id": "one_layer", "title": "What one layer can read", "columns": columns, "rows": lines}


def gather(rows: Rows) -> dict[str, np.ndarray]:
    """What the figures draw."""
    main = [r for r in rows["adaptation"] if r.cell["alpha"] == 1.0 and not r.cell["noise"] and not r.cell["film"]]
    film = next(row for row in rows["adaptation"] if row.cell["film"])
    arrays = {
        "curves": band(stacked(main, "curve")),
        "modes": mean_modes(main),
        "film_weights": film.arrays["weights"],
        "film_shown": film.arrays["shown"],
        "film_curve": film.arrays["curve"],
    }
    for noise in sorted({r.cell["noise"] for r in rows["adaptation"]}):
        same = [r for r in rows["adaptation"] if r.cell["noise"] == noise and r.cell["alpha"] == 1.0]
        arrays[f"noise_{noise:g}"] = np.percentile(stacked(same, "curve"), [5, 50, 95], axis=0)
    for alpha in sorted({r.cell["alpha"] for r in rows["adaptation"] if not r.cell["noise"]}):
        same = [r for r in rows["adaptation"] if r.cell["alpha"] == alpha and not r.cell["noise"]]
        arrays[f"alpha_{alpha:g}"] = np.median(stacked(same, "curve"), axis=0)
    points = {
        "stability": (("rule", "patterns"), ("n", "times"), ("diverged",)),
        "misadjustment": ((), ("n", "mu_trace"), ("misadjustment",)),
        "capacity": ((), ("weights", "patterns"), ("separable",)),
        "novikoff": (("data",), ("margin", "dimension"), ("mistakes",)),
        "recognition": ((), ("flip",), ("clean", "noisy", "least_squares", "nearest")),
        "nets": (("task", "rule", "order"), ("patterns",), ("solved", "presentations")),
    }  # fmt: skip
    for name, (labels, cells, values) in points.items():
        for key, group in grouped(rows[name], *labels):
            arrays["_".join([name, *(str(k).replace(" ", "") for k in key)])] = np.array(
                [[*(r.cell[c] for c in cells), *(r.values.get(v, np.nan) for v in values)] for r in group], dtype=float
            )
    for kind, group in grouped(rows["clouds"], "kind"):
        one = next(r for r in group if r.seed == 0 and r.cell["start"] == "zero")
        for part in ("x", "d", "lms", "perceptron"):
            arrays[f"cloud_{kind[0].replace(' ', '')}_{part}"] = one.arrays[part]
    arrays["solutions"] = np.array([
        [row.cell["norms"] == "unequal", *(row.values[v] for v in ("alpha_to_plain", "alpha_to_normal", "mu_to_plain",
                                                                   "mu_to_normal"))] for row in rows["solutions"]
    ], dtype=float)  # fmt: skip
    return arrays


def band(curves: np.ndarray) -> np.ndarray:
    # (runs, T) -> (4, T)
    """5 %, median, 95 % and mean over runs."""
    return np.concatenate([np.percentile(curves, [5, 50, 95], axis=0), curves.mean(axis=0, keepdims=True)])


def cover_curve(weights: int, most: float) -> tuple[np.ndarray, np.ndarray]:
    """Patterns per weight and Cover's probability, for whole numbers of patterns."""
    patterns = np.arange(1, int(most * weights) + 1)
    return patterns / weights, np.array([dichotomies.cover_probability(int(p), weights) for p in patterns])
