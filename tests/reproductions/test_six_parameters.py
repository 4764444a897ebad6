"""Six parameters: the published point and log, and the quick preset end to end."""

import numpy as np
import pytest

from core.datasets import cities
from core.evidence.published import load
from core.evidence.trials import Row
from core.learning import checks
from core.learning.ops import OPS, softmax
from reproductions.cli import rooms
from reproductions.six_parameters import claims, landscape, learning, logs, point, run, toy
from reproductions.six_parameters.settings import PRESETS
from reproductions.six_parameters.tables import PUBLISHED, best_rate, convention

LEARN = {"loss": "cross-entropy", "rate": 0.1, "temperature": 1.0, "spread": 1.0, "steps": 60, "entropy": 1}
ORDERS = {"method": "adam", "rate": 0.05, "steps": 80, "order": "random", "options": {}, "entropy": 1}


def replayed(method, steps, **other):
    cell = {"method": method, "rate": 0.05, "steps": steps, "order": "published", "options": {}, **other}
    return logs.replay(cell, [0])[0]


def row(cell, seed=0, **values):
    return Row(cell, seed, False, "", values, {}, 0.0)


def test_the_published_point_to_its_last_digit():
    found = point.point({}, [0])[0]
    np.testing.assert_allclose(found["logits"], [2.3514, 0, -2.3514])
    np.testing.assert_allclose(found["probabilities"], [0.9055465, 0.0862404, 0.0082132], atol=5e-8)
    assert found["point_loss"] == pytest.approx(2.4506167, abs=5e-8)
    exact = [2.1293019, -2.1486144, 0.0193124, 0.9055465, -0.9137596, 0.0082132]
    np.testing.assert_allclose(found["exact"], exact, atol=5e-8)
    np.testing.assert_allclose(found["forward"][:3, 1], [-2.1254, -2.1464, -2.1484], atol=5e-5)
    assert found["central"][0, 1] == pytest.approx(-2.1472, abs=5e-5)
    assert found["nudged_loss"] == pytest.approx(2.24, abs=0.005)
    assert found["nudged_probability"] == pytest.approx(0.107, abs=0.0005)
    assert (found["forward_readings"], found["central_readings"]) == (7, 12)
    assert found["balance"] < 1e-12
    e = np.e
    assert found["softmax_near"] == pytest.approx(e**2 / (2 * e + e**2))
    assert found["softmax_far"] == pytest.approx(e**10 / (2 * e + e**10))


def test_the_log_of_a_hundred_steps():
    found = replayed("sgd", 100)
    for step, loss in PUBLISHED.items():
        assert found["losses"][step - 1] == pytest.approx(loss, abs=1e-4)
    assert (found["first"], found["outer"], found["steady"]) == (22, 9, 75)
    assert all(found["shares"][step - 1] == 1 for step in (22, 31, 46, 80))
    assert found["drift"] < 1e-12


def test_for_good_means_until_the_end():
    right = np.array([[True, False], [True, True], [False, True], [True, True], [True, True]])
    assert logs._steady(right) == 4
    assert logs._steady(right[:3]) == 4  # never, so one more than there are
    assert logs._steady(right[3:]) == 1
    assert logs._first(right) == {"reached": 1.0, "first": 2.0}
    assert logs._first(right[2:3]) == {"reached": 0.0}


def test_a_shadow_is_the_path_seen_in_a_plane():
    rows = landscape.shadow({"rate": 0.05, "steps": 100, "entropy": 7}, range(20))
    path = replayed("sgd", 100)["path"]
    for found in rows:
        assert found["seen"][0] == pytest.approx([0, 0])
        assert np.linalg.norm(found["seen"][-1]) == pytest.approx(found["share"] * np.linalg.norm(path[-1] - path[0]))
        assert 0 < found["share"] <= 1
        assert found["surface"][20, 20] == pytest.approx(found["along"][0])  # the plane's centre is the start
        assert np.abs(found["seen"]).max() < found["extent"]
    assert np.mean([found["share"] ** 2 for found in rows]) == pytest.approx(1 / 3, abs=0.12)
    whole = landscape.plane_of(np.random.default_rng(0), 2)
    assert whole.T @ whole == pytest.approx(np.eye(2))


def test_the_log_of_adam_is_near_the_published_one_but_not_the_same():
    found = replayed("adam", 350)
    assert found["losses"][9] == pytest.approx(18.4130, abs=2e-3)
    assert found["losses"][9] != pytest.approx(18.4130, abs=1e-3)
    assert found["shares"][69:].min() == 1
    assert (found["outer"], found["steady"]) == (36, 64)
    assert found["drift"] > 0.1  # Adam does move the sums
    assert replayed("adam", 350, options={"beta2": 0.99})["losses"][9] == pytest.approx(18.4371, abs=5e-5)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("width", [1, 2, 3])
def test_the_derivative_of_softmax_is_the_measured_slope(temperature, width):
    rng = np.random.default_rng(3)
    a = rng.standard_normal((2, 4, width))
    checks.require(checks.projection_error(OPS["softmax"], (a,), rng, temperature=temperature), "softmax")
    np.testing.assert_allclose(softmax(a, temperature=temperature)[0].sum(axis=-1), 1)


@pytest.mark.parametrize("kind", ["cross-entropy", "squared error"])
@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_the_derivatives_of_both_losses_are_the_measured_slopes(kind, temperature):
    x, t = cities.by_longitude()

    def loss(system, parameters, x, t):
        return toy.city_loss(system, parameters, x, t, kind=kind, temperature=temperature)

    at = {"m": np.array([[-0.1, 0.2, 0.3]]), "b": np.array([0.1, 0.0, -0.4])}
    checks.require(checks.full_error(loss, at, x, t), kind)


