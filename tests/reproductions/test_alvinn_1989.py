"""ALVINN: the quick preset end to end, and its parts."""

import time

import numpy as np
import pytest

from core.datasets.roads import centre_lines, vehicles
from core.datasets.roads import looks as road_looks
from core.evidence.published import load
from core.evidence.trials import Row
from core.learning import checks
from core.learning.ops import softmax_cross_entropy
from core.networks import alvinn
from reproductions.alvinn_1989 import (
    car_racing,
    claims,
    drive_figures,
    driving,
    forgetting,
    now,
    on_the_fly,
    run,
    snapshots,
)
from reproductions.alvinn_1989 import network_1991 as fly
from reproductions.alvinn_1989.settings import RUNGS
from reproductions.alvinn_1989.tables import told
from reproductions.cli import rooms

LEARN = {"images": 100, "novel": 50, "epochs": 2, "rate": 0.1, "hidden": 5, "feedback": "own", "polarity": "either",
         "varying": True, "curve": False, "entropy": 3}  # fmt: skip
FLIGHT = {"method": "+trans +buf", "course": "wandering", "minutes": 0.5, "tests": ["new"], "distance": 40.0,
          "rate": 0.1, "step": 0.2, "entropy": 3}  # fmt: skip


def same(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[k], other[k], equal_nan=True) for k in one)


def test_the_quick_run_measures_what_it_can_and_draws_every_figure(quick_of):
    folder, record, _ = quick_of("alvinn_1989")
    paper = rooms.paper_of("alvinn_1989")
    ours = {claim["id"]: claim["ours"] for claim in record["claims"]}
    assert list(ours) == [claim.id for claim in paper.claim]
    missing = {"drive", "drive_faster", "five_minutes", "feedback_helps", "feedback_unneeded"}  # of the paper preset
    assert {name for name, value in ours.items() if value is None} == missing
    assert (ours["inputs"]["estimate"], ours["outputs"]["estimate"], ours["weights"]["estimate"]) == (1217, 46, 36627)
    assert ours["novel"]["estimate"] > 60
    assert ours["neither_leaves"]["estimate"] > 80
    assert ours["labels"]["estimate"] > 0
    assert ours["forgets"]["estimate"] > 0.3
    assert record["trials"]["failed"] == 0
    drawn = {path.stem for path in (folder / "figures").glob("*.svg")}
    assert drawn == {figure.id for figure in paper.figure} | {"verdicts"}
    assert (folder / "figures" / "film.gif").exists()
    assert "left out of this preset" in record["words"]["world"]
    assert load(folder)[1]["w1_varying"].shape == (960, 29)


def test_a_seed_measures_the_same_whoever_shares_its_block():
    assert same(snapshots.learn(LEARN, [0, 1])[1], snapshots.learn(LEARN, [1])[0])
    assert same(on_the_fly.learn(FLIGHT, [0, 1])[1], on_the_fly.learn(FLIGHT, [1])[0])
    cell = {**LEARN, "each": 2, "distance": 20.0, "speed": 2.0, "step": 0.2, "change": "pitch", "levels": [0.0, 8.0]}
    assert same(driving.drive(cell, [0, 1])[1], driving.drive(cell, [1])[0])


def test_novel_images_are_of_other_roads_and_labels_are_what_pure_pursuit_steers():
    rng = np.random.default_rng(0)
    one, other = (snapshots.snapshots(rng, 50, LEARN) for _ in range(2))
    assert one.x.shape == (50, 1217)
    assert np.abs(one.x).max() <= 1
    assert not np.intersect1d(one.curvature, other.curvature).size
    targets = one.targets()
    assert targets.shape == (50, 46)
    assert set(targets[:, -1]) == {0.0, 1.0}
    assert (snapshots.units_off(targets, one) == 0).all()
    order = snapshots.in_road_order(rng, 50)
    assert sorted(order) == list(range(50))
    assert (np.diff(order.reshape(-1, snapshots.PER_ROAD), axis=1) == 1).all()
    assert np.isnan(snapshots.fed_back("own", snapshots.EPOCHS_AT_RANDOM, 5, rng)).all()
    assert np.isfinite(snapshots.fed_back("own", 0, 5, rng)).all()


def test_copies_carry_the_steering_that_brings_the_vehicle_back():
    rng = np.random.default_rng(0)
    lesson = on_the_fly.lessons(FLIGHT, [rng])[0][0]
    assert lesson.pictures.shape == (12, 30, 32)
    cell = {**FLIGHT, "shift": 0.5, "turn": 0.0}
    x, curvature = fly.copies_of(lesson, cell, np.random.default_rng(1))
    assert x.shape == (12, 15, 960)
    assert (curvature[:, 0] == lesson.curvature).all()
    shift = np.random.default_rng(1).uniform(-1, 1, (12, 14)) * 0.5
    assert np.corrcoef((curvature[:, 1:] - curvature[:, :1]).ravel(), shift.ravel())[0, 1] > 0.99
    _, kept = fly.copies_of(lesson, {**cell, "labels": "driver"}, np.random.default_rng(1))
    assert (kept == lesson.curvature[:, None]).all()


