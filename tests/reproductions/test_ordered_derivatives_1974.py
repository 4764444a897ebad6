"""Ordered derivatives on a page, through time, and their cost: the quick preset end to end, and its parts."""

import numpy as np
import pytest

from core.datasets import series
from core.evidence.record import load
from core.learning import slopes
from reproductions import ordered_derivatives_1974
from reproductions.cli import execute
from reproductions.ordered_derivatives_1974 import clocked_slopes
from reproductions.ordered_derivatives_1974 import dynamic_feedback as feedback
from reproductions.ordered_derivatives_1974 import experiment as experiments


def test_the_quick_run_measures_every_claim_and_draws_every_figure(quick_of):
    folder, record, _ = quick_of("ordered_derivatives_1974")
    paper = execute.paper_of("ordered_derivatives_1974")
    ours = {claim["id"]: claim["ours"] for claim in record["claims"]}
    assert list(ours) == [claim.id for claim in paper.claim]
    assert {name for name, value in ours.items() if value is None} == {"counts_256", "counts_512", "forward_mode_512"}
    assert ours["page"]["estimate"] < 1e-8
    assert ours["counts_32"]["estimate"] == pytest.approx(2.66, abs=0.02)
    assert ours["arma_same"]["high"] < 1e-4
    assert ours["prey_same"]["high"] < 1e-4
    assert {path.stem for path in (folder / "figures").glob("*.svg")} == {figure.id for figure in paper.figure}
    page = next(table for table in record["measurements"]["tables"] if table["id"] == "page")
    differences = [line[-1] for line in page["rows"] if line[-1] is not None]
    assert len(differences) == 22
    assert max(differences) < 1e-8
    _, arrays = load(folder)
    assert arrays["theta"].shape == (8, 3)


def test_the_page_is_the_network_written_out():
    target, rows = experiments.page()
    v = experiments.PAGE
    x3 = np.tanh(v["w30"] + v["w31"] * v["x1"] + v["w32"] * v["x2"])
    x4 = np.tanh(v["w40"] + v["w41"] * v["x1"] + v["w42"] * v["x2"] + v["w43"] * x3)
    assert float(target.value) == pytest.approx(0.5 * (x4 - v["t"]) ** 2)
    assert len(rows) == target.index + 1
    assert len({name for name, _ in rows}) == len(rows)
    assert experiments.replay(target, target.index, 0.25) == pytest.approx(float(target.value) + 0.25)
    first = next(k for k, (name, _) in enumerate(rows) if name == "net4")
    total = np.arctanh(x4)
    assert experiments.replay(target, first, 0.1) == pytest.approx(0.5 * (np.tanh(total + 0.1) - v["t"]) ** 2)


@pytest.mark.parametrize("h", [32, 64])
def test_counts_of_a_published_net(h):
    row = experiments.cost({"sizes": [32, h, h, h, 1], "directions": 10, "entropy": 0}, [0])[0]
    assert row["parameters"] == 33 * h + 2 * (h + 1) * h + h + 1
    assert row["ratio"] == pytest.approx({32: 2.66, 64: 2.79}[h], abs=0.02)
    assert "slope_passes" not in row  # too many to nudge one by one
    assert row["tangent_error"] < 1e-9
    assert row["unit_error"] < 1e-7


@pytest.mark.parametrize(("sizes", "n"), [([1, 3, 1], 10), ([4, 5, 3, 1], 47)])
def test_all_slopes_of_a_small_net_are_measured_and_counted(sizes, n):
    row = experiments.cost({"sizes": sizes, "directions": 10, "entropy": 0}, [0])[0]
    assert (row["parameters"], row["slope_passes"]) == (n, n + 1)
    assert row["slope_error"] < 1e-5


def test_nets_that_learn_parity_count_what_they_did():
    cell = {"form": "ordered", "bits": 2, "units": 1, "rate": 0.5, "sweeps": 500, "entropy": 1}
    rows = experiments.parity(cell, range(8))
    assert any(row["solved"] for row in rows)
    for row in rows:  # 4 patterns; 2 + 3 weights, each used forward and for its slope, the hidden unit's once more
        assert row["operations"] == (row["took"] if row["solved"] else 500) * 4 * (2 * 5 + 1)


def test_truncated_estimates_centre_near_what_was_planted():
    cell = {"phi": 0.7, "theta": 0.3, "length": 400, "cuts": [3, 1000], "entropy": 1}
    rows = feedback.truncated(cell, range(6))
    for row in rows:
        assert row["theta_1000"] == pytest.approx(row["theta_full"], abs=1e-5)
    assert np.mean([row["phi_full"] for row in rows]) == pytest.approx(0.7, abs=0.1)
    assert np.mean([row["theta_full"] for row in rows]) == pytest.approx(0.3, abs=0.1)
    assert np.mean([row["theta_3"] for row in rows]) == pytest.approx(0.3, abs=0.15)


