"""A record and its claims -> the slides of a talk: question, figures, verdicts, caveats. Sizes are in points."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import BackstoryError
from core.evidence.claims import Choice, Paper, Picture
from core.evidence.record import ClaimResult, Record
from core.evidence.tallies import tally
from core.publishing import citations, documents, tables

WIDTH, HEIGHT, MARGIN = 960, 540, 40  # 16:9, as 13.33 x 7.5 inches
INNER = WIDTH - 2 * MARGIN
TITLE, TEXT, CELL = 32, 18, 14  # sizes of print
TOP, BOTTOM = 92, 520  # between them lies what a slide shows
LEAD = 1.2  # of a line over its size
EM = 0.5  # of a letter over its size, on average
COLUMNS = (("claim", 480), ("paper", 120), ("ours", 120), ("verdict", 160))
GAP = 7  # of a table's cell, above and below its text together


@dataclass(frozen=True)
class Line:
    """A paragraph: the words that lead it in bold, its text, and the size of its print."""

    text: str
    size: float = TEXT
    lead: str = ""


@dataclass(frozen=True)
class Image:
    """A figure's files, the PNG of it and the film if there is one, and its text for those who do not see it."""

    still: Path
    film: Path | None
    alt: str


@dataclass(frozen=True)
class Slide:
    """One slide. Beside its title it has lines, or an image with its credit, or rows of a table below a line."""

    kind: str
    title: str
    notes: str
    lines: tuple[Line, ...] = ()
    image: Image | None = None
    credit: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def lines_of(text: str, size: float, width: float) -> int:
    """How many lines a text takes at a size of print in a width; a little more than it will."""
    return max(1, len(textwrap.wrap(text, max(1, int(width / (size * EM))))))


def height_of(lines: Sequence[Line], width: float = INNER) -> float:
    """The height of paragraphs, with a third of a line between them."""
    return sum((lines_of(f"{one.lead} {one.text}", one.size, width) * LEAD + 0.4) * one.size for one in lines)


def row_height(row: Sequence[str]) -> float:
    """The height of a table's row."""
    most = max(lines_of(text, CELL, width - 14) for text, (_, width) in zip(row, COLUMNS, strict=True))
    return most * CELL * LEAD + GAP


def deck(folder: Path, record: Record, paper: Paper, entries: Mapping[str, Any]) -> list[Slide]:
    """The slides of one published report. Raises BackstoryError if the PNG of a key figure is missing."""
    return [
        _question(record, paper, entries),
        *(_figure(folder, record, paper, picture, entries) for picture in paper.key_pictures()),
        *_verdicts(record, paper),
        _caveats(paper, entries),
    ]


def _question(record: Record, paper: Paper, entries: Mapping[str, Any]) -> Slide:
    era, version = paper.reproduction, record.provenance["backstory"]
    after = citations.short(entries, paper.paper.key)
    below = [
        Line(citations.plain(entries, paper.paper.key), 20),
        Line(citations.project_caption(version, after, (era.id, era.title))),
    ]
    room = BOTTOM - TOP - height_of(below)
    size = next(size for size in (36, 32, 28, 24, 20) if size == 20 or height_of([Line(era.question, size)]) <= room)
    notes = [
        f"Question of {era.title}. {record.trials.n} trials, {record.trials.failed} failed, preset {record.preset}.",
        *(f"The paper: {line}" for line in era.did),
        f"Cost then: {era.cost_then}.",
        "Sources:",
        citations.project_plain(version, (era.id, era.title)),
        *(citations.plain(entries, key) for key in paper.originals()),
        f"How the paper's numbers are known: {paper.paper.known_from}.",
    ]
    return Slide("question", f"{era.title}, re-run", "\n".join(notes), (Line(era.question, size), *below))


