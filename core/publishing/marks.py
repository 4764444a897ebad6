"""Small drawings for pages, as inline SVG: a shape for each outcome, and an interval beside a region.

They take their colours from the page's style sheet, so that they read on light and on dark ground.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from core.evidence.tallies import OUTCOMES
from core.evidence.verdicts import ClaimResult, Outcome
from core.publishing import placing
from core.publishing.placing import Place

SHAPES: dict[Outcome, str] = {
    "agrees": '<circle cx="8" cy="8" r="5.8" fill="currentColor"/>',
    "partly": '<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2"/>'
    '<path d="M8 3a5 5 0 0 0 0 10z" fill="currentColor"/>',
    "depends": '<path d="M8 1.2 14.8 8 8 14.8 1.2 8z" fill="currentColor"/>',
    "undecided": '<circle cx="8" cy="8" r="5" fill="var(--paper)" stroke="currentColor" stroke-width="2"/>',
    "disagrees": '<path d="M3 3 13 13M13 3 3 13" stroke="currentColor" stroke-width="3.4"/>',
    "not measured": '<path d="M3 8h10" stroke="currentColor" stroke-width="2"/>',
}  # fmt: skip
NAMES: dict[Outcome, str] = {
    "agrees": "filled circle", "partly": "half circle", "depends": "diamond", "undecided": "open circle",
    "disagrees": "cross", "not measured": "dash",
}  # fmt: skip


def slug(outcome: str) -> str:
    """An outcome as a class name of the style sheets."""
    return outcome.replace(" ", "-")


def mark(outcome: Outcome, title: str = "") -> Markup:
    """The shape of an outcome; with a title for those who hover, without one hidden from screen readers."""
    told = f"<title>{escape(title)}</title>" if title else ""
    return Markup(
        f'<svg class="mark {slug(outcome)}" viewBox="0 0 16 16" aria-hidden="true">{told}{SHAPES[outcome]}</svg>'
    )


def beside(found: Sequence[Place], told: str) -> Markup:
    """Our interval beside the paper's region, each answer on a line: a drawing of 200 by some units.

    `told` says the same in words.
    """
    if not found:
        return Markup("")
    reach, step = placing.own_reach(found), 22
    height = step * len(found)
    parts = [_line(one, reach, step * k + step / 2, step) for k, one in enumerate(found)]
    return Markup(
        f'<svg class="beside" viewBox="0 0 200 {height}" width="200" height="{height}" role="img" '
        f'aria-label="{escape(told)}">{"".join(parts)}'
        f'<path class="paper-tick" d="M100 0V{height}"/></svg>'
    )


def _line(one: Place, reach: float, y: float, step: float) -> str:
    at = {name: 8 + 184 * share for name, share in placing.shares(one, reach).items()}
    left, right = at["from"], at["to"]
    width = max(right - left, 2.0)
    left = min(left, 192 - width) if width == 2.0 else left
    drawn = [
        f'<rect class="region" x="{left:.1f}" y="{y - step / 2 + 2:.1f}" width="{width:.1f}" height="{step - 4:.1f}"/>'
    ]
    drawn.append(f'<path class="ours" d="M{at["low"]:.1f} {y:.1f}H{at["high"]:.1f}"/>')
    if math.isinf(one.low):
        drawn.append(f'<path class="ours arrow" d="M14 {y - 4:.1f}l-8 4l8 4"/>')
    if math.isinf(one.high):
        drawn.append(f'<path class="ours arrow" d="M186 {y - 4:.1f}l8 4l-8 4"/>')
    drawn.append(
        f'<g transform="translate({at["estimate"] - 7:.1f} {y - 7:.1f}) scale(.875)">{SHAPES[one.outcome]}</g>'
    )
    return f'<g class="{slug(one.outcome)}">{"".join(drawn)}</g>'


def strip(claims: Sequence[ClaimResult]) -> Markup:
    """One mark for each claim, in the order of outcomes."""
    ordered = sorted(claims, key=lambda claim: OUTCOMES.index(claim.outcome))
    return Markup("").join(mark(claim.outcome, f"{claim.word}: {claim.statement}") for claim in ordered)
