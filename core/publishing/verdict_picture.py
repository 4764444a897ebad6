"""The picture of the verdicts as a figure: one line per measurement, ours over the paper's, drawn from the record."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure as Canvas

from core.evidence.claims import Paper, Picture
from core.evidence.record import Record
from core.evidence.tallies import OUTCOMES, tallies
from core.evidence.verdicts import ClaimResult, Outcome
from core.publishing import comparisons, placing
from core.publishing.comparisons import Group, Row
from core.publishing.figures import BAND, FAINT, GRID, INK, PAPER, blank
from core.publishing.marks import NAMES
from core.publishing.pictures import VERDICTS
from core.publishing.placing import Place
from core.publishing.themes import colour_of

ID = VERDICTS
MARKERS: dict[Outcome, dict[str, Any]] = {
    "agrees": {"marker": "o"},
    "partly": {"marker": "o", "fillstyle": "left", "markerfacecoloralt": PAPER},
    "depends": {"marker": "D", "markersize": 7},
    "undecided": {"marker": "o", "markerfacecolor": PAPER},
    "disagrees": {"marker": "x", "markeredgewidth": 3},
    "not measured": {"marker": "_"},
}


@dataclass(frozen=True)
class Form:
    """How a column is set, in inches and points: with names above their lines as on a phone, or beside them."""

    size: float = 11
    letters: float = 11.6  # of that size, to an inch
    line: float = 0.19  # the height of a name
    step: float = 0.15  # the height of an interval
    title: float = 0.36
    study: float = 0.27
    axis_from: float = 0.22
    most: int = 99  # answers of a claim that are drawn on lines of their own; of more the marks share one
    beside: bool = False
    names: int = 1  # lines that a name may take
    wide: float = 4.6  # of a column, where it is reckoned how tall its rows are

    def height_of(self, row: Row) -> float:
        """How tall a row is."""
        lines = max(1, len(row.places))
        if self.beside:
            name = self.line * len(self.name_of(row, self.wide))
            return max(name, self.step * (lines if lines <= self.most else 1)) + 0.07
        return self.line + self.step * lines + 0.08

    def end_of_words(self, width: float) -> float:
        """Where a row's words end, which its numbers stand before."""
        return self.axis_from * width - 0.12 if self.beside else width

    def name_of(self, row: Row, width: float) -> list[str]:
        """The name of a row in as many lines as it may take; the numbers stand beside the first."""
        full = self.end_of_words(width)
        first = max(8, int((full - len(row.numbers) / self.letters - 0.2) * self.letters))
        if len(row.label) <= first or self.names == 1:
            return [textwrap.shorten(row.label, first, placeholder=" …")]
        head = textwrap.wrap(row.label, first)[0]
        rest = row.label[len(head) :].strip()
        more = textwrap.wrap(rest, max(8, int(full * self.letters) - 1), max_lines=self.names - 1, placeholder=" …")
        return [head, *more]

    def across(self, share: float, width: float) -> float:
        """Where a share of the axis lies."""
        return self.axis_from * (width if self.beside else 1) + share * self.room(width)

    def room(self, width: float) -> float:
        """How long the axis is."""
        return (0.955 - self.axis_from) * width if self.beside else width - 2 * self.axis_from


PHONE = Form()
SLIDE = Form(
    size=12,
    letters=12.2,
    line=0.2,
    step=0.11,
    title=0.3,
    study=0.24,
    axis_from=0.7,
    most=2,
    beside=True,
    names=2,
    wide=5.8,
)
HEAD = 0.56  # inches above the first block: what the axis is, and its factors
LEGEND = 0.24  # inches of one line of the legend


@dataclass(frozen=True)
class Block:
    """One part of a column: a title, a study's name, or a row; and how tall it is."""

    height: float
    title: str = ""
    study: str = ""
    row: Row | None = None


def picture_of(record: Record, paper: Paper) -> Picture:
    """The words of the figure."""
    told = "; ".join(tally.sentence for tally in tallies(record.claims))
    shapes = ", ".join(f"{outcome}: {NAMES[outcome]}" for outcome in OUTCOMES)
    return Picture(
        id=ID,
        title="The verdicts in one picture",
        says=sentence(record),
        caption=f"{comparisons.ABOUT} Shapes: {shapes}. In all: {told}.".replace("{", "{{").replace("}", "}}"),
        alt=f"One line for each measurement, our interval beside the paper's number. {told}.".replace("{", "{{"),
        keys=paper.originals(),
    )


def sentence(record: Record) -> str:
    """What the picture shows, as the title of a slide: the tally of the first family."""
    found = tallies(record.claims)
    return (found[0].sentence[:1].upper() + found[0].sentence[1:].partition(" (")[0]) if found else "No claims"


