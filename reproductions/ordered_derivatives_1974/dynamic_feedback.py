"""Derivatives through time in `ordered_derivatives_1974`: a linear and a nonlinear model of a series."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize, root

from core.datasets import series
from core.learning import slopes
from core.learning.operation_counts import count
from core.learning.ops import add, affine, exponential, multiply, squared_error, subtract
from core.learning.ordered import Entry, OrderedSystem, ordered_derivatives
from core.learning.seeds import generator

Build = Callable[[OrderedSystem, Entry], Entry]
SWAP = np.array([[0.0, 1.0], [1.0, 0.0]])
RATES = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, -1.0], [0.0, 0.0]])  # (alpha, beta, gamma, delta) -> (alpha, -gamma)
MEETINGS = np.array([[0.0, 0.0], [-1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])  # -> (-beta, delta)
NUDGE = 1e-7
GUESS = np.log([0.5, 0.03, 0.8, 0.03, 30.0, 4.0])


def arma(y: np.ndarray, cut: int = 0) -> Build:
    """Half the sum of squared shocks of y by a model z(t) = phi z(t-1) + a(t) - theta a(t-1), z = y - mean.

    Parameters (mean, phi, theta), signs as in Box and Jenkins; the first shock is zero. With `cut` k > 0 the shock
    that is fed back counts as given at every k-th step, so that derivatives reach back k steps at most.
    """

    def build(system: OrderedSystem, p: Entry) -> Entry:
        picks = [
            system.apply(affine, p, system.constant(np.eye(3)[:, [k]]), system.constant(np.zeros(1))) for k in range(3)
        ]
        mean, phi, theta = picks
        z = [system.apply(subtract, system.constant(np.full((1, 1), one)), mean) for one in y]
        shock = system.constant(np.zeros((1, 1)))
        total = system.constant(np.zeros((1, 1)))
        for t in range(1, len(y)):
            if cut and t % cut == 0:
                shock = system.constant(shock.value)
            new = system.apply(subtract, z[t], system.apply(multiply, phi, z[t - 1]))
            shock = system.apply(add, new, system.apply(multiply, theta, shock))
            total = system.apply(add, total, system.apply(multiply, shock, shock))
        return system.apply(multiply, system.constant(np.full((1, 1), 0.5)), total)

    return build


def predators(observed: np.ndarray, steps: int, cut: int = 0) -> Build:
    """Half the sum of squared errors of log numbers of prey and predators by the equations of Lotka and Volterra.

    u' = (alpha - beta v) u, v' = (delta u - gamma) v, fourth order Runge and Kutta, `steps` a year. Nothing but the
    start and the parameters drives the model: errors are of measurement only. Parameters are logarithms of (alpha,
    beta, gamma, delta, u0, v0). With `cut` k > 0 the state counts as given at every k-th year.
    """
    h = 1.0 / steps

    def build(system: OrderedSystem, p: Entry) -> Entry:
        nothing = system.constant(np.zeros(2))

        def linear(x: Entry, table: np.ndarray) -> Entry:
            return system.apply(affine, x, system.constant(table), nothing)

        rates = system.apply(
            exponential, system.apply(affine, p, system.constant(np.eye(6)[:, :4]), system.constant(np.zeros(4)))
        )
        alone, together = linear(rates, RATES), linear(rates, MEETINGS)
        state = linear(p, np.eye(6)[:, 4:])

        def slope(at: Entry) -> Entry:
            others = linear(system.apply(exponential, at), SWAP)
            return system.apply(add, alone, system.apply(multiply, together, others))

        def ahead(at: Entry, step: float, way: Entry) -> Entry:
            return system.apply(add, at, system.apply(multiply, system.constant(np.full((1, 2), step)), way))

        total = None
        for year, seen in enumerate(np.log(observed)):
            if year:
                if cut and year % cut == 0:
                    state = system.constant(state.value)
                for _ in range(steps):
                    a = slope(state)
                    b = slope(ahead(state, h / 2, a))
                    c = slope(ahead(state, h / 2, b))
                    d = slope(ahead(state, h, c))
                    for way, weight in ((a, h / 6), (b, h / 3), (c, h / 3), (d, h / 6)):
                        state = ahead(state, weight, way)
            error = system.apply(squared_error, state, system.constant(seen[None]))
            total = error if total is None else system.apply(add, total, error)
        assert total is not None
        return total

    return build


def value_and_derivatives(build: Build, w: np.ndarray) -> tuple[float, np.ndarray]:
    """Loss and ordered derivatives at one point (n,)."""
    system = OrderedSystem()
    target = build(system, system.parameter("p", w[None]))
    return float(np.sum(target.value)), ordered_derivatives(target)["p"][0]


def value_alone(build: Build, points: np.ndarray) -> np.ndarray:
    """Losses at points (..., n), one forward pass each."""
    flat = points.reshape(-1, points.shape[-1])
    found = []
    for w in flat:
        system = OrderedSystem()
        found.append(float(np.sum(build(system, system.parameter("p", w[None])).value)))
    return np.reshape(found, points.shape[:-1])


def fit(build: Build, start: np.ndarray, scale: np.ndarray) -> dict[str, Any]:
    """Fit by derivatives through time and by n + 1 measured slopes, the same quasi-Newton method and start.

    Passes are forward passes; a derivative run pays for its backward walk by counted operations.
    """
    options = {"maxiter": 500, "ftol": 1e-13, "gtol": 1e-7}
    system = OrderedSystem()
    counts = count(build(system, system.parameter("p", start[None])))

    def exact(v: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = value_and_derivatives(build, v * scale)
        return value, slope * scale

    meter = slopes.Meter(lambda points: value_alone(build, points * scale))

    def measured(v: np.ndarray) -> tuple[float, np.ndarray]:
        base = float(meter.read(v))  # once, for the slopes and for the method
        return base, (meter.read(v + NUDGE * np.eye(len(v))) - base) / NUDGE

    fits, seconds = [], []
    try:
        for slopes_by in (exact, measured):
            began = time.perf_counter()
            fits.append(minimize(finite(slopes_by), start / scale, jac=True, method="L-BFGS-B", options=options))
            seconds.append(time.perf_counter() - began)
    except FloatingPointError as fault:
        return {"failed": str(fault)}
    one, other = fits
    at, there = one.x * scale, other.x * scale
    return {
        "estimate": at,
        "by_slopes": there,
        "loss": float(one.fun),
        "apart": float(np.max(np.abs(at - there) / np.abs(at))),
        "passes": float(one.nfev * counts.ratio),
        "passes_by_slopes": float(meter.evaluations),
        "ratio": counts.ratio,
        "entries": float(counts.entries),
        "fit_seconds": seconds[0],
        "slopes_seconds": seconds[1],
    }


def finite(function: Callable[[np.ndarray], tuple[float, np.ndarray]]) -> Callable[..., tuple[float, np.ndarray]]:
    """The same function, raising FloatingPointError where the point, the value or a slope is not a finite number."""

    def checked(v: np.ndarray) -> tuple[float, np.ndarray]:
        if np.all(np.isfinite(v)):
            value, slope = function(v)
            if np.isfinite(value) and np.all(np.isfinite(slope)):
                return value, slope
        raise FloatingPointError("the fit diverged")

    return checked


def fit_arma(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Series A, from starts drawn at random."""
    y = series.concentration()[: cell["length"]]
    rows = []
    for seed in seeds:
        rng = generator(cell["entropy"], seed)
        start = np.array([y.mean() + rng.uniform(-0.2, 0.2), *rng.uniform(0.1, 0.8, 2)])
        rows.append(fit(arma(y), start, np.array([10.0, 1.0, 1.0])))
    return rows


