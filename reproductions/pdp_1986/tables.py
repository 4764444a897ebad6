"""Tables, words and arrays that the report of 1986 shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from core.datasets import boolean
from core.evidence.rows import Rows, distinct, failures, finished, grouped, pick, stacked
from core.evidence.tables import Table, means_table, table
from core.evidence.trials import Row
from reproductions.pdp_1986.experiment import KINDS, RETINA, kind_of
from reproductions.pdp_1986.now import LADDER
from reproductions.pdp_1986.run import chosen_factors, stuck_nets
from reproductions.pdp_1986.settings import Settings

SWEEPS = ["seeds", "diverged", "sweeps at most", "learned, %", "5 % of sweeps", "25 %", "median", "75 %", "95 %"]


def sweeps_of(rows: Sequence[Row]) -> np.ndarray:
    """Sweeps of the nets that learned."""
    return np.array([row.values["sweeps"] for row in rows if row.values.get("solved")])


def distribution(rows: Sequence[Row]) -> list[Any]:
    """Seeds, failures, limit, share learned, quantiles of sweeps; nets that did not learn count as endless."""
    full = np.array([row.values["sweeps"] if row.values.get("solved") else np.inf for row in rows])
    quantiles = np.quantile(full, [0.05, 0.25, 0.5, 0.75, 0.95], method="inverted_cdf")
    told = [float(q) if np.isfinite(q) else None for q in quantiles]
    learned = 100 * float(np.isfinite(full).mean())
    return [len(rows), failures(rows), rows[0].cell["sweeps"], learned, *told]


def medians(rows: Rows) -> list[tuple[list[Any], list[Row], int]]:
    """Task, nets, share learned, median sweeps and presentations of those that learned; its rows, and its patterns."""
    groups = {
        "XOR, 2-2-1": (pick(rows["xor"], net="xor 2-2-1"), 4),
        "parity of 4 bits": (list(rows["parity"]), 16),
        "symmetry of 6 bits": (pick(rows["symmetry"], margin=0.5), 64),
        "encoder 8-3-8": (list(rows["encoder"]), 8),
        "negation": (pick(rows["negation"], net="negation"), 16),
        "T and C": (pick(rows["T and C"], rate=0.02), len(boolean.t_and_c(RETINA)[0])),
    }
    lines = []
    for name, (group, patterns) in groups.items():
        took = sweeps_of(group)
        middle = float(np.median(took)) if len(took) else None
        shown = middle * patterns if middle is not None else None
        lines.append(([name, len(group), 100 * len(took) / len(group), middle, shown], group, patterns))
    return lines


def tables(s: Settings, rows: Rows) -> list[Table]:
    """Every distribution with its seeds, limits and failures; the maps, the trees, and what grows."""
    return [*_small(rows), *_hidden(rows), *_larger(rows), *_growing(rows), _now(rows)]


def _lines(rows: Sequence[Row], *names: str) -> list[list[Any]]:
    """One line per combination of settings: their values, then the distribution of sweeps."""
    groups = grouped(rows, *names)
    return [
        [*map(_told, key if isinstance(key, tuple) and len(names) > 1 else (key,)), *distribution(group)]
        for key, group in groups.items()
    ]


def _told(value: Any) -> Any:
    if isinstance(value, bool):
        return "one pattern" if value else "a sweep"
    return "-".join(map(str, value)) if isinstance(value, tuple) else value


def _small(rows: Rows) -> Iterable[Table]:
    tasks = {
        "XOR 2-2-1": pick(rows["xor"], net="xor 2-2-1"),
        "XOR, one hidden unit and direct links": pick(rows["xor"], net="xor direct"),
        "XOR 2-3-1": rows["extra unit"],
        "parity 4-4-1": rows["parity"],
        "symmetry 6-2-1": pick(rows["symmetry"], margin=0.5),
        "encoder 8-3-8": rows["encoder"],
        "2-1-4-4": rows["2-1-4-4"],
        "negation, direct links, 3 hidden": pick(rows["negation"], net="negation"),
        **{f"negation 4-{h}-3": pick(rows["negation"], net=f"negation 4-{h}-3") for h in (3, 6)},
        **{
            f"T and C, tied weights, rate {r:g}": pick(rows["T and C"], rate=r)
            for r in distinct(rows["T and C"], "rate")
        },
    }
    yield table(
        "tasks", "The small tasks of 1986", ["nets", *SWEEPS], [[n, *distribution(g)] for n, g in tasks.items()]
    )
    yield means_table(
        "stuck_map",
        "XOR 2-2-1: share learned by rate and initial range",
        ["rate", "initial range"],
        [(key, group) for key, group in grouped(rows["stuck map"], "rate", "reach").items()],
        [("learned, %", "solved", 100)],
    )
    yield means_table(
        "figure_5",
        "XOR, started from the printed weights of the net that was stuck",
        ["patterns at a time", "rate"],
        [([_told(o), r], group) for (o, r), group in grouped(rows["figure 5"], "online", "rate").items()],
        [("learned, %", "solved", 100)],
    )
    adders = _lines(rows["addition"], "net", "online", "reach")
    how = [
        100 * float(np.mean(only))
        if len(only := finished([r for r in g if not r.values.get("solved")], "only_three_and_three"))
        else None
        for g in grouped(rows["addition"], "net", "online", "reach").values()
    ]
    yield table(
        "addition",
        "Addition, the chapter's nets",
        ["net", "patterns at a time", "initial range", *SWEEPS, "of those that did not learn, only 3 + 3 wrong, %"],
        [[*line, last] for line, last in zip(adders, how, strict=True)],
    )
    yield table(
        "addition_layers",
        "Addition in plain layers, as others ran it",
        ["net", "rate", "initial range", *SWEEPS],
        _lines(rows["addition in layers"], "net", "rate", "reach"),
    )
    yield table(
        "weights",
        "Symmetry, trained until within 0.1: largest over smallest weight",
        ["bits", "nets", "learned, %", "median ratio", "2^(n/2 - 1)"],
        list(_weight_ratios(rows)),
    )
    yield table(
        "kinds",
        "Kernels that came to tell T from C",
        ["kind", "nets", "%", "random kernels, %"],
        list(_kinds(rows)),
    )


def _weight_ratios(rows: Rows) -> Iterable[list[Any]]:
    for n, group in grouped(pick(rows["old symmetry"], margin=0.1), "bits").items():
        found = [row.values["largest"] for row in group if row.values.get("solved")]
        middle = float(np.median(found)) if found else None
        yield [n, len(group), 100 * len(found) / len(group), middle, 2.0 ** (n / 2 - 1)]


def _kinds(rows: Rows) -> Iterable[list[Any]]:
    chance = [kind_of(kernel) for kernel in np.random.default_rng(0).standard_normal((2000, 3, 3))]
    learned = [row for row in rows["T and C"] if row.values.get("solved")]
    for number, name in enumerate(KINDS):
        count = sum(row.values["kind"] == number for row in learned)
        yield [name, count, 100 * count / max(len(learned), 1), 100 * chance.count(name) / len(chance)]


def _hidden(rows: Rows) -> Iterable[Table]:
    lead = ["patterns at a time", "initial range"]
    yield table(
        "hidden",
        "XOR by hidden units, rate 0.25, until half the squared error is 0.01",
        [*lead, "net", *SWEEPS],
        _lines(rows["hidden units"], "online", "reach", "layers"),
    )
    yield table(
        "rates",
        "XOR by learning rate, 8 hidden units",
        [*lead, "rate", *SWEEPS],
        _lines(rows["rates"], "online", "reach", "rate"),
    )
    kinds = grouped(rows["pairs"], "reach", "layers", "by_fan_in")
    yield table(
        "pairs",
        "Twenty random pairs of ten bits, all sets",
        ["initial range", "net", "rate by fan-in", *SWEEPS],
        [
            [reach, _told(sizes), "yes" if fan_in else "", *distribution(g)]
            for (reach, sizes, fan_in), g in kinds.items()
        ],
    )


def _larger(rows: Rows) -> Iterable[Table]:
    kinds = grouped(rows["trees"], "liberal", "decay", "factor")
    yield means_table(
        "trees",
        "Family trees, 100 cases to learn and 4 held out",
        ["error from", "decay", "factor on the rates"],
        [(["0.8 and 0.2" if lib else "1 and 0", decay, f], group) for (lib, decay, f), group in kinds.items()],
        [
            ("training cases right, %", "train", 100),
            ("of 4 held out right", "held_out", 1),
            ("all four right, %", "all_four", 100),
            ("loss at the end", "last_loss", 1),
            ("correlation with nation", "nation", 1),
            ("with generation", "generation", 1),
        ],
    )


def _growing(rows: Rows) -> Iterable[Table]:
    groups = (
        ("symmetry, 1986 recipe", pick(rows["old symmetry"], margin=0.5)),
        ("symmetry, 8 hidden, cross-entropy", rows["new symmetry"]),
        ("parity, 2n hidden, step re-tuned", rows["parity scaling"]),
    )
    lines = [[name, *line] for name, group in groups for line in _lines(group, "bits")]
    lines += [
        [f"symmetry, {100 * share:g} % of patterns a sweep", 6, *distribution(group)]
        for share, group in grouped(rows["sampled"], "share").items()
    ]
    yield table("scale", "More inputs, and fewer patterns a sweep", ["study", "bits", *SWEEPS], lines)
    repeated = [line for line, _, _ in medians(rows)]
    repeated.append(["zip codes of 1989, 23 passes, beside them", None, None, 23, 23 * 7291])
    yield table(
        "repetitions",
        "Repetitions that learning took, beside Minsky's 100,000",
        ["task", "nets", "learned, %", "median sweeps", "median presentations", "over 100,000"],
        [[*line, line[4] / 1e5 if line[4] else None] for line in repeated],
    )
    yield table(
        "steps",
        "Parity: factor on the recalled learning rate, chosen on nets of their own",
        ["bits", "factor"],
        [[n, f] for n, f in chosen_factors(rows).items()],
    )
    losses = grouped(rows["losses"], "cross_entropy", "saturated", "rate")
    yield table(
        "losses",
        "Squared error beside cross-entropy: two or three clumps",
        ["loss", "start", "rate", *SWEEPS],
        [
            ["cross-entropy" if ce else "squared error", "saturated" if start else "small", rate, *distribution(group)]
            for (ce, start, rate), group in losses.items()
        ],
    )


def _now(rows: Rows) -> Table:
    lines = []
    for rung, group in grouped(rows["now"], "rung").items():
        hits = finished(group, "solved")
        error = 100 * float(np.sqrt(hits.mean() * (1 - hits.mean()) / len(hits)))
        lines.append([LADDER[rung], 100 * float(hits.mean()), error, *distribution(group)[4:]])
    columns = ["with, besides what stands above", "learned, %", "standard error", *SWEEPS[4:]]
    return table("now", "XOR with nine weights, then and now", columns, lines)


def arrays(s: Settings, rows: Rows) -> dict[str, np.ndarray]:
    """What the figures draw."""
    two, stuck = pick(rows["xor"], net="xor 2-2-1"), stuck_nets(rows)
    trees = pick(rows["trees"], liberal=True, decay=0.0)
    fast = pick(trees, factor=max(distinct(trees, "factor")))
    found = {
        "xor_two": np.array([r.values.get("sweeps", np.nan) for r in two]),
        "xor_direct": np.array([r.values.get("sweeps", np.nan) for r in pick(rows["xor"], net="xor direct")]),
        "stuck_map": _points(rows["stuck map"], ("rate", "reach"), ("solved",)),
        "hidden": np.array(
            [
                [r.cell["layers"][1], r.cell["online"], r.cell["reach"], r.values.get("sweeps", np.nan)]
                for r in rows["hidden units"]
            ],
            dtype=float,
        ),
        "rates": _points(rows["rates"], ("rate", "online", "reach"), ("sweeps",)),
        "addition": np.array(
            [
                [
                    int(r.cell["net"][-1]),
                    r.cell["online"],
                    r.cell["reach"],
                    r.values.get("solved", 0.0),
                    r.values.get("only_three_and_three", 0.0),
                ]
                for r in rows["addition"]
            ],
            dtype=float,
        ),
        "parity": np.array([r.values.get("sweeps", np.nan) for r in rows["parity"]]),
        "symmetry": np.array([r.values.get("sweeps", np.nan) for r in pick(rows["symmetry"], margin=0.5)]),
        "symmetry_weights": _weights(pick(rows["symmetry"], margin=0.1)),
        "old": _points(pick(rows["old symmetry"], margin=0.5), ("bits",), ("presentations", "largest", "solved")),
        "new": _points(rows["new symmetry"], ("bits",), ("presentations", "solved")),
        "parity_scaling": _points(rows["parity scaling"], ("bits", "factor"), ("presentations", "solved")),
        "losses": _points(rows["losses"], ("rate", "cross_entropy", "saturated"), ("sweeps",)),
        "trees": _points(trees, ("factor",), ("train", "held_out")),
        "trees_held_out": finished(fast, "held_out"),
        "trees_people": max(fast, key=lambda row: row.values.get("train", 0.0)).arrays["people"],
        "kernels": np.stack(
            [r.arrays["kernel"] for r in rows["T and C"] if r.values.get("solved")][:12] or [np.zeros((3, 3))]
        ),
        "now": _points(rows["now"], ("rung",), ("solved", "sweeps")),
    }
    solved = [row for row in rows["xor, further"] if row.values.get("solved")]
    if solved:
        found["xor_weights"] = solved[0].arrays["weights"]
    if stuck:
        found |= {"stuck_outputs": stacked(stuck, "outputs"), "stuck_weights": stuck[0].arrays["weights"]}
    longer = [row for row in rows.get("stuck, longer", []) if not row.failed]
    if longer:
        found["stuck_losses"] = stacked(longer, "losses")
    counted = [row for row in rows["parity"] if row.values.get("solved")]
    if counted:
        best = max(counted, key=lambda row: row.values["counting"])
        found["parity_hidden"] = best.arrays["hidden"]
    return found


def _weights(rows: Sequence[Row]) -> np.ndarray:
    """Weights of the nets that learned."""
    learned = [row.arrays["weights"] for row in rows if row.values.get("solved")]
    return np.array(learned, dtype=np.float32).reshape(len(learned), -1)


def _points(rows: Sequence[Row], cells: Sequence[str], values: Sequence[str]) -> np.ndarray:
    return np.array(
        [[*(r.cell[c] for c in cells), *(r.values.get(v, np.nan) for v in values)] for r in rows], dtype=float
    )


def words(s: Settings, rows: Rows) -> dict[str, Any]:
    """Numbers that the text of the report names."""
    stuck, two = stuck_nets(rows), pick(rows["xor"], net="xor 2-2-1")
    took = [row.values["sweeps"] if row.values.get("solved") else np.inf for row in two]
    trees = pick(rows["trees"], liberal=True, decay=0.0)
    shares = {f: finished(group, "train").mean() for f, group in grouped(trees, "factor").items()}
    slowest = next((f for f, share in sorted(shares.items()) if share >= 0.95), None)
    rungs = {rung: finished(group, "solved").mean() for rung, group in grouped(rows["now"], "rung").items()}
    return {
        "stuck": len(stuck),
        "stuck_percent": f"{100 * len(stuck) / len(two):.2g} %",
        "median_xor": f"{np.median(took):,.0f}",
        "slope_then": _middle_slope(stuck),
        "slope_later": _middle_slope(rows.get("stuck, longer", [])),
        "trees_factor": f"{slowest:g}" if slowest is not None else "none of those tried",
        "then_percent": f"{100 * rungs[min(rungs)]:.0f} %",
        "now_percent": f"{100 * rungs[max(rungs)]:.0f} %",
    }


def _middle_slope(nets: Sequence[Row]) -> str:
    slopes = np.array([row.values.get("slope", np.nan) for row in nets])
    known = slopes[np.isfinite(slopes)]
    return f"{np.median(known):.2g}" if len(known) else "none"
