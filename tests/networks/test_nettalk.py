"""NETtalk and the residual nets: counts, and that the networks built really have them."""

import numpy as np
import pytest

from core.learning import checks
from core.learning.ordered import OrderedSystem
from core.networks import nettalk, residual


def test_the_weights_of_the_paper():
    assert nettalk.connections(nettalk.sizes(80)) == 203 * 80 + 80 * 26 + 80 + 26 == 18_426
    assert nettalk.connections(nettalk.sizes(80), input_thresholds=True) == 18_629


@pytest.mark.parametrize("hidden", [(0,), (15,), (30,), (60,), (80,), (120,), (80, 80)])
def test_the_parameters_built_are_those_counted(hidden):
    layers = nettalk.sizes(*hidden)
    p = nettalk.init(np.random.default_rng(0), layers)
    assert sum(value.size for value in p.values()) == nettalk.connections(layers)
    assert max(np.abs(value).max() for value in p.values()) <= 0.3
    assert all(value.any() for value in p.values())
    assert not nettalk.init(np.random.default_rng(0), layers, biases=False)["b1"].any()


def test_operations_of_a_letter():
    assert nettalk.operations(nettalk.sizes(80)) == 2 * 7 * 80 + 3 * 80 * 26
    assert nettalk.operations(nettalk.sizes(0)) == 2 * 7 * 26


def shapes(**kind):
    return residual.Shape(inputs=16, width=3, depth=4, classes=3, **kind)


@pytest.mark.parametrize("convolutional", [False, True])
@pytest.mark.parametrize("skips", [False, True])
def test_residual_nets(convolutional, skips):
    shape = shapes(convolutional=convolutional, skips=skips)
    g = np.random.default_rng(0)
    p = residual.init(g, shape, float)
    p = {name: value + 0.1 * g.standard_normal(value.shape) for name, value in p.items()}
    assert sum(value.size for value in p.values()) == shape.parameters
    x, labels = g.standard_normal((5, 16)), np.array([0, 1, 2, 0, 1])
    assert checks.full_error(lambda system, q, x, t: residual.loss(system, shape, q, x, t), p, x, labels) < 1e-6
    system = OrderedSystem()
    whole = residual.loss(system, shape, system.parameters(p), x, labels)
    above = OrderedSystem()
    stem = above.constant(residual.sums(shape, p, x))
    part = residual.loss_above(above, shape, above.parameters(p), stem, labels)
    assert float(part.value) == pytest.approx(float(whole.value), rel=1e-12)


def test_skips_change_the_function_and_not_the_parameters():
    counts = {shapes(skips=skips).parameters for skips in (False, True)}
    assert counts == {16 * 3 + 3 + 4 * (9 + 3) + 3 * 3 + 3}
    p = residual.init(np.random.default_rng(0), shapes(), float)
    x = np.random.default_rng(1).standard_normal((4, 16))
    scores = []
    for skips in (False, True):
        system = OrderedSystem()
        scores.append(residual.scores(system, shapes(skips=skips), system.parameters(p), x).value)
    assert np.abs(scores[0] - scores[1]).max() > 1e-3
    quiet = {name: np.zeros_like(value) if name[1:] in "1234" and name[1:] else value for name, value in p.items()}
    system = OrderedSystem()
    found = residual.scores(system, shapes(skips=True), system.parameters(quiet), x).value
    stem = np.maximum(x @ p["w0"] + p["b0"], 0)
    np.testing.assert_allclose(found, stem @ p["w"] + p["b"])  # blocks of zeros pass the stem on


@pytest.mark.parametrize("fault", [{"depth": 3}, {"depth": -2}, {"inputs": 15, "convolutional": True}])
def test_shapes_that_are_refused(fault):
    with pytest.raises(ValueError, match=r"even|square"):
        residual.Shape(**{"inputs": 16, "width": 3, "depth": 4} | fault)
