"""The zip-code reproduction: quick preset end to end, resume after a kill, the same trials anywhere."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from core.evidence.record import load
from reproductions import zipcodes_1989
from reproductions.cli import execute
from tests.conftest import ROOT, SMALL, without_cost

CELL = {
    **zipcodes_1989.HEADLINE, "data": "embedded", "passes": 1, "curvature_patterns": 10, "entropy": 1989,
    "split": "test", "rate": 1e-3, "mu": 0.02,
}  # fmt: skip
# Two passes of CELL with 50 curvature patterns, computed once through the ordered system alone.
GOLDEN = {
    "train_mse": [1.000898916194082, 0.1872120543591466, 0.116132850777384],
    "test_mse": [1.000901572813076, 0.18365849017156924, 0.13043586450630767],
}


def test_the_quick_run_learns_and_measures_every_claim(quick):
    folder, record, _ = quick
    paper = execute.paper_of("zipcodes_1989")
    assert [claim["id"] for claim in record["claims"]] == [claim.id for claim in paper.claim]
    ours = {claim["id"]: claim["ours"] for claim in record["claims"]}
    verdicts = {claim["id"]: claim["verdict"] for claim in record["claims"]}
    assert all(ours.values())
    for counted, value in (("units", 1256), ("connections", 64660), ("parameters", 9760), ("control_links", 10690)):
        assert ours[counted]["estimate"] == value
        assert verdicts[counted] == "reproduced"
    assert ours["presentations"]["estimate"] == 10 * 1297
    assert ours["test_error"]["estimate"] < 12
    assert ours["mse_train_half"]["estimate"] == pytest.approx(ours["mse_train"]["estimate"] / 2)
    judged = {"units", "connections", "parameters", "control_links"}
    assert {name for name, verdict in verdicts.items() if verdict != "not comparable"} == judged
    assert record["trials"]["n"] == 2 * (2 * 4 + 2) + 2 * 8 + 5 * 4
    rows = pd.read_csv(folder / "trials.csv")
    assert len(rows) == record["trials"]["n"]
    assert rows.failed.sum() == record["trials"]["failed"]
    assert not rows[rows.split == "test"].failed.any()
    assert record["seeds"] == list(range(8))
    assert record["cost"]["presentations"] > 0


def test_the_quick_curves_fall_and_end_at_the_table(quick):
    folder, record, _ = quick
    _, arrays = load(folder)
    curves = arrays["curves_headline"]
    assert curves.shape == (8, 11, 4)
    assert np.all(curves[:, 0, 2] > 0.5)
    assert np.all(curves[:, -1, 2] < 0.15)
    ours = {claim["id"]: claim["ours"] for claim in record["claims"]}
    assert ours["test_error"]["estimate"] == pytest.approx(100 * curves[:, -1, 2].mean())
    table = {t["id"]: t for t in record["measurements"]["tables"]}
    assert len(table["networks"]["rows"]) == 7
    assert sum(row[3] == "yes" for row in table["sweep"]["rows"]) == 5


def test_a_seed_measures_the_same_whoever_shares_its_block():
    together = zipcodes_1989.learn(CELL, [0, 1, 2])
    alone = zipcodes_1989.learn(CELL, [1])[0]
    assert set(alone) == set(together[1])
    for name, value in alone.items():
        np.testing.assert_array_equal(value, together[1][name], err_msg=name)
    assert together[0]["test_mse"] != together[1]["test_mse"]


def test_golden_trace_of_two_passes_on_the_embedded_digits():
    found = zipcodes_1989.learn({**CELL, "passes": 2, "rate": 3e-4, "curvature_patterns": 50}, [0])[0]
    assert found["curves"][:, 1] == pytest.approx(GOLDEN["train_mse"], rel=1e-6)
    assert found["curves"][:, 3] == pytest.approx(GOLDEN["test_mse"], rel=1e-6)


@pytest.mark.parametrize("change", [{"net": "control"}, {"update": "sgd"}, {"table": "half"}, {"split": "validation"}])
def test_every_arm_measures(change):
    found = zipcodes_1989.learn({**CELL, **change}, [5])[0]
    assert 0 <= found["test_error"] <= 1
    presented = 1297 - 259 if change.get("split") == "validation" else 1297
    assert found["presentations"] == presented


def test_divergence_is_a_recorded_outcome():
    with np.errstate(all="ignore"):
        found = zipcodes_1989.learn({**CELL, "net": "control", "update": "sgd", "rate": np.inf}, [0, 1])
    assert [one["failed"] for one in found] == ["diverged in pass 1"] * 2
    assert found[0]["curves"].shape == (2, 4)


def test_a_network_that_ends_no_better_than_chance_is_a_recorded_failure():
    found = zipcodes_1989.learn({**CELL, "net": "control", "update": "sgd", "rate": 5.0}, [0])[0]
    assert found["failed"].startswith("did not learn")


def test_validation_digits_are_not_trained_on():
    (train, _), (held, _) = zipcodes_1989.split({**CELL, "split": "validation"})
    assert len(train) + len(held) == 1297
    assert not {x.tobytes() for x in train} & {x.tobytes() for x in held}


def small(backstory, place, *words, cache="cache"):
    done = backstory(
        "run", "zipcodes_1989", *SMALL, "--out", place, "--quiet", *words, BACKSTORY_CACHE=str(place / cache)
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return without_cost(place / "custom" / "zipcodes_1989")


@pytest.fixture(scope="module")
def uninterrupted(backstory, tmp_path_factory):
    return small(backstory, tmp_path_factory.mktemp("whole"), "--workers", 1)


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
    assert not (tmp_path / "custom" / "zipcodes_1989").exists()
    kept = {path.name: path.stat().st_mtime_ns for path in trials.glob("*.json")}
    assert len(kept) >= 5
    spoilt = trials / sorted(kept)[0]
    spoilt.write_text(spoilt.read_text()[:-40])
    assert small(backstory, tmp_path, "--workers", 1) == uninterrupted
    record = json.loads((tmp_path / "custom" / "zipcodes_1989" / "record.json").read_text())
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
    assert not (tmp_path / "custom").exists() or list((tmp_path / "custom").iterdir()) == []


@pytest.mark.parametrize("way", [["-m", "reproductions.zipcodes_1989"], ["reproductions/zipcodes_1989.py"]])
def test_the_script_itself_runs_the_same(tmp_path, way, uninterrupted):
    environment = os.environ | {"BACKSTORY_CACHE": str(tmp_path / "cache")}
    words = [*SMALL, "--out", str(tmp_path), "--quiet", "--workers", "1"]
    done = subprocess.run(
        [sys.executable, *way, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    assert without_cost(tmp_path / "custom" / "zipcodes_1989") == uninterrupted
