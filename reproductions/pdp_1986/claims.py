"""Our side of every claim of the era, by its id in paper.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.evidence import measured as m
from core.evidence.intervals import bootstrap
from core.evidence.measured import SEED_OF_BOOTSTRAP, Measured, Quantity
from core.evidence.rows import Rows, finished, grouped, pick
from core.evidence.trials import Row
from reproductions.pdp_1986.run import stuck_nets
from reproductions.pdp_1986.settings import Settings
from reproductions.pdp_1986.tables import medians, sweeps_of


def measure(s: Settings, rows: Rows) -> dict[str, Measured]:
    """Our side of every claim."""
    return {**_xor(rows), **_hidden(rows), **_tasks(rows), **_trees(rows), **_scale(rows)}


def _xor(rows: Rows) -> dict[str, Measured]:
    two, direct = pick(rows["xor"], net="xor 2-2-1"), pick(rows["xor"], net="xor direct")
    stuck = stuck_nets(rows)
    halves = np.array([np.sum(np.abs(row.arrays["outputs"] - 0.5) < 0.1) == 2 for row in stuck], dtype=float)
    long = rows.get("stuck, longer", [])
    before = {row.seed: row.values["length"] for row in stuck}
    growth = [r.values["length"] / before[r.seed] for r in long if not r.failed and not r.values["solved"]]
    fast = [r for r in rows["stuck map"] if r.cell["rate"] >= 0.5]
    at_half = grouped(pick(rows["stuck map"], rate=0.5), "reach")
    three = m.difference_of_shares(finished(rows["extra unit"], "solved"), finished(two, "solved"), scale=100)
    return {
        "xor_direct": m.runs_until(direct, "sweeps"),
        "xor_stuck": {_reach(reach): _stuck(group) for reach, group in at_half.items()},
        "xor_escape": {_reach(reach): _stuck(group) for reach, group in grouped(fast, "reach").items()},
        "stuck_outputs": m.share(halves),
        "stuck_grows": m.mean(np.array(growth)) if len(growth) > 1 else None,
        "stuck_escapes": m.share_of(long, "solved") if long else None,
        "extra_unit": three,
    }


def _reach(reach: float) -> str:
    return f"initial range ±{reach:g}"


def _stuck(group: Sequence[Row]) -> Quantity | None:
    return m.share(1 - finished(group, "solved"))


def _hidden(rows: Rows) -> dict[str, Measured]:
    """Chauvin's means, over the nets that learned, for layers and for layers with direct links."""
    kinds = {"layers": False, "with direct links": True}
    found: dict[str, Measured] = {
        f"chauvin_{h}": {
            name: _mean_of_finishers(pick(rows["hidden units"], layers=[2, h, 1], direct=direct))
            for name, direct in kinds.items()
        }
        for h in (2, 8, 32)
    }
    found["chauvin_slope"] = {name: _slope(pick(rows["hidden units"], direct=direct)) for name, direct in kinds.items()}
    for name, rate in (("chauvin_slow", 0.1), ("chauvin_fast", 0.75)):
        found[name] = _mean_of_finishers(pick(rows["rates"], rate=rate))
    return found


def _mean_of_finishers(group: Sequence[Row]) -> Quantity | None:
    """Mean sweeps of the nets that learned; the others are counted, as a mean over all of them has no end."""
    took = sweeps_of(group)
    found = m.mean(took)
    if found is None:
        return None
    unfinished = sum(not row.failed for row in group) - len(took)
    return Quantity(
        found.estimate, found.low, found.high, len(took), unfinished=unfinished, statistic="mean of finishers"
    )


def _slope(group: Sequence[Row]) -> Quantity | None:
    """Fall of the mean sweeps of finishers for each doubling of the hidden units from 2 to 32."""
    by_size = {layers[1]: sweeps_of(some) for layers, some in grouped(group, "layers").items() if layers[1] <= 32}
    sizes = [h for h in sorted(by_size) if len(by_size[h]) > 1]
    if len(sizes) < 2:
        return None

    def fall(groups: Sequence[np.ndarray]) -> float:
        return -float(np.polyfit(np.log2(sizes), [g.mean() for g in groups], 1)[0])

    return m.resampled([by_size[h] for h in sizes], fall, "slope of means", covers=("seeds within sizes",))


def _tasks(rows: Rows) -> dict[str, Measured]:
    symmetry = pick(rows["symmetry"], margin=0.5)
    weights = [row for row in pick(rows["symmetry"], margin=0.1) if row.values.get("solved")]
    parity = [row for row in rows["parity"] if row.values.get("solved")]
    addition = {
        h: {
            f"rate {rate:g}, range ±{reach:g}": m.share_of(group, "solved")
            for (rate, reach), group in grouped(
                pick(rows["addition"], net=f"addition 4-{h}-3"), "rate", "reach"
            ).items()
        }
        for h in (2, 3)
    }
    negation = {h: pick(rows["negation"], net=f"negation 4-{h}-3") for h in (3, 6)}
    return {
        "parity": m.runs_until(rows["parity"], "sweeps"),
        "parity_counting": m.mean_of(parity, "counting"),
        "symmetry_nature": m.runs_until(symmetry, "sweeps"),
        "symmetry_pdp": m.runs_until(symmetry, "sweeps"),
        **{f"symmetry_{name}": m.median_of(weights, name) for name in ("middle", "largest", "residual", "copies")},
        "encoder": m.share_of(rows["encoder"], "solved"),
        "addition_two": addition[2],
        "addition_three": addition[3],
        "negation_three": m.share_of(negation[3], "solved"),
        "negation_six": m.share_of(negation[6], "solved"),
        "t_and_c": m.share_of(pick(rows["T and C"], rate=0.02), "solved"),
    }


