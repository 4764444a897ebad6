"""The experiments of `slopes_1950s`: measured slopes against exact ones, their noise, and their cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from core.learning import slope_theory as theory
from core.learning import slopes
from core.learning.checks import Loss
from core.learning.compiled import lms
from core.learning.ops import squared_error
from core.learning.ordered import OrderedSystem, ordered_derivatives
from core.learning.seeds import generator
from core.networks import dense

STEPS = np.geomspace(1e-1, 1e-15, 43)
SIZES, CASES = (4, 6, 2), 8
FIT = {"forward": (1e-5, 1e-2), "central": (1e-4, 1e-2)}  # steps whose error is truncation, where the order is fitted
DIVERGED = 1e3  # an excess of this many times the least loss counts as diverged
REPLICAS = 16  # runs side by side in one trial


def step_sweep(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Relative error of forward and central slopes of a small network at every step size, at a random point."""
    return [_step_sweep(cell["precision"], generator(cell["entropy"], seed)) for seed in seeds]


def _step_sweep(precision: str, rng: np.random.Generator) -> dict[str, Any]:
    kind = np.dtype(precision).type
    start = dense.init(rng, SIZES, spread=lambda fan_in: 1.0)
    x, t = rng.uniform(-1, 1, (CASES, SIZES[0])), rng.uniform(-1, 1, (CASES, SIZES[-1]))
    loss = network_loss(x, t)
    system = OrderedSystem()
    exact = slopes.flatten(dict(ordered_derivatives(loss(system, system.parameters(start)))))
    narrow = {name: value.astype(kind) for name, value in start.items()}
    read, w = slopes.network_loss(network_loss(x.astype(kind), t.astype(kind)), narrow)
    found: dict[str, Any] = {}
    for name, estimate in (("forward", slopes.forward), ("central", slopes.central)):
        error = [
            np.linalg.norm(estimate(slopes.Meter(read), w, step) - exact) / np.linalg.norm(exact) for step in STEPS
        ]
        low, high = FIT[name]
        inside = (low <= STEPS * 1.001) & (high * 1.001 >= STEPS)
        found |= {
            name: np.array(error),
            f"{name}_order": np.polyfit(np.log(STEPS[inside]), np.log(np.array(error)[inside]), 1)[0],
            f"{name}_best": np.log10(STEPS[int(np.argmin(error))]),
            f"{name}_least": float(np.min(error)),
        }
    return found


def network_loss(x: np.ndarray, t: np.ndarray) -> Loss:
    """Squared error of a dense network on fixed cases, as an ordered system."""

    def loss(system, parameters):
        return system.apply(squared_error, dense.outputs(system, parameters, system.constant(x)), system.constant(t))

    return loss


