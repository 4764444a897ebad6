"""A small era for tests: one logistic unit learns OR, and how long that takes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from core.evidence import measured as m
from core.evidence.claims import Paper
from core.evidence.reproduction import Reproduction
from core.evidence.rows import Rows, pick
from core.evidence.studies import Study
from core.evidence.tables import means_table
from core.learning.ops import affine, sigmoid, squared_error
from core.learning.optimizers import gradient
from core.learning.seeds import generator

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


class Settings(BaseModel):
    """What is free."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: int = Field(8, ge=1, description="units")
    rate: float = Field(2.0, gt=0, description="learning rate")
    entropy: int = Field(1, description="the number from which all random numbers start")


def loss(system, p, x, t):
    y = system.apply(sigmoid, system.apply(affine, system.constant(x), p["w"], p["b"]))
    return system.apply(squared_error, y, system.constant(t))


def learn(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Sweeps until a unit is right, its weights, and the loss on the way."""
    rows = []
    for seed in seeds:
        rng = generator(cell["entropy"], seed)
        p = {"w": rng.uniform(-1, 1, (2, 1)), "b": rng.uniform(-1, 1, 1)}
        t, losses = (X.max(axis=1) if cell["task"] == "or" else X.min(axis=1))[:, None], []
        sweeps = 0
        while sweeps < 200:
            value, slope = gradient(loss, p, X, t)
            losses.append(float(value))
            y = 1 / (1 + np.exp(-(X @ p["w"] + p["b"])))
            if np.all((y > 0.5) == (t > 0.5)):
                break
            p = {name: w - cell["rate"] * slope[name] for name, w in p.items()}
            sweeps += 1
        rows.append(
            {
                "solved": float(sweeps < 200),
                "sweeps": float(sweeps),
                "loss": losses[-1],
                "weights": p["w"].ravel(),
                "unread": np.zeros(1000),
            }
        )
    return rows


def studies(s: Settings) -> list[Study]:
    """Two tasks, and one more learning rate for the slower of them."""
    cells = [({"task": task, "rate": s.rate}, range(s.seeds)) for task in ("or", "and")]

    def slower(rows: Rows):
        mean = {task: np.mean([r.values["sweeps"] for r in pick(rows["tasks"], task=task)]) for task in ("or", "and")}
        return [({"task": max(mean, key=mean.get), "rate": 2 * s.rate}, range(s.seeds))]

    return [Study("tasks", learn, cells, block=4), Study("faster", learn, slower, block=4)]


def measure(s: Settings, rows: Rows):
    """Our side."""
    for row in rows["tasks"]:
        assert row.arrays["weights"].shape == (2,)
    return {
        "solved": m.share_of(pick(rows["tasks"], task="or"), "solved"),
        "sweeps": m.runs_until(pick(rows["tasks"], task="and"), "sweeps"),
    }


def tables(s: Settings, rows: Rows):
    """One table."""
    groups = [([task], pick(rows["tasks"], task=task)) for task in ("or", "and")]
    return [means_table("tasks", "Tasks", ["task"], groups, [("sweeps", "sweeps", 1)])]


def words(s: Settings, rows: Rows):
    """One number."""
    return {"count": len(rows["tasks"])}


def arrays(s: Settings, rows: Rows):
    """One curve."""
    return {"sweeps": np.array([r.values["sweeps"] for r in rows["tasks"]])}


def figures(record, arrays):
    """None."""
    return {}


ROOM = Reproduction(
    settings=Settings,
    presets={"quick": Settings(seeds=5), "paper": Settings()},
    studies=studies,
    measure=measure,
    tables=tables,
    figures=figures,
    words=words,
    arrays=arrays,
)
PAPER = Paper.model_validate(
    {
        "reproduction": {
            "id": "toy_1986",
            "title": "A toy (1986)",
            "year": 1986,
            "question": "?",
            "answer": "!",
            "quick": "q",
            "paper": "p",
            "cost_then": "c",
            "did": [],
        },
        "paper": {"key": "k", "known_from": "nowhere"},
        "card": {"asks": "?", "year": "1986", "alt": "a"},
        "claim": [
            {
                "id": "solved",
                "statement": "OR is learned",
                "kind": "measurement",
                "standing": "read",
                "key": "k",
                "where": "text",
                "value": 0.5,
                "rule": {"kind": "at_least", "because": "b"},
            },
            {
                "id": "sweeps",
                "statement": "in ten sweeps",
                "kind": "measurement",
                "standing": "read",
                "key": "k",
                "where": "text",
                "printed": "10",
                "rule": {"kind": "printed", "because": "b"},
            },
        ],
    }
)
HERE = Path(__file__)
