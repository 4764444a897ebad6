"""Where a claim's two sides stand on an axis: ours over the paper's by factors, or ours less the paper's.

A factor makes no sense where the paper's number is zero or below, where only a sign is claimed, or where ours is below
zero; then the difference is shown, each claim on a scale of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from core.evidence.verdicts import Answer, ClaimResult, Outcome

ENDLESS = math.inf
FARTHEST = 2.0  # decades either way; what lies beyond is drawn as an arrow at the edge
NEAREST = 0.55  # decades either way that an axis of factors always shows


@dataclass(frozen=True)
class Place:
    """One comparison on an axis where 0 is the paper's number.

    By factor the unit is a decade, by difference that of the claim. An end may be infinite.
    """

    scale: Literal["factor", "difference"]
    estimate: float
    low: float
    high: float
    region: tuple[float, float]
    outcome: Outcome
    label: str = ""

    @property
    def reach(self) -> float:
        """How far from the paper's number anything that is not endless lies."""
        ends = (self.estimate, self.low, self.high, *self.region)
        return max((abs(x) for x in ends if math.isfinite(x)), default=0.0)


def places(claim: ClaimResult) -> list[Place]:
    """Where a claim, or each of its answers, stands; nothing for what was not measured. All on one kind of scale."""
    answers = [one for one in _answers(claim) if one.ours is not None]
    by_factor = all(_factor_makes_sense(claim, one) for one in answers)
    return [_place(claim, one, by_factor) for one in answers]


def _answers(claim: ClaimResult) -> Iterator[Answer]:
    if claim.answers:
        yield from claim.answers
    else:
        yield Answer(label="", region=claim.region, ours=claim.ours, outcome=claim.outcome)


def _factor_makes_sense(claim: ClaimResult, one: Answer) -> bool:
    ends = [x for x in (one.region.low, one.region.high) if x is not None]
    ours = one.ours
    assert ours is not None
    return _reference(claim, one) > 0 and min(ends, default=1.0) >= 0 and ours.estimate >= 0 and ours.high > 0


def _reference(claim: ClaimResult, one: Answer) -> float:
    """The paper's number: the claim's, or the middle of the region of a part that has a number of its own."""
    low, high = one.region.low, one.region.high
    if one.region == claim.region and (claim.value or claim.rule.kind != "between"):
        return claim.value
    if low is None or high is None:
        return low if low is not None else high if high is not None else claim.value
    return math.sqrt(low * high) if claim.rule.kind == "factor" and low > 0 else (low + high) / 2


def _place(claim: ClaimResult, one: Answer, by_factor: bool) -> Place:
    ours, paper = one.ours, _reference(claim, one)
    assert ours is not None

    def at(x: float | None, missing: float) -> float:
        if x is None or math.isinf(x):
            return missing
        if not by_factor:
            return x - paper
        return math.log10(x / paper) if x > 0 else -ENDLESS

    return Place(
        scale="factor" if by_factor else "difference",
        estimate=at(ours.estimate, ENDLESS),
        low=at(ours.low, -ENDLESS),
        high=at(ours.high, ENDLESS),
        region=(at(one.region.low, -ENDLESS), at(one.region.high, ENDLESS)),
        outcome=one.outcome,
        label=one.label,
    )


def axis_reach(found: Sequence[Place]) -> float:
    """Decades either way that an axis of factors shows for these places."""
    return min(max([NEAREST, *(1.06 * one.reach for one in found if one.scale == "factor")]), FARTHEST)


def shares(place: Place, reach: float) -> dict[str, float]:
    """The place as shares of an axis from `-reach` to `reach`, 0.5 the paper's number; beyond its ends 0 or 1."""

    def share(x: float) -> float:
        return min(max((x / reach + 1) / 2, 0.0), 1.0) if math.isfinite(x) else float(x > 0)

    low, high = place.region
    names = {"estimate": place.estimate, "low": place.low, "high": place.high, "from": low, "to": high}
    return {name: share(x) for name, x in names.items()}


def own_reach(found: Sequence[Place]) -> float:
    """Half the length of an axis for these places alone, so that all ends that are not endless are seen."""
    farthest = max((one.reach for one in found), default=0.0)
    return 1.15 * farthest if farthest > 0 else 1.0


def ticks(reach: float, *, spaced: bool = False) -> list[tuple[float, str]]:
    """Decades and names of the factors that an axis of factors is marked with; `spaced` ones have room for names."""
    factors = [1, 3, 10, 30, 100] if reach > 0.75 else [1, 2, 3, 5]
    factors = [f for f in factors if str(f).startswith("1") or not (spaced and reach > 1.2)]
    factors = [f for f in factors if f != 5 or not spaced]
    marked = [f for f in factors if math.log10(f) <= reach]
    below = [(-math.log10(f), f"1/{f}") for f in reversed(marked[1:])]
    return [*below, *((math.log10(f), str(f)) for f in marked)]
