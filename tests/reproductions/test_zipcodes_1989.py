"""The zip-code reproduction: quick preset end to end, resume after a kill, the same trials anywhere, its statistics."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from core.evidence.published import load
from core.evidence.trials import Row
from core.networks import zipcode
from reproductions.cli import rooms
from reproductions.zipcodes_1989 import claims, consistency, experiment, ladder, run
from reproductions.zipcodes_1989.settings import RUNGS, Settings
from tests.conftest import ROOT, SMALL, without_cost

CELL = {
    **experiment.HEADLINE, "data": "embedded", "passes": 1, "curvature_patterns": 10, "entropy": 1989,
    "split": "test", "rate": 1e-3, "mu": 0.02,
}  # fmt: skip
# Two passes of CELL with 50 curvature patterns, computed once through the ordered system alone.
GOLDEN = {
    "train_mse": [1.000898916194082, 0.1872120543591466, 0.116132850777384],
    "test_mse": [1.000901572813076, 0.18365849017156924, 0.13043586450630767],
}


def test_the_quick_run_learns_measures_what_it_can_and_draws_every_figure(quick):
    folder, record, _ = quick
    paper = rooms.paper_of("zipcodes_1989")
    assert [claim["id"] for claim in record["claims"]] == [claim.id for claim in paper.claim]
    ours = {claim["id"]: claim["ours"] for claim in record["claims"]}
    assert {claim.id for claim in paper.claim if not claim.only_when} == {name for name, one in ours.items() if one}
    for counted, value in (("units", 1256), ("connections", 64660), ("parameters", 9760), ("control_links", 10690)):
        assert ours[counted]["estimate"] == value
    assert ours["nips_parameters"]["estimate"] == 2578
    rows = pd.read_csv(folder / "trials.csv")
    assert len(rows) == record["trials"]["n"] == 2 * (2 * 4 + 2) + 2 * 8 + 5 * 4 + 2 + 3 * 4
    assert rows.failed.sum() == record["trials"]["failed"]
    assert not rows[rows.study == "training"].failed.any()
    assert rows[rows.arm == "headline"].test_error.mean() < 0.15
    assert record["seeds"] == 8
    assert record["cost"]["presentations"] > 0
    drawn = {path.stem for path in (folder / "figures").glob("*.svg")}
    assert {figure.id for figure in paper.figure} - drawn == {"silences"}


def test_the_quick_curves_fall_and_end_at_the_table(quick):
    folder, record, _ = quick
    curves = load(folder)[1]["curves_headline"]
    assert curves.shape == (8, 4, 4)
    assert np.all(curves[:, 0, 2] > 0.5)
    assert np.all(curves[:, -1, 2] < 0.2)
    table = {t["id"]: t for t in record["tables"]}
    first = table["networks"]["rows"][0]
    assert first[table["networks"]["columns"].index("test error, %")] == pytest.approx(100 * curves[:, -1, 2].mean())
    assert len(table["networks"]["rows"]) == 7
    assert sum(row[3] == "yes" for row in table["sweep"]["rows"]) == 5


def test_a_seed_measures_the_same_whoever_shares_its_block():
    together = experiment.learn(CELL, [0, 1, 2])
    alone = experiment.learn(CELL, [1])[0]
    assert set(alone) == set(together[1])
    for name, value in alone.items():
        np.testing.assert_array_equal(value, together[1][name], err_msg=name)
    assert together[0]["test_mse"] != together[1]["test_mse"]


def test_golden_trace_of_two_passes_on_the_embedded_digits():
    found = experiment.learn({**CELL, "passes": 2, "rate": 3e-4, "curvature_patterns": 50}, [0])[0]
    assert found["curves"][:, 1] == pytest.approx(GOLDEN["train_mse"], rel=1e-6)
    assert found["curves"][:, 3] == pytest.approx(GOLDEN["test_mse"], rel=1e-6)


def test_what_is_told_of_every_test_digit_adds_up():
    found = experiment.learn(CELL, [3])[0]
    assert found["wrong"].mean() == pytest.approx(found["test_error"])
    assert found["square"].mean() == pytest.approx(found["test_mse"], rel=1e-5)
    assert found["margin"].min() >= 0
    assert "wrong" not in experiment.learn({**CELL, "split": "validation"}, [3])[0]


@pytest.mark.parametrize("change", [{"net": "control"}, {"update": "sgd"}, {"table": "half"}, {"split": "validation"}])
def test_every_arm_measures(change):
    found = experiment.learn({**CELL, **change}, [5])[0]
    assert 0 <= found["test_error"] <= 1
    presented = 1297 - 259 if change.get("split") == "validation" else 1297
    assert found["presentations"] == presented


def test_points_side_by_side_are_the_networks_trained_alone():
    points = [[0.05, 0.02], [0.01, 0.1]]
    cell = {**CELL, "passes": 2, "measured": [1, 2], "points": points}
    rows = experiment.at_points(cell, [4, 7])
    for row, seed in zip(rows, [4, 7], strict=True):
        for k, (ratio, mu) in enumerate(points):
            alone = experiment.learn({**CELL, "passes": 2, "rate": ratio * mu, "mu": mu}, [seed])[0]
            np.testing.assert_allclose(row["curves"][k], alone["curves"][1:], rtol=1e-12)
            assert row["rejects"][k] == alone["rejects"]
    lost = experiment.at_points({**cell, "points": [[9.0, 0.01], [0.01, 0.1]]}, [4])[0]["lost"]
    assert lost.tolist() == [True, False]


def test_the_other_silences_change_what_they_say():
    base = {**CELL, "passes": 2, "measured": [1, 2], "points": [[0.05, 0.02]]}
    found = [
        experiment.at_points({**base, **change}, [0])[0]["curves"][0, :, 1]
        for change in ({}, {"curvature": "once"}, {"bias": "as weights"}, {"border": 0.0}, {"table": "cyclic"})
    ]
    assert found[1][0] == found[0][0]  # the first pass does not know of the second
    assert found[1][1] != found[0][1]
    assert len({tuple(one) for one in found}) == 5


def test_the_true_gradient_walks_down_and_each_rate_by_itself():
    cell = {**CELL, "passes": 6, "rates": [0.02, 0.05]}
    rows = experiment.true_gradient(cell, [0, 1])
    assert rows[0]["descent"].shape == (2, 7)
    assert (np.diff(rows[0]["descent"], axis=1) < 0).all()
    assert rows[1]["descent"][1] == pytest.approx(
        experiment.true_gradient({**cell, "rates": [0.05]}, [1])[0]["descent"][0]
    )


def test_every_rung_of_the_ladder_learns_and_the_first_is_still_the_paper_s_rule():
    base = {"data": "embedded", "curvature_patterns": 20, "entropy": 1, "split": "test", "mu": 0.02}
    for name in RUNGS:
        cell = {**base, **ladder.rung(name, 16, 2, 3), "rate": 1e-3 if name != "batches" else 0.03}
        row = ladder.climb(cell, [0])[0]
        assert 0 <= row["test_error"] < 0.95, name
        assert row["wrong"].mean() == pytest.approx(row["test_error"])
        assert row["presentations"] == 1297 * (3 if name == "more passes" else 2)
    assert tuple(ladder.RUNGS) == RUNGS
    assert ladder.rung("adam", 16, 23, 80)["passes"] == 23
    assert ladder.rung("more passes", 16, 23, 80) == {
        "border": -1.0, "table": "blocks", "update": "adam", "batch": 16, "shuffled": True, "shifts": True, "relu": True,
        "dropout": 0.25, "rate_decay": 0.1, "weight_decay": 0.1, "passes": 80,
    }  # fmt: skip
    assert [run.rate_of(name) for name in ("softmax", "shifts", "dropout")] == ["softmax", "adam", "relu"]


def test_a_seed_climbs_alike_in_any_company():
    cell = {"data": "embedded", "entropy": 1, "split": "test", "mu": 0.02, **ladder.rung("dropout", 16, 1, 2)}
    together = ladder.climb({**cell, "rate": 1e-3}, [0, 1])
    alone = ladder.climb({**cell, "rate": 1e-3}, [1])[0]
    for name, value in alone.items():
        np.testing.assert_array_equal(value, together[1][name], err_msg=name)


def test_divergence_is_a_recorded_outcome():
    with np.errstate(all="ignore"):
        found = experiment.learn({**CELL, "net": "control", "update": "sgd", "rate": np.inf}, [0, 1])
    assert [one["failed"] for one in found] == ["diverged in pass 1"] * 2
    assert found[0]["curves"].shape == (2, 4)


def test_a_network_that_ends_no_better_than_chance_is_a_recorded_failure():
    found = experiment.learn({**CELL, "net": "control", "update": "sgd", "rate": 5.0}, [0])[0]
    assert found["failed"].startswith("did not learn")


@pytest.mark.parametrize("how", ["validation", "blocks"])
def test_validation_digits_are_not_trained_on(how):
    (train, _), (held, _) = experiment.split({**CELL, "split": how})
    assert len(train) + len(held) == 1297
    assert len(held) == pytest.approx(1297 / 5, abs=1)
    assert not {x.tobytes() for x in train} & {x.tobytes() for x in held}


def test_blocks_held_out_are_contiguous():
    data = np.arange(1297)
    (_, _), (held, _) = experiment.split({**CELL, "split": "blocks"})
    every = experiment.split({**CELL, "split": "test"})[0][0]
    place = {x.tobytes(): k for x, k in zip(every, data, strict=True)}
    places = np.array([place[x.tobytes()] for x in held])
    assert np.sum(np.diff(places) != 1) == experiment.RUNS // 5 - 1


def row(seed, values, **arrays):
    return Row({}, seed, False, "", values, arrays, 0.0)


def test_rejects_of_test_sets_drawn_again_vary_as_worked_out():
    # Every net: the 20 surest of 100 cases are right, the others wrong: one wrong is 1 % of a hundred kept, so none of
    # the wrong may be kept, and the share kept is that of the right ones: binomial, 0.2 of cases.
    margin, wrong = np.linspace(1, 0, 100)[None], (np.arange(100) >= 20)[None]
    found = claims.case_variance_of_rejects(np.repeat(margin, 3, axis=0), np.repeat(wrong, 3, axis=0), 50)
    assert found == pytest.approx(0.2 * 0.8 / 50, rel=0.25)


def test_passes_of_the_true_gradient_count_what_does_not_get_there_with_all_it_was_given():
    curves = np.zeros((3, 4))
    curves[:, 1] = [1.0, 0.3, 0.1]
    online = [row(k, {}, curves=curves) for k in range(3)]
    batch = [row(k, {}, descent=np.array([[1.0, 0.9, 0.8, 0.7, 0.6], [1.0, 0.8, 0.5, 0.3, 0.2]])) for k in range(3)]
    found = claims.passes_of_the_true_gradient(batch, online)
    assert (found.estimate, found.unfinished, found.n) == (3, 0, 3)
    slow = [row(k, {}, descent=np.array([[1.0, 0.9, 0.8, 0.7, 0.6]])) for k in range(3)]
    assert claims.passes_of_the_true_gradient(slow, online).estimate == 4
    assert claims.passes_of_the_true_gradient(slow, online).unfinished == 3


def test_passes_ratio_is_that_to_the_error_both_reach():
    slow, fast = np.zeros((6, 4)), np.zeros((6, 4))
    slow[:, 1], fast[:, 1] = [1, 0.9, 0.8, 0.6, 0.4, 0.2], [1, 0.5, 0.2, 0.1, 0.1, 0.1]
    pairs = [[row(k, {}, curves=one) for k in range(2)] for one in (slow, fast)]
    found = claims.passes_ratio(*pairs)
    assert found.estimate == pytest.approx(5 / 2)


def test_a_setting_is_consistent_where_a_new_run_may_give_the_number():
    wrong = np.zeros((3, 2007), dtype=bool)
    wrong[:, :102] = True
    margins = np.linspace(0, 1, 2007)[None].repeat(3, axis=0)
    squares = np.full((3, 2007), 0.036) * np.random.default_rng(0).uniform(0.5, 1.5, (3, 2007))
    headline = [row(k, {}, wrong=w, margin=g, square=q) for k, (w, g, q) in
                enumerate(zip(wrong, margins, squares, strict=True))]  # fmt: skip
    spread = consistency.test_sets(headline)
    assert spread.relative[1] == pytest.approx(np.sqrt(1 / 102), rel=0.2)  # a count of about 102 varies by its root
    assert (spread.relative[[0, 3]] == 0).all()
    rng = np.random.default_rng(1)
    rows = []
    for seed in range(6):
        curves = np.zeros((2, 1, 4))
        jitter = 1 + 0.02 * rng.standard_normal((2, 4))
        curves[0, 0] = np.array([10 / 7291, 0.005, 102 / 2007, 0.036]) * jitter[0]
        curves[1, 0] = np.array([200 / 7291, 0.02, 300 / 2007, 0.1]) * jitter[1]
        cell = {"points": [[0.01, 0.1], [0.02, 0.1]], "measured": [23]}
        rejects = np.array([0.121, 0.4]) * (1 + 0.02 * rng.standard_normal(2))
        rows.append(
            Row(cell, seed, False, "", {}, {"curves": curves, "rejects": rejects, "lost": np.zeros(2, bool)}, 0.0)
        )
    near, far = consistency.cells_of(rows, spread)
    assert near.fits.all()
    assert not far.fits.any()
    assert near.distance < 2 < consistency.reach() < far.distance
    assert consistency.nearest([far, near]) is near
    assert near.shape == pytest.approx(np.log(5.35 / 5.08), abs=0.15)


def test_nothing_of_the_paper_is_out_of_reach_of_its_parts():
    assert zipcode.total(zipcode.counts()).parameters == 9760
    assert Settings().ratios[1] == pytest.approx(3e-4 / 0.08)


def made_in(place):
    """The folder of the one changed run that was made in a place."""
    (found,) = (place / "custom" / "zipcodes_1989").iterdir()
    return found


def small(backstory, place, *words, cache="cache"):
    done = backstory(
        "run", "zipcodes_1989", *SMALL, "--out", place, "--quiet", *words, BACKSTORY_CACHE=str(place / cache)
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return without_cost(made_in(place))


@pytest.fixture(scope="module")
def uninterrupted(backstory, tmp_path_factory):
    return small(backstory, tmp_path_factory.mktemp("whole"), "--workers", 1)


@pytest.mark.slow
def test_the_number_of_workers_changes_nothing(backstory, tmp_path, uninterrupted):
    assert small(backstory, tmp_path, "--workers", 2) == uninterrupted


def started(tmp_path, finished, **options):
    """A small run in a process of its own, returned once it has stored `finished` trials."""
    trials = tmp_path / "cache" / "trials" / "zipcodes_1989"
    environment = os.environ | {"BACKSTORY_CACHE": str(tmp_path / "cache")}
    words = [*SMALL, "--out", str(tmp_path), "--quiet", "--workers", "1"]
    command = [sys.executable, "-m", "reproductions.cli", "run", "zipcodes_1989", *words]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **options)
    deadline = time.monotonic() + 120
    while len(list(trials.glob("*.json"))) < finished and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    return process, trials


def test_a_killed_run_goes_on_where_it_was_and_gives_the_same_record(backstory, tmp_path, uninterrupted):
    process, trials = started(tmp_path, 5)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not list(tmp_path.glob("custom/zipcodes_1989/*/record.json"))
    kept = {path.name: path.stat().st_mtime_ns for path in trials.glob("*.json")}
    assert len(kept) >= 5
    spoilt = trials / sorted(kept)[0]
    spoilt.write_text(spoilt.read_text()[:-40])
    assert small(backstory, tmp_path, "--workers", 1) == uninterrupted
    record = json.loads((made_in(tmp_path) / "record.json").read_text())
    assert record["cost"]["trials_reused"] == len(kept) - 1
    rewritten = [name for name, when in kept.items() if (trials / name).stat().st_mtime_ns != when]
    assert rewritten == [spoilt.name]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_finished_trials_and_says_so(tmp_path, how):
    process, trials = started(tmp_path, 1, stderr=subprocess.PIPE)
    process.send_signal(how)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.strip() == "backstory: interrupted; finished trials are kept, the same command goes on from there."
    assert list(trials.glob("*.json"))
    assert not list(tmp_path.glob("custom/*/*/record.json"))


@pytest.mark.slow
@pytest.mark.parametrize("way", [["-m", "reproductions.zipcodes_1989"], ["reproductions/zipcodes_1989"]])
def test_the_script_itself_runs_the_same(tmp_path, way, uninterrupted):
    environment = os.environ | {"BACKSTORY_CACHE": str(tmp_path / "cache")}
    words = [*SMALL, "--out", str(tmp_path), "--quiet", "--workers", "1"]
    done = subprocess.run(
        [sys.executable, *way, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    assert without_cost(made_in(tmp_path)) == uninterrupted
