"""Measured slopes: the quick preset end to end, and its parts."""

import numpy as np
import pytest

from core.evidence.record import load
from core.learning import slope_theory as theory
from reproductions import slopes_1950s
from reproductions.cli import execute
from reproductions.slopes_1950s import experiment as experiments

NOISE = {"method": "DSD", "n": 4, "time_constant": 2000, "samples": 10, "burn": 3, "measure": 20, "entropy": 1}


def test_the_quick_run_measures_every_claim_and_draws_every_figure(quick_of):
    folder, record, _ = quick_of("slopes_1950s")
    paper = execute.paper_of("slopes_1950s")
    ours = {claim["id"]: claim["ours"] for claim in record["claims"]}
    assert list(ours) == [claim.id for claim in paper.claim]
    assert all(ours.values())
    for name in ("central", "second", "forward", "penalty", "perturbation"):
        assert ours[f"quadratic_{name}"]["estimate"] == pytest.approx(1, abs=1e-9)
    assert ours["forward_order"]["estimate"] == pytest.approx(1, abs=0.01)
    assert ours["central_order"]["estimate"] == pytest.approx(2, abs=0.01)
    verdicts = {claim["id"]: claim["verdict"] for claim in record["claims"]}
    standing = {claim["id"]: claim["standing"] for claim in record["claims"]}
    assert all(verdicts[name] == "not comparable" for name in ours if standing[name] in ("recalled", "computed"))
    assert all(verdicts[name] == "reproduced" for name in ours if standing[name] in ("read", "quoted"))
    assert {path.stem for path in (folder / "figures").glob("*.svg")} == {figure.id for figure in paper.figure}
    text = (folder / "report.md").read_text()
    assert "compare ours with a value that we recall or worked out" in text
    _, arrays = load(folder)
    assert arrays["forward_float64"].shape == (8, len(experiments.STEPS))


def test_slopes_of_a_network_are_worst_where_theory_says():
    row = experiments.step_sweep({"precision": "float64", "entropy": 1}, [3])[0]
    steps = experiments.STEPS
    assert row["central_least"] < 1e-9 < row["forward_least"] < 1e-6
    assert row["forward"][np.argmin(np.abs(steps - 1e-12))] > 1e3 * row["forward_least"]  # round-off
    narrow = experiments.step_sweep({"precision": "float32", "entropy": 1}, [3])[0]
    assert narrow["central_least"] > 1e4 * row["central_least"]


def test_noise_keeps_steepest_descent_where_the_mean_field_says():
    step = theory.best_descent_step(4, 2000)
    found = [r["misadjustment"] for r in experiments.misadjustment({**NOISE, "step": step}, range(6))]
    expected = theory.descent_mean_field(4, theory.descent_rate(4, 10, 2000), 10, step)
    assert np.mean(found) == pytest.approx(expected, rel=0.08)


def test_a_step_too_small_is_a_recorded_divergence():
    with np.errstate(all="ignore"):
        found = experiments.misadjustment({**NOISE, "n": 16, "step": 0.02}, [0])[0]
    assert found["failed"] == "diverged"
    assert found["diverged"] == 1.0


def test_a_seed_measures_the_same_whoever_shares_its_block():
    cell = {**NOISE, "method": "LRS", "step": 0.2}
    assert experiments.misadjustment(cell, [0, 1, 2])[1] == experiments.misadjustment(cell, [1])[0]


def test_the_design_of_the_task_is_the_same_for_every_method():
    cells = slopes_1950s.reach_cells(slopes_1950s.PRESETS["paper"])
    design = {(c["method"], c["n"]): c["time_constant"] for c in cells}
    assert design["DSD", 16] == pytest.approx(16**2 / 0.02)
    assert design["LMS", 16] == pytest.approx(40)
    for (method, n), constant in design.items():
        if method == "DSD":
            assert theory.least_total(n, constant) == pytest.approx(0.1)
        elif method == "LRS":
            assert theory.least_total_search(n, constant) == pytest.approx(0.1)
