"""The loop over studies: those that depend on earlier ones, and those that go on while the best is the last tried."""

import numpy as np
import pytest

from core.evidence.progress import Progress
from core.evidence.studies import Study, run_studies
from core.evidence.trial_store import TrialStore
from core.evidence.trials import Workers
from core.evidence.tuning import FIRST_TUNING_SEED, lowest, outwards, tried_at, tuning_seeds
from tests.evidence.trial_functions import valley


def go(studies, tmp_path, entropy=7):
    return run_studies(
        studies,
        entropy,
        stores=lambda study: TrialStore(tmp_path, code=study.name),
        workers=Workers(1),
        progress=Progress("t", quiet=True),
    )


def test_cells_know_their_study_and_the_entropy(tmp_path):
    rows = go([Study("a", valley, [({"bottom": 1.0, "rate": 1.0}, range(2))])], tmp_path)
    assert [row.cell for row in rows["a"]] == [{"study": "a", "bottom": 1.0, "rate": 1.0, "entropy": 7}] * 2
    without = go([Study("b", valley, [({"bottom": 1.0, "rate": 1.0}, [0])])], tmp_path, entropy=None)
    assert "entropy" not in without["b"][0].cell


def test_a_study_may_depend_on_an_earlier_one(tmp_path):
    def best(rows):
        tried = {row.cell["rate"]: row.values["loss"] for row in rows["first"]}
        return [({"bottom": 0.1, "rate": min(tried, key=tried.get)}, range(3))]

    cells = [({"bottom": 0.1, "rate": rate}, [0]) for rate in (0.01, 0.1, 1.0)]
    rows = go([Study("first", valley, cells), Study("then", valley, best)], tmp_path)
    assert {row.cell["rate"] for row in rows["then"]} == {0.1}


@pytest.mark.parametrize("bottom", [1e-4, 0.003, 0.1])
def test_values_are_tried_outwards_until_the_best_lies_inside(tmp_path, bottom):
    ladder = (1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1)
    place = {"bottom": bottom}
    rows = go([Study("rates", valley, outwards("rates", [place], "rate", ladder, seeds=[0], score="loss"))], tmp_path)
    tried = tried_at(rows["rates"], place, "rate", ladder)
    best = lowest(tried, "loss")
    assert best == min(ladder, key=lambda r: abs(np.log(r / bottom)))
    middle = ladder[2:5]
    assert set(middle) <= set(tried)
    if bottom == 0.003:
        assert set(tried) == set(middle)
    assert len(rows["rates"]) == len(tried)  # nothing twice


def test_a_setting_with_a_failed_trial_comes_last(tmp_path):
    rows = go(
        [Study("a", valley, [({"bottom": 1.0, "rate": r, "fails": r == 1.0}, range(2)) for r in (1.0, 5.0)])], tmp_path
    )
    tried = tried_at(rows["a"], {}, "rate", (1.0, 5.0))
    assert lowest(tried, "loss") == 5.0


def test_tuning_seeds_are_nobody_elses():
    assert list(tuning_seeds(2)) == [FIRST_TUNING_SEED, FIRST_TUNING_SEED + 1]


def test_two_studies_of_one_name_are_refused(tmp_path):
    study = Study("a", valley, [({"bottom": 1.0, "rate": 1.0}, [0])])
    with pytest.raises(ValueError, match="two studies are called 'a'"):
        go([study, study], tmp_path)
