"""Our side of every claim of `lms_1959`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from core.datasets import dichotomies
from core.evidence.record import Ours
from core.evidence.summaries import exactly, finished, over_seeds, over_values, share
from core.evidence.trials import Row
from reproductions.lms_1959 import threshold_units as units
from reproductions.lms_1959.tables import grouped, mean_modes, settled_by_seed

Rows = Mapping[str, Sequence[Row]]


def pick(rows: Sequence[Row], **wanted: Any) -> list[Row]:
    """The rows whose cell has these values."""
    return [row for row in rows if all(row.cell.get(name) == value for name, value in wanted.items())]


def measure(settings: Any, rows: Rows) -> dict[str, Ours | None]:
    """Our side of every claim, by its id in papers/widrow1960.toml."""
    main = pick(rows["adaptation"], alpha=1.0, noise=0.0, film=False)
    steps = finished(main, "step")
    measured = {
        "start": exactly(finished(main, "start")[0]),
        "step": over_values(steps[np.isfinite(steps)]),
        "floor": over_seeds(main, "later"),
        "plateau": over_seeds(main, "plateau"),
        "time_constant": over_seeds(pick(rows["constants"], patterns="signs"), "patterns"),
        "slowest_mode": _slowest(main),
    }
    measured |= {f"after_{t}": over_seeds(main, f"after_{t}") for t in (10, 20, 30, 40, 50)}
    return measured | _theory(rows) | _capacity(rows) | _perceptron(settings, rows) | _nets(settings, rows)


def _slowest(main: Sequence[Row]) -> Ours | None:
    """Time constant of the slowest mode, for each of ten equal groups of runs."""
    groups = np.array_split(np.arange(len(main)), 10)
    found = []
    for group in groups:
        mode = np.abs(mean_modes([main[k] for k in group])[:, -1])
        t = np.arange(len(mode))
        early = t <= 60
        found.append(-1 / np.polyfit(t[early], np.log(mode[early] / mode[0]), 1)[0])
    return over_values(np.array(found), covers="ten groups of runs")


def _theory(rows: Rows) -> dict[str, Ours | None]:
    stability, solutions, noise = rows["stability"], rows["solutions"], rows["misadjustment"]
    unequal = pick(solutions, norms="unequal")
    after = finished(solutions, "after_step") / 0.7
    least = min(row.cell["mu_trace"] for row in noise)
    return {
        "after_step": over_values(after),
        "alpha_below": over_seeds(pick(stability, rule="alpha", times=0.99), "diverged"),
        "alpha_above": over_seeds(pick(stability, rule="alpha", times=1.01), "diverged"),
        "mu_below": over_seeds(pick(stability, rule="mu", patterns="signs", times=0.99), "diverged"),
        "mu_above": over_seeds(pick(stability, rule="mu", patterns="signs", times=1.01), "diverged"),
        "gaussian_bound": over_seeds(pick(rows["growth"], n=1), "crossing"),
        "same_rule": over_seeds(pick(solutions, norms="equal"), "same"),
        "alpha_solution": over_seeds(unequal, "alpha_to_normal"),
        "mu_solution": over_seeds(unequal, "mu_to_plain"),
        "time_constants": over_seeds(pick(rows["constants"], patterns="gauss"), "ratio"),
        "misadjustment": over_seeds(pick(noise, mu_trace=least), "first_order"),
        "misadjustment_exact": over_seeds(noise, "exact"),
    }


def _capacity(rows: Rows) -> dict[str, Ours | None]:
    corners = np.array([[1.0, a, b] for a, b in product((-1.0, 1.0), repeat=2)])
    functions = sum(dichotomies.separable(corners, np.array(d)) for d in product((-1.0, 1.0), repeat=4))
    capacity = rows["capacity"]
    twice = [row for row in capacity if row.cell["patterns"] == 2 * row.cell["weights"]]
    once = [row for row in capacity if row.cell["patterns"] == row.cell["weights"]]
    points = grouped([row for row in capacity if not row.failed], "patterns", "weights")
    gaps = [abs(finished(group, "separable").mean() - dichotomies.cover_probability(*key)) for key, group in points]
    widest = float(max(gaps, default=np.nan))
    return {
        "two_inputs": exactly(functions),
        "statistical_capacity": over_seeds(rows["absorbed"], "per_weight"),
        "half": over_seeds(twice, "separable"),
        "deterministic_capacity": over_seeds(once, "separable"),
        "cover": over_values(np.full(len(gaps), widest), covers="points"),
    }


def _perceptron(settings: Any, rows: Rows) -> dict[str, Ours | None]:
    clouds, novikoff = rows["clouds"], rows["novikoff"]
    overlapping = [row for row in pick(clouds, kind="overlapping", start="large") if not row.values["separable"]]
    slow, fast = (pick(clouds, start="zero", rate=rate) for rate in (0.5, 8.0))
    pairs = finished(fast, "updates") - finished(slow, "updates")
    far = pick(clouds, kind="far group", start="zero", rate=0.5)
    excess = finished(far, "lms_wrong") - finished(far, "perceptron_wrong")
    random = [row for row in novikoff if row.cell["data"] != "orthogonal"]
    beyond = np.array([row.values["of_bound"] > 1 + 1e-9 for row in novikoff if not row.failed], dtype=float)
    worst = finished(pick(novikoff, data="orthogonal"), "of_bound")
    return {
        "novikoff": over_values(beyond, failed=sum(row.failed for row in random)),
        "novikoff_worst": exactly(worst[0]) if len(worst) else None,
        "runs_forever": over_values((finished(overlapping, "late_updates") > 0).astype(float)),
        "towards_zero": over_values(np.log10(finished(overlapping, "shrinkage"))),
        "rate_free": over_values(pairs),
        "lms_misses": over_values(100 * excess),
        **{f"flat_{unit}": over_seeds(rows["flatness"], unit) for unit in ("signum", "tanh", "linear")},
    }


def _nets(settings: Any, rows: Rows) -> dict[str, Ours | None]:
    nets = rows["nets"]
    hung = 1 - finished(pick(nets, task="XNOR", rule="Rule II"), "solved")
    cyclic, random = (settled_by_seed(pick(nets, task="random", rule="Rule I", order=o)) for o in ("cyclic", "random"))
    weights = units.NET_WEIGHTS
    return {
        "hangs": share(hung),
        "random_order": over_values(random - cyclic),
        "madaline_capacity": over_values(
            _capacity_by_seed(pick(nets, task="random", rule="Rule I", order="random"), weights)
        ),
        "ours_beside": over_values(
            settled_by_seed(pick(nets, task="random", rule="backprop", order="random"))
            - settled_by_seed(pick(nets, task="random", rule="Rule II", order="random"))
        ),
    }


def _capacity_by_seed(rows: Sequence[Row], weights: int) -> np.ndarray:
    """Patterns per adaptive weight that a net learns: the area under solved against patterns, for each seed."""
    sizes = sorted({row.cell["patterns"] for row in rows})
    edges = np.concatenate([[0.0], 0.5 * (np.array(sizes[1:]) + np.array(sizes[:-1])), [sizes[-1]]]) / weights
    widths = dict(zip(sizes, np.diff(edges), strict=True))
    found: dict[int, float] = {}
    for row in (row for row in rows if not row.failed):
        found[row.seed] = found.get(row.seed, 0.0) + widths[row.cell["patterns"]] * row.values["solved"]
    return np.array(list(found.values()))
