"""Trials: the same numbers wherever they run, kept as they finish, never dropped."""

import io
import json
import subprocess
import sys
import time

import numpy as np
import pytest

from core.errors import BackstoryError
from core.evidence.progress import Progress
from core.evidence.trial_store import TrialStore
from core.evidence.trials import Row, Workers, ahead, run_block, run_trials, stop
from tests.conftest import ROOT
from tests.evidence.trial_functions import deadly, failing, noisy, threads

CELLS = [({"size": 10}, range(5)), ({"size": 20}, range(3))]


def go(function, cells, folder, *, workers=Workers(), block=2, code="v1", fresh=False):  # noqa: B008
    store = TrialStore(folder, code=code, fresh=fresh)
    rows = run_trials(function, cells, store=store, workers=workers, progress=Progress("t", quiet=True), block=block)
    return rows, store


def numbers(rows: list[Row]):
    return [(r.cell, r.seed, r.failed, r.reason, r.values, {k: v.tolist() for k, v in r.arrays.items()}) for r in rows]


def test_rows_come_in_the_order_asked_for_whatever_the_block(tmp_path):
    a, _ = go(noisy, CELLS, tmp_path / "a", block=1)
    b, _ = go(noisy, CELLS, tmp_path / "b", block=4)
    assert [(r.cell["size"], r.seed) for r in a] == [(10, s) for s in range(5)] + [(20, s) for s in range(3)]
    assert numbers(a) == numbers(b)


def test_workers_that_start_ahead_give_the_same_rows(tmp_path):
    one, _ = go(noisy, CELLS, tmp_path / "a")
    for module in ("tests.evidence.trial_functions", "tests.evidence.no_such_module"):
        with ahead(Workers(2), [module]):
            pass
        two, _ = go(noisy, CELLS, tmp_path / module, workers=Workers(2))
        assert numbers(one) == numbers(two)
    with pytest.raises(BackstoryError, match="told"), ahead(Workers(2), ["tests.evidence.trial_functions"]):
        raise BackstoryError("told")
    stop()


def test_two_workers_give_the_same_rows_as_one(tmp_path):
    one, _ = go(noisy, CELLS, tmp_path / "a")
    two, _ = go(noisy, CELLS, tmp_path / "b", workers=Workers(2))
    assert numbers(one) == numbers(two)


@pytest.mark.parametrize("workers", [Workers(1), Workers(2)])
def test_every_worker_has_one_blas_thread(tmp_path, workers):
    rows, _ = go(threads, [({}, range(4))], tmp_path, workers=workers, block=1)
    assert [row.values["threads"] for row in rows] == [1.0] * 4


