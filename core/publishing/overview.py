"""Seventy years at a glance: one line of marks for each reproduction, as a figure for README files and slides."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure as Canvas

from core.evidence.tallies import OUTCOMES
from core.evidence.verdicts import ClaimResult
from core.publishing.figures import FAINT, GRID, INK, blank
from core.publishing.themes import colour_of
from core.publishing.verdict_picture import MARKERS

LEGEND = {"agrees": "reproduced, or as told", "partly": "partly", "depends": "depends", "undecided": "undecided",
          "disagrees": "not reproduced, or not as told", "not measured": "not measured"}  # fmt: skip
LEFT, STEP, ROW = 3.75, 0.16, 0.27  # inches: where marks start, from mark to mark, from line to line


@dataclass(frozen=True)
class Row:
    """One reproduction: its date and title, and its judged claims."""

    when: str
    title: str
    claims: Sequence[ClaimResult]


def draw(rows: Sequence[Row], *, width: float = 10.0) -> Canvas:
    """The figure: large marks are measurements of the paper, small ones all other claims."""
    across = int((width - LEFT) / STEP) - 1
    lines = [_marks(row, across) for row in rows]
    tall = sum(ROW * len(one) + 0.08 for one in lines) + 0.75
    figure = blank(width, tall)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(tall, 0))
    ax.axis("off")
    y = 0.1
    for row, several in zip(rows, lines, strict=True):
        ax.text(
            0.05, y + ROW / 2, textwrap.shorten(row.when, 14, placeholder="…"), va="center", fontsize=11, color=FAINT
        )
        ax.text(
            1.2, y + ROW / 2, textwrap.shorten(row.title, 31, placeholder=" …"), va="center", fontsize=11, color=INK
        )
        for marked in several:
            for k, (claim, own) in enumerate(marked):
                look = {"markersize": 9.0, "markeredgewidth": 1.8} | MARKERS[claim.outcome]
                look |= {} if own else {"markersize": 0.58 * float(look["markersize"]), "markeredgewidth": 1.2}
                place = LEFT + STEP * (k + (0.5 if own else 1.0)), y + ROW / 2
                ax.plot(*place, linestyle="none", color=colour_of(claim.outcome), **look)
            y += ROW
        y += 0.08
        ax.plot([0, width], [y - 0.04, y - 0.04], color=GRID, linewidth=0.6)
    _legend(ax, rows, y + 0.2, width)
    return figure


def _marks(row: Row, across: int) -> list[list[tuple[ClaimResult, bool]]]:
    """The claims of a row in lines that fit, the paper's own measurements first."""
    order = sorted(row.claims, key=lambda c: (c.family != "measurements", OUTCOMES.index(c.outcome)))
    told = [(claim, claim.family == "measurements") for claim in order]
    return [told[k : k + across] for k in range(0, max(len(told), 1), across)]


def _legend(ax: Any, rows: Sequence[Row], y: float, width: float) -> None:
    found = {claim.outcome for row in rows for claim in row.claims}
    x = 0.15
    for outcome in (one for one in OUTCOMES if one in found):
        look = {"markersize": 9.0, "markeredgewidth": 1.8} | MARKERS[outcome]
        ax.plot([x], [y], linestyle="none", color=colour_of(outcome), **look)
        ax.text(x + 0.14, y, LEGEND[outcome], va="center", fontsize=11, color=INK)
        x += 0.44 + 0.083 * len(LEGEND[outcome])
    text = "Large marks: measurements of the papers. Small marks: counts and theorems, and what is not the papers' own."
    ax.text(0.05, y + 0.28, text, va="center", fontsize=11, color=FAINT)
