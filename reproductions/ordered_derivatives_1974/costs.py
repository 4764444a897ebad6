"""What all slopes cost in `ordered_derivatives_1974`: counted, and by the clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np

from core.evidence import clock
from core.learning import slopes
from core.learning.operation_counts import count
from core.learning.ops import multiply
from core.learning.ordered import Entry, OrderedSystem, ordered_derivatives
from core.learning.seeds import generator
from core.networks import dense_slopes as ways

CASES = 100  # patterns of one forward pass
LARGE = 10**4  # weights and biases from which nets are counted as large
SAMPLE = 200  # weights nudged where not all of them are
STEP = slopes.best_step(central=False)


def counts(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Operations of every way to the slopes of a dense network, and how exact a tangent is."""
    return [_counts(tuple(cell["sizes"]), generator(cell["entropy"], seed)) for seed in seeds]


def _counts(sizes: tuple[int, ...], rng: np.random.Generator) -> dict[str, Any]:
    p, x, t = ways.problem(rng, sizes, CASES)
    found = ways.counted(p, x, t)
    direction = {name: rng.standard_normal(value.shape) for name, value in p.items()}
    exact = _derivatives(p, x, t)
    expected = sum(float(np.sum(exact[name] * direction[name])) for name in p)
    along = ways.tangent(p, direction, x, t)
    return {
        "parameters": float(found.parameters),
        "units": float(found.units),
        "numbers": float(found.numbers),
        "ratio": found.ratio,
        "tangent_ratio": found.forward_mode,
        "tangent_error": abs(along - expected) / max(abs(expected), 1e-12),
        "off_formula": float(max(abs(a - b) for a, b in zip(ways.by_formula(sizes, CASES), found[3:5], strict=True))),
        "operations": float(found.value + found.backward),
    }


def _derivatives(p: Mapping[str, np.ndarray], x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
    system, target = ways.forward(p, x, t)
    found = dict(ordered_derivatives(target))
    del system
    return found


def product(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Multiplications for a product of cell["factors"] numbers and all its derivatives, over those for the product."""
    system = OrderedSystem()
    factors = [system.parameter(f"x{k}", np.array(1.0 + 1.0 / (k + 2))) for k in range(cell["factors"])]
    target = reduce(lambda a, b: system.apply(multiply, a, b), factors)
    found = count(target)
    return [{"ratio": found.ratio, "operations": float(found.forward + found.backward)} for _ in seeds]


def walks_by_the_clock(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """One whole measurement by the clock: the loss, the walk back and a tangent of every network, in turn.

    The walk is over a table that is there; `ratio` is the mean over the large networks of value and walk over value.
    """
    return [_walks([tuple(sizes) for sizes in cell["nets"]], generator(cell["entropy"], seed)) for seed in seeds]


def _walks(nets: Sequence[tuple[int, ...]], rng: np.random.Generator) -> dict[str, Any]:
    seconds, parameters = [], []
    for sizes in nets:
        p, x, t = ways.problem(rng, sizes, CASES)
        direction = {name: rng.standard_normal(value.shape) for name, value in p.items()}
        system, target = ways.forward(p, x, t)
        seconds.append(_in_turn(target, p, direction, x, t))
        parameters.append(sum(value.size for value in p.values()))
        del system, target
    table = np.array(seconds)
    ratios = 1 + table[:, 1] / table[:, 0]
    large = np.array(parameters) >= LARGE
    found: dict[str, Any] = {"seconds": table, "ratios": ratios}
    return found | ({"ratio": float(ratios[large].mean())} if large.any() else {})


def _in_turn(target: Entry, p: ways.Arrays, direction: ways.Arrays, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Seconds of the loss, of the walk back from it, and of a tangent."""
    return clock.in_turn(
        [
            lambda: ways.forward(p, x, t),
            lambda: ordered_derivatives(target),
            lambda: ways.tangent(p, direction, x, t),
        ]
    )


def nudges_by_the_clock(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Forward differences of all weights, and of all units' sums, really run and timed beside one forward pass.

    Beyond `run_up_to` parameters only some of the weights are nudged, and their time is multiplied.
    """
    return [_nudges(tuple(cell["sizes"]), cell["run_up_to"], generator(cell["entropy"], seed)) for seed in seeds]


def _nudges(sizes: tuple[int, ...], run_up_to: int, rng: np.random.Generator) -> dict[str, Any]:
    p, x, t = ways.problem(rng, sizes, CASES)
    n, exact = sum(value.size for value in p.values()), _derivatives(p, x, t)
    every = [(name, i) for name, value in p.items() for i in range(value.size)] if n <= run_up_to else []
    some = every or [(name, int(rng.integers(p[name].size))) for name in rng.choice(list(p), SAMPLE)]
    found, seconds, one = _timed(p, x, t, some)
    wanted = np.array([exact[name].flat[i] for name, i in some])
    all_slopes = seconds * (n + 1) / (len(some) + 1)
    sums, unit_seconds, one_pattern = _timed(p, x[:1], t[:1], ways.units(p))
    by_unit, exact_one = ways.from_units(p, x[:1], t[:1], sums), _derivatives(p, x[:1], t[:1])
    off = max(float(np.abs(by_unit[name] - exact_one[name]).max()) for name in by_unit)
    return {
        "parameters": float(n),
        "run": float(bool(every)),
        "slopes_seconds": all_slopes,
        "slopes_time": all_slopes / one,
        "slopes_error": float(np.abs(found - wanted).max()) / _largest(exact),
        "units_seconds": unit_seconds,
        "units_time": unit_seconds / one_pattern,
        "units_error": off / _largest(exact_one),
    }


def _timed(
    p: dict[str, np.ndarray], x: np.ndarray, t: np.ndarray, places: Sequence[tuple[str, int]]
) -> tuple[np.ndarray, float, float]:
    """Slopes at these places, the seconds that took, and those of the quickest of twenty forward passes."""

    def loss() -> Entry:
        system, target = ways.forward(p, x, t)
        del system
        return target

    (one,) = clock.in_turn([loss], rounds=20, least=0.0)
    found: list[np.ndarray] = []
    seconds = clock.once(lambda: found.append(ways.nudged(p, places, lambda: float(loss().value), STEP)))
    return found[0], seconds, float(one)


def _largest(derivatives: Mapping[str, np.ndarray]) -> float:
    return max(float(np.abs(d).max()) for d in derivatives.values())
