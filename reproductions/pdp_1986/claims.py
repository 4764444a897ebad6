"""Our side of every claim of the era, by its id in paper.toml."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from core.evidence import measured as m
from core.evidence.intervals import bootstrap
from core.evidence.measured import SEED_OF_BOOTSTRAP, Measured, Quantity, Runs
from core.evidence.rows import Rows, distinct, finished, grouped, pick
from core.evidence.trials import Row
from core.networks.grouped import evaluate
from reproductions.pdp_1986.experiment import FIGURE_5, NETS
from reproductions.pdp_1986.run import stuck_nets
from reproductions.pdp_1986.settings import Settings
from reproductions.pdp_1986.tables import medians, sweeps_of

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def measure(s: Settings, rows: Rows) -> dict[str, Measured]:
    """Our side of every claim."""
    return {**_xor(rows), **_hidden(rows), **_tasks(rows), **_trees(rows), **_scale(rows), **_now(rows)}


def _xor(rows: Rows) -> dict[str, Measured]:
    two, direct = pick(rows["xor"], net="xor 2-2-1"), pick(rows["xor"], net="xor direct")
    stuck = stuck_nets(rows)
    halves = np.array([np.sum(np.abs(row.arrays["outputs"] - 0.5) < 0.1) == 2 for row in stuck], dtype=float)
    long = rows.get("stuck, longer", [])
    before = {row.seed: row.values["length"] for row in stuck}
    growth = [r.values["length"] / before[r.seed] for r in long if not r.failed and not r.values["solved"]]
    at_half = grouped(pick(rows["stuck map"], rate=0.5), "reach")
    printed = pick(rows["figure 5"], rate=0.25)
    escape = {
        f"{'one pattern' if online else 'a sweep'} at a time, rate {rate:g}": m.share_of(group, "solved")
        for (online, rate), group in grouped(rows["figure 5"], "online", "rate").items()
        if rate >= 0.5
    }
    three = m.difference_of_shares(finished(rows["extra unit"], "solved"), finished(two, "solved"), scale=100)
    return {
        "xor_direct": m.runs_until(direct, "sweeps"),
        "xor_stuck": {_reach(reach): _stuck(group) for reach, group in at_half.items()},
        "stuck_outputs": m.share(halves),
        "figure_5": m.Count(float(np.abs(evaluate(NETS["xor 2-2-1"], FIGURE_5, CORNERS)[-1][[1, 3], 0] - 0.5).max())),
        "figure_5_stays": m.share(1 - finished(printed, "solved")),
        "figure_5_escapes": escape,
        "stuck_grows": m.mean(np.array(growth)) if len(growth) > 1 else None,
        "stuck_escapes": m.share_of(long, "solved") if long else None,
        "extra_unit": three,
    }


def _reach(reach: float) -> str:
    return f"initial range ±{reach:g}"


def _stuck(group: Sequence[Row]) -> Quantity | None:
    return m.share(1 - finished(group, "solved"))


def _hidden(rows: Rows) -> dict[str, Measured]:
    """Chauvin's means over the nets that learned, by what he leaves unsaid: the order of patterns and the range."""

    def how(online: bool, reach: float) -> str:
        return f"{'one pattern' if online else 'a sweep'} at a time, ±{reach:g}"

    kinds = grouped(rows["hidden units"], "online", "reach")
    found: dict[str, Measured] = {
        f"chauvin_{h}": {how(*key): _mean_of_finishers(pick(group, layers=[2, h, 1])) for key, group in kinds.items()}
        for h in (2, 8, 32)
    }
    found["chauvin_slope"] = {how(*key): _slope(group) for key, group in kinds.items()}
    rates = grouped(rows["rates"], "online", "reach")
    for name, rate in (("chauvin_slow", 0.1), ("chauvin_fast", 0.75)):
        found[name] = {how(*key): _mean_of_finishers(pick(group, rate=rate)) for key, group in rates.items()}
    found |= {name: _by_reach(rows, sizes, fan_in) for name, (sizes, fan_in) in PAIRS.items()}
    found["pairs_slower"] = {
        f"range ±{reach:g}": _slower(pick(rows["pairs"], reach=reach)) for reach in distinct(rows["pairs"], "reach")
    }
    return found


PAIRS = {
    "pairs_10": ([10, 10, 10], False),
    "pairs_100": ([10, 100, 10], False),
    "pairs_fan_in": ([10, 100, 10], True),
}


def _by_reach(rows: Rows, sizes: list[int], by_fan_in: bool) -> dict[str, Runs]:
    nets = pick(rows["pairs"], layers=sizes, by_fan_in=by_fan_in)
    return {f"range ±{reach:g}": m.runs_until(group, "sweeps") for reach, group in grouped(nets, "reach").items()}