def fit_predators(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Hare and lynx, from starts drawn at random around a rough guess."""
    rows = []
    for seed in seeds:
        start = GUESS + generator(cell["entropy"], seed).normal(0, cell["spread"], 6)
        with np.errstate(over="ignore", invalid="ignore"):
            rows.append(fit(predators(series.pelts(), cell["steps"]), start, np.ones(6)))
    return rows


def truncated(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Simulated series: where descent by full and by truncated derivatives comes to rest, beside what was planted."""
    mean, phi, theta = 17.0, cell["phi"], cell["theta"]
    rows = []
    for seed in seeds:
        shocks = generator(cell["entropy"], seed).normal(0, 0.3, cell["length"] + 50)
        z = np.zeros_like(shocks)
        for t in range(1, len(z)):
            z[t] = phi * z[t - 1] + shocks[t] - theta * shocks[t - 1]
        y = mean + z[50:]
        full = fit_full(y)
        row: dict[str, Any] = {"phi_full": full[1], "theta_full": full[2]}
        for k in cell["cuts"]:
            rest = root(_derivatives, full, args=(arma(y, k),), tol=1e-9)
            row |= {
                f"phi_{k}": rest.x[1] if rest.success else np.nan,
                f"theta_{k}": rest.x[2] if rest.success else np.nan,
            }
        rows.append(row)
    return rows


def _derivatives(w: np.ndarray, build: Build) -> np.ndarray:
    return value_and_derivatives(build, w)[1]


def fit_full(y: np.ndarray) -> np.ndarray:
    """Estimates (mean, phi, theta) by derivatives through time."""
    found = minimize(
        lambda w: value_and_derivatives(arma(y), w),
        np.array([y.mean(), 0.5, 0.2]),
        jac=True,
        method="L-BFGS-B",
        options={"ftol": 1e-14, "gtol": 1e-8},
    )
    return np.asarray(found.x)


def reach(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Truncated derivatives of the predators' loss beside the full one: cosine and length, at random points."""
    rows = []
    for seed in seeds:
        at = GUESS + generator(cell["entropy"], seed).normal(0, 0.1, 6)
        full = value_and_derivatives(predators(series.pelts(), cell["steps"]), at)[1]
        row: dict[str, Any] = {}
        for k in cell["cuts"]:
            part = value_and_derivatives(predators(series.pelts(), cell["steps"], k), at)[1]
            row |= {
                f"cosine_{k}": float(part @ full / (np.linalg.norm(part) * np.linalg.norm(full))),
                f"length_{k}": float(np.linalg.norm(part) / np.linalg.norm(full)),
            }
        rows.append(row)
    return rows


def tape(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Entries and numbers kept by the ordered system of a series of a given length, and the operations of its value."""
    y = np.resize(series.concentration(), cell["length"])
    system = OrderedSystem()
    counts = count(arma(y)(system, system.parameter("p", np.array([[17.0, 0.9, 0.5]]))))
    row = {
        "entries": float(counts.entries),
        "numbers": float(counts.numbers),
        "operations": float(counts.forward),
        "ratio": counts.ratio,
    }
    return [row for _ in seeds]
