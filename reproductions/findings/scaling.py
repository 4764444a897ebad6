"""Tables and arrays that `scaling` keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets.history import COSTS, MACHINES, SYSTEMS
from core.evidence import power_laws
from core.evidence.tables import means_table
from core.evidence.trials import Row
from reproductions.findings.scaling_claims import MODERN, Law, doubling

Rows = Mapping[str, Sequence[Row]]
BY = {"examples": "training examples", "width": "hidden units"}
REPORTS = Path(__file__).resolve().parents[2] / "reports"


def published_runs() -> list[tuple[str, float]]:
    """Reproductions whose published record lies in this checkout, and the operations (two for each
    multiply-accumulate) that their trials counted."""
    found = []
    for path in sorted(REPORTS.glob("*/record.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            if record["preset"] == "paper" and record["reproduction"] != "scaling":
                found.append((record["reproduction"], 2.0 * record["cost"]["operations"]))
        except (OSError, ValueError, KeyError):
            continue
    return found


def tables(s: Any, rows: Rows, found: Mapping[str, Law]) -> list[dict[str, Any]]:
    """Errors and losses, laws, predictions, costs, doubling times, and hours on old machines."""
    speed = rows["machine"][0].values["speed"]
    machines = [*((name, year, rate) for name, year, rate, _ in MACHINES), ("one core here", 2026, speed)]
    grams = rows["n-grams"][0].values
    months = {"1950 to 2010": doubling(1950, MODERN), "from 2010": doubling(MODERN, 2030),
              "from 2012": doubling(2012, 2030)}  # fmt: skip
    laws = []
    for name, what, terms in (
        ("examples", "digits: error by examples", ("m",)), ("width", "digits: error by parameters", ("N",)),
        ("text", "characters: loss by parameters and examples", ("N", "D")),
    ):  # fmt: skip
        one = found[name]
        for k, term in enumerate(terms):
            ours = one.exponent(k)
            laws.append([what, f"exponent of {term}", ours.estimate, ours.low, ours.high])
        floor = np.exp(one.draws[:, -1])
        laws.append([what, "floor", float(np.exp(one.fit[-1])), *(float(v) for v in np.percentile(floor, [2.5, 97.5]))])
    held = [
        [name, *(float(v) for v in one.held_x[:, k]), *[None] * (2 - len(one.held_x)), float(one.held_y[k]),
         float(one.low[k]), float(one.high[k]), "inside" if one.inside[k] else "outside"]
        for name, one in found.items() for k in range(len(one.held_y))
    ]  # fmt: skip
    return [
        *(means_table(
            f"digits_{series}", f"Digits: test error by {BY[series]}",
            ["training examples", "hidden units", "rate"],
            [([m, h, rate], [r for r in rows["digits"] if r.cell["series"] == series
                             and (r.cell["examples"], r.cell["hidden"]) == (m, h)])
             for m, h, rate in dict.fromkeys((r.cell["examples"], r.cell["hidden"], r.cell["rate"])
                                             for r in rows["digits"] if r.cell["series"] == series)],
            [("parameters", "parameters", 1), ("error, %", "error", 100), ("loss", "loss", 1)])
          for series in ("examples", "width")),
        means_table("text", "Characters: test loss, nats a character, by size of the model and of the training text",
                    ["parameters wanted", "examples", "shown", "rate"],
                    [([n, d, shown, rate], [r for r in rows["text"] if (r.cell["size"], r.cell["examples"]) == (n, d)])
                     for n, d, shown, rate in dict.fromkeys(
                        (r.cell["size"], r.cell["examples"], r.cell["shown"], r.cell["rate"]) for r in rows["text"])],
                    [("parameters", "parameters", 1), ("test loss", "test", 1),
                     ("share of training at the least tuning loss", "best_share", 1)]),
        _tuning(rows),
        {"id": "laws", "title": "Fitted laws, the largest sizes held out",
         "columns": ["law", "of it", "estimate", "low", "high"], "rows": laws},
        {"id": "held_out", "title": "Sizes held out of the fits, and what the fits foretold",
         "columns": ["law", "examples or parameters", "examples", "found", "foretold: low", "high", "so"],
         "rows": held},
        {"id": "ladder", "title": "Characters: the ladder of n-grams, nats a character",
         "columns": ["order", "Kneser-Ney, last tenth", "on the test characters"],
         "rows": [[k, grams[f"order_{k}"], grams[f"same_{k}"]] for k in range(1, s.orders + 1)]},
        {"id": "gradients", "title": "One gradient: measured slopes and one walk backwards, in forward passes",
         "columns": ["parameters", "what", "measured slopes, P + 1", "over backprop at 3", "backprop, counted here",
                     "by the clock here"],
         "rows": [[int(r.values["parameters"]), "-".join(map(str, r.cell["sizes"])), int(r.values["parameters"]) + 1,
                   (r.values["parameters"] + 1) / 3, r.values["ratio"], r.values["time_ratio"]] for r in rows["cost"]]
         + [[int(p), f"{name}, by rule", int(p) + 1, (p + 1) / 3, None, None] for name, p in COSTS]},
        {"id": "doubling", "title": "Months in which the compute of training doubled, systems listed below",
         "columns": ["years", "months", "low", "high"],
         "rows": [[years, value, *(float(v) for v in np.percentile(draws, [2.5, 97.5]))]
                  for years, (value, draws) in months.items()]},
        {"id": "systems", "title": "Systems, and the operations of their training",
         "columns": ["system", "year", "parameters", "operations", "basis"],
         "rows": [[name, f"{int(year)}", n, f"{flop:.3g}", basis] for name, year, n, flop, basis in SYSTEMS]},
        {"id": "hours", "title": "Hours that the trials of our published runs would take",
         "columns": ["run", "operations", *(f"{name}, {year}" for name, year, _ in machines)],
         "rows": [[name, f"{flop:.3g}", *(flop / rate / 3600 for _, _, rate in machines)]
                  for name, flop in published_runs()]},
    ]  # fmt: skip


def _tuning(rows: Rows) -> dict[str, Any]:
    lines = []
    for of, size, value in (("digits", "hidden", "loss"), ("text", "size", "tune")):
        places: dict[tuple[Any, ...], list[Row]] = {}
        for row in rows[f"{of}, tuning"]:
            places.setdefault(tuple(row.cell[key] for key in (size, "examples", "rate")), []).append(row)
        for place, group in places.items():
            losses = [r.values[value] for r in group if not r.failed]
            lines.append([of, *place, len(losses), float(np.mean(losses)) if losses else None])
    columns = ["of", "hidden units or parameters", "examples", "rate", "seeds", "loss"]
    title = "Learning rates tried, on data neither trained nor tested on"
    return {"id": "tuning", "title": title, "columns": columns, "rows": lines}


def gather(s: Any, rows: Rows, found: Mapping[str, Law]) -> dict[str, np.ndarray]:
    """What the figures draw."""
    arrays: dict[str, np.ndarray] = {}
    for name, one in found.items():
        arrays |= {f"{name}_x": one.x, f"{name}_y": one.y, f"{name}_fit": one.fit, f"{name}_held_x": one.held_x,
                   f"{name}_held_y": one.held_y, f"{name}_low": one.low, f"{name}_high": one.high}  # fmt: skip
        if len(one.x) == 1:
            fine = np.geomspace(one.x.min(), one.x.max(), 60)
            ahead = np.array([power_laws.predict(fine[None], draw) for draw in one.draws])
            arrays |= {f"{name}_fine": fine, f"{name}_band": np.percentile(ahead, [2.5, 97.5], axis=0)}
    looks = []
    for row in rows["text"]:
        if not row.failed and row.cell["examples"] == max(s.examples) and row.seed == 0:
            for shown, _, test in row.arrays["looks"]:
                looks.append([row.values["parameters"], shown, test, 2 * row.values["each"] * shown])
    grams = rows["n-grams"][0].values
    arrays |= {
        "looks": np.array(looks), "grams": np.array([grams[f"same_{k}"] for k in range(1, s.orders + 1)]),
        "vocabulary": np.array([np.exp(grams["order_1"])]),
        "cost": np.array([[r.values[k] for k in ("parameters", "ratio", "time_ratio")] for r in rows["cost"]]),
        "speed": np.array([rows["machine"][0].values["speed"]]),
        "own": np.array([flop for _, flop in published_runs()]),
    }  # fmt: skip
    return arrays
