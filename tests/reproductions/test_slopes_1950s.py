"""Measured slopes: the quick preset end to end, and its parts."""

import numpy as np
import pytest

from core.evidence.rows import pick
from core.evidence.trials import Row
from core.learning import slope_theory as theory
from reproductions.cli import rooms
from reproductions.slopes_1950s import claims, meter, networks, noise, quadratics, run
from reproductions.slopes_1950s.settings import PRESETS

NOISE = {"method": "DSD", "n": 4, "time_constant": 2000, "samples": 10, "burn": 3, "measure": 20, "entropy": 1}


def row(seed=0, failed=False, cell=None, **values):
    return Row(cell or {}, seed, failed, "diverged" if failed else "", values, {}, 0.0)


def test_the_quick_run_measures_every_claim_and_draws_every_figure(quick_of):
    folder, record, _ = quick_of("slopes_1950s")
    paper = rooms.paper_of("slopes_1950s")
    ours = {claim["id"]: claim["ours"] or claim["answers"] for claim in record["claims"]}
    assert list(ours) == [claim.id for claim in paper.claim]
    assert all(ours.values())
    outcomes = {claim["id"]: claim["outcome"] for claim in record["claims"]}
    exact = [c.id for c in paper.claim if c.section in ("quadratic", "step", "count")]
    assert {name: outcomes[name] for name in exact} == dict.fromkeys(exact, "agrees")
    assert {path.stem for path in (folder / "figures").glob("*.svg")} >= {figure.id for figure in paper.figure}
    assert (folder / "figures" / "nudge_read_turn.gif").exists()


def test_slopes_of_a_network_are_worst_where_theory_says():
    row = networks.step_sweep({"precision": "float64", "entropy": 1}, [3])[0]
    steps = networks.STEPS
    assert row["central_least"] < 1e-9 < row["forward_least"] < 1e-6
    assert row["forward"][np.argmin(np.abs(steps - 1e-12))] > 1e3 * row["forward_least"]  # rounding
    narrow = networks.step_sweep({"precision": "float32", "entropy": 1}, [3])[0]
    assert narrow["central_least"] > 1e4 * row["central_least"]


def test_sums_of_units_pushed_give_the_gradient_at_one_reading_a_unit():
    found = networks.pushed_sums({"sizes": [6, 5, 3], "entropy": 1}, range(3))
    assert all((row["units"], row["unit_readings"]) == (8, 9) for row in found)
    assert all(row["unit_error"] < 1e-5 for row in found)
    counted = networks.evaluations({"sizes": [6, 5, 3], "entropy": 1}, [0])[0]
    assert (counted["parameters"], counted["forward_readings"], counted["central_readings"]) == (53, 54, 106)
    assert counted["backward_cost"] == pytest.approx((2 * 30 + 3 * 15) / 45)


def test_noise_keeps_steepest_descent_where_the_mean_field_says():
    step = theory.best_descent_step(4, 2000)
    found = [r["misadjustment"] for r in noise.misadjustment({**NOISE, "step": step}, range(6))]
    expected = theory.descent_mean_field(4, theory.descent_rate(4, 10, 2000), 10, step)
    assert np.mean(found) == pytest.approx(expected, rel=0.08)


def test_a_step_too_small_is_a_recorded_divergence():
    with np.errstate(all="ignore"):
        found = noise.misadjustment({**NOISE, "n": 16, "step": 0.02}, [0])[0]
    assert found["failed"] == "diverged"
    assert found["diverged"] == 1.0
    half = claims._gone([row(failed=True, diverged=0.5), row(failed=True, diverged=1.0)])
    assert (half.estimate, half.n) == (0.75, 32)


def test_a_task_that_is_not_done_in_time_is_late_and_not_failed():
    cell = {"method": "LMS", "n": 2, "time_constant": 5, "step": 0.0, "start": 3.0, "samples": 10, "goal": 1e-12}
    found = noise.time_to_reach({**cell, "entropy": 1}, [0])[0]
    assert found == {"reached": 0.0}


def test_a_seed_measures_the_same_whoever_shares_its_block():
    cell = {**NOISE, "method": "LRS", "step": 0.2}
    assert noise.misadjustment(cell, [0, 1, 2])[1] == noise.misadjustment(cell, [1])[0]


def test_formulas_are_exact_on_a_parabola():
    for found in quadratics.quadratic({"entropy": 4}, range(20)):
        assert all(value == pytest.approx(1, abs=1e-6) for value in found.values())


def test_exponents_and_ratios_by_hand():
    rows = [row(seed, cell={"n": n}, misadjustment=0.01 * n**2 * f, perturbation=0.0)
            for n in (2, 4, 8) for seed, f in enumerate((0.9, 1.0, 1.1))]  # fmt: skip
    found = claims._exponent(rows, (2, 4, 8))
    assert found.estimate == pytest.approx(2)
    assert found.low < 2 < found.high
    ratio = claims._by_seed(rows, lambda r: 0.01 * r.cell["n"] ** 2)
    assert (ratio.estimate, ratio.n) == (pytest.approx(1), 3)  # three seeds, not nine runs
    totals = [
        row(0, cell={"step": d}, misadjustment=m, perturbation=d) for d, m in ((0.1, 0.3), (0.2, 0.1), (0.4, 0.1))
    ]
    totals += [
        row(1, cell={"step": d}, misadjustment=m, perturbation=d) for d, m in ((0.1, 0.3), (0.2, 0.3), (0.4, 0.0))
    ]
    assert claims._equal_parts(totals).estimate == pytest.approx((0.1 / 0.2 + 0.3 / 0.1) / 2)


def test_the_exponent_of_the_task_counts_late_runs_as_endless():
    settings = PRESETS["quick"].model_copy(update={"widths": (2, 4)})
    took = {"DSD": {2: (20, 40, 60), 4: (80, 160, None)}, "LMS": {2: (2, 4, 6), 4: (4, 8, 12)}}
    rows = []
    for method, by_width in took.items():
        for n, values in by_width.items():
            for seed, value in enumerate(values):
                cell = {"method": method, "n": n, "start": settings.start}
                rows.append(row(seed, cell=cell, **({"presentations": float(value)} if value else {"reached": 0.0})))
    found = claims._reach_law(settings, {"the same task": rows})
    assert found.estimate == pytest.approx(1)  # medians 40 and 160 over 4 and 8
    assert found.unfinished == 1


def test_the_design_of_the_task_is_the_same_for_every_method():
    cells = run.reach_cells(PRESETS["paper"])
    design = {(c["method"], c["n"]): c["time_constant"] for c in cells}
    assert design["DSD", 16] == pytest.approx(16**2 / 0.02)
    assert design["LMS", 16] == pytest.approx(40)
    for (method, n), constant in design.items():
        if method == "DSD":
            assert theory.least_total(n, constant) == pytest.approx(0.1)
        elif method == "LRS":
            assert theory.least_total_search(n, constant) == pytest.approx(0.1)


def test_laws_are_tried_at_two_perturbations():
    cells = [row(cell=cell) for cell in run.noise_cells(PRESETS["paper"])]
    assert len(pick(cells, series="small")) == 8
    assert {r.cell["time_constant"] for r in pick(cells, series="small")} == {100000}


def test_the_drawn_machine_learns_by_readings_alone():
    every = meter.moments()
    assert every[-1].readings == 4 * meter.TURNS  # one to start from and one for each knob, every turn
    assert every[-1].reading < 0.5 < every[0].reading
