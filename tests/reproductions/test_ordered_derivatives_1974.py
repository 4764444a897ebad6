"""Ordered derivatives on a page, through time, and their cost: the quick preset end to end, and its parts."""

from itertools import pairwise

import numpy as np
import pytest

from core.datasets import series
from core.evidence.trials import Row
from core.learning import slopes
from reproductions.cli import rooms
from reproductions.ordered_derivatives_1974 import claims, costs, now, page, run, walk
from reproductions.ordered_derivatives_1974 import dynamic_feedback as feedback
from reproductions.ordered_derivatives_1974 import experiment as experiments
from reproductions.ordered_derivatives_1974.settings import PRESETS, Settings


def row(cell, seed=0, **values):
    return Row(cell, seed, False, "", values, {}, 0.0)


def test_the_quick_run_measures_every_claim_and_draws_every_figure(quick_of):
    folder, record, _ = quick_of("ordered_derivatives_1974")
    paper = rooms.paper_of("ordered_derivatives_1974")
    found = {claim["id"]: claim for claim in record["claims"]}
    assert list(found) == [claim.id for claim in paper.claim]
    missing = {name for name, claim in found.items() if claim["outcome"] == "not measured"}
    assert missing == {"arma_phi", "arma_theta"}  # judged on the whole series only
    for name in ("page", "networks", "by_units", "tangents", "exactly_three", "formula", "typical"):
        assert found[name]["outcome"] == "agrees", name
    assert found["arma_same"]["ours"]["high"] < 1e-4
    assert {figure.id for figure in paper.figure} <= {path.stem for path in (folder / "figures").glob("*.svg")}
    table = {one["id"]: one for one in record["tables"]}["page"]
    differences = [line[-1] for line in table["rows"] if line[-1] is not None]
    assert len(differences) == 22
    assert max(differences) < 1e-8


def test_the_page_is_the_network_written_out():
    system, rows = page.page()
    v = page.PAGE
    x3 = np.tanh(v["w30"] + v["w31"] * v["x1"] + v["w32"] * v["x2"])
    x4 = np.tanh(v["w40"] + v["w41"] * v["x1"] + v["w42"] * v["x2"] + v["w43"] * x3)
    value = float(system.entries[-1].value)
    assert value == pytest.approx(0.5 * (x4 - v["t"]) ** 2)
    assert len(rows) == len(system.entries) == len({name for name, _ in rows})
    assert page.replay(system, len(rows) - 1, 0.25) == pytest.approx(value + 0.25)
    first = next(k for k, (name, _) in enumerate(rows) if name == "net4")
    assert page.replay(system, first, 0.1) == pytest.approx(0.5 * (np.tanh(np.arctanh(x4) + 0.1) - v["t"]) ** 2)


@pytest.mark.parametrize(("h", "ratio"), [(32, 2.65), (64, 2.79)])
def test_counts_of_a_net_with_three_hidden_layers(h, ratio):
    found = costs.counts({"sizes": [32, h, h, h, 1], "entropy": 0}, [0])[0]
    assert found["parameters"] == 33 * h + 2 * (h + 1) * h + h + 1
    assert found["ratio"] == pytest.approx(ratio, abs=0.005)
    assert found["off_formula"] == 0
    assert found["tangent_error"] < 1e-9


@pytest.mark.parametrize("factors", [2, 10, 1000])
def test_a_product_and_its_derivatives_cost_three_products(factors):
    found = costs.product({"factors": factors}, [0])[0]
    assert found == {"ratio": 3.0, "operations": 3.0 * (factors - 1)}


@pytest.mark.parametrize("run_up_to", [1000, 10])
def test_slopes_run_by_the_clock_are_the_derivatives(run_up_to):
    found = costs.nudges_by_the_clock({"sizes": [4, 6, 5, 2], "run_up_to": run_up_to, "entropy": 1}, [0])[0]
    assert found["parameters"] == 77
    assert found["run"] == (run_up_to == 1000)
    assert found["slopes_error"] < 1e-5
    assert found["units_error"] < 1e-6
    assert found["slopes_time"] > 20  # of 78 passes, however unsteady the clock
    assert found["units_time"] > 4  # of 14


def test_a_whole_measurement_by_the_clock_times_every_net():
    found = costs.walks_by_the_clock({"nets": [[4, 6, 2], [32, 64, 64, 64, 1]], "entropy": 1}, [0])[0]
    assert found["seconds"].shape == (2, 3)
    assert found["ratios"] == pytest.approx(1 + found["seconds"][:, 1] / found["seconds"][:, 0])
    assert found["ratio"] == found["ratios"][1]  # the first net is too small to count as large
    assert "ratio" not in costs.walks_by_the_clock({"nets": [[4, 6, 2]], "entropy": 1}, [0])[0]


def test_nets_that_learn_parity_count_what_they_did():
    cell = {"form": "ordered", "bits": 2, "units": 1, "rate": 0.5, "sweeps": 500, "entropy": 1}
    rows = experiments.parity(cell, range(8))
    assert any(found["solved"] for found in rows)
    for found in rows:  # 4 patterns; 2 + 3 weights, each used forward and for its slope, the hidden unit's once more
        assert ("sweeps" in found) == bool(found["solved"])
        assert found["operations"] == found.get("sweeps", 500) * 4 * (2 * 5 + 1)


# Then and now.


