"""The picture of the verdicts as data: which claims it shows, in which order, and where each stands."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.evidence.claims import Paper
from core.evidence.record import Record
from core.evidence.verdicts import ClaimResult
from core.publishing import placing, tables
from core.publishing.placing import Place

OWN, OTHERS = "Measurements of the paper", "Not the paper's own: re-run by others, worked out or recalled"
ABOUT = (
    "Each line sets our number beside the paper's. The grey band is what agrees with the paper, the bar is our 95 % "
    "interval, the mark our estimate. Lines with ± show a difference, each on a scale of its own; the others are by "
    "factors: at 2 ours is twice the paper's."
)


@dataclass(frozen=True)
class Row:
    """One claim of the picture: its short name, our number and the paper's in a few letters, and where it stands."""

    claim: ClaimResult
    label: str
    numbers: str
    places: list[Place]


@dataclass(frozen=True)
class Group:
    """The rows of one kind, by the title of the study they belong to."""

    title: str
    studies: list[tuple[str, list[Row]]]

    @property
    def rows(self) -> list[Row]:
        """All rows, in order."""
        return [row for _, rows in self.studies for row in rows]


def groups(record: Record, paper: Paper) -> list[Group]:
    """Measurements of the paper by study, then those whose number is not the paper's own."""
    labels = _labels(record, paper)
    own = _group(OWN, record, paper, labels, lambda claim: claim.family == "measurements")
    others = _group(
        OTHERS, record, paper, labels, lambda claim: claim.kind == "measurement" and claim.family != "measurements"
    )
    return [group for group in (own, others) if group.studies]


def others_of(record: Record) -> list[ClaimResult]:
    """Counts and theorems, which the picture shows as marks alone."""
    return [claim for claim in record.claims if claim.kind != "measurement"]


def reach_of(found: Sequence[Group]) -> float:
    """Decades either way that the axis of the picture shows."""
    return placing.axis_reach([place for group in found for row in group.rows for place in row.places])


def _group(
    title: str, record: Record, paper: Paper, labels: dict[str, str], wanted: Callable[[ClaimResult], bool]
) -> Group:
    chosen = [claim for claim in record.claims if wanted(claim)]
    titles = {section.id: section.title for section in paper.section}
    order = [*titles, *dict.fromkeys(claim.section for claim in chosen if claim.section not in titles)]
    studies = [
        (titles.get(name, ""), [_row(claim, labels.get(claim.id, "")) for claim in chosen if claim.section == name])
        for name in order
    ]
    return Group(title, [(name, rows) for name, rows in studies if rows])


def _row(claim: ClaimResult, label: str) -> Row:
    return Row(claim, label, numbers_of(claim), placing.places(claim))


def _labels(record: Record, paper: Paper) -> dict[str, str]:
    """The name of each claim in a few words: its label, else what stands before the colon, or after it if that is one's
    own alone."""
    given = {claim.id: claim.label for claim in paper.claim}
    halves = {claim.id: re.split(r": (?=\w)", claim.statement, maxsplit=1) for claim in record.claims}
    leads = Counter(half[0] for half in halves.values())
    named = {name: half[0] if leads[half[0]] == 1 else half[-1] for name, half in halves.items()}
    return {name: given.get(name) or textwrap.shorten(text, 80, placeholder=" …") for name, text in named.items()}


def numbers_of(claim: ClaimResult) -> str:
    """Our number and the paper's, with no unit: "298 / 558"."""
    return f"{ours_of(claim)} / {_paper(claim)}"


def ours_of(claim: ClaimResult) -> str:
    """Our number with no unit; of several answers the least and the largest."""
    sides = [one.ours for one in claim.answers if one.ours] or ([claim.ours] if claim.ours else [])
    sides = sorted(sides, key=lambda side: side.estimate)
    told = list(dict.fromkeys(tables.estimate_cell(side, "", claim.digits) for side in sides))
    return "none" if not told else told[0] if len(told) == 1 else f"{told[0]} … {told[-1]}"


def _paper(claim: ClaimResult) -> str:
    told = tables.as_printed(claim.printed) or claim.shown
    if not told:
        told = tables.paper_cell(claim).removesuffix(claim.unit).strip()
    return told if len(told) <= 12 else tables.number(claim.value, digits=claim.digits) if claim.value else "…"