def _slower(rows: Sequence[Row]) -> Quantity | None:
    """Doublings of the median epochs from 10 to 100 hidden units, set by set; nets that did not learn as endless."""
    logs = []
    for group in grouped(rows, "set").values():
        middle = [
            float(np.median([r.values.get("sweeps", r.cell["sweeps"]) for r in pick(group, layers=n, by_fan_in=False)]))
            for n in ([10, 100, 10], [10, 10, 10])
        ]
        logs.append(np.log2(middle[0] / middle[1]))
    return m.mean(np.array(logs), covers=("sets of pairs",))


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
    layers = {h: pick(rows["addition in layers"], net=f"addition 4-{h}-3") for h in (2, 3)}
    return {
        "parity": m.runs_until(rows["parity"], "sweeps"),
        "parity_counting": m.mean_of(parity, "counting"),
        "symmetry_nature": m.runs_until(symmetry, "sweeps"),
        "symmetry_pdp": m.runs_until(symmetry, "sweeps"),
        "symmetry_always": m.share_of(symmetry, "solved"),
        **{f"symmetry_{name}": m.median_of(weights, name) for name in ("middle", "largest", "residual", "copies")},
        "encoder": m.share_of(rows["encoder"], "solved"),
        "singleton": m.runs_until(rows["2-1-4-4"], "sweeps"),
        **_addition(rows),
        "addition_two": _by_setting(layers[2], lambda group: m.share(1 - finished(group, "solved"))),
        "addition_three": _by_setting(layers[3], lambda group: m.share_of(group, "solved")),
        "negation": m.runs_until(pick(rows["negation"], net="negation"), "sweeps"),
        "negation_three": m.share_of(pick(rows["negation"], net="negation 4-3-3"), "solved"),
        "negation_six": m.share_of(pick(rows["negation"], net="negation 4-6-3"), "solved"),
        "t_and_c": m.share_of(pick(rows["T and C"], rate=0.02), "solved"),
    }


def _addition(rows: Rows) -> dict[str, Measured]:
    """The adders of the chapter, by what it leaves unsaid: the order of patterns and the initial range."""

    def how(online: bool, reach: float) -> str:
        return f"{'one pattern' if online else 'a sweep'} at a time, ±{reach:g}"

    two, three = (grouped(pick(rows["addition"], net=f"addition {h}"), "online", "reach") for h in (2, 3))
    stuck = {key: [row for row in group if not row.failed and not row.values["solved"]] for key, group in two.items()}
    return {
        "adder_half": {how(*key): m.share(1 - finished(group, "solved")) for key, group in two.items()},
        "adder_how": {how(*key): m.share_of(group, "only_three_and_three") for key, group in stuck.items() if group},
        "adder_always": {how(*key): m.share_of(group, "solved") for key, group in three.items()},
        "adder_sweeps": {how(*key): m.runs_until(group, "sweeps") for key, group in three.items()},
    }


def _by_setting(rows: Sequence[Row], of: Callable[[list[Row]], Quantity | None]) -> dict[str, Quantity | None]:
    return {
        f"rate {rate:g}, range ±{reach:g}": of(group) for (rate, reach), group in grouped(rows, "rate", "reach").items()
    }


def _trees(rows: Rows) -> dict[str, Measured]:
    printed = pick(rows["trees"], liberal=True, factor=1.0)
    decayed, free = pick(printed, decay=0.002), pick(printed, decay=0.0)
    faster = pick(rows["trees"], liberal=True, factor=10.0, decay=0.0)
    sweeps = float(sum(stage[2] for stage in printed[0].cell["stages"]))
    return {
        "trees_train": m.runs(decayed, "train", scale=100),
        "trees_held_out": m.runs(decayed, "held_out"),
        "trees_sweeps": _until_negligible(free, sweeps),
        "trees_faster_train": m.mean_of(faster, "train", scale=100),
        "trees_faster_sweeps": _until_negligible(faster, sweeps),
        "trees_faster_all": m.share_of(faster, "all_four"),
        "trees_nation": m.mean_of(faster, "nation"),
        "trees_generation": m.mean_of(faster, "generation"),
    }


def _until_negligible(rows: Sequence[Row], limit: float) -> Runs:
    there = [row for row in rows if not row.failed and "negligible" in row.values]
    failed = sum(row.failed for row in rows)
    return Runs(
        np.array([row.values["negligible"] for row in there]),
        unfinished=len(rows) - failed - len(there),
        failed=failed,
        limit=limit,
    )


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


def _now(rows: Rows) -> dict[str, Measured]:
    """How much more often the last rung of the ladder learns XOR than the recipe of 1986, in points."""
    rungs = grouped(rows["now"], "rung")
    first, last = (finished(rungs[k], "solved") for k in (min(rungs), max(rungs)))
    return {"now": m.difference_of_shares(last, first, scale=100)}
