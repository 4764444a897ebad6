"""The twin of wide dense nets against the ordered system."""

import numpy as np
import pytest

from core.learning import checks, optimizers
from core.learning.compiled.wide_nets import WideNet
from core.learning.ops import squared_error
from core.learning.ordered import OrderedSystem
from core.networks import dense


def loss(system, p, x, t):
    return system.apply(squared_error, dense.outputs(system, p, system.constant(x)), system.constant(t))


def task(sizes, replicas, count):
    g = np.random.default_rng(3)
    alone = [dense.init(np.random.default_rng(r), sizes, spread=lambda f: f**-0.5) for r in range(replicas)]
    p = {name: np.stack([one[name] for one in alone]) for name in alone[0]}
    t = -np.ones((count, sizes[-1]))
    t[np.arange(count), g.integers(0, sizes[-1], count)] = 1
    rates = {name: g.uniform(0.001, 0.02, value.shape) for name, value in p.items()}
    return p, rates, g.uniform(-1, 1, (count, sizes[0])), t


@pytest.mark.parametrize("sizes", [(784, 30, 10), (400, 30, 17, 10), (9, 8, 3), (1, 1, 2), (5, 3)])
def test_a_pass_is_the_ordered_systems(sizes):
    p, rates, x, t = task(sizes, 2, 40)
    plain = optimizers.online_pass(loss, p, rates, x, t)
    net = WideNet(sizes)
    fast = net.learn(p, rates, x, t)
    for name in p:
        assert checks.relative_error(plain[name], fast.parameters[name]) < 1e-10, name
        assert checks.relative_error(plain[name], p[name]) > 1e-4, name
    system = OrderedSystem()
    y = dense.outputs(system, system.parameters(fast.parameters), system.constant(x)).value
    found = net.outputs(fast.parameters, x)
    assert checks.relative_error(y, found) < 1e-12
    still = net.learn(fast.parameters, {name: 0 * rate for name, rate in rates.items()}, x, t)
    assert still.wrong.tolist() == (y.argmax(axis=-1) != t.argmax(axis=-1)).sum(axis=1).tolist()


@pytest.mark.slow
def test_a_long_pass_stays_the_ordered_systems():
    p, _, x, t = task((784, 30, 10), 1, 3000)
    rates = optimizers.uniform_rates(p, 0.003)
    plain = optimizers.online_pass(loss, p, rates, x, t)
    fast = WideNet((784, 30, 10)).learn(p, rates, x, t).parameters
    for name in p:
        assert checks.relative_error(plain[name], fast[name]) < 1e-6, name


@pytest.mark.slow
def test_single_precision_follows_double():
    p, rates, x, t = task((784, 30, 10), 1, 40)
    double, single = (WideNet((784, 30, 10), precision=kind).learn(p, rates, x, t) for kind in (float, np.float32))
    for name in p:
        assert 1e-10 < checks.relative_error(double.parameters[name], single.parameters[name]) < 1e-3, name


def test_nets_one_after_another_do_not_touch():
    p, rates, x, t = task((20, 12, 4), 3, 30)
    net = WideNet((20, 12, 4))
    together = net.learn(p, rates, x, t).parameters
    for r in range(3):
        one, its = ({name: value[r : r + 1] for name, value in arrays.items()} for arrays in (p, rates))
        alone = net.learn(one, its, x, t).parameters
        for name in p:
            np.testing.assert_array_equal(together[name][r], alone[name][0])


def test_shapes_that_do_not_fit_are_refused():
    p, rates, x, t = task((20, 12, 4), 1, 5)
    with pytest.raises(ValueError, match="do not fit 20 inputs"):
        WideNet((20, 12, 4)).outputs(p, x[:, :-1])
    with pytest.raises(ValueError, match="targets of shape"):
        WideNet((20, 12, 4)).learn(p, rates, x, t[:, :-1])