def draw(record: Record, paper: Paper) -> Canvas:
    """The figure of a report: one column, as wide as a phone, as tall as it needs to be."""
    found = comparisons.groups(record, paper)
    blocks = [block for group in found for block in _blocks(group, PHONE)]
    counted = comparisons.others_of(record)
    lines = _legend_lines(record.claims, 4.6, PHONE)
    legend, foot = LEGEND * len(lines) + 0.1, 0.75 if counted else 0.1
    tall = HEAD + sum(block.height for block in blocks)
    figure = blank(4.6, legend + tall + foot)
    _legend(_axes(figure, 0, foot + tall, 4.6, legend), lines, PHONE)
    _column(_axes(figure, 0, foot, 4.6, tall), blocks, 4.6, comparisons.reach_of(found), PHONE)
    if counted:
        _counts(figure, counted, PHONE)
    return figure


def draw_for_slide(record: Record, paper: Paper, *, width: float, height: float, page: int = 0) -> Canvas:
    """The same for a slide, names beside their lines, in two columns; `page` is one of `slide_pages`."""
    chosen, pages = _paged(record, paper, height)
    parts = pages[page]
    figure = blank(width, height)
    shown = [block.row.claim for part in parts for block in part if block.row]
    _legend(_axes(figure, 0, 0, width, LEGEND + 0.1), _legend_lines(shown, width, SLIDE)[:1], SLIDE)
    each = (width - 0.35) / 2 if len(parts) > 1 or len(pages) > 1 else width
    for k, part in enumerate(parts):
        ax = _axes(figure, k * (each + 0.35), LEGEND + 0.1, each, height - LEGEND - 0.1)
        _column(ax, part, each, comparisons.reach_of(chosen), SLIDE)
    return figure


def slide_pages(record: Record, paper: Paper, *, height: float) -> int:
    """How many slides the picture takes."""
    return len(_paged(record, paper, height)[1])


def _paged(record: Record, paper: Paper, height: float) -> tuple[list[Group], list[list[list[Block]]]]:
    """The groups that are shown, and their blocks by page and column; those not of the paper only where they fit."""
    found, room = comparisons.groups(record, paper), height - LEGEND - 0.1 - HEAD
    columns: list[list[Block]] = []
    chosen = found
    for chosen, most in ((found, 2), (found[:1], 100)):
        blocks = [block for group in chosen for block in _blocks(group, SLIDE)]
        columns = next(
            (parts for n in range(1, most + 1) if max(map(_tall, parts := _shared_out(blocks, n))) <= room), []
        )
        if columns:
            break
    return chosen, [columns[k : k + 2] for k in range(0, len(columns), 2)] or [[]]


def _tall(blocks: Sequence[Block]) -> float:
    return sum(block.height for block in blocks)


def _axes(figure: Canvas, left: float, foot: float, width: float, tall: float) -> Any:
    """Axes in inches from the upper left corner of a column."""
    across, up = figure.get_size_inches()
    ax = figure.add_axes((left / across, foot / up, width / across, tall / up))
    ax.set(xlim=(0, width), ylim=(tall, 0))
    ax.axis("off")
    return ax


def _blocks(group: Group, form: Form) -> list[Block]:
    blocks = [Block(form.title, title=group.title)]
    for study, rows in group.studies:
        blocks += [Block(form.study, study=study)] if study else []
        blocks += [Block(form.height_of(row), row=row) for row in rows]
    return blocks


def _shared_out(blocks: Sequence[Block], columns: int) -> list[list[Block]]:
    """Blocks in columns of about the same height; no title is left at the foot of one."""
    limit = sum(block.height for block in blocks) / columns
    parts: list[list[Block]] = [[]]
    for block in blocks:
        used = sum(one.height for one in parts[-1])
        if used + block.height / 2 > limit and len(parts) < columns and parts[-1]:
            carried: list[Block] = []
            while parts[-1] and parts[-1][-1].row is None:
                carried.insert(0, parts[-1].pop())
            parts.append(carried)
        parts[-1].append(block)
    return parts


def _column(ax: Any, blocks: Sequence[Block], width: float, reach: float, form: Form) -> None:
    tall = HEAD + sum(block.height for block in blocks)
    ax.text(
        form.across(0.5, width), 0.08, "ours over the paper's", ha="center", va="top", fontsize=form.size, color=INK
    )
    last = -1.0
    for place, name in placing.ticks(reach):
        x = form.across((place / reach + 1) / 2, width)
        main = place == 0
        ax.plot([x, x], [HEAD, tall], color=INK if main else GRID, linewidth=1.2 if main else 0.8, zorder=0)
        if main or x - last > 0.45:
            ax.text(x, HEAD - 0.06, name, ha="center", va="bottom", fontsize=form.size, color=INK)
            last = x
    y = HEAD
    for block in blocks:
        if block.title:
            _words(ax, 0, y + 0.09, block.title, width, form, fontweight="bold")
        elif block.study:
            _words(ax, 0, y + 0.04, block.study, width, form, style="italic", color=FAINT)
        elif block.row:
            _row(ax, block.row, y, width, reach, form)
        y += block.height


