"""`metadata.yaml`: a report as the journal ReScience C describes its articles, titled [Re] or [¬Re] by a rule.

Fields and their order are those of the journal's template (https://github.com/ReScience/template); what only an editor
can fill in is left out, and an address that does not exist stays empty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.evidence.claims import Paper
from core.evidence.record import Record
from core.evidence.verdicts import ClaimResult, Family
from core.publishing import citations, citing
from core.publishing.words import fill, filled_in

FILE = "metadata.yaml"
RULE = (
    "[Re] where more of the paper's measurements are reproduced than not reproduced (of its counts and theorems, more "
    "hold than fail, where no measurement came out either way), else [¬Re]; partly, depends, undecided and not "
    "measured take no side."
)
DECIDING: tuple[Family, ...] = ("measurements", "counts")  # the paper's own claims, the first that decide anything
KEYWORDS = "backpropagation, neural networks, history of science, replication, Python"


def replicated(claims: Sequence[ClaimResult]) -> bool:
    """Whether a record counts as a successful replication, by RULE."""
    for family in DECIDING:
        told = [claim.outcome for claim in claims if claim.family == family]
        agreed, against = told.count("agrees"), told.count("disagrees")
        if agreed or against:
            return agreed > against
    return False


def title(record: Record, original: str) -> str:
    """The title of the original article after [Re] or [¬Re]."""
    return f"[{'Re' if replicated(record.claims) else '¬Re'}] {original}"


def text(record: Record, paper: Paper, entries: Mapping[str, Any]) -> str:
    """The file as YAML. Raises BackstoryError if the paper's key is not in the references."""
    key = paper.paper.key
    item = citations.csl(entries, key)
    version = record.provenance.backstory
    run = f"Backstory {version}, preset {record.preset}: {record.trials.n:,} trials, {record.seeds} seeds."
    lines = [
        f"# {RULE}",
        f"title: {_quoted(title(record, item['title']))}",
        "authors:",
        f"  - name: {_quoted(citing.AUTHOR)}",
        f"keywords: {_quoted(KEYWORDS)}",
        "code:",
        "  - url:",
        "  - doi:",
        "  - swh:",
        f"  - version: {_quoted(version)}",
        f"  - commit: {_quoted(record.provenance.commit)}",
        "data:",
        "  - url:",
        "  - doi:",
        "replication:",
        f"  - cite: {_quoted(citations.plain(entries, key))}",
        f"  - bib: {_quoted(key)}",
        f"  - url:{_after(item.get('URL', ''))}",
        f"  - doi:{_after(item.get('DOI', ''))}",
        f"abstract: {_quoted(f'{fill(paper.reproduction.answer, filled_in(record))} {run}')}",
        "bibliography: references.bib",
        "type: Replication",
        "domain: Neural Networks",
        "language: Python",
    ]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    """A string of JSON, which is one of YAML too."""
    return json.dumps(value, ensure_ascii=False)


def _after(value: str) -> str:
    return f" {_quoted(value)}" if value else ""
