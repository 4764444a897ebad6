"""ALVINN: the quick preset end to end, and its parts."""

import time

import numpy as np
import pytest

from core.datasets.roads import looks as road_looks
from core.datasets.roads import vehicles
from core.datasets.roads import centre_lines
from core.evidence.record import load
from core.networks import alvinn
from reproductions import alvinn_1989
from reproductions.alvinn_1989 import car_racing, claims, drives
from reproductions.alvinn_1989 import driving as alvinn_driving
from reproductions.alvinn_1989 import experiment as snapshots
from reproductions.alvinn_1989 import network_1991 as fly
from reproductions.alvinn_1989 import on_the_fly as alvinn_on_the_fly
from reproductions.cli import execute

LEARN = {"images": 100, "novel": 50, "epochs": 2, "rate": 0.1, "hidden": 5, "feedback": "own", "polarity": "either",
         "varying": True, "curve": False, "entropy": 3}  # fmt: skip
FLIGHT = {"method": "+trans +buf", "course": "wandering", "minutes": 0.5, "tests": ["new"], "distance": 40.0,
          "rate": 0.1, "step": 0.2, "entropy": 3}  # fmt: skip


def same(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[k], other[k], equal_nan=True) for k in one)


def test_the_quick_run_measures_every_claim_and_draws_every_figure(quick_of):
    folder, record, _ = quick_of("alvinn_1989")
    paper = execute.paper_of("alvinn_1989")
    ours = {claim["id"]: claim["ours"] for claim in record["claims"]}
    assert list(ours) == [claim.id for claim in paper.claim]
    assert all(ours.values())
    assert (ours["inputs"]["estimate"], ours["outputs"]["estimate"], ours["weights"]["estimate"]) == (1217, 46, 36627)
    assert ours["novel"]["estimate"] > 60
    assert ours["neither_leaves"]["estimate"] > 80
    assert ours["labels"]["estimate"] > 0
    assert record["trials"]["failed"] == 0
    drawn = {path.stem for path in (folder / "figures").glob("*.svg")}
    assert drawn == {figure.id for figure in paper.figure} - {"world"}
    assert (folder / "figures" / "film.gif").exists()
    assert "left out of this preset" in (folder / "report.md").read_text()
    _, arrays = load(folder)
    assert arrays["w1_varying"].shape == (960, 29)


def test_a_seed_measures_the_same_whoever_shares_its_block():
    assert same(snapshots.learn(LEARN, [0, 1])[1], snapshots.learn(LEARN, [1])[0])
    assert same(alvinn_on_the_fly.learn(FLIGHT, [0, 1])[1], alvinn_on_the_fly.learn(FLIGHT, [1])[0])
    cell = {**LEARN, "each": 2, "distance": 20.0, "speed": 2.0, "step": 0.2, "change": "pitch", "levels": [0.0, 8.0]}
    assert same(alvinn_driving.drive(cell, [0, 1])[1], alvinn_driving.drive(cell, [1])[0])


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
    lesson = alvinn_on_the_fly.lessons(FLIGHT, [rng])[0][0]
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
    fleet = alvinn_driving.Fleet([straight] * 2, lain, looks, each=1, rngs=[np.random.default_rng(k) for k in (0, 1)])
    run = vehicles.drive(
        lain, np.arange(2), fly.VEHICLE, alvinn_on_the_fly.steer(fleet, "hill"), speed=2.0, step=0.5, distance=200.0
    )
    bent, level = alvinn_driving.measured(run)
    assert (bent["completed"], bent["left"], level["completed"]) == (0.0, 1.0, 1.0)
    assert 40 < bent["metres"] < 70
    trace = alvinn_on_the_fly._on_grid(run, 0)
    assert np.isnan(trace[50:]).all()
    assert np.isfinite(trace[:20]).all()


def test_a_closed_loop_of_a_thousand_steps_is_quick():
    p = alvinn.init(np.random.default_rng(0), alvinn.SIZES_1991)
    lain = centre_lines.lay([np.zeros(1000)], 300.0)
    looks = road_looks.draw(np.random.default_rng(0), 1, road_looks.Conditions())
    fleet = alvinn_driving.Fleet([p], lain, looks, each=1, rngs=[np.random.default_rng(0)])
    steer = alvinn_on_the_fly.steer(fleet, "hill")
    start = time.process_time()
    run = vehicles.drive(
        lain, np.zeros(1, int), fly.VEHICLE, lambda *a: 0.01 * steer(*a), speed=2.0, step=0.1, distance=200.0
    )
    assert len(run.along) > 990
    assert time.process_time() - start < 2


def test_points_of_failure_lie_between_the_levels_tried():
    levels = np.array([-10.0, -5, 0, 5, 10])
    assert drives.failure(levels, np.array([0.0, 1, 1, 1, 0]), 0.0) == [-7.5, 7.5]
    assert drives.failure(levels, np.ones(5), 0.0) == []
    assert drives.failure(levels, np.array([0, 0, 0.2, 1, 1]), 10.0) == [pytest.approx(1.875)]


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
    assert "not installed" in alvinn_1989.told([], 5, "")


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
