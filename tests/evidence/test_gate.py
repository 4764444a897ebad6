"""The gate: a record belongs to the code because it was tried, not because no byte moved. And tests of the tester."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from core.errors import BackstoryError
from core.evidence import closure, published, verify
from core.evidence import run as runs
from core.evidence.progress import Progress
from core.evidence.trials import Workers
from core.learning.ops.table import OPS
from tests.conftest import ROOT
from tests.evidence.toy_room import PAPER, ROOM

LEARN = [("reproductions.pdp_1986.experiment", "learn")]
MEASURE = [
    ("core.evidence.measured", "mean"),
    ("core.evidence.measured", "median_until"),
    ("core.evidence.verdicts", "judge"),
]


def go(cache, seeds=5, **options):
    settings = ROOM.settings(seeds=seeds)
    options = {"fresh": False, "workers": Workers(1)} | options
    return runs.run(ROOM, PAPER, settings, "quick", cache=cache, progress=Progress("toy", quiet=True), **options)


def save(result, folder):
    folder.mkdir()
    published.save(folder, result.record, result.rows, result.arrays, result.read, result.functions)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("toy")
    return save(go(place / "cache"), place / "report")


@pytest.fixture
def copy(tmp_path):
    """A copy of the sources that may be changed: change(path, before, after), then hash(roots)."""
    for package in ("core", "reproductions"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.toml"))

    class Copy:
        def change(self, path, before, after):
            text = (tmp_path / path).read_text()
            assert before in text, path
            (tmp_path / path).write_text(text.replace(before, after))

        def move(self, path, to):
            (tmp_path / to).parent.mkdir(exist_ok=True)
            (tmp_path / path).rename(tmp_path / to)

        def hash(self, roots):
            return closure.closure_hash(roots, closure.Source(tmp_path))

    return Copy()


# What the hash of trials sees, and what it does not.

SEEN = [
    ("core/learning/ops/activations.py", "return y, y * (1.0 - y)", "return y, 1.001 * y * (1.0 - y)"),
    ("core/learning/ops/affine.py", "np.swapaxes(w, -1, -2)", "np.swapaxes(w, -1, -2) * 1.001"),
    ("core/learning/compiled/small_nets.py", "d *= y * (1.0 - y)", "d *= y * (1.001 - y)"),
    ("core/learning/compiled/vectors.py", "LANES = 8", "LANES = 4"),
    ("core/datasets/boolean.py", "def parity(", "def parity_("),
    ("reproductions/pdp_1986/experiment.py", '"encoder": layers(8, 3, 8)', '"encoder": layers(8, 4, 8)'),
    ("core/learning/seeds.py", "spawn_key=(seed,)", "spawn_key=(seed + 1,)"),
    ("core/networks/grouped.py", "] = sigmoid", "] = tanh"),
]


@pytest.mark.parametrize(("path", "before", "after"), SEEN, ids=[s[0] + ": " + s[2] for s in SEEN])
def test_a_change_of_what_is_computed_is_seen(copy, path, before, after):
    was = copy.hash(LEARN)
    copy.change(path, before, after)
    assert copy.hash(LEARN) != was


UNSEEN = [
    ("core/learning/ordered.py", "    system = target.system\n", "    # walk back\n    system = target.system\n"),
    ("core/learning/ordered.py", '"""Ordered derivatives of `target`', '"""The ordered derivatives of `target`'),
    ("core/learning/seeds.py", "entropy: int, seed: int", "entropy, seed"),
    (
        "reproductions/pdp_1986/experiment.py",
        "def _shown_each_sweep(",
        "def _unused(x):\n    return x\n\n\ndef _shown_each_sweep(",
    ),
    ("core/networks/grouped.py", "places, at = {}, 0", "places, at = ({}, 0)"),
    ("core/datasets/boolean.py", "def symmetry(", "\n\n\ndef symmetry("),
    ("core/learning/optimizers.py", "momentum * change[name]", "0.5 * momentum * change[name]"),  # not called by it
]


@pytest.mark.parametrize(("path", "before", "after"), UNSEEN, ids=[s[0] + ": " + s[2][:40] for s in UNSEEN])
def test_a_comment_a_hint_a_line_break_and_code_not_called_condemn_nothing(copy, path, before, after):
    was = copy.hash(LEARN)
    copy.change(path, before, after)
    assert copy.hash(LEARN) == was


def test_a_rename_condemns_nothing(copy):
    was = copy.hash(LEARN)
    copy.change("reproductions/pdp_1986/experiment.py", "_shown_each_sweep", "_patterns_a_sweep")  # a function
    copy.change("reproductions/pdp_1986/experiment.py", "found.", "trained.")  # a variable
    copy.change("reproductions/pdp_1986/experiment.py", "    found = small_nets", "    trained = small_nets")
    assert copy.hash(LEARN) == was
    copy.move("reproductions/pdp_1986/experiment.py", "reproductions/pdp_1986/training.py")  # a file
    assert copy.hash([("reproductions.pdp_1986.training", "learn")]) == was
    copy.move("core/learning/seeds.py", "core/learning/dice.py")  # a file that it imports
    copy.change("reproductions/pdp_1986/training.py", "core.learning.seeds", "core.learning.dice")
    assert copy.hash([("reproductions.pdp_1986.training", "learn")]) == was


# What the hash of measuring sees.

MEASURING = [
    ("core/evidence/intervals.py", "LEVEL = 0.95", "LEVEL = 0.9"),
    (
        "core/evidence/measured.py",
        "Quantity(float(values.mean()), *intervals",
        "Quantity(float(np.median(values)), *intervals",
    ),
    ("core/evidence/measured.py", "LEAST_RUNS = 5", "LEAST_RUNS = 3"),
    ("core/evidence/verdicts.py", "FACTOR = 2.0", "FACTOR = 3.0"),
    ("core/evidence/regions.py", "Decimal(5)", "Decimal(6)"),
]


@pytest.mark.parametrize(("path", "before", "after"), MEASURING, ids=[s[2] for s in MEASURING])
def test_a_median_for_a_mean_or_another_level_is_seen_by_the_second_hash(copy, path, before, after):
    trials, was = copy.hash(LEARN), copy.hash(MEASURE)
    copy.change(path, before, after)
    assert copy.hash(MEASURE) != was
    assert copy.hash(LEARN) == trials


def test_a_function_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="there is no function 'nothing'"):
        closure.closure_hash([("core.learning.seeds", "nothing")])
    with pytest.raises(ValueError, match="is not a function of a module by itself"):
        closure.functions_hash(lambda: 0)


# Published without loss.


def test_trials_come_back_as_they_were(tmp_path):
    result = go(tmp_path / "cache")
    back = published.load_rows(
        save(result, tmp_path / "report"), result.record.model_copy(update={"files": files(tmp_path)})
    )
    for study, rows in result.rows.items():
        for row, again in zip(rows, back[study], strict=True):
            assert (row.cell, row.seed, row.failed, row.reason) == (again.cell, again.seed, again.failed, again.reason)
            assert row.values == again.values  # to the last bit
            for name, array in again.arrays.items():
                np.testing.assert_array_equal(array, row.arrays[name])
    assert set(back["tasks"][0].arrays) == {"weights"}  # what measuring read, and nothing else
    assert not back["faster"][0].arrays


def files(tmp_path):
    return json.loads((tmp_path / "report" / "record.json").read_text())["files"]


def test_every_claim_can_be_measured_again_from_what_is_published(folder):
    record = published.load_record(folder / "record.json")
    again = runs.measured_again(ROOM, PAPER, record, published.load_rows(folder, record))
    assert [c.model_dump() for c in again.claims] == [c.model_dump() for c in record.claims]
    assert again.tables == record.tables
    assert again.words == record.words == {"count": 10}


@pytest.mark.parametrize("name", published.FILES)
def test_a_published_file_that_was_changed_is_refused(folder, tmp_path, name):
    shutil.copytree(folder, tmp_path / "report")
    place = tmp_path / "report" / name
    place.write_bytes(place.read_bytes()[:-3])
    record = published.load_record(tmp_path / "report" / "record.json")
    with pytest.raises(BackstoryError, match="not what the record was written with"):
        published.load(tmp_path / "report") if name == "arrays.npz" else published.load_rows(
            tmp_path / "report", record
        )


def test_seeds_are_published_as_runs():
    assert published._runs([0, 1, 2, 7, 8, 3]) == [[0, 2], [7, 8], [3, 3]]


def test_stored_trials_are_used_again_by_what_they_compute(tmp_path, monkeypatch):
    assert go(tmp_path).record.cost.trials_reused == 0
    assert go(tmp_path).record.cost.trials_reused == 15
    assert go(tmp_path, fresh=True).record.cost.trials_reused == 0
    monkeypatch.setattr(closure, "functions_hash", lambda *functions: "another")
    assert go(tmp_path).record.cost.trials_reused == 0


# Verified.


def test_trials_that_still_come_out_the_same_pass(folder):
    seen = verify.verify(ROOM, folder, seconds=20)
    assert seen.passed
    assert seen.trials == 15
    assert seen.worst.difference == 0.0
    assert set(seen.studies) == {"tasks", "faster"}
    assert not seen.not_tried


def test_a_derivative_off_by_one_part_in_a_thousand_is_caught(folder, monkeypatch):
    op = OPS["affine"]
    off = replace(
        op,
        backward=lambda dy, cache, needs=None: tuple(
            None if d is None else 1.001 * d for d in op.backward(dy, cache, needs)
        ),
    )
    monkeypatch.setitem(OPS, "affine", off)
    seen = verify.verify(ROOM, folder, seconds=20)
    assert not seen.passed
    assert seen.worst.measurement in ("loss", "weights", "sweeps")
    assert any(fault.startswith(("tasks: ", "faster: ")) for fault in seen.faults)


def test_a_count_that_differs_by_one_is_caught(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "report")
    lines = (tmp_path / "report" / "trials.csv").read_text().splitlines()
    head = lines[0].split(",")
    cells = lines[1].split(",")
    cells[head.index("sweeps")] = str(int(cells[head.index("sweeps")]) + 1)
    lines[1] = ",".join(cells)
    (tmp_path / "report" / "trials.csv").write_text("\n".join(lines) + "\n")
    raw = json.loads((tmp_path / "report" / "record.json").read_text())
    raw["files"]["trials.csv"] = published.digest(tmp_path / "report" / "trials.csv")
    (tmp_path / "report" / "record.json").write_text(json.dumps(raw))
    seen = verify.verify(ROOM, tmp_path / "report", seconds=20)
    assert not seen.passed
    assert seen.worst.measurement == "sweeps"


def seen_when(monkeypatch, folder, then, now):
    """A verification in which every trial is published as `then` and comes out as `now`, changes of a row."""
    load, run_block = verify.load_rows, verify.run_block
    record = published.load_record(folder / "record.json")
    changed = {name: [replace(row, **then) for row in rows] for name, rows in load(folder, record).items()}
    monkeypatch.setattr(verify, "load_rows", lambda *places: changed)
    monkeypatch.setattr(verify, "run_block", lambda *block: [replace(row, **now) for row in run_block(*block)])
    return verify.verify(ROOM, folder, seconds=20)


@pytest.mark.parametrize(
    ("then", "now", "same"),
    [
        ([10**7, 3], [10**7, 4], False),
        ([10.0**7, 3.0], [10.0**7, 4.0], False),
        ([10.0**7, 3.25], [10.0**7, 4.25], True),  # near, for the size of what is no count
        ([np.inf, np.nan, 3.0], [np.inf, np.nan, 3.0], True),
        ([np.inf, np.nan, 3.0], [np.inf, np.nan, 4.0], False),
        ([np.inf, 0.5], [np.inf, 0.6], False),
    ],
)
def test_counts_in_an_array_are_compared_exactly(folder, monkeypatch, then, now, same):
    seen = seen_when(monkeypatch, folder, {"arrays": {"a": np.array(then)}}, {"arrays": {"a": np.array(now)}})
    assert seen.passed is same
    assert same or "a of seed" in seen.faults[0]


def test_a_trial_that_fails_for_another_reason_is_caught(folder, monkeypatch):
    then, now = ({"failed": True, "reason": reason} for reason in ("diverged", "ValueError: shapes"))
    seen = seen_when(monkeypatch, folder, then, now)
    assert not seen.passed
    assert seen.faults[0].endswith(": diverged then, ValueError: shapes now")


def test_a_trial_that_fails_for_the_same_reason_passes(folder, monkeypatch):
    failed = {"failed": True, "reason": "diverged"}
    assert seen_when(monkeypatch, folder, failed, failed).passed


@pytest.mark.parametrize("kind", ["timed", "beside"])
def test_times_and_what_another_program_gave_are_left_out(folder, kind):
    room = replace(ROOM, studies=lambda s: [replace(one, **{kind: ("loss", "weights")}) for one in ROOM.studies(s)])
    assert verify.verify(room, folder, seconds=20).values < verify.verify(ROOM, folder, seconds=20).values


def test_what_takes_too_long_is_named_and_not_called_verified(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "report")
    text = (tmp_path / "report" / "trials.csv").read_text().splitlines()
    slow = [
        line if not line.startswith("faster") else ",".join([*line.split(",")[:5], "100", *line.split(",")[6:]])
        for line in text
    ]
    (tmp_path / "report" / "trials.csv").write_text("\n".join(slow) + "\n")
    raw = json.loads((tmp_path / "report" / "record.json").read_text())
    raw["files"]["trials.csv"] = published.digest(tmp_path / "report" / "trials.csv")
    (tmp_path / "report" / "record.json").write_text(json.dumps(raw))
    seen = verify.verify(ROOM, tmp_path / "report", seconds=20)
    assert seen.passed
    assert seen.studies["faster"] is None
    assert "one block takes" in seen.not_tried["faster"]


def test_what_there_was_no_time_to_try_stays_as_it_last_passed(folder, tmp_path):
    seen = verify.verify(ROOM, folder, seconds=20)
    late = seen.model_copy(update={"studies": seen.studies | {"faster": None}, "not_tried": {"faster": "too long"}})
    verify.write(tmp_path, late)
    assert verify.read(tmp_path).studies["faster"] is None  # never tried
    verify.write(tmp_path, seen)
    verify.write(tmp_path, late)
    assert verify.read(tmp_path).studies == seen.studies
    verify.write(tmp_path, seen.model_copy(update={"passed": False}))
    verify.write(tmp_path, late)
    assert verify.read(tmp_path).studies["faster"] is None  # what failed is not leaned on


def test_the_gate_takes_a_hash_or_a_verification(folder, monkeypatch):
    record = published.load_record(folder / "record.json")
    assert verify.condemned(ROOM, record, None) == []
    monkeypatch.setattr(closure, "functions_hash", lambda *functions: "moved")
    assert sorted(verify.condemned(ROOM, record, None)) == ["faster", "tasks"]
    seen = verify.verify(ROOM, folder, seconds=20)
    verify.write(folder, seen)
    assert verify.condemned(ROOM, record, verify.read(folder)) == []
    failed = seen.model_copy(update={"passed": False})
    assert sorted(verify.condemned(ROOM, record, failed)) == ["faster", "tasks"]
    old = seen.model_copy(update={"studies": {"tasks": "moved", "faster": "older"}})
    assert verify.condemned(ROOM, record, old) == ["faster"]
    (folder / verify.FILE).unlink()


def test_a_record_of_other_settings_is_told_in_one_sentence(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "report")
    raw = json.loads((tmp_path / "report" / "record.json").read_text())
    raw["settings"]["lost"] = 1
    (tmp_path / "report" / "record.json").write_text(json.dumps(raw))
    with pytest.raises(BackstoryError, match="are not those of the code"):
        verify.verify(ROOM, tmp_path / "report", seconds=5)
