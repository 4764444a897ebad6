"""Ops on batches of images: against direct loops, measured slopes, and themselves in any number of threads."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.learning import checks
from core.learning.compiled import threads
from core.learning.compiled.tiles import KERNELS, matrices, multiply, whole_blocks
from core.learning.compiled.vector_blocks import ROWS
from core.learning.operation_counts import count
from core.learning.ops import (
    OPS,
    average_pool,
    batch_convolution,
    dropout,
    max_pool,
    pooled_convolution,
    relu,
    response_normalization,
)
from core.learning.ops.table import Op
from core.learning.ordered import OrderedSystem


def normal(*shape, seed=7):
    return np.random.default_rng(seed).standard_normal(shape)


def written_out(x, w, b, stride, before, after):
    """The convolution as a sum over its terms, one at a time."""
    x = np.pad(x, ((0, 0), (before, after), (before, after), (0, 0)))
    kernel, _, maps, outputs = w.shape
    own = outputs // (x.shape[3] // maps)
    high, wide = ((side - kernel) // stride + 1 for side in x.shape[1:3])
    y = np.zeros((len(x), high, wide, outputs)) + b
    for n, p, q, o, i, j, c in np.ndindex(*y.shape, kernel, kernel, maps):
        y[n, p, q, o] += w[i, j, c, o] * x[n, stride * p + i, stride * q + j, o // own * maps + c]
    return y


# images, kernel, maps of a group, outputs, groups, stride, border above, border below
FORMS = [
    ((2, 7, 9), 5, 3, 6, 1, 1, 2, 2),
    ((1, 6, 5), 5, 1, 17, 1, 1, 0, 1),
    ((3, 8, 8), 3, 2, 4, 2, 1, 1, 1),
    ((1, 13, 4), 3, 5, 33, 1, 1, 1, 0),
    ((2, 9, 6), 3, 1, 3, 3, 1, 0, 0),
    ((2, 12, 11), 4, 2, 6, 2, 2, 0, 1),
    ((1, 13, 14), 11, 3, 4, 1, 4, 0, 3),
    ((2, 5, 5), 1, 3, 2, 1, 1, 0, 0),
    ((1, 6, 6), 2, 2, 3, 1, 3, 1, 1),
    ((2, 5, 7), 5, 2, 2, 1, 2, 2, 2),
    ((1, 9, 9), 3, 20, 40, 1, 1, 1, 1),
]


def form(images, kernel, maps, outputs, groups, stride, before, after, lead=()):
    x, w = normal(*lead, *images, maps * groups), normal(*lead, kernel, kernel, maps, outputs)
    return (x, w, normal(*lead, outputs)), {"stride": stride, "padding": (before, after)}


@pytest.mark.parametrize("sizes", FORMS)
def test_a_convolution_is_the_sum_written_out(sizes):
    arrays, options = form(*sizes)
    y, _ = batch_convolution(*arrays, **options)
    wanted = written_out(*arrays, options["stride"], *options["padding"])
    np.testing.assert_allclose(y, wanted, rtol=0, atol=1e-11)
    single, _ = batch_convolution(*(a.astype(np.float32) for a in arrays), **options)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, wanted, rtol=0, atol=2e-5 * np.sqrt(np.mean(wanted**2)))


@pytest.mark.parametrize("lead", [(), (2,)])
@pytest.mark.parametrize("sizes", FORMS)
def test_the_slopes_of_a_convolution_are_measured_slopes(sizes, lead):
    arrays, options = form(*sizes, lead=lead)
    checks.require(checks.projection_error(OPS["batch_convolution"], arrays, np.random.default_rng(1), **options), "x")


@pytest.mark.parametrize("sizes", [((1, 5, 6), 5, 2, 3, 1, 1, 2, 1), ((2, 4, 5), 3, 1, 2, 2, 1, 1, 1), FORMS[8]])
def test_every_slope_of_a_convolution_is_the_measured_one(sizes):
    arrays, options = form(*sizes)
    y, cache = batch_convolution(*arrays, **options)
    u = normal(*y.shape, seed=2)
    for k, slopes in enumerate(OPS["batch_convolution"].backward(u, cache)):

        def value(v, k=k):
            return float(np.sum(u * batch_convolution(*arrays[:k], v, *arrays[k + 1 :], **options)[0]))

        assert checks.relative_error(slopes, checks.measured_slopes(value, arrays[k])) < 1e-6


def test_only_what_is_needed_is_computed():
    arrays, options = form(*FORMS[0])
    y, cache = batch_convolution(*arrays, **options)
    every = OPS["batch_convolution"].backward(y, cache)
    for needs in ((True, False, False), (False, True, True)):
        some = OPS["batch_convolution"].backward(y, cache, needs)
        for need, part, whole in zip(needs, some, every, strict=True):
            assert (part is None) != need
            if need:
                np.testing.assert_array_equal(part, whole)


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        (((1, 5, 5, 3), (3, 3, 2, 4), (4,)), "3 maps"),
        (((1, 5, 5, 4), (3, 3, 2, 5), (5,)), "4 maps"),
        (((1, 5, 5, 2), (3, 2, 2, 4), (4,)), "do not fit"),
        (((1, 5, 5, 2), (3, 3, 2, 4), (3,)), "biases"),
        (((1, 5, 2, 2), (3, 3, 2, 4), (4,)), "padded"),
    ],
)
def test_a_convolution_refuses_what_does_not_fit(shapes, words):
    with pytest.raises(ValueError, match=words):
        batch_convolution(*(normal(*shape) for shape in shapes))


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_short_algorithm_is_exact(kernel):
    of_kernel, of_window, read = matrices(kernel)
    window, g = normal(8), normal(kernel, seed=8)
    wanted = [window[i : i + kernel] @ g for i in range(len(read))]
    np.testing.assert_allclose(read @ ((of_kernel @ g) * (of_window @ window)), wanted, rtol=1e-12)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("rows", [1, 2, 3, ROWS - 1, ROWS, ROWS + 5])
@pytest.mark.parametrize("vectors", [1, 2, 3])
def test_products_by_blocks_are_products(rows, vectors, kind):
    from core.learning.compiled.vector_blocks import VECTOR_BYTES

    width = vectors * VECTOR_BYTES // np.dtype(kind).itemsize
    whole = whole_blocks(rows)
    a, b, c = (normal(*shape).astype(kind) for shape in ((whole, 5), (5, width), (whole, width)))
    assert rows <= whole < rows + ROWS
    for more in (False, True):
        found = c.copy()
        multiply(a.ravel(), 0, 5, 1, b.ravel(), 0, width, 5, found.reshape(-1), 0, width, rows, width, more)
        np.testing.assert_allclose(found, a @ b + more * c, rtol=1e-5 if kind == np.float32 else 1e-13, atol=1e-5)


@pytest.mark.parametrize("op", [batch_convolution, pooled_convolution])
def test_numbers_do_not_depend_on_how_many_threads_share_a_batch(monkeypatch, op):
    x, w, b = normal(7, 9, 8, 3), normal(5, 5, 3, 18), normal(18)
    found = []
    for number in (1, 2, 3, 16):
        monkeypatch.setattr(threads, "threads", lambda number=number: number)
        y, cache = op(x, w, b)
        found.append((y, *OPS[op.__name__].backward(y, cache, (False, True, True))[1:]))
    for others in found[1:]:
        for one, other in zip(found[0], others, strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_fault_in_a_thread_is_told(monkeypatch):
    monkeypatch.setattr(threads, "threads", lambda: 2)

    def work(first, last):
        if first:
            raise ArithmeticError("in the second share")

    with pytest.raises(ArithmeticError, match="second share"):
        threads.share(4, work)
    threads.share(0, work)


WINDOWS = [(3, 2), (2, 2), (3, 1), (3, 3), (4, 3), (1, 1)]


def windows_of(x, size, stride):
    """Every window of every map, cut at the edges, with its place."""
    for p, i in enumerate(range(0, max(x.shape[1] - size, 0) + stride, stride)):
        for q, j in enumerate(range(0, max(x.shape[2] - size, 0) + stride, stride)):
            yield p, q, i, j, x[:, i : i + size, j : j + size]


@pytest.mark.parametrize("maps", [1, 3, 16, 21])
@pytest.mark.parametrize(("size", "stride"), WINDOWS)
def test_pools_are_maxima_and_means_of_windows_cut_at_the_edge(size, stride, maps):
    x = normal(2, 7, 10, maps)
    largest, _ = max_pool(x, size=size, stride=stride)
    means, _ = average_pool(x, size=size, stride=stride)
    seen = 0
    for p, q, _, _, window in windows_of(x, size, stride):
        np.testing.assert_array_equal(largest[:, p, q], window.max(axis=(1, 2)))
        np.testing.assert_allclose(means[:, p, q], window.mean(axis=(1, 2)), rtol=1e-12)
        seen += 1
    assert seen == largest.shape[1] * largest.shape[2]
    single = x.astype(np.float32)
    np.testing.assert_array_equal(max_pool(single, size=size, stride=stride)[0], largest.astype(np.float32))


@pytest.mark.parametrize("op", ["max_pool", "average_pool"])
@pytest.mark.parametrize("maps", [1, 17])
@pytest.mark.parametrize(("size", "stride"), WINDOWS)
def test_slopes_of_pools_are_measured_slopes(op, size, stride, maps):
    for shape in ((2, 7, 10, maps), (1, 2, 3, maps), (2, 2, 5, 4, maps)):
        error = checks.projection_error(OPS[op], (normal(*shape),), np.random.default_rng(3), size=size, stride=stride)
        checks.require(error, op)


@pytest.mark.parametrize("maps", [2, 16])
def test_of_equal_numbers_the_first_passes_the_derivative(maps):
    x = np.zeros((1, 3, 3, maps))
    x[0, 1, 1] = x[0, 2, 0] = 1.0
    y, cache = max_pool(x)
    (dx,) = OPS["max_pool"].backward(np.full_like(y, 5.0), cache)
    wanted = np.zeros_like(x)
    wanted[0, 1, 1] = 5.0
    np.testing.assert_array_equal(dx, wanted)
    flat, cache = max_pool(np.ones((1, 4, 4, maps)))  # four windows, all ties
    (dx,) = OPS["max_pool"].backward(np.ones_like(flat), cache)
    assert dx[0, ..., 0].tolist() == [[1, 0, 1, 0], [0, 0, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]]


@pytest.mark.parametrize("op", [max_pool, average_pool])
@pytest.mark.parametrize(("size", "stride"), [(2, 3), (0, 1), (17, 2), (3, 0)])
def test_windows_that_leave_gaps_or_are_too_large_are_refused(op, size, stride):
    with pytest.raises(ValueError, match="leave gaps or are larger"):
        op(normal(1, 5, 5, 2), size=size, stride=stride)


@pytest.mark.parametrize(("kernel", "maps"), [(5, 3), (3, 5), (3, 6), (7, 1), (1, 2)])
@pytest.mark.parametrize(("size", "stride"), [(3, 2), (2, 2)])
def test_the_pooled_convolution_is_convolution_and_pooling(kernel, maps, size, stride):
    x, w, b = normal(3, 9, 12, maps), normal(kernel, kernel, maps, 19), normal(19)
    y, cache = pooled_convolution(x, w, b, size=size, stride=stride)
    between, first = batch_convolution(x, w, b, padding=kernel // 2)
    wanted, second = max_pool(between, size=size, stride=stride)
    np.testing.assert_allclose(y, wanted, rtol=0, atol=1e-11)
    apart = OPS["batch_convolution"].backward(OPS["max_pool"].backward(wanted, second)[0], first)
    for needs in (None, (True, True, True), (False, True, True)):
        together = OPS["pooled_convolution"].backward(y, cache, needs)
        for one, other in zip(together, apart, strict=True):
            if one is not None:
                np.testing.assert_allclose(one, other, rtol=0, atol=1e-9)


def test_a_kernel_without_a_middle_is_refused():
    with pytest.raises(ValueError, match="no middle"):
        pooled_convolution(normal(1, 6, 6, 1), normal(2, 2, 1, 1), normal(1))


@pytest.mark.parametrize("across", [True, False])
@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("beta", [0.75, 0.5])
def test_response_normalisation_is_the_formula(across, size, beta):
    x, k, alpha, reach = normal(2, 4, 5, 6), 1.5, 0.3, size // 2
    y, _ = response_normalization(x, size=size, k=k, alpha=alpha, beta=beta, across=across)
    for n, i, j, c in np.ndindex(*x.shape):
        maps, rows, columns = (slice(max(0, at - reach), at + reach + 1) for at in (c, i, j))
        near = x[n, i, j, maps] if across else x[n, rows, columns, c]
        assert y[n, i, j, c] == pytest.approx(x[n, i, j, c] / (k + alpha * np.sum(near**2)) ** beta, rel=1e-12)
    options = {"size": size, "k": k, "alpha": alpha, "beta": beta, "across": across}
    op = OPS["response_normalization"]
    checks.require(checks.projection_error(op, (x,), np.random.default_rng(3), **options), "normalisation")


def test_the_curvature_of_response_normalisation_squares_its_jacobian():
    x, options = normal(1, 2, 3, 4), {"size": 3, "alpha": 0.4, "k": 1.0}
    op = OPS["response_normalization"]
    for across in (True, False):
        y, cache = op.forward(x, **options, across=across)
        jacobian = np.stack([op.backward(u.reshape(y.shape), cache)[0].ravel() for u in np.eye(y.size)])
        h = np.abs(normal(*y.shape, seed=9))
        np.testing.assert_allclose(op.curvature(h, cache)[0].ravel(), h.ravel() @ jacobian**2, rtol=1e-9)


@pytest.mark.parametrize("name", ["batch_convolution", "pooled_convolution", "max_pool", "average_pool"])
def test_the_curvatures_of_other_ops_square_their_jacobians(name):
    shapes = [(1, 5, 6, 2), (3, 3, 2, 2), (2,)] if "convolution" in name else [(1, 5, 6, 2)]
    arrays, op = [normal(*shape) for shape in shapes], OPS[name]
    y, cache = op.forward(*arrays)
    rows = [[part.ravel() for part in op.backward(u.reshape(y.shape), cache)] for u in np.eye(y.size)]
    h = np.abs(normal(*y.shape, seed=9))
    for k, found in enumerate(op.curvature(h, cache)):
        np.testing.assert_allclose(
            found.ravel(), h.ravel() @ np.stack([row[k] for row in rows]) ** 2, rtol=1e-8, atol=1e-20
        )


def test_a_neighbourhood_without_a_middle_is_refused():
    with pytest.raises(ValueError, match="no middle"):
        response_normalization(normal(1, 2, 2, 4), size=4)


def test_the_units_that_dropout_left_out_are_those_that_get_no_derivative():
    x, numbers = normal(50, 40), np.random.default_rng(1).random((50, 40))
    y, kept = dropout(x, numbers, share=0.3)
    np.testing.assert_array_equal(y, np.where(numbers >= 0.3, x, 0))
    numbers[:] = 0.0  # what is kept for the backward walk is the choice, not the numbers
    dx, none = OPS["dropout"].backward(np.ones_like(x), kept)
    np.testing.assert_array_equal(dx != 0, y != 0)
    assert none is None
    assert 0.65 < kept.mean() < 0.75
    assert dropout(x, np.random.default_rng(2).random(x.shape), share=0.0)[0].tolist() == x.tolist()
    assert not dropout(x, np.random.default_rng(2).random(x.shape), share=1.0)[0].any()
    with pytest.raises(ValueError, match="random numbers"):
        dropout(x, numbers[:1])


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_large_and_small_arrays_are_rectified_alike(kind):
    x = normal(70_000).astype(kind)
    x[:3] = 0.0, -0.0, np.nan
    y, cache = relu(x)
    assert y.dtype == kind
    small = np.concatenate([relu(part)[0] for part in np.split(x, 10)])
    np.testing.assert_array_equal(y, small)
    dy = normal(70_000, seed=8).astype(kind)
    (dx,) = OPS["relu"].backward(dy, cache)
    np.testing.assert_array_equal(dx, np.where(x > 0, dy, 0))


def test_costs_are_those_of_the_plain_sums():
    system = OrderedSystem()
    x = system.constant(normal(2, 8, 8, 3))
    w, b = system.parameter("w", normal(5, 5, 3, 4)), system.parameter("b", normal(4))
    y = system.apply(pooled_convolution, x, w, b)
    found, products, windows = count(y), 2 * 8 * 8 * 4 * 75, 2 * 4 * 4 * 4
    assert (found.forward, found.backward) == (products + windows, products)
    z = system.apply(batch_convolution, y, system.parameter("v", normal(3, 3, 2, 6)), system.parameter("c", normal(6)))
    more = count(z)
    assert more.forward - found.forward == 2 * 2 * 2 * 6 * 18
    assert more.backward - found.backward == 2 * (2 * 2 * 2 * 6 * 18)


@given(
    side=st.tuples(st.integers(5, 12), st.integers(5, 12)),
    kernel=st.sampled_from([1, 2, 3, 4, 5]),
    maps=st.integers(1, 4),
    outputs=st.integers(1, 20),
    groups=st.integers(1, 2),
    stride=st.integers(1, 3),
    border=st.integers(0, 2),
    seed=st.integers(0, 99),
)
@settings(max_examples=40, deadline=None)
def test_convolutions_of_any_shape(side, kernel, maps, outputs, groups, stride, border, seed):
    g = np.random.default_rng(seed)
    x, w = g.standard_normal((2, *side, maps * groups)), g.standard_normal((kernel, kernel, maps, outputs * groups))
    arrays = x, w, g.standard_normal(outputs * groups)
    y, _ = batch_convolution(*arrays, stride=stride, padding=border)
    n, p, q, o = (int(g.integers(size)) for size in y.shape)
    framed = np.pad(x, ((0, 0), (border, border), (border, border), (0, 0)))
    window = framed[n, stride * p : stride * p + kernel, stride * q : stride * q + kernel]
    own = window[..., o // outputs * maps : (o // outputs + 1) * maps]
    assert y[n, p, q, o] == pytest.approx(arrays[2][o] + np.sum(own * w[..., o]), rel=1e-9, abs=1e-9)
    op = Op("c", *(getattr(OPS["batch_convolution"], part) for part in ("forward", "backward")))
    checks.require(checks.projection_error(op, arrays, g, stride=stride, padding=border), "convolution")