@pytest.mark.parametrize("run_up_to", [1000, 10])
def test_slopes_run_by_the_clock_are_the_derivatives(run_up_to):
    row = clocked_slopes.by_the_clock({"sizes": [4, 6, 5, 2], "run_up_to": run_up_to, "entropy": 1}, [0])[0]
    assert row["parameters"] == 77
    assert row["run"] == (run_up_to == 1000)
    assert row["slopes_error"] < 1e-5
    assert row["units_error"] < 1e-6
    assert row["slopes_time"] > 20  # of 78 passes, however unsteady the clock
    assert row["units_time"] > 4  # of 14


def test_a_fit_by_slopes_pays_for_every_reading(monkeypatch):
    y, readings = series.concentration()[:20], []
    alone = feedback.value_alone
    monkeypatch.setattr(
        feedback, "value_alone", lambda build, points: readings.append(points.size // 3) or alone(build, points)
    )
    row = feedback.fit(feedback.arma(y), np.array([17.0, 0.5, 0.3]), np.array([10.0, 1.0, 1.0]))
    assert row["passes_by_slopes"] == sum(readings)
    assert readings == [1, 3] * (len(readings) // 2)  # at each point n + 1: the value once, and the nudged ones
    assert row["fit_seconds"] > 0
    assert row["slopes_seconds"] > 0


def test_shocks_of_an_arma_model_by_hand():
    y = np.array([17.0, 17.5, 16.8])
    w = np.array([17.1, 0.5, 0.3])
    a1 = 0.4 - 0.5 * -0.1
    a2 = -0.3 - 0.5 * 0.4 + 0.3 * a1
    value, slope = feedback.value_and_derivatives(feedback.arma(y), w)
    assert value == pytest.approx(0.5 * (a1**2 + a2**2))
    assert slope[2] == pytest.approx(a2 * a1)
    _, cut = feedback.value_and_derivatives(feedback.arma(y, 1), w)
    assert cut[2] == pytest.approx(a2 * a1)  # theta itself is still seen
    assert cut[1] == pytest.approx(a1 * 0.1 + a2 * -0.4)
    assert slope[1] == pytest.approx(a1 * 0.1 + a2 * (-0.4 + 0.3 * 0.1))


@pytest.mark.parametrize("build", [feedback.arma(series.concentration()[:20]), feedback.predators(series.pelts(), 1)])
def test_derivatives_through_time_are_measured_slopes(build):
    w = np.array([17.0, 0.8, 0.4]) if build.__qualname__.startswith("arma") else feedback.GUESS
    value, exact = feedback.value_and_derivatives(build, w)
    meter = slopes.Meter(lambda points: feedback.value_alone(build, points))
    assert float(meter.read(w)) == pytest.approx(value)
    assert slopes.central(meter, w, 1e-5) == pytest.approx(exact, rel=1e-6, abs=1e-6)


def test_a_cut_longer_than_the_series_cuts_nothing():
    y, w = series.concentration()[:30], np.array([17.0, 0.8, 0.4])
    full = feedback.value_and_derivatives(feedback.arma(y), w)
    long = feedback.value_and_derivatives(feedback.arma(y, 40), w)
    assert long[0] == full[0]
    assert long[1] == pytest.approx(full[1])
    assert feedback.value_and_derivatives(feedback.arma(y, 3), w)[1] != pytest.approx(full[1])


def test_the_predators_follow_their_equations():
    observed = series.pelts()
    value = feedback.value_alone(feedback.predators(observed, 20), feedback.GUESS[None])[0]
    from scipy.integrate import solve_ivp

    a, b, c, d, u, v = np.exp(feedback.GUESS)
    found = solve_ivp(
        lambda _, z: [(a - b * z[1]) * z[0], (d * z[0] - c) * z[1]],
        (0, 20),
        [u, v],
        t_eval=np.arange(21),
        rtol=1e-10,
        atol=1e-10,
    )
    assert value == pytest.approx(0.5 * np.sum((np.log(found.y.T) - np.log(observed)) ** 2), rel=1e-5)


def test_a_fit_from_a_hopeless_start_is_an_outcome():
    rows = feedback.fit_predators({"steps": 1, "spread": 2.0, "entropy": 3}, [0, 2])
    assert rows == [{"failed": "the fit diverged"}] * 2


def test_settings_refuse_nonsense():
    with pytest.raises(ValueError, match="length"):
        ordered_derivatives_1974.Settings(length=500)