def test_the_buffer_keeps_its_mean_steering_straight():
    rng = np.random.default_rng(0)
    buffer = fly.Buffer(100, rng)
    x = np.zeros((15, alvinn.PICTURE))
    for _ in range(40):
        buffer.add(x, rng.normal(0.0, 0.03, 15))
    for _ in range(10):
        buffer.add(x, rng.normal(0.02, 0.03, 15))  # a long bend to the left
    assert buffer.filled == 100
    assert abs(buffer.curvature.mean()) < 1e-3


@pytest.mark.parametrize("code", fly.CODES)
def test_every_code_is_read_as_it_was_written(code):
    k = np.array([-0.06, 0.0, 0.045])
    outputs = fly.CODES[code](k, 1 if code == "scalar" else 30)
    half = 0.1 / 29  # half a unit, for codes that cannot tell more or whose hill is cut off where it is read
    np.testing.assert_allclose(fly.read(code, outputs), k, atol=half if code in ("one unit", "wide hill") else 2e-3)


def test_a_network_that_steers_straight_leaves_the_road_and_says_so():
    straight = {"w1": np.zeros((960, 2)), "b1": np.zeros(2), "w2": np.zeros((2, 30)), "b2": np.full(30, -30.0)}
    straight["b2"][14:16] = 5.0
    lain = centre_lines.lay([fly.course(-1 / 30, 1 / 30), np.zeros(560)], fly.WIDTH)
    looks = road_looks.draw(np.random.default_rng(0), 2, road_looks.Conditions())
    fleet = driving.Fleet([straight] * 2, lain, looks, each=1, rngs=[np.random.default_rng(k) for k in (0, 1)])
    run = vehicles.drive(
        lain, np.arange(2), fly.VEHICLE, on_the_fly.steer(fleet, "hill"), speed=2.0, step=0.5, distance=200.0
    )
    bent, level = driving.measured(run)
    assert (bent["completed"], bent["left"], level["completed"]) == (0.0, 1.0, 1.0)
    assert 40 < bent["metres"] < 70
    trace = on_the_fly._on_grid(run, 0)
    assert np.isnan(trace[50:]).all()
    assert np.isfinite(trace[:20]).all()


def test_a_closed_loop_of_a_thousand_steps_is_quick():
    p = alvinn.init(np.random.default_rng(0), alvinn.SIZES_1991)
    lain = centre_lines.lay([np.zeros(1000)], 300.0)
    looks = road_looks.draw(np.random.default_rng(0), 1, road_looks.Conditions())
    fleet = driving.Fleet([p], lain, looks, each=1, rngs=[np.random.default_rng(0)])
    steer = on_the_fly.steer(fleet, "hill")
    start = time.process_time()
    run = vehicles.drive(
        lain, np.zeros(1, int), fly.VEHICLE, lambda *a: 0.01 * steer(*a), speed=2.0, step=0.1, distance=200.0
    )
    assert len(run.along) > 990
    assert time.process_time() - start < 2


def test_the_buffer_of_1990_replaces_the_old_pattern_that_steers_most_alike():
    buffer = fly.Buffer(4, np.random.default_rng(0), similar=True)
    x = np.arange(4)[:, None] * np.ones((4, alvinn.PICTURE))
    buffer.add(x, np.array([-0.1, 0.0, 0.05, 0.1]))
    buffer.add(10 + x[:2], np.array([0.045, 0.046]))  # the second finds the nearest among those of before
    assert buffer.curvature.tolist() == [-0.1, 0.046, 0.045, 0.1]
    assert buffer.x[:, 0].tolist() == [0, 11, 10, 3]


def test_a_lesson_of_1990_has_fifty_pictures_in_five_minutes():
    cell = {**FLIGHT, **fly.RECIPES["as printed in 1990"], "minutes": 5.0}
    lesson = on_the_fly.lessons(cell, [np.random.default_rng(0)])[0][0]
    assert lesson.pictures.shape == (50, 30, 32)
    gaps = np.hypot(*np.diff(lesson.pose[:, :2], axis=0).T)
    assert np.median(gaps) == pytest.approx(6 * 1.78816, rel=0.02)
    x, _ = fly.copies_of(lesson, {**cell, "turn": 0.0}, np.random.default_rng(1))
    assert x.shape[1] == 15


def test_a_network_that_saw_straight_road_last_steers_straight_unless_it_has_a_buffer():
    cell = {**fly.RECIPES["as printed in 1990"], "minutes": 2.0, "straight": 1.0, "rate": 0.1, "entropy": 3}
    bare, both = (
        [row["bends"] for row in forgetting.forget({**cell, "method": method}, [0, 1])]
        for method in ("-trans -buf", "+trans +buf")
    )
    assert max(np.abs(bare)) < 0.2
    assert min(both) > 0.5


def test_groups_of_excited_units_are_counted():
    w = np.zeros((3, 45))
    w[0, 10:13] = 1.0
    w[1, [*range(2, 5), *range(20, 23), *range(42, 45)]] = [1.0] * 9
    w[2] = -1.0
    assert snapshots.excitatory_groups(w).tolist() == [1, 3, 0]


