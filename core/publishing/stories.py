"""The popular account beside the evidence: its statements, weighed, as Markdown and as one HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.evidence.record import Record
from core.evidence.story import RULE, Bearing, Statement, Story, story_verdict, weigh
from core.publishing import citations, documents, tables

OUTCOMES = (
    "supported", "partly", "not supported", "not yet run", "documented", "not documented", "differs from the record",
)  # fmt: skip
WEIGHTS = {"for": "speaks for it", "in part": "in part", "against": "speaks against it", "open": "not measured"}


def render(
    story: Story, records: Mapping[str, Record], titles: Mapping[str, str], bibliography: Path
) -> dict[str, str]:
    """report.md, report.html and references.bib of the story, as text by file name.

    `records` holds the published records by reproduction, `titles` the title of every reproduction there is.
    """
    entries = citations.load(bibliography)
    keys = list(dict.fromkeys([*story.keys, *(k for s in story.statement for d in s.document for k in d.keys)]))
    statements = told(story, records)
    context = {
        "story": story,
        "statements": [
            one | {"bearing": [_bearing(part, records, titles) for part in statement.bearing]}
            for one, statement in zip(statements, story.statement, strict=True)
        ],
        "counts": [
            (v, documents.slug(v), n) for v in OUTCOMES if (n := sum(one["verdict"] == v for one in statements))
        ],
        "rule": RULE,
        "sources": [citations.plain(entries, key) for key in story.keys],
        "plain": {key: citations.plain(entries, key) for key in keys},
        "references": [(key, citations.plain(entries, key)) for key in sorted(keys)],
    }
    pages = {
        name: documents.environment().get_template(f"story.{name.partition('.')[2]}.j2").render(context)
        for name in ("report.md", "report.html")
    }
    return {**pages, "references.bib": citations.bibtex(entries, keys)}


def told(story: Story, records: Mapping[str, Record]) -> list[dict[str, Any]]:
    """Every statement with its verdict, in the story's order."""
    return [_statement(statement, records) for statement in story.statement]


def _statement(statement: Statement, records: Mapping[str, Record]) -> dict[str, Any]:
    verdict, reason, differs = story_verdict(statement, records)
    return {
        "statement": statement,
        "verdict": verdict,
        "slug": documents.slug(verdict),
        "reason": reason,
        "differs": differs and verdict != "differs from the record",
    }


def _bearing(part: Bearing, records: Mapping[str, Record], titles: Mapping[str, str]) -> dict[str, Any]:
    """One reproduction as it bears on a statement: its claims as lines, or none if it has no record."""
    record = records.get(part.reproduction)
    lines = []
    for claim, weight, against in weigh(part, record) if record else []:
        statement, paper, ours = tables.claim_cells(claim)[:3]
        says = f"{WEIGHTS[weight]}; it says the opposite" if against else WEIGHTS[weight]
        told = {"id": claim.id, "statement": statement, "paper": paper, "ours": ours, "says": says}
        lines.append(told | {"verdict": claim.verdict, "slug": documents.slug(claim.verdict), "reason": claim.reason})
    name = titles.get(part.reproduction, part.reproduction)
    return {"id": part.reproduction, "title": name, "why": part.why, "published": bool(record), "lines": lines}
