"""The road world: geometry against numbers worked out by hand, symmetry, the vehicle, the teacher, bad input."""

from dataclasses import replace

import numpy as np
import pytest

from core.datasets.roads import cameras, centre_lines, steering, vehicles
from core.datasets.roads import images as road_images
from core.datasets.roads import looks as road_looks
from core.datasets.roads.cameras import Camera
from core.datasets.roads.vehicles import Vehicle
from tests.datasets.test_vehicles import follow

PLAIN = road_looks.Conditions(texture=0, gradient=0, shadow=0, noise=0, contrast=(0.4, 0.4), middle=(0.5, 0.5))
ONE = np.zeros(1, dtype=int)


def looks(count=1, conditions=PLAIN, seed=0):
    return road_looks.draw(np.random.default_rng(seed), count, conditions)


def view(road, seen, along, offset=0.0, angle=0.0, camera=Camera(), seed=0):  # noqa: B008
    pose, index = centre_lines.poses(road, ONE, np.array([along]), offset, angle)
    return road_images.pictures(camera, road, seen, ONE, pose, index, np.random.default_rng(seed))[0]


def test_a_constant_bend_is_a_circle():
    road = centre_lines.lay([centre_lines.bend(100, 1 / 25)])
    n = round(100 / centre_lines.SPACING) + 1
    away = np.hypot(road.x[0, :n], road.y[0, :n] - 25)
    np.testing.assert_allclose(away, 25, atol=1e-9)
    assert road.heading[0, n - 1] == pytest.approx(4)
    assert road.length == pytest.approx(100)


def test_profiles_do_what_their_names_say():
    rising = centre_lines.clothoid(20, 0.0, 0.04)
    assert np.allclose(np.diff(rising), 0.04 / len(rising))
    assert centre_lines.lay([rising]).heading[0, len(rising)] == pytest.approx(20 * 0.02)
    eased = centre_lines.eased_bend(50, -0.02, 10)
    assert len(eased) == 100
    assert eased.sum() * centre_lines.SPACING == pytest.approx(-0.02 * 40)
    walk = centre_lines.wandering(500, np.random.default_rng(1), limit=0.02)
    assert np.abs(walk).max() <= 0.02
    assert walk.min() < -0.01 < 0.01 < walk.max()
    assert (walk == centre_lines.wandering(500, np.random.default_rng(1), limit=0.02)).all()
    widths = centre_lines.varying_width(200, np.random.default_rng(1), 3, 6)
    assert 3 <= widths.min() < widths.max() <= 6


@pytest.mark.parametrize("curvature", [0.0, 0.03, -0.05])
def test_a_pose_is_found_where_it_was_put(curvature):
    road = centre_lines.lay([centre_lines.bend(120, curvature)] * 3)
    which, along = np.arange(3), np.array([10.0, 33.3, 71.1])
    offset, angle = np.array([0.0, 1.2, -1.5]), np.array([0.1, -0.2, 0.3])
    pose, index = centre_lines.poses(road, which, along, offset, angle)
    found = centre_lines.locate(road, which, pose, index + 3)
    np.testing.assert_allclose(found.along, along, atol=1e-9)
    np.testing.assert_allclose(found.offset, offset, atol=1e-9)
    np.testing.assert_allclose(found.angle, angle, atol=1e-9)


def test_projection_against_points_worked_out_by_hand():
    # From 2 m, looking 45 degrees down, the middle of the picture is 2 m ahead; 90 degrees down to the horizon.
    camera = Camera(height=2, forward=0, pitch=45, across=90, upright=90, rows=3, columns=3)
    x, y = camera.ground()
    up = 2 / 3  # the tangent of the top row's middle
    assert x[1] == pytest.approx(2)
    assert x[0] == pytest.approx(2 * (1 + up) / (1 - up))  # 10 m
    assert x[2] == pytest.approx(2 * (1 - up) / (1 + up))  # 0.4 m
    assert y[1] == pytest.approx([2 * 2**0.5 * up, 0, -2 * 2**0.5 * up])
    assert camera.pixel(2.0, 0.0) == (pytest.approx(1), pytest.approx(1))
    assert camera.pixel(10.0, 0.0)[0] == pytest.approx(0)
    assert np.isnan(camera.pixel(-5.0, 0.0)[0])
    moved = replace(camera, forward=1.5)
    assert moved.ground()[0][1] == pytest.approx(3.5)
    sky = replace(camera, pitch=10)
    assert np.isinf(sky.ground()[0][0])


