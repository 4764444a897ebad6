"""All reproductions on one page: seventy years at a glance, a card for each, the story, every claim in one table."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.evidence import tallies
from core.evidence.claims import Paper
from core.evidence.record import Record
from core.evidence.story import Story
from core.evidence.tallies import OUTCOMES
from core.evidence.verdicts import FAMILIES, ClaimResult
from core.publishing import citations, citing, comparisons, costs, documents, figures, marks, overview, stories, tables
from core.publishing.chapters import STANDINGS
from core.publishing.credits import Credit
from core.publishing.words import fill, filled_in

COLUMNS = (
    "year", "reproduction", "id", "claim", "kind", "standing", "family", "key", "where", "paper", "printed", "value",
    "unit", "region low", "region high", "ours", "low", "high", "interval", "runs", "failed", "unfinished", "outcome",
    "verdict", "reason", "resolution", "percentile", "rule", "tolerance", "changed",
)  # fmt: skip
PICTURE = "overview"
NAMED = 3  # papers on a card


@dataclass(frozen=True)
class Exhibit:
    """One reproduction: its paper file, and its record if there is one."""

    paper: Paper
    record: Record | None = None

    @property
    def id(self) -> str:
        """The reproduction's name."""
        return self.paper.reproduction.id

    @property
    def claims(self) -> list[ClaimResult]:
        """The judged claims, none without a record."""
        return self.record.claims if self.record else []


def render(
    root: Path, exhibits: Sequence[Exhibit], story: Story | None, bibliography: Path | None = None
) -> dict[str, str]:
    """index.html, README.md and claims.csv of the folder that holds the reports, as text by file name.

    `story` is left out where there are no published records to weigh it with. With a bibliography cards name papers.
    """
    shown = sorted(exhibits, key=began)
    entries = citations.load(bibliography) if bibliography else {}
    told = {one.id: one.record for one in shown if one.record}
    years = sorted(year for one in shown for year in (began(one)[0], one.paper.reproduction.year))
    lines = [_line(one, claim) for one in shown for claim in one.claims]
    context = {
        "cards": [_card(root, one) | {"papers": _papers(one.paper, entries)} for one in shown],
        "span": f"{years[0]} to {years[-1]}" if years else "",
        "lines": lines,
        "published": all(record.preset == "paper" for record in told.values()),
        "presets": sorted({record.preset for record in told.values()}),
        "outcomes": [(one, sum(line["outcome"] == one for line in lines)) for one in OUTCOMES],
        "families": [(name, marks.slug(name), words) for name, words in FAMILIES.items()],
        "totals": tallies.tallies([claim for one in shown for claim in one.claims]),
        "costs": costs.lines([(one.paper, one.record) for one in shown if one.record]),
        "story": stories.told(story, told) if story else [],
        "story_title": story.title if story else "",
        "csv": "claims.csv",
        "version": version_of(shown),
        "picture": f"{PICTURE}.svg",
    }
    csv = tables.as_csv(COLUMNS, [_csv_line(one, claim) for one in shown for claim in one.claims])
    pages = {
        name: documents.render(f"{end}.j2", context)
        for name, end in (("index.html", "index.html"), ("README.md", "index.md"))
    }
    return {**pages, "claims.csv": csv}


def began(exhibit: Exhibit) -> tuple[int, str]:
    """By what exhibits are sorted: the first year that the card names, then their names."""
    named = re.search(r"\d{4}", exhibit.paper.card.year)
    return int(named.group()) if named else exhibit.paper.reproduction.year, exhibit.id


def _papers(paper: Paper, entries: Mapping[str, Any]) -> str:
    """The papers whose claims are judged, as captions name them: the main one, then those with the most claims.

    What has no year, such as a table on the web, comes last.
    """
    if not entries:
        return ""
    others = Counter(claim.key for claim in paper.claim if claim.key != paper.paper.key)
    dated = sorted(others, key=lambda key: ("(n.d.)" in citations.short(entries, key), -others[key]))
    keys = [paper.paper.key, *dated]
    letter = citations.letters(entries, keys)
    named = [citations.short(entries, key, letter[key]) for key in keys[:NAMED]]
    more = len(keys) - len(named)
    return "; ".join(named) + (f"; and {more} more" if more > 0 else "")


def version_of(exhibits: Sequence[Exhibit]) -> str:
    """The version that ran the records, or all of them."""
    return " and ".join(sorted({one.record.provenance.backstory for one in exhibits if one.record}))


