"""Can a rule say no, and can it say yes? Claims that no outcome could have failed, or none could have passed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.evidence.claims import Claim
from core.evidence.intervals import wilson
from core.evidence.measured import Ours, Quantity, Runs, Simple
from core.evidence.verdicts import ClaimResult, Outcome, compare

TENTH, TENFOLD = 0.1, 10.0
TRIED = 81


def undecidable(claim: Claim, result: ClaimResult) -> str | None:
    """Why a claim's rule decides nothing, with the spread and the number of runs of its record; None if it does.

    The verdict is computed for values of the paper from a tenth to ten times its own, as far as the quantity can take
    them; and for the best sample of as many runs as ours.
    """
    sides = [side for side in (*(answer.ours for answer in result.answers), result.ours) if side is not None]
    if not sides or any(ours.interval == "exact" for ours in sides):
        return None
    told = [fault for ours in sides for fault in _faults(claim, ours)]
    return told[0] if told and len(told) >= len(sides) else None


def _faults(claim: Claim, ours: Ours) -> Iterator[str]:
    outcomes = set(_outcomes(claim, ours))
    if outcomes and "disagrees" not in outcomes:
        yield (
            f"with our interval, {ours.low:.3g} to {ours.high:.3g}, no value of the paper from a tenth to ten times "
            "its own could have failed"
        )
    elif _best(claim, ours) not in ("agrees", "partly"):
        yield f"not even the best sample of {ours.n} runs could have passed; plan more runs"


def _outcomes(claim: Claim, ours: Ours) -> Iterator[Outcome]:
    """The outcome for each value that the paper might have had."""
    if claim.rule.kind in ("more", "less"):
        return
    low, high = claim.bounds
    measured = _again(ours)
    for factor in np.geomspace(TENTH, TENFOLD, TRIED):
        value = claim.number * float(factor)
        if (low is None or value >= low) and (high is None or value <= high):
            yield compare(_moved(claim, value), measured).outcome


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
    return Runs(np.array([r for r in ours.runs if np.isfinite(r)]), unfinished=ours.unfinished, failed=ours.failed)


def _best(claim: Claim, ours: Ours) -> Outcome:
    """The outcome of the sample, of as many runs as ours, that suits the claim best."""
    value = claim.number
    region = claim.rule.region(value, claim.printed)
    if ours.statistic == "share":
        scale = 100.0 if claim.unit == "%" else 1.0
        found = []
        for hits in range(ours.n + 1):
            low, high = wilson(hits, ours.n)
            found.append(compare(claim, Quantity(scale * hits / ours.n, scale * low, scale * high, ours.n)).outcome)
        return "agrees" if "agrees" in found else "partly" if "partly" in found else "undecided"
    if region.half_line:
        far = (region.low if region.low is not None else region.high) or 0.0
        value = far + (1.0 if region.low is not None else -1.0) * max(abs(far), 1.0)
    elif claim.rule.kind == "between" and region.low is not None and region.high is not None:
        value = (region.low + region.high) / 2
    if ours.interval == "confidence":
        return compare(claim, Quantity(value, value, value, ours.n)).outcome
    return compare(claim, Runs(np.full(ours.n, value))).outcome


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
