"""The quick loop of networks with one hidden layer beside the ordered system."""

import numpy as np
import pytest

from core.learning import checks, optimizers
from core.learning.compiled import road_follower
from core.learning.ops import squared_error
from core.networks import alvinn

SIZES = (23, 5, 11)


def loss(system, parameters, x, t):
    return system.apply(squared_error, alvinn.outputs(system, parameters, system.constant(x)), system.constant(t))


def task(sizes=SIZES, count=60, seed=0):
    g = np.random.default_rng(seed)
    p = alvinn.init(g, sizes, reach=2.0)
    return p, g.uniform(-1, 1, (count, sizes[0])), g.random((count, sizes[2]))


@pytest.mark.parametrize("sizes", [SIZES, (3, 1, 1), (8, 8, 8), (7, 9, 17), alvinn.SIZES_1991])
def test_a_pass_is_the_ordered_systems(sizes):
    p, x, t = task(sizes)
    before = {k: v.copy() for k, v in p.items()}
    order = np.random.default_rng(1).integers(0, len(x), 80)
    fast, _ = road_follower.train(p, x, t, rate=0.3, order=order)
    plain = optimizers.online_pass(loss, p, dict.fromkeys(p, 0.3), x[order], t[order])
    for key in p:
        assert checks.relative_error(plain[key], fast[key]) < 1e-10, key
        np.testing.assert_array_equal(p[key], before[key])
    np.testing.assert_allclose(road_follower.outputs_of(fast, x), alvinn.answers(fast, x), rtol=0, atol=1e-13)


def test_the_network_of_1989_with_its_intensity_fed_back_after_a_whole_epoch():
    p, x, t = task(alvinn.SIZES_1989, 300)
    fed = np.where(np.arange(300) < 100, np.random.default_rng(2).random(300), np.nan)
    fast, last = road_follower.train(p, x, t, rate=0.05, fed=fed, own=0.25)
    plain, own = dict(p), 0.25
    for n in range(300):
        row = x[n : n + 1].copy()
        row[0, -1] = own if np.isnan(fed[n]) else fed[n]
        own = float(alvinn.answers(plain, row)[0, -1])
        plain = optimizers.online_pass(loss, plain, dict.fromkeys(p, 0.05), row, t[n : n + 1])
    assert last == pytest.approx(own, rel=1e-10)
    for key in p:
        assert checks.relative_error(plain[key], fast[key]) < 1e-10, key


def test_outputs_with_feedback_are_those_of_one_pattern_after_another():
    p, x, _ = task()
    seen = road_follower.outputs_of(p, x, fed=np.full(len(x), np.nan), own=0.1)
    own = 0.1
    for n in range(len(x)):
        row = x[n : n + 1].copy()
        row[0, -1] = own
        expected = alvinn.answers(p, row)[0]
        np.testing.assert_allclose(seen[n], expected, atol=1e-13)
        own = expected[-1]


def test_a_pass_in_two_halves_is_the_whole_pass():
    p, x, t = task()
    fed = np.full(len(x), np.nan)
    whole, _ = road_follower.train(p, x, t, rate=0.2, fed=fed)
    half, own = road_follower.train(p, x, t, rate=0.2, order=np.arange(30), fed=fed[:30])
    half, _ = road_follower.train(half, x, t, rate=0.2, order=np.arange(30, 60), fed=fed[30:], own=own)
    for key in p:
        np.testing.assert_allclose(half[key], whole[key], rtol=1e-12)


def test_numbers_that_are_not_finite_spread_and_raise_nothing():
    p, x, t = task()
    p["w1"][0, 0] = np.nan
    found, _ = road_follower.train(p, x, t, rate=0.2)
    assert np.isnan(found["w2"]).any()


def test_shapes_that_do_not_fit_are_refused():
    p, x, t = task()
    for wrong in (
        {"x": x[:, :5]},
        {"t": t[:, :5]},
        {"order": np.array([60])},
        {"order": np.array([-1])},
        {"fed": np.zeros(3)},
    ):
        with pytest.raises(ValueError, match=r"fit|order"):
            road_follower.train(
                p, wrong.get("x", x), wrong.get("t", t), rate=0.1, order=wrong.get("order"), fed=wrong.get("fed")
            )
