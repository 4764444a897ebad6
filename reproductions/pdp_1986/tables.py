"""Tables, words and arrays that the report of 1986 shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.datasets import boolean
from core.evidence.rows import Rows, finished, pick, stacked
from core.evidence.tables import means_table
from core.evidence.trials import Row
from reproductions.pdp_1986.experiment import KINDS, RETINA, kind_of
from reproductions.pdp_1986.run import chosen_factors, stuck_nets, working_recipe
from reproductions.pdp_1986.settings import Settings


def sweeps_of(rows: Sequence[Row]) -> np.ndarray:
    """Sweeps of the nets that learned."""
    return np.array([row.values["sweeps"] for row in rows if row.values.get("solved")])


def distribution(label: str, rows: Sequence[Row]) -> list[Any]:
    """Seeds, stopping rule, share learned, and quartiles of the sweeps of those that did."""
    took = sweeps_of(rows)
    quartiles = [float(q) for q in np.percentile(took, [5, 25, 50, 75, 95])] if len(took) else [None] * 5
    limit = rows[0].cell["sweeps"]
    return [
        label,
        len(rows),
        sum(row.failed for row in rows),
        limit,
        100 * float(np.mean([row.values.get("solved", 0.0) for row in rows])),
        *quartiles,
    ]


def medians(rows: Rows) -> list[tuple[list[Any], list[Row], int]]:
    """Task, nets, share learned, median sweeps and presentations of those that learned; its rows, and its patterns."""
    groups = {
        "XOR, 2-2-1": (pick(rows["xor"], net="xor 2-2-1"), 4),
        "parity of 4 bits": (list(rows["parity"]), 16),
        "symmetry of 6 bits": (pick(rows["symmetry"], margin=0.5), 64),
        "encoder 8-3-8": (list(rows["encoder"]), 8),
        "negation 4-6-3": (pick(rows["negation"], net="negation 4-6-3"), 16),
        "T and C": (pick(rows["T and C"], rate=0.02), len(boolean.t_and_c(RETINA)[0])),
    }
    lines = []
    for name, (group, patterns) in groups.items():
        took = sweeps_of(group)
        middle = float(np.median(took)) if len(took) else None
        shown = middle * patterns if middle is not None else None
        lines.append(([name, len(group), 100 * len(took) / len(group), middle, shown], group, patterns))
    return lines


def tables(s: Settings, rows: Rows) -> list[dict[str, Any]]:
    """Every distribution with its seeds, stopping rule and failures; the maps, the trees and the scaling studies."""
    columns = [
        "nets",
        "seeds",
        "diverged",
        "sweeps at most",
        "learned, %",
        "5 % of sweeps",
        "25 %",
        "median",
        "75 %",
        "95 %",
    ]
    lines = [
        distribution("XOR 2-2-1", pick(rows["xor"], net="xor 2-2-1")),
        distribution("XOR, one hidden unit and direct links", pick(rows["xor"], net="xor direct")),
        distribution("XOR 2-3-1", rows["extra unit"]),
        distribution("parity 4-4-1", rows["parity"]),
        distribution("symmetry 6-2-1", pick(rows["symmetry"], margin=0.5)),
        distribution("encoder 8-3-8", rows["encoder"]),
        *(distribution(f"negation 4-{h}-3", pick(rows["negation"], net=f"negation 4-{h}-3")) for h in (3, 6)),
        *(distribution(f"T and C, tied weights, rate {r:g}", pick(rows["T and C"], rate=r)) for r in (0.02, 0.1)),
    ]
    hidden = [
        [kind, h, *distribution("", pick(rows["hidden units"], layers=[2, h, 1], direct=kind == "direct links"))[1:]]
        for kind in ("plain", "direct links")
        for h in sorted({r.cell["layers"][1] for r in rows["hidden units"]})
    ]
    rates = [
        [r, *distribution("", pick(rows["rates"], rate=r))[1:]]
        for r in dict.fromkeys(x.cell["rate"] for x in rows["rates"])
    ]
    keys = dict.fromkeys((r.cell["net"], r.cell["rate"], r.cell["reach"]) for r in rows["addition"])
    addition = [
        [net, rate, reach, *distribution("", pick(rows["addition"], net=net, rate=rate, reach=reach))[1:]]
        for net, rate, reach in keys
    ]
    recipes: dict[str, list[Row]] = {}
    for row in [*rows["trees"], *rows["trees, working recipe"]]:
        last = row.cell["stages"][-1]
        recipes.setdefault(
            f"{row.cell['recipe']}: rate {last[0]:g}, decay {row.cell['decay']:g}, {last[2]} sweeps", []
        ).append(row)
    scale = [
        *(
            ["symmetry, 1986 recipe", n, *distribution("", pick(rows["old symmetry"], bits=n, margin=0.5))[1:]]
            for n in dict.fromkeys(r.cell["bits"] for r in rows["old symmetry"])
        ),
        *(
            ["symmetry, 8 hidden, cross-entropy", n, *distribution("", pick(rows["new symmetry"], bits=n))[1:]]
            for n in dict.fromkeys(r.cell["bits"] for r in rows["new symmetry"])
        ),
        *(
            ["parity, 2n hidden, step re-tuned", n, *distribution("", pick(rows["parity scaling"], bits=n))[1:]]
            for n in dict.fromkeys(r.cell["bits"] for r in rows["parity scaling"])
        ),
        *(
            [f"symmetry, {100 * f:g} % of patterns a sweep", 6, *distribution("", pick(rows["sampled"], share=f))[1:]]
            for f in dict.fromkeys(r.cell["share"] for r in rows["sampled"])
        ),
    ]
    losses = [
        [
            "cross-entropy" if ce else "squared error",
            "saturated" if start else "small",
            rate,
            *distribution("", pick(rows["losses"], cross_entropy=ce, saturated=start, rate=rate))[1:],
        ]
        for ce, start, rate in dict.fromkeys(
            (r.cell["cross_entropy"], r.cell["saturated"], r.cell["rate"]) for r in rows["losses"]
        )
    ]
    ratios = []
    for n in dict.fromkeys(row.cell["bits"] for row in rows["old symmetry"]):
        group = pick(rows["old symmetry"], bits=n, margin=0.1)
        found = [row.values["largest"] for row in group if row.values.get("solved")]
        middle = float(np.median(found)) if found else None
        ratios.append([n, len(group), 100 * len(found) / len(group), middle, 2.0 ** (n / 2 - 1)])
    chance = [kind_of(kernel) for kernel in np.random.default_rng(0).standard_normal((2000, 3, 3))]
    learned = [row for row in rows["T and C"] if row.values.get("solved")]
    kinds = [
        [
            name,
            sum(row.values["kind"] == number for row in learned),
            100 * sum(row.values["kind"] == number for row in learned) / max(len(learned), 1),
            100 * chance.count(name) / len(chance),
        ]
        for number, name in enumerate(KINDS)
    ]
    trained = [r for r in rows["trees, working recipe"] if not r.failed]
    sweeps = sum(stage[2] for stage in trained[0].cell["stages"]) if trained else None
    repeated = [
        *(line for line, _, _ in medians(rows)),
        ["family trees, working recipe, all sweeps", len(trained), None, sweeps, 100 * sweeps if sweeps else None],
        ["zip codes of 1989, 23 passes, beside them", None, None, 23, 23 * 7291],
    ]
    tail = columns[1:]
    return [
        {"id": "tasks", "title": "The tasks of 1986", "columns": columns, "rows": lines},
        {
            "id": "hidden",
            "title": "XOR by hidden units, rate 0.25, one pattern at a time",
            "columns": ["net", "hidden", *tail],
            "rows": hidden,
        },
        {"id": "rates", "title": "XOR by learning rate, 8 hidden units", "columns": ["rate", *tail], "rows": rates},
        means_table(
            "stuck_map",
            "XOR 2-2-1: share learned by rate and initial range",
            ["rate", "initial range"],
            [
                ([a, b], pick(rows["stuck map"], rate=a, reach=b))
                for a, b in dict.fromkeys((r.cell["rate"], r.cell["reach"]) for r in rows["stuck map"])
            ],
            [("learned, %", "solved", 100)],
        ),
        {"id": "addition", "title": "Addition", "columns": ["net", "rate", "initial range", *tail], "rows": addition},
        means_table(
            "trees",
            "Family trees, 100 cases to learn and 4 held out",
            ["recipe"],
            [([name], group) for name, group in recipes.items()],
            [
                ("training cases right, %", "train", 100),
                ("of 4 held out right", "held_out", 1),
                ("all four right, %", "all_four", 100),
                ("correlation with nation", "nation", 1),
                ("with generation", "generation", 1),
            ],
        ),
        {
            "id": "scale",
            "title": "More inputs, and fewer patterns a sweep",
            "columns": ["study", "bits", *tail],
            "rows": scale,
        },
        {
            "id": "weights",
            "title": "Symmetry, 1986 recipe, trained until within 0.1: largest over smallest weight",
            "columns": ["bits", "nets", "learned, %", "median ratio", "2^(n/2 - 1)"],
            "rows": ratios,
        },
        {
            "id": "kinds",
            "title": "Kernels that came to tell T from C",
            "columns": ["kind", "nets", "%", "random kernels, %"],
            "rows": kinds,
        },
        {
            "id": "repetitions",
            "title": "Repetitions that learning took, beside Minsky's 100,000",
            "columns": ["task", "nets", "learned, %", "median sweeps", "median presentations", "over 100,000"],
            "rows": [[*line, line[4] / 1e5 if line[4] else None] for line in repeated],
        },
        {
            "id": "steps",
            "title": "Parity: factor on the recalled learning rate, chosen on nets of their own",
            "columns": ["bits", "factor"],
            "rows": [[n, f] for n, f in chosen_factors(rows).items()],
        },
        {
            "id": "losses",
            "title": "Squared error beside cross-entropy: two or three clumps",
            "columns": ["loss", "start", "rate", *tail],
            "rows": losses,
        },
    ]


def arrays(s: Settings, rows: Rows) -> dict[str, np.ndarray]:
    """What the figures draw."""
    two, stuck = pick(rows["xor"], net="xor 2-2-1"), stuck_nets(rows)
    found = {
        "xor_two": np.array([r.values.get("sweeps", np.nan) for r in two]),
        "xor_direct": np.array([r.values.get("sweeps", np.nan) for r in pick(rows["xor"], net="xor direct")]),
        "stuck_map": _points(rows["stuck map"], ("rate", "reach"), ("solved",)),
        "hidden": np.array(
            [[r.cell["layers"][1], r.cell["direct"], r.values.get("sweeps", np.nan)] for r in rows["hidden units"]],
            dtype=float,
        ),
        "rates": _points(rows["rates"], ("rate",), ("sweeps",)),
        "parity": np.array([r.values.get("sweeps", np.nan) for r in rows["parity"]]),
        "symmetry": np.array([r.values.get("sweeps", np.nan) for r in pick(rows["symmetry"], margin=0.5)]),
        "symmetry_weights": _weights(pick(rows["symmetry"], margin=0.1)),
        "old": _points(pick(rows["old symmetry"], margin=0.5), ("bits",), ("presentations", "largest", "solved")),
        "new": _points(rows["new symmetry"], ("bits",), ("presentations", "solved")),
        "parity_scaling": _points(rows["parity scaling"], ("bits", "factor"), ("presentations", "solved")),
        "losses": _points(rows["losses"], ("rate", "cross_entropy", "saturated"), ("sweeps",)),
        "trees_held_out": finished(rows["trees, working recipe"], "held_out"),
        "trees_people": rows["trees, working recipe"][0].arrays["people"],
        "kernels": np.stack(
            [r.arrays["kernel"] for r in rows["T and C"] if r.values.get("solved")][:12] or [np.zeros((3, 3))]
        ),
        "kinds": np.array([r.values["kind"] for r in rows["T and C"] if r.values.get("solved")]),
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
        found |= {"parity_hidden": best.arrays["hidden"], "parity_hidden_first": counted[0].arrays["hidden"]}
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
    """Numbers that the text of the report names: about the stuck nets, and the recipe found for the family trees."""
    stuck = stuck_nets(rows)
    rate, decay, sweeps = working_recipe(rows)
    two = pick(rows["xor"], net="xor 2-2-1")
    took = [row.values["sweeps"] if row.values.get("solved") else np.inf for row in two]
    return {
        "stuck": len(stuck),
        "stuck_percent": f"{100 * len(stuck) / len(two):.2g} %",
        "median_xor": f"{np.median(took):,.0f}",
        "working": f"{rate:g}, {decay:g}, {sweeps}",
        "slope_then": _middle_slope(stuck),
        "slope_later": _middle_slope(rows.get("stuck, longer", [])),
    }


def _middle_slope(nets: Sequence[Row]) -> str:
    slopes = np.array([row.values.get("slope", np.nan) for row in nets])
    known = slopes[np.isfinite(slopes)]
    return f"{np.median(known):.2g}" if len(known) else "none"
