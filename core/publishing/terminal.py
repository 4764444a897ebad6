"""Verdict tables and comparisons as a terminal shows them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from core.evidence.comparison import ClaimPair, Comparison
from core.evidence.record import Record
from core.evidence.tallies import tallies
from core.evidence.verdicts import ClaimResult
from core.publishing.tables import CLAIM_COLUMNS, claim_cells

SHOWN = ("claim", "paper", "ours", "95 % interval of", "runs", "verdict")
COLOURS = {"agrees": "green", "partly": "yellow", "depends": "yellow", "disagrees": "red"}


class _Console(Console):
    """A console that leaves a reader who goes away to the command, as every other output does."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def tally_line(record: Record) -> str:
    """One reproduction in one line: its tallies by family."""
    told = "; ".join(one.sentence for one in tallies(record.claims))
    return f"{record.reproduction} ({record.preset}): {told}"


def print_verdicts(record: Record) -> None:
    """Print one line per claim: the paper's value, ours, its interval and the verdict; and the tallies."""
    title = f"{record.reproduction}, preset {record.preset}: {record.trials.n} trials, {record.trials.failed} failed"
    print_claims(title, record.claims)
    for one in tallies(record.claims):
        print(f"{one.sentence}.")


def print_claims(title: str, claims: Sequence[ClaimResult]) -> None:
    """Print a table of claims."""
    table = Table(title=title, title_justify="left")
    for name in SHOWN:
        table.add_column(name, max_width=46 if name == "claim" else None, no_wrap=name == "verdict")
    for claim in claims:
        cells = dict(zip(CLAIM_COLUMNS, claim_cells(claim), strict=True))
        colour = COLOURS.get(claim.outcome, "dim")
        table.add_row(*(Text(cells[name], colour if name == "verdict" else "") for name in SHOWN))
    _Console(width=None if sys.stdout.isatty() else 120).print(table)


def print_comparison(found: Comparison) -> None:
    """Print the settings that differ, the claims whose verdict or estimate moved, and how many stayed as they were."""
    console = _Console(width=None if sys.stdout.isatty() else 140)
    print(f"{found.reproduction}: before is preset {found.presets[0]}; after is preset {found.presets[1]}")
    if found.settings:
        settings = Table(title="Settings that differ", title_justify="left")
        for name in ("setting", "before", "after"):
            settings.add_column(name, overflow="fold")
        for pair in found.settings:
            settings.add_row(*(Text(str(one)) for one in (pair.name, pair.before, pair.after)))
        console.print(settings)
    else:
        print("All settings are the same.")
    first = [claim for claim in found.claims if claim.verdict_changed]
    then = [claim for claim in found.claims if claim.moved and not claim.verdict_changed]
    for title, group in (("Verdicts that changed", first), ("Numbers that moved, verdicts that did not", then)):
        if group:
            console.print(_pairs(title, group))
    rest = len(found.claims) - len(first) - len(then)
    print(f"{len(first)} of {len(found.claims)} verdicts differ; {rest} claims are as they were.")


def _pairs(title: str, claims: Sequence[ClaimPair]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in ("claim", "paper", "ours before", "after", "verdict before", "after"):
        table.add_column(name, max_width=50 if name == "claim" else None, no_wrap=name.startswith("verdict"))
    for claim in claims:
        sides = [_cells(one) for one in (claim.before, claim.after)]
        told = sides[0] or sides[1]
        ours = [" ".join(filter(None, (s.get("ours", ""), _bracketed(s.get("95 % interval of", ""))))) for s in sides]
        verdicts = [side.get("verdict", "not there") for side in sides]
        table.add_row(Text(told["claim"]), Text(told["paper"]), *map(Text, ours), *map(Text, verdicts))
    return table


def _bracketed(text: str) -> str:
    return f"[{text}]" if text else ""


def _cells(claim: ClaimResult | None) -> dict[str, str]:
    return dict(zip(CLAIM_COLUMNS, claim_cells(claim), strict=True)) if claim else {}
