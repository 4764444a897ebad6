"""Directions, slices and paths: by definition on cases worked by hand, and by layer against point by point."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.learning import landscape
from core.learning.momentum import Momentum
from core.learning.ops import affine, mean_cross_entropy, tanh
from core.learning.ordered import OrderedSystem


def test_filter_normalisation_worked_by_hand():
    """Two units with incoming weights (3, 4) and (0, 2), two kernels of 2x1x1: every part gets its own length."""
    p = {
        "w": np.array([[3.0, 0.0], [4.0, 2.0]]), "b": np.array([1.0, 2.0]),
        "k": np.array([[[[1.0]], [[2.0]]], [[[0.0]], [[0.0]]]]),
    }  # fmt: skip
    d = {
        "w": np.array([[1.0, 6.0], [0.0, 8.0]]), "b": np.array([5.0, 5.0]),
        "k": np.array([[[[3.0]], [[4.0]]], [[[1.0]], [[1.0]]]]),
    }  # fmt: skip
    found = landscape.filter_normalised(d, p)
    np.testing.assert_allclose(found["w"], [[5.0, 1.2], [0.0, 1.6]])
    np.testing.assert_array_equal(found["b"], [0.0, 0.0])
    np.testing.assert_allclose(found["k"][0].ravel(), np.array([3.0, 4.0]) * 5**0.5 / 5)
    np.testing.assert_array_equal(found["k"][1], 0.0)  # a kernel of zeros stays where it is
    whole = landscape.tensor_normalised(d, p)
    assert all(np.linalg.norm(whole[name]) == pytest.approx(np.linalg.norm(p[name])) for name in p)


@given(seed=st.integers(0, 200), factor=st.floats(0.01, 100))
@settings(max_examples=40, deadline=None)
def test_filter_normalised_directions_scale_with_the_weights_and_not_with_the_draw(seed, factor):
    g = np.random.default_rng(seed)
    p = {"w": g.standard_normal((4, 3)), "k": g.standard_normal((2, 3, 3, 3))}
    d = landscape.random_direction(g, p)
    found = landscape.filter_normalised(d, p)
    larger = landscape.filter_normalised(d, {name: factor * value for name, value in p.items()})
    longer = landscape.filter_normalised({name: factor * value for name, value in d.items()}, p)
    for name in p:
        np.testing.assert_allclose(larger[name], factor * found[name], rtol=1e-12)
        np.testing.assert_allclose(longer[name], found[name], rtol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(found["w"], axis=0), np.linalg.norm(p["w"], axis=0))
    np.testing.assert_allclose(
        np.linalg.norm(found["k"].reshape(2, -1), axis=1), np.linalg.norm(p["k"].reshape(2, -1), axis=1)
    )


def net():
    g = np.random.default_rng(0)
    p = {
        "w1": g.standard_normal((6, 5)),
        "b1": g.standard_normal(5),
        "w2": g.standard_normal((5, 3)),
        "b2": g.standard_normal(3),
    }
    return p, g.standard_normal((20, 6)), np.arange(20) % 3, g


def rest(system, p, sums, labels):
    a = system.apply(affine, system.apply(tanh, sums), p["w2"], p["b2"])
    return system.apply(mean_cross_entropy, a, system.constant(labels))


def loss(system, p, x, labels):
    return rest(system, p, system.apply(affine, system.constant(x), p["w1"], p["b1"]), labels)


@pytest.mark.parametrize("together", [1, 4, 50])
def test_a_plane_read_in_lockstep_is_the_plane_read_point_by_point(together):
    p, x, labels, g = net()
    pair = [landscape.random_direction(g, p) for _ in range(2)]
    coordinates = landscape.grid(1.0, 5)
    fast = landscape.values(loss, p, pair, coordinates, x, labels, together=together)
    by_layer = landscape.values_by_layer(
        rest, lambda q: x @ q["w1"] + q["b1"], ("w1", "b1"), p, pair, coordinates, labels, together=together
    )
    assert fast.shape == (5, 5)
    for at in np.ndindex(5, 5):
        system = OrderedSystem()
        a, b = coordinates[at]
        here = {name: w + a * pair[0][name] + b * pair[1][name] for name, w in p.items()}
        alone = float(loss(system, system.parameters(here), x, labels).value)
        assert fast[at] == pytest.approx(alone, rel=1e-12)
        assert by_layer[at] == pytest.approx(alone, rel=1e-12)


def test_curvatures_of_a_quadratic_slice_are_its_own():
    side = np.linspace(-1, 1, 11)
    a, b = np.meshgrid(side, side, indexing="ij")
    surface = 1.5 * a**2 + 0.5 * b**2 + 2.0 * a * b  # second derivatives 3, 1 and 2 between: 2 +- sqrt(5)
    found = landscape.surface_curvatures(surface, side[1] - side[0])
    np.testing.assert_allclose(found[..., 0], 2 - 5**0.5, rtol=1e-9)
    np.testing.assert_allclose(found[..., 1], 2 + 5**0.5, rtol=1e-9)


def test_rises_of_a_line():
    assert landscape.rises(np.array([3.0, 2.0, 2.0, 1.0])) == 0.0
    assert landscape.rises(np.array([3.0, 1.0, 2.5, 0.0, 0.5])) == 1.5
    assert landscape.rises(np.array([3.0, 1.0, 1.1, 0.0]), tolerance=0.2) == 0.0
    assert np.isnan(landscape.rises(np.array([3.0, np.nan, 1.0])))


def test_shares_of_a_path():
    t = np.linspace(0, 1, 30)[:, None]
    line = t * np.arange(1, 8.0)
    assert landscape.component_shares(line)[0] == pytest.approx(1.0)
    assert landscape.component_shares(line, centred=False)[0] == pytest.approx(1.0)
    walk = np.cumsum(np.random.default_rng(0).standard_normal((50, 400)), axis=0)
    shares = landscape.component_shares(walk)
    assert shares.sum() == pytest.approx(1.0)
    singular = np.linalg.svd(walk - walk.mean(axis=0), compute_uv=False) ** 2
    np.testing.assert_allclose(shares, singular / singular.sum(), atol=1e-12)
    seen = landscape.share_seen(np.array([[3.0, 4.0, 0.0]]), np.array([[0.0, 2.0, 0.0]]))
    np.testing.assert_allclose(seen, [16 / 25])


def test_random_planes_see_two_over_the_number_of_parameters():
    g = np.random.default_rng(1)
    seen = [landscape.share_seen(g.standard_normal((1, 200)), g.standard_normal((2, 200)))[0] for _ in range(400)]
    assert np.mean(seen) == pytest.approx(2 / 200, rel=0.2)


def test_momentum_worked_by_hand():
    w = np.array([[1.0]])
    rule = Momentum(momentum=0.5, decay=0.1)
    rule.step("w", w, np.array([[2.0]]), 0.1)  # v = 2.1
    assert w[0, 0] == pytest.approx(0.79)
    rule.step("w", w, np.array([[1.0]]), 0.1)  # v = 1.05 + 1 + 0.079
    assert w[0, 0] == pytest.approx(0.79 - 0.2129)
    bias, quick = np.array([1.0]), Momentum(momentum=0.5, decay=0.1, nesterov=True)
    quick.step("b", bias, np.array([2.0]), 0.1)  # no decay of a bias; 2 + 0.5 * 2
    assert bias[0] == pytest.approx(0.7)