def test_finished_trials_are_not_run_again(tmp_path):
    log = tmp_path / "log"
    cells = [({"size": 10, "log": str(log)}, range(4))]
    first, _ = go(noisy, cells, tmp_path / "store")
    again, store = go(noisy, cells, tmp_path / "store")
    assert numbers(first) == numbers(again)
    assert store.reused == 4
    assert len(log.read_text().splitlines()) == 4
    go(noisy, cells, tmp_path / "store", fresh=True)
    assert len(log.read_text().splitlines()) == 8
    go(noisy, cells, tmp_path / "store", code="v2")
    assert len(log.read_text().splitlines()) == 12


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "other"])
def test_a_damaged_trial_is_found_out_and_run_again(tmp_path, damage):
    log = tmp_path / "log"
    cells = [({"size": 10, "log": str(log)}, range(3))]
    first, store = go(noisy, cells, tmp_path / "store")
    path = store.folder / f"{store.key(*_first(cells))}.json"
    text = path.read_text()
    new = {"cut": text[: len(text) // 2], "flip": text.replace("mean", "maen"), "empty": "", "other": "[1, 2]"}[damage]
    path.write_text(new)
    again, store = go(noisy, cells, tmp_path / "store")
    assert store.damaged == [path]
    assert numbers(first) == numbers(again)
    assert log.read_text().splitlines() == ["10 0", "10 1", "10 2", "10 0"]
    assert store.get(store.key(*_first(cells))) is not None


def _first(cells):
    return cells[0][0], cells[0][1][0]


def test_damage_is_told_in_the_stage_that_met_it_and_not_again(tmp_path):
    _, store = go(noisy, CELLS, tmp_path)
    path = store.folder / f"{store.key(CELLS[0][0], 0)}.json"
    path.write_text("")
    again, said = TrialStore(tmp_path, code="v1"), []
    for cells in (CELLS[:1], CELLS[1:]):
        stream = io.StringIO()
        run_trials(noisy, cells, store=again, workers=Workers(), progress=Progress("t", stream=stream))
        said.append("damaged" in stream.getvalue())
    assert said == [True, False]


def test_failures_are_rows_with_their_reason(tmp_path):
    rows, store = go(failing, [({}, [0, 1, 2, 3])], tmp_path, block=1)
    assert [r.failed for r in rows] == [False, True, True, False]
    assert rows[1].reason == "FloatingPointError: overflow"
    assert rows[2].reason == "diverged in pass 3"
    # A divergence is a result and is kept; an exception may be the machine's fault and is tried again.
    assert [store.get(store.key({}, seed)) is not None for seed in range(4)] == [True, False, True, True]


def test_bad_input_inside_a_trial_is_not_a_failed_trial():
    def refusing(cell, seeds):
        raise BackstoryError("no data.")

    with pytest.raises(BackstoryError, match="no data"):
        run_block(refusing, {}, [0], {})


def test_a_worker_that_dies_loses_no_finished_trial(tmp_path):
    cells = [({"mark": str(tmp_path / "mark"), "log": str(tmp_path / "log")}, range(4))]
    with pytest.raises(BackstoryError, match="worker process died"):
        go(deadly, cells, tmp_path / "store", workers=Workers(2), block=1)
    rows, _ = go(deadly, cells, tmp_path / "store", workers=Workers(2), block=1)
    assert not any(row.failed for row in rows)


def test_a_store_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BackstoryError, match="cannot store a finished trial"):
        go(noisy, CELLS, tmp_path / "file" / "store")


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("core.evidence.trial_store.os.replace", full)
        with pytest.raises(BackstoryError, match="No space left on device"):
            go(noisy, CELLS, tmp_path / "store")
    assert list((tmp_path / "store").iterdir()) == []


@pytest.fixture
def cluster(tmp_path):
    """A real Dask scheduler and two worker processes on this machine."""
    address_file = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    where = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(address_file)]
    scheduler = subprocess.Popen([*dask, "scheduler", *where], **quiet)
    deadline = time.monotonic() + 30
    while not (address_file.exists() and address_file.read_text()) and time.monotonic() < deadline:
        time.sleep(0.1)
    address = json.loads(address_file.read_text())["address"]
    alone = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path)]
    workers = [subprocess.Popen([*dask, "worker", address, *alone], **quiet) for _ in range(2)]
    yield address, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def test_a_dask_cluster_gives_the_same_rows_even_when_a_worker_is_lost(tmp_path, cluster):
    address, workers = cluster
    here, _ = go(noisy, CELLS, tmp_path / "here")
    there, _ = go(noisy, CELLS, tmp_path / "there", workers=Workers(1, address))
    assert numbers(here) == numbers(there)
    cells = [({"size": 10, "pause": 0.3}, range(10))]
    expected, _ = go(noisy, cells, tmp_path / "expected", block=10)

    class LoseAWorker(Progress):
        def advance(self, count):
            workers[0].kill()

    store = TrialStore(tmp_path / "lost", code="v1")
    rows = run_trials(noisy, cells, store=store, workers=Workers(1, address), progress=LoseAWorker("t", quiet=True))
    assert numbers(rows) == numbers(expected)


def test_progress_is_plain_lines_with_the_time_left_when_not_on_a_terminal(monkeypatch):
    clock = iter([0.0, 12.0, 30.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    stream = io.StringIO()
    progress = Progress("era, stage", stream=stream)
    progress.start(10, done=2)
    progress.advance(4)
    progress.advance(4)
    progress.finish()
    assert stream.getvalue().splitlines() == [
        "era, stage: 8 trials to run, 2 are there",
        "era, stage: 6 of 10 trials, 12 s gone, about 12 s left",
        "era, stage: 10 of 10 trials, 30 s gone, about 0 s left",
    ]


def test_quiet_progress_says_nothing():
    stream = io.StringIO()
    progress = Progress("x", quiet=True, stream=stream)
    progress.start(2, done=1)
    progress.advance(1)
    assert stream.getvalue() == ""


def test_trial_generators_are_the_children_of_one_seed_sequence():
    from core.learning.seeds import generator

    children = np.random.SeedSequence(7).spawn(3)
    for seed, child in enumerate(children):
        assert generator(7, seed).random() == np.random.default_rng(child).random()
