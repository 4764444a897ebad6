"""Counts of operations against counts by hand."""

import numpy as np
import pytest

from core.learning.operation_counts import count
from core.learning.ops import OPS, affine, convolution, exponential, multiply, register, squared_error, tanh
from core.learning.ordered import OrderedSystem


def test_a_layer_counted_by_hand():
    system = OrderedSystem()
    p = system.parameters({"w": np.ones((3, 2)), "b": np.zeros(2)})
    y = system.apply(tanh, system.apply(affine, system.constant(np.ones((5, 3))), p["w"], p["b"]))
    found = count(system.apply(squared_error, y, system.constant(np.zeros((5, 2)))))
    assert found.forward == 5 * 6 + 10 + 10
    assert found.backward == 5 * 6 + 10 + 10  # the input is given, so that its derivative is not wanted
    assert found.entries == 7
    assert found.ratio == 2


def test_a_second_layer_wants_the_derivative_of_its_input_too():
    system = OrderedSystem()
    p = system.parameters({"w": np.ones((3, 4)), "b": np.zeros(4), "v": np.ones((4, 2)), "c": np.zeros(2)})
    h = system.apply(affine, system.constant(np.ones((1, 3))), p["w"], p["b"])
    found = count(system.apply(affine, h, p["v"], p["c"]))
    assert found.forward == 12 + 8
    assert found.backward == 12 + 2 * 8


def test_products_of_numbers():
    system = OrderedSystem()
    a, b = system.parameter("a", 2.0), system.parameter("b", 3.0)
    found = count(system.apply(exponential, system.apply(multiply, a, b)))
    assert (found.forward, found.backward) == (2, 3)
    assert found.numbers == 4


def costless(x):
    return x, None


def test_an_op_of_unknown_cost_is_named():
    system = OrderedSystem()
    register(costless, lambda dy, cache, needs=None: (dy,))
    try:
        with pytest.raises(ValueError, match="cost of the op 'costless' is not known"):
            count(system.apply(costless, system.parameter("x", 1.0)))
    finally:
        del OPS["costless"]


def test_a_convolution_counted_by_hand():
    system = OrderedSystem()
    x = system.constant(np.ones((5, 2, 4, 4)))
    p = system.parameters({"w": np.ones((3, 2, 2, 2)), "b": np.ones(3)})
    found = count(system.apply(convolution, x, p["w"], p["b"]))
    assert found.forward == found.backward == 5 * 3 * 9 * (2 * 4)  # nine places, two maps of four weights each


@pytest.mark.parametrize("name", sorted(OPS))
def test_every_op_knows_what_it_costs(name):
    assert OPS[name].cost is not None
