"""Verdicts: each rule at its edges, and what no rule may do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.evidence.claims import Claim, Rule
from core.evidence.verdicts import Measured, agrees, verdict

KINDS = ("exact", "interval", "within_factor", "at_most", "at_least", "ordering", "law")


def claim(kind, value, *, tolerance=0.0, standing="read", **more):
    rule = Rule(kind=kind, tolerance=tolerance, because="a test")
    return Claim(id="c", statement="s", value=value, where="w", standing=standing, rule=rule, **more)


def outcome(kind, value, estimate, low, high, tolerance=0.0, **more):
    return verdict(claim(kind, value, tolerance=tolerance), Measured(estimate, low, high, 10, **more), {}).verdict


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("exact", 9760, 9760, 9760, 9760), "reproduced"),
        (("exact", 9760, 9761, 9761, 9761), "not reproduced"),
        (("interval", 5.0, 4.8, 4.5, 5.0), "reproduced"),
        (("interval", 5.0, 4.0, 3.5, 4.5), "not reproduced"),
        (("within_factor", 2.0, 2.5, 2.4, 2.6, 1.25), "reproduced"),
        (("within_factor", 2.0, 2.6, 2.4, 2.8, 1.25), "partly"),
        (("within_factor", 2.0, 1.5, 1.4, 1.7, 1.25), "partly"),
        (("within_factor", 2.0, 3.0, 2.9, 3.1, 1.25), "not reproduced"),
        (("at_most", 2.0, 1.0, 0.5, 2.0), "reproduced"),
        (("at_most", 2.0, 1.9, 1.5, 2.1), "partly"),
        (("at_most", 2.0, 2.1, 1.5, 2.5), "not reproduced"),
        (("at_least", 2.0, 2.5, 2.1, 2.9), "reproduced"),
        (("at_least", 2.0, 2.5, 1.9, 2.9), "partly"),
        (("ordering", -3.1, -1.0, -1.5, -0.5), "reproduced"),
        (("ordering", -3.1, -1.0, -2.5, 0.5), "partly"),
        (("ordering", -3.1, 1.0, 0.5, 1.5), "not reproduced"),
        (("ordering", 1.0, 0.4, 0.1, 0.7), "reproduced"),
        (("ordering", 1.0, 0.0, 0.0, 0.0), "not reproduced"),
        (("ordering", 1.0, 0.1, 0.0, 0.2), "partly"),
        (("ordering", -1.0, -0.1, -0.2, 0.0), "partly"),
        (("law", 0.5, 0.58, 0.55, 0.6, 0.05), "reproduced"),
        (("law", 0.5, 0.61, 0.58, 0.64, 0.05), "partly"),
        (("law", 0.5, 0.8, 0.75, 0.85, 0.05), "not reproduced"),
        (("interval", 5.0, float("nan"), 4.0, 6.0), "not reproduced"),
    ],
)
def test_each_rule_at_its_edges(arguments, expected):
    assert outcome(*arguments) == expected


def test_sampling_can_make_it_partly_but_not_reproduced():
    assert outcome("interval", 5.0, 4.0, 3.5, 4.5, wide_low=3.0, wide_high=5.2) == "partly"
    assert outcome("interval", 6.0, 4.0, 3.5, 4.5, wide_low=3.0, wide_high=5.2) == "not reproduced"


numbers = st.floats(-1e6, 1e6)
positive = st.floats(1e-6, 1e6)


@given(st.sampled_from(KINDS), positive, numbers, st.floats(0, 10), st.floats(0, 10), st.floats(1.01, 10))
def test_a_recalled_value_is_never_judged(kind, value, estimate, down, up, tolerance):
    for standing, word in (("recalled", "recalled"), ("computed", "worked out by us")):
        unread = claim(kind, value, tolerance=tolerance, standing=standing)
        ours = Measured(estimate, estimate - down, estimate + up, 10)
        found = verdict(unread, ours, {})
        assert found.verdict == "not comparable"
        assert word in found.reason
        read = verdict(claim(kind, value, tolerance=tolerance), ours, {})
        assert agrees(*found) == agrees(*read) == (read.verdict == "reproduced")


@given(st.sampled_from(KINDS), positive, numbers, st.floats(0, 10), st.floats(1.01, 10))
def test_many_failed_trials_are_never_called_reproduced(kind, value, estimate, spread, tolerance):
    measured = Measured(estimate, estimate - spread, estimate + spread, 8, failed=2)
    found = verdict(claim(kind, value, tolerance=tolerance), measured, {})
    assert found.verdict != "reproduced"


def test_other_settings_are_not_comparable():
    strict = claim("exact", 1.0, only_when={"data": "usps"})
    one = Measured(1.0, 1.0, 1.0, 1, counted=True)
    assert verdict(strict, one, {"data": "usps"}).verdict == "reproduced"
    other = verdict(strict, one, {"data": "embedded"})
    assert other.verdict == "not comparable"
    assert "usps" in other.reason


def test_what_was_not_measured_is_not_comparable():
    assert verdict(claim("exact", 1.0), None, {}).verdict == "not comparable"


@pytest.mark.parametrize(
    ("kind", "value", "tolerance"), [("within_factor", 0.0, 2.0), ("within_factor", -1.0, 2.0), ("ordering", 0.0, 0.0)]
)
def test_values_that_a_rule_cannot_judge_are_refused(kind, value, tolerance):
    with pytest.raises(ValidationError):
        claim(kind, value, tolerance=tolerance)


def test_few_runs_are_not_comparable_but_a_count_is():
    assert outcome("interval", 5.0, 5.0, 4.0, 6.0) == "reproduced"
    assert verdict(claim("interval", 5.0), Measured(5.0, 4.0, 6.0, 4), {}).verdict == "not comparable"
    assert verdict(claim("exact", 5.0), Measured(5.0, 5.0, 5.0, 1, counted=True), {}) == ("reproduced", "equal")


def test_what_is_equal_only_to_within_a_tolerance_says_so():
    found = verdict(claim("exact", 2.66, tolerance=0.02), Measured(2.65, 2.65, 2.65, 1, counted=True), {})
    assert found == ("reproduced", "equal to within 0.02")
