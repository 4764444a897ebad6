"""The compiled training of small nets against the ordered system, and its lanes against each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets import boolean
from core.learning import optimizers
from core.learning.compiled import small_nets, vectors
from core.learning.compiled.vectors import LANES, compiled, load, store
from core.learning.ops import sigmoid, softmax_cross_entropy, squared_error
from core.networks.grouped import Net, layers, outputs

X, T = boolean.parity(2)
NETS = [
    layers(2, 2, 1),
    Net((2, 1, 1), ((0,), (0, 1))),
    layers(2, 4, 3, 1),
    Net((1, 1, 2, 1), ((0, 1), (1, 2)), inputs=2),
]


@compiled
def _each(x, y, which):
    for i in range(0, len(x), LANES):
        if which == 0:
            store(y, i, vectors.exp(load(x, i)))
        else:
            store(y, i, vectors.sigmoid(load(x, i)))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-699, 699), min_size=LANES, max_size=LANES))
def test_the_exponential_is_right_to_the_last_digits(values):
    x, y = np.array(values), np.empty(LANES)
    _each(x, y, 0)
    np.testing.assert_allclose(y, np.exp(x), rtol=5e-16)
    _each(x, y, 1)
    np.testing.assert_allclose(y, sigmoid(x)[0], rtol=1e-12, atol=1e-16)


def test_the_exponential_beyond_its_range_is_that_at_the_end_and_nan_stays():
    x, y = np.array([800.0, -800.0, np.inf, -np.inf, np.nan, 0.0, 1.0, -1.0]), np.empty(8)
    _each(x, y, 0)
    np.testing.assert_allclose(y[:4], np.exp([700.0, -700.0, 700.0, -700.0]), rtol=1e-12)
    assert np.isnan(y[4])
    assert y[5] == 1.0


def loss_of(net):
    def loss(system, p, x, t):
        groups, at = [], 0
        for size in net.sizes[: net.inputs]:
            groups.append(system.constant(x[:, at : at + size]))
            at += size
        y = outputs(system, net, p, groups if net.inputs > 1 else groups[0])
        return system.apply(squared_error, y, system.constant(t))

    return loss


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("replicas", [1, 3, LANES])
def test_batch_training_is_gradient_descent_through_the_ordered_system(net, replicas):
    start = np.stack([net.flat(net.init(np.random.default_rng(s), 0.7)) for s in range(replicas)])
    assert start.shape == (replicas, net.parameters)
    found = small_nets.train(net.wiring, start, X, T, rate=0.5, momentum=0.9, margin=0.0, sweeps=40, every=1)
    p, losses = optimizers.gradient_descent(
        loss_of(net), net.named(start), X, T, learning_rate=0.5, momentum=0.9, sweeps=40
    )
    assert found.final == pytest.approx(net.flat(p), abs=1e-12)
    assert found.losses[:, :40] == pytest.approx(losses.T, abs=1e-12)
    _, slope = optimizers.gradient(loss_of(net), p, X, T)
    length = np.sqrt(sum(np.sum(np.reshape(g, (replicas, -1)) ** 2, axis=1) for g in slope.values()))
    assert found.slope == pytest.approx(length, abs=1e-12)


def test_online_training_is_the_online_pass_of_the_ordered_system():
    net = layers(2, 3, 1)
    start = net.flat(net.init(np.random.default_rng(0), 0.7))[None]
    found = small_nets.train(net.wiring, start, X, T, rate=0.3, online=True, margin=0.0, sweeps=5)
    p = net.named(start[0])
    for _ in range(5):
        p = optimizers.online_pass(loss_of(net), p, optimizers.uniform_rates(p, 0.3), X, T)
    assert found.final[0] == pytest.approx(net.flat(p), abs=1e-12)


def test_cross_entropy_decay_and_order():
    net = layers(2, 2, 1)
    start = net.flat(net.init(np.random.default_rng(1), 0.7))[None]
    order = np.array([[[3, 1, 1]]])  # pattern 1 counts twice, 0 and 2 not at all
    found = small_nets.train(
        net.wiring, start, X, T, rate=0.2, decay=0.01, cross_entropy=True, order=order, margin=0.0, sweeps=1
    )

    def loss(system, p, x, t):  # for one sigmoid output a: cross-entropy is that of the softmax of (a, 0)
        h = system.apply(sigmoid, system.apply(affine_op, system.constant(x), p["w0_1"], p["b1"]))
        pair = {"w": p["w1_2"], "b": p["b2"]}
        a = system.apply(affine_op, h, pair["w"], pair["b"])
        both = system.apply(affine_op, a, system.constant(np.array([[1.0, 0.0]])), system.constant(np.zeros(2)))
        return system.apply(softmax_cross_entropy, both, system.constant(np.column_stack([t, 1 - t])))

    from core.learning.ops import affine as affine_op

    rows = order[0, 0]
    _, slope = optimizers.gradient(loss, net.named(start[0]), X[rows], T[rows])
    expected = 0.99 * (start[0] - 0.2 * net.flat(slope))
    assert found.final[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("bias", [0.0, 36.0, 40.0, -40.0, 700.0])
def test_cross_entropy_pulls_a_saturated_unit_back_however_far(bias):
    net = layers(2, 1)
    start = np.array([[0.0, 0.0, bias]])
    wrong = np.full((4, 1), 0.0 if bias > 0 else 1.0)
    found = small_nets.train(net.wiring, start, X, wrong, rate=0.1, cross_entropy=True, margin=0.0, sweeps=1)
    y = 0.5 * (1 + np.tanh(0.5 * bias))
    assert found.final[0, 2] == pytest.approx(bias - 0.1 * 4 * (y - wrong[0, 0]), abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(2, LANES), st.integers(0, 1000))
def test_lockstep_training_equals_separate_trainings_bit_for_bit(replicas, seed):
    net = layers(2, 2, 1)
    start = np.stack([net.flat(net.init(np.random.default_rng(seed + s), 0.5)) for s in range(replicas)])
    options = {"rate": 0.5, "momentum": 0.9, "margin": 0.4, "sweeps": 600}
    together = small_nets.train(net.wiring, start, X, 0.1 + 0.8 * T, **options)
    for k in range(replicas):
        alone = small_nets.train(net.wiring, start[k : k + 1], X, 0.1 + 0.8 * T, **options)
        assert alone.solved[0] == together.solved[k]
        assert (alone.parameters[0] == together.parameters[k]).all()


def test_bad_input_is_refused_and_overflow_is_left_in_sight():
    net = layers(2, 2, 1)
    start = net.flat(net.init(np.random.default_rng(0), 0.5))[None]
    for change, match in (
        ({"start": start[:, :5]}, "do not fit the wiring"),
        ({"t": T[:2]}, "do not fit"),
        ({"x": np.full((4, 2), np.nan)}, "finite"),
        ({"order": np.array([[[0, 4]]])}, "numbers of patterns, 0 to 3"),
    ):
        arguments = {"start": start, "x": X, "t": T} | change
        with pytest.raises(ValueError, match=match):
            small_nets.train(net.wiring, rate=0.1, margin=0.4, sweeps=1, **arguments)
    gone = small_nets.train(net.wiring, start, X, T, rate=1e300, momentum=0.9, margin=0.4, sweeps=50)
    assert gone.solved[0] == -1 or np.isfinite(gone.parameters).all()
    for sizes, reads in (((2, 2), ((1,),)), ((2, 2), ((0, 0),)), ((2, 0), ((0,),)), ((2, 2, 1), ((0,),))):
        with pytest.raises(ValueError, match=r"group|every"):
            Net(sizes, reads)


def test_an_output_beyond_its_target_has_no_error_when_that_is_asked_for():
    net, t = layers(2, 2, 1), 0.2 + 0.6 * T
    start = np.stack([net.flat(net.init(np.random.default_rng(k), 1.0)) for k in range(3)])
    found = small_nets.train(net.wiring, start, X, t, rate=0.5, margin=0.0, sweeps=4, liberal=True)

    def loss(system, p, x, t):
        y = outputs(system, net, p, system.constant(x))
        beyond = np.where(t > 0.5, np.maximum(y.value, t), np.minimum(y.value, t))
        return system.apply(squared_error, y, system.constant(np.where(y.value == beyond, y.value, t)))

    for k in range(3):
        p = net.named(start[k])
        for _ in range(4):
            _, slope = optimizers.gradient(loss, p, X, t)
            p = {name: p[name] - 0.5 * slope[name] for name in p}
        np.testing.assert_allclose(found.final[k], net.flat(p), rtol=1e-10)


def test_every_weight_may_have_a_rate_of_its_own():
    net = layers(2, 2, 1)
    start = net.flat(net.init(np.random.default_rng(0), 1.0))[None]
    scales = np.arange(net.parameters) / 4
    found = small_nets.train(net.wiring, start, X, T, rate=0.5, margin=0.0, sweeps=1, scales=scales).final[0]
    plain = small_nets.train(net.wiring, start, X, T, rate=0.5, margin=0.0, sweeps=1).final[0]
    np.testing.assert_allclose(found - start[0], scales * (plain - start[0]), rtol=1e-12, atol=1e-16)
