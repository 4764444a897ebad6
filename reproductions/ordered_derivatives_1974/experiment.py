"""The experiments of `ordered_derivatives_1974` on one page, on networks, and on what a derivative costs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from core.datasets import boolean
from core.learning import slopes
from core.learning.compiled import small_nets
from core.learning.operation_counts import count
from core.learning.ops import add, multiply, squared_error, subtract, tanh
from core.learning.ordered import Entry, OrderedSystem, ordered_derivatives
from core.learning.seeds import generator
from core.networks import dense, grouped
from core.networks.fully_ordered import fully_ordered

STEP = slopes.best_step()
PAGE = {"x1": 0.5, "x2": -1.0, "t": 0.8, "w31": 0.7, "w32": -0.4, "w30": 0.1, "w41": -0.3, "w42": 0.6, "w43": 0.9,
        "w40": -0.2, "½": 0.5}  # fmt: skip
CASES = 100  # patterns of one forward pass when it is timed
MEASURED = 1000  # parameters up to which every slope is really measured


def page() -> tuple[Entry, list[tuple[str, str]]]:
    """Werbos's network with two inputs and two units as an ordered table of single numbers, and its rows' names."""
    system, rows = OrderedSystem(), list[tuple[str, str]]()
    z: dict[str, Entry] = {}
    for name, value in PAGE.items():
        given = name[0] in "xt½"
        z[name] = system.constant(value) if given else system.parameter(name, value)
        rows.append((name, "given" if given else "weight"))

    def line(name: str, formula: str, function: Callable[..., Any], *of: str) -> None:
        z[name] = system.apply(function, *(z[one] for one in of))
        rows.append((name, formula))

    for unit, sources in (("3", ("x1", "x2")), ("4", ("x1", "x2", "x3"))):
        total = f"w{unit}0"
        for source in sources:
            product = f"p{unit}{source[1]}"
            line(product, f"w{unit}{source[1]} · {source}", multiply, f"w{unit}{source[1]}", source)
            last = source == sources[-1]
            name = f"net{unit}" if last else f"s{unit}{source[1]}"
            line(name, f"{total} + {product}", add, total, product)
            total = name
        line(f"x{unit}", f"tanh(net{unit})", tanh, f"net{unit}")
    line("e", "x4 - t", subtract, "x4", "t")
    line("e²", "e · e", multiply, "e", "e")
    line("E", "½ · e²", multiply, "½", "e²")
    return z["E"], rows


def replay(target: Entry, index: int, change: float) -> float:
    """Value of the target when entry `index` is changed and every later entry is computed again."""
    values = [entry.value for entry in target.system.entries[: target.index + 1]]
    values[index] = values[index] + change
    for entry in target.system.entries[index + 1 : target.index + 1]:
        if entry.op is not None:
            values[entry.index] = entry.op.forward(*(values[source.index] for source in entry.inputs))[0]
    return float(values[target.index])


def one_page(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Values, ordered derivatives and measured slopes of every line of the page."""
    target, _ = page()
    found = ordered_derivatives(target)
    entries = target.system.entries
    exact = np.array([float(found.of(entry)) for entry in entries])
    measured = np.array(
        [(replay(target, k, STEP) - replay(target, k, -STEP)) / (2 * STEP) for k in range(len(entries))]
    )
    varies = np.array([entry.varies for entry in entries])
    row = {"values": np.array([float(entry.value) for entry in entries]), "exact": exact, "measured": measured,
           "varies": varies.astype(float), "largest": float(np.abs(exact - measured)[varies].max())}  # fmt: skip
    return [row for _ in seeds]


