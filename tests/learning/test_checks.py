"""The checker itself: it must object to derivatives that are wrong."""

from dataclasses import replace

import numpy as np
import pytest

from core.learning import checks
from core.learning.ops import OPS, Op, register
from core.learning.ops.table import op_of


def inputs_of(name, rng):
    if name == "affine":
        return [rng.standard_normal(s) for s in ((4, 5), (5, 3), (3,))]
    if name == "convolution":
        return [rng.standard_normal(s) for s in ((2, 2, 6, 6), (3, 2, 3, 3), (3,))]
    return [rng.standard_normal((4, 3)) for _ in range(2 if name in ("squared_error", "softmax_cross_entropy") else 1)]


def scaled(parts):
    return tuple(1.001 * part for part in parts)


def flipped(parts):
    return (-parts[0], *parts[1:])


def without_bias_sum(parts):
    return (*parts[:-1], parts[-1] / 4)


WRONG = [(name, fault) for name in ("affine", "convolution", "tanh", "squared_error") for fault in (scaled, flipped)]
WRONG += [("affine", without_bias_sum), ("convolution", without_bias_sum)]


@pytest.mark.parametrize(("name", "fault"), WRONG)
def test_the_projection_check_catches_a_wrong_derivative(name, fault):
    right = OPS[name]
    wrong = replace(right, backward=lambda d, cache, needs=None: fault(right.backward(d, cache)))
    rng = np.random.default_rng(0)
    inputs = inputs_of(name, rng)
    checks.require(checks.projection_error(right, inputs, rng), name)
    with pytest.raises(AssertionError, match="derivative is off"):
        checks.require(checks.projection_error(wrong, inputs, rng), name)


def test_the_projection_check_catches_a_bias_derivative_that_was_not_summed():
    right = OPS["affine"]

    def unsummed(d, cache, needs=None):
        dx, dw, _ = right.backward(d, cache)
        return dx, dw, d

    rng = np.random.default_rng(0)
    wrong = Op("affine", right.forward, unsummed)
    assert checks.projection_error(wrong, inputs_of("affine", rng), rng) == np.inf


def test_the_full_check_catches_a_wrong_derivative(monkeypatch):
    def loss(system, p, x, t):
        y = system.apply(OPS["affine"].forward, system.constant(x), p["w"], p["b"])
        return system.apply(OPS["squared_error"].forward, y, system.constant(t))

    rng = np.random.default_rng(0)
    p = {"w": rng.standard_normal((3, 2)), "b": rng.standard_normal(2)}
    data = rng.standard_normal((4, 3)), rng.standard_normal((4, 2))
    assert checks.full_error(loss, p, *data) < checks.TOLERANCE
    right = OPS["affine"]
    monkeypatch.setitem(
        OPS, "affine", replace(right, backward=lambda d, c, needs=None: (None, right.backward(d, c)[1], d[0]))
    )
    assert checks.full_error(loss, p, *data) > 0.1


def test_a_nan_is_not_within_tolerance():
    with pytest.raises(AssertionError):
        checks.require(float("nan"), "anything")


def test_the_table_refuses_a_second_op_of_the_same_name_and_an_unknown_one():
    with pytest.raises(ValueError, match="registered already"):
        register(OPS["tanh"].forward, OPS["tanh"].backward)

    def tanh(x):
        return x, x

    with pytest.raises(ValueError, match="is not the registered op of that name"):
        op_of(tanh)
