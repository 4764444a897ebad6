"""Claim and measurement -> verdict. Nobody types a verdict, and every part of it is a field.

The paper's side is a region, ours an interval for the same thing. Three answers: *agrees* if our interval lies in the
region, or overlaps it where single runs are compared with a printed number; *disagrees* if it lies wholly outside;
*undecided* otherwise. Every agreement says how far off the paper could have been and still agree (its resolution);
where that is more than a factor of 2, or than the claim declares, the answer is *undecided*. For a bound or an order it
is told and not limited: the paper names one end, and to lie far on its good side is no lack of power.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from core.evidence.claims import Claim, Comparator, Kind, Rule, Standing
from core.evidence.measured import LEAST_RUNS, Endless, Measured, Ours, Simple, ours_of
from core.evidence.regions import Region

Outcome = Literal["agrees", "disagrees", "undecided", "partly", "depends", "not measured"]
Family = Literal["measurements", "counts", "re-runs", "worked out", "recalled"]
FACTOR = 2.0  # an agreement that could not have told the paper from twice or half of its value decides nothing
SMALL = 10.0  # percentages below this are compared by difference

FAMILIES: dict[Family, str] = {
    "measurements": "measurements of the paper",
    "counts": "counts and theorems of the paper",
    "re-runs": "results of others who re-ran it",
    "worked out": "worked out by us",
    "recalled": "recalled, not seen",
}
WORDS: dict[Family, dict[Outcome, str]] = {
    "measurements": {"agrees": "reproduced", "disagrees": "not reproduced"},
    "counts": {"agrees": "holds", "disagrees": "fails"},
    "re-runs": {"agrees": "like the re-run", "disagrees": "unlike it"},
    "worked out": {"agrees": "confirmed", "disagrees": "refuted"},
    "recalled": {"agrees": "as remembered", "disagrees": "unlike memory"},
}


class Stored(BaseModel):
    """A part of the record: no field that is not known."""

    model_config = ConfigDict(extra="forbid")


class Bounds(Stored):
    """The paper's region; None where it has no bound."""

    low: float | None
    high: float | None


class Resolution(Stored):
    """How far off the paper could have been and still agree: a factor, or a difference; and how far it may be."""

    kind: Literal["factor", "difference"]
    value: Endless
    allowed: float | None = None


class Answer(Stored):
    """One comparison: of the claim itself, of one of its parts, or at one of the settings that it is run over."""

    label: str
    statement: str = ""
    region: Bounds
    ours: Ours | None
    outcome: Outcome
    resolution: Resolution | None = None
    percentile: float | None = None


class ClaimResult(Stored):
    """A claim beside what we measured, with its verdict in fields; `reason` is a sentence made from them."""

    id: str
    section: str
    kind: Kind
    standing: Standing
    family: Family
    key: str
    beside: list[str]
    where: str
    statement: str
    printed: str
    value: float
    unit: str
    shown: str
    digits: int
    rule: Rule
    region: Bounds
    ours: Ours | None
    outcome: Outcome
    word: str
    reason: str
    resolution: Resolution | None
    percentile: float | None
    changed: str
    across: list[str]
    answers: list[Answer]
    comparators: list[Comparator]


def family_of(kind: Kind, standing: Standing) -> Family:
    """The tally in which a claim is counted."""
    if standing == "rerun":
        return "re-runs"
    if standing == "derived":
        return "worked out"
    if standing == "recalled":
        return "recalled"
    return "measurements" if kind == "measurement" else "counts"


def word_of(family: Family, outcome: Outcome) -> str:
    """What an outcome is called in a family."""
    return WORDS[family].get(outcome, outcome)


def judge(claim: Claim, measured: Measured, settings: Mapping[str, Any]) -> ClaimResult:
    """One claim with its measurement and verdict."""
    region = claim.rule.region(claim.number, claim.printed)
    excluded = [name for name, wanted in claim.only_when.items() if settings.get(name) != wanted]
    answers: list[Answer] = []
    if excluded or measured is None:
        main = Answer(label="", region=_bounds(region), ours=None, outcome="not measured")
    elif isinstance(measured, Mapping):
        answers = [_part(claim, label, one) for label, one in measured.items()]
        main = _together(claim, region, answers)
    else:
        main = compare(claim, measured)
    family = family_of(claim.kind, claim.standing)
    shared = claim.model_dump(include=(set(ClaimResult.model_fields) & set(Claim.model_fields)) - {"resolution"})
    result = ClaimResult(
        **{**shared, "value": claim.number},
        family=family,
        region=main.region,
        ours=main.ours,
        outcome=main.outcome,
        word=word_of(family, main.outcome),
        reason="",
        resolution=main.resolution,
        percentile=main.percentile,
        answers=answers,
    )
    why = _excluded(claim, settings, excluded[0]) if excluded else _reason(result)
    return result.model_copy(update={"reason": why})


