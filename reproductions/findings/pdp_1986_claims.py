"""Our side of every claim of `pdp_1986`, and the numbers that the text of its report names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.evidence.record import Ours
from core.evidence.summaries import finished, over_mean, over_seeds, over_values, share
from core.evidence.trials import Row
from reproductions.findings.pdp_1986 import medians, pick, sweeps_of

Rows = Mapping[str, Sequence[Row]]


def stuck_nets(rows: Rows) -> list[Row]:
    """The 2-2-1 nets that did not learn XOR."""
    return [row for row in pick(rows["xor"], net="xor 2-2-1") if not row.values.get("solved")]


def words(rows: Rows, recipe: tuple[float, float, int]) -> dict[str, Any]:
    """Numbers that the text of the report names: about the stuck nets, and the recipe found for the family trees."""
    stuck = stuck_nets(rows)
    rate, decay, sweeps = recipe
    return {
        "stuck": len(stuck), "working": f"{rate:g}, {decay:g}, {sweeps}",
        "slope_then": _middle_slope(stuck), "slope_later": _middle_slope(rows["stuck, longer"]),
    }  # fmt: skip


def _middle_slope(nets: Sequence[Row]) -> str:
    slopes = np.array([row.values.get("slope", np.nan) for row in nets])
    known = slopes[np.isfinite(slopes)]
    return f"{np.median(known):.2g}" if len(known) else "none"


def solved_only(rows: Sequence[Row], name: str = "sweeps") -> Ours | None:
    """A measurement over the nets that learned; the others count as failed."""
    values = np.array([row.values.get(name, np.nan) if row.values.get("solved") else np.nan for row in rows])
    return over_values(values)


def mean_interval(values: np.ndarray, failed: int = 0) -> Ours | None:
    """The mean of values with its bootstrap interval."""
    return over_mean(values, failed=failed, covers="share or mean over seeds (bootstrap)")


def measure(rows: Rows) -> dict[str, Ours | None]:
    """Our side of every claim, by its id in papers/rumelhart1986.toml."""
    return _xor(rows) | _tasks(rows) | _trees(rows) | _scale(rows)


def _xor(rows: Rows) -> dict[str, Ours | None]:
    two, direct = pick(rows["xor"], net="xor 2-2-1"), pick(rows["xor"], net="xor direct")
    stuck = [row for row in two if not row.values["solved"] and not row.failed]
    halves = np.array([np.sum(np.abs(row.arrays["outputs"] - 0.5) < 0.1) == 2 for row in stuck], dtype=float)
    plain = {h: pick(rows["hidden units"], layers=[2, h, 1], direct=False) for h in (2, 8, 32)}
    means = {h: mean_interval(sweeps_of(group)) for h, group in plain.items() if group}
    by_rate = {rate: mean_interval(sweeps_of(pick(rows["rates"], rate=rate))) for rate in (0.1, 0.75)}
    three = finished(rows["extra unit"], "solved")
    least = min(len(three), len(two))
    long = rows["stuck, longer"]
    before = {row.seed: row.values["length"] for row in stuck}
    still = [row for row in long if not row.failed and not row.values["solved"]]
    growth = np.array([row.values["length"] / before[row.seed] for row in still])
    high = [r for r in rows["stuck map"] if r.cell["rate"] >= 0.5 and r.cell["reach"] == 0.5]
    return {
        "xor_direct": solved_only(direct),
        "xor_stuck": share(1 - finished(two, "solved")),
        "xor_escape": share(1 - finished(high, "solved")) if high else None,
        "stuck_outputs": share(halves),
        "stuck_grows": over_values(growth),
        "stuck_escapes": share(finished(long, "solved")),
        "extra_unit": mean_interval(three[:least] - finished(two, "solved")[:least]),
        "chauvin_2": means.get(2),
        "chauvin_32": means.get(32),
        "chauvin_slope": _slope(rows["hidden units"]),
        "chauvin_slow": by_rate[0.1],
        "chauvin_fast": by_rate[0.75],
    }


def _slope(rows: Sequence[Row]) -> Ours | None:
    """Fall of the mean sweeps for each doubling of the hidden units from 2 to 32, by resampling nets."""
    groups = [(row.cell["layers"][1], row.values["sweeps"]) for row in rows
              if row.cell["direct"] is False and row.values.get("solved") and row.cell["layers"][1] <= 32]  # fmt: skip
    sizes = sorted({h for h, _ in groups})
    if len(sizes) < 2:
        return None
    by_size = [np.array([s for h, s in groups if h == size]) for size in sizes]
    rng = np.random.default_rng(0)
    means = np.stack([rng.choice(g, (2000, len(g))).mean(axis=1) for g in by_size])
    falls = -np.polyfit(np.log2(sizes), means, 1)[0]
    low, high = np.percentile(falls, [2.5, 97.5])
    middle = -np.polyfit(np.log2(sizes), [g.mean() for g in by_size], 1)[0]
    return Ours(estimate=float(middle), low=float(low), high=float(high), n=len(groups),
                covers="difference of means over seeds (bootstrap)")  # fmt: skip


def _tasks(rows: Rows) -> dict[str, Ours | None]:
    symmetry = pick(rows["symmetry"], margin=0.5)
    weights = [row for row in pick(rows["symmetry"], margin=0.1) if row.values["solved"]]
    addition = {h: finished(pick(rows["addition"], net=f"addition 4-{h}-3"), "solved") for h in (2, 3)}
    negation = {h: finished(pick(rows["negation"], net=f"negation 4-{h}-3"), "solved") for h in (3, 6)}
    tied = [row for row in rows["T and C"] if row.cell["rate"] == 0.02]
    return {
        "parity": solved_only(rows["parity"]),
        "parity_counting": solved_only(rows["parity"], "counting"),
        "symmetry_nature": solved_only(symmetry),
        "symmetry_pdp": solved_only(symmetry),
        **{f"symmetry_{name}": over_seeds(weights, name) for name in ("middle", "largest", "residual", "copies")},
        "encoder": share(finished(rows["encoder"], "solved")),
        "addition_two": share(1 - addition[2]),
        "addition_three": share(addition[3]),
        "negation_three": share(negation[3]),
        "negation_six": share(negation[6]),
        "t_and_c": share(finished(tied, "solved")),
    }


def _trees(rows: Rows) -> dict[str, Ours | None]:
    literal, working = pick(rows["trees"], recipe="1986"), rows["trees, working recipe"]
    return {
        "trees_train": over_seeds(literal, "train", scale=100),
        "trees_held_out": over_seeds(literal, "held_out"),
        "trees_working_train": over_seeds(working, "train", scale=100),
        "trees_working_held_out": over_seeds(working, "held_out"),
        "trees_nation": over_seeds(working, "nation"),
        "trees_generation": over_seeds(working, "generation"),
    }


def _scale(rows: Rows) -> dict[str, Ours | None]:
    new, parity = rows["new symmetry"], rows["parity scaling"]
    sampled = [row for row in rows["sampled"] if row.cell["share"] == min(r.cell["share"] for r in rows["sampled"])]
    best = _by_loss(rows["losses"])
    return {
        "mp_symmetry": _growth(new, "presentations"),
        "mp_weights": _growth(pick(rows["old symmetry"], margin=0.1), "largest"),
        "mp_sampling": share(finished(sampled, "solved")),
        "parity_law": _growth(parity, "presentations"),
        "repetitions": _repetitions(rows),
        "solla": best,
        "solla_marked": _at_equal_rates(rows["losses"]),
    }


def _growth(rows: Sequence[Row], name: str) -> Ours | None:
    """Binary logarithm of a measurement for each further bit, fitted through medians of the nets that learned."""
    groups: dict[int, list[float]] = {}
    for row in rows:
        if row.values.get("solved"):
            groups.setdefault(row.cell["bits"], []).append(row.values[name])
    sizes = sorted(n for n, values in groups.items() if len(values) >= 3)
    if len(sizes) < 2:
        return None
    rng = np.random.default_rng(0)
    draws = np.stack([np.median(rng.choice(groups[n], (2000, len(groups[n]))), axis=1) for n in sizes])
    slopes = np.polyfit(sizes, np.log2(draws), 1)[0]
    low, high = np.percentile(slopes, [2.5, 97.5])
    middle = np.polyfit(sizes, [np.log2(np.median(groups[n])) for n in sizes], 1)[0]
    learned = sum(bool(row.values.get("solved")) for row in rows)
    return Ours(estimate=float(middle), low=float(low), high=float(high), n=learned, failed=len(rows) - learned,
                covers="difference of medians over seeds (bootstrap)")  # fmt: skip


def _repetitions(rows: Rows) -> Ours | None:
    """Median presentations of each task, over the nets that learned, as a geometric mean over tasks."""
    values = np.array([line[4] for line in medians(rows) if line[4] is not None], dtype=float)
    if not len(values):
        return None
    return Ours(estimate=float(np.exp(np.log(values).mean())), low=float(values.min()), high=float(values.max()),
                n=len(values), covers="least and largest median of a task")  # fmt: skip


def _by_loss(rows: Sequence[Row]) -> Ours | None:
    """Sweeps by squared error over those by cross-entropy, saturated starts, each at its best rate, for equal seeds.

    A net that did not learn counts with all the sweeps that it was given, so that its ratio is a bound.
    """
    best = {}
    for ce in (False, True):
        groups: dict[float, list[Any]] = {}
        for row in pick(rows, cross_entropy=ce, saturated=8.0):
            groups.setdefault(row.cell["rate"], []).append(row.values.get("sweeps", row.cell["sweeps"]))
        best[ce] = np.array(min(groups.values(), key=np.median))
    return over_values(np.log2(best[False] / best[True]))


def _at_equal_rates(rows: Sequence[Row]) -> Ours | None:
    """Binary logarithm of sweeps by squared error over those by cross-entropy, small starts, equal rates and seeds.

    Rates at which every net of both losses learned.
    """
    took: dict[tuple[float, bool], list[float]] = {}
    for row in pick(rows, saturated=0.0):
        took.setdefault((row.cell["rate"], row.cell["cross_entropy"]), []).append(row.values.get("sweeps", np.nan))
    ratios = [
        np.log2(np.array(took[rate, False]) / np.array(took[rate, True]))
        for rate in {rate for rate, _ in took}
        if np.all(np.isfinite(took[rate, False] + took[rate, True]))
    ]
    return over_values(np.mean(ratios, axis=0)) if ratios else None
