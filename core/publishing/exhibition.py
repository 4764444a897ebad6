"""All reproductions on one page: a timeline, a card for each, and one table of every claim that can be filtered."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import BackstoryError, hint
from core.evidence import tallies
from core.evidence.claims import Paper, Picture
from core.evidence.record import ClaimResult, Record, judged
from core.evidence.story import Story
from core.evidence.verdicts import UNREAD
from core.publishing import documents, stories, tables
from core.publishing.documents import slug

NOT_RUN = "not yet run"
VERDICTS = (*tallies.VERDICTS, NOT_RUN)
COLUMNS = (
    "year", "reproduction", "id", "claim", "paper", "shown as", "unit", "ours", "low", "high", "runs", "known as",
    "where", "rule", "tolerance", "verdict", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class Exhibit:
    """One reproduction: its paper, its record if there is one, and which claim and picture stand for it."""

    paper: Paper
    record: Record | None
    claim: str = ""
    picture: str = ""


def render(root: Path, exhibits: Sequence[Exhibit], story: Story | None) -> dict[str, str]:
    """index.html, README.md and claims.csv of the folder that holds the reports, as text by file name.

    `story` is left out where there are no published records to weigh it with. Raises BackstoryError if an exhibit
    names a claim or picture that its paper does not have, or if its picture is missing.
    """
    table = tables.as_csv(COLUMNS, [_csv_line(one, claim) for one in exhibits for claim in _claims(one)])
    told = {one.paper.reproduction.id: one.record for one in exhibits if one.record}
    lines = [_line(one, claim) for one in exhibits for claim in _claims(one)]
    context = {
        "cards": [_card(root, one) for one in exhibits],
        "timeline": timeline([one.paper for one in exhibits]),
        "lines": lines,
        "verdicts": [(v, slug(v), sum(line["verdict"] == v for line in lines)) for v in VERDICTS],
        "presets": sorted({record.preset for record in told.values()}),
        "missing": [one.paper.reproduction.title for one in exhibits if not one.record],
        "story": stories.told(story, told) if story else [],
        "story_title": story.title if story else "",
        "csv": base64.b64encode(table.encode()).decode(),
        "legend": documents.LEGEND,
    }
    pages = {
        name: documents.environment().get_template(f"index{ending}.j2").render(context)
        for name, ending in (("index.html", ".html"), ("README.md", ".md"))
    }
    return {**pages, "claims.csv": table}


def _claims(exhibit: Exhibit) -> list[ClaimResult]:
    """The claims of a record, or of the paper file, not measured, if there is no record."""
    return exhibit.record.claims if exhibit.record else judged(exhibit.paper, {}, {})


def _verdict(exhibit: Exhibit, claim: ClaimResult) -> tuple[str, str]:
    """The verdict on a claim and its reason; a reproduction without a record is not yet run."""
    return (claim.verdict, claim.reason) if exhibit.record else (NOT_RUN, "there is no published record yet")


def _csv_line(exhibit: Exhibit, claim: ClaimResult) -> list[Any]:
    era, ours = exhibit.paper.reproduction, claim.ours
    measured = [ours.estimate, ours.low, ours.high, ours.n] if ours else [None] * 4
    return [
        era.year,
        era.id,
        claim.id,
        claim.statement,
        claim.value,
        claim.shown,
        claim.unit,
        *measured,
        claim.standing,
        claim.where,
        claim.rule.kind,
        claim.rule.tolerance or None,
        *_verdict(exhibit, claim),
    ]


def _line(exhibit: Exhibit, claim: ClaimResult) -> dict[str, Any]:
    """One claim as a line of the table, with the keys it is sorted by."""
    era = exhibit.paper.reproduction
    return _words(exhibit, claim) | {
        "era": era.id,
        "label": era_label(era.title, era.year),
        "year": era.year,
        "id": claim.id,
        "published": exhibit.record is not None,
        "order": VERDICTS.index(_verdict(exhibit, claim)[0]),
        "value": claim.value,
        "estimate": claim.ours.estimate if claim.ours else "",
        "standing": claim.standing,
    }


def _words(exhibit: Exhibit, claim: ClaimResult) -> dict[str, Any]:
    statement, paper, ours = tables.claim_cells(claim)[:3]
    verdict, reason = _verdict(exhibit, claim)
    told = {"statement": statement, "paper": paper, "ours": ours if exhibit.record else ""}
    return told | {"verdict": verdict, "slug": slug(verdict), "reason": reason}


def _card(root: Path, exhibit: Exhibit) -> dict[str, Any]:
    paper, record = exhibit.paper, exhibit.record
    era = paper.reproduction
    tally = Counter(_verdict(exhibit, claim)[0] for claim in _claims(exhibit))
    name = {"label": era_label(era.title, era.year), "name": _bare(era.title)}
    card: dict[str, Any] = {"era": era, "tally": tally, **name}
    if record is None:
        return card | {"record": None, "verdicts": [slug(NOT_RUN)]}
    return card | {
        "record": record,
        "verdicts": sorted({slug(claim.verdict) for claim in record.claims}),
        "told": tallies.tally(record),
        "headline": _words(exhibit, _headline(exhibit, record)),
        "picture": _picture(root / era.id, exhibit, record),
    }


def _headline(exhibit: Exhibit, record: Record) -> ClaimResult:
    """The claim that stands for a reproduction: the chosen one, or the first experimental one that was seen."""
    if exhibit.claim:
        return record.claims[_place(exhibit.claim, [claim.id for claim in record.claims], "claim", exhibit)]
    seen = [c for c in record.claims if c.ours and not c.ours.counted and c.standing not in UNREAD]
    return (seen or record.claims)[0]


def _picture(folder: Path, exhibit: Exhibit, record: Record) -> dict[str, str] | None:
    """The picture that stands for a reproduction, with its content as a data address; the smaller PNG if it is there.

    `digest` tells from which file it was made.
    """
    drawn = [one for one in exhibit.paper.figure if any((folder / "figures").glob(f"{one.id}.*"))]
    if exhibit.picture:
        known = [one.id for one in exhibit.paper.figure]
        chosen: Picture = exhibit.paper.figure[_place(exhibit.picture, known, "picture", exhibit)]
    elif drawn:
        chosen = drawn[0]
    else:
        return None
    file = next((p for e in ("png", "svg") if (p := folder / "figures" / f"{chosen.id}.{e}").exists()), None)
    if file is None:
        raise BackstoryError(f"the figure {chosen.id} is missing in {folder}; draw it with `backstory report`.")
    content = file.read_bytes()
    kind = "image/png" if file.suffix == ".png" else "image/svg+xml"
    return {
        "alt": chosen.alt.format(**documents.filled_in(record)),
        "title": chosen.title,
        "file": f"{folder.name}/figures/{file.name}",
        "digest": hashlib.sha256(content).hexdigest()[:16],
        "data": f"data:{kind};base64,{base64.b64encode(content).decode()}",
    }


def _place(name: str, known: Sequence[str], what: str, exhibit: Exhibit) -> int:
    if name in known:
        return known.index(name)
    raise BackstoryError(f"{exhibit.paper.reproduction.id} has no {what} {name!r} to show; {hint(name, known)}")


def era_label(title: str, year: int) -> str:
    """When, as the title says it in brackets ("1950s"), or the year."""
    found = re.search(r"\(([^()]*\d{4}[^()]*)\)$", title)
    return found.group(1) if found else str(year)


def _bare(title: str) -> str:
    """A title without its bracketed date."""
    return re.sub(r"\s*\([^()]*\d{4}[^()]*\)$", "", title)


def timeline(papers: Sequence[Paper]) -> Mapping[str, Any]:
    """Where each reproduction stands on a line of decades, in percent, and how high its label hangs.

    A label reaches to the right of its place, so it hangs above all those that start beneath it.
    """
    eras = [paper.reproduction for paper in papers]
    first = min(era.year for era in eras) // 10 * 10
    last = max(era.year for era in eras) + 1
    marks: list[dict[str, Any]] = []
    for era in sorted(eras, key=lambda era: (era.year, era.id), reverse=True):
        at = 100 * (era.year - first) / (last - first)
        label, name = era_label(era.title, era.year), _bare(era.title)
        end = at + 1.1 * (len(label) + len(name)) + 3
        level = max((mark["level"] + 1 for mark in marks if mark["at"] <= end), default=0)
        marks.append({"at": round(at, 2), "level": level, "id": era.id, "label": label, "name": name})
    decades = [(year, round(100 * (year - first) / (last - first), 2)) for year in range(first, last, 10)]
    return {"marks": marks[::-1], "levels": max(mark["level"] for mark in marks) + 1, "decades": decades}
