"""Records: a committed schema, checked on reading, and arrays that come back as they went."""

import json

import jsonschema
import numpy as np
import pytest

from core.errors import BackstoryError
from core.evidence import record as records
from core.evidence.classification import error_after_rejecting, error_and_mse, rejects_needed
from core.evidence.summaries import difference, exactly, over_seeds
from core.evidence.trials import Row


def rows(values, failed=()):
    return [Row({}, k, k in failed, "", {"v": v, "se": 0.1}, {}, 0.0) for k, v in enumerate(values)]


def test_the_committed_schema_is_that_of_the_code():
    assert records.SCHEMA_FILE.read_text() == records.schema_text()


def test_a_quick_record_follows_the_schema(quick):
    _, record, _ = quick
    jsonschema.validate(record, json.loads(records.SCHEMA_FILE.read_text()))
    for key in ("reproduction", "preset", "settings", "seeds", "claims", "trials", "cost", "provenance"):
        assert key in record
    for claim in record["claims"]:
        assert {
            "id",
            "paper",
            "statement",
            "value",
            "unit",
            "where",
            "standing",
            "ours",
            "rule",
            "verdict",
            "reason",
        } <= set(claim)
        assert {"estimate", "low", "high", "n"} <= set(claim["ours"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema_version": 2}, "schema version 2"),
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
        records.load(tmp_path)


def test_numbers_that_json_cannot_hold_become_null():
    assert records.finite({"a": [float("nan"), 1.0], "b": (float("inf"), "x")}) == {"a": [None, 1.0], "b": [None, "x"]}


def test_summaries_count_failures_and_leave_their_values_out():
    found = over_seeds(rows([1.0, 2.0, 3.0, 1e9], failed={3}), "v", sampling="se")
    assert (found.estimate, found.n, found.failed) == (2.0, 3, 1)
    assert found.wide_low <= found.low <= found.high <= found.wide_high
    assert over_seeds(rows([1.0], failed={0}), "v") is None
    assert exactly(5).estimate == 5


def test_a_difference_of_means_has_the_sign_it_should():
    found = difference(rows([1.0, 1.1, 0.9]), rows([2.0, 2.1, 1.9]), "v")
    assert found.estimate == pytest.approx(-1.0)
    assert found.low < -0.8
    assert -1.2 < found.low <= found.high < -0.8


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


@pytest.mark.parametrize("damage", [lambda raw: raw[:1000], lambda raw: raw[:-1] + b"x", lambda raw: b""])
def test_arrays_other_than_the_records_are_refused(quick, tmp_path, damage):
    folder, _, _ = quick
    (tmp_path / "record.json").write_text((folder / "record.json").read_text())
    (tmp_path / "arrays.npz").write_bytes(damage((folder / "arrays.npz").read_bytes()))
    with pytest.raises(BackstoryError, match="not what the record was written with"):
        records.load(tmp_path)
