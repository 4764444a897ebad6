"""Convolutional nets from lists of layers: their sizes, their slopes, and two steps of learning by another program."""

import resource
import time

import numpy as np
import pytest

from core.learning import checks, training
from core.learning.ordered import OrderedSystem, ordered_derivatives
from core.networks import convnet, convnets
from core.networks.convnet import Convolution, Dense, Dropout, Net, Normalization, Pool, Unit


def test_the_small_nets_have_the_sizes_of_their_files():
    sizes = {name: convnet.counts(net) for name, net in convnets.NETS.items()}
    assert [sum(layer.parameters for layer in sizes[name]) for name in sizes] == [145_578, 89_578]
    assert [layer.shape for layer in sizes["layers-80sec"] if isinstance(layer.layer, Pool)] == [
        (16, 16, 32), (8, 8, 32), (4, 4, 64)
    ]  # fmt: skip
    each = [layer.multiplications for layer in sizes["layers-80sec"] if layer.multiplications]
    assert each == [32**2 * 75 * 32, 16**2 * 800 * 32, 8**2 * 800 * 64, 1024 * 64, 64 * 10]
    assert convnet.decays(convnets.NETS["layers-18pct"]) == {"w1": 0.004, "w2": 0.004, "w3": 0.004, "w4": 1.0}


@pytest.mark.parametrize("side", [224, 227])
def test_alexnet_has_60_965_224_parameters_and_724_million_multiplications(side):
    layers = [layer for layer in convnet.counts(convnets.alexnet(side)) if layer.parameters]
    assert sum(layer.parameters for layer in layers) == 60_965_224
    assert sum(layer.multiplications for layer in layers) == 724_406_816
    each = [105_415_200, 223_948_800, 149_520_384, 112_140_288, 74_760_192, 37_748_736, 16_777_216, 4_096_000]
    assert [layer.multiplications for layer in layers] == each


def test_the_650_000_neurons_of_the_paper_are_659_272_by_its_list_of_layers():
    layers = [layer for layer in convnet.counts(convnets.alexnet()) if layer.parameters]
    units = [layer.units for layer in layers]
    assert units == [290_400, 186_624, 64_896, 64_896, 43_264, 4096, 4096, 1000]
    assert sum(units) == 659_272
    # The paper's caption has 253,440 in the first place, 55 x 48 x 96, and so 622,312 in all.
    assert sum(units) - units[0] + 55 * 48 * 96 == 622_312
    inputs = 224 * 224 * 3
    assert inputs == 150_528


def test_variants_differ_where_they_should():
    count = {
        name: sum(layer.parameters for layer in convnet.counts(net))
        for name, net in {
            "plain": convnets.cifar_net(),
            "tanh": convnets.cifar_net(unit="tanh"),
            "normalised": convnets.cifar_net(normalization=convnets.ACROSS_MAPS),
            "apart": convnets.cifar_net(overlap=False),
            "two stages": convnets.cifar_net(maps=(32, 32)),
        }.items()
    }
    assert count["plain"] == count["tanh"] == count["normalised"] == count["apart"] == 89_578
    assert count["two stages"] == 2432 + 25632 + 8 * 8 * 32 * 10 + 10


NORM = Normalization(5, 2.0, 0.05, 0.75)
SMALL = convnets.cifar_net(hidden=8, normalization=NORM, maps=(6, 8, 10), dropout=0.5, side=16, classes=4)


@pytest.mark.slow
def test_two_steps_of_learning_are_those_of_another_program():
    """Losses and weights that PyTorch 2.13 gives in double precision for the same start, images and random numbers."""
    rng = np.random.default_rng(2012)
    start = convnet.init(rng, SMALL, gain=2**0.5, dtype=np.float64)
    x, y = rng.standard_normal((5, 16, 16, 3)), np.array([0, 3, 1, 2, 1])
    for kind, near in ((np.float64, 1e-11), (np.float32, 2e-5)):
        p = {name: value.astype(kind) for name, value in start.items()}
        factors = {name: 2.0 for name in p if name.startswith("b")}
        rule, left_out = training.Momentum(0.9, convnet.decays(SMALL) | {"w5": 0.03}, factors), np.random.default_rng(7)
        losses = [
            training.train(
                lambda *args: convnet.loss(*args, net=SMALL, rng=left_out),  # noqa: B023
                p, iter([(x.astype(kind), y)]), rule=rule, rate=lambda k: 0.05,
            )
            for _ in range(2)
        ]  # fmt: skip
        system = OrderedSystem()
        last = convnet.loss(system, system.parameters(p), x.astype(kind), y, net=SMALL, rng=left_out)
        assert [*losses, float(last.value)] == pytest.approx(
            [1.38871422549233, 1.36941393538162, 1.35998043959009], rel=near
        )
        squares = [12.8177518655936, 16.7398749894049, 19.0095615200035, 15.8501967027174, 4.1544358640786]
        assert [float(np.sum(p[f"w{k}"].astype(float) ** 2)) for k in range(1, 6)] == pytest.approx(squares, rel=near)
        biases = [1.83714773064077e-05, 7.22613765869942e-05, 1.10322585783482e-3, 1.10650811905153e-3,
                  2.44142926898191e-3]  # fmt: skip
        found = [float(np.sum(p[f"b{k}"].astype(float) ** 2)) for k in range(1, 6)]
        assert found == pytest.approx(biases, rel=max(near, 1e-4) if kind == np.float32 else near)
        assert all(value.dtype == kind for value in p.values())


