"""Tables of the report of 1969, the words it names, and the arrays that its figures draw."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.evidence.rows import Rows, finished, grouped
from core.evidence.tables import means_table, table
from reproductions.perceptrons_1969.settings import Settings

# Threshold functions of n inputs, n = 0 .. 9 (sequence A000609 of the On-Line Encyclopedia of Integer Sequences).
LISTED = (2, 4, 14, 104, 1882, 94572, 15028134, 8378070864, 17561539552946, 144130531453121108)


def tables(s: Settings, rows: Rows) -> list[dict[str, Any]]:
    """Separable functions, orders and coefficients, updates, and how XOR went."""
    counted = {row.cell["n"]: row.values["separable"] for row in rows["functions"]}
    sampled = grouped(rows["fraction"], "n")
    functions = []
    for n, listed in enumerate(LISTED):
        if n:
            group = sampled.get(n, [])
            drawn = sum(row.cell["draws"] for row in group)
            hits = sum(row.values["hits"] for row in group)
            # The share of so few functions is below what a table of numbers can hold for large n.
            functions.append(
                [
                    n,
                    f"{listed:,}",
                    counted.get(n),
                    f"{listed / 2.0 ** (2**n):.3g}" if n < 10 else "",
                    f"{hits / drawn:.3g} of {drawn:,}" if drawn else None,
                ]
            )
    hidden = rows["hidden layer"]
    solved, took = finished(hidden, "solved"), finished(hidden, "sweeps")
    one = rows["one layer"]
    xor = [
        [
            "perceptron rule, one unit",
            len(one),
            "runs in circles",
            f"{np.mean(finished(one, 'period') > 0):.0%} of runs",
        ],
        ["LMS, one unit", len(one), "settles near zero", f"outputs within {finished(one, 'lms_largest').max():.3g}"],
        [
            "logistic unit, gradient descent",
            len(one),
            "answers one half to all",
            f"outputs within {finished(one, 'logistic_from_half').max():.3g} of 0.5",
        ],
        [
            "two hidden units, gradient descent",
            len(hidden),
            "solved",
            f"{solved.mean():.1%} of nets, median {np.nanmedian(took):.0f} sweeps",
        ],
    ]
    updates = {row.cell["n"]: row.values for row in rows["updates"]}
    sizes = {row.cell["n"]: row.values for row in rows["coefficients"]}
    orders = {row.cell["n"]: row.values["order"] for row in rows["order"]}
    parity = [
        [
            n,
            orders.get(n),
            sizes.get(n, {}).get("largest"),
            updates.get(n, {}).get("updates"),
            10.0**n,
            updates.get(n, {}).get("largest"),
        ]
        for n in sorted({*updates, *sizes, *orders})
    ]
    boxes = [[row.cell["m"], 4 * row.cell["m"] ** 2, row.values["order"]] for row in rows["boxes"]]
    letters = [([k], group) for k, group in grouped(rows["letters"], "points").items()]
    gaps = [([g], group) for g, group in grouped(rows["margins"], "margin").items()]
    return [
        means_table(
            "margins",
            "The perceptron rule on points with a gap",
            ["gap"],
            gaps,
            [("updates", "updates", 1), ("bound of the theorem", "bound", 1)],
        ),
        means_table(
            "letters",
            "The alphabet on a perceptron of the Mark I's size",
            ["points read by a unit"],
            letters,
            [("learned, %", "solved", 100), ("exposures of each letter", "exposures", 1)],
        ),
        table("xor", "XOR, with one layer and with two", ["rule", "seeds", "what it does", "measured"], xor),
        table(
            "functions",
            "Logic functions that one unit can do",
            ["inputs", "listed", "counted by us", "share of all functions", "share of random functions, ours"],
            functions,
        ),
        table(
            "parity",
            "Parity with masks",
            [
                "bits",
                "order, by linear programs",
                "least largest coefficient",
                "updates of the perceptron rule",
                "bound 10^n",
                "largest weight then",
            ],
            parity,
        ),
        table("boxes", "One in a box", ["boxes", "points in each", "order, by linear programs"], boxes),
    ]


def words(s: Settings, rows: Rows) -> dict[str, Any]:
    """The window that sees the two figures alike, how XOR went, and how few functions one unit can do."""
    counted = {int(row.cell["n"]): row.values["separable"] for row in rows["functions"]}
    many = {n: count for n, count in sorted(counted.items()) if n >= 2}
    shares = {n: f"{100 * count / 2**2**n:.2g} %" for n, count in many.items()}
    solved = finished(rows["hidden layer"], "solved")
    letters = grouped(rows["letters"], "points")
    took = {k: finished(group, "exposures") for k, group in letters.items()}
    best = min(took, key=lambda k: float(np.median(took[k])) if len(took[k]) else np.inf)
    return {
        "window": int(rows["windows"][0].values["window"]),
        "hidden_percent": f"{100 * solved.mean():.0f} %",
        "letters_best": f"{np.median(took[best]):.0f}" if len(took[best]) else "no end of",
        "largest_inputs": max(counted),
        "fewest_inputs": min(many),
        "share_fewest": shares[min(many)],
        "share_most": shares[max(many)],
        "functions_told": "; ".join(f"{count:,.0f} of {2**2**n:,} with {n} inputs" for n, count in many.items()),
    }


def arrays(s: Settings, rows: Rows) -> dict[str, np.ndarray]:
    """Paths of the first seed on XOR, weights of the first net that solved it, and the numbers of each study."""
    first = rows["one layer"][0]
    solved = [row for row in rows["hidden layer"] if row.values.get("solved")]
    found = {name: first.arrays[name] for name in ("perceptron", "linear", "logistic", "settled")}
    if solved:
        found["hidden"] = solved[0].arrays["weights"]
    found["sweeps"] = np.array([row.values.get("sweeps", np.nan) for row in rows["hidden layer"]])
    found["updates"] = np.array([[row.cell["n"], row.values.get("updates", np.nan)] for row in rows["updates"]])
    found["coefficients"] = np.array(
        [[row.cell["n"], row.values["largest"], row.values["last"]] for row in rows["coefficients"]]
    )
    points = rows["margins"][-1]
    found |= {name: points.arrays[name] for name in ("points", "classes", "line")}
    found["margins"] = np.array([[row.values["bound"], row.values.get("updates", np.nan)] for row in rows["margins"]])
    letters = [[row.cell["points"], row.values.get("exposures", np.nan)] for row in rows["letters"]]
    found["letters"] = np.array(letters)
    found["functions"] = np.array([[row.cell["n"], row.values["separable"]] for row in rows["functions"]])
    found["fraction"] = np.array([[row.cell["n"], row.values["share"]] for row in rows["fraction"]])
    return found
