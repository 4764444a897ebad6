"""The picture of the verdicts: where each claim stands, what is drawn of it, and on which axis."""

import math

import numpy as np
import pytest

from core.evidence import measured as m
from core.evidence.claims import Claim, Rule
from core.evidence.tallies import OUTCOMES, tallies
from core.evidence.verdicts import judge
from core.publishing import comparisons, figures, marks, overview, placing, themes, verdict_picture
from core.publishing.credits import Credit

RULE = Rule(kind="factor", tolerance=2, because="b")


def judged(measured, rule=RULE, **changes):
    fields = {"id": "c", "statement": "s", "kind": "measurement", "standing": "read", "key": "k", "where": "w",
              "value": 100.0, "rule": rule}  # fmt: skip
    return judge(Claim(**(fields | changes)), measured, {})


def test_a_factor_is_told_in_decades_from_the_papers_number():
    (place,) = placing.places(judged(m.Quantity(200, 100, 1000, n=9)))
    assert place.scale == "factor"
    assert (place.low, place.estimate, place.high) == pytest.approx((0, math.log10(2), 1))
    assert place.region == pytest.approx((-math.log10(2), math.log10(2)))
    shares = placing.shares(place, 2.0)
    assert shares["low"] == 0.5
    assert shares["high"] == 0.75


@pytest.mark.parametrize(
    ("changes", "measured"),
    [
        ({"rule": Rule(kind="more", because="b"), "value": None}, m.Quantity(3, 1, 5, n=9)),
        ({"value": 0.0, "rule": Rule(kind="within", tolerance=1, because="b")}, m.Quantity(0.2, -1, 1, n=9)),
        ({}, m.Quantity(-5, -9, -1, n=9)),
    ],
)
def test_differences_are_shown_where_a_factor_makes_no_sense(changes, measured):
    (place,) = placing.places(judged(measured, **changes))
    assert place.scale == "difference"
    reach = placing.own_reach([place])
    shares = placing.shares(place, reach)
    assert all(0 < shares[name] < 1 for name in ("low", "estimate", "high"))


def test_ends_without_bounds_lie_at_the_edge():
    (place,) = placing.places(judged(m.Runs(np.full(9, 100.0) + np.arange(9), unfinished=9)))
    assert place.high == math.inf
    assert placing.shares(place, 1.0)["high"] == 1
    (none,) = placing.places(judged(m.Quantity(0, 0, 0.3, n=9), Rule(kind="at_most", because="b")))
    assert none.estimate == -math.inf
    assert placing.shares(none, 1.0)["from"] == 0
    assert placing.places(judged(None)) == []


def test_parts_stand_beside_their_own_numbers(fake):
    parts = next(claim for claim in fake.record.claims if claim.id == "parts")
    slow, fast = placing.places(parts)
    assert abs(slow.estimate) < 0.05
    assert fast.estimate == pytest.approx(math.log10(5 / 9), abs=0.02)


@pytest.mark.parametrize("reach", [0.55, 0.8, 1.5, 2.0])
def test_axes_have_the_same_factors_on_both_sides(reach):
    for spaced in (False, True):
        found = placing.ticks(reach, spaced=spaced)
        assert [place for place, _ in found] == pytest.approx([-place for place, _ in reversed(found)])
        assert "1" in [name for _, name in found]
        assert max(place for place, _ in found) <= reach


def test_measurements_of_the_paper_come_first_by_study(fake):
    own, others = comparisons.groups(fake.record, fake.paper)
    assert [title for title, _ in own.studies] == ["Turning", "Others"]
    assert {row.claim.family for row in own.rows} == {"measurements"}
    assert {row.claim.family for row in others.rows} == {"re-runs", "worked out", "recalled"}
    assert len(comparisons.others_of(fake.record)) == 7
    labels = [row.label for row in (*own.rows, *others.rows)]
    assert "two speeds" in labels  # the paper file's own
    assert len(set(labels)) >= 9
    assert comparisons.numbers_of(own.rows[0].claim) == "100 / 100"


def test_the_figure_shows_every_measurement_and_every_outcome(fake):
    with figures.style():
        drawn = verdict_picture.draw(fake.record, fake.paper)
        shown = {text.get_text() for ax in drawn.axes for text in ax.texts}
        markers = [line.get_marker() for ax in drawn.axes for line in ax.lines]
    assert {"reproduced", "undecided", "depends", "partly", "not measured"} & {w.split(",")[0] for w in shown}
    assert {"Turning", "Others", "Counts and theorems"} <= shown
    assert set("oDx_") <= {str(one) for one in markers}
    assert drawn.get_figwidth() == 4.6
    sizes = [text.get_fontsize() for ax in drawn.axes for text in ax.texts]
    assert min(sizes) * 360 / (72 * 4.6) * 96 / 72 * 72 / 96 >= 11 * 360 / 442 - 1  # on a phone of 390 pixels


@pytest.mark.parametrize("theme", themes.THEMES)
def test_the_slide_fits_and_its_type_is_large_enough(fake, theme, tmp_path):
    def draw():
        return verdict_picture.draw_for_slide(fake.record, fake.paper, width=12.2, height=5.4)

    figures.save("v", Credit("t"), draw, tmp_path, ("svg",), theme=theme)
    svg = (tmp_path / "v.svg").read_text(encoding="utf-8")
    assert themes.value(themes.PAPER, theme) in svg
    with figures.style():
        drawn = draw()
        assert tuple(drawn.get_size_inches()) == pytest.approx((12.2, 5.4))
        assert min(text.get_fontsize() for ax in drawn.axes for text in ax.texts) >= 12


def test_each_outcome_has_a_shape_and_a_colour_of_its_own():
    assert set(marks.SHAPES) == set(marks.NAMES) == set(verdict_picture.MARKERS) == set(OUTCOMES)
    assert len(set(marks.SHAPES.values())) == len(OUTCOMES)
    for place in (0, 1):
        told = [themes.OUTCOME_VALUES[one][place] for one in OUTCOMES if one not in ("undecided", "not measured")]
        assert len(set(told)) == len(told)


@pytest.mark.parametrize("theme", themes.THEMES)
def test_words_are_told_apart_from_the_ground(theme):
    def light(colour):
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        parts = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    ground = light(themes.value(themes.PAPER, theme))
    for outcome in OUTCOMES:
        word = light(themes.value(themes.colour_of(outcome), theme))
        assert (max(word, ground) + 0.05) / (min(word, ground) + 0.05) >= 4.5, outcome


def test_the_strip_of_all_eras_has_a_mark_for_each_claim(fake):
    with figures.style():
        drawn = overview.draw([overview.Row("1901", "Gadgets", fake.record.claims)])
        (ax,) = drawn.axes
        kinds = len({claim.outcome for claim in fake.record.claims})
        assert sum(line.get_linestyle() == "None" for line in ax.lines) == len(fake.record.claims) + kinds


def test_a_tally_is_told_with_its_changed_rules(fake):
    first = tallies(fake.record.claims)[0]
    assert "1 by a rule changed after a result was seen" in first.sentence
    assert "not reproduced" in verdict_picture.sentence(fake.record)
    counts = next(one for one in tallies(fake.record.claims) if one.family == "counts")
    assert "2 hold" in counts.words
    assert "1 fails" in counts.words
