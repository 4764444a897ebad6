"""Claim and measurement -> verdict. One function; nobody types a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from core.evidence.claims import Claim, Rule

Outcome = Literal["reproduced", "partly", "not reproduced", "not comparable"]
LEAST_RUNS = 5  # fewer single runs say too little about where a run falls
MOST_FAILURES = 0.1  # a larger share of failed trials keeps a claim from being called reproduced

# Values that were not seen in a source are compared by their rule, but the outcome is not called a verdict.
# A reason then says "by the rule it agrees (...)", which `agrees` looks for.
UNREAD = {"recalled": "the paper's value is recalled", "computed": "the value is worked out by us from theory"}

AGREES = {"reproduced": "agrees", "partly": "agrees in part", "not reproduced": "does not agree"}


class Verdict(NamedTuple):
    """The outcome and the sentence that says why."""

    verdict: Outcome
    reason: str


class Measured(NamedTuple):
    """Ours: the estimate, the interval a single run falls in, the wider one that adds sampling, and trial counts."""

    estimate: float
    low: float
    high: float
    n: int
    wide_low: float | None = None
    wide_high: float | None = None
    failed: int = 0
    counted: bool = False


def agrees(outcome: str, reason: str) -> bool:
    """Whether a verdict and its reason tell agreement by the rule, however the claim's value is known."""
    return outcome == "reproduced" or f"by the rule it {AGREES['reproduced']} (" in reason


def verdict(claim: Claim, ours: Measured | None, settings: Mapping[str, Any]) -> Verdict:
    """Compare one claim with what was measured under `settings`, by the rule written in the claim.

    exact: equal, or within the tolerance. interval: the paper's value lies within the middle 95 % of our runs
    (reproduced) or within the interval that adds sampling error (partly). within_factor: the estimates differ by at
    most the factor (reproduced), or our interval reaches to within it (partly). at_most, at_least, ordering: our whole
    interval (reproduced) or our estimate (partly) is on the paper's side of the value, for ordering of zero. law: the
    paper's exponent is within our interval widened by the tolerance (reproduced) or by twice that (partly).
    """
    for name, wanted in claim.only_when.items():
        if settings.get(name) != wanted:
            return Verdict(
                "not comparable",
                f"compared only when the setting {name} is {wanted}; in this run it is {settings.get(name)}",
            )
    if ours is None:
        return Verdict("not comparable", "not measured: every trial it needs failed or was left out")
    if ours.n < LEAST_RUNS and not ours.counted:
        return Verdict("not comparable", f"{ours.n} finished runs are too few; at least {LEAST_RUNS} are needed")
    outcome, reason = _judge(claim.rule, claim.value, ours)
    trials = ours.n + ours.failed
    if outcome == "reproduced" and ours.failed > MOST_FAILURES * trials:
        outcome, reason = "partly", f"{reason}; but {ours.failed} of {trials} trials failed"
    if claim.standing in UNREAD:
        said = reason.replace("the paper's", "the expected")
        return Verdict(
            "not comparable", f"{UNREAD[claim.standing]}, not read; by the rule it {AGREES[outcome]} ({said})"
        )
    return Verdict(outcome, reason)


def _judge(rule: Rule, value: float, ours: Measured) -> tuple[Outcome, str]:
    if ours.estimate != ours.estimate:
        return "not reproduced", "ours is not a number"
    if rule.kind == "exact":
        same = abs(ours.estimate - value) <= rule.tolerance
        equal = f"equal to within {rule.tolerance:g}" if rule.tolerance else "equal"
        return ("reproduced", equal) if same else ("not reproduced", f"differs by {_show(ours.estimate - value)}")
    if rule.kind == "interval":
        return _in_interval(value, ours)
    if rule.kind == "within_factor":
        return _within_factor(rule.tolerance, value, ours)
    if rule.kind == "law":
        return _law(rule.tolerance, value, ours)
    return _on_side(rule.kind, value, ours)


def _in_interval(value: float, ours: Measured) -> tuple[Outcome, str]:
    if ours.low <= value <= ours.high:
        return "reproduced", "the paper's value lies within the middle 95 % of our runs"
    if ours.wide_low is not None and ours.wide_high is not None and ours.wide_low <= value <= ours.wide_high:
        return "partly", "outside the spread of our seeds, inside it once test-set sampling is added"
    side = "below" if value < ours.low else "above"
    return "not reproduced", f"the paper's value lies {side} our interval"


def _within_factor(factor: float, value: float, ours: Measured) -> tuple[Outcome, str]:
    if value / factor <= ours.estimate <= value * factor:
        return "reproduced", f"within a factor of {factor:g} ({_show(ours.estimate / value)} times the paper's)"
    if ours.low <= value * factor and ours.high >= value / factor:
        return "partly", f"our interval reaches to within a factor of {factor:g}; our estimate does not"
    return "not reproduced", f"{_show(ours.estimate / value)} times the paper's, outside a factor of {factor:g}"


def _law(tolerance: float, value: float, ours: Measured) -> tuple[Outcome, str]:
    gap = max(ours.low - value, value - ours.high, 0.0)
    slack = 1e-9 * abs(value)  # a gap equal to the tolerance counts as within it
    if gap <= tolerance + slack:
        return "reproduced", f"the paper's exponent is within {tolerance:g} of our interval"
    if gap <= 2 * tolerance + slack:
        return "partly", f"the paper's exponent is within {2 * tolerance:g} of our interval"
    return "not reproduced", f"the paper's exponent is {_show(gap)} outside our interval"


def _on_side(kind: str, value: float, ours: Measured) -> tuple[Outcome, str]:
    bound = 0.0 if kind == "ordering" else value
    upward = kind == "at_least" or (kind == "ordering" and value > 0)
    side = ("above" if upward else "below") if kind == "ordering" else ("at least" if upward else "at most")
    where = f"{side} {_show(bound)}" + (" (only the sign is judged)" if bound != value else "")
    reach, middle = (ours.low, ours.estimate) if upward else (-ours.high, -ours.estimate)
    limit = bound if upward else -bound
    strict = kind == "ordering"  # no difference at all is no ordering
    if reach > limit or (reach == limit and not strict):
        return "reproduced", f"our whole interval is {where}"
    if middle > limit or (middle == limit and not strict):
        return "partly", f"our estimate is {where}, but its interval is not"
    return "not reproduced", f"our estimate is not {where}"


def _show(x: float) -> str:
    return f"{x:.3g}"
