"""The room of landscapes: nets that failed, the film's ceiling, cells of both presets and bad data."""

import json

import numpy as np
import pytest

from core.errors import BackstoryError
from core.evidence.trials import Row
from reproductions.landscapes_2018 import claims, film, run
from reproductions.landscapes_2018.settings import PRESETS


def row(cell, seed, failed=False, arrays=None, **values):
    return Row(dict(cell), seed, failed, "diverged" if failed else "", values, arrays or {}, 0.0)


def test_slices_through_one_net_count_as_one():
    rows = [row({"nets": 2}, seed, width=width) for seed, width in enumerate((1.0, 10.0, 3.0, 20.0))]
    np.testing.assert_allclose(claims.by_net(rows, "width"), [2.0, 15.0])
    rows[3] = row({"nets": 2}, 3, failed=True)
    np.testing.assert_allclose(claims.by_net(rows, "width"), [2.0, 10.0])
    assert [list(seeds) for _, seeds in run.by_net([{}], 3, 2)] == [[0, 3, 1, 4, 2, 5]]


def test_nothing_is_told_of_kinds_of_which_nets_failed():
    assert claims.apart(np.array([1.0]), np.array([1.0, 2.0])) is None
    assert claims.ratio(np.array([1.0]), np.array([1.0, 2.0])) is None
    assert claims.apart(np.arange(5.0) + 2, np.arange(5.0)).estimate == pytest.approx(2.0)
    assert claims.ratio(2 * np.arange(1.0, 6.0), np.arange(1.0, 6.0)).estimate == pytest.approx(2.0)


def test_the_film_cuts_off_what_is_high_or_not_known():
    frames = np.stack([np.arange(9.0).reshape(3, 3), np.array([[np.nan, 1, 2], [np.inf, 4, 5], [6, 7, 1e12]])])
    assert film.top(frames) == pytest.approx(7.6)
    np.testing.assert_allclose(film.clipped(frames, 1), [[7.6, 1, 2], [7.6, 4, 5], [6, 7, 7.6]])


def test_every_study_of_both_presets_has_distinct_cells():
    for preset in PRESETS.values():
        for study in run.studies(preset):
            cells = [json.dumps(cell, sort_keys=True) for cell, _ in study.cells]
            assert len(set(cells)) == len(cells) or study.name == "wormhole", study.name
    assert {cell["name"] for cell in run.line_cells(PRESETS["paper"])} == set(run.ORDINARY + run.MADE)


def test_missing_data_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("BACKSTORY_DATA", str(tmp_path))
    (tmp_path / "mnist").mkdir()
    for name in ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"):
        (tmp_path / "mnist" / name).write_bytes(b"not a file of digits")
    with pytest.raises(BackstoryError) as caught:
        run.prepare(PRESETS["paper"], quiet=True)
    assert "\n" not in str(caught.value).strip()
