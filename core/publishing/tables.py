"""Tables as CSV, Markdown and LaTeX (booktabs), and numbers as people read them."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.evidence.measured import Ours
from core.evidence.regions import PLAIN
from core.evidence.verdicts import ClaimResult
from core.publishing import latex

Lines = Sequence[Sequence[Any]]
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
CLAIM_COLUMNS = ("claim", "paper", "ours", "95 % interval of", "runs", "verdict", "reason")


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
    text = f"{round(value):,}" if whole or 10**digits <= abs(value) < 1e7 else power(f"{value:.{digits}g}")
    return f"{text} {unit}".strip()


def power(text: str) -> str:
    """A number as a machine writes it, as readers do.

    >>> power("2.33e+08"), power("7e-5"), power("0.25")
    ('2.33 × 10⁸', '7 × 10⁻⁵', '0.25')
    """
    head, mark, tail = text.lower().partition("e")
    return f"{head} × 10{str(int(tail)).translate(SUPERSCRIPTS)}" if mark else text


def about(value: float) -> str:
    """A large number in three digits, such as a count of operations.

    >>> about(233_280_000), about(1500)
    ('2.33 × 10⁸', '1,500')
    """
    return power(f"{value:.3g}") if abs(value) >= 1e7 else number(value)


def as_printed(text: str) -> str:
    """The number that a paper prints, with commas and no exponent where it can be without; other words as they are.

    >>> as_printed("1.11e4"), as_printed("18629"), as_printed("7e-5"), as_printed("2.50"), as_printed("about 3")
    ('11,100', '18,629', '7 × 10⁻⁵', '2.50', 'about 3')
    """
    if not PLAIN.fullmatch(text) or "," in text:
        return text
    value = abs(float(text))
    return f"{Decimal(text):,f}" if value == 0 or 1e-4 <= value < 1e15 else power(text)


def span(low: float, high: float, unit: str = "", digits: int = 3) -> str:
    """An interval; an upper end that there is none of is told as "no end"."""
    if math.isinf(low) and low > 0:
        return "no end"
    return f"{number(low, digits=digits)} – {number(high, digits=digits) or 'no end'} {unit}".strip()


def paper_cell(claim: ClaimResult) -> str:
    """The paper's side: its words, or its number as printed, with the unit."""
    if claim.shown:
        return claim.shown
    if claim.rule.kind in ("more", "less"):
        return "above 0" if claim.rule.kind == "more" else "below 0"
    if claim.rule.kind == "between":
        return span(claim.rule.low or 0.0, claim.rule.high or 0.0, claim.unit)
    return (
        f"{as_printed(claim.printed)} {claim.unit}".strip()
        if claim.printed
        else number(claim.value, claim.unit, claim.digits)
    )


def estimate_cell(ours: Ours | None, unit: str, digits: int) -> str:
    """Our estimate with its unit; "none finished" where its median has no end."""
    if ours is None:
        return "not measured"
    return number(ours.estimate, unit, digits) if math.isfinite(ours.estimate) else "no end"


def ours_cell(claim: ClaimResult) -> str:
    """Our estimate; for a claim with several answers that of each."""
    if claim.answers:
        told = [f"{estimate_cell(one.ours, claim.unit, claim.digits)} ({one.label})" for one in claim.answers]
        return "; ".join(told)
    return estimate_cell(claim.ours, claim.unit, claim.digits)


def interval_cell(claim: ClaimResult) -> str:
    """Our interval and what it is one of, in a few words; for a claim with several answers that of each."""
    if claim.answers:
        told = [(interval_of(one.ours, claim), one.label) for one in claim.answers]
        return "; ".join(f"{interval} ({label})" for interval, label in told if interval)
    return interval_of(claim.ours, claim) if claim.ours else ""


def interval_of(ours: Ours | None, claim: ClaimResult) -> str:
    """An interval and what it is one of; empty for a count."""
    if ours is None or ours.interval == "exact":
        return ""
    kind = "a new run" if ours.interval == "prediction" else f"the {ours.statistic}"
    return f"{span(ours.low, ours.high, claim.unit, claim.digits)}, {kind}"


def runs_cell(claim: ClaimResult) -> str:
    """How many runs stand behind our side."""
    sides = [one.ours for one in claim.answers if one.ours] or ([claim.ours] if claim.ours else [])
    return ", ".join(dict.fromkeys(str(one.n) for one in sides if one.interval != "exact"))


def claim_cells(claim: ClaimResult) -> list[str]:
    """One claim as the cells of CLAIM_COLUMNS."""
    mark = " *" if claim.changed else ""
    return [
        claim.statement,
        paper_cell(claim),
        ours_cell(claim),
        interval_cell(claim),
        runs_cell(claim),
        claim.word + mark,
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


def as_latex(columns: Sequence[str], lines: Lines, caption: str, *, floats: bool = False) -> str:
    """A LaTeX table that needs the packages booktabs, longtable and array; the reasons of verdicts would not fit.

    It runs over pages, or with `floats` stands in a page of two columns.
    """
    shown = [k for k, column in enumerate(columns) if column != "reason"]
    make = latex.floats if floats else latex.table
    return make([columns[k] for k in shown], [[number(line[k]) for k in shown] for line in lines], caption)


def write(folder: Path, name: str, title: str, columns: Sequence[str], lines: Lines) -> None:
    """Write one table as CSV, as Markdown, and as LaTeX for pages of one column and of two."""
    texts = {
        f"{name}.csv": as_csv(columns, lines),
        f"{name}.md": as_markdown(columns, lines),
        f"{name}.tex": as_latex(columns, lines, title),
        f"{name}_two_columns.tex": as_latex(columns, lines, title, floats=True),
    }
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8", newline="\n")
