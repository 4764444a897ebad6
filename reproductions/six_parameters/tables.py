"""Tables and arrays that `six_parameters` keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.datasets import cities
from core.datasets.history import COSTS
from core.evidence.tables import Table, means_table
from core.evidence.trials import Row
from reproductions.six_parameters.experiment import STEPS

# Losses before each step that were read from the published log, by step; all are right after steps 22, 31, 46 and 80.
PUBLISHED = {
    1: 2.4506, 2: 7.0787, 3: 5.6116, 4: 15.7994, 5: 0.8210, 6: 0.5997, 7: 0.3995, 8: 2.2958, 9: 0.7949, 10: 0.0000,
    11: 2.3406, 12: 1.9137, 31: 0.9124, 46: 0.7995, 80: 0.6236,
}  # fmt: skip
ADAM_TENTH = 18.4130  # the published loss of Adam at step 10
ORDERS = {"random": "random orders", "within": "published sequence of cities, other points"}
NAMES = tuple(f"{kind} {city}" for kind in ("slope", "intercept") for city in cities.NAMES)
# Parameters of other networks, for the table of passes: counted in this project or published.
OTHERS = (("four cities on a map", 12), *((name, int(p)) for name, p, *_ in COSTS if p > 6))
BACKWARD = 3  # a forward and a backward pass of a deep network cost about three forward passes


def steps_of(rows: Sequence[Row]) -> np.ndarray:
    """Steps to the first time that all are right, infinite where that never happened."""
    return np.array([row.values.get("steps", np.inf) for row in rows])


def of_learning(rows: Sequence[Row], **wanted: Any) -> list[Row]:
    """The rows whose cells hold these values."""
    return [row for row in rows if all(row.cell[name] == value for name, value in wanted.items())]


def best_rate(rows: Sequence[Row], loss: str, spread: float) -> float:
    """The rate at which most runs get all right, and of those the one with the least median of steps."""
    chosen = of_learning(rows, series="losses", loss=loss, spread=spread)
    rates = dict.fromkeys(row.cell["rate"] for row in chosen)

    def merit(rate: float) -> tuple[float, float]:
        steps = steps_of(of_learning(chosen, rate=rate))
        return -float(np.mean(np.isfinite(steps))), float(np.median(steps))

    return min(rates, key=merit)


def tables(
    settings: Any, point: Row, replayed: Sequence[Row], ordered: Sequence[Row], learned: Sequence[Row],
    mapped: Sequence[Row], planes: Sequence[Row],
) -> list[Table]:  # fmt: skip
    """Slopes by nudge, the log, other orders, losses, temperatures, the map, random planes, and counts of passes."""
    sgd = replayed[0].arrays
    log = [
        [step, cities.NAMES[cities.ORDER[(step - 1) % 15] // 5], f"{loss:.4f}", f"{sgd['losses'][step - 1]:.4f}",
         f"{round(15 * sgd['shares'][step - 1])} of 15"]
        for step, loss in PUBLISHED.items()
    ]  # fmt: skip
    return [
        *(_nudges(point, kind) for kind in ("forward", "central")),
        {"id": "log", "title": "The published log of stochastic gradient descent, where we have it", "rows": log,
         "columns": ["step", "example", "loss, published", "loss, ours", "right after the step, ours"]},
        means_table(
            "orders", "The same start in other orders: steps until all fifteen are right", ["method", "order"],
            [([m, ORDERS[o]], of_learning(ordered, method=m, order=o))
             for m, o in (("sgd", "random"), ("adam", "random"), ("adam", "within"))],
            [("first time, mean", "first", 1), ("for good, mean", "steady", 1), ("right at the end, %", "right", 100)],
        ),
        _conventions(replayed, ordered),
        _solved("losses", "Learning from random starts, by loss, spread of the start and rate",
                ["loss", "spread", "rate"], of_learning(learned, series="losses")),
        _solved("temperature", f"Learning by cross-entropy at a rate of {settings.rate}, by temperature",
                ["temperature"], of_learning(learned, series="temperature")),
        _solved("map", f"Four cities, two inputs, twelve parameters, Adam, {settings.map_steps} steps", ["rate"],
                of_learning(mapped, keep=False)),
        means_table(
            "planes", "A path of learning in a random plane through its start: means over seeds", ["hidden units"],
            [([h], of_learning(planes, hidden=h)) for h in settings.hidden],
            [("parameters", "parameters", 1), ("displacement seen, %", "seen", 100),
             ("fall without the step in the plane, %", "sinking", 100),
             ("fall by the step in the plane alone, %", "walking", 100),
             ("variation in the path's own two best directions, %", "two_best", 100)],
        ),
        _passes(point),
    ]  # fmt: skip


def _conventions(replayed: Sequence[Row], ordered: Sequence[Row]) -> Table:
    """The loss at step 10 of Adam by what is assumed of it, beside the published one."""
    lines: list[list[Any]] = []
    for row in replayed[1:]:
        changed = ", ".join(f"{name} {value:g}" for name, value in row.cell["options"].items())
        tenth = f"{row.arrays['losses'][9]:.4f}"
        lines.append([f"{row.cell['order']} order", changed or "as assumed", 1, tenth, tenth, row.values["first"]])
    for order in ("within", "random"):
        rows = of_learning(ordered, method="adam", order=order)
        tenths, firsts = ([r.values[name] for r in rows if not r.failed] for name in ("tenth", "first"))
        low, high = (f"{end:.4f}" for end in (min(tenths), max(tenths)))
        lines.append([ORDERS[order], "as assumed", len(rows), low, high, float(np.median(firsts))])
    columns = ["order", "constants", "runs", "loss at step 10, least", "greatest", "all right first after step, median"]
    title = f"Adam by order and constants: the published loss at step 10 is {ADAM_TENTH:.4f}"
    return {"id": "conventions", "title": title, "columns": columns, "rows": lines}


def _nudges(point: Row, kind: str) -> Table:
    lines = [
        [f"{step:.0e}", *(f"{value:.9f}" for value in line)]
        for step, line in zip(STEPS, point.arrays[kind], strict=True)
    ]
    lines.append(["exact", *(f"{value:.9f}" for value in point.arrays["exact"])])
    title = f"Measured slopes of all six parameters at the published point, {kind} differences, nudge by nudge"
    return {"id": f"nudges_{kind}", "title": title, "columns": ["nudge", *NAMES], "rows": lines}


def _solved(name: str, title: str, keys: Sequence[str], rows: Sequence[Row]) -> Table:
    """One line per cell: the share of runs that got all right, the middle of their steps, and the share at the end."""
    lines = []
    for cell in dict.fromkeys(tuple(row.cell[k] for k in keys) for row in rows):
        chosen = of_learning(rows, **dict(zip(keys, cell, strict=True)))
        steps = steps_of(chosen)
        middle = float(np.median(steps))
        ended = 100 * np.mean([row.values["right"] == 1 for row in chosen])
        share = 100 * np.mean(np.isfinite(steps))
        lines.append([*cell, len(chosen), float(share), middle if np.isfinite(middle) else "not reached", float(ended)])
    columns = [*keys, "seeds", "ever all right, %", "steps to it, median", "all right at the end, %"]
    return {"id": name, "title": title, "columns": columns, "rows": lines}


def _passes(point: Row) -> Table:
    counted = [("six parameters, counted by the meter", 6, point.values["forward_readings"]),
               *((name, n, n + 1.0) for name, n in OTHERS)]  # fmt: skip
    lines = [
        [name, n, f"{forwards:,.0f}", f"{2 * n:,}", "1 + 1", f"{forwards / BACKWARD:.3g}"]
        for name, n, forwards in counted
    ]
    columns = ["network", "parameters", "forward differences, forward passes", "central differences, forward passes",
               "backpropagation, passes forward + backward",
               "forward differences over backpropagation, at 3 passes"]  # fmt: skip
    return {"id": "passes", "title": "Passes for one gradient of all parameters", "columns": columns, "rows": lines}


def gather(
    point: Row, saturated: Row, replayed: Sequence[Row], ordered: Sequence[Row], learned: Sequence[Row],
    mapped: Sequence[Row], surface: Row, shadows: Sequence[Row], planes: Sequence[Row],
) -> dict[str, np.ndarray]:  # fmt: skip
    """What the figures draw."""
    arrays = {f"point_{name}": value for name, value in point.arrays.items()}
    arrays |= {f"saturation_{name.replace(' ', '_')}": value for name, value in saturated.arrays.items()}
    for row in replayed[:2]:
        arrays |= {f"log_{row.cell['method']}_{name}": value for name, value in row.arrays.items()}
    for method in ("sgd", "adam"):
        rows = of_learning(ordered, method=method, order="random")
        arrays[f"orders_{method}"] = np.mean([row.arrays["shares"] for row in rows], axis=0)
    for series in ("losses", "temperature"):
        rows = of_learning(learned, series=series)
        arrays[f"learn_{series}"] = np.array([
            [float(r.cell["loss"] == "squared error"), r.cell["spread"], r.cell["rate"], r.cell["temperature"],
             r.values.get("steps", np.inf)] for r in rows
        ])  # fmt: skip
    kept = of_learning(mapped, keep=True)[0]
    arrays |= {f"map_{name}": value for name, value in kept.arrays.items()}
    arrays |= {f"surface_{name}": value for name, value in surface.arrays.items()}
    arrays |= {f"shadow_{name}": np.stack([row.arrays[name] for row in shadows[:3]]) for name in ("seen", "surface")}
    arrays["shadow_along"] = np.stack([row.arrays["along"] for row in shadows])
    arrays["shadow_extent"] = np.array([shadows[0].values["extent"]])
    arrays["shadow_share"] = np.array([row.values["share"] for row in shadows])
    names = ("parameters", "seen", "squared", "sinking", "walking", "two_best")
    arrays["planes"] = np.array([[row.values[name] for name in names] for row in planes])
    for row in planes:
        if row.seed == 0:
            arrays[f"in_plane_{row.values['parameters']:.0f}"] = row.arrays["in_plane"]
    return arrays
