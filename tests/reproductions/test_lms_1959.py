"""LMS of 1959: the quick preset end to end, and its parts."""

import numpy as np
import pytest
from PIL import Image

from core.datasets import letters
from core.evidence.published import load
from core.evidence.trials import Row
from reproductions.cli import rooms
from reproductions.lms_1959 import claims, nets, now, recognition, run
from reproductions.lms_1959 import experiment as rule
from reproductions.lms_1959.adaline import CURVE_1960
from reproductions.lms_1959.tables import what_one_layer_allows

RUN = {"alpha": 1.0, "noise": 0.0, "presentations": 100, "marks": [50], "film": True, "modes": True, "entropy": 5}


def row(cell, seed=0, **values):
    return Row(cell, seed, False, "", values, {}, 0.0)


def test_the_quick_run_measures_every_claim_and_draws_every_figure(quick_of):
    folder, record, _ = quick_of("lms_1959")
    paper = rooms.paper_of("lms_1959")
    results = {claim["id"]: claim for claim in record["claims"]}
    assert list(results) == [claim.id for claim in paper.claim]
    only_paper = {claim.id for claim in paper.claim if claim.only_when}
    assert {n for n, c in results.items() if not (c["ours"] or c["answers"])} == only_paper == {"half", "cover"}
    assert results["start"]["ours"]["estimate"] == 14_400
    assert results["step"]["ours"]["estimate"] == pytest.approx(1 / 17)
    certain = ("start", "step", "after_step", "same_rule", "two_inputs", "novikoff", "flat_signum")
    assert {name: results[name]["outcome"] for name in certain} == dict.fromkeys(certain, "agrees")
    assert results["rate_free"]["outcome"] == "agrees"
    assert {path.stem for path in (folder / "figures").glob("*.svg")} >= {figure.id for figure in paper.figure}


def test_the_film_has_frames_and_a_still(quick_of):
    folder, _, _ = quick_of("lms_1959")
    with Image.open(folder / "figures" / "adaline_learning.gif") as film:
        assert film.n_frames == 12  # in the report of a quick run
        assert film.info["loop"] == 0
    _, arrays = load(folder)
    assert arrays["film_weights"].shape == (101, 17)


def test_a_run_of_1960_starts_at_14400_and_a_pattern_shown_again_changes_nothing():
    found = rule.adaptation(RUN, range(3))
    for one in found:
        assert one["curve"][0] == 14_400
        assert round(one["curve"][1]) in (13877, 14400, 14475, 20753)
        again = np.flatnonzero(one["shown"][1:] == one["shown"][:-1]) + 1
        assert one["curve"][again + 1] == pytest.approx(one["curve"][again])
        outputs = letters.inputs(letters.patterns()) @ one["weights"].T
        just_shown = outputs[one["shown"], np.arange(1, 101)]
        assert just_shown == pytest.approx(letters.TARGETS[one["shown"]], abs=1e-9)  # alpha = 1 corrects it wholly
    assert rule.adaptation(RUN, [2])[0]["curve"].tolist() == found[2]["curve"].tolist()


def test_the_mean_curve_is_that_of_the_notes():
    curves = np.stack([one["curve"] for one in rule.adaptation({**RUN, "film": False, "modes": False}, range(2000))])
    told = {5: 16701, 10: 13667, 20: 8046, 30: 4609, 40: 2687, 50: 1524}
    for t, value in told.items():
        error = curves[:, t].std() / np.sqrt(len(curves))
        assert curves[:, t].mean() == pytest.approx(value, abs=5 * error), t
    assert len(CURVE_1960) == 28
    assert CURVE_1960[0] == (0, 14381)


def test_what_the_paper_file_says_of_the_curve_of_1960_is_what_was_read():
    paper = {claim.id: claim for claim in rooms.paper_of("lms_1959").claim}
    t, level = np.array(CURVE_1960).T
    for mark in run.MARKS:
        assert paper[f"after_{mark}"].number == level[np.searchsorted(t, mark, side="right") - 1]
    ends = np.append(t[1:], 100)
    early = np.clip(ends, 0, 50) - np.clip(t, 0, 50)
    assert paper["first_50"].number == pytest.approx(np.sum(early * level) / 50, abs=150)
    below = t[np.argmax(level < 0.1 * level[0])]
    assert paper["tenth"].number == pytest.approx(below, abs=1)


def test_what_is_told_of_a_curve_by_hand():
    curve = np.concatenate([[100.0], np.full(49, 50.0), [8.0, 8.2], np.full(49, 8.5)])
    found = rule._of_curve(curve)
    assert found["first_50"] == pytest.approx(51)
    assert found["flat"] == 1.0
    assert (found["to_tenth"], found["tenth"]) == (1.0, 50.0)
    assert found["to_twentieth"] == 0.0
    assert "twentieth" not in found
    assert rule._of_curve(np.append(curve, 9.0))["flat"] == 0.0


