"""Choosing settings: the best point by the rule, every point in the table, no seed that is published."""

import numpy as np

from core.evidence import tuning
from core.evidence.progress import Progress
from core.evidence.run import Run
from core.evidence.summaries import passes_ratio
from core.evidence.trial_store import TrialStore
from core.evidence.trials import Row, Workers
from reproductions.cli.main import execute
from reproductions import zipcodes_1989


def measured(cell, seeds):
    """Error falls with rate up to 2; at 3 the second seed fails; 2 and 2.5 tie in error, not in MSE."""
    error = {1.0: 0.3, 2.0: 0.1, 2.5: 0.1, 3.0: 0.0}[cell["rate"]]
    rows = [{"error": error, "mse": cell["rate"]} for _ in seeds]
    if cell["rate"] == 3.0:
        rows[1]["failed"] = "diverged"
    return rows


def choose(tmp_path, points):
    run = Run(
        execute.paper_of("zipcodes_1989"), "quick", zipcodes_1989.PRESETS["quick"],
        TrialStore(tmp_path, code="c"), Workers(1), Progress("t", quiet=True),
    )  # fmt: skip
    arms = {"a": ({"net": "x"}, [{"rate": point} for point in points])}
    chosen, table = tuning.tune(
        run, measured, arms, seeds=3, score=("error", "mse"), measures=[("error, %", "error", 100.0)], block=8,
        title="t", labels={"a": "A"},
    )  # fmt: skip
    return chosen["a"], table, run


def test_the_lowest_error_wins_then_the_lowest_mse_and_failures_come_last(tmp_path):
    chosen, table, run = choose(tmp_path, [1.0, 2.5, 2.0, 3.0])
    assert chosen == {"rate": 2.0}
    assert table["columns"] == ["network", "rate", "chosen", "seeds", "failed", "error, %"]
    assert table["rows"] == [
        ["A", 1.0, "", 3, 0, 30.0], ["A", 2.5, "", 3, 0, 10.0], ["A", 2.0, "yes", 3, 0, 10.0],
        ["A", 3.0, "", 3, 1, 0.0],
    ]  # fmt: skip
    assert min(row.seed for row in run.rows) == tuning.FIRST_TUNING_SEED


def test_if_every_point_fails_the_first_is_taken(tmp_path):
    assert choose(tmp_path, [3.0])[0] == {"rate": 3.0}


def valley(at, failing=()):
    """A stage whose score is least at the rate `at` of each place, and which notes what was asked of it."""
    asked = []

    def stage(cells):
        asked.append([(cell["place"], cell["rate"]) for cell, _ in cells])
        rows = []
        for cell, seeds in cells:
            loss = abs(np.log(cell["rate"] / at[cell["place"]]))
            rows += [Row(cell, seed, cell["rate"] in failing, "", {"loss": loss}, {}, 0.0) for seed in seeds]
        return rows

    return stage, asked


LADDER = (0.01, 0.1, 1.0, 10.0, 100.0)


def test_rates_are_tried_outwards_until_the_best_lies_inside():
    stage, asked = valley({"a": 1.0, "b": 20.0, "c": 0.001})
    places = [{"place": name} for name in "abc"]
    found = tuning.outwards(stage, places, "rate", LADDER, seeds=(0, 1), score="loss")
    assert [best for best, _ in found] == [1.0, 10.0, 0.01]
    assert asked[0] == [(name, rate) for name in "abc" for rate in (0.1, 1.0, 10.0)]
    assert asked[1:] == [[("b", 100.0), ("c", 0.01)]]  # the ladder ends there
    assert list(found[1][1]) == [0.1, 1.0, 10.0, 100.0]
    assert [len(rows) for rows in found[0][1].values()] == [2, 2, 2]


def test_rates_that_fail_come_last_and_lower_ones_are_tried():
    stage, _ = valley({"a": 1.0}, failing=(0.1, 1.0, 10.0, 100.0))
    assert tuning.outwards(stage, [{"place": "a"}], "rate", LADDER, seeds=(0,), score="loss")[0][0] == 0.01
    stage, asked = valley({"a": 1.0})
    assert tuning.outwards(stage, [{"place": "a"}], "rate", (3.0,), seeds=(0,), score="loss")[0][0] == 3.0
    assert asked == [[("a", 3.0)]]


def row(curve, failed=False):
    return Row({}, 0, failed, "", {}, {"c": np.array(curve, dtype=float)[:, None]}, 0.0)


def test_passes_to_a_common_goal():
    fast, slow = row([9, 4, 2, 1]), row([9, 8, 4, 3])
    # Both reach 3: the fast one in pass 2, the slow one in pass 3.
    assert passes_ratio([slow], [fast], "c", 0).estimate == 1.5
    found = passes_ratio([slow, row([1, 1], failed=True)], [fast, fast], "c", 0)
    assert (found.n, found.failed) == (1, 1)
    assert passes_ratio([row([1], failed=True)], [fast], "c", 0) is None
