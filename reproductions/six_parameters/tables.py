"""Tables, words and arrays that the report of the toy shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets import cities
from core.datasets.history import COSTS
from core.evidence.rows import Rows, distinct, finished, grouped, pick
from core.evidence.tables import Table, means_table, table
from core.evidence.trials import Row
from reproductions.six_parameters.point import STEPS
from reproductions.six_parameters.settings import Settings

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


def best_rate(rows: Sequence[Row], loss: str, spread: float) -> float:
    """The rate at which most runs get all right, and of those the one with the least median of steps."""
    by_rate = grouped(pick(rows, series="losses", loss=loss, spread=spread), "rate")

    def merit(rate: float) -> tuple[float, float]:
        steps = steps_of(by_rate[rate])
        return -float(np.mean(np.isfinite(steps))), float(np.median(steps))

    return min(by_rate, key=merit)


def convention(row: Row) -> str:
    """What is assumed of a replay with Adam, in words."""
    changed = ", ".join(f"{name} {value:g}" for name, value in row.cell["options"].items())
    return f"{row.cell['order']} order, {changed or 'usual constants'}"


def tables(s: Settings, rows: Rows) -> list[Table]:
    """Slopes by nudge, the log, other orders, losses, temperatures, the map, random planes, and counts of passes."""
    at = rows["the published point"][0]
    learned, planes = rows["losses and temperatures"], rows["random planes"]
    return [
        *(_nudges(at, kind) for kind in ("forward", "central")),
        _passes(at),
        _log(pick(rows["the log"], method="sgd")[0]),
        _conventions(rows),
        means_table(
            "orders",
            "The same start in other orders: steps until all fifteen are right",
            ["method", "order"],
            [
                ([method, ORDERS[order]], group)
                for (method, order), group in grouped(rows["other orders"], "method", "order").items()
            ],
            [("first time, mean", "first", 1), ("for good, mean", "steady", 1), ("right at the end, %", "right", 100)],
        ),
        _solved(
            "losses",
            "Learning from random starts, by loss, spread of the start and rate",
            ["loss", "spread", "rate"],
            pick(learned, series="losses"),
        ),
        _solved(
            "temperature",
            f"Learning by cross-entropy at a rate of {s.rate}, by temperature",
            ["temperature"],
            pick(learned, series="temperature"),
        ),
        _solved(
            "map",
            f"Four cities, two inputs, twelve parameters, Adam, {s.map_steps} steps",
            ["rate"],
            pick(rows["the map"], keep=False),
        ),
        means_table(
            "planes",
            "A path of learning in a random plane through its start: means over seeds",
            ["hidden units"],
            [([hidden], group) for hidden, group in grouped(planes, "hidden").items()],
            [
                ("parameters", "parameters", 1),
                ("displacement seen, %", "seen", 100),
                ("fall without the step in the plane, %", "sinking", 100),
                ("fall by the step in the plane alone, %", "walking", 100),
                ("variation in the path's own two best directions, %", "two_best", 100),
            ],
        ),
    ]


def _log(sgd: Row) -> Table:
    losses, shares = sgd.arrays["losses"], sgd.arrays["shares"]
    lines = [
        [
            step,
            cities.NAMES[cities.ORDER[(step - 1) % 15] // 5],
            f"{loss:.4f}",
            f"{losses[step - 1]:.4f}",
            f"{round(15 * shares[step - 1])} of 15",
        ]
        for step, loss in PUBLISHED.items()
    ]
    columns = ["step", "example", "loss, published", "loss, ours", "right after the step, ours"]
    return table("log", "The published log of gradient descent, where we have it", columns, lines)


def _conventions(rows: Rows) -> Table:
    """The loss at step 10 of Adam by what is assumed of it, beside the published one."""
    lines: list[list[Any]] = []
    for row in pick(rows["the log"], method="adam"):
        tenth = f"{row.arrays['losses'][9]:.4f}"
        lines.append([convention(row), 1, tenth, tenth, row.values.get("first")])
    for order in ("within", "random"):
        group = pick(rows["other orders"], method="adam", order=order)
        tenths, firsts = finished(group, "tenth"), finished(group, "first")
        low, high = (f"{end:.4f}" for end in (tenths.min(), tenths.max()))
        lines.append([ORDERS[order], len(group), low, high, float(np.median(firsts)) if len(firsts) else None])
    columns = ["order and constants", "runs", "loss at step 10, least", "greatest", "all right first after step"]
    title = f"Adam by order and constants: the published loss at step 10 is {ADAM_TENTH:.4f}"
    return table("conventions", title, columns, lines)


def _nudges(at: Row, kind: str) -> Table:
    lines = [
        [f"{step:.0e}", *(f"{value:.9f}" for value in line)] for step, line in zip(STEPS, at.arrays[kind], strict=True)
    ]
    lines.append(["exact", *(f"{value:.9f}" for value in at.arrays["exact"])])
    title = f"Measured slopes of all six parameters at the published point, {kind} differences, nudge by nudge"
    return table(f"nudges_{kind}", title, ["nudge", *NAMES], lines)


def _solved(name: str, title: str, keys: Sequence[str], rows: Sequence[Row]) -> Table:
    """One line per cell: the share of runs that got all right, the middle of their steps, and the share at the end."""
    lines = []
    for cell, group in grouped(rows, *keys).items():
        steps = steps_of(group)
        middle = float(np.median(steps))
        ended = 100 * float(np.mean([row.values["right"] == 1 for row in group]))
        share = 100 * float(np.mean(np.isfinite(steps)))
        told = cell if isinstance(cell, tuple) else (cell,)
        lines.append([*told, len(group), share, middle if np.isfinite(middle) else None, ended])
    columns = [*keys, "seeds", "ever all right, %", "steps to it, median of all", "all right at the end, %"]
    return table(name, title, columns, lines)


def _passes(at: Row) -> Table:
    counted = [
        ("six parameters, counted by the meter", 6, at.values["forward_readings"]),
        *((name, n, n + 1.0) for name, n in OTHERS),
    ]
    lines = [
        [name, n, f"{forwards:,.0f}", f"{2 * n:,}", "1 + 1", f"{forwards / BACKWARD:.3g}"]
        for name, n, forwards in counted
    ]
    columns = [
        "network",
        "parameters",
        "forward differences, forward passes",
        "central differences, forward passes",
        "backpropagation, passes forward + backward",
        "forward differences over backpropagation, at 3 passes",
    ]
    return table("passes", "Passes for one gradient of all parameters", columns, lines)


def arrays(s: Settings, rows: Rows) -> dict[str, np.ndarray]:
    """What the figures draw."""
    return {name: np.asarray(value) for name, value in _arrays(rows)}


def _arrays(rows: Rows) -> Iterable[tuple[str, np.ndarray]]:
    yield from _named("point", rows["the published point"][0].arrays)
    yield from _named("saturation", rows["saturation"][0].arrays)
    for method in ("sgd", "adam"):
        yield from _named(f"log_{method}", pick(rows["the log"], method=method)[0].arrays)
        group = pick(rows["other orders"], method=method, order="random")
        yield f"orders_{method}", np.mean([row.arrays["shares"] for row in group], axis=0)
    for series in ("losses", "temperature"):
        group = pick(rows["losses and temperatures"], series=series)
        squared = [float(row.cell["loss"] == "squared error") for row in group]
        cells = np.array([[r.cell["spread"], r.cell["rate"], r.cell["temperature"]] for r in group])
        yield f"learn_{series}", np.column_stack([squared, cells, steps_of(group)])
    yield from _named("map", pick(rows["the map"], keep=True)[0].arrays)
    yield from _named("surface", rows["two of six"][0].arrays)
    shadows, planes = rows["shadows"], rows["random planes"]
    for name in ("seen", "surface"):
        yield f"shadow_{name}", np.stack([row.arrays[name] for row in shadows[:3]])
    yield "shadow_along", np.stack([row.arrays["along"] for row in shadows])
    yield "shadow_extent", np.array([shadows[0].values["extent"]])
    yield "shadow_share", finished(shadows, "share")
    yield "planes", np.column_stack([finished(planes, name) for name in ("parameters", "seen")])
    for row in planes:
        if row.seed == 0:
            yield f"in_plane_{row.values['parameters']:.0f}", row.arrays["in_plane"]


def _named(prefix: str, found: Mapping[str, np.ndarray]) -> Iterable[tuple[str, np.ndarray]]:
    return ((f"{prefix}_{name.replace(' ', '_')}", value) for name, value in found.items())


def words(s: Settings, rows: Rows) -> dict[str, Any]:
    """Numbers that the text of the report names."""
    sgd, adam = (pick(rows["the log"], method=method)[0] for method in ("sgd", "adam"))
    orders = rows["other orders"]
    first = {method: finished(pick(orders, method=method, order="random"), "first") for method in ("sgd", "adam")}
    learned = rows["losses and temperatures"]
    far = {
        loss: 100 * finished(_best(learned, loss, s.far), "solved").mean()
        for loss in ("cross-entropy", "squared error")
    }
    surface = rows["two of six"][0].arrays
    shadows = rows["shadows"]
    ends = np.array([row.arrays["along"][-1] for row in shadows])
    seen = {h: finished(group, "seen") for h, group in grouped(rows["random planes"], "hidden").items()}
    widest = max(distinct(rows["random planes"], "hidden"))
    parameters = pick(rows["random planes"], hidden=widest)[0].values["parameters"]
    return {
        "steady_sgd": f"{sgd.values['steady']:.0f}",
        "steady_adam": f"{adam.values['steady']:.0f}",
        "adam_tenth": f"{adam.arrays['losses'][9]:.4f}",
        "first_sgd": f"{np.median(first['sgd']):.0f}",
        "far_entropy": f"{far['cross-entropy']:.0f} %",
        "far_squared": f"{far['squared error']:.0f} %",
        "two_end": f"{surface['only_two'][-1]:.2g}",
        "four_end": f"{surface['only_four'][-1]:.2g}",
        "all_end": f"{surface['all'][-1]:.2g}",
        "all_start": f"{surface['all'][0]:.2g}",
        "shadow_end": f"{np.median(ends):.2g}",
        "shadow_share": f"{100 * np.median(finished(shadows, 'share')):.0f} %",
        "seen_six": f"{100 * np.sqrt(np.mean(seen[0] ** 2)):.0f} %" if 0 in seen else "not measured",
        "seen_widest": f"{100 * np.sqrt(np.mean(seen[widest] ** 2)):.2g} %",
        "widest": f"{parameters:,.0f}",
    }


def _best(rows: Sequence[Row], loss: str, spread: float) -> list[Row]:
    return pick(rows, series="losses", loss=loss, spread=spread, rate=best_rate(rows, loss, spread))
