"""LMS of 1959: the quick preset end to end, and its parts."""

import numpy as np
import pytest
from PIL import Image

from core.datasets import letters
from core.evidence.record import load
from reproductions import lms_1959
from reproductions.cli import execute
from reproductions.lms_1959 import experiment as rule
from reproductions.lms_1959 import threshold_units as units
from reproductions.lms_1959.figures import CURVE_1960
from reproductions.lms_1959.tables import what_one_layer_allows

RUN = {"alpha": 1.0, "noise": 0.0, "presentations": 100, "marks": [50], "film": True, "modes": True, "entropy": 5}


def test_the_quick_run_measures_every_claim_and_draws_every_figure(quick_of):
    folder, record, _ = quick_of("lms_1959")
    paper = execute.paper_of("lms_1959")
    ours = {claim["id"]: claim["ours"] for claim in record["claims"]}
    assert list(ours) == [claim.id for claim in paper.claim]
    assert all(ours.values())
    verdicts = {claim["id"]: claim["verdict"] for claim in record["claims"]}
    assert ours["start"]["estimate"] == 14_400
    assert ours["step"]["estimate"] == pytest.approx(1 / 17)
    for name in (
        "start",
        "step",
        "time_constant",
        "after_step",
        "alpha_below",
        "mu_below",
        "same_rule",
        "two_inputs",
        "deterministic_capacity",
        "novikoff",
        "flat_signum",
        "rate_free",
    ):
        assert verdicts[name] == "reproduced", name
    assert {path.stem for path in (folder / "figures").glob("*.svg")} == {figure.id for figure in paper.figure}


def test_the_film_has_frames_a_still_and_a_place_in_both_reports(quick_of):
    folder, _, _ = quick_of("lms_1959")
    with Image.open(folder / "figures" / "adaline_learning.gif") as film:
        assert film.n_frames > 20
        assert film.info["loop"] == 0
    html = (folder / "report.html").read_text()
    assert html.count('class="film"') == html.count('class="still"') == 1
    assert "data:image/gif;base64," in html
    assert "](figures/adaline_learning.gif)" in (folder / "report.md").read_text()
    _, arrays = load(folder)
    assert arrays["film_weights"].shape == (101, 17)


def test_a_run_of_1960_starts_at_14400_and_a_pattern_shown_again_changes_nothing():
    found = rule.adaptation(RUN, range(3))
    for row in found:
        assert row["curve"][0] == 14_400
        assert round(row["curve"][1]) in (13877, 14400, 14475, 20753)
        again = np.flatnonzero(row["shown"][1:] == row["shown"][:-1]) + 1
        assert row["curve"][again + 1] == pytest.approx(row["curve"][again])
        outputs = letters.inputs(letters.patterns()) @ row["weights"].T
        just_shown = outputs[row["shown"], np.arange(1, 101)]
        assert just_shown == pytest.approx(letters.TARGETS[row["shown"]], abs=1e-9)  # alpha = 1 corrects it wholly
    assert rule.adaptation(RUN, [2])[0]["curve"].tolist() == found[2]["curve"].tolist()


def test_the_mean_curve_is_that_of_the_notes():
    curves = np.stack([row["curve"] for row in rule.adaptation({**RUN, "film": False, "modes": False}, range(2000))])
    told = {5: 16701, 10: 13667, 20: 8046, 30: 4609, 40: 2687, 50: 1524}
    for t, value in told.items():
        error = curves[:, t].std() / np.sqrt(len(curves))
        assert curves[:, t].mean() == pytest.approx(value, abs=5 * error), t
    assert len(CURVE_1960) == 28
    assert CURVE_1960[0] == (0, 14381)


def test_meter_noise_leaves_a_floor_and_measured_slopes_need_many_more_patterns():
    clean = rule.adaptation({**RUN, "presentations": 400}, range(20))
    noisy = rule.adaptation({**RUN, "noise": 5.0, "presentations": 400}, range(20))
    assert np.mean([row["later"] for row in clean]) < 5
    assert np.mean([row["later"] for row in noisy]) > 6 * 25
    slow = rule.by_slopes({"times": 0.5, "goal": 0.05, "updates": 500}, [0])[0]
    assert slow["presentations"] == slow["updates"] * 17 * 2 * 6
    assert "not reached" in rule.by_slopes({"times": 0.5, "goal": 0.05, "updates": 1}, [0])[0]["failed"]


def test_what_one_layer_allows_is_told_by_the_linear_program():
    lines = {line[0]: line for line in what_one_layer_allows()["rows"]}
    assert lines["six patterns of 1960"][1:] == [6, 6, pytest.approx(0, abs=1e-9), "6 of 6", "yes"]
    assert lines["six patterns, all four turns"][-1] == "no"
    assert lines["six patterns and their negatives"][-1] == "no"  # the constant cannot be above 30 and below -30
    # A blank switchboard read as T and as F at once cannot be done by any weights.
    same = np.zeros((2, 4, 4))
    assert not units.allowed(same, np.array([0, 2]))
    assert units.allowed(letters.patterns(), letters.LETTER)


def test_nets_that_fail_are_told_and_hidden_units_solve_what_one_unit_cannot():
    base = {"order": "random", **lms_1959.XNOR, "presentations": 4000, "entropy": 2}
    one = units.many_units({**base, "rule": "Rule I", "alpha": 1.0}, range(5))
    assert all(row["solved"] == 1 and row["presentations"] <= 4000 for row in one)
    assert all(row["right"] == 1 for row in one)
    stuck = units.many_units({**base, "rule": "Rule I", "alpha": 1.0, "units": 1}, [0])[0]
    assert stuck["solved"] == 0
    assert "presentations" not in stuck
    assert stuck["right"] <= 0.75
    back = units.many_units({**base, "rule": "backprop", "rate": 0.1, "units": 4}, range(5))
    assert np.mean([row["solved"] for row in back]) >= 0.8


def test_noise_solution_is_the_limit_of_least_squares_on_noisy_letters():
    rng = np.random.default_rng(0)
    shown = rng.integers(0, 6, 200_000)
    x = letters.inputs(letters.flipped(letters.patterns()[shown], 0.2, rng))
    w = np.linalg.lstsq(x, letters.TARGETS[shown], rcond=None)[0]
    assert units.noise_solution(0.2) == pytest.approx(w, abs=0.4)