def test_errors_left_alone_end_on_a_plateau_and_noise_does_not():
    base = {**RUN, "presentations": 400, "modes": False, "film": False}
    alone = rule.adaptation({**base, "dead": 20.0}, range(20))
    assert np.mean([np.ptp(one["curve"][300:]) == 0 for one in alone]) > 0.9
    assert all(one["curve"][-1] <= 6 * 20**2 for one in alone)
    noisy = rule.adaptation({**base, "noise": 5.0}, range(20))
    assert not any(one["flat"] for one in noisy)
    assert np.mean([one["later"] for one in noisy]) > 6 * 25
    assert np.mean([one["later"] for one in rule.adaptation(base, range(20))]) < 5
    tiny = rule.adaptation({**base, "dead": 1e-9}, [3])[0]
    assert tiny["curve"] == pytest.approx(rule.adaptation(base, [3])[0]["curve"], abs=1e-6)


def test_measured_slopes_need_many_more_patterns():
    slow = rule.by_slopes({"times": 0.5, "goal": 0.05, "updates": 500}, [0])[0]
    assert slow["presentations"] == slow["updates"] * 17 * 2 * 6
    assert rule.by_slopes({"times": 0.5, "goal": 0.05, "updates": 1}, [0])[0] == {"reached": 0.0}


def test_what_one_layer_allows_is_told_by_the_linear_program():
    lines = {line[0]: line for line in what_one_layer_allows()["rows"]}
    assert lines["six patterns of 1960"][1:] == [6, 6, pytest.approx(0, abs=1e-9), "6 of 6", "yes"]
    assert lines["six patterns, all four turns"][-1] == "no"
    assert lines["six patterns and their negatives"][-1] == "no"  # the constant cannot be above 30 and below -30
    # A blank switchboard read as T and as F at once cannot be done by any weights.
    same = np.zeros((2, 4, 4))
    assert not recognition.allowed(same, np.array([0, 2]))
    assert recognition.allowed(letters.patterns(), letters.LETTER)


def test_nets_that_fail_are_told_and_hidden_units_solve_what_one_unit_cannot():
    base = {"order": "random", **run.XNOR, "presentations": 4000, "entropy": 2}
    one = nets.many_units({**base, "rule": "Rule I", "alpha": 1.0}, range(5))
    assert all(found["solved"] == 1 and found["presentations"] <= 4000 for found in one)
    assert all(found["right"] == 1 for found in one)
    stuck = nets.many_units({**base, "rule": "Rule I", "alpha": 1.0, "units": 1}, [0])[0]
    assert stuck["solved"] == 0
    assert "presentations" not in stuck
    assert stuck["right"] <= 0.75
    back = nets.many_units({**base, "rule": "backprop", "rate": 0.1, "units": 4}, range(5))
    assert np.mean([found["solved"] for found in back]) >= 0.8


def test_capacity_is_the_area_under_the_share_learned():
    sizes = {27: 1.0, 55: 1.0, 110: 0.0}  # half, one and two patterns per weight
    rows = [row({"patterns": p}, seed, solved=share) for p, share in sizes.items() for seed in range(2)]
    assert claims._capacities(rows) == pytest.approx(np.full(2, (27 + 14 + 14 + 27.5) / 55))
    assert claims._ratio_of_means(np.array([1.0, 3.0]), np.array([4.0, 4.0])).estimate == pytest.approx(0.5)


def test_the_widest_gap_to_cover_s_formula_by_hand():
    # Two weights, four patterns: 2 (C(3, 0) + C(3, 1)) = 8 of 16 tasks; two patterns are always separable.
    cells = [({"weights": 2, "patterns": 4}, (0.4, 0.5)), ({"weights": 2, "patterns": 2}, (1.0, 1.0))]
    rows = [row(cell, seed, separable=value) for cell, values in cells for seed, value in enumerate(values)]
    assert claims._widest_gap(rows).estimate == pytest.approx(0.05)


def test_noise_solution_is_the_limit_of_least_squares_on_noisy_letters():
    rng = np.random.default_rng(0)
    shown = rng.integers(0, 6, 200_000)
    x = letters.inputs(letters.flipped(letters.patterns()[shown], 0.2, rng))
    w = np.linalg.lstsq(x, letters.TARGETS[shown], rcond=None)[0]
    assert recognition.noise_solution(0.2) == pytest.approx(w, abs=0.4)


def test_rungs_from_then_to_now_share_letters_and_tests_and_the_last_learns_more():
    cell = {"presentations": 400, "flip": 0.1, "entropy": 1}
    rungs = [now.climb({**cell, "rung": rung}, range(6)) for rung in range(len(now.LADDER))]
    assert len({tuple(found["nearest"] for found in rung) for rung in rungs}) == 1
    right = [np.mean([found["right"] for found in rung]) for rung in rungs]
    assert min(right) > 2 / 3  # more than saying no to all
    assert right[-1] == max(right)
    for rung in (2, len(now.LADDER) - 1):
        assert now.climb({**cell, "rung": rung}, [4])[0] == rungs[rung][4]
    noiseless = now.climb({**cell, "rung": 0, "flip": 0.0}, range(3))
    assert all(found["right"] == found["nearest"] == 1 for found in noiseless)