def _bounds(region: Region) -> Bounds:
    return Bounds(low=region.low, high=region.high)


def _part(claim: Claim, label: str, measured: Simple) -> Answer:
    statement = claim.parts[label].statement if label in claim.parts else ""
    return compare(part_of(claim, label), measured, label=label, statement=statement)


def part_of(claim: Claim, label: str) -> Claim:
    """The claim with the number and the rule of one of its parts; itself for a label that is none."""
    part = claim.parts.get(label)
    if part is None:
        return claim
    changes: dict[str, Any] = {"printed": part.printed or claim.printed, "rule": part.rule or claim.rule}
    if part.printed:
        changes["value"] = None
    return claim.model_copy(update=changes)


def _together(claim: Claim, region: Region, answers: list[Answer]) -> Answer:
    """The outcome of several answers: *depends* over settings, *partly* over parts, where some agree and some disagree.

    Where some are undecided and no two contradict each other the whole is undecided, even if the others all disagree:
    more runs at those settings might still agree.
    """
    told = {answer.outcome for answer in answers if answer.outcome != "not measured"}
    if not told:
        outcome: Outcome = "not measured"
    elif len(told) == 1:
        outcome = told.pop()
    elif claim.across:
        outcome = "depends" if told & {"agrees", "partly"} and "disagrees" in told else "undecided"
    else:
        outcome = "partly" if told & {"agrees", "partly"} and "disagrees" in told else "undecided"
    first = next((answer for answer in answers if answer.ours), None)
    return Answer(label="", region=_bounds(region), ours=first.ours if first else None, outcome=outcome)


def compare(claim: Claim, measured: Simple, *, label: str = "", statement: str = "") -> Answer:
    """One measurement beside the region of the claim."""
    region = claim.rule.region(claim.number, claim.printed)
    ours = ours_of(claim, measured)
    if ours is not None and np.isnan([ours.estimate, ours.low, ours.high]).any():
        ours = None
    answer = Answer(label=label, statement=statement, region=_bounds(region), ours=ours, outcome="not measured")
    if ours is None:
        return answer
    outcome = _outcome(claim.rule, region, ours)
    if outcome == "disagrees" and claim.rule.farther is not None:
        wider = claim.rule.region(claim.number, claim.printed, farther=True)
        if wider.holds_all(ours.low, ours.high):
            outcome = "partly"
    resolution = None
    if outcome in ("agrees", "partly") and ours.interval != "exact":
        resolution = resolution_of(claim, region, ours)
        if resolution.allowed is not None and not resolution.value <= resolution.allowed * (1 + 1e-9):
            outcome = "undecided"
    percentile = _percentile(claim, ours)
    return answer.model_copy(update={"outcome": outcome, "resolution": resolution, "percentile": percentile})


def _outcome(rule: Rule, region: Region, ours: Ours) -> Outcome:
    if region.holds_none(ours.low, ours.high):
        return "disagrees"
    if region.holds_all(ours.low, ours.high):
        return "agrees"
    single = ours.interval == "prediction" and rule.kind == "printed"
    return "agrees" if single else "undecided"


def resolution_of(claim: Claim, region: Region, ours: Ours) -> Resolution:
    """How far off the paper could have been and still agree.

    For a printed number: the farther end of our interval, with the rounding. For a region with a width: how far it
    could be moved and still hold our interval. For a half-line: how much tighter the bound could be; this is told and
    not limited, as a bound is one-sided by its nature.
    """
    value = claim.number
    if region.half_line:
        bound = region.low if region.low is not None else region.high
        near = ours.low if region.low is not None else ours.high
        if not bound or near / bound <= 0:
            return Resolution(kind="difference", value=abs(near - (bound or 0.0)))
        return Resolution(kind="factor", value=max(near / bound, bound / near))
    by_factor = _by_factor(claim, ours)
    if claim.rule.kind == "printed":
        half = (region.high - region.low) / 2 if region.low is not None and region.high is not None else 0.0
        ends = (ours.low - half, ours.high + half)
    elif claim.rule.kind == "factor":
        ends = (ours.high / claim.rule.tolerance, ours.low * claim.rule.tolerance)
    else:
        low, high = region.low or 0.0, region.high or 0.0
        ends = (value + ours.high - high, value + ours.low - low)
    if by_factor:
        far = max(value / ends[0] if ends[0] > 0 else np.inf, ends[1] / value)
        allowed = claim.resolution if claim.resolution is not None else FACTOR
        return Resolution(kind="factor", value=float(far), allowed=allowed)
    far = max(value - ends[0], ends[1] - value)
    allowed = claim.resolution if claim.resolution is not None else abs(value) * (FACTOR - 1)
    return Resolution(kind="difference", value=float(far), allowed=allowed)


