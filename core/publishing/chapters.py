"""A record and its paper file -> what a report tells study by study: findings, figures, claims, tables, remarks."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from core.evidence.claims import Claim, Paper, Rule, Section, Standing
from core.evidence.record import Record, Table
from core.evidence.verdicts import Bounds, ClaimResult, Outcome, Resolution, show, word_of
from core.publishing import citations, comparisons, marks, placing, tables
from core.publishing.words import fill

STANDINGS: dict[Standing, str] = {
    "read": "read in the source",
    "quoted": "seen quoted",
    "rerun": "of somebody who re-ran it",
    "derived": "worked out by us",
    "recalled": "recalled, not seen",
}
FOLDED = 8  # lines of a table; longer ones are folded


@dataclass(frozen=True)
class Side:
    """One of several answers to a claim."""

    label: str
    paper: str
    ours: str
    interval: str
    outcome: Outcome
    word: str


@dataclass(frozen=True)
class Card:
    """A claim as the report shows it; `drawing` is our interval beside the paper's region."""

    claim: ClaimResult
    paper: str
    ours: str
    interval: str
    sides: list[Side]
    source: str
    standing: str
    beside: list[str]
    drawing: Markup
    rule: str
    telling: str
    runs: str
    others: list[str]


@dataclass(frozen=True)
class Sheet:
    """A table as the report shows it: no empty columns, and the whole of it as a file that the page carries."""

    table: Table
    columns: list[str]
    rows: list[list[Any]]
    numeric: list[bool]
    folded: bool
    csv: str


@dataclass(frozen=True)
class Chapter:
    """One study."""

    section: Section
    finding: str
    figures: list[dict[str, Any]]
    cards: list[Card]
    tables: list[Sheet]
    remarks: list[str]
    see: list[tuple[str, str, str]]


def chapters(
    record: Record,
    paper: Paper,
    entries: Mapping[str, Any],
    figures: Sequence[dict[str, Any]],
    titles: Mapping[str, str],
    words: Mapping[str, Any],
) -> list[Chapter]:
    """The studies in the paper file's order; what names none of them stands in a last one without a title."""
    known = {section.id for section in paper.section}
    claims = {claim.id: claim for claim in paper.claim}
    named = {name for section in paper.section for name in section.tables}
    rest = Section(id="", title="", question="", finding="", tables=[t.id for t in record.tables if t.id not in named])
    found = []
    for section in [*paper.section, rest]:
        here = [c for c in record.claims if (c.section if c.section in known else "") == section.id]
        by_id = {table.id: table for table in record.tables}
        found.append(
            Chapter(
                section=section,
                finding=fill(section.finding, words),
                figures=[one for one in figures if one["section"] == section.id],
                cards=[card(claim, claims.get(claim.id), entries) for claim in here],
                tables=[sheet(by_id[name]) for name in section.tables if name in by_id],
                remarks=remarks(record, paper, section.id, words) if section.id else [],
                see=[(era, titles.get(era, era), difference) for era, difference in section.see.items()],
            )
        )
    last = found[-1]
    return found if last.figures or last.cards or last.tables else found[:-1]


def remarks(record: Record, paper: Paper, section: str, words: Mapping[str, Any]) -> list[str]:
    """The notes of a section that speak of runs with these settings."""
    return [
        fill(note.text, words)
        for note in paper.note
        if note.section == section and all(record.settings.get(k) == v for k, v in note.only_when.items())
    ]


def card(claim: ClaimResult, told: Claim | None, entries: Mapping[str, Any]) -> Card:
    """One claim, ready to be shown."""
    exact = claim.ours is not None and claim.ours.interval == "exact"
    found = [] if exact and not claim.answers else placing.places(claim)
    ours, interval = tables.ours_cell(claim), tables.interval_cell(claim)
    sides = sides_of(claim, told)
    return Card(
        claim=claim,
        paper=tables.paper_cell(claim),
        ours=comparisons.ours_of(claim) if sides else ours,
        interval="" if sides else interval,
        sides=sides,
        source=f"{citations.short(entries, claim.key)}, {claim.where}",
        standing=STANDINGS[claim.standing],
        beside=[citations.short(entries, key) for key in claim.beside],
        drawing=marks.beside(found, f"Our interval beside the paper's region: {claim.reason}"),
        rule=rule_in_words(claim),
        telling=telling(claim),
        runs=runs_in_words(claim),
        others=[
            f"{citations.short(entries, one.key)}: {tables.number(one.value, claim.unit, claim.digits)}, {one.note}"
            for one in claim.comparators
        ],
    )


