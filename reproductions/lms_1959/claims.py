"""Our side of every claim of the era, by its id in paper.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

from core.datasets import dichotomies
from core.evidence import measured as m
from core.evidence.measured import Count, Measured, Quantity
from core.evidence.rows import Rows, failures, finished, grouped, pick
from core.evidence.trials import Row
from reproductions.lms_1959.experiment import SLOWEST_AT
from reproductions.lms_1959.nets import FIRST_LAYER
from reproductions.lms_1959.run import MARKS
from reproductions.lms_1959.settings import Settings

GROUPS = 10  # of runs, over each of which the mean weights are taken for the slowest mode


def measure(s: Settings, rows: Rows) -> dict[str, Measured]:
    """Our side of every claim."""
    return {
        **_adaptation(rows),
        **_theory(rows),
        **_stability(rows),
        **_capacity(rows),
        **_perceptron(rows),
        **_nets(rows),
        **_now(rows),
    }


def _adaptation(rows: Rows) -> dict[str, Measured]:
    main = exact_runs(rows)
    steps = finished(main, "step")
    steps = steps[np.isfinite(steps)]
    ways = ways_of_reading(rows)
    limit = float(main[0].cell["presentations"])
    return {
        "start": Count(float(finished(main, "start")[0])),
        "step": Count(_farthest(steps, 1 / 17)),
        **{f"after_{t}": m.runs(main, f"after_{t}") for t in MARKS},
        "first_50": m.runs(main, "first_50"),
        "tenth": m.runs_until(main, "tenth", "to_tenth", limit=limit),
        "floor": {name: m.runs(group, "later") for name, group in ways.items()},
        "plateau": {name: m.share_of(group, "flat") for name, group in ways.items()},
        "slowest_mode": _slowest(main),
    }


def exact_runs(rows: Rows) -> list[Row]:
    """The runs of the measurement of 1960 as it is told: whole errors, read exactly."""
    return pick(rows["adaptation"], alpha=1.0, noise=0.0, dead=None, film=False)


def ways_of_reading(rows: Rows) -> dict[str, list[Row]]:
    """Runs with whole errors by how the meter is read: exactly, with noise, or with small errors left alone."""
    found = {"read exactly": exact_runs(rows)}
    for (noise, dead), group in grouped(pick(rows["adaptation"], alpha=1.0, film=False), "noise", "dead").items():
        if noise:
            found[f"noise of {noise:g} units"] = group
        if dead:
            found[f"errors up to {dead:g} units left alone"] = group
    return found


def _farthest(values: np.ndarray, expected: float) -> float:
    return float(values[np.argmax(np.abs(values - expected))])


def _slowest(main: Sequence[Row]) -> Quantity | None:
    """Time constant of the slowest mode of the mean weights, for each of some equal groups of runs."""
    found = []
    for group in np.array_split(np.arange(len(main)), min(GROUPS, len(main))):
        mode = np.abs(np.mean([main[k].arrays["slowest"] for k in group], axis=0))
        found.append(-1 / np.polyfit(SLOWEST_AT, np.log(mode / mode[0]), 1)[0])
    return m.mean(np.array(found), covers=("groups of runs",))


def _theory(rows: Rows) -> dict[str, Measured]:
    solutions, noise = rows["solutions"], rows["misadjustment"]
    unequal = pick(solutions, norms="unequal")
    least = min(row.cell["mu_trace"] for row in noise)
    return {
        "after_step": Count(_farthest(finished(solutions, "after_step") / 0.7, 1.0)),
        "same_rule": Count(float(finished(pick(solutions, norms="equal"), "same").max())),
        "alpha_solution": m.mean_of(unequal, "alpha_to_normal"),
        "mu_solution": m.mean_of(unequal, "mu_to_plain"),
        "time_constant": m.mean_of(pick(rows["constants"], patterns="signs"), "patterns"),
        "time_constants": m.mean_of(pick(rows["constants"], patterns="gauss"), "ratio"),
        "misadjustment": _by_seed(pick(noise, mu_trace=least), "first_order"),
        "misadjustment_exact": _by_seed(noise, "exact"),
    }


def _by_seed(rows: Sequence[Row], name: str) -> Quantity | None:
    """A mean over seeds, of what each has at all its settings: they belong together."""
    found: dict[int, list[float]] = {}
    for row in rows:
        if not row.failed:
            found.setdefault(row.seed, []).append(row.values[name])
    return m.by_cluster(found, covers=("seeds",), failed=failures(rows))


def _stability(rows: Rows) -> dict[str, Measured]:
    def diverged(times: float, **which: str) -> Quantity | None:
        return m.share_of(pick(rows["stability"], times=times, **which), "diverged")

    return {
        "alpha_below": diverged(0.99, rule="alpha"),
        "alpha_above": diverged(1.01, rule="alpha"),
        "mu_below": diverged(0.99, rule="mu", patterns="signs"),
        "mu_above": diverged(1.01, rule="mu", patterns="signs"),
        "gaussian_bound": m.mean_of(pick(rows["growth"], n=1), "crossing"),
    }


def _capacity(rows: Rows) -> dict[str, Measured]:
    corners = np.array([[1.0, a, b] for a, b in product((-1.0, 1.0), repeat=2)])
    functions = sum(dichotomies.separable(corners, np.array(d)) for d in product((-1.0, 1.0), repeat=4))
    capacity = rows["capacity"]
    twice = [row for row in capacity if row.cell["patterns"] == 2 * row.cell["weights"]]
    once = [row for row in capacity if row.cell["patterns"] == row.cell["weights"]]
    return {
        "two_inputs": Count(functions),
        "statistical_capacity": m.mean_of(rows["absorbed"], "per_weight"),
        "half": m.mean_of(twice, "separable"),
        "deterministic_capacity": _of_all_draws(once),
        "cover": _widest_gap(capacity),
    }


def _of_all_draws(rows: Sequence[Row]) -> Quantity | None:
    """A share over all random tasks of all runs."""
    hits = [np.arange(r.cell["draws"]) < round(r.values["separable"] * r.cell["draws"]) for r in rows if not r.failed]
    return m.share(np.concatenate(hits).astype(float), covers=("random tasks",)) if hits else None


def _widest_gap(rows: Sequence[Row]) -> Quantity | None:
    """Largest distance between a measured share of separable tasks and Cover's formula, over all points."""
    points = grouped([row for row in rows if not row.failed], "patterns", "weights")
    expected = [dichotomies.cover_probability(*key) for key in points]

    def gap(groups: Sequence[np.ndarray]) -> float:
        return max(abs(float(group.mean()) - p) for group, p in zip(groups, expected, strict=True))

    shares = [finished(group, "separable") for group in points.values()]
    return m.resampled(shares, gap, "largest gap", covers=("seeds within points",), failed=failures(rows))


