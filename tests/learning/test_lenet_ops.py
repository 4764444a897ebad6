"""Subsampling, linked convolution, radial basis outputs and their criterion: by hand, by the sum, and curvatures."""

import numpy as np
import pytest

from core.learning import checks
from core.learning.operation_counts import count
from core.learning.ops import (
    OPS,
    affine,
    convolution,
    linked_convolution,
    map_criterion,
    radial_basis,
    radial_basis_map,
    scaled_tanh,
    squared_error,
    subsampling,
)
from core.learning.ordered import OrderedSystem, ordered_curvatures, ordered_derivatives

CENTRES = np.array([[0.0, 0.0], [1.0, 1.0]])


def rng():
    return np.random.default_rng(3)


def test_subsampling_adds_four_and_weighs_them_once():
    x = np.arange(1.0, 9.0).reshape(1, 1, 2, 4)
    y, _ = subsampling(x, np.array([0.5, -1.0]), np.array([1.0, 0.0]), source=[0, 0])
    assert y.tolist() == [[[[0.5 * (1 + 2 + 5 + 6) + 1, 0.5 * (3 + 4 + 7 + 8) + 1]], [[-14.0, -22.0]]]]


@pytest.mark.parametrize(
    ("x", "source", "words"),
    [((1, 2, 3, 4), None, "squares of 2x2"), ((1, 2, 4, 4), [0, 2], "does not fit"), ((1, 3, 4, 4), None, "fit")],
)
def test_subsampling_refuses_what_does_not_fit(x, source, words):
    with pytest.raises(ValueError, match=words):
        subsampling(np.zeros(x), np.zeros(2), np.zeros(2), source=source)


def test_linked_convolution_is_the_sum_over_its_links():
    links = [(0, 0), (0, 2), (1, 1), (2, 0), (2, 1), (2, 2)]
    x, w, b = rng().standard_normal((2, 3, 7, 6)), rng().standard_normal((6, 5, 5)), rng().standard_normal(3)
    y, _ = linked_convolution(x, w, b, links=links)
    for n, o, p, q in np.ndindex(*y.shape):
        each = (np.sum(w[k] * x[n, c, p : p + 5, q : q + 5]) for k, (to, c) in enumerate(links) if to == o)
        assert y[n, o, p, q] == pytest.approx(b[o] + sum(each))


def test_linked_convolution_with_every_link_is_the_convolution():
    links = [(o, c) for o in range(2) for c in range(3)]
    x, w, b = rng().standard_normal((2, 3, 7, 6)), rng().standard_normal((2, 3, 5, 5)), rng().standard_normal(2)
    np.testing.assert_allclose(
        linked_convolution(x, w.reshape(6, 5, 5), b, links=links)[0], convolution(x, w, b)[0], rtol=1e-12
    )


@pytest.mark.parametrize("links", [[(0, 0)], [(0, 0), (0, 3)], [(2, 0), (0, 1)], [(-1, 0), (0, 1)], [(0, 1), (0, 1)]])
def test_linked_convolution_refuses_links_that_do_not_fit(links):
    with pytest.raises(ValueError, match="link"):
        linked_convolution(np.zeros((1, 3, 5, 5)), np.zeros((2, 3, 3)), np.zeros(2), links=links)


def test_radial_basis_outputs_worked_by_hand():
    y, cache = radial_basis(np.array([[1.0, 2.0]]), CENTRES)
    assert y.tolist() == [[5.0, 1.0]]
    dx, dw = OPS["radial_basis"].backward(np.array([[1.0, 0.5]]), cache)
    assert dx.tolist() == [[2 * 1 + 0, 2 * 2 + 0.5 * 2 * 1]]
    assert dw.tolist() == [[-2.0, -4.0], [0.0, -1.0]]
    d2x, _ = OPS["radial_basis"].curvature(np.array([[1.0, 0.5]]), cache)
    assert d2x.tolist() == [[4 * 1 + 0, 4 * 4 + 0.5 * 4]]


def test_the_criterion_worked_by_hand():
    y, t, e = np.array([[5.0, 1.0]]), np.array([[0.0, 1.0]]), np.exp(-1.0)
    total = np.exp(-2.0) + np.exp(-5.0) + e
    value, cache = map_criterion(y, t, rubbish=2.0)
    assert value == pytest.approx(1 + np.log(total))
    dy, _ = OPS["map_criterion"].backward(np.array(1.0), cache)
    np.testing.assert_allclose(dy, [[-np.exp(-5.0) / total, 1 - e / total]])
    d2y, _ = OPS["map_criterion"].curvature(np.array(1.0), cache)
    np.testing.assert_allclose(d2y[0, 1], e / total * (1 - e / total))
    together, cache = radial_basis_map(np.array([[1.0, 2.0]]), CENTRES, t, rubbish=2.0)
    assert together == value
    dx, _, _ = OPS["radial_basis_map"].backward(np.array(1.0), cache)
    np.testing.assert_allclose(dx, [[2 * -dy[0, 0] * -1 + 0, 2 * (dy[0, 0] * 2 + dy[0, 1] * 1)]])


def test_the_criterion_is_positive_and_spares_classes_beyond_the_rubbish():
    y, t = np.array([[0.5, 300.0]]), np.array([[1.0, 0.0]])
    value, cache = map_criterion(y, t, rubbish=3.0)
    assert value > 0
    dy, _ = OPS["map_criterion"].backward(np.array(1.0), cache)
    assert 0 < dy[0, 0] < 0.1
    assert abs(dy[0, 1]) < 1e-100


