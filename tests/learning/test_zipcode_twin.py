"""Compiled twins against the ordered system."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.learning import checks, optimizers
from core.learning.compiled import layers
from core.learning.compiled import zipcode as compiled_zipcode
from core.learning.compiled.vectors import LANES, pack, unpack
from core.learning.ops import squared_error
from core.learning.ordered import OrderedSystem
from core.networks import dense, zipcode

BORDERS = (-1.0, 0.25)


def stack(init, count):
    alone = [init(np.random.default_rng(seed)) for seed in range(count)]
    return {name: np.stack([p[name] for p in alone]) for name in alone[0]}


def patterns(count, outputs=10):
    g = np.random.default_rng(99)
    t = -np.ones((count, outputs))
    t[np.arange(count), g.integers(0, outputs, count)] = 1
    return g.uniform(-1, 1, (count, 1, 16, 16)), t


def zipcode_loss(table):
    def loss(system, p, x, t):
        y = zipcode.outputs(system, p, system.constant(x), table=table, borders=BORDERS)
        return system.apply(squared_error, y, system.constant(t))

    return loss


def dense_loss(system, p, x, t):
    return system.apply(squared_error, dense.outputs(system, p, system.constant(x)), system.constant(t))


def random_rates(p):
    g = np.random.default_rng(5)
    return {name: g.uniform(0.001, 0.02, value.shape) for name, value in p.items()}


@pytest.mark.parametrize("name", sorted(zipcode.TABLES))
@pytest.mark.parametrize("replicas", [1, 3, LANES])
def test_the_convolutional_pass_is_the_ordered_systems(name, replicas):
    table = zipcode.TABLES[name]
    p = stack(lambda g: zipcode.init(g, spread=lambda f: 2.4 / np.sqrt(f), table=table), replicas)
    x, t = patterns(40)
    rates = random_rates(p)
    plain = optimizers.online_pass(zipcode_loss(table), p, rates, x, t)
    fast = compiled_zipcode.convolutional_pass(p, rates, x, t, table=table, borders=BORDERS)
    for key in p:
        assert checks.relative_error(plain[key], fast[key]) < 1e-10, key
        assert checks.relative_error(plain[key], p[key]) > 1e-4, key
    system = OrderedSystem()
    y = zipcode.outputs(system, system.parameters(fast), system.constant(x), table=table, borders=BORDERS)
    outputs = compiled_zipcode.convolutional_outputs(fast, x, table=table, borders=BORDERS)
    assert checks.relative_error(y.value, outputs) < 1e-12


def test_the_convolutional_pass_after_one_whole_pass_of_the_paper():
    table = zipcode.TABLES["blocks"]
    p = stack(lambda g: zipcode.init(g, spread=lambda f: 2.4 / f), 1)
    x, t = patterns(7291)
    rates = optimizers.uniform_rates(p, 0.01)
    plain = optimizers.online_pass(zipcode_loss(table), p, rates, x, t)
    fast = compiled_zipcode.convolutional_pass(p, rates, x, t, table=table, borders=BORDERS)
    for key in p:
        assert checks.relative_error(plain[key], fast[key]) < 1e-6, key


@pytest.mark.parametrize("sizes", [(256, 40, 10), (7, 3, 1), (1, 1, 2)])
def test_the_dense_pass_is_the_ordered_systems(sizes):
    p = stack(lambda g: dense.init(g, sizes, spread=lambda f: 1.0), 3)
    g = np.random.default_rng(1)
    x, t = g.uniform(-1, 1, (50, sizes[0])), g.uniform(-1, 1, (50, sizes[2]))
    rates = random_rates(p)
    plain = optimizers.online_pass(dense_loss, p, rates, x, t)
    fast = compiled_zipcode.dense_pass(p, rates, x, t)
    for key in p:
        assert checks.relative_error(plain[key], fast[key]) < 1e-10, key
    system = OrderedSystem()
    y = dense.outputs(system, system.parameters(fast), system.constant(x))
    assert checks.relative_error(y.value, compiled_zipcode.dense_outputs(fast, x)) < 1e-12


def test_a_seed_learns_the_same_whoever_shares_its_vector():
    p = stack(lambda g: zipcode.init(g, spread=lambda f: 2.4 / f), 5)
    x, t = patterns(30)
    rates = random_rates(p)
    table = zipcode.TABLES["blocks"]
    together = compiled_zipcode.convolutional_pass(p, rates, x, t, table=table, borders=BORDERS)
    for r in (0, 4):
        one, its_rates = ({k: v[r : r + 1] for k, v in values.items()} for values in (p, rates))
        alone = compiled_zipcode.convolutional_pass(one, its_rates, x, t, table=table, borders=BORDERS)
        for key in p:
            np.testing.assert_array_equal(together[key][r], alone[key][0])


def test_a_diverging_seed_does_not_touch_its_neighbours():
    p = stack(lambda g: dense.init(g, (6, 4, 2), spread=lambda f: 1.0), 3)
    g = np.random.default_rng(1)
    x, t = g.uniform(-1, 1, (50, 6)), g.uniform(-1, 1, (50, 2))
    rates = optimizers.uniform_rates(p, 0.01)
    sound = compiled_zipcode.dense_pass(p, rates, x, t)
    p["w1"][1, 0, 0] = np.nan
    mixed = compiled_zipcode.dense_pass(p, rates, x, t)
    assert np.isnan(mixed["w1"][1]).any()
    for r in (0, 2):
        for key in p:
            np.testing.assert_array_equal(mixed[key][r], sound[key][r])


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
@settings(max_examples=200, deadline=None)
def test_scaled_tanh_is_the_librarys(values):
    z = np.resize(values, -(-len(values) // LANES) * LANES).astype(float)
    layers.scaled_tanh(z)
    np.testing.assert_allclose(z[: len(values)], 1.7159 * np.tanh(2 / 3 * np.array(values)), rtol=0, atol=1e-15)


def test_scaled_tanh_keeps_nan_and_infinity_apart():
    z = np.array([np.nan, np.inf, -np.inf, *[0.0] * (LANES - 3)])
    layers.scaled_tanh(z)
    assert np.isnan(z[0])
    assert z[1:4].tolist() == [1.7159, -1.7159, 0.0]


@given(st.integers(1, LANES), st.integers(1, 3), st.integers(1, 4))
def test_packing_and_unpacking(replicas, rows, columns):
    a = np.random.default_rng(0).standard_normal((replicas, rows, columns))
    np.testing.assert_array_equal(unpack(pack(a), a.shape), a)


def test_more_replicas_than_lanes_are_refused():
    with pytest.raises(ValueError, match="replicas fit one group"):
        pack(np.zeros((LANES + 1, 2)))


def test_images_of_another_size_are_refused():
    p = stack(lambda g: zipcode.init(g, spread=lambda f: 1.0), 1)
    with pytest.raises(ValueError, match="multiple of 16"):
        compiled_zipcode.convolutional_outputs(
            p, np.zeros((1, 1, 12, 12)), table=zipcode.TABLES["blocks"], borders=BORDERS
        )
