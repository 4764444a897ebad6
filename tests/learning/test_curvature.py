"""Hessian-vector products: against differences of every op, against quadratics known by hand, and whole Hessians."""

import numpy as np
import pytest

from core.learning import checks, curvature
from core.learning.ops import OPS, affine, mean_cross_entropy, multiply, relu, squared_error, subtract, tanh
from core.learning.ops.table import Op, register
from core.learning.slopes import flatten, unflatten
from tests.learning.test_ops import NAMES, WHOLE, cases


def net_loss(system, p, x, labels):
    h = system.apply(tanh, system.apply(affine, system.constant(x), p["w1"], p["b1"]))
    h = system.apply(relu, system.apply(affine, h, p["w2"], p["b2"]))
    return system.apply(mean_cross_entropy, system.apply(affine, h, p["w3"], p["b3"]), system.constant(labels))


def net(seed=0, sizes=(5, 4, 4, 3)):
    g = np.random.default_rng(seed)
    p = {}
    for k in range(1, len(sizes)):
        p |= {f"w{k}": g.standard_normal((sizes[k - 1], sizes[k])), f"b{k}": g.standard_normal(sizes[k])}
    return p, g.standard_normal((20, sizes[0])), np.arange(20) % sizes[-1]


def direction(p, seed=1, lead=()):
    g = np.random.default_rng(seed)
    return {name: g.standard_normal((*lead, *value.shape)) for name, value in p.items()}


REAL = ("max_pool", "pooled_convolution", "response_normalization")  # compiled for real numbers alone


@pytest.mark.parametrize("name", REAL)
def test_ops_for_real_numbers_say_so(name):
    inputs, options = cases(name, (), 2)
    with pytest.raises(ValueError, match=f"the loops of {name} are made for real numbers"):
        OPS[name].forward(inputs[0] + 0j, *inputs[1:], **options)


@pytest.mark.parametrize("lead", [(), (2,)])
@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("name", [name for name in NAMES if name not in REAL and not name.startswith("fast_")])
def test_every_op_goes_through_complex_numbers(name, width, lead):
    """The slope of the backward pass along a random direction, by i h and by a central difference."""
    inputs, options = cases(name, lead, width)
    op: Op = OPS[name]
    varied = len(inputs) - (name in WHOLE)
    g = np.random.default_rng(5)
    v = [g.standard_normal(x.shape) for x in inputs[:varied]]
    u = g.standard_normal(np.shape(op.forward(*inputs, **options)[0]))

    def pulled(h):
        moved = [x + h * d for x, d in zip(inputs[:varied], v, strict=True)]
        y, cache = op.forward(*moved, *inputs[varied:], **options)
        parts = op.backward(u + 0 * y, cache)
        return np.concatenate([np.ravel(part) for part in parts[:varied]])

    exact = np.imag(pulled(1j * curvature.STEP)) / curvature.STEP
    measured = (pulled(checks.STEP) - pulled(-checks.STEP)) / (2 * checks.STEP)
    assert checks.relative_error(exact, measured) < 1e-8


def test_a_product_is_what_differences_of_the_slopes_measure():
    p, x, y = net()
    v = direction(p)
    exact, measured = (rule(net_loss, p, v, x, y) for rule in (curvature.product, curvature.differences))
    for name in p:
        assert checks.relative_error(exact[name], measured[name]) < 1e-8, name


def test_a_whole_hessian_is_symmetric_to_rounding_and_its_diagonal_is_measured():
    p, x, y = net()
    found = curvature.hessian(net_loss, p, x, y, together=7)
    size = sum(value.size for value in p.values())
    assert found.shape == (size, size)
    assert np.abs(found - found.T).max() < 1e-14 * np.abs(found).max()
    measured = flatten(checks.measured_curvatures(net_loss, p, x, y))
    assert checks.relative_error(np.diag(found), measured) < 1e-7


def test_a_hessian_known_by_hand():
    """E = 1/2 sum (x w - t)^2 has the Hessian x^T x; E = (a b - 1)^2 / 2 has [[b^2, 2ab - 1], [2ab - 1, a^2]]."""
    g = np.random.default_rng(0)
    x, t = g.standard_normal((6, 3)), g.standard_normal((6, 1))

    def linear(system, p, x, t):
        nothing = system.constant(np.zeros(1))
        return system.apply(
            squared_error, system.apply(affine, system.constant(x), p["w"], nothing), system.constant(t)
        )

    found = curvature.hessian(linear, {"w": g.standard_normal((3, 1))}, x, t)
    np.testing.assert_allclose(found, x.T @ x, rtol=1e-14)

    def saddle(system, p):
        off = system.apply(subtract, system.apply(multiply, p["a"], p["b"]), system.constant(1.0))
        return 0.5 * off * off

    found = curvature.hessian(saddle, {"a": np.array(0.5), "b": np.array(3.0)})
    np.testing.assert_allclose(found, [[9.0, 2.0], [2.0, 0.25]], rtol=1e-15)


def test_many_directions_at_once_are_each_by_itself():
    p, x, y = net()
    many = direction(p, lead=(3,))
    together = curvature.product(net_loss, p, many, x, y)
    quadratic = curvature.along(net_loss, p, many, x, y)
    for k in range(3):
        one = {name: value[k] for name, value in many.items()}
        alone = curvature.product(net_loss, p, one, x, y)
        for name in p:
            np.testing.assert_allclose(together[name][k], alone[name], rtol=1e-11, atol=1e-14)
        assert quadratic[k] == pytest.approx(curvature.along(net_loss, p, one, x, y))


@pytest.mark.parametrize("exact", [True, False])
def test_the_flat_map_is_the_hessian(exact):
    p, x, y = net()
    times = curvature.linear_map(net_loss, p, x, y, exact=exact)
    v = flatten(direction(p))
    np.testing.assert_allclose(times(v), curvature.hessian(net_loss, p, x, y) @ v, rtol=0, atol=1e-7)


def test_single_precision_keeps_its_kind():
    p, x, y = net()
    single = {name: value.astype(np.float32) for name, value in p.items()}
    v = direction(p)
    exact = curvature.product(net_loss, p, v, x, y)
    rough = curvature.differences(net_loss, single, v, x.astype(np.float32), y)
    for name in p:
        assert checks.relative_error(rough[name], exact[name]) < 2e-2, name


def test_an_op_that_drops_the_imaginary_part_is_refused():
    def lossy(x):
        return np.real(x), x

    def lossy_backward(dy, x, needs=None):
        return (np.real(dy) * np.ones(np.shape(x)),)

    register(lossy, lossy_backward)
    try:
        with pytest.raises(ValueError, match="complex numbers"):
            curvature.product(lambda system, p: system.apply(lossy, p["a"]), {"a": np.array(2.0)}, {"a": np.array(1.0)})
    finally:
        del OPS["lossy"]


def test_flat_and_named_agree():
    p, _, _ = net()
    for name, value in unflatten(flatten(p), p).items():
        np.testing.assert_array_equal(value, p[name])