def test_the_picture_of_a_straight_road_has_its_edges_where_geometry_puts_them():
    camera = Camera(columns=320)
    seen = replace(looks(), shoulder=0.0)
    picture = view(centre_lines.lay([centre_lines.straight(80)], 4.0), seen, 20.0, offset=0.5, camera=camera)
    x, _ = camera.ground()
    for row in (5, 15):
        for edge in (2.0 - 0.5, -2.0 - 0.5):
            column = camera.pixel(x[row], edge)[1]
            where = np.flatnonzero(np.diff((picture[row] > 0.5).astype(int)))
            assert np.abs(where + 0.5 - column).min() < 1


def test_pictures_agree_with_distances_measured_to_a_fine_centre_line():
    curvature, camera = 0.03, Camera()
    road = centre_lines.lay([centre_lines.bend(100, curvature)], 4.0)
    pose, _ = centre_lines.poses(road, ONE, np.array([30.0]), 0.7, -0.1)
    picture = view(road, replace(looks(), shoulder=0.0), 30.0, 0.7, -0.1)
    x, y = camera.ground()
    c, s = np.cos(pose[0, 2]), np.sin(pose[0, 2])
    gx, gy = pose[0, 0] + c * x[:, None] - s * y, pose[0, 1] + s * x[:, None] + c * y
    inside = np.abs(np.hypot(gx, gy - 1 / curvature) - 1 / curvature)
    assert (picture[inside < 1.5] > 0.69).all()
    assert (picture[inside > 2.5] < 0.31).all()


def test_a_mirrored_road_gives_a_mirrored_picture_and_mirrored_steering():
    rng = np.random.default_rng(3)
    road = centre_lines.lay([centre_lines.wandering(150, rng, limit=0.03)], 4.0)
    seen = replace(looks(conditions=road_looks.Conditions(noise=0), seed=5), noise=np.zeros(1))
    for along, offset, angle in ((20.0, 0.5, 0.1), (80.0, -1.0, -0.15)):
        one = view(road, seen, along, offset, angle)
        other = view(centre_lines.mirrored(road), seen.mirrored(), along, -offset, -angle)
        np.testing.assert_allclose(one, other[:, ::-1], atol=2e-4)
        steers = []
        for sign, lain in ((1, road), (-1, centre_lines.mirrored(road))):
            pose, index = centre_lines.poses(lain, ONE, np.array([along]), sign * offset, sign * angle)
            steers.append(vehicles.pure_pursuit(lain, ONE, pose, index, lookahead=7.0)[0])
        assert steers[0] == pytest.approx(-steers[1])
    with pytest.raises(ValueError, match="no mirror image"):
        looks(conditions=replace(PLAIN, lined=True)).mirrored()


def test_a_lined_road_has_a_second_lane_and_white_lines():
    road = centre_lines.lay([centre_lines.straight(80)], 3.2)
    picture = view(road, looks(conditions=replace(PLAIN, lined=True, polarity="darker")), 20.0)
    assert picture.max() > 0.85
    x, _ = Camera().ground()
    column = round(float(Camera().pixel(x[8], 3.2)[1]))
    assert picture[8, column] < 0.4  # the other lane is road


def test_a_displaced_picture_is_what_the_displaced_camera_sees():
    road = centre_lines.lay([centre_lines.bend(100, 0.02)], 4.0)
    centre = view(road, looks(), 30.0)
    for shift, turn in ((0.5, 0.0), (0.0, 0.08), (-0.4, 0.06)):
        turned = cameras.displaced(Camera(), centre[None], np.array([shift]), np.array([turn]))[0]
        true = view(road, looks(), 30.0, -shift, -turn)
        inner = np.abs(turned - true)[2:, 4:-4]
        assert inner.mean() < 0.02, (shift, turn)
    still = cameras.displaced(Camera(), centre[None], np.zeros(1), np.zeros(1))[0]
    np.testing.assert_allclose(still[:, :], centre, atol=1e-5)


def test_labels_of_displaced_views_are_those_of_the_closed_form():
    r, ahead, s, t = 40.0, 7.0, 0.5, 0.1
    person = r - np.sqrt(r * r - ahead**2)
    d = np.cos(t) * (person + s + ahead * np.tan(t))
    found = cameras.displaced_curvature(
        np.array([1 / r, -1 / r, 0.0]), np.array([s, -s, 0]), np.array([t, -t, 0]), ahead
    )
    radius = (ahead**2 + d**2) / (2 * d)
    np.testing.assert_allclose(found, [1 / radius, -1 / radius, 0.0], rtol=1e-12)
    for bad in ((1 / 5, 7.0), (0.0, 0.0), (np.nan, 7.0)):
        with pytest.raises(ValueError, match="look-ahead"):
            cameras.displaced_curvature(np.array([bad[0]]), np.zeros(1), np.zeros(1), bad[1])


