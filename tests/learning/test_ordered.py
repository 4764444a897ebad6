"""Ordered derivatives on systems small enough to work by hand, and on the networks."""

import numpy as np
import pytest

from core.learning import checks
from core.learning.ops import affine, flatten, register, scaled_tanh, sigmoid, squared_error, tanh
from core.learning.ops.table import OPS
from core.learning.ordered import OrderedSystem, ordered_curvatures, ordered_derivatives
from core.networks import dense, zipcode


def chain(system, p, x, t):
    h = system.apply(tanh, system.apply(affine, system.constant(x), p["w1"], p["b1"]))
    y = system.apply(affine, h, p["w2"], p["b2"])
    return system.apply(squared_error, y, system.constant(t))


def test_one_weight_at_a_time_by_hand():
    # y = 3 * 2 + 1 = 7, E = 1/2 (7 - 5)^2 = 2, dE/dw = 2 * 2 = 4, dE/db = 2, dE/dx = 2 * 3 = 6
    s = OrderedSystem()
    x = s.parameter("x", [[2.0]])
    w, b = s.parameter("w", [[3.0]]), s.parameter("b", [1.0])
    e = s.apply(squared_error, s.apply(affine, x, w, b), s.constant([[5.0]]))
    d = ordered_derivatives(e)
    assert float(e.value) == 2.0
    assert [float(np.sum(d[name])) for name in ("x", "w", "b")] == [6.0, 4.0, 2.0]
    assert list(d) == ["x", "w", "b"]
    assert len(d) == 3


def test_an_entry_used_twice_collects_both_paths():
    s = OrderedSystem()
    a = s.parameter("a", [[0.3, -0.2]])
    e = s.apply(squared_error, s.apply(tanh, a), s.apply(sigmoid, a))
    y, t = np.tanh([0.3, -0.2]), 1 / (1 + np.exp([-0.3, 0.2]))
    np.testing.assert_allclose(ordered_derivatives(e)["a"][0], (y - t) * ((1 - y**2) - t * (1 - t)))


def test_what_the_target_does_not_depend_on_has_derivative_zero():
    s = OrderedSystem()
    a, b = s.parameter("a", [[1.0]]), s.parameter("b", [[2.0]])
    early = s.apply(squared_error, a, s.constant([[0.0]]))
    s.apply(tanh, b)
    d = ordered_derivatives(early)
    assert d["b"].tolist() == [[0.0]]
    assert d.of(a).tolist() == [[1.0]]


def test_entries_of_another_system_are_refused():
    with pytest.raises(ValueError, match="same ordered system"):
        OrderedSystem().apply(tanh, OrderedSystem().parameter("a", [1.0]))


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_dense_network_against_every_measured_slope(width):
    rng = np.random.default_rng(1)
    p = dense.init(rng, (4, 3, width), spread=lambda f: 2.4 / f)

    def loss(system, q, x, t):
        return system.apply(squared_error, dense.outputs(system, q, system.constant(x)), system.constant(t))

    checks.require(checks.full_error(loss, p, rng.standard_normal((5, 4)), rng.standard_normal((5, width))), "dense")


def zipcode_loss(system, p, x, t):
    y = zipcode.outputs(system, p, system.constant(x), table=zipcode.TABLES["cyclic"], borders=(-1.0, 0.5))
    return system.apply(squared_error, y, system.constant(t))


def test_the_zipcode_network_along_random_directions():
    rng = np.random.default_rng(2)
    p = zipcode.init(rng, spread=lambda f: 2.4 / np.sqrt(f), table=zipcode.TABLES["cyclic"])
    x, t = rng.uniform(-1, 1, (2, 1, 16, 16)), rng.uniform(-1, 1, (2, 10))
    s = OrderedSystem()
    d = ordered_derivatives(zipcode_loss(s, s.parameters(p), x, t))
    for name in p:
        v = rng.standard_normal(p[name].shape)
        h = 1e-5
        ahead = checks.loss_value(zipcode_loss, p | {name: p[name] + h * v}, x, t)
        behind = checks.loss_value(zipcode_loss, p | {name: p[name] - h * v}, x, t)
        assert checks.relative_error(np.sum(d[name] * v), (ahead - behind) / (2 * h)) < 1e-6, name


def test_replicas_learn_side_by_side_as_they_would_alone():
    rng = np.random.default_rng(3)
    alone = [dense.init(rng, (4, 3, 2), spread=lambda f: 1.0) for _ in range(3)]
    together = {name: np.stack([p[name] for p in alone]) for name in alone[0]}
    x, t = rng.standard_normal((5, 4)), rng.standard_normal((5, 2))
    s = OrderedSystem()
    losses = chain(s, s.parameters(together), x, t)
    d = ordered_derivatives(losses)
    for r, p in enumerate(alone):
        single = OrderedSystem()
        loss = chain(single, single.parameters(p), x, t)
        assert losses.value[r] == pytest.approx(float(loss.value), rel=1e-12)
        for name in p:
            np.testing.assert_allclose(d[name][r], ordered_derivatives(loss)[name], rtol=1e-12, atol=1e-15)


def test_an_op_without_gauss_newton_rule_is_named():
    def doubled(x):
        return 2 * x, None

    register(doubled, lambda d, cache, needs=None: (2 * d,))
    try:
        s = OrderedSystem()
        e = s.apply(squared_error, s.apply(doubled, s.parameter("a", [[1.0]])), s.constant([[0.0]]))
        assert ordered_derivatives(e)["a"].tolist() == [[4.0]]
        with pytest.raises(ValueError, match="'doubled' has no Gauss-Newton rule"):
            ordered_curvatures(e)
    finally:
        del OPS["doubled"]


def test_flatten_keeps_the_order_of_maps_rows_and_columns():
    x = np.arange(24.0).reshape(1, 2, 3, 4)
    assert flatten(x)[0].tolist() == [list(range(24))]


def test_scaled_tanh_saturates_at_its_amplitude():
    assert scaled_tanh(np.array([-50.0, 50.0]))[0].tolist() == [-1.7159, 1.7159]