def _words(ax: Any, x: float, y: float, text: str, room: float, form: Form, **look: Any) -> None:
    text = textwrap.shorten(text, max(8, int(room * form.letters)), placeholder=" …").replace("$", r"\$")
    ground = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.6}
    ax.text(x, y, text, va="top", bbox=ground, **{"fontsize": form.size, "color": INK, **look})


def _row(ax: Any, row: Row, y: float, width: float, reach: float, form: Form) -> None:
    for k, line in enumerate(form.name_of(row, width)):
        _words(ax, 0, y + 0.02 + k * form.line, line, width, form)
    _words(ax, form.end_of_words(width), y + 0.02, row.numbers, width, form, ha="right")
    own = placing.own_reach(row.places)
    differ = bool(row.places) and row.places[0].scale == "difference"
    first = y + (0 if form.beside else form.line) + max(form.step, form.line if form.beside else 0) / 2
    if differ:
        x = form.across(1, width) + 0.17 if form.beside else 0.08
        ax.text(x, first, "±", ha="center", va="center", fontsize=form.size, color=INK)
    apart = len(row.places) <= form.most
    for k, place in enumerate(row.places):
        y = first + form.step * k if apart else first
        _interval(ax, place, own if differ else reach, y, width, form, bar=apart)
    if not row.places:
        ax.text(
            form.across(0.5, width),
            first,
            "not measured",
            ha="center",
            va="center",
            fontsize=form.size,
            color=FAINT,
        )


def _interval(ax: Any, place: Place, reach: float, y: float, width: float, form: Form, bar: bool = True) -> None:
    at = {name: form.across(share, width) for name, share in placing.shares(place, reach).items()}
    colour = colour_of(place.outcome)
    band = max(at["to"] - at["from"], 0.03)
    left = min(at["from"], form.across(1, width) - band)
    ax.barh(y, band, 0.9 * form.step, left=left - 0.015 * (band == 0.03), color=BAND, zorder=1)
    if bar:
        ax.plot([at["low"], at["high"]], [y, y], color=colour, linewidth=2.6, solid_capstyle="butt", zorder=2)
    for beyond, x, marker in (
        (place.low < -reach, form.across(0, width) - 0.06, "<"),
        (place.high > reach, form.across(1, width) + 0.06, ">"),
    ):
        if bar and beyond:
            ax.plot([x], [y], marker=marker, color=colour, markersize=6, zorder=2, clip_on=False)
    look = {"color": colour, "markersize": 8.5, "markeredgewidth": 1.8, "zorder": 3} | MARKERS[place.outcome]
    ax.plot([at["estimate"]], [y], linestyle="none", **look)


def _legend_lines(claims: Sequence[ClaimResult], width: float, form: Form) -> list[list[tuple[Outcome, str, float]]]:
    """What the shapes mean, as lines of (outcome, its words, where it starts); only those that occur."""
    lines: list[list[tuple[Outcome, str, float]]] = [[]]
    x = 0.1
    for outcome in OUTCOMES:
        words = list(dict.fromkeys(claim.word for claim in claims if claim.outcome == outcome))
        if words:
            text = words[0] if len(words) == 1 or outcome not in ("agrees", "disagrees") else ", ".join(words[:2])
            long = len(text) / form.letters + 0.45
            if lines[-1] and x + long > width:
                lines.append([])
                x = 0.1
            lines[-1].append((outcome, text, x))
            x += long
    return lines


def _legend(ax: Any, lines: Sequence[Sequence[tuple[Outcome, str, float]]], form: Form) -> None:
    for k, line in enumerate(lines):
        for outcome, text, x in line:
            y = LEGEND * (k + 0.5)
            look = {"markersize": 8, "markeredgewidth": 1.8} | MARKERS[outcome]
            ax.plot([x], [y], linestyle="none", color=colour_of(outcome), **look)
            ax.text(x + 0.12, y, text, va="center", fontsize=form.size, color=INK)


def _counts(figure: Canvas, claims: Sequence[ClaimResult], form: Form) -> None:
    """Counts and theorems as a row of marks at the foot."""
    width = float(figure.get_figwidth())
    ax = _axes(figure, 0, 0, width, 0.7)
    _words(ax, 0, 0.12, "Counts and theorems", width, form, fontweight="bold")
    ordered = sorted(claims, key=lambda claim: OUTCOMES.index(claim.outcome))
    step = min(0.17, (width - 0.2) / max(len(ordered), 1))
    for k, claim in enumerate(ordered):
        look = {"markersize": 8, "markeredgewidth": 1.8} | MARKERS[claim.outcome]
        ax.plot([0.1 + step * k], [0.5], linestyle="none", color=colour_of(claim.outcome), **look)