def quadratic(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Each quantity read from a random quadratic over what the formula says; 1 where the formula is exact."""
    return [_quadratic(generator(cell["entropy"], seed)) for seed in seeds]


def _quadratic(rng: np.random.Generator) -> dict[str, Any]:
    least, curvature, v, d = rng.uniform(0.5, 2), rng.uniform(0.5, 2), rng.uniform(0.5, 2), rng.uniform(0.1, 1)
    meter = slopes.Meter(lambda w: least + curvature * np.sum(w**2, axis=-1))
    at = np.array([v])
    below, here, above = (float(meter.read(at + k * d)) for k in (-1, 0, 1))
    root = rng.standard_normal((2, 2))
    r = root @ root.T
    bowl = slopes.Meter(lambda w: least + np.einsum("...i,ij,...j->...", w, r, w))
    w = rng.standard_normal(2)
    readings = [float(bowl.read(w + sign * d * axis)) for axis in np.eye(2) for sign in (1, -1)]
    average = np.mean(readings) - float(bowl.read(w))
    path = slopes.differential_steepest_descent(meter, at, rate=0.1 / curvature, step=d, iterations=40)[:, 0]
    return {
        "central": slopes.central(meter, at, d)[0] / (2 * curvature * v),
        "second": (above - 2 * here + below) / d**2 / (2 * curvature),
        "forward": slopes.forward(meter, at, d)[0] / (2 * curvature * v + curvature * d),
        "penalty": (0.5 * (above + below) - here) / theory.penalty(curvature, d),
        "perturbation": average / least / theory.perturbation(np.linalg.eigvalsh(r), d, least),
        "geometric": np.log(path[40] / path[20]) / np.log(path[20] / path[0]),
    }


def misadjustment(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Excess loss, in units of the least one, that noise keeps a method at, with every eigenvalue 1.

    Runs start at the minimum; `burn` time constants are left out and `measure` of them averaged.
    """
    return [_misadjustment(cell, generator(cell["entropy"], seed)) for seed in seeds]


def _misadjustment(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    n, constant = int(cell["n"]), float(cell["time_constant"])
    samples = cell["time_constant"] * (cell["burn"] + cell["measure"])
    start = np.zeros((REPLICAS, n))
    if cell["method"] == "LMS":
        excess = _lms_excess(n, theory.lms_rate(constant), samples, rng)
        skip = round(len(excess) * cell["burn"] / (cell["burn"] + cell["measure"]))
        return {"misadjustment": float(excess[skip:].mean()), "perturbation": 0.0}
    path, perturbation = descend(cell, start, samples, rng)
    excess = np.sum(path**2, axis=-1)
    gone = ~np.isfinite(excess).all(axis=0) | (np.nan_to_num(excess).max(axis=0) > DIVERGED)
    if gone.any():
        return {"failed": "diverged", "diverged": float(gone.mean())}
    skip = round(len(path) * cell["burn"] / (cell["burn"] + cell["measure"]))
    return {"misadjustment": float(excess[skip:].mean()), "perturbation": perturbation, "diverged": 0.0}


def descend(
    cell: Mapping[str, Any], start: np.ndarray, samples: float, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """The path of a measured-slope method (cell["method"]) over that many samples, and its perturbation P."""
    n, each, constant, step = start.shape[-1], cell["samples"], float(cell["time_constant"]), cell["step"]
    meter = slopes.Meter(lambda v: 1.0 + np.sum(v**2, axis=-1), slopes.mean_of_squares(each, rng))
    if cell["method"] == "DSD":
        path = slopes.differential_steepest_descent(
            meter, start, rate=theory.descent_rate(n, each, constant), step=step,
            iterations=int(samples / (2 * n * each)),
        )  # fmt: skip
        return path, step**2
    path = slopes.linear_random_search(
        meter, start, rate=theory.search_rate(step, each, constant), spread=step,
        iterations=int(samples / (2 * each)), rng=rng,
    )  # fmt: skip
    return path, n * step**2 / 2


def _lms_excess(n: int, mu: float, samples: float, rng: np.random.Generator) -> np.ndarray:
    """|w|^2 after each presentation of white Gaussian patterns whose targets are noise of variance 1."""
    w, excess = np.zeros(n), []
    for _ in range(0, int(samples), 1000):
        found = lms.mu_lms(w, rng.standard_normal((1000, n)), rng.standard_normal(1000), mu=mu, keep=True)
        w = found.weights
        excess.append(np.sum(found.history[1:] ** 2, axis=1))
    return np.concatenate(excess)


def time_to_reach(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Samples until the excess loss first falls from `start` to `goal` times the least one, eigenvalues all 1.

    The time constant of each method is the one at which theory promises a total misadjustment of `goal`.
    """
    return [_time_to_reach(cell, generator(cell["entropy"], seed)) for seed in seeds]


def _time_to_reach(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    n, goal = int(cell["n"]), cell["goal"]
    start = np.full(n, np.sqrt(cell["start"] / n))
    most = 15 * cell["time_constant"]
    if cell["method"] == "LMS":
        x = rng.standard_normal((int(most), n))
        found = lms.mu_lms(start, x, rng.standard_normal(len(x)), mu=theory.lms_rate(cell["time_constant"]), keep=True)
        path, each = found.history, 1
    else:
        path, _ = descend(cell, start, most, rng)
        each = 2 * cell["samples"] * (n if cell["method"] == "DSD" else 1)
    reached = np.flatnonzero(np.sum(path**2, axis=-1) <= goal)
    if not len(reached):
        return {"failed": "did not reach the goal in 15 time constants"}
    return {"presentations": float(reached[0] * each), "updates": float(reached[0])}


def evaluations(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Readings that one gradient of a dense network takes, counted by the meter, and its error."""
    return [_evaluations(tuple(cell["sizes"]), generator(cell["entropy"], seed)) for seed in seeds]


def _evaluations(sizes: tuple[int, ...], rng: np.random.Generator) -> dict[str, Any]:
    start = dense.init(rng, sizes, spread=lambda fan_in: fan_in**-0.5)
    loss = network_loss(rng.uniform(-1, 1, (1, sizes[0])), rng.uniform(-1, 1, (1, sizes[-1])))
    system = OrderedSystem()
    exact = slopes.flatten(dict(ordered_derivatives(loss(system, system.parameters(start)))))
    found: dict[str, Any] = {"parameters": exact.size, "backward_cost": dense_cost(sizes)}
    for name, estimate in (("forward", slopes.forward), ("central", slopes.central)):
        read, w = slopes.network_loss(loss, start)
        meter = slopes.Meter(read)
        measured = estimate(meter, w, slopes.best_step(central=name == "central"))
        found |= {name: meter.evaluations, f"{name}_error": np.linalg.norm(measured - exact) / np.linalg.norm(exact)}
    return found


def dense_cost(sizes: Sequence[int]) -> float:
    """Multiply-accumulates of a forward and a backward pass over those of the forward pass alone."""
    return dense.operations(sizes) / sum(a * b for a, b in pairwise(sizes))