def network_slopes(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Largest difference of ordered derivatives from central slopes, over the largest derivative, at random points."""
    net = fully_ordered(cell["inputs"], cell["units"])
    rows = []
    for seed in seeds:
        rng = generator(cell["entropy"], seed)
        x, t = rng.uniform(-1, 1, (4, cell["inputs"])), rng.uniform(0, 1, (4, 1))

        def loss(system: OrderedSystem, p: Mapping[str, Entry], x: np.ndarray, t: np.ndarray) -> Entry:
            y = grouped.outputs(system, net, p, system.constant(x), activation=tanh)
            return system.apply(squared_error, y, system.constant(t))

        start = net.init(rng, 1.0)
        system = OrderedSystem()
        exact = slopes.flatten(dict(ordered_derivatives(loss(system, system.parameters(start), x, t))))
        read, w = slopes.network_loss(loss, start, x, t)
        measured = slopes.central(slopes.Meter(read), w, STEP)
        rows.append(
            {"relative": float(np.abs(measured - exact).max() / np.abs(exact).max()), "weights": net.parameters}
        )
    return rows


def parity(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Parity by a layered and by a fully ordered network, batch gradient descent with momentum."""
    bits, units = cell["bits"], cell["units"]
    net = fully_ordered(bits, units) if cell["form"] == "ordered" else grouped.layers(bits, units, 1)
    x, t = boolean.parity(bits)
    start = np.stack([net.flat(net.init(generator(cell["entropy"], seed), 0.5)) for seed in seeds])
    found = small_nets.train(
        net.wiring, start, x, 0.1 + 0.8 * t, rate=cell["rate"], momentum=0.9, margin=0.4, sweeps=cell["sweeps"]
    )
    return [
        {
            "solved": float(s >= 0),
            "took": float(s) if s >= 0 else np.nan,
            "weights": net.parameters,
            "operations": float((s if s >= 0 else cell["sweeps"]) * len(x) * net.operations),
        }
        for s in found.solved
    ]


def cost(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Counted operations and measured seconds of every way to the slopes of a dense network of tanh units."""
    return [_cost(tuple(cell["sizes"]), cell["directions"], generator(cell["entropy"], seed)) for seed in seeds]


def dense_loss(system: OrderedSystem, p: Mapping[str, Entry], x: np.ndarray, t: np.ndarray) -> Entry:
    """Half the sum of squared errors of a dense network of tanh units, over cases and outputs."""
    y = dense.outputs(system, p, system.constant(x), activation=tanh)
    return system.apply(squared_error, y, system.constant(t))


def _cost(sizes: tuple[int, ...], directions: int, rng: np.random.Generator) -> dict[str, Any]:
    p = dense.init(rng, sizes, spread=lambda fan_in: fan_in**-0.5)
    x, t = rng.uniform(-1, 1, (CASES, sizes[0])), rng.uniform(-0.5, 0.5, (CASES, sizes[-1]))

    def forward() -> Entry:
        system = OrderedSystem()
        return dense_loss(system, system.parameters(p), x, t)

    target = forward()
    counts, exact = count(target), dict(ordered_derivatives(target))
    seconds = {"forward": _seconds(forward), "backward": _seconds(lambda: ordered_derivatives(target))}
    n, units = sum(value.size for value in p.values()), sum(sizes[1:])
    direction = {name: rng.standard_normal(value.shape) for name, value in p.items()}
    along = tangent(p, direction, x, t)
    expected = sum(float(np.sum(exact[name] * direction[name])) for name in p)
    seconds["tangent"] = _seconds(lambda: tangent(p, direction, x, t))
    one = by_units(p, x[:1], t[:1], min(units, directions))
    measured = by_slopes(p, x, t, exact) if n <= MEASURED else {}
    return {
        "parameters": float(n), "units": float(units), "entries": float(counts.entries),
        "ratio": counts.ratio, "numbers": float(counts.numbers),
        "time_ratio": 1 + seconds["backward"] / seconds["forward"],
        "tangent_ratio": n * (counts.forward + tangent_operations(sizes)) / counts.forward,
        "tangent_time": n * seconds["tangent"] / seconds["forward"],
        "tangent_error": abs(along - expected) / max(abs(expected), 1e-12),
        "unit_error": one, **measured, **{f"{name}_seconds": value for name, value in seconds.items()},
    }  # fmt: skip


def _seconds(run: Callable[[], Any], least: float = 0.05, repeats: int = 5) -> float:
    """The quickest of several runs, each long enough to be timed."""
    run()
    times: list[float] = []
    started = time.perf_counter()
    while len(times) < repeats or (time.perf_counter() - started < least and len(times) < 1000):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return min(times)


def tangent(p: Mapping[str, np.ndarray], direction: Mapping[str, np.ndarray], x: np.ndarray, t: np.ndarray) -> float:
    """Derivative of the loss along one direction, carried forwards with the values (forward mode)."""
    z, dz = x, np.zeros_like(x)
    for k in range(1, len(p) // 2 + 1):
        w, dw = p[f"w{k}"], direction[f"w{k}"]
        dz = dz @ w + z @ dw + direction[f"b{k}"]
        z = np.tanh(z @ w + p[f"b{k}"])
        dz = dz * (1 - z * z)
    return float(np.sum((z - t) * dz))


def tangent_operations(sizes: tuple[int, ...]) -> int:
    """Multiplications of one tangent beside the value: two products for each one, and one for each unit."""
    return CASES * (2 * sum(a * b for a, b in pairwise(sizes)) + sum(sizes[1:]) + sizes[-1])


def by_slopes(
    p: Mapping[str, np.ndarray], x: np.ndarray, t: np.ndarray, exact: Mapping[str, np.ndarray]
) -> dict[str, float]:
    """Forward passes that forward differences of all parameters take, counted, and their largest relative error."""
    read, w = slopes.network_loss(dense_loss, p, x, t)
    meter = slopes.Meter(read)
    found, wanted = slopes.forward(meter, w, slopes.best_step(central=False)), slopes.flatten(dict(exact))
    error = float(np.abs(found - wanted).max() / np.abs(wanted).max())
    return {"slope_passes": float(meter.evaluations), "slope_error": error}


def by_units(p: dict[str, np.ndarray], x: np.ndarray, t: np.ndarray, units: int) -> float:
    """One pattern, one perturbation for each unit's sum: relative error of the weights' slopes so found.

    A unit's sum is nudged through its bias; the slope of a weight is that of the sum times the weight's input.
    Source: the rule that Widrow and Lehr (1990) call MRIII.
    """
    system = OrderedSystem()
    exact = ordered_derivatives(dense_loss(system, system.parameters(p), x, t))
    inputs = [entry.inputs[0].value for entry in system.entries if entry.op is not None and entry.op.name == "affine"]

    def loss(values: Mapping[str, np.ndarray]) -> float:
        z = x
        for k in range(1, len(values) // 2 + 1):
            z = np.tanh(z @ values[f"w{k}"] + values[f"b{k}"])
        return float(0.5 * np.sum((z - t) ** 2))

    worst, size, tried = 0.0, 0.0, 0
    for k, fed in enumerate(inputs, start=1):
        for j in range(min(p[f"b{k}"].size, units - tried)):
            nudge = STEP * (np.arange(p[f"b{k}"].size) == j)
            slope = (loss({**p, f"b{k}": p[f"b{k}"] + nudge}) - loss({**p, f"b{k}": p[f"b{k}"] - nudge})) / (2 * STEP)
            worst = max(worst, float(np.abs(slope * fed[0] - exact[f"w{k}"][:, j]).max()))
            tried += 1
        size = max(size, float(np.abs(exact[f"w{k}"]).max()))
    return worst / size