def _trees(rows: Rows) -> dict[str, Measured]:
    literal, working = pick(rows["trees"], recipe="1986"), rows["trees, working recipe"]
    return {
        "trees_train": m.runs(literal, "train", scale=100),
        "trees_held_out": m.runs(literal, "held_out"),
        "trees_working_train": m.mean_of(working, "train", scale=100),
        "trees_working_held_out": m.share_of(working, "all_four"),
        "trees_nation": m.mean_of(working, "nation"),
        "trees_generation": m.mean_of(working, "generation"),
    }


def _scale(rows: Rows) -> dict[str, Measured]:
    old = pick(rows["old symmetry"], margin=0.5)
    least = min(row.cell["share"] for row in rows["sampled"])
    return {
        "mp_symmetry": {
            "the recipe of 1986": _doublings(old),
            "8 hidden units, cross-entropy, balanced samples": _doublings(rows["new symmetry"]),
        },
        "mp_weights": _growth_of_weights(pick(rows["old symmetry"], margin=0.1)),
        "mp_sampling": m.share_of(pick(rows["sampled"], share=least), "solved"),
        "parity_law": _doublings(rows["parity scaling"]),
        "repetitions": {line[0]: _presentations(group, patterns) for line, group, patterns in medians(rows)},
        "solla": _by_loss(rows["losses"]),
        "solla_marked": _at_equal_rates(rows["losses"]),
    }


def _presentations(group: Sequence[Row], patterns: int) -> Quantity | None:
    """Median presentations of single patterns until a task was learned."""
    found = m.median_until(group, "sweeps")
    return None if found is None else m.scaled(found, patterns)


def _doublings(rows: Sequence[Row]) -> Quantity | None:
    """Binary logarithm of median presentations for each further bit; nets that did not learn count as endless.

    Where a median is endless the estimate is, and the lower end takes the presentations that such nets were given.
    """
    groups = grouped(rows, "bits")
    sizes = sorted(groups)
    if len(sizes) < 2 or min(len(groups[n]) for n in sizes) < 2:
        return None
    given = {n: max(row.values["presentations"] for row in groups[n]) for n in sizes}
    took = [
        np.array([row.values["presentations"] if row.values.get("solved") else np.inf for row in groups[n]])
        for n in sizes
    ]

    def slope(samples: Sequence[np.ndarray]) -> float:
        middle = [min(float(np.median(sample)), given[n]) for n, sample in zip(sizes, samples, strict=True)]
        return float(np.polyfit(sizes, np.log2(middle), 1)[0])

    low, high = bootstrap(took, slope, rng=np.random.default_rng(SEED_OF_BOOTSTRAP))
    endless = any(np.isinf(np.median(sample)) for sample in took)
    unfinished = int(sum(np.isinf(sample).sum() for sample in took))
    estimate, high = (np.inf, np.inf) if endless else (slope(took), high)
    return Quantity(
        estimate, low, high, len(rows), unfinished=unfinished, covers=("seeds within sizes",), statistic="exponent"
    )


def _growth_of_weights(rows: Sequence[Row]) -> Quantity | None:
    """Binary logarithm of the largest over the smallest weight for each further bit, medians of nets that learned."""
    learned = grouped([row for row in rows if row.values.get("solved")], "bits")
    found = {n: finished(group, "largest") for n, group in sorted(learned.items()) if len(group) >= 3}
    if len(found) < 2:
        return None

    def slope(groups: Sequence[np.ndarray]) -> float:
        return float(np.polyfit(list(found), [np.log2(np.median(g)) for g in groups], 1)[0])

    return m.resampled(list(found.values()), slope, "exponent", covers=("seeds within sizes",))


def _by_loss(rows: Sequence[Row]) -> Quantity | None:
    """Doublings of sweeps by squared error over those by cross-entropy, saturated starts, each at its best rate.

    For equal seeds. A net that did not learn counts with all the sweeps that it was given: its ratio is a bound.
    """
    best = {}
    for ce in (False, True):
        groups = grouped(pick(rows, cross_entropy=ce, saturated=8.0), "rate")
        took = [np.array([r.values.get("sweeps", r.cell["sweeps"]) for r in group]) for group in groups.values()]
        best[ce] = min(took, key=lambda sweeps: float(np.median(sweeps)))
    return m.mean(np.log2(best[False] / best[True]), covers=("pairs of seeds",))


def _at_equal_rates(rows: Sequence[Row]) -> Quantity | None:
    """Doublings of sweeps by squared error over those by cross-entropy, small starts, equal rates and seeds.

    Rates at which every net of both losses learned.
    """
    took: Mapping[tuple[float, bool], list[Row]] = grouped(pick(rows, saturated=0.0), "rate", "cross_entropy")
    ratios = [
        np.log2(sweeps_of(took[rate, False]) / sweeps_of(took[rate, True]))
        for rate in dict.fromkeys(rate for rate, _ in took)
        if all(len(sweeps_of(took[rate, ce])) == len(took[rate, ce]) for ce in (False, True))
    ]
    return m.mean(np.mean(ratios, axis=0), covers=("pairs of seeds",)) if ratios else None
