"""What measured slopes of a dense network take by the clock: every weight nudged, or the sum of every unit."""

from __future__ import annotations

import time
import timeit
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core.learning import slopes
from core.learning.ordered import Entry, OrderedSystem, ordered_derivatives
from core.learning.seeds import generator
from core.networks import dense
from reproductions.ordered_derivatives_1974.experiment import CASES, dense_loss

STEP = slopes.best_step(central=False)
SAMPLE = 200  # weights nudged where not all of them are


def by_the_clock(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Forward differences and one perturbation a unit, really run and timed, in forward passes by the clock.

    Beyond `run_up_to` parameters only some of the weights are nudged, and their time is multiplied.
    """
    return [_clocked(tuple(cell["sizes"]), cell["run_up_to"], generator(cell["entropy"], seed)) for seed in seeds]


def _clocked(sizes: tuple[int, ...], run_up_to: int, rng: np.random.Generator) -> dict[str, Any]:
    p = dense.init(rng, sizes, spread=lambda fan_in: fan_in**-0.5)
    x, t = rng.uniform(-1, 1, (CASES, sizes[0])), rng.uniform(-0.5, 0.5, (CASES, sizes[-1]))
    n, exact = sum(value.size for value in p.values()), ordered_derivatives(_forward(p, x, t))
    every = [(name, i) for name, value in p.items() for i in range(value.size)] if n <= run_up_to else []
    some = every or [(name, int(rng.integers(p[name].size))) for name in rng.choice(list(p), SAMPLE)]
    found, seconds, forward = _nudged(p, some, lambda: _forward(p, x, t))
    wanted = np.array([exact[name].flat[i] for name, i in some])
    all_slopes = seconds * (n + 1) / (len(some) + 1)
    by_unit, unit_seconds, one_forward = _by_units(p, x[:1], t[:1])
    return {
        "parameters": float(n), "run": float(bool(every)),
        "slopes_seconds": all_slopes, "slopes_time": all_slopes / forward,
        "slopes_error": float(np.abs(found - wanted).max()) / max(float(np.abs(d).max()) for d in exact.values()),
        "units_seconds": unit_seconds, "units_time": unit_seconds / one_forward, "units_error": by_unit,
    }  # fmt: skip


def _forward(p: Mapping[str, np.ndarray], x: np.ndarray, t: np.ndarray) -> Entry:
    system = OrderedSystem()
    return dense_loss(system, system.parameters(p), x, t)


def _nudged(
    p: Mapping[str, np.ndarray], places: Sequence[tuple[str, int]], forward: Callable[[], Entry]
) -> tuple[np.ndarray, float, float]:
    """Forward differences at these places of the arrays, the seconds they took, and those of one forward pass."""
    one = min(timeit.repeat(forward, number=1, repeat=20))
    slopes_found = np.empty(len(places))
    began = time.perf_counter()
    base = float(np.sum(forward().value))
    for k, (name, i) in enumerate(places):
        kept = p[name].flat[i]
        p[name].flat[i] = kept + STEP
        slopes_found[k] = (float(np.sum(forward().value)) - base) / STEP
        p[name].flat[i] = kept
    return slopes_found, time.perf_counter() - began, one


def _by_units(p: Mapping[str, np.ndarray], x: np.ndarray, t: np.ndarray) -> tuple[float, float, float]:
    """One pattern, every unit's sum nudged once: the relative error of all weight slopes, and seconds as above."""
    places = [(name, i) for name in p if name[0] == "b" for i in range(p[name].size)]
    found, seconds, forward = _nudged(p, places, lambda: _forward(p, x, t))
    target = _forward(p, x, t)
    exact = ordered_derivatives(target)
    fed = [
        entry.inputs[0].value[0]
        for entry in target.system.entries
        if entry.op is not None and entry.op.name == "affine"
    ]
    ends = np.cumsum([p[name].size for name in p if name[0] == "b"])[:-1]
    gaps = [
        np.abs(np.outer(z, sums) - exact[f"w{k}"]).max()
        for k, (z, sums) in enumerate(zip(fed, np.split(found, ends), strict=True), start=1)
    ]
    return float(max(gaps)) / max(float(np.abs(d).max()) for d in exact.values()), seconds, forward