def draw(folder: Path, exhibits: Sequence[Exhibit], formats: Sequence[str] = ("svg", "png")) -> list[Path]:
    """Seventy years at a glance as a figure file in each format."""
    rows = [
        overview.Row(one.paper.card.year, bare(one.paper.reproduction.title), one.claims)
        for one in sorted(exhibits, key=began)
        if one.record
    ]
    said = "Seventy years at a glance: every claim of every paper, and how it came out"
    source = citing.Work(version_of(exhibits)).caption("the papers named")
    credit = Credit(said, source, key=citing.KEY)
    return figures.save(PICTURE, credit, lambda: overview.draw(rows), folder, formats)


def _csv_line(exhibit: Exhibit, claim: ClaimResult) -> list[Any]:
    ours, far = claim.ours, claim.resolution
    measured: list[Any] = (
        [ours.estimate, ours.low, ours.high, ours.interval, ours.n, ours.failed, ours.unfinished] if ours else []
    )
    return [
        began(exhibit)[0],
        exhibit.id,
        claim.id,
        claim.statement,
        claim.kind,
        claim.standing,
        claim.family,
        claim.key,
        claim.where,
        tables.paper_cell(claim),
        claim.printed,
        claim.value,
        claim.unit,
        claim.region.low,
        claim.region.high,
        *(measured or [None] * 7),
        claim.outcome,
        claim.word,
        claim.reason,
        f"{far.kind} {far.value:.6g}" if far else None,
        claim.percentile,
        claim.rule.kind,
        claim.rule.tolerance or None,
        claim.changed,
    ]


def _line(exhibit: Exhibit, claim: ClaimResult) -> dict[str, Any]:
    """One claim as a line of the table, with the keys it is sorted and found by."""
    era = exhibit.paper.reproduction
    return {
        "era": era.id,
        "title": bare(era.title),
        "year": began(exhibit)[0],
        "when": exhibit.paper.card.year,
        "id": claim.id,
        "statement": claim.statement,
        "paper": tables.paper_cell(claim),
        "ours": _ours(claim),
        "value": claim.value,
        "estimate": claim.ours.estimate if claim.ours else "",
        "standing": STANDINGS[claim.standing],
        "family": claim.family,
        "outcome": claim.outcome,
        "order": OUTCOMES.index(claim.outcome),
        "word": claim.word,
        "changed": bool(claim.changed),
    }


def _ours(claim: ClaimResult) -> str:
    """Our number; of several answers the least and the largest."""
    return f"{comparisons.ours_of(claim)} {claim.unit}".strip() if claim.answers else tables.ours_cell(claim)


def _card(root: Path, exhibit: Exhibit) -> dict[str, Any]:
    paper, record, era = exhibit.paper, exhibit.record, exhibit.paper.reproduction
    card: dict[str, Any] = {"era": era, "name": bare(era.title), "when": paper.card.year, "asks": paper.card.asks}
    if record is None:
        return card | {"record": None}
    own = [claim for claim in record.claims if claim.family == "measurements"]
    others = [claim for claim in record.claims if claim.family != "measurements"]
    told = tallies.tallies(record.claims)
    return card | {
        "record": record,
        "answer": fill(era.answer, filled_in(record)),
        "tallies": told,
        "own_tally": next((one for one in told if one.family == "measurements"), None),
        "rest": [(one, n) for one in OUTCOMES if (n := sum(claim.outcome == one for claim in others))],
        "own": marks.strip(own),
        "others": marks.strip(others),
        "sentences": "; ".join(one.sentence for one in told),
        "picture": picture_of(root / era.id, paper),
        "play": (root / era.id / "play.html").exists(),
    }


def picture_of(folder: Path, paper: Paper) -> dict[str, Any] | None:
    """The picture made for the card, with its content as an address that a page carries; None if it is not there."""
    name = paper.card.picture
    file = next((p for e in ("png", "svg") if (p := folder / "figures" / f"{name}.{e}").exists()), None)
    if file is None:
        return None
    if file.suffix == ".svg":
        data = figures.as_address(file.read_text(encoding="utf-8"))
    else:
        data = f"data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}"
    film = folder / "figures" / f"{name}.gif"
    moving = film if film.exists() else file
    return {"alt": paper.card.alt, "file": f"{folder.name}/figures/{moving.name}", "data": data}


def bare(title: str) -> str:
    """A title without its bracketed date."""
    return re.sub(r"\s*\([^()]*\d{4}[^()]*\)$", "", title)
