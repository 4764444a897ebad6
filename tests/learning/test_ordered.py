"""Ordered derivatives on systems small enough to work by hand, and on the networks."""

import gc
import weakref

import numpy as np
import pytest

from core.learning import checks
from core.learning.ops import affine, flatten, multiply, register, scaled_tanh, sigmoid, squared_error, tanh
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


def test_a_system_and_its_entries_print_in_one_line():
    s = OrderedSystem()
    x = s.parameter("x", np.full((50, 50), 1.0001))
    for _ in range(12):
        x = s.apply(multiply, x, x)
    assert repr(x) == "<entry 12: multiply of 11 and 11, shape (50, 50)>"
    assert repr(s) == "<ordered system of 13 entries, 1 named parameters, 32,500 numbers>"
    assert repr(s.entries[0]) == "<entry 0: parameter 'x', shape (50, 50)>"
    assert repr(s.constant(2.5)) == "<entry 13: constant, shape (), value 2.5>"
    assert repr(ordered_derivatives(x)) == "<derivatives by 'x'>"


def test_sums_differences_products_and_slices_of_entries_are_entries():
    def loss(system, p, x):
        a, b = p["a"], p["b"]
        c = 2 * a - b * x[1:] + x[:2] * a - 1 + (3 - a)[0] + -b[:, [0, 0, 1]]
        return system.apply(squared_error, c, system.constant(np.zeros(c.value.shape)))

    rng = np.random.default_rng(5)
    p = {"a": rng.standard_normal((2, 3)), "b": rng.standard_normal((2, 3))}
    checks.require(checks.full_error(loss, p, rng.standard_normal((3, 3))), "operators")


def test_an_entry_is_no_list():
    with pytest.raises(TypeError, match="not iterable"):
        list(OrderedSystem().parameter("a", [1.0, 2.0]))


def test_a_function_of_another_package_is_told_from_the_op_of_its_name():
    s = OrderedSystem()
    with pytest.raises(ValueError, match="is not the registered op of that name; import it with"):
        s.apply(np.tanh, s.parameter("a", [1.0]))


def test_a_raw_array_is_no_entry():
    with pytest.raises(TypeError, match=r"tanh: inputs must be entries .* not ndarray; wrap it in system.constant"):
        OrderedSystem().apply(tanh, np.ones(3))


def test_shapes_that_do_not_fit_are_told_with_the_op_and_the_parameter():
    s = OrderedSystem()
    p = s.parameters({"w1": np.ones((5, 2)), "b1": np.ones(2)})
    with pytest.raises(ValueError, match=r"affine of entry 2 of shape \(4, 3\), parameter 'w1' of shape \(5, 2\), "):
        s.apply(affine, s.constant(np.ones((4, 3))), p["w1"], p["b1"])
    with pytest.raises(ValueError, match=r"add of parameter 'b1' of shape \(2,\), entry"):
        p["b1"] + np.ones(3)


def test_what_is_registered_must_be_functions_and_a_derivative_a_tuple():
    with pytest.raises(TypeError, match="register takes functions"):
        register("softplus", np.tanh, np.tanh)

    def tripled(x):
        return 3 * x, None

    register(tripled, lambda d, cache, needs=None: 3 * d)
    try:
        s = OrderedSystem()
        with pytest.raises(TypeError, match=r"'tripled' must be a tuple with one part per input \(1 here"):
            ordered_derivatives(s.apply(tripled, s.parameter("a", [1.0])))
    finally:
        del OPS["tripled"]


def test_a_system_goes_as_soon_as_nobody_holds_it():
    s = OrderedSystem()
    a = s.parameter("a", [1.0])
    gone = weakref.ref(s)
    gc.disable()
    try:
        del s
        assert gone() is None
    finally:
        gc.enable()
    with pytest.raises(ReferenceError, match="keep it in a variable"):
        ordered_derivatives(a)
