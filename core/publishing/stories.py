"""The popular account beside the evidence: events by documents, facts by the claims that they entail."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.evidence.claims import Standing
from core.evidence.record import Record
from core.evidence.story import RULE, Document, Entailed, Outcome, Statement, Story, story_verdict, weigh
from core.evidence.verdicts import Outcome as Look
from core.publishing import citations, documents, tables

LOOKS: dict[Outcome, Look] = {
    "documented": "agrees", "borne out": "agrees", "accounts differ": "depends", "depends": "depends",
    "documented otherwise": "disagrees", "contradicted": "disagrees", "open": "undecided",
    "not documented": "undecided", "not yet run": "not measured",
}  # fmt: skip
SAYS = {"so": "says so", "otherwise": "says otherwise", "more": "adds to it"}
KNOWN: dict[Standing, str] = {
    "read": "read by us", "quoted": "seen quoted", "rerun": "by somebody who re-ran it", "derived": "worked out by us",
    "recalled": "recalled, not seen",
}  # fmt: skip


def render(
    story: Story, records: Mapping[str, Record], titles: Mapping[str, str], bibliography: Path
) -> dict[str, str]:
    """report.md, report.html and references.bib of the story, as text by file name.

    `records` holds the published records by reproduction, `titles` the title of every reproduction there is.
    """
    entries = citations.load(bibliography)
    keys = list(dict.fromkeys([*story.keys, *(k for s in story.statement for d in s.document for k in d.keys)]))
    plain = {key: citations.plain(entries, key) for key in keys}
    letters = citations.letters(entries, keys)
    short = {key: citations.short(entries, key, letters[key]) for key in keys}
    weighed = told(story, records)
    context = {
        "story": story,
        "statements": [
            one
            | {
                "documents": [_document(document, short) for document in one["statement"].document],
                "entailed": [_entailed(part, records, titles) for part in one["statement"].entails],
            }
            for one in weighed
        ],
        "counts": [(v, look, n) for v, look in LOOKS.items() if (n := sum(one["outcome"] == v for one in weighed))],
        "rule": RULE,
        "sources": [plain[key] for key in story.keys],
        "references": [(key, plain[key]) for key in sorted(keys)],
    }
    pages = {
        name: documents.render(f"story.{name.partition('.')[2]}.j2", context) for name in ("report.md", "report.html")
    }
    return {**pages, "references.bib": citations.bibtex(entries, keys)}


def told(story: Story, records: Mapping[str, Record]) -> list[dict[str, Any]]:
    """Every statement with its outcome, in the story's order; `look` is the outcome of a claim that it looks like."""
    return [_statement(statement, records) for statement in story.statement]


def _statement(statement: Statement, records: Mapping[str, Record]) -> dict[str, Any]:
    verdict = story_verdict(statement, records)
    look = LOOKS[verdict.outcome]
    return {"statement": statement, "outcome": verdict.outcome, "look": look, "reason": verdict.reason}


def _document(document: Document, short: Mapping[str, str]) -> dict[str, Any]:
    return {
        "text": document.text,
        "date": document.date,
        "about": document.about,
        "where": document.where,
        "says": SAYS[document.says],
        "known": KNOWN[document.standing],
        "sources": [(key, short[key]) for key in document.keys],
    }


def _entailed(part: Entailed, records: Mapping[str, Record], titles: Mapping[str, str]) -> dict[str, Any]:
    """One reproduction's claims that a statement entails, and how each came out; none if it has no record."""
    record = records.get(part.reproduction)
    lines = []
    for claim, weight, otherwise in weigh(part, record) if record else []:
        statement, paper, ours = tables.claim_cells(claim)[:3]
        must = "otherwise" if otherwise else "so"
        cells = {"id": claim.id, "statement": statement, "paper": paper, "ours": ours, "weight": weight, "must": must}
        lines.append(cells | {"word": claim.word, "outcome": claim.outcome, "reason": claim.reason})
    name = titles.get(part.reproduction, part.reproduction)
    return {"id": part.reproduction, "title": name, "why": part.why, "published": bool(record), "lines": lines}
