"""A record and its claims -> the slides of a talk: the answer, figures, verdicts, conclusion. Sizes in points."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from core.evidence.claims import Choice, Paper, Picture
from core.evidence.record import Record
from core.evidence.tallies import OUTCOMES, tallies
from core.evidence.verdicts import ClaimResult, Outcome
from core.publishing import (
    citations,
    citing,
    comparisons,
    exhibition,
    figures,
    overview,
    tables,
    verdict_picture,
)
from core.publishing.credits import Credit
from core.publishing.words import fill, filled_in

WIDTH, HEIGHT, MARGIN = 960, 540, 40  # 16:9, as 13.33 x 7.5 inches
INNER = WIDTH - 2 * MARGIN
TITLE, TEXT, CELL, SMALL = 30, 20, 16, 12  # sizes of print; none is smaller than the last
TOP, BOTTOM = 104, 524  # between them lies what a slide shows; it starts higher below a title of one line
TITLES = (TITLE, 28, 26, 24, 22)  # sizes of titles, the first that keeps to two lines is taken
HIGHER = 76
FOOT = 34  # of the credit below a picture
LEAD = 1.2  # of a line over its size
EM = 0.47  # of a letter over its size, on average
COLUMNS = (("claim", 430), ("paper", 130), ("ours", 150), ("verdict", 170))
HEADLINES = 5
FINDINGS = 5
GAP = 8  # of a table's cell, above and below its text together
VERDICTS = ("picture", "summary", "none")


@dataclass(frozen=True)
class Line:
    """A paragraph: the words that lead it in bold, its text, the size of its print, and the outcome it speaks of."""

    text: str
    size: float = TEXT
    lead: str = ""
    outcome: Outcome | None = None
    faint: bool = False


@dataclass(frozen=True)
class Image:
    """A picture: a PNG or a GIF for PowerPoint, the same as an SVG if there is one, and its text for those who do not
    see it."""

    file: Path
    drawn: Path | None
    still: Path | None
    alt: str


@dataclass(frozen=True)
class Slide:
    """One slide: its title and lines, with an image at the right of them or in their place, or with rows of a table."""

    kind: str
    title: str
    notes: str
    lines: tuple[Line, ...] = ()
    image: Image | None = None
    credit: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    outcomes: tuple[Outcome, ...] = ()  # of the rows


@dataclass(frozen=True)
class Talk:
    """What a deck is made from: a report's folder, its record, its words, and how its figures are drawn."""

    folder: Path
    record: Record
    paper: Paper
    entries: Mapping[str, Any]
    draw: Mapping[str, Callable[[], Any]]
    working: Path  # where pictures are drawn to
    theme: str = "light"


def deck(talk: Talk, chosen: Sequence[str] = (), verdicts: str = "picture") -> list[Slide]:
    """The slides of one report: the answer first, then the chosen or the key figures, the verdicts, the conclusion."""
    known = {picture.id: picture for picture in talk.paper.figure}
    card = talk.paper.card.picture  # stands beside the answer
    shown = [known[name] for name in chosen] or [one for one in talk.paper.key_pictures() if one.id != card]
    slides = [_answer(talk), *(_figure(talk, picture) for picture in shown if _there(talk, picture))]
    if verdicts == "picture" and comparisons.groups(talk.record, talk.paper):
        slides += _verdict_pictures(talk)
    if verdicts == "summary":
        slides.append(_summary(talk))
    return [*slides, _conclusion(talk)]


def _there(talk: Talk, picture: Picture) -> bool:
    return picture.id in talk.draw or (talk.folder / "figures" / f"{picture.id}.png").exists()


def title_size(slide: Slide) -> int:
    """The largest size of print at which a title keeps to two lines, or the least of them."""
    return next(size for size in TITLES if size == min(TITLES) or lines_of(slide.title, size, INNER) <= 2)


def top_of(slide: Slide) -> float:
    """Where what a slide shows begins."""
    return HIGHER if lines_of(slide.title, title_size(slide), INNER) == 1 else TOP


def lines_of(text: str, size: float, width: float) -> int:
    """How many lines a text takes at a size of print in a width; a little more than it will."""
    return max(1, len(textwrap.wrap(text, max(1, int(width / (size * EM))))))


