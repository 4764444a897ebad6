"""Colours of figures, slides and verdicts, told apart by colour-blind readers, on light and on dark ground.

A colour is a name that matplotlib looks up when it draws, so that a figure drawn in another theme takes its colours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.colors import get_named_colors_mapping

from core.evidence.verdicts import Outcome

THEMES = ("light", "dark")
INK, FAINT, GRID, PAPER = "backstory:ink", "backstory:faint", "backstory:grid", "backstory:paper"
TINT, BAND = "backstory:tint", "backstory:band"
BLACK, WHITE = "#222222", "#ffffff"  # the same in every theme: for what stands on a filled mark
# Okabe and Ito's colours; on dark ground those that are dark are lighter.
BLUE, ORANGE, GREEN = "backstory:blue", "backstory:orange", "backstory:green"
PURPLE, RED, SKY = "backstory:purple", "backstory:red", "backstory:sky"
VALUES = {
    INK: ("#222222", "#eeeeee"), FAINT: ("#8a8a8a", "#9a9aa4"), GRID: ("#e4e4e4", "#3a3a42"),
    PAPER: ("#ffffff", "#17171a"), TINT: ("#eef3f7", "#26262c"),
    BAND: ("#d8d8de", "#44444e"),
    BLUE: ("#0072B2", "#4BA6E0"), ORANGE: ("#E69F00", "#F0B43C"), GREEN: ("#009E73", "#2FBF93"),
    PURPLE: ("#CC79A7", "#DD9CC2"), RED: ("#D55E00", "#F28A4B"), SKY: ("#56B4E9", "#8FD0F5"),
}  # fmt: skip
# Of words and marks: at least 4.5 to 1 on the ground of each theme.
OUTCOME_VALUES: dict[Outcome, tuple[str, str]] = {
    "agrees": ("#00694d", "#4fd0a5"), "partly": ("#8a5a00", "#f0b64a"), "depends": ("#6f3fa0", "#c9a4f0"),
    "undecided": ("#55555e", "#a9a9b4"), "disagrees": ("#a83500", "#ff9166"), "not measured": ("#55555e", "#a9a9b4"),
}  # fmt: skip
STYLE: dict[Any, Any] = {
    "font.size": 12, "axes.titlesize": 12, "axes.labelsize": 12, "font.family": "DejaVu Sans",
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": GRID,
    "axes.axisbelow": True, "figure.facecolor": PAPER, "savefig.facecolor": PAPER, "axes.facecolor": PAPER,
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": INK, "xtick.color": INK, "ytick.color": INK,
    "patch.edgecolor": INK, "hatch.color": INK, "svg.hashsalt": "backstory", "pdf.fonttype": 42,
    "figure.constrained_layout.use": True,
}  # fmt: skip


def colour_of(outcome: Outcome) -> str:
    """The name of the colour in which an outcome is drawn."""
    return f"backstory:{outcome}"


def value(name: str, theme: str = "light") -> str:
    """The colour that a name stands for in a theme, as six hexadecimal digits after a #."""
    return _values(theme)[name]


def _values(theme: str) -> dict[str, str]:
    place = THEMES.index(theme)
    outcomes = {colour_of(outcome): values[place] for outcome, values in OUTCOME_VALUES.items()}
    return {name: values[place] for name, values in VALUES.items()} | outcomes


@contextmanager
def colours(theme: str) -> Iterator[None]:
    """Let the names stand for the colours of a theme."""
    names: dict[str, Any] = get_named_colors_mapping()
    before = {name: names[name] for name in _values(theme)}
    _let_be(_values(theme))
    try:
        yield
    finally:
        _let_be(before)


def _let_be(meanings: dict[str, Any]) -> None:
    names = get_named_colors_mapping()
    for name, colour in meanings.items():  # one by one: matplotlib then forgets what it had looked up
        names[name] = colour


_let_be(_values("light"))
