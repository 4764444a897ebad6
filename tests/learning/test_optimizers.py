"""Learning rules: worked steps, a golden trace, and the second derivatives against finite differences."""

import numpy as np
import pytest

from core.learning import checks, optimizers
from core.learning.ops import affine, convolution, flatten, scaled_tanh, softmax_cross_entropy, squared_error, tanh

XOR_X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR_T = np.array([[-1.0], [1.0], [1.0], [-1.0]])


def linear(system, p, x, t):
    return system.apply(squared_error, system.apply(affine, system.constant(x), p["w"], p["b"]), system.constant(t))


def two_layers(system, p, x, t):
    h = system.apply(tanh, system.apply(affine, system.constant(x), p["w1"], p["b1"]))
    y = system.apply(scaled_tanh, system.apply(affine, h, p["w2"], p["b2"]))
    return system.apply(squared_error, y, system.constant(t))


def xor_parameters(seed=0):
    g = np.random.default_rng(seed)
    return {"w1": g.uniform(-1, 1, (2, 3)), "b1": np.zeros(3), "w2": g.uniform(-1, 1, (3, 1)), "b2": np.zeros(1)}


def test_momentum_steps_by_hand():
    # E = 1/2 w^2 (x = 1, t = 0, no bias slope used): dE/dw = w + b. Start w = 1, b = 0, rate 0.1, momentum 0.5.
    p, losses = optimizers.gradient_descent(
        linear,
        {"w": np.array([[1.0]]), "b": np.array([0.0])},
        np.array([[1.0]]),
        np.array([[0.0]]),
        learning_rate=0.1,
        momentum=0.5,
        sweeps=2,
    )
    # step 1: dw = db = -0.1, w = 0.9, b = -0.1. step 2: slope 0.8, change = -0.05 - 0.08 = -0.13.
    assert p["w"].item() == pytest.approx(0.77)
    assert p["b"].item() == pytest.approx(-0.23)
    assert losses.tolist() == pytest.approx([0.5, 0.32])


def test_golden_trace_of_xor():
    _, losses = optimizers.gradient_descent(
        two_layers, xor_parameters(), XOR_X, XOR_T, learning_rate=0.1, momentum=0.5, sweeps=200
    )
    for sweep, value in GOLDEN.items():
        assert losses[sweep] == pytest.approx(value, rel=1e-9)
    assert losses[-1] < 0.01


def test_an_online_pass_is_one_step_after_every_pattern():
    p = xor_parameters()
    rates = optimizers.uniform_rates(p, 0.05)
    done = optimizers.online_pass(two_layers, p, rates, XOR_X, XOR_T)
    for k in range(4):
        _, slope = optimizers.gradient(two_layers, p, XOR_X[k : k + 1], XOR_T[k : k + 1])
        p = {name: value - 0.05 * slope[name] for name, value in p.items()}
    for name in p:
        np.testing.assert_array_equal(done[name], p[name])


def test_rules_leave_their_arguments_alone():
    p = xor_parameters()
    before = {name: value.copy() for name, value in p.items()}
    optimizers.gradient_descent(two_layers, p, XOR_X, XOR_T, learning_rate=0.1, momentum=0.9, sweeps=3)
    optimizers.online_pass(two_layers, p, optimizers.uniform_rates(p, 0.1), XOR_X, XOR_T)
    for name in p:
        np.testing.assert_array_equal(p[name], before[name])


def test_rates_fall_where_the_error_curves():
    rates = optimizers.levenberg_marquardt_rates({"w": np.array([0.0, 0.02, 1.98])}, eta=0.02, mu=0.02)
    assert rates["w"].tolist() == pytest.approx([1.0, 0.5, 0.01])


def agree(loss, p, x, t, tolerance=1e-6):
    found = optimizers.mean_curvatures(loss, p, x, t, chunk=2)
    exact = checks.measured_curvatures(loss, p, x, t)
    for name in p:
        assert checks.relative_error(len(x) * found[name], exact[name]) < tolerance, name


def test_curvatures_are_exact_for_a_linear_layer():
    g = np.random.default_rng(0)
    p = {"w": g.standard_normal((3, 2)), "b": g.standard_normal(2)}
    agree(linear, p, g.standard_normal((5, 3)), g.standard_normal((5, 2)))


def test_curvatures_are_exact_for_one_hidden_layer_at_zero_residual():
    # With targets equal to outputs the dropped f'' terms vanish, and one hidden layer has no dropped cross terms.
    g = np.random.default_rng(1)
    p = {name: g.standard_normal(shape) for name, shape in (("w1", (3, 2)), ("b1", 2), ("w2", (2, 2)), ("b2", 2))}
    x = g.standard_normal((4, 3))
    t = 1.7159 * np.tanh(2 / 3 * (np.tanh(x @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"]))
    agree(two_layers, p, x, t, tolerance=1e-5)


def test_curvatures_drop_the_second_derivative_of_the_units_elsewhere():
    p = xor_parameters(3)
    found = optimizers.mean_curvatures(two_layers, p, XOR_X, XOR_T)
    exact = checks.measured_curvatures(two_layers, p, XOR_X, XOR_T)
    assert all(np.all(h >= 0) for h in found.values())
    assert max(checks.relative_error(4 * found[name], exact[name]) for name in p) > 0.05


@pytest.mark.parametrize("shared", [True, False])
def test_curvatures_of_shared_weights_add_up_over_connections(shared):
    def loss(system, p, x, t):
        y = system.apply(convolution, system.constant(x), p["w"], p["b"], stride=2, padding=1, border=-1.0)
        return system.apply(squared_error, system.apply(flatten, y), system.constant(t))

    g = np.random.default_rng(2)
    p = {"w": g.standard_normal((2, 1, 3, 3)), "b": g.standard_normal(2 if shared else (2, 3, 3))}
    agree(loss, p, g.standard_normal((3, 1, 6, 6)), g.standard_normal((3, 18)))


def test_curvatures_of_cross_entropy_at_its_own_outputs():
    def loss(system, p, x, t):
        return system.apply(
            softmax_cross_entropy, system.apply(affine, system.constant(x), p["w"], p["b"]), system.constant(t)
        )

    g = np.random.default_rng(4)
    p = {"w": g.standard_normal((3, 4)), "b": g.standard_normal(4)}
    agree(loss, p, g.standard_normal((5, 3)), np.eye(4)[[0, 1, 2, 3, 0]], tolerance=1e-5)


# Computed once with the derivatives of this one network written out in NumPy, apart from the ordered system.
GOLDEN = dict(
    zip(
        (0, 1, 10, 30, 50),
        (2.03095617339758, 2.0005611928750207, 1.7918038525412918, 0.13413701252999807, 0.0015797039801650667),
        strict=True,
    )
)