def height_of(lines: Sequence[Line], width: float = INNER) -> float:
    """The height of paragraphs, with space between them."""
    return sum((lines_of(f"{one.lead} {one.text}", one.size, width) * LEAD + 0.5) * one.size for one in lines)


def row_height(row: Sequence[str]) -> float:
    """The height of a table's row."""
    most = max(lines_of(text, CELL, width - 14) for text, (_, width) in zip(row, COLUMNS, strict=True))
    return most * CELL * LEAD + GAP


def largest(text: str, width: float, room: float, sizes: Sequence[float]) -> float:
    """The largest of these sizes at which a text fits; the last if none does."""
    return next((size for size in sizes if height_of([Line(text, size)], width) <= room), sizes[-1])


def _work(talk: Talk, picture: Picture | None = None) -> citing.Work:
    part = citing.Part("figure", picture.id, picture.title) if picture else None
    era = talk.paper.reproduction
    return citing.Work(talk.record.provenance.backstory, era.id, era.title, part)


def _answer(talk: Talk) -> Slide:
    paper, record = talk.paper, talk.record
    era, words = paper.reproduction, filled_in(record)
    answer = fill(era.answer, words)
    image = _image(talk, paper.card.picture, paper.card.alt)
    width = INNER if image is None else 0.58 * INNER
    below = [
        Line(citations.plain(talk.entries, paper.paper.key), 14, faint=True),
        Line(_work(talk).caption(citations.short(talk.entries, paper.paper.key)), SMALL, faint=True),
    ]
    above = [Line(paper.card.asks, 18, faint=True)]
    if record.preset != "paper":
        above.insert(0, Line(f"A run of the preset {record.preset}, for trying out.", 14, outcome="partly"))
    room = BOTTOM - TOP - height_of([*above, *below], width)
    size = largest(answer, width, room, (32, 30, 28, 26, 24, 22, 20, 18))
    notes = [
        answer,
        f"The question: {era.question}",
        *(f"The paper: {line}" for line in era.did),
        f"Cost then: {era.cost_then}",
        f"{record.trials.n:,} trials, {record.trials.failed} failed; preset {record.preset}.",
        "Sources:",
        _work(talk).apa(),
        *citations.apa_all(talk.entries, paper.originals()),
        f"How the paper's numbers are known: {paper.paper.known_from}.",
    ]
    return Slide("answer", era.title, "\n".join(notes), (*above, Line(answer, size), *below), image)


def _figure(talk: Talk, picture: Picture) -> Slide:
    words, keys = filled_in(talk.record), talk.paper.keys_of(picture)
    image = _image(talk, picture.id, fill(picture.alt, words))
    says, work = picture.says or picture.title, _work(talk, picture)
    notes = [
        f"{says.rstrip('.')}.",
        fill(picture.caption, words),
        "Sources:",
        work.apa(),
        *citations.apa_all(talk.entries, keys),
        f"Record: SHA-256 of trials.csv {talk.record.files.get('trials.csv', '')}. Citation key: {work.key}.",
    ]
    return Slide(
        "figure", says, "\n".join(notes), image=image, credit=work.caption(citing.after_keys(keys, talk.entries))
    )


def _verdict_pictures(talk: Talk) -> list[Slide]:
    """The picture of the verdicts, on as many slides as it needs to be read."""
    picture = verdict_picture.picture_of(talk.record, talk.paper)
    tall = (BOTTOM - TOP - FOOT) / 72
    pages = verdict_picture.slide_pages(talk.record, talk.paper, height=tall)
    notes = [f"{one.sentence[:1].upper()}{one.sentence[1:]}." for one in tallies(talk.record.claims)]
    notes += [comparisons.ABOUT, *_spoken(talk.record.claims)]
    credit = "Band: what agrees with the paper. Bar: our 95 % interval. ±: a difference, on a scale of its own."
    made = []
    for page in range(pages):
        draw = partial(
            verdict_picture.draw_for_slide, talk.record, talk.paper, width=INNER / 72, height=tall, page=page
        )
        image = _drawn(talk, f"{verdict_picture.ID}_{page}", draw, fill(picture.alt, {}))
        title = picture.says + (f" ({page + 1} of {pages})" if pages > 1 else "")
        made.append(Slide("verdicts", title, "\n".join(notes), image=image, credit=credit))
    return made


