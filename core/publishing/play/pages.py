"""One page to touch from an era's template and its record: scripts, styles and data all in the one file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from core.evidence.claims import Paper
from core.evidence.record import Record
from core.publishing import citations, citing, documents
from core.publishing.words import fill, filled_in

HERE = Path(__file__).parent
TEMPLATE, FILE = "play.html.j2", "play.html"
LARGEST = 1_500_000  # bytes of one page


def page(room: Path, record: Record, paper: Paper, data: Mapping[str, Any], bibliography: Path) -> str:
    """The page of the era whose room holds play.html.j2, with `data` as the record that its script starts from."""
    env = documents.environment()
    env.loader = jinja2.ChoiceLoader(
        [jinja2.FileSystemLoader(HERE), jinja2.FileSystemLoader(room), jinja2.FileSystemLoader(documents.TEMPLATES)]
    )
    era, entries = paper.reproduction, citations.load(bibliography)
    work = citing.Work(record.provenance.backstory, era.id, era.title)
    told = {
        "era": era,
        "paper": paper,
        "record": record,
        "published": record.preset == "paper",
        "data": plain({**data, "seeds": record.seeds, "published": record.preset == "paper"}),
        "cite": work,
        "source": citations.plain(entries, paper.paper.key),
        "answer": fill(era.answer, filled_in(record)),
    }
    return env.get_template(TEMPLATE).render(told)


def plain(value: Any) -> Any:
    """Numbers, lists and dicts that JSON can hold; what is no finite number is null."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value == int(value) and abs(value) < 2**53 else value
    return value
