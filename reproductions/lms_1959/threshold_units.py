"""The experiments of `lms_1959` on threshold units: capacity, convergence, flat surfaces, MADALINE and recognition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from scipy.optimize import linprog

from core.datasets import dichotomies, letters
from core.learning import lms_theory as theory
from core.learning import madaline as plain_madaline
from core.learning import optimizers, slopes
from core.learning.compiled import lms, madaline
from core.learning.ops import squared_error, tanh
from core.learning.seeds import generator
from core.networks import dense

NET_WEIGHTS = 55  # of the first layer of the nets below: five units that read ten inputs and the constant


def capacity(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Share of cell["draws"] random dichotomies of cell["patterns"] points that a unit can separate."""
    found = []
    for seed in seeds:
        rng = generator(cell["entropy"], seed)
        tried = [dichotomies.random_dichotomy(cell["patterns"], cell["weights"], rng) for _ in range(cell["draws"])]
        found.append({"separable": float(np.mean([dichotomies.separable(x, d) for x, d in tried]))})
    return found


def absorbed(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Patterns that a unit holds, taken one by one, before the first that it cannot; over its weights too."""
    found = []
    for seed in seeds:
        rng, n = generator(cell["entropy"], seed), int(cell["weights"])
        held = [dichotomies.absorbed(*dichotomies.random_dichotomy(8 * n + 20, n, rng)) for _ in range(cell["draws"])]
        found.append({"absorbed": float(np.mean(held)), "per_weight": float(np.mean(held)) / n})
    return found


def novikoff(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Mistakes of the perceptron rule on planted data, over the bound (R / margin)^2 with R = 1.

    Orthogonal patterns, the worst case, have the margin 1 / sqrt(P) and P mistakes.
    """
    found: list[dict[str, Any]] = []
    for seed in seeds:
        rng, n = generator(cell["entropy"], seed), int(cell["dimension"])
        if cell["data"] == "orthogonal":
            x, d, margin = np.eye(n), np.ones(n), n**-0.5
        else:
            margin = cell["margin"]
            x, d = dichotomies.planted(cell["patterns"], n, margin, rng, thin=cell["data"] == "thin")
        _, mistakes = lms.perceptron_until_right(np.zeros(n), x, d, most_updates=10**8)
        if mistakes is None:
            found.append({"failed": "more than 1e8 mistakes"})
            continue
        found.append({"mistakes": float(mistakes), "bound": margin**-2, "of_bound": mistakes * margin**2})
    return found


def rules_beside(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """LMS and the perceptron rule on one of three kinds of two-dimensional clouds: share wrong, and restlessness."""
    return [_rules_beside(cell, generator(cell["entropy"], seed)) for seed in seeds]


def clouds(kind: str, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two clouds of points with a bias input: apart, apart with a far group on the right side, or overlapping."""
    d = np.repeat([1.0, -1.0], count // 2)
    points = 0.5 * rng.standard_normal((len(d), 2))
    points[:, 0] += d * (0.75 if kind == "overlapping" else 2.0)
    if kind == "far group":
        points[: count // 8, 0] += 18.0
    return np.column_stack([np.ones(len(d)), points]), d


def _rules_beside(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    x, d = clouds(cell["kind"], cell["points"], rng)
    order = rng.integers(0, len(d), cell["presentations"])
    r, p = theory.correlations(x, d)
    linear = lms.mu_lms(np.zeros(3), x, d, order, mu=0.02 * theory.trace_bound(r))
    start = np.array([0.0, *(100 * rng.standard_normal(2))]) if cell["start"] == "large" else np.zeros(3)
    steps = lms.perceptron(start, x, d, order, rate=cell["rate"], keep=True)
    least = theory.wiener(r, p)
    half = len(order) // 2
    return {
        "separable": float(dichotomies.separable(x, d)),
        "lms_wrong": _wrong(linear.weights, x, d),
        "wiener_wrong": _wrong(least, x, d),
        "lms_distance": np.linalg.norm(linear.weights - least) / np.linalg.norm(least),
        "perceptron_wrong": _wrong(steps.weights, x, d),
        "late_updates": float(steps.errors[half:].mean()),
        "updates": float(steps.errors.sum()),
        "shrinkage": np.linalg.norm(steps.weights) / np.linalg.norm(start) if cell["start"] == "large" else np.nan,
        "x": x, "d": d, "lms": linear.weights, "perceptron": steps.weights,
    }  # fmt: skip


def _wrong(w: np.ndarray, x: np.ndarray, d: np.ndarray) -> float:
    return float(np.mean(d * (x @ w) <= 0))


def flatness(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Share of random weights of a two-weight unit at which the measured slope of its squared error is zero."""
    units: dict[str, Any] = {"signum": np.sign, "tanh": np.tanh, "linear": lambda s: s}
    found = []
    for seed in seeds:
        rng = generator(cell["entropy"], seed)
        x, d = dichotomies.random_dichotomy(cell["patterns"], 2, rng)
        w = rng.uniform(-5, 5, (cell["points"], 2))
        row: dict[str, Any] = {}
        for name, squash in units.items():
            meter = slopes.Meter(partial(_mean_square, x, d, squash))
            slope = slopes.central(meter, w, 1e-6)
            row[name] = float(np.mean(np.all(slope == 0, axis=1)))
        found.append(row)
    return found


def _mean_square(x: np.ndarray, d: np.ndarray, squash: Any, w: np.ndarray) -> np.ndarray:
    # (P, 2), (P,), (..., 2) -> (...)
    return np.mean((d - squash(w @ x.T)) ** 2, axis=-1)


def many_units(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Presentations until a net with hidden units is right on every pattern; failed if `presentations` do not do."""
    return [_many_units(cell, generator(cell["entropy"], seed)) for seed in seeds]


def task(cell: Mapping[str, Any], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """XNOR of two +-1 inputs, or a random dichotomy of Gaussian points; the constant input first."""
    if cell["task"] == "XNOR":
        points = np.array([[a, b] for a in (-1.0, 1.0) for b in (-1.0, 1.0)])
        d = points[:, 0] * points[:, 1]
    else:
        points, d = dichotomies.random_dichotomy(cell["patterns"], cell["inputs"], rng)
    return np.column_stack([np.ones(len(points)), points]), d


def _many_units(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    x, d = task(cell, rng)
    units, n, most = int(cell["units"]), x.shape[1], int(cell["presentations"])
    w = rng.uniform(-1, 1, (units, n)) / np.sqrt(n)
    v = rng.uniform(-1, 1, units + 1)  # its bias too: without one a second layer of two units is only one of them
    if cell["rule"] == "backprop":
        return _backprop(x, d, w, v, cell["rate"], most)
    order = np.arange(most) % len(d) if cell["order"] == "cyclic" else rng.integers(0, len(d), most)
    if cell["rule"] == "Rule II":
        took = madaline.rule_two(w, v, x, d, order, cell["alpha"], len(d))
        right = np.where(v[0] + plain_madaline.answers(w, x) @ v[1:] >= 0, 1.0, -1.0)
    else:
        logic = {"OR": plain_madaline.OR, "majority": plain_madaline.MAJORITY}[cell["logic"]]
        took = madaline.rule_one(w, x, d, order, logic, cell["alpha"], len(d))
        right = plain_madaline.fixed_logic(plain_madaline.answers(w, x), logic)
    return _took(took, float(np.mean(right == d)))


def _took(presentations: int, right: float) -> dict[str, Any]:
    if presentations < 0:
        return {"solved": 0.0, "right": right}
    return {"solved": 1.0, "right": right, "presentations": float(presentations)}


def _backprop(x: np.ndarray, d: np.ndarray, w: np.ndarray, v: np.ndarray, rate: float, most: int) -> dict[str, Any]:
    """Batch gradient descent with momentum 0.9 on the same net with tanh units, from the same weights."""
    p = {"w1": w.T[1:], "b1": w.T[0], "w2": v[1:, None], "b2": v[:1]}
    inputs, targets = x[:, 1:], 0.8 * d[:, None]

    def loss(system, parameters, inputs, targets):
        y = dense.outputs(system, parameters, system.constant(inputs), activation=tanh)
        return system.apply(squared_error, y, system.constant(targets))

    change = {name: np.zeros_like(value) for name, value in p.items()}
    right = 0.0
    for sweep in range(most // len(d) + 1):
        y = np.tanh(np.tanh(inputs @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"])[:, 0]
        right = float(np.mean(y * d > 0))
        if right == 1.0:
            return _took(sweep * len(d), right)
        _, slope = optimizers.gradient(loss, p, inputs, targets)
        change = {name: 0.9 * change[name] - rate / len(d) * slope[name] for name in p}
        p = {name: p[name] + change[name] for name in p}
    return _took(-1, right)


def recognition(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Share of noisy letters that are read aright: by LMS taught clean, LMS taught noisy, the least-squares weights
    for that noise, and the rule that knows the noise (nearest pattern)."""
    found = []
    for seed in seeds:
        rng = generator(cell["entropy"], seed)
        x, flip = letters.inputs(letters.patterns()), cell["flip"]
        order = rng.integers(0, 6, cell["presentations"])
        noisy = letters.inputs(letters.flipped(letters.patterns()[order], flip, rng))
        clean = lms.alpha_lms(np.zeros(17), x, letters.TARGETS, order, alpha=cell["alpha"]).weights
        taught = lms.alpha_lms(np.zeros(17), noisy, letters.TARGETS[order], alpha=cell["alpha"]).weights
        shown = rng.integers(0, 6, cell["tests"])
        test = letters.inputs(letters.flipped(letters.patterns()[shown], flip, rng))
        nearest = (test @ x.T).argmax(axis=1)
        best = noise_solution(flip)
        found.append(
            {
                "clean": float(np.mean(letters.read(test @ clean) == letters.LETTER[shown])),
                "noisy": float(np.mean(letters.read(test @ taught) == letters.LETTER[shown])),
                "least_squares": float(np.mean(letters.read(test @ best) == letters.LETTER[shown])),
                "nearest": float(np.mean(letters.LETTER[nearest] == letters.LETTER[shown])),
            }
        )
    return found


def noise_solution(flip: float) -> np.ndarray:
    """The Wiener solution for the six patterns with switches thrown at random: exact, not sampled."""
    x = letters.inputs(letters.patterns())
    mean = x.copy()
    mean[:, 1:] *= 1 - 2 * flip
    r = mean.T @ mean / 6
    np.fill_diagonal(r, 1.0)
    return theory.wiener(r, mean.T @ letters.TARGETS / 6)


def allowed(pictures: np.ndarray, labels: np.ndarray) -> bool:
    """Whether any seventeen weights put every picture within half a level of its letter's target (linear program)."""
    x, target = letters.inputs(pictures), letters.LEVELS[labels]
    upper, lower = target + 29.999, target - 29.999
    top, bottom = target == letters.LEVELS.max(), target == letters.LEVELS.min()
    a = np.concatenate([x[~top], -x[~bottom]])
    b = np.concatenate([upper[~top], -lower[~bottom]])
    found = linprog(np.zeros(17), A_ub=a, b_ub=b, bounds=(None, None))
    if found.status not in (0, 2):
        raise RuntimeError(f"the linear program ended without an answer: {found.message}")
    return bool(found.status == 0)