def test_shares_of_drives_have_as_many_trials_as_networks():
    rows = [Row({}, k, False, "", {"completed": 1.0 if k else 0.75}, {}, 0.0) for k in range(40)]
    found = claims.share_by_network(rows, ["completed"])
    assert found.n == 40
    assert found.estimate == pytest.approx(100 * 39.75 / 40)
    assert found.low == pytest.approx(100 * claims.wilson(39, 40)[0])
    lost = [*rows, Row({}, 40, True, "diverged", {}, {}, 0.0)]
    assert claims.share_by_network(lost, ["completed"]).estimate == pytest.approx(100 * 39.75 / 41)


def test_every_rung_to_today_learns_with_no_more_weights():
    cell = {"images": 100, "novel": 50, "polarity": "either", "varying": True, "entropy": 3}
    for name in RUNGS[:-1]:
        rate, epochs = 0.03 if name == "softmax" else 3e-3, 60 if name == "convolution" else 24
        row = now.climb({**cell, **now.rung(name), "rate": rate, "epochs": epochs}, [0])[0]
        assert row["weights"] <= 36702  # with biases, those of 1989
        assert row["near_trained"] > 0.25, name
    assert tuple(now.RUNGS) == RUNGS
    assert [run.rate_of(name) for name in ("mirror", "relu", "rate decay")] == ["adam", "relu", "convolution"]


@pytest.mark.parametrize("name", ["softmax", "relu", "convolution"])
def test_gradients_of_today_s_networks_are_measured_slopes(name):
    rng, cell = np.random.default_rng(0), now.rung(name)
    p = {key: value.astype(float) for key, value in now.init(cell, rng).items()}
    x, t = rng.uniform(-1, 1, (3, 1216)), now.hills(np.array([0.0, 0.03, -0.08])).astype(float)

    def loss(system, parameters, x, t):
        return system.apply(softmax_cross_entropy, now.outputs(cell, system, parameters, x), system.constant(t))

    few = {key: p[key] for key in p if p[key].size < 2000}
    rest = {key: p[key] for key in p if key not in few}

    def of_few(system, parameters, x, t):
        return loss(system, {**{key: system.constant(value) for key, value in rest.items()}, **parameters}, x, t)

    checks.require(checks.full_error(of_few, few, x, t), name)


def test_a_mirrored_road_asks_for_mirrored_steering():
    rng = np.random.default_rng(0)
    shown = snapshots.snapshots(rng, 10, LEARN)
    x, which = shown.x[:, :-1], np.array([True] * 5 + [False] * 5)
    seen, wanted = now.mirrored(x, shown.curvature, which)
    assert (wanted[:5] == -shown.curvature[:5]).all()
    assert (seen[5:] == x[5:]).all()
    assert (seen[0, :960].reshape(30, 32) == x[0, :960].reshape(30, 32)[:, ::-1]).all()
    assert (now.mirrored(seen, wanted, which)[0] == x).all()


def test_points_of_failure_lie_between_the_levels_tried():
    levels = np.array([-10.0, -5, 0, 5, 10])
    assert drive_figures.failure(levels, np.array([0.0, 1, 1, 1, 0]), 0.0) == [-7.5, 7.5]
    assert drive_figures.failure(levels, np.ones(5), 0.0) == []
    assert drive_figures.failure(levels, np.array([0, 0, 0.2, 1, 1]), 10.0) == [pytest.approx(1.875)]


def test_groups_that_differ_are_told_apart_and_equal_ones_are_not():
    class Trained:
        failed = False

        def __init__(self, numbers):
            self.values = dict(zip(claims.SHAPES, numbers, strict=True))

    rng = np.random.default_rng(0)
    near, far = ([Trained(row) for row in rng.normal(m, 1, (40, 3))] for m in (0, 6))
    assert claims.told_apart(near[:20], far).estimate == 100
    assert 20 < claims.told_apart(near[:20], near[20:]).estimate < 80
    assert claims.told_apart(near[:2], far) is None


def test_a_world_that_is_not_installed_is_skipped_with_a_sentence():
    assert "not installed" in told([], 5)


def test_the_other_world_is_driven_where_it_is_installed():
    if not car_racing.installed():
        pytest.skip("the extra `world` is not installed")
    found = car_racing.lap(3, lambda simulator, frame: car_racing.expert(simulator, 0.0))
    assert found["tiles"] > 0.95


def test_pictures_of_the_other_world_are_displaced_about_the_car():
    picture = np.zeros((car_racing.SHOWN, car_racing.SIDE))
    picture[:, 44:52] = 1.0
    moved = car_racing.displaced(picture, 3.0, 0.0)
    assert np.flatnonzero(moved[40]).mean() == pytest.approx(47.5 - 3 * car_racing.ACROSS, abs=0.6)
    turned = car_racing.displaced(picture, 0.0, 0.2)
    assert np.flatnonzero(turned[20]).mean() < np.flatnonzero(turned[60]).mean() < 47.6
    assert car_racing.retina(picture).shape == (960,)
