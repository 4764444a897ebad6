"""Every op's hand-written derivative against measured slopes, at several shapes, widths and replica axes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.learning import checks
from core.learning.ops import OPS, relu, scaled_tanh, sigmoid, softmax_cross_entropy, squared_error
from core.learning.ops.convolution import convolution
from core.learning.ops.table import Op
from tests.learning.llama_cases import LLAMA

REPLICAS = [(), (3,), (2, 2)]
WIDTHS = [1, 2, 3]
NAMES = sorted(OPS)
# Ops with an input that is given and has no derivative, and its place.
WHOLE = {"rows": 1, "mean_cross_entropy": 1, "embedding": 1, "next_token_loss": 2, "dropout": 1}
TABLE = np.array([[0, 2], [1, 2], [0, 1]])


def rng():
    return np.random.default_rng(7)


def normal(*shape):
    return rng().standard_normal(shape)


def cases(name, lead, width):
    """Inputs and settings of op `name` with replica axes `lead` and `width` outputs."""
    if name.removeprefix("fast_") in LLAMA:
        return LLAMA[name.removeprefix("fast_")](normal, lead, width)
    if name == "affine":
        return (normal(*lead, 4, 5), normal(*lead, 5, width), normal(*lead, width)), {}
    if name == "convolution":
        x, w, b = normal(*lead, 2, 2, 6, 5), normal(*lead, width, 2, 3, 3), normal(*lead, width)
        return (x, w, b), {"stride": 2, "padding": 1, "border": -1.0}
    if name in ("batch_convolution", "pooled_convolution"):
        x, w, b = normal(*lead, 2, 6, 5, 2), normal(*lead, 3, 3, 2, width), normal(*lead, width)
        return (x, w, b), {"stride": 2}
    if name in ("max_pool", "average_pool", "response_normalization"):
        return (normal(*lead, 2, 5, 4, width),), {"size": 3}
    if name == "dropout":
        return (normal(*lead, 4, width), rng().random((*lead, 4, width))), {}
    if name in ("add", "multiply", "subtract"):
        return (normal(*lead, 4, width), normal(4, width)), {}
    if name == "logarithm":
        return (1 + np.abs(normal(*lead, 3, width)),), {}
    if name == "rows":
        return (normal(*lead, 5, width), np.array([[0, 4], [4, 2], [0, 0]])), {}
    if name == "mean_cross_entropy":
        return (normal(*lead, 4, width), np.arange(4) % width), {}
    if name == "part":
        return (normal(*lead, 4, width),), {"index": (Ellipsis, slice(1, None, 2), [0, 0, width - 1])}
    if name == "flatten":
        return (normal(*lead, 2, width, 3, 2),), {}
    if name in ("squared_error", "tolerant_error"):
        return (normal(*lead, 4, width), normal(*lead, 4, width) + 1), {}
    if name == "softmax_cross_entropy":
        t = rng().dirichlet(np.ones(width), (*lead, 4))
        return (normal(*lead, 4, width), t), {}
    if name == "softmax":
        return (normal(*lead, 4, width),), {"temperature": 0.7}
    if name == "subsampling":
        return (normal(*lead, 2, 3, 4, 6), normal(*lead, width), normal(*lead, width)), {"source": [2, 0, 2][:width]}
    if name == "linked_convolution":
        links = [(o, c) for o in range(width) for c in range(3) if o != c]
        x, w, b = normal(*lead, 2, 3, 6, 5), normal(*lead, len(links), 3, 3), normal(*lead, width)
        return (x, w, b), {"links": links}
    if name == "radial_basis":
        return (normal(*lead, 4, 5), normal(*lead, width, 5)), {}
    if name == "map_criterion":
        return (np.square(normal(*lead, 4, width)), normal(*lead, 4, width)), {"rubbish": 0.5}
    if name == "radial_basis_map":
        t = rng().dirichlet(np.ones(width), (*lead, 4))
        return (normal(*lead, 4, 5), normal(*lead, width, 5), t), {"rubbish": 2.0}
    return (normal(*lead, 3, width),), {}


@pytest.mark.parametrize("lead", REPLICAS)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_derivative_is_the_measured_slope(name, lead, width):
    inputs, options = cases(name, lead, width)
    op = OPS[name]
    if name.removeprefix("fast_") in WHOLE:
        place = WHOLE[name.removeprefix("fast_")]
        inputs, whole = inputs[:place], inputs[place]
        op = Op(name, lambda *x: OPS[name].forward(*x, whole), lambda dy, cache: OPS[name].backward(dy, cache)[:place])
    for seed in range(3):
        error = checks.projection_error(op, inputs, np.random.default_rng(seed), **options)
        checks.require(error, name)


@pytest.mark.parametrize("name", NAMES)
def test_ops_do_not_write_into_their_inputs(name):
    inputs, options = cases(name, (2,), 3)
    before = [x.copy() for x in inputs]
    y, cache = OPS[name].forward(*inputs, **options)
    OPS[name].backward(np.ones_like(y), cache)
    if OPS[name].curvature is not None:
        OPS[name].curvature(np.ones_like(y), cache)
    for x, was in zip(inputs, before, strict=True):
        np.testing.assert_array_equal(x, was)


@pytest.mark.parametrize("lead", [(), (2,)])
@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("table", [None, TABLE])
@pytest.mark.parametrize(("stride", "padding", "kernel"), [(1, 0, 3), (2, 2, 5), (3, 1, 2), (1, 2, 1)])
def test_convolution_in_every_form(lead, shared, table, stride, padding, kernel):
    size = 7
    positions = (size + 2 * padding - kernel) // stride + 1
    slots = 3 if table is None else table.shape[1]
    x, w = normal(*lead, 2, 3, size, size), normal(*lead, 3, slots, kernel, kernel)
    b = normal(*lead, 3) if shared else normal(*lead, 3, positions, positions)
    options = {"stride": stride, "padding": padding, "border": 0.7, "table": table}
    assert convolution(x, w, b, **options)[0].shape == (*lead, 2, 3, positions, positions)
    checks.require(checks.projection_error(OPS["convolution"], (x, w, b), rng(), **options), "convolution")


def test_convolution_against_the_sum_written_out():
    x, w, b = normal(2, 3, 6, 6), normal(3, 2, 3, 3), normal(3, 3, 3)
    y, _ = convolution(x, w, b, stride=2, padding=1, border=-1.0, table=TABLE)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-1.0)
    for n, o, p, q in np.ndindex(*y.shape):
        window = padded[n, TABLE[o], 2 * p : 2 * p + 3, 2 * q : 2 * q + 3]
        assert y[n, o, p, q] == pytest.approx(b[o, p, q] + np.sum(w[o] * window))


@pytest.mark.parametrize("table", [np.array([[0, 3]]), np.array([[0]]), np.array([[-1, 0]]), np.array([[1, 1]])])
def test_convolution_refuses_a_table_that_does_not_fit(table):
    with pytest.raises(ValueError, match="connection table"):
        convolution(normal(1, 3, 4, 4), normal(1, 2, 3, 3), normal(1), table=table)


def test_convolution_refuses_a_kernel_larger_than_the_input():
    with pytest.raises(ValueError, match="kernel"):
        convolution(normal(1, 1, 3, 3), normal(1, 1, 5, 5), normal(1))


def test_replicas_share_an_input_without_replica_axis():
    x, w, b = normal(2, 1, 6, 6), normal(4, 3, 1, 3, 3), normal(4, 3)
    together, _ = convolution(x, w, b)
    for r in range(4):
        np.testing.assert_array_equal(together[r], convolution(x, w[r], b[r])[0])
    for op in ("affine", "convolution"):
        inputs = (normal(4, 5), normal(2, 5, 3), normal(2, 3)) if op == "affine" else (x, w, b)
        checks.require(checks.projection_error(OPS[op], inputs, rng()), op)


def test_values_worked_by_hand():
    assert squared_error(np.array([[1.0, 2.0]]), np.array([[0.0, 4.0]]))[0] == pytest.approx(0.5 * (1 + 4))
    assert softmax_cross_entropy(np.zeros((2, 4)), np.eye(4)[:2])[0] == pytest.approx(2 * np.log(4))
    assert scaled_tanh(np.array(1.0))[0] == pytest.approx(0.9999972559, abs=1e-10)
    assert sigmoid(np.array([-800.0, 0.0, 800.0]))[0].tolist() == [0.0, 0.5, 1.0]
    assert relu(np.array([-1.0, 0.0, 2.0]))[0].tolist() == [0.0, 0.0, 2.0]


@given(shift=st.floats(-1e3, 1e3), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_softmax_does_not_see_a_common_shift(shift, seed):
    a = np.random.default_rng(seed).standard_normal((3, 5))
    t = np.eye(5)[:3]
    assert softmax_cross_entropy(a + shift, t)[0] == pytest.approx(float(softmax_cross_entropy(a, t)[0]), rel=1e-9)


@given(
    lead=st.sampled_from(REPLICAS),
    cases=st.integers(1, 4),
    inputs=st.integers(1, 5),
    outputs=st.integers(1, 4),
    seed=st.integers(0, 1000),
)
@settings(max_examples=40, deadline=None)
def test_affine_at_any_shape(lead, cases, inputs, outputs, seed):
    g = np.random.default_rng(seed)
    arrays = [g.standard_normal((*lead, *s)) for s in ((cases, inputs), (inputs, outputs), (outputs,))]
    checks.require(checks.projection_error(OPS["affine"], arrays, g), "affine")