def _figure(folder: Path, record: Record, paper: Paper, picture: Picture, entries: Mapping[str, Any]) -> Slide:
    era, version, words = paper.reproduction, record.provenance["backstory"], documents.filled_in(record)
    still, film = (folder / "figures" / f"{picture.id}.{ending}" for ending in ("png", "gif"))
    if not still.exists():
        raise BackstoryError(
            f"there is no picture {still}; draw it with `backstory report {era.id} --formats svg,png` and try again."
        )
    named = (era.id, era.title), (picture.id, picture.title)
    notes = [
        picture.caption.format(**words),
        *([f"This figure also exists as a film: {film.name} in the report's folder of figures."] * film.exists()),
        "Sources:",
        citations.project_plain(version, *named),
        citations.plain(entries, paper.paper.key),
        f"Record: SHA-256 of trials.csv {record.files.get('trials.csv', '')}. Citation key: "
        f"{citations.project_key(*named)}.",
    ]
    credit = citations.project_caption(version, citations.short(entries, paper.paper.key), *named)
    image = Image(still, film if film.exists() else None, picture.alt.format(**words))
    return Slide("figure", picture.title, "\n".join(notes), image=image, credit=credit)


def _verdicts(record: Record, paper: Paper) -> Iterator[Slide]:
    told = tally(record)
    beside = f"; {told.counts} counts beside them" if told.counts else ""
    head = Line(f"{told.words}{beside}", TEXT, "Experimental claims:")
    room = BOTTOM - TOP - height_of([head]) - CELL * LEAD - GAP
    pages = _shared_out(record.claims, room)
    for number, page in enumerate(pages, 1):
        part = f" ({number} of {len(pages)})" if len(pages) > 1 else ""
        notes = [
            f"{claim.statement}: {claim.verdict}; {claim.reason}. Source: {claim.paper}, {claim.where}, "
            f"{claim.standing}."
            for claim in page
        ]
        title = f"Verdicts, {paper.reproduction.title}{part}"
        yield Slide("verdicts", title, "\n".join(notes), (head,), rows=tuple(_cells(claim) for claim in page))


def _shared_out(claims: Sequence[ClaimResult], room: float) -> list[list[ClaimResult]]:
    """The claims in their order on as few pages as hold them, about equally full."""

    def filled(limit: float) -> list[list[ClaimResult]]:
        pages: list[list[ClaimResult]] = [[]]
        used = 0.0
        for claim in claims:
            height = row_height(_cells(claim))
            if pages[-1] and used + height > limit:
                pages.append([])
                used = 0.0
            pages[-1].append(claim)
            used += height
        return pages

    fewest = len(filled(room))
    limits = (room * share / 20 for share in range(1, 21))
    return next(pages for pages in map(filled, limits) if len(pages) == fewest)


def _cells(claim: ClaimResult) -> tuple[str, ...]:
    cells = dict(zip(tables.CLAIM_COLUMNS, tables.claim_cells(claim), strict=True))
    return textwrap.shorten(cells["claim"], 150, placeholder=" …"), cells["paper"], cells["ours"], cells["verdict"]


def _caveats(paper: Paper, entries: Mapping[str, Any]) -> Slide:
    def told(choice: Choice) -> str:
        return f"{choice.what}: {choice.ours}"

    kinds = {
        "Replaced.": [told(choice) for choice in paper.substitution],
        "Open.": [note.text for note in paper.open_question],
        "Assumed.": [told(choice) for choice in paper.assumption],
    }
    waiting = {lead: list(texts) for lead, texts in kinds.items()}
    chosen: list[Line] = []
    more = Line("and %d more in the report.", TEXT, "…")
    full = False
    while any(waiting.values()) and not full:
        for lead, texts in waiting.items():
            if texts and not full:
                line = Line(
                    textwrap.shorten(texts[0], 2 * math.floor(INNER / TEXT / EM) - 20, placeholder=" …"), TEXT, lead
                )
                full = height_of([*chosen, line, more]) > BOTTOM - TOP
                if not full:
                    chosen.append(line)
                    texts.pop(0)
    left = sum(map(len, waiting.values()))
    ordered = [line for lead in kinds for line in chosen if line.lead == lead]
    ordered += [Line(more.text % left, TEXT, more.lead)] if left else []
    keys = [key for choice in (*paper.assumption, *paper.substitution) for key in choice.keys]
    keys += [key for note in paper.open_question for key in note.keys]
    notes = [f"{lead} {text}" for lead, texts in kinds.items() for text in texts]
    notes += ["Sources:", *(citations.plain(entries, key) for key in dict.fromkeys([paper.paper.key, *keys]))]
    return Slide("caveats", f"What to keep in mind, {paper.reproduction.title}", "\n".join(notes), tuple(ordered))