def _spoken(claims: Sequence[ClaimResult]) -> list[str]:
    return [f"{claim.statement}: {claim.word}; {claim.reason}. Source: {claim.key}, {claim.where}." for claim in claims]


def _summary(talk: Talk) -> Slide:
    told = tallies(talk.record.claims)
    lines = [Line(f"{one.words}", 18, f"{one.total} {one.name}:") for one in told]
    chosen = headlines(talk.record.claims)
    labels = {claim.id: claim.label for claim in talk.paper.claim}
    rows = [_cells(claim, labels.get(claim.id, "")) for claim in chosen]
    while lines[1:] and height_of(lines) + CELL * LEAD + GAP + sum(map(row_height, rows)) > BOTTOM - TOP:
        lines.pop()
    while rows[1:] and height_of(lines) + CELL * LEAD + GAP + sum(map(row_height, rows)) > BOTTOM - TOP:
        rows.pop()
    notes = [f"{one.sentence[:1].upper()}{one.sentence[1:]}." for one in told] + _spoken(chosen)
    outcomes = tuple(claim.outcome for claim in chosen[: len(rows)])
    title = verdict_picture.sentence(talk.record)
    return Slide("summary", title, "\n".join(notes), tuple(lines), rows=tuple(rows), outcomes=outcomes)


def headlines(claims: Sequence[ClaimResult], most: int = HEADLINES) -> list[ClaimResult]:
    """The claims that a summary names: those of the paper first, of each outcome in turn, in the paper's order."""
    own = [claim for claim in claims if claim.family == "measurements" and claim.outcome != "not measured"]
    others = [claim for claim in claims if claim.family != "measurements" and claim.outcome != "not measured"]
    chosen: list[ClaimResult] = []
    for group in (own, others):
        waiting = {outcome: [c for c in group if c.outcome == outcome] for outcome in OUTCOMES}
        while len(chosen) < most and any(waiting.values()):
            chosen += [found.pop(0) for found in waiting.values() if found][: most - len(chosen)]
    return sorted(chosen, key=list(claims).index)


def _cells(claim: ClaimResult, label: str) -> tuple[str, ...]:
    ours = f"{comparisons.ours_of(claim)} {claim.unit}".strip() if claim.answers else tables.ours_cell(claim)
    statement = label or textwrap.shorten(claim.statement, 110, placeholder=" …")
    return statement, tables.paper_cell(claim), ours, claim.word


def _conclusion(talk: Talk) -> Slide:
    words, paper = filled_in(talk.record), talk.paper
    shown_in = [picture.section for picture in paper.key_pictures()]
    first = sorted(paper.section, key=lambda section: section.id not in shown_in)[:FINDINGS]
    chosen = [section for section in paper.section if section in first]
    found = [(section.title, first_sentence(fill(section.finding, words))) for section in chosen]
    lines = [Line(text, TEXT, f"{title}:" if title[-1:] not in "?!" else title) for title, text in found if text]
    kept = Line(_caveat(paper), 16, faint=True)
    size = next((s for s in (24, 22, 20, 18, 16, 14) if _fits(lines, s, kept)), 14)
    shown = [Line(line.text, size, line.lead) for line in lines]
    while shown[1:] and height_of([*shown, kept]) > BOTTOM - TOP:
        shown.pop()
    title = first_sentence(fill(paper.reproduction.answer, words))
    least = lines_of(title, min(TITLES), INNER)
    title = title.rstrip(".") if least <= 2 else "What was found"
    return Slide("conclusion", title, "\n".join(_conclusion_notes(talk, found)), (*shown, kept))


def _fits(lines: Sequence[Line], size: float, kept: Line) -> bool:
    return height_of([*(Line(one.text, size, one.lead) for one in lines), kept]) <= BOTTOM - TOP


def first_sentence(text: str) -> str:
    """The first sentence of a text."""
    return re.split(r"(?<=[.!?]) (?=[A-Z])", text.strip(), maxsplit=1)[0]


