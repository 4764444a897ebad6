"""What the page to touch starts from: the first network of the record, and how sure it is of the test digits.

The record keeps the kernels of that network and not all of its weights, so it is trained again, once, from the same
cell and seed, and kept in the cache; its kernels must be those of the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.datasets import digits
from core.datasets.kept import kept
from core.errors import BackstoryError
from core.evidence.classification import error_after_rejecting, rejects_needed
from core.evidence.record import Record
from core.evidence.rows import Rows, pick
from core.networks import zipcode
from reproductions.zipcodes_1989 import experiment

DIGITS = 5  # decimals of the weights that travel in the page
NEAR = 1e-3  # how far kernels trained again may be from those of the record
Arrays = Mapping[str, np.ndarray]


def data(record: Record, arrays: Arrays, rows: Rows) -> dict[str, Any] | None:
    """The network, the test digits that most networks got wrong, and where it would reject.

    None without its training data, or where training again gives another network.
    """
    headline = [row for row in pick(rows["training"], arm="headline") if not row.failed]
    if not headline or "kernels" not in arrays:
        return None
    try:
        p = network(headline[0].cell, headline[0].seed, arrays["kernels"])
        test = digits.load(headline[0].cell["data"])
    except BackstoryError:
        return None
    if p is None:
        return None
    outputs = experiment.Net(headline[0].cell).outputs({name: value[None] for name, value in p.items()}, test.test_x)[0]
    top = np.sort(outputs, axis=-1)
    margins = np.sort(top[:, -1] - top[:, -2])
    rejected = rejects_needed(error_after_rejecting(outputs, test.test_y), experiment.GOAL)
    first = round(rejected * len(margins))
    return {
        "weights": {name: {"shape": value.shape, "data": value.ravel()} for name, value in p.items()},
        "table": zipcode.TABLES[headline[0].cell["table"]],
        "borders": [-1.0, headline[0].cell["border"]],
        "margins": np.round(margins, 3),
        "threshold": float(margins[first]) if first < len(margins) else None,
        "rejected": rejected,
        "goal": experiment.GOAL,
        "error": float(np.mean(outputs.argmax(axis=-1) != test.test_y)),
        "errors": np.round(arrays["errors_headline"], 5),
        "hard": {
            "images": np.round(arrays["hard_images"].astype(float), 3),
            "labels": arrays["hard_labels"],
            "said": arrays["hard_said"],
            "wrong": arrays["hard_wrong"],
        },
        "set": "USPS" if headline[0].cell["data"] == "usps" else "embedded",
    }


def network(cell: Mapping[str, Any], seed: int, kernels: np.ndarray) -> dict[str, np.ndarray] | None:
    """The network of a cell and seed, trained or from the cache; None if its kernels are not those expected."""

    def trained() -> dict[str, np.ndarray] | None:
        net, last = experiment.Net(cell), {}
        train, _ = experiment.split(cell)
        rate, mu = np.full(1, cell["rate"]), np.full(1, cell["mu"])
        experiment.descend(cell, net, net.start(cell, [seed]), rate, mu, train, lambda _, p: last.update(p))
        if not np.allclose(last["w1"][0, :, 0], kernels, rtol=NEAR, atol=NEAR):
            return None
        return {name: np.round(value[0], DIGITS) for name, value in last.items()}

    return kept([dict(cell), seed, kernels.tolist()], trained)
