"""The vehicle, the teacher and their closed loop, and steering coded by units."""

import numpy as np
import pytest

from core.datasets.roads import centre_lines, steering, vehicles
from core.datasets.roads.vehicles import Vehicle

ONE = np.zeros(1, dtype=int)


def test_pure_pursuit_is_the_arc_through_the_goal():
    road = centre_lines.lay([centre_lines.straight(80), centre_lines.bend(80, 1 / 30)])
    pose, index = centre_lines.poses(road, np.array([0, 1]), np.array([10.0, 10.0]), np.array([0.8, 0.0]))
    found = vehicles.pure_pursuit(road, np.array([0, 1]), pose, index, lookahead=7.0)
    assert found[0] == pytest.approx(-2 * 0.8 / 49, rel=1e-4)
    assert found[1] == pytest.approx(1 / 30, rel=1e-3)


def test_the_vehicle_drives_circles_of_its_curvature_and_no_sharper_than_it_can():
    vehicle = Vehicle(lag=0.0, rate=1e6)
    for command, driven in ((0.05, 0.05), (5.0, vehicle.sharpest)):
        pose, bent = np.zeros((1, 3)), np.array([driven])
        for _ in range(50):
            pose, bent = vehicles.moved(vehicle, pose, bent, np.array([command]), speed=2.0, step=0.1)
            assert np.hypot(pose[0, 0], pose[0, 1] - 1 / driven) == pytest.approx(1 / driven)
    slow = Vehicle(lag=0.5, rate=10)
    _, bent = vehicles.moved(slow, np.zeros((1, 3)), np.zeros(1), np.array([0.1]), speed=1.0, step=0.1)
    assert np.arctan(bent[0] * slow.wheelbase) == pytest.approx(np.deg2rad(1.0))


def follow(road, **options):
    which = np.arange(len(road.x))
    steer = lambda runs, pose, places: vehicles.pure_pursuit(road, which[runs], pose, places.point, lookahead=7.0)  # noqa: E731
    return vehicles.drive(road, which, Vehicle(), steer, **{"speed": 2.0, "step": 0.2, "distance": 60.0} | options)


def test_the_teacher_drives_a_straight_road_straight_and_a_bend_close_to_its_middle():
    run = follow(centre_lines.lay([centre_lines.straight(80), centre_lines.bend(80, 0.03)]))
    assert (run.outcome == vehicles.COMPLETED).all()
    assert np.nanmax(np.abs(run.offset[:, 0])) < 1e-9
    assert np.nanmax(np.abs(run.offset[:, 1])) < 0.05
    back = follow(centre_lines.lay([centre_lines.straight(80)]), offset=1.0)
    assert abs(back.offset[-1, 0]) < 0.02
    mean, spread, worst = back.lateral(skip=0.0)[0]
    assert worst == pytest.approx(1.0)
    assert mean > 0
    assert spread > 0


def test_a_vehicle_that_leaves_the_road_ends_its_run_and_not_its_neighbours():
    road = centre_lines.lay([centre_lines.straight(80), centre_lines.bend(80, 0.03)], 3.0)
    run = vehicles.drive(
        road,
        np.arange(2),
        Vehicle(),
        lambda runs, pose, places: np.zeros(len(runs)),
        speed=2.0,
        step=0.2,
        distance=60.0,
        angle=np.array([0.0, 0.0]),
    )
    assert run.outcome.tolist() == [vehicles.COMPLETED, vehicles.LEFT_THE_ROAD]
    last = np.flatnonzero(np.isfinite(run.offset[:, 1]))[-1]
    assert abs(run.offset[last, 1]) > 1.5
    assert np.isfinite(run.offset[last + 1, 0])
    circling = vehicles.drive(
        centre_lines.lay([centre_lines.straight(200)], 60.0),
        ONE,
        Vehicle(),
        lambda runs, pose, places: np.full(len(runs), 0.1),
        speed=2.0,
        step=0.5,
        distance=150.0,
    )
    assert circling.outcome.tolist() == [vehicles.OUT_OF_TIME]


def test_hills_and_how_they_are_read():
    middle = steering.hill_of_1989(np.zeros(1), 45, 0.1)[0]
    assert middle[18:27].tolist() == [0.10, 0.32, 0.61, 0.89, 1.00, 0.89, 0.61, 0.32, 0.10]
    assert middle.sum() == pytest.approx(4.84)
    assert steering.hill_of_1989(np.array([-1.0]), 45, 0.1)[0, :5].tolist() == [1.00, 0.89, 0.61, 0.32, 0.10]
    curvature = np.array([-0.08, 0.0, 0.031])
    np.testing.assert_allclose(steering.peak(steering.one_hot(curvature, 45, 0.1), 0.1), curvature, atol=0.1 / 44)
    hill = steering.gaussian(np.array([-0.07, 0.0, 0.031]), 30, 0.1)
    np.testing.assert_allclose(steering.centre_of_mass(hill, 0.1), [-0.07, 0.0, 0.031], atol=1e-3)
    assert steering.gaussian(np.zeros(1), 31, 0.1)[0, 17] == pytest.approx(np.exp(-0.4))
