"""Tables of `scaling` about others' systems, old machines, and what measured slopes would have cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from core.datasets.history import COSTS, MACHINES, SYMMETRY, SYSTEMS
from core.evidence.verdicts import LEAST_RUNS
from reproductions.scaling.claims import ERAS, doubling, listed

REPORTS = Path(__file__).resolve().parents[2] / "reports"
DAY = 86400.0
SINGLE = ("ADALINE", "Family trees", "ALVINN", "NETtalk", "Zip codes", "LeNet-5")


class Training(NamedTuple):
    """What was trained, its operations (a multiply-accumulate is two), and the core-hours it took here, or NaN."""

    name: str
    operations: float
    core_hours: float


def published_runs() -> list[Training]:
    """The trials of every other reproduction whose published record lies in this checkout, the fewest first.

    Records say which of their operations they counted; some leave a part of the work out.
    """
    found = []
    for path in sorted(REPORTS.glob("*/record.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            cost = record["cost"]
            each = 2.0 if "multiply-accumulates" in cost["operations_are"] else 1.0
            run = Training(record["reproduction"], each * cost["operations"], cost["trial_seconds"] / 3600)
            if record["preset"] == "paper" and run.name != "scaling":
                found.append(run)
        except (OSError, ValueError, KeyError):
            continue
    return sorted(found, key=lambda run: run.operations)


def trainings() -> list[Training]:
    """One training of systems of before 2000, as listed or worked out, then all trials of our published runs."""
    listed_ones = [(name, flop) for name, _, _, flop, _ in SYSTEMS if name in SINGLE]
    single = [Training(f"one training: {name}", flop, np.nan) for name, flop in [*listed_ones, SYMMETRY]]
    return sorted(single, key=lambda run: run.operations) + published_runs()


def tables(speed: float) -> list[dict[str, Any]]:
    """Years by measured slopes, doubling times, systems, and times on old machines, given one core's speed here."""
    return [_years(speed), _doubling(), _systems(), _hours(speed)]


def machines(speed: float) -> list[tuple[str, float]]:
    """Names of machines and their operations a second, this one last."""
    return [*((f"{name}, {year}", rate) for name, year, rate, _ in MACHINES), ("one core here", speed)]


def _years(speed: float) -> dict[str, Any]:
    """What each training took or takes, and what it would take if every gradient were measured slope by slope."""
    lines: list[list[Any]] = []
    for name, p, operations, days in COSTS:
        if operations is not None:
            dearer, here = (p + 1) / 3, operations / speed
            then = [f"{days:g} days", span(days * DAY * dearer)] if days is not None else [None, None]
            lines.append([name, f"{operations:.3g}", *then, span(here), span(here * dearer)])
    columns = ["network", "operations of training", "training took then", "then, by measured slopes",
               "on one core here", "on one core here, by measured slopes"]  # fmt: skip
    title = "The same trainings by measured slopes: (P + 1) / 3 times as long; not run, worked out"
    return {"id": "years", "title": title, "columns": columns, "rows": lines}


def _doubling() -> dict[str, Any]:
    lines: list[list[Any]] = []
    for first, last, paper in (
        (*ERAS["before"], "Sevilla et al.: 20"), (*ERAS["after"], "Sevilla et al.: 6"),
        (2012, 2020, "Amodei and Hernandez, 2012 to 2018: 3.4"),
    ):  # fmt: skip
        value, draws = doubling(first, last)
        years, systems = f"{first:.0f} to {last:.0f}" if last < 2030 else f"from {first:.0f}", listed(first, last)
        bounds = np.percentile(draws, [2.5, 97.5]).tolist() if systems >= LEAST_RUNS else [None, None]
        lines.append([years, systems, value, *bounds, paper])
    title = "Months in which the compute of training doubled, over the systems listed below"
    columns = ["years", "systems", "months", "low", "high", "in papers"]
    return {"id": "doubling", "title": title, "columns": columns, "rows": lines}


def _systems() -> dict[str, Any]:
    lines = [[name, f"{int(year)}", n, f"{flop:.3g}", basis] for name, year, n, flop, basis in SYSTEMS]
    columns = ["system", "year", "parameters", "operations", "basis"]
    title = "Systems, and the operations of their training"
    return {"id": "systems", "title": title, "columns": columns, "rows": lines, "whole": True}


def _hours(speed: float) -> dict[str, Any]:
    known = machines(speed)
    lines = [
        [run.name, f"{run.operations:.3g}", *(span(run.operations / rate) for _, rate in known),
         span(3600 * run.core_hours) if np.isfinite(run.core_hours) else None]
        for run in trainings()
    ]  # fmt: skip
    columns = ["what", "operations counted", *(f"at the speed of: {name}" for name, _ in known),
               "measured here, one core"]  # fmt: skip
    title = "How long single trainings, and all trials of our published runs, would take, at least"
    return {"id": "hours", "title": title, "columns": columns, "rows": lines}


def span(seconds: float) -> str:
    """A time in the largest unit that fits, to three digits."""
    unit, length = next(
        (one for one in (("years", 365.25 * DAY), ("days", DAY), ("hours", 3600.0), ("minutes", 60.0))
         if seconds >= one[1]), ("seconds", 1.0),
    )  # fmt: skip
    value = float(f"{seconds / length:.3g}")
    return f"{value:,.10g} {unit}" if value < 1e7 else f"{value:.3g} {unit}"