def test_a_rung_by_the_recipe_of_1986_is_the_compiled_net():
    """Both learn in the same sweep where the compiled one asks for the right side of one half, too."""
    from core.datasets import boolean
    from core.learning.compiled import small_nets
    from core.learning.seeds import generator
    from core.networks.fully_ordered import fully_ordered

    cell = {"bits": 2, "units": 1, "sweeps": 400, "rate": 0.25, "entropy": 3, **run.THEN}
    found = now.learn(cell, range(8))
    net, (x, t) = fully_ordered(2, 1), boolean.parity(2)
    start = np.stack([net.flat(net.init(generator(3, seed), 0.5)) for seed in range(8)])
    same = small_nets.train(
        net.wiring, start, x, 0.1 + 0.8 * t, rate=0.25, momentum=0.9, margin=0.4 + 1e-12, sweeps=400
    )
    took = [one.get("sweeps", np.nan) for one in found]
    assert np.isfinite(took).any()
    for ours, other in zip(took, same.solved, strict=True):
        assert np.isnan(ours) == (other < 0) or abs(ours - other) <= 2


@pytest.mark.parametrize("rung", list(run.RUNGS))
def test_a_seed_does_not_depend_on_its_block(rung):
    cell = {**run.rungs(PRESETS["quick"])[rung], "bits": 2, "units": 1, "sweeps": 300, "rate": 0.1, "entropy": 1}
    together, alone = now.learn(cell, range(4)), [now.learn(cell, [seed])[0] for seed in range(4)]
    assert together == alone


def test_each_rung_changes_one_thing():
    cells = [{k: v for k, v in cell.items() if k != "rung"} for cell in run.rungs(Settings()).values()]
    for before, after in pairwise(cells):
        assert sum(before[name] != after[name] for name in before) == 1


def test_the_rate_of_a_rung_counts_nets_that_never_learned():
    s = Settings(now_rates=(0.1, 0.3), now_sweeps=100)
    rows = {
        "rungs, rates": [
            row({"rung": "Adam", "rate": 0.1}, 0, solved=1.0, sweeps=80.0),
            row({"rung": "Adam", "rate": 0.1}, 1, solved=1.0, sweeps=90.0),
            row({"rung": "Adam", "rate": 0.3}, 0, solved=1.0, sweeps=71.0),
            row({"rung": "Adam", "rate": 0.3}, 1, solved=0.0),
        ]
    }
    assert run.chosen_rate(s, rows, "Adam") == 0.1


# Through time.


def test_truncated_estimates_centre_near_what_was_planted():
    cell = {"phi": 0.7, "theta": 0.3, "length": 300, "cuts": [3, 1000], "entropy": 1}
    rows = feedback.truncated(cell, range(4))
    for found in rows:
        assert found["theta_1000"] == pytest.approx(found["theta_full"], abs=1e-5)
    assert np.mean([found["phi_full"] for found in rows]) == pytest.approx(0.7, abs=0.1)
    assert np.mean([found["theta_full"] for found in rows]) == pytest.approx(0.3, abs=0.1)
    assert np.mean([found["theta_3"] for found in rows]) == pytest.approx(0.3, abs=0.15)


def test_a_fit_by_slopes_pays_for_every_reading(monkeypatch):
    y, readings = series.concentration()[:20], []
    alone = feedback.value_alone
    monkeypatch.setattr(
        feedback, "value_alone", lambda build, points: readings.append(points.size // 3) or alone(build, points)
    )
    found = feedback.fit(feedback.arma(y), np.array([17.0, 0.5, 0.3]), np.array([10.0, 1.0, 1.0]))
    assert found["passes_by_slopes"] == sum(readings)
    assert readings == [1, 3] * (len(readings) // 2)  # at each point n + 1: the value once, and the nudged ones
    assert found["fit_seconds"] > 0
    assert found["slopes_seconds"] > 0


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


# Claims by hand.


def test_the_gap_between_forms_is_taken_seed_by_seed():
    learned = {("ordered", 0): (1, 1), ("ordered", 1): (1, 0), ("layered", 0): (1, 0), ("layered", 1): (0, 0)}
    rows = [
        row({"form": form, "units": units}, seed, solved=float(solved))
        for (form, seed), each in learned.items()
        for units, solved in zip((2, 3), each, strict=True)
    ]
    found = claims.ordered_gap(rows)
    assert found.estimate == 0.5
    assert found.n == 2
    assert found.low == found.high == 0.5


def test_fits_in_a_worse_valley_are_not_among_the_best():
    rows = [row({}, k, loss=loss) for k, loss in enumerate((1.0, 1.00001, 1.2))]
    assert [one.seed for one in claims.best_fits(rows)] == [0, 1]
    assert claims.best_fits([]) == []


def test_passes_saved_are_a_geometric_mean_of_ratios():
    rows = [row({}, k, passes=10.0, passes_by_slopes=p) for k, p in enumerate((20.0, 80.0))]
    assert claims.passes_saved(rows).estimate == pytest.approx(4)


def test_settings_refuse_nonsense():
    with pytest.raises(ValueError, match="length"):
        Settings(length=500)
    with pytest.raises(ValueError, match="repetitions"):
        Settings(repetitions=4)


def test_the_film_walks_down_every_line_and_back_up_to_those_that_vary():
    every = walk.lines()
    assert all(j < k for k, line in enumerate(every) for j in line.uses)
    assert all(k in every[j].used_by for k, line in enumerate(every) for j in line.uses)
    steps = walk.moments(every)
    down = [k for k, back in steps if not back]
    assert down[: len(every)] == list(range(len(every)))
    assert [k for k, back in steps if back] == [k for k in reversed(range(len(every))) if every[k].varies]
    assert walk._told(every, len(every) - 1, True) == "E itself: a slope of 1"