def test_a_rubbish_class_without_penalty_leaves_the_distance_alone():
    y, t = rng().uniform(0, 200, (5, 10)), np.eye(10)[:5]
    value, cache = map_criterion(y, t, rubbish=-1e4)
    assert value - 5e4 == pytest.approx(np.sum(y * t))
    np.testing.assert_allclose(OPS["map_criterion"].backward(np.array(1.0), cache)[0], t)


@pytest.mark.parametrize("rubbish", [-5.0, 0.0, 2.0, 50.0])
def test_the_two_ops_apart_and_the_one_together(rubbish):
    g = rng()
    x, w, t = g.standard_normal((4, 6)), g.standard_normal((3, 6)), np.eye(3)[[0, 2, 1, 1]]
    together, apart = OrderedSystem(), OrderedSystem()
    a = together.apply(
        radial_basis_map,
        together.parameter("x", x), together.parameter("w", w), together.constant(t), rubbish=rubbish,
    )  # fmt: skip
    y = apart.apply(radial_basis, apart.parameter("x", x), apart.parameter("w", w))
    b = apart.apply(map_criterion, y, apart.constant(t), rubbish=rubbish)
    assert a.value == pytest.approx(float(b.value))
    one, other = ordered_derivatives(a), ordered_derivatives(b)
    for name in ("x", "w"):
        np.testing.assert_allclose(one[name], other[name], rtol=1e-9, atol=1e-12)
    assert count(a).forward == count(b).forward


@pytest.mark.parametrize("rubbish", [-5.0, 0.0, 2.0, 50.0])
def test_the_whole_curvature_is_the_diagonal_of_the_hessian_and_never_negative(rubbish):
    g = rng()
    x, w, t = g.standard_normal((2, 5)), g.standard_normal((3, 5)), np.eye(3)[[0, 2]]

    def loss(system, p, w, t):
        return system.apply(
            radial_basis_map, p["x"], system.constant(w), system.constant(t), rubbish=rubbish, whole=True
        )

    system = OrderedSystem()
    h = ordered_curvatures(loss(system, system.parameters({"x": x}), w, t))["x"]
    assert checks.relative_error(h, checks.measured_curvatures(loss, {"x": x}, w, t)["x"]) < 1e-6
    assert h.min() >= 0


def test_the_curvature_of_the_distance_alone_is_two():
    x, w, t = rng().standard_normal((2, 5)), rng().standard_normal((3, 5)), np.eye(3)[[0, 2]]
    _, cache = radial_basis_map(x, w, t, rubbish=1.0)
    assert np.all(OPS["radial_basis_map"].curvature(np.array(1.0), cache)[0] == 2)


def test_curvatures_of_the_layers_are_those_of_a_linear_network():
    """Where every layer is linear in what is asked about, Gauss and Newton drop nothing but pairs of positions."""
    x, t = rng().standard_normal((3, 2, 2, 2)), rng().standard_normal((3, 1))
    p = {"w": np.array([0.3, -0.7]), "b": np.array([0.1, 0.2]), "v": np.array([[0.5], [-0.4]]), "c": np.zeros(1)}

    def loss(system, p, x, t):
        s = system.apply(subsampling, system.constant(x), p["w"], p["b"])[..., 0, 0]
        return system.apply(squared_error, system.apply(affine, s, p["v"], p["c"]), system.constant(t))

    system = OrderedSystem()
    found = ordered_curvatures(loss(system, system.parameters(p), x, t))
    for name, measured in checks.measured_curvatures(loss, p, x, t).items():
        assert checks.relative_error(found[name], measured) < 1e-6, name


@pytest.mark.parametrize("op", ["subsampling", "linked_convolution"])
def test_curvature_of_a_shared_weight_is_the_sum_over_its_connections(op):
    """Each position has its own copy of the weights: the sum of their second derivatives is that of the shared one."""
    g = rng()
    if op == "subsampling":
        x, w, b, options = g.standard_normal((1, 1, 4, 4)), g.standard_normal(1), g.standard_normal(1), {}
        terms = x.reshape(2, 2, 2, 2).sum(axis=(1, 3)).ravel()[:, None]
    else:
        x, w, b = g.standard_normal((1, 1, 3, 4)), g.standard_normal((1, 2, 2)), g.standard_normal(1)
        options = {"links": [(0, 0)]}
        terms = np.stack([x[0, 0, i : i + 2, j : j + 2].ravel() for i in range(2) for j in range(3)])
    system = OrderedSystem()
    entries = system.parameters({"w": w, "b": b})
    y = system.apply(OPS[op].forward, system.constant(x), entries["w"], entries["b"], **options)
    f = system.apply(scaled_tanh, y)
    target = system.apply(squared_error, f[0, 0], system.constant(np.zeros_like(f.value[0, 0])))
    slope = (2 / 3 / 1.7159) * (1.7159**2 - f.value.ravel() ** 2)
    h = ordered_curvatures(target)
    np.testing.assert_allclose(h["w"].ravel(), (slope[:, None] ** 2 * terms**2).sum(axis=0))
    np.testing.assert_allclose(h["b"], [np.sum(slope**2)])