def sides_of(claim: ClaimResult, told: Claim | None) -> list[Side]:
    """The answers of a claim that has several."""
    parts = told.parts if told else {}
    return [
        Side(
            label=one.statement or one.label,
            paper=tables.as_printed(parts[one.label].printed) if one.label in parts else "",
            ours=tables.estimate_cell(one.ours, claim.unit, claim.digits),
            interval=tables.interval_of(one.ours, claim),
            outcome=one.outcome,
            word=word_of(claim.family, one.outcome),
        )
        for one in claim.answers
    ]


def rule_in_words(claim: ClaimResult) -> str:
    """What agrees with the paper, and why that was chosen."""
    region, rule = claim.region, claim.rule
    return f"{_region(region, rule, claim.unit)}: {rule.because}"


def _region(region: Bounds, rule: Rule, unit: str) -> str:
    shown = bounds(region.low, region.high)
    low, high = (None if text is None else f"{text} {unit}".strip() for text in shown)
    if rule.kind == "printed":
        return f"what rounds to the printed number agrees, {low} to {high}"
    if low is None:
        return f"{'less than' if rule.kind == 'less' else 'at most'} {high} agrees"
    if high is None:
        return f"{'more than' if rule.kind == 'more' else 'at least'} {low} agrees"
    return f"{low} to {high} agrees"


def bounds(low: float | None, high: float | None) -> tuple[str | None, str | None]:
    """The ends of a region, with as many digits as it takes to see where they lie.

    >>> bounds(557.5, 558.5), bounds(0.135, 0.145), bounds(None, 2.0)
    (('557.5', '558.5'), ('0.135', '0.145'), (None, '2'))
    """
    if low is None or high is None:
        return (None if low is None else show(low)), (None if high is None else show(high))
    ends = (low, high)
    for digits in range(3, 16):
        told = [f"{x:.{max(digits, len(f'{abs(x):.0f}')) if abs(x) < 1e7 else digits}g}" for x in ends]
        if all(abs(float(text) - x) <= 0.02 * (high - low) for text, x in zip(told, ends, strict=True)):
            return _plain(told[0]), _plain(told[1])
    return show(low), show(high)


def _plain(text: str) -> str:
    """A number of at least a thousand with commas, and with no exponent where it has at most seven digits."""
    value = float(text)
    if not 1000 <= abs(value) < 1e7:
        return tables.power(text)
    places = max(0, -int(Decimal(text).as_tuple().exponent))
    return f"{value:,.{places}f}"


def telling(claim: ClaimResult) -> str:
    """How far off the paper could have been and still agree, in a sentence; empty where nothing is to be said."""
    told = claim.resolution or next((one.resolution for one in claim.answers if one.resolution), None)
    return _telling(told, claim.unit) if told else ""


def _telling(told: Resolution, unit: str) -> str:
    if told.kind == "factor":
        far = f"{show(told.value)} times as large or as small" if math.isfinite(told.value) else "of any size"
    else:
        far = f"{show(told.value)} {unit}".strip() + " away"
    allowed = ""
    if told.allowed is not None:
        allowed = f"; for a yes it must be no more than {show(told.allowed)}{' times' if told.kind == 'factor' else ''}"
    return f"a paper's number {far} would have been told apart{allowed}"


def runs_in_words(claim: ClaimResult) -> str:
    """What our side rests on: how many runs, what was drawn, how many failed or did not finish."""
    ours = claim.ours or next((one.ours for one in claim.answers if one.ours), None)
    if ours is None:
        return ""
    if ours.interval == "exact":
        return "counted; nothing is left to chance"
    told = f"{tables.runs_cell(claim)} runs" + (f", drawn anew by {' and '.join(ours.covers)}" if ours.covers else "")
    told += f"; {ours.failed} failed" if ours.failed else ""
    return told + (f"; {ours.unfinished} did not finish and count as longer than all others" if ours.unfinished else "")


def sheet(table: Table) -> Sheet:
    """A table without its empty columns."""
    filled = [k for k in range(len(table.columns)) if any(row[k] not in (None, "") for row in table.rows)]
    columns = [table.columns[k] for k in filled]
    rows = [[row[k] for k in filled] for row in table.rows]
    numeric = [all(_numeric(row[k]) for row in rows if row[k] not in (None, "")) for k in range(len(columns))]
    text = tables.as_csv(table.columns, table.rows)
    return Sheet(table, columns, rows, numeric, len(rows) > FOLDED, base64.b64encode(text.encode()).decode())


def _numeric(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)
