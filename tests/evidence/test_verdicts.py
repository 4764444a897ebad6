"""The judge: regions, three answers, resolution, and a word for every outcome of every family."""

import math

import numpy as np
import pytest

from core.evidence import intervals
from core.evidence.claims import Claim
from core.evidence.decidable import seen, undecidable
from core.evidence.measured import Count, Quantity, Runs, ours_of
from core.evidence.regions import Region, as_printed
from core.evidence.tallies import tallies
from core.evidence.verdicts import FAMILIES, family_of, judge, word_of


def claim(rule="printed", because="b", *, tolerance=0.0, farther=None, low=None, high=None, **fields):
    told = {"kind": rule, "tolerance": tolerance, "farther": farther, "low": low, "high": high, "because": because}
    given = {
        "id": "a",
        "statement": "s",
        "kind": "measurement",
        "standing": "read",
        "key": "k",
        "where": "text",
        "printed": "10" if rule == "printed" else "",
        "value": None if rule == "printed" else 10.0,
    }
    return Claim(**given | fields, rule=told)


def quantity(low, high, estimate=None, **more):
    return Quantity((low + high) / 2 if estimate is None else estimate, low, high, 30, **more)


def around(middle, spread, n=30, seed=0):
    return Runs(middle + spread * np.random.default_rng(seed).standard_normal(n))


# One example for every outcome of every rule.
OUTCOMES = [
    ("a run like the paper's", claim(), around(10, 1), "agrees"),
    ("no run like the paper's", claim(), around(20, 1), "disagrees"),
    ("runs that spread too far to tell twice from half", claim(), around(10, 9), "undecided"),
    ("a count", claim(kind="count"), Count(10.0), "agrees"),
    ("a count that differs by one", claim(kind="count"), Count(11.0), "disagrees"),
    ("inside a factor", claim("factor", tolerance=1.5), quantity(9, 11), "agrees"),
    ("outside a factor", claim("factor", tolerance=1.5), quantity(16, 18), "disagrees"),
    ("across the end of a factor", claim("factor", tolerance=1.5), quantity(13, 17), "undecided"),
    ("within a tolerance", claim("within", tolerance=2), quantity(9, 11), "agrees"),
    ("within the farther tolerance", claim("within", tolerance=1, farther=3), quantity(11.5, 12.5), "partly"),
    ("a little short of the nearer tolerance", claim("within", tolerance=1, farther=3), quantity(9.5, 11.9), "undecided"),
    ("beyond it", claim("within", tolerance=1, farther=3), quantity(14, 15), "disagrees"),
    ("partly is no prize for coming near", claim("within", tolerance=1, farther=3), quantity(9, 14), "undecided"),
    ("under a bound", claim("at_most"), quantity(6, 9), "agrees"),
    ("over a bound", claim("at_most"), quantity(11, 12), "disagrees"),
    ("across a bound", claim("at_most"), quantity(9, 11), "undecided"),
    ("at least", claim("at_least"), quantity(10, 12), "agrees"),
    ("an ordering", claim("more", value=None), quantity(0.1, 0.4), "agrees"),
    ("no difference is no ordering", claim("more", value=None), quantity(0.0, 0.4), "undecided"),
    ("the other way", claim("less", value=None), quantity(0.1, 0.4), "disagrees"),
    ("about ninety", claim("between", low=85, high=95), quantity(88, 92), "agrees"),
    ("runs inside a region of some width", claim("factor", tolerance=1.5), around(10, 1), "agrees"),
    ("runs that only overlap it", claim("factor", tolerance=1.2), around(10, 2), "undecided"),
    ("too few runs", claim(), Runs(np.array([10.0, 10, 10, 10])), "not measured"),
    ("nothing", claim(), None, "not measured"),
    ("not a number", claim("at_most"), quantity(float("nan"), 3), "not measured"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "one", "measured", "outcome"), OUTCOMES, ids=[o[0] for o in OUTCOMES])
def test_every_outcome_is_reached(what, one, measured, outcome):
    found = judge(one, measured, {})
    assert found.outcome == outcome, found.reason
    assert found.reason


def test_a_mean_of_k_runs_is_compared_with_means_of_k_runs():
    one, ten = (ours_of(claim(runs=k), around(10, 3)) for k in (1, 10))
    assert ten.high - ten.low < 0.5 * (one.high - one.low)


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [
        ("0.14", 0.135, 0.145),
        ("1,425", 1424.5, 1425.5),
        ("2.5e-3", 2.45e-3, 2.55e-3),
        ("5.0", 4.95, 5.05),
        ("-2", -2.5, -1.5),
    ],
)
def test_the_region_is_what_rounds_to_the_printed_number(printed, low, high):
    assert as_printed(printed)[:2] == pytest.approx((low, high))


