"""Shared fixtures: a cache of its own for every test, a quick run made once, and small settings that take a second."""

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.errors import BackstoryError
from reproductions.cli import rooms
from tests import forked

ROOT = Path(__file__).resolve().parents[1]
REAL_DATA = os.environ.get("BACKSTORY_DATA")
SMALL = [
    f"--set={change}"
    for change in (
        "passes=2", "seeds=3", "sweep_seeds=2", "tuning_seeds=1", "etas=[0.001]", "mus=[0.02]", "sgd_rates=[0.01]",
        "curvature_patterns=20", "map_seeds=0", "now_seeds=0",
    )
]  # fmt: skip


def pytest_configure(config):
    """One cache of compiled loops for all tests and their processes: that of `make reproduce`, where it can be written."""
    with suppress(BackstoryError):
        rooms.keep_compiled_code_apart()
    os.environ.setdefault("BACKSTORY_CACHE", str(ROOT / ".pytest_cache" / "backstory"))
    rooms.keep_compiled_code_apart()


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path):
    """No local data and an empty cache, unless a test asks otherwise."""
    monkeypatch.delenv("BACKSTORY_DATA", raising=False)
    monkeypatch.setenv("BACKSTORY_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def backstory():
    """Run the command line in a process of its own; most commands in a fork of one that has imported it."""
    plain = {k: v for k, v in os.environ.items() if k != "BACKSTORY_DATA"} | {"PYTHONIOENCODING": "utf-8"}
    server = forked.Server(ROOT, plain)
    yield lambda *words, cwd=None, **variables: server.run(words, cwd or ROOT, plain | variables)
    server.close()


@pytest.fixture(scope="session")
def quick_of(backstory, tmp_path_factory):
    """quick_of(name): the report folder and record of one quick run of a reproduction, and what the command said.

    Made once for all test processes: the first that asks makes it, the others wait. Tests must not change the folder.
    """
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root

    def once(name):
        place = root / f"quick-{name}"
        said = place / "said.json"
        try:
            place.mkdir()
        except FileExistsError:
            deadline = time.monotonic() + 240
            while not said.exists() and time.monotonic() < deadline:
                time.sleep(0.2)
        else:
            done = backstory(
                "run",
                name,
                "--out",
                place / "reports",
                "--workers",
                2 if name == "pdp_1986" else 1,  # one process compiles a loop once, and the tests have two of their own
                "--formats",
                "svg",
                BACKSTORY_CACHE=str(place / "cache"),
                OMP_NUM_THREADS="1",
                NUMBA_NUM_THREADS="1",
            )
            draft = place / "draft.json"
            draft.write_text(json.dumps({"returncode": done.returncode, "stdout": done.stdout, "stderr": done.stderr}))
            draft.rename(said)
        done = SimpleNamespace(**json.loads(said.read_text()))
        assert done.returncode == 0, done.stderr
        folder = place / "reports" / "quick" / name
        return folder, json.loads((folder / "record.json").read_text()), done

    return once


@pytest.fixture(scope="session")
def quick(quick_of):
    """The quick run of zipcodes_1989."""
    return quick_of("zipcodes_1989")


def without_cost(folder):
    """A record without its timings, with trials and arrays, for comparing two runs."""
    import numpy as np
    import pandas as pd

    record = json.loads((folder / "record.json").read_text())
    record.pop("cost")
    record.pop("files")  # their hashes change with the seconds of the trials
    with np.load(folder / "arrays.npz") as archive:
        arrays = {name: archive[name].tobytes() for name in archive.files}
    trials = pd.read_csv(folder / "trials.csv", dtype=str).drop(columns="seconds")
    return record, trials.to_csv(), arrays
