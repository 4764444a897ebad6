"""Records: a committed schema, checked on reading; and what classifiers' outputs come to."""

import json

import jsonschema
import numpy as np
import pytest

from core.errors import BackstoryError
from core.evidence import measured as m
from core.evidence import record as records
from core.evidence.classification import error_after_rejecting, error_and_mse, rejects_needed
from core.evidence.trials import Row


def rows(values, failed=(), **cell):
    return [
        Row(cell, k, k in failed, "", {"v": v, "solved": float(np.isfinite(v))}, {}, 0.0) for k, v in enumerate(values)
    ]


def test_the_committed_schema_is_that_of_the_code():
    assert records.SCHEMA_FILE.read_text() == records.schema_text()


def test_a_quick_record_follows_the_schema(quick):
    _, record, _ = quick
    jsonschema.validate(record, json.loads(records.SCHEMA_FILE.read_text()))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema_version": 1}, "schema version 1"),
        ({"schema_version": None}, "schema version None"),
        ({"seeds": "many"}, "does not follow its schema at seeds"),
    ],
)
def test_another_record_is_refused(quick, tmp_path, change, words):
    _, record, _ = quick
    (tmp_path / "record.json").write_text(json.dumps(record | change))
    with pytest.raises(BackstoryError, match=words):
        records.load_record(tmp_path / "record.json")


@pytest.mark.parametrize(("text", "words"), [("{", "cannot read the record"), ("[]", "schema version None")])
def test_what_is_no_record_is_refused(tmp_path, text, words):
    (tmp_path / "record.json").write_text(text)
    with pytest.raises(BackstoryError, match=words):
        records.load_record(tmp_path / "record.json")


def test_a_record_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BackstoryError, match="there is no record"):
        records.load_record(tmp_path / "record.json")


def test_numbers_that_json_cannot_hold_become_null():
    assert records.finite({"a": [float("nan"), 1.0], "b": (float("inf"), "x")}) == {"a": [None, 1.0], "b": [None, "x"]}


def test_failed_runs_are_counted_and_unfinished_ones_are_longer_than_all():
    runs = m.runs(rows([1.0, 2.0, 3.0, 1e9], failed={3}), "v")
    assert (runs.values.tolist(), runs.failed) == ([1.0, 2.0, 3.0], 1)
    until = m.runs_until(rows([1.0, 2.0, np.inf, 1e9], failed={3}), "v")
    assert (until.values.tolist(), until.unfinished, until.failed) == ([1.0, 2.0], 1, 1)
    middle = m.median_until(rows([1.0, 2.0, np.inf, np.inf, np.inf]), "v")
    assert middle.estimate == np.inf
    assert middle.unfinished == 3


def test_a_failed_run_is_no_hit():
    assert m.share_of(rows([1.0, 1.0, 0.0, 1.0], failed={3}), "v").estimate == 0.5


def test_a_difference_of_means_has_the_sign_it_should():
    found = m.difference(rows([1.0, 1.1, 0.9]), rows([2.0, 2.1, 1.9]), "v")
    assert found.estimate == pytest.approx(-1.0)
    assert found.low < -0.8 < -0.7
    pairs = m.difference(rows([1.0, 2.0, 3.0]), rows([1.5, 2.5, 3.51]), "v", pairs=True)
    assert pairs.low < pairs.estimate < pairs.high < -0.4  # what seeds share is taken out


def test_a_ratio_is_a_geometric_mean_of_pairs():
    found = m.ratio(np.array([2.0, 8.0]), np.array([1.0, 1.0]))
    assert found.estimate == pytest.approx(4.0)


def test_difference_of_shares_by_a_published_example():
    # 56 of 70 against 48 of 80: 0.2, 0.0524 to 0.3339 (Newcombe 1998, method 10)
    found = m.difference_of_shares(np.repeat([1.0, 0.0], [56, 14]), np.repeat([1.0, 0.0], [48, 32]))
    assert (found.estimate, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_clusters_are_what_was_drawn():
    found = m.by_cluster({1: [0.0, 0.0, 0.0], 2: [1.0], 3: [0.5, 0.5]}, covers=("networks",))
    assert (found.estimate, found.n, found.covers) == (0.5, 3, ("networks",))


def test_classification_measures_on_an_answer_worked_by_hand():
    outputs = np.array([[0.9, -1.0], [0.2, 0.1], [-0.5, 0.5], [0.3, 0.0]])
    labels = np.array([0, 1, 1, 0])
    targets = np.array([[1.0, -1], [-1, 1], [-1, 1], [1, -1]])
    error, mse = error_and_mse(outputs[None], labels, targets)
    assert error.tolist() == [0.25]
    assert mse[0] == pytest.approx((0.01 + 0 + 1.44 + 0.81 + 0.25 + 0.25 + 0.49 + 1) / 8)
    # Certainties 1.9, 0.1, 1.0, 0.3: the one wrong answer is the least certain, so one rejection ends all error.
    assert error_after_rejecting(outputs, labels).tolist() == [0.25, 0.0, 0.0, 0.0]
    assert rejects_needed(np.array([0.25, 0.0, 0.0, 0.0]), 0.01) == 0.25
    assert rejects_needed(np.array([0.5, 0.5]), 0.01) == 1.0