def test_rounding_alone_fails_nobody():
    assert judge(claim(printed="0.14", kind="count"), Count(0.1447), {}).outcome == "agrees"
    assert judge(claim(printed="0.14", kind="count"), Count(0.1453), {}).outcome == "disagrees"


@pytest.mark.parametrize("text", ["about 5", "1.2.3", "", "5%"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="is not a number as a paper prints it"):
        as_printed(text)


def test_a_half_line_has_one_bound():
    assert Region(0.0, None).half_line
    assert not Region(0.0, 1.0).half_line
    assert Region(0.0, None, True).holds_none(-1.0, 0.0)


# Resolution: how far off the paper could have been and still agree.


def test_resolution_is_the_farther_end_of_our_interval():
    found = judge(claim("factor", tolerance=1.9), quantity(8, 11), {})
    # The region 10/1.9 to 19 could be moved by 8 * 1.9 / 10 up and 10 * 1.9 / 11 down.
    assert found.resolution.kind == "factor"
    assert found.resolution.value == pytest.approx(max(8 * 1.9 / 10, 10 * 1.9 / 11))


def test_small_percentages_and_values_near_zero_are_told_apart_by_difference():
    found = judge(claim(printed="5.0", unit="%"), around(5, 0.3), {})
    assert found.resolution.kind == "difference"
    assert 0.5 < found.resolution.value < 1.0
    near_zero = judge(
        claim("within", tolerance=0.05, value=0.0, resolution=0.1, resolution_because="r"), quantity(-0.01, 0.02), {}
    )
    assert near_zero.resolution.kind == "difference"
    assert near_zero.outcome == "agrees"


def test_a_declared_resolution_allows_more_and_says_why():
    wide = around(10, 3.5)
    assert judge(claim(), wide, {}).outcome == "undecided"
    assert (
        judge(claim(resolution=5.0, resolution_because="one run of a long-tailed time"), wide, {}).outcome == "agrees"
    )
    with pytest.raises(ValueError, match="go together"):
        claim(resolution=5.0)


def test_a_bound_tells_how_much_tighter_it_could_be():
    found = judge(claim("at_most"), quantity(2, 4), {})
    assert found.outcome == "agrees"
    assert found.resolution.value == pytest.approx(2.5)


def in_points(rng, true, off):
    """A printed number and single runs on the plain scale; the paper's own run scatters as ours do."""
    paper = true + off + (8 * rng.standard_normal() if off else 0.0)
    wide = {"resolution": 50.0, "resolution_because": "r", "resolution_is": "difference"}
    return claim(printed=f"{paper:.1f}", unit="points", **wide), Runs(true + 8 * rng.standard_normal(30))


def by_a_factor(rng, true, off):
    """The same on a logarithmic scale: `off` is the logarithm of a factor."""
    paper = true * np.exp(off + (0.1 * rng.standard_normal() if off else 0.0))
    return claim(printed=f"{paper:.1f}", scale="log"), Runs(true * np.exp(0.1 * rng.standard_normal(30)))


def of_the_method(rng, true, off):
    """A number with a tolerance, and the interval of a mean."""
    runs = true + 8 * rng.standard_normal(30)
    one = claim("within", tolerance=20.0, value=true + off, resolution_is="difference")
    return one, Quantity(runs.mean(), *intervals.mean(runs), len(runs))


@pytest.mark.parametrize("way", [in_points, by_a_factor, of_the_method])
def test_a_planted_effect_of_twice_the_resolution_is_found_and_one_of_half_is_never_denied(way):
    """Papers whose number is off by a multiple of what we say we could tell apart, and runs drawn anew."""
    rng, papers, told, wrongly, agreed = np.random.default_rng(len(way.__name__)), 400, 0, 0, 0
    for _ in range(papers):
        first = judge(*way(rng, 100.0, 0.0), {})
        if first.outcome != "agrees":
            continue
        agreed += 1
        told_apart = np.log(first.resolution.value) if way is by_a_factor else first.resolution.value
        side = rng.choice([-1.0, 1.0])
        told += judge(*way(rng, 100.0, 2 * side * told_apart), {}).outcome == "disagrees"
        half = judge(*way(rng, 100.0, side * told_apart / 2), {})
        # An agreement would be wrong if it said that it would have told this very effect apart.
        value = half.resolution and (np.log(half.resolution.value) if way is by_a_factor else half.resolution.value)
        wrongly += half.outcome == "agrees" and value < told_apart / 2
    assert agreed > papers / 2
    assert told / agreed >= 0.9
    assert wrongly == 0


def test_the_percentile_of_the_papers_value_is_told():
    found = judge(claim(printed="10"), Runs(np.arange(1.0, 101.0)), {})
    assert found.percentile == pytest.approx(9.5)
    assert "percentile 10" in found.reason or "percentile 9" in found.reason
    runs = Runs(np.arange(1.0, 101.0))
    assert "stands above all of our runs" in judge(claim(printed="500"), runs, {}).reason
    assert "stands below all of our runs" in judge(claim(printed="0.5"), runs, {}).reason
    assert "at percentile 99 of" in judge(claim(printed="99.99"), runs, {}).reason


# Failures, parts, settings that decide, conditions.


def test_unfinished_runs_are_longer_than_any_other():
    took = np.exp(np.random.default_rng(0).normal(6, 0.4, 60))
    all_done = judge(claim(printed="400", scale="log", value=None), Runs(took), {})
    half = judge(claim(printed="400", scale="log", value=None), Runs(took, unfinished=60), {})
    assert all_done.ours.high < math.inf
    assert half.ours.high == math.inf
    assert half.outcome == "undecided"  # with an endless upper end it could not have told the paper from anything
    assert "60 of 120 runs did not finish" in half.reason


def test_what_hangs_on_an_unstated_setting_depends():
    one = claim("at_most", across=["range"], value=10.0)
    found = judge(one, {"range 0.3": quantity(1, 5), "range 2": quantity(20, 30)}, {})
    assert found.outcome == found.word == "depends"
    assert found.reason == "agrees at range 0.3; disagrees at range 2"
    assert judge(one, {"a": quantity(1, 5), "b": quantity(2, 5)}, {}).word == "reproduced"
    assert judge(one, {"a": quantity(1, 5), "b": quantity(9, 12)}, {}).outcome == "undecided"
    assert judge(one, {"a": quantity(1, 5), "b": None}, {}).word == "reproduced"
    assert judge(one, {"a": None}, {}).outcome == "not measured"


def test_parts_of_a_claim_have_numbers_of_their_own():
    parts = {"first": {"statement": "f", "printed": "1"}, "second": {"statement": "g", "printed": "2"}}
    one = claim(kind="count", parts=parts)
    assert judge(one, {"first": Count(1), "second": Count(2)}, {}).outcome == "agrees"
    found = judge(one, {"first": Count(1), "second": Count(3)}, {})
    assert found.outcome == "partly"
    assert [answer.statement for answer in found.answers] == ["f", "g"]


def test_a_claim_is_compared_only_under_its_settings():
    one = claim(only_when={"passes": 23})
    assert judge(one, around(10, 1), {"passes": 23}).outcome == "agrees"
    found = judge(one, around(10, 1), {"passes": 5})
    assert found.outcome == "not measured"
    assert "only when the setting passes is 23; in this run it is 5" in found.reason


# Words and families.

WORDS = {
    "measurements": ("reproduced", "not reproduced"), "counts": ("holds", "fails"),
    "re-runs": ("like the re-run", "unlike it"), "worked out": ("confirmed", "refuted"),
    "recalled": ("as remembered", "unlike memory"),
}  # fmt: skip


@pytest.mark.parametrize("standing", ["read", "quoted", "rerun", "derived", "recalled"])
@pytest.mark.parametrize("kind", ["measurement", "count", "theorem"])
def test_kind_and_standing_choose_the_words(kind, standing):
    family = family_of(kind, standing)
    assert family in FAMILIES
    good, bad = (
        judge(claim("at_most", kind=kind, standing=standing), quantity(*ends), {}) for ends in ((1, 2), (11, 12))
    )
    assert (good.word, bad.word) == WORDS[family]
    assert word_of(family, "undecided") == "undecided"


OF_ANY_FAMILY = {
    "agrees": (claim("at_most"), quantity(1, 2)),
    "disagrees": (claim("at_most"), quantity(11, 12)),
    "undecided": (claim("at_most"), quantity(9, 11)),
    "partly": (claim("at_most", parts={"a": {"statement": "a"}, "b": {"statement": "b"}}),
               {"a": quantity(1, 2), "b": quantity(11, 12)}),
    "depends": (claim("at_most", across=["range"]), {"small": quantity(1, 2), "large": quantity(11, 12)}),
    "not measured": (claim("at_most"), None),
}  # fmt: skip


@pytest.mark.parametrize("outcome", OF_ANY_FAMILY)
@pytest.mark.parametrize(
    ("kind", "standing"),
    [("measurement", "read"), ("count", "quoted"), ("theorem", "rerun"), ("count", "derived"), ("theorem", "recalled")],
)
def test_every_family_reaches_every_outcome(kind, standing, outcome):
    one, measured = OF_ANY_FAMILY[outcome]
    found = judge(one.model_copy(update={"kind": kind, "standing": standing}), measured, {})
    assert found.outcome == outcome
    assert found.word == dict(zip(("agrees", "disagrees"), WORDS[found.family], strict=True)).get(outcome, outcome)


def test_tallies_keep_families_apart_and_show_every_disagreement():
    results = [
        judge(claim("at_most", id="a"), quantity(1, 2), {}),
        judge(claim("at_most", id="b", changed="another rule"), quantity(11, 12), {}),
        judge(claim("at_most", id="c", standing="recalled"), quantity(11, 12), {}),
        judge(claim(id="d", kind="count"), Count(10), {}),
    ]
    assert [one.sentence for one in tallies(results)] == [
        "of 2 measurements of the paper 1 reproduced, 1 not reproduced (1 by a rule changed after a result was seen)",
        "of 1 count or theorem of the paper 1 holds",
        "of 1 recalled, not seen 1 unlike memory",
    ]


# Rules that decide nothing.


def result(one, measured):
    return judge(one, measured, {})


@pytest.mark.parametrize(
    ("one", "measured"),
    [
        (claim(printed="4", possible=(0, 4)), Runs(np.array([0.0, 1, 2, 3, 4] * 12))),  # the whole scale
        (claim("within", tolerance=200.0), quantity(5, 6)),  # a band that nothing could have left
        (claim("at_least", value=0.0, possible=(0, 1)), quantity(0.5, 0.7)),
    ],
)
def test_a_rule_that_no_outcome_could_have_failed_is_found(one, measured):
    assert "could have failed" in undecidable(one, result(one, measured))


def test_a_number_of_zero_is_moved_by_differences():
    """Its tenth and its tenfold are zero too: the number is moved away by widths of the band that agrees."""
    zero = claim("within", value=0.0, tolerance=0.1, resolution=0.2, resolution_because="a share")
    assert undecidable(zero, result(zero, quantity(0.03, 0.15))) is None
    assert "widths of its region" in undecidable(zero, result(zero, quantity(-9.0, 9.0)))


def test_a_rule_that_twenty_trials_could_never_pass_is_found():
    one = claim("at_least", value=0.9, possible=(0, 1))
    twenty = Quantity(1.0, 0.839, 1.0, 20, statistic="share")
    assert "not even the best sample of 20 runs could have passed" in undecidable(one, result(one, twenty))
    forty = Quantity(0.6, 0.45, 0.74, 40, statistic="share")
    assert undecidable(one, result(one, forty)) is None


def test_one_part_that_decides_nothing_is_enough_and_so_are_all_settings():
    """Parts must each be able to fail; of the settings that a claim is run over one that can is enough."""
    idle, sound = quantity(5, 6), quantity(9, 11)
    band = {"statement": "b", "rule": {"kind": "within", "tolerance": 200.0, "because": "r"}}
    parts = claim("within", tolerance=2.0, parts={"band": band, "sound": {"statement": "s"}})
    assert undecidable(parts, result(parts, {"band": idle, "sound": sound})).startswith("band: with our interval")
    over = claim(across=["range"])
    wide, narrow = around(10, 90), around(10, 1)
    assert undecidable(over, result(over, {"a": wide, "b": narrow})) is None
    assert "a: with our interval" in undecidable(over, result(over, {"a": wide, "b": wide}))


@pytest.mark.parametrize(
    ("one", "measured"),
    [
        (o[1], o[2])
        for o in OUTCOMES
        if o[0]
        in (
            "a run like the paper's",
            "no run like the paper's",
            "inside a factor",
            "outside a factor",
            "under a bound",
            "an ordering",
            "a count",
        )
    ],
)
def test_a_sound_rule_is_not_complained_of(one, measured):
    assert undecidable(one, result(one, measured)) is None


def test_whether_an_effect_would_be_seen_hangs_on_the_number_of_runs():
    one = claim(printed="10")
    many = result(one, around(10, 1, 200))
    assert seen(one, many, 3.0, runs=8)
    assert not seen(one, many, 0.1, runs=8)
