"""The verdict table as a terminal shows it."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from core.evidence.record import Record
from core.publishing.tables import CLAIM_COLUMNS, claim_cells

SHOWN = ("claim", "paper", "ours", "middle 95 % of runs", "seeds", "verdict")
COLOURS = {"reproduced": "green", "partly": "yellow", "not reproduced": "red", "not comparable": "dim"}


def print_verdicts(record: Record) -> None:
    """Print one line per claim: the paper's value, ours, its interval and the verdict."""
    title = f"{record.reproduction}, preset {record.preset}: {record.trials.n} trials, {record.trials.failed} failed"
    table = Table(title=title, title_justify="left")
    for name in SHOWN:
        table.add_column(name, max_width=46 if name == "claim" else None, no_wrap=name in ("paper", "ours", "verdict"))
    for claim in record.claims:
        cells = dict(zip(CLAIM_COLUMNS, claim_cells(claim), strict=True))
        table.add_row(*(Text(cells[name], COLOURS[claim.verdict] if name == "verdict" else "") for name in SHOWN))
    Console(width=None if sys.stdout.isatty() else 120).print(table)
