"""One page of an ordered system: Werbos's network with two inputs and two units, line by line, with its derivatives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core.learning import slopes
from core.learning.ops import add, multiply, subtract, tanh
from core.learning.ordered import Entry, OrderedSystem, ordered_derivatives

STEP = slopes.best_step()
PAGE = {"x1": 0.5, "x2": -1.0, "t": 0.8, "w31": 0.7, "w32": -0.4, "w30": 0.1, "w41": -0.3, "w42": 0.6, "w43": 0.9,
        "w40": -0.2, "½": 0.5}  # fmt: skip


def page() -> tuple[OrderedSystem, list[tuple[str, str]]]:
    """The table of single numbers, E its last line, and the name and formula of every line."""
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
    return system, rows


def replay(system: OrderedSystem, index: int, change: float) -> float:
    """Value of the last line when line `index` is changed and every later one is computed again."""
    values = [entry.value for entry in system.entries]
    values[index] = values[index] + change
    for entry in system.entries[index + 1 :]:
        if entry.op is not None:
            values[entry.index] = entry.op.forward(*(values[source.index] for source in entry.inputs))[0]
    return float(values[-1])


def one_page(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Values, ordered derivatives and measured slopes of every line of the page."""
    system, _ = page()
    entries = system.entries
    found = ordered_derivatives(entries[-1])
    exact = np.array([float(found.of(entry)) for entry in entries])
    measured = np.array(
        [(replay(system, k, STEP) - replay(system, k, -STEP)) / (2 * STEP) for k in range(len(entries))]
    )
    varies = np.array([entry.varies for entry in entries])
    row = {
        "values": np.array([float(entry.value) for entry in entries]),
        "exact": exact,
        "measured": measured,
        "varies": varies.astype(float),
        "largest": float(np.abs(exact - measured)[varies].max()),
    }
    return [row for _ in seeds]
