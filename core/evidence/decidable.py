"""Can a rule say no, and can it say yes? Claims that no outcome could have failed, or none could have passed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.evidence.claims import Claim
from core.evidence.intervals import wilson
from core.evidence.measured import Ours, Quantity, Runs, Simple
from core.evidence.verdicts import ClaimResult, Outcome, compare, part_of

TENTH, TENFOLD = 0.1, 10.0
TRIED = 81


def undecidable(claim: Claim, result: ClaimResult) -> str | None:
    """Why a claim's rule decides nothing, with the spread and the number of runs of its record; None if it does.

    The verdict is computed for values of the paper from a tenth to ten times its own (where that is zero, for values
    up to ten times the width of what agrees away), as far as the quantity can take them; and for the best sample of
    as many runs as ours.
    """
    sides = [(one.label, one.ours) for one in result.answers] or [("", result.ours)]
    told = [
        (label, next(_faults(part_of(claim, label), ours), ""))
        for label, ours in sides
        if ours and ours.interval != "exact"
    ]
    faulty = [f"{label}: {fault}".removeprefix(": ") for label, fault in told if fault]
    if claim.across and len(faulty) < len(told):  # another of its settings decides
        return None
    return faulty[0] if faulty else None


def _faults(claim: Claim, ours: Ours) -> Iterator[str]:
    region = claim.rule.region(claim.number, claim.printed)
    if region.half_line:
        if _sample(claim, ours, best=False) != "disagrees":
            yield "not even the worst sample could have failed: the bound lies where the quantity cannot go"
    elif "disagrees" not in set(_outcomes(claim, ours)):
        far = "from a tenth to ten times its own" if claim.number else "up to ten widths of its region away"
        yield f"with our interval, {ours.low:.3g} to {ours.high:.3g}, no value of the paper {far} could have failed"
    if _sample(claim, ours, best=True) not in ("agrees", "partly"):
        yield f"not even the best sample of {ours.n} runs could have passed; plan more runs"


def _outcomes(claim: Claim, ours: Ours) -> Iterator[Outcome]:
    """The outcome for each value that the paper might have had."""
    low, high = claim.bounds
    measured = _again(ours)
    for value in _values(claim):
        if (low is None or value >= low) and (high is None or value <= high):
            yield compare(_moved(claim, value), measured).outcome


def _values(claim: Claim) -> list[float]:
    """Numbers that the paper might have had: by factors, or by differences from a number of zero."""
    if claim.number:
        return [claim.number * float(factor) for factor in np.geomspace(TENTH, TENFOLD, TRIED)]
    region = claim.rule.region(claim.number, claim.printed)
    width = (region.high or 0.0) - (region.low or 0.0)
    return [float(value) for value in TENFOLD * width * np.linspace(-1, 1, TRIED)]


def _moved(claim: Claim, value: float) -> Claim:
    """The claim with another number, its region moved along."""
    shift = value - claim.number
    rule = claim.rule
    if rule.kind == "between" and rule.low is not None and rule.high is not None:
        rule = rule.model_copy(update={"low": rule.low + shift, "high": rule.high + shift})
    if rule.kind == "printed":
        region = rule.region(claim.number, claim.printed)
        half = (region.high - region.low) / 2 if region.high is not None and region.low is not None else 0.0
        return claim.model_copy(update={"value": value, "printed": _printed(value, half)})
    return claim.model_copy(update={"value": value, "printed": "", "rule": rule})


def _printed(value: float, half: float) -> str:
    digits = max(0, round(-np.log10(2 * half))) if half > 0 else 6
    return f"{value:.{digits}f}"


def _again(ours: Ours) -> Simple:
    """A measurement that gives our interval again."""
    if ours.interval == "confidence":
        return Quantity(
            ours.estimate, ours.low, ours.high, ours.n, ours.failed, ours.unfinished, statistic=ours.statistic
        )
    finished = np.array([r for r in ours.runs if np.isfinite(r)])
    return Runs(finished, unfinished=ours.unfinished, failed=ours.failed, limit=None if len(finished) else ours.low)


def _sample(claim: Claim, ours: Ours, *, best: bool) -> Outcome:
    """The outcome of the sample, of as many runs as ours, that suits the claim best, or worst."""
    if ours.statistic == "share":
        scale = 100.0 if claim.unit == "%" else 1.0
        found = [compare(claim, _share(hits, ours.n, scale)).outcome for hits in range(ours.n + 1)]
        wanted: tuple[Outcome, ...] = ("agrees", "partly") if best else ("disagrees",)
        return next((outcome for outcome in wanted if outcome in found), "undecided")
    value = _value(claim, best)
    if ours.interval == "confidence":
        return compare(claim, Quantity(value, value, value, ours.n)).outcome
    return compare(claim, Runs(np.full(ours.n, value))).outcome


def _share(hits: int, n: int, scale: float) -> Quantity:
    low, high = wilson(hits, n)
    return Quantity(scale * hits / n, scale * low, scale * high, n)


def _value(claim: Claim, best: bool) -> float:
    """A value inside the claim's region, or as far outside it as the quantity can go."""
    region = claim.rule.region(claim.number, claim.printed)
    if not region.half_line:
        return ((region.low or 0.0) + (region.high or 0.0)) / 2 if claim.rule.kind == "between" else claim.number
    upward = region.low is not None
    bound = (region.low if upward else region.high) or 0.0
    low, high = claim.bounds
    step = max(abs(bound), 1.0) * (1 if upward == best else -1)
    return float(np.clip(bound + step, -np.inf if low is None else low, np.inf if high is None else high))


def seen(claim: Claim, result: ClaimResult, effect: float, runs: int | None = None) -> bool:
    """Whether a change of a claim's estimate by `effect` would be seen with so many runs, by default as many as ours.

    The difference of two means of `runs` runs each has an interval of about sqrt(2) times that of one; ours is scaled
    from its own number of runs.
    """
    ours = result.ours
    if ours is None or not np.isfinite(ours.high) or ours.interval == "exact":
        return ours is not None and ours.interval == "exact"
    half = (ours.high - ours.low) / 2
    if ours.interval == "prediction":
        half /= np.sqrt(1 + 1 / max(ours.n, 1)) * np.sqrt(max(ours.n, 1))
    scale = np.sqrt(max(ours.n, 1) / max(runs or ours.n, 1))
    return bool(abs(effect) > np.sqrt(2) * half * scale)