def _perceptron(rows: Rows) -> dict[str, Measured]:
    clouds, novikoff = rows["clouds"], rows["novikoff"]
    overlapping = [row for row in pick(clouds, kind="overlapping", start="large") if not row.values["separable"]]
    slow, fast = (pick(clouds, start="zero", rate=rate) for rate in (0.5, 8.0))
    far = pick(clouds, kind="far group", start="zero", rate=0.5)
    worst = finished(pick(novikoff, data="orthogonal"), "of_bound")
    return {
        "novikoff": Count(float(finished(novikoff, "of_bound").max())),
        "novikoff_worst": Count(_farthest(worst, 1.0)) if len(worst) else None,
        "runs_forever": m.share((finished(overlapping, "late_updates") > 0).astype(float)),
        "towards_zero": m.share((finished(overlapping, "shrinkage") < 1).astype(float)),
        "rate_free": Count(float(np.abs(finished(fast, "updates") - finished(slow, "updates")).max())),
        "lms_misses": m.mean(100 * (finished(far, "lms_wrong") - finished(far, "perceptron_wrong"))),
        **{f"flat_{unit}": m.mean_of(rows["flatness"], unit) for unit in ("signum", "tanh", "linear")},
    }


def _nets(rows: Rows) -> dict[str, Measured]:
    random = pick(rows["nets"], task="random")
    logics = grouped(pick(random, rule="Rule I", order="random"), "logic")
    capacities = {logic: _capacities(group) for logic, group in logics.items()}
    in_order = {
        order: _solved(pick(random, rule="Rule I", order=order, logic="majority")) for order in ("random", "cyclic")
    }
    beside = {rule: _solved(pick(random, rule=rule, order="random")) for rule in ("backprop", "Rule II")}
    hung = 1 - finished(pick(rows["nets"], task="XNOR", rule="Rule II"), "solved")
    return {
        "hangs": m.share(hung),
        "random_order": m.mean(_less(in_order["random"], in_order["cyclic"]), covers=("pairs of seeds",)),
        "madaline_capacity": {logic: m.mean(values) for logic, values in capacities.items()},
        "madaline_same": _ratio_of_means(capacities["OR"], capacities["majority"]),
        "ours_beside": m.mean(_less(beside["backprop"], beside["Rule II"]), covers=("pairs of seeds",)),
    }


def _solved(rows: Sequence[Row]) -> dict[int, float]:
    """Share of tasks learned, for each seed."""
    found: dict[int, list[float]] = {}
    for row in rows:
        if not row.failed:
            found.setdefault(row.seed, []).append(row.values["solved"])
    return {seed: float(np.mean(solved)) for seed, solved in found.items()}


def _less(a: Mapping[int, float], b: Mapping[int, float]) -> np.ndarray:
    """a less b for the seeds that both have."""
    return np.array([a[seed] - b[seed] for seed in a if seed in b])


def _capacities(rows: Sequence[Row]) -> np.ndarray:
    """Patterns per adaptive weight that a net learns: the area under solved against patterns, for each seed."""
    sizes = sorted({row.cell["patterns"] for row in rows})
    edges = np.concatenate([[0.0], 0.5 * (np.array(sizes[1:]) + np.array(sizes[:-1])), [sizes[-1]]]) / FIRST_LAYER
    widths = dict(zip(sizes, np.diff(edges), strict=True))
    found: dict[int, float] = {}
    for row in (row for row in rows if not row.failed):
        found[row.seed] = found.get(row.seed, 0.0) + widths[row.cell["patterns"]] * row.values["solved"]
    return np.array(list(found.values()))


def _ratio_of_means(a: np.ndarray, b: np.ndarray) -> Quantity | None:
    return m.resampled(
        [a, b], lambda groups: float(groups[0].mean() / groups[1].mean()), "ratio of means", covers=("seeds",)
    )


def _now(rows: Rows) -> dict[str, Measured]:
    """Points of noisy letters by which today's rule is better than that of 1960, and hidden units than one unit."""
    rungs = grouped(rows["now"], "rung")
    last = max(rungs)
    return {
        "now": m.difference(rungs[last - 1], rungs[0], "right", scale=100, pairs=True),
        "now_hidden": m.difference(rungs[last], rungs[last - 1], "right", scale=100, pairs=True),
    }