def _caveat(paper: Paper) -> str:
    told = [f"replaced: {', '.join(choice.what for choice in paper.substitution)}"] if paper.substitution else []
    for number, one, many in (
        (
            len(paper.assumption),
            "choice of ours where the paper is silent",
            "choices of ours where the paper is silent",
        ),
        (len(paper.open_question), "open question", "open questions"),
    ):
        told += [f"{number} {one if number == 1 else many}"] if number else []
    return textwrap.shorten(f"Keep in mind: {'; '.join(told)}.", 230, placeholder=" …") if told else ""


def _conclusion_notes(talk: Talk, found: Sequence[tuple[str, str]]) -> list[str]:
    def told(choice: Choice) -> str:
        return f"{choice.what}: {choice.ours}"

    paper = talk.paper
    keys = [key for choice in (*paper.assumption, *paper.substitution) for key in choice.keys]
    keys += [key for note in paper.open_question for key in note.keys]
    return [
        first_sentence(fill(paper.reproduction.answer, filled_in(talk.record))),
        *(f"{title}: {text}" for title, text in found),
        *(f"Replaced. {told(choice)}" for choice in paper.substitution),
        *(f"Left unsaid. {told(choice)}" for choice in paper.assumption),
        *(f"Open. {note.text}" for note in paper.open_question),
        "Sources:",
        *citations.apa_all(talk.entries, [paper.paper.key, *keys]),
    ]


def opening(talks: Sequence[Talk]) -> Slide:
    """The first slide of a talk about several papers: a line of marks for each."""
    rows = [
        overview.Row(one.paper.card.year, exhibition.bare(one.paper.reproduction.title), one.record.claims)
        for one in talks
    ]
    every = [claim for one in talks for claim in one.record.claims]
    told = tallies(every)
    title = f"{len(talks)} papers, run again: of {told[0].total} {told[0].name} {told[0].words}"
    alt = "; ".join(f"{row.title}: {tallies(row.claims)[0].sentence}" for row in rows)
    image = _drawn(talks[0], exhibition.PICTURE, lambda: overview.draw(rows), alt)
    notes = [f"{title.replace('the paper', 'these papers')}.", *(f"{one.sentence}." for one in told), "Sources:"]
    notes += [_work(one).apa() for one in talks]
    credit = citing.Work(talks[0].record.provenance.backstory).caption("the papers named")
    return Slide("opening", title.replace("the paper", "these papers"), "\n".join(notes), image=image, credit=credit)


def _image(talk: Talk, name: str, alt: str) -> Image | None:
    """A figure's files: those of the report on light ground; on dark ground it is drawn again."""
    if talk.theme == "light":
        places = {ending: talk.folder / "figures" / f"{name}.{ending}" for ending in ("png", "svg", "gif")}
        found = {ending: path for ending, path in places.items() if path.exists()}
        if "png" in found:
            return Image(found.get("gif", found["png"]), found.get("svg"), found["png"], alt)
    return _drawn(talk, name, talk.draw[name], alt) if name in talk.draw else None


def _drawn(talk: Talk, name: str, draw: Callable[[], Any], alt: str) -> Image:
    place = talk.working / talk.record.reproduction
    place.mkdir(parents=True, exist_ok=True)
    credit = Credit(name, _work(talk).caption(citations.short(talk.entries, talk.paper.paper.key)))
    files = figures.save(name, credit, draw, place, ("png", "svg"), theme=talk.theme)
    film = place / f"{name}.gif"
    return Image(film if film.exists() else files[0], files[1], files[0], alt)


def small_type(slide: Slide) -> float | None:
    """The size of the smallest type of a slide's picture, in points on the slide; None without a drawing that tells."""
    if slide.image is None or slide.image.drawn is None:
        return None
    svg = slide.image.drawn.read_text(encoding="utf-8")
    width, height = figures.size_of(svg)
    sizes = [100 * float(found) for found in re.findall(r"scale\((0\.\d+) -0\.\d+\)", svg)]
    if not sizes or not width:
        return None
    room = BOTTOM - TOP - FOOT
    scale = min(INNER / width, room / height)
    return math.floor(min(sizes) * scale * 10) / 10