def _by_factor(claim: Claim, ours: Ours) -> bool:
    """Whether a claim's resolution is told as a factor: not near zero, and not for a percentage below ten."""
    if claim.resolution_is:
        return claim.resolution_is == "factor"
    return claim.number > 0 and ours.low > 0 and not (claim.unit == "%" and claim.number < SMALL)


def _percentile(claim: Claim, ours: Ours) -> float | None:
    """Where the paper's number falls among our runs, in percent: half of those that equal it count as below."""
    if not ours.runs or claim.rule.kind in ("more", "less"):
        return None
    runs, value = np.array(ours.runs), claim.number
    return float(100 * (np.mean(runs < value) + np.mean(runs == value) / 2))


def _excluded(claim: Claim, settings: Mapping[str, Any], name: str) -> str:
    return f"compared only when the setting {name} is {claim.only_when[name]}; in this run it is {settings.get(name)}"


def _reason(result: ClaimResult) -> str:
    """The sentence for a verdict, from its fields."""
    if result.outcome == "not measured":
        return f"not measured: what it needs failed, was left out, or had fewer than {LEAST_RUNS} runs"
    if result.answers:
        return _reason_of_several(result)
    return _reason_of_one(result)


def _reason_of_several(result: ClaimResult) -> str:
    by_outcome: dict[str, list[str]] = {}
    for answer in result.answers:
        by_outcome.setdefault(answer.outcome, []).append(answer.label)
    what = "at" if result.across else "for"
    return "; ".join(f"{outcome} {what} {', '.join(labels)}" for outcome, labels in by_outcome.items())


def _reason_of_one(result: ClaimResult) -> str:
    ours = result.ours
    assert ours is not None
    whose = "the paper's" if result.family in ("measurements", "counts") else "the expected"
    region = _region_in_words(result)
    if ours.interval == "exact":
        told = "equal" if result.outcome == "agrees" else f"ours is {show(ours.estimate)}, outside {region}"
        return told if result.rule.kind == "printed" else f"ours is {show(ours.estimate)}; {whose} region is {region}"
    kind = {"prediction": "interval of a new run", "confidence": f"interval of the {ours.statistic}"}[ours.interval]
    overlap = result.outcome == "agrees" and result.rule.kind == "printed" and ours.interval == "prediction"
    places = {"agrees": "holds" if overlap else "lies in", "disagrees": "lies outside", "partly": "lies near"}
    place = places.get(result.outcome)
    if place:
        told = f"our {kind} {place} {whose} {region}"
    elif result.resolution:
        told = f"our {kind} is too wide to decide"
    else:
        told = f"our {kind} reaches both into and out of {whose} {region}"
    if result.resolution:
        far = result.resolution
        if far.kind == "factor":
            far_off = f"a factor of {show(far.value)}" if np.isfinite(far.value) else "any factor"
        else:
            far_off = f"{show(far.value)} {result.unit}".strip()
        told += f"; told apart from {far_off} on"
    if result.percentile is not None and result.outcome in ("undecided", "agrees", "disagrees"):
        told += f"; {whose} value stands {among_runs(result.percentile)}"
    if ours.unfinished or ours.failed:
        parts = [f"{ours.unfinished} of {ours.n} runs did not finish and count as longer than all others"] * bool(
            ours.unfinished
        )
        parts += [f"{ours.failed} failed"] * bool(ours.failed)
        told += f" ({'; '.join(parts)})"
    return told


def among_runs(percentile: float) -> str:
    """Where a value stands among our runs."""
    if percentile in (0, 100):
        return f"{'below' if percentile == 0 else 'above'} all of our runs"
    return f"at percentile {np.clip(percentile, 1, 99):.0f} of our runs"


def _region_in_words(result: ClaimResult) -> str:
    low, high = result.region.low, result.region.high
    if result.rule.kind == "printed":
        return f"number {result.printed} as rounded"
    if low is None:
        return f"values {'below' if result.rule.kind == 'less' else 'up to'} {show(high)}"
    if high is None:
        return f"values {'above' if result.rule.kind == 'more' else 'from'} {show(low)}" + (
            "" if result.rule.kind == "more" else " on"
        )
    return f"values {show(low)} to {show(high)}"


def show(x: float | None) -> str:
    """A number in a sentence."""
    if x is None:
        return ""
    if not np.isfinite(x):
        return "endless" if x > 0 else "not a number"
    return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.3g}"
