"""The studies of 1969: what each counts, solves or trains."""

from __future__ import annotations

import numpy as np

from core.evidence.measured import Cost
from core.evidence.rows import Rows
from core.evidence.studies import Study
from core.learning.compiled.vectors import LANES
from reproductions.perceptrons_1969 import experiment, rosenblatt
from reproductions.perceptrons_1969.settings import Settings


def studies(s: Settings) -> list[Study]:
    """Rosenblatt's rule and its theorem; XOR on one layer and on two; counts, orders and coefficients."""
    one = range(1)
    return [
        Study("margins", rosenblatt.separable_points, [({"margin": g}, range(s.seeds)) for g in s.margins], block=10),
        Study(
            "letters",
            rosenblatt.mark_i,
            [({"points": k, "sweeps": s.letter_sweeps}, range(s.letter_seeds)) for k in s.letter_points],
            block=5,
        ),
        Study("one layer", experiment.xor_one_layer, [({"sweeps": s.sweeps}, range(s.seeds))], block=10),
        Study(
            "hidden layer", experiment.xor_hidden, [({"sweeps": s.hidden_sweeps}, range(s.hidden_seeds))], block=LANES
        ),
        Study("functions", experiment.functions, [({"n": n}, one) for n in s.enumerated]),
        Study(
            "fraction",
            experiment.fraction,
            [({"n": n, "draws": s.draws if n > 4 else 10000}, range(s.draw_seeds)) for n in s.sampled],
        ),
        Study("order", experiment.parity_order, [({"n": n}, one) for n in s.parity_bits]),
        Study("coefficients", experiment.coefficients, [({"n": n}, one) for n in s.coefficient_bits]),
        Study("updates", experiment.parity_updates, [({"n": n}, one) for n in s.update_bits]),
        Study("boxes", experiment.one_in_a_box, [({"m": m}, one) for m in s.boxes]),
        Study("windows", experiment.windows_alike, [({}, one)]),
    ]


def cost(s: Settings, rows: Rows) -> Cost:
    """Presentations to the nets with hidden units, and additions of the perceptron rule's updates on parity."""
    swept = sum(row.values["sweeps"] for row in rows["hidden layer"] if row.values.get("solved"))
    updates = sum(row.values.get("updates", 0.0) * 2 ** row.cell["n"] for row in rows["updates"])
    are = (
        "additions of the perceptron's updates on parity; presentations are those of nets with a hidden layer until "
        "they were right"
    )
    return Cost(int(4 * swept), int(updates), are, float(np.mean([row.seconds for row in rows["one layer"]])))
