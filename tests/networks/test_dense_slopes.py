"""All slopes of a dense network by every way to them: counts by hand, and values against one walk backwards."""

import numpy as np
import pytest

from core.learning.ordered import ordered_derivatives
from core.networks import dense_slopes as slopes

SIZES = (4, 6, 5, 2)


@pytest.fixture
def net():
    return slopes.problem(np.random.default_rng(1), SIZES, 1)


def exact(p, x, t):
    system, target = slopes.forward(p, x, t)
    found = dict(ordered_derivatives(target))
    del system
    return found


def read(p, x, t):
    return lambda: float(slopes.forward(p, x, t)[1].value)


def test_counts_by_hand():
    p, x, t = slopes.problem(np.random.default_rng(0), (2, 3, 1), 5)
    found = slopes.counted(p, x, t)
    assert (found.parameters, found.units) == (13, 4)
    assert found.value == 5 * (6 + 3 + 4 + 1)  # products, a tanh for each unit, one square
    assert found.backward == 5 * (6 + 2 * 3 + 4 + 1)  # the inputs are given
    assert found.tangent == 5 * (2 * 9 + 4 + 1)
    assert found.ratio == (14 + 17) / 14
    assert found.forward_mode == 13 * (14 + 23) / 14


@pytest.mark.parametrize("sizes", [(1, 3, 1), SIZES, (32, 16, 16, 16, 1), (8, 6, 4)])
def test_counts_are_those_of_the_formula(sizes):
    p, x, t = slopes.problem(np.random.default_rng(0), sizes, 7)
    found = slopes.counted(p, x, t)
    assert slopes.by_formula(sizes, 7) == (found.value, found.backward)
    assert slopes.sizes_of(p) == sizes


def test_a_tangent_is_the_slope_along_its_direction(net):
    p, x, t = net
    direction = {name: np.random.default_rng(2).standard_normal(value.shape) for name, value in p.items()}
    expected = sum(float(np.sum(d * direction[name])) for name, d in exact(p, x, t).items())
    assert slopes.tangent(p, direction, x, t) == pytest.approx(expected, rel=1e-12)


def test_slopes_by_nudging_weights_and_the_weights_stay(net):
    p, x, t = net
    before = {name: value.copy() for name, value in p.items()}
    places = [("w1", 3), ("b2", 4), ("w3", 0)]
    found = slopes.nudged(p, places, read(p, x, t), 1e-7)
    derivatives = exact(p, x, t)
    assert found == pytest.approx([derivatives[name].flat[i] for name, i in places], abs=1e-6)
    assert all(np.array_equal(before[name], value) for name, value in p.items())


def test_one_nudge_a_unit_gives_the_slopes_of_all_weights(net):
    p, x, t = net
    places = slopes.units(p)
    assert len(places) == 6 + 5 + 2
    found = slopes.from_units(p, x, t, slopes.nudged(p, places, read(p, x, t), 1e-7))
    for name, d in found.items():
        assert d == pytest.approx(exact(p, x, t)[name], abs=1e-6)
