"""Verdict tables and comparisons as a terminal shows them."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from core.evidence.comparison import Comparison
from core.evidence.record import ClaimResult, Record
from core.publishing.tables import CLAIM_COLUMNS, claim_cells

SHOWN = ("claim", "paper", "ours", "middle 95 % of runs", "runs", "verdict")
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


def print_comparison(found: Comparison) -> None:
    """Print the settings that differ, then each claim with ours and the verdict before and after."""
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(
        Text(f"{found.reproduction}: before is preset {found.presets[0]}; after is preset {found.presets[1]}")
    )
    if found.settings:
        settings = Table(title="Settings that differ", title_justify="left")
        for name in ("setting", "before", "after"):
            settings.add_column(name, overflow="fold")
        for pair in found.settings:
            settings.add_row(*(Text(str(one)) for one in (pair.name, pair.before, pair.after)))
        console.print(settings)
    else:
        console.print("All settings are the same.")
    claims = Table(title="Claims", title_justify="left")
    for name in ("claim", "paper", "ours before", "after", "verdict before", "after"):
        claims.add_column(name, max_width=50 if name == "claim" else None, no_wrap=name != "claim")
    for claim in found.claims:
        sides = [_cells(one) for one in (claim.before, claim.after)]
        told = sides[0] or sides[1]
        ours = [side.get("ours", "") for side in sides]
        verdicts = [side.get("verdict", "") for side in sides]
        changed = "bold" if verdicts[0] != verdicts[1] else ""
        styled = [Text(verdict, f"{changed} {COLOURS.get(verdict, '')}".strip()) for verdict in verdicts]
        claims.add_row(Text(told["claim"]), Text(told["paper"]), *map(Text, ours), *styled)
    console.print(claims)
    moved = sum(c.before is None or c.after is None or c.before.verdict != c.after.verdict for c in found.claims)
    console.print(f"{moved} of {len(found.claims)} verdicts differ.", highlight=False)


def _cells(claim: ClaimResult | None) -> dict[str, str]:
    return dict(zip(CLAIM_COLUMNS, claim_cells(claim), strict=True)) if claim else {}