EVERY = Net(
    9,
    (
        Convolution(3, 3, 1), Pool("max", 2, 2), Unit("tanh"), Normalization(3, 1.0, 0.2, 0.75, across=False),
        Convolution(4, 4, (0, 1), stride=2), Unit("logistic"), Convolution(4, 1, 0, groups=2), Pool("average", 2, 1),
        Unit("relu"), Dense(5), Unit("tanh"), Dense(3),
    ),
    maps=2,
)  # fmt: skip


@pytest.mark.parametrize("seed", [0, 1])
def test_slopes_of_a_net_with_every_kind_of_layer_are_measured_slopes(seed):
    rng = np.random.default_rng(seed)
    p = convnet.init(rng, EVERY, gain=1.0, dtype=np.float64)
    x, y = rng.standard_normal((3, 9, 9, 2)), np.array([0, 2, 1])

    def loss(system, entries, x, y):
        return convnet.loss(system, entries, x, y, net=EVERY)

    checks.require(checks.full_error(loss, p, x, y), "net")


def test_initial_weights_have_the_spread_that_is_asked_for():
    net = convnets.NETS["layers-80sec"]
    own, scaled = convnet.init(np.random.default_rng(0), net), convnet.init(np.random.default_rng(0), net, gain=2**0.5)
    for k, spread in enumerate((1e-4, 0.01, 0.01, 0.1, 0.1), start=1):
        assert own[f"w{k}"].std() == pytest.approx(spread, rel=0.1)
        fan_in = np.prod(own[f"w{k}"].shape[:-1])
        assert scaled[f"w{k}"].std() == pytest.approx((2**0.5 if k < 5 else 1.0) / fan_in**0.5, rel=0.1)
        assert own[f"w{k}"].dtype == np.float32
        assert not own[f"b{k}"].any()
    p = convnet.init(np.random.default_rng(0), Net(8, (Convolution(2, 3, 1, bias=1.0), Dense(3)), 1))
    assert p["b1"].tolist() == [1.0, 1.0]


def test_scores_do_not_depend_on_the_size_of_the_pieces_and_hidden_values_can_be_had():
    p = convnet.init(np.random.default_rng(0), SMALL, gain=1.0, dtype=np.float64)
    x = np.random.default_rng(1).standard_normal((7, 16, 16, 3))
    scores = convnet.values(p, x, SMALL)
    np.testing.assert_allclose(convnet.values(p, x, SMALL, chunk=3), scores, rtol=1e-12)
    hidden = convnet.values(p, x, SMALL, layers=len(SMALL.layers) - 2)
    assert hidden.shape == (7, 8)
    np.testing.assert_allclose(0.5 * hidden @ p["w5"] + p["b5"], scores, rtol=1e-12)  # dropout halves what it lets by


def test_units_are_left_out_in_training_only():
    p = convnet.init(np.random.default_rng(0), SMALL, gain=1.0)
    x, y = np.random.default_rng(1).standard_normal((5, 16, 16, 3)).astype(np.float32), np.arange(5) % 4
    values = []
    for rng in (np.random.default_rng(3), np.random.default_rng(3), np.random.default_rng(4), None, None):
        system = OrderedSystem()
        values.append(float(convnet.loss(system, system.parameters(p), x, y, net=SMALL, rng=rng).value))
    assert values[0] == values[1] != values[2]
    assert values[3] == values[4]
    assert Dropout().share == 0.5


@pytest.mark.slow
def test_one_pass_of_alexnet_forwards_and_backwards(capsys):
    """Two images of 224x224; tells seconds and memory. The loss of an untrained net is near ln 1000."""
    net, rng = convnets.alexnet(), np.random.default_rng(0)
    p = convnet.init(rng, net)
    x = rng.standard_normal((2, 224, 224, 3)).astype(np.float32)
    for _ in range(2):  # the first time compiles
        begun, system = time.perf_counter(), OrderedSystem()
        loss = convnet.loss(system, system.parameters(p), x, np.array([1, 700]), net=net, rng=np.random.default_rng(1))
        slopes = ordered_derivatives(loss)
        seconds = time.perf_counter() - begun
    assert {name: slopes[name].shape for name in p} == {name: value.shape for name, value in p.items()}
    assert all(np.all(np.isfinite(slopes[name])) and slopes[name].any() for name in p)
    assert 5 < float(loss.value) < 9
    wide = convnet.values(p, np.pad(x, ((0, 0), (0, 3), (0, 3), (0, 0))), convnets.alexnet(227))
    np.testing.assert_allclose(convnet.values(p, x, net), wide, rtol=1e-3, atol=1e-5)  # 224 is 227 with zeros
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    with capsys.disabled():
        print(f"\nAlexNet, 2 images, forwards and backwards: {seconds:.2f} s, peak memory {memory:.0f} MB")