def test_posts_appear_where_they_stand_in_the_range_image():
    scanner = road_images.Scanner(noise=0.0)
    posts = np.array([[[10.0, 0.0, 0.5, 1.5], [np.nan] * 4]])
    found = road_images.range_images(scanner, ONE, np.zeros((1, 3)), posts, np.random.default_rng(0))[0]
    clear = scanner.clear()
    assert found.shape == (8, 32)
    changed = np.argwhere(np.abs(found - clear) > 1e-9)
    assert set(changed[:, 1]) == {15, 16}
    aside = np.deg2rad(40 / 31)  # the beam nearest to the middle
    away = 10 * np.cos(aside) - np.sqrt(0.5**2 - (10 * np.sin(aside)) ** 2)
    assert found[1, 15] == pytest.approx(1 - away / np.cos(np.deg2rad(3 + 30 / 7)) / 20)
    behind = np.array([[[-10.0, 0.0, 0.5, 1.5]]])
    same = road_images.range_images(scanner, ONE, np.zeros((1, 3)), behind, np.random.default_rng(0))[0]
    np.testing.assert_array_equal(same, clear)


def test_the_same_seed_draws_the_same_world():
    road = centre_lines.lay([centre_lines.straight(80)])
    conditions = road_looks.Conditions(polarity="either")
    a, b = (view(road, looks(conditions=conditions, seed=7), 10.0, seed=1) for _ in range(2))
    np.testing.assert_array_equal(a, b)
    assert (a != view(road, looks(conditions=conditions, seed=8), 10.0, seed=1)).any()
    noise = [vehicles.wavering(np.random.default_rng(0), 2000, 2, spread=0.1, memory=5) for _ in range(2)]
    np.testing.assert_array_equal(*noise)
    assert noise[0].std() == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Camera(height=-1.0),
        lambda: Camera(height=np.nan),
        lambda: Camera(pitch=120.0),
        lambda: Camera(across=0.0),
        lambda: road_images.Scanner(height=0.0),
        lambda: road_images.Scanner(highest=5.0),
        lambda: centre_lines.lay([centre_lines.straight(10)], 0.0),
        lambda: centre_lines.lay([centre_lines.straight(10)], np.nan),
        lambda: centre_lines.lay([np.array([0.0, np.inf])]),
        lambda: centre_lines.lay([centre_lines.bend(10, 0.4)], 6.0),
        lambda: centre_lines.straight(0.0),
        lambda: centre_lines.straight(np.inf),
        lambda: centre_lines.bend(10, np.nan),
        lambda: centre_lines.wandering(10, np.random.default_rng(0), limit=-1.0),
        lambda: centre_lines.widened(centre_lines.lay([centre_lines.straight(10)]), 0.0),
        lambda: centre_lines.poses(centre_lines.lay([centre_lines.straight(10)]), ONE, np.array([-1.0])),
        lambda: road_looks.Conditions(polarity="pink"),
        lambda: road_looks.Conditions(noise=-0.1),
        lambda: Vehicle(limit=90.0),
        lambda: Vehicle(wheelbase=0.0),
        lambda: vehicles.check_drivable(centre_lines.lay([centre_lines.bend(10, 0.2)], 2.0), Vehicle()),
        lambda: follow(centre_lines.lay([centre_lines.straight(80)]), speed=0.0),
        lambda: follow(centre_lines.lay([centre_lines.straight(80)]), distance=90.0),
        lambda: vehicles.moved(Vehicle(), np.zeros((1, 3)), np.zeros(1), np.array([np.nan]), speed=1.0, step=0.1),
        lambda: vehicles.moved(Vehicle(), np.zeros((1, 3)), np.zeros(1), np.zeros(1), speed=np.inf, step=0.1),
        lambda: vehicles.pure_pursuit(
            centre_lines.lay([centre_lines.straight(9)]), ONE, np.zeros((1, 3)), ONE, lookahead=-1.0
        ),
        lambda: vehicles.wavering(np.random.default_rng(0), 5, 1, spread=-1.0, memory=5.0),
        lambda: steering.gaussian(np.array([np.nan]), 30, 0.1),
        lambda: steering.unit_of(np.zeros(1), 30, 0.0),
    ],
)
def test_nonsense_geometry_is_refused(wrong):
    with pytest.raises(ValueError, match=r"\w+ \w+ \w+"):
        wrong()
