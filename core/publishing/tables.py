"""Tables as CSV, Markdown and LaTeX (booktabs), and numbers as people read them."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.evidence.record import ClaimResult
from core.publishing import latex

Lines = Sequence[Sequence[Any]]
CLAIM_COLUMNS = ("claim", "paper", "ours", "middle 95 % of runs", "with sampling", "runs", "verdict", "reason")


def number(value: Any, unit: str = "", digits: int = 3) -> str:
    """A number with so many significant digits, or all its whole digits if there are more; None is an empty string."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    value = float(value)
    if not math.isfinite(value):
        return ""
    whole = value == int(value) and abs(value) < 1e15
    text = f"{round(value):,}" if whole or 10**digits <= abs(value) < 1e7 else f"{value:.{digits}g}"
    return f"{text} {unit}".strip()


def span(low: float | None, high: float | None, unit: str = "") -> str:
    """An interval, or an empty string if there is none."""
    return "" if low is None or high is None else f"{number(low)} – {number(high)} {unit}".strip()


def interval_of(covers: str) -> str:
    """What an interval is one of, in a few words; nothing for the middle 95 % of runs."""
    marks = (
        ("least", "over tasks"),
        ("fits", "of the fit"),
        ("exponent", "of the fit"),
        ("Wilson", "of the share"),
        ("bootstrap", "of the mean"),
    )
    return next((f" ({words})" for mark, words in marks if mark in covers), "")


def claim_cells(claim: ClaimResult) -> list[str]:
    """One claim as the cells of CLAIM_COLUMNS."""
    unit = claim.unit if claim.unit == "%" else ""
    ours = claim.ours
    paper = claim.shown or number(claim.value, unit, claim.digits)
    if ours is None:
        return [claim.statement, paper, "not measured", "", "", "", claim.verdict, claim.reason]
    return [
        claim.statement + (f" [{claim.standing}]" if claim.standing in ("recalled", "computed") else ""),
        paper,
        number(ours.estimate, unit, claim.digits),
        "" if ours.counted else span(ours.low, ours.high, unit) + interval_of(ours.covers),
        span(ours.wide_low, ours.wide_high, unit),
        "" if ours.counted else str(ours.n),
        claim.verdict,
        claim.reason,
    ]


def as_csv(columns: Sequence[str], lines: Lines) -> str:
    """Comma-separated values with full precision."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([["" if cell is None else cell for cell in line] for line in lines])
    return out.getvalue()


def as_markdown(columns: Sequence[str], lines: Lines) -> str:
    """A Markdown table."""
    rows = [[number(cell).replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in [list(columns), ["---"] * len(columns), *rows]) + "\n"


def as_latex(columns: Sequence[str], lines: Lines, caption: str) -> str:
    """A LaTeX table that needs the packages booktabs, longtable and array; the reasons of verdicts would not fit."""
    shown = [k for k, column in enumerate(columns) if column != "reason"]
    return latex.table([columns[k] for k in shown], [[number(line[k]) for k in shown] for line in lines], caption)


def write(folder: Path, name: str, title: str, columns: Sequence[str], lines: Lines) -> None:
    """Write one table in the three forms."""
    (folder / f"{name}.csv").write_text(as_csv(columns, lines), encoding="utf-8")
    (folder / f"{name}.md").write_text(as_markdown(columns, lines), encoding="utf-8")
    (folder / f"{name}.tex").write_text(as_latex(columns, lines, title), encoding="utf-8")