def test_a_loss_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="no loss"):
        learning.learn({**LEARN, "loss": "hinge"}, [0])


def test_squared_error_is_flat_where_it_is_most_wrong():
    found = point.saturation({}, [0])[0]
    wrong = np.argmin(np.abs(found["gap"] - 13.4))
    assert found["cross-entropy"][wrong] == pytest.approx(2**0.5, abs=1e-4)
    assert found["squared error"][wrong] < 1e-5


def test_a_seed_measures_the_same_whoever_shares_its_block():
    for function, cell in (
        (learning.learn, LEARN),
        (learning.on_the_map, {"rate": 0.1, "steps": 30, "spread": 0.1, "keep": True, "entropy": 1}),
        (logs.orders, ORDERS),
    ):
        together, alone = function(cell, [0, 1, 2])[1], function(cell, [1])[0]
        assert together.keys() == alone.keys()
        for name, value in alone.items():
            np.testing.assert_array_equal(together[name], value)


def test_another_order_may_keep_the_sequence_of_cities():
    drawn = logs._other_order("within", np.random.default_rng(5))
    assert sorted(drawn) == list(range(15))
    assert [place // 5 for place in drawn] == [place // 5 for place in cities.ORDER]
    assert list(drawn) != list(cities.ORDER)


def test_an_order_in_which_all_are_never_right_is_told_and_not_failed():
    found = logs.orders({**ORDERS, "method": "sgd", "rate": 1e-6, "steps": 20}, [0])[0]
    assert found["reached"] == 0
    assert "first" not in found
    assert found["steady"] == 21


def test_a_temperature_is_another_start_and_rate():
    hot = learning.learn({**LEARN, "temperature": 4.0, "steps": 200}, range(5))
    instead = learning.learn({**LEARN, "rate": LEARN["rate"] / 16, "spread": 0.25, "steps": 200}, range(5))
    for a, b in zip(hot, instead, strict=True):
        np.testing.assert_array_equal(a["curve"], b["curve"])


def test_the_landscape_and_its_plane():
    found = landscape.surface({"rate": 0.05, "steps": 100, "when": [0, 100]}, [0])[0]
    assert found["all"][-1] < found["only_two"][-1] < found["only_four"][-1]
    one = landscape.random_plane({"hidden": 5, "sweeps": 40, "rate": 0.02, "entropy": 1}, [0])[0]
    assert one["parameters"] == 28
    assert 0 < one["seen"] < 1
    assert one["loss_after"] < one["loss_before"]
    start = landscape.wide_start(5, np.random.default_rng(0))
    checks.require(checks.full_error(landscape.wide_loss, start, *cities.by_longitude()), "wide network")


def test_the_exponent_of_what_planes_see_by_hand():
    settings = PRESETS["quick"].model_copy(update={"hidden": (0, 20)})
    rows = [row({"hidden": h}, k, parameters=n, squared=f * 2 / n)
            for h, n in ((0, 6.0), (20, 600.0)) for k, f in enumerate((0.8, 1.0, 1.2))]  # fmt: skip
    found = claims._plane_law(settings, rows)
    assert found.estimate == pytest.approx(-0.5)
    assert found.low < -0.5 < found.high


def test_the_best_rate_is_that_of_most_runs_and_then_of_fewest_steps():
    base = {"series": "losses", "loss": "squared error", "spread": 1.0}
    rows = [row({**base, "rate": 0.1}, k, **({"steps": 9.0} if k else {})) for k in range(3)]
    rows += [row({**base, "rate": 0.3}, k, steps=50.0) for k in range(3)]
    rows += [row({**base, "rate": 1.0}, k, steps=40.0) for k in range(3)]
    assert best_rate(rows, "squared error", 1.0) == 1.0


def test_the_quick_run_measures_every_claim_and_draws_every_figure(quick_of):
    folder, record, _ = quick_of("six_parameters")
    paper = rooms.paper_of("six_parameters")
    results = {claim["id"]: claim for claim in record["claims"]}
    assert list(results) == [claim.id for claim in paper.claim]
    assert all(claim["ours"] or claim["answers"] for claim in results.values())
    counts = [c.id for c in paper.claim if c.kind != "measurement" and c.standing == "read"]
    failing = {name for name in counts if results[name]["outcome"] == "disagrees"}
    assert failing == {"adam_loss", "screen_slope"}
    assert {name for name in counts if results[name]["outcome"] == "depends"} == {"outer"}
    assert results["steady"]["outcome"] == "agrees"
    figures = folder / "figures"
    assert {path.stem for path in figures.glob("*.svg")} >= {figure.id for figure in paper.figure}
    assert {path.stem for path in figures.glob("*.gif")} == {"learning", "map_learning"}
    _, arrays = load(folder)
    assert arrays["point_forward"].shape == (12, 6)
    assert arrays["log_sgd_path"].shape == (101, 6)


def test_the_grid_of_the_paper_preset():
    settings = PRESETS["paper"]
    cells = run.learning_cells(settings)
    assert len(cells) == 2 * len(settings.rates) * len(settings.spreads) + len(settings.temperatures) + 1
    assert convention(row({"order": "reversed", "options": {"beta2": 0.99}})) == "reversed order, beta2 0.99"
