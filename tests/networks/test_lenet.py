"""Counts of the LeNet family, layer by layer, and what its plans say of who reads whom."""

import numpy as np
import pytest

from core.learning import checks
from core.learning.ordered import OrderedSystem
from core.networks import lenet
from core.networks.digit_bitmaps import HEIGHT, WIDTH, bitmaps
from core.networks.zipcode import nips_counts, total


def init(plan, seed=0, **options):
    return lenet.init(np.random.default_rng(seed), plan, **options)


def test_lenet_5_counts_as_the_paper_does():
    layers = lenet.counts(lenet.LENET_5)
    assert [layer.parameters for layer in layers] == [156, 12, 1516, 32, 48120, 10164, 0]
    assert [layer.connections for layer in layers] == [122304, 5880, 151600, 2000, 48120, 10164, 840]
    assert (total(layers).connections, total(layers).parameters) == (340908, 60000)
    assert lenet.LENET_5.sides == (28, 14, 10, 5)


def test_table_i_of_the_paper():
    table = lenet.LENET_5.table
    assert [len(row) for row in table] == [3] * 6 + [4] * 9 + [6]
    columns = [[o for o, row in enumerate(table) if c in row] for c in range(6)]
    assert columns[0] == [0, 4, 5, 6, 9, 10, 11, 12, 14, 15]
    assert [len(column) for column in columns] == [10] * 6
    assert table[4:6] == ((0, 4, 5), (0, 1, 5))


def test_lenet_4_meets_one_of_the_papers_two_totals_or_is_not_fully_connected():
    full, sparse = (total(lenet.counts(plan)) for plan in (lenet.LENET_4, lenet.LENET_4_SPARSE))
    assert (full.connections, full.parameters) == (262306, 50698)
    assert (sparse.connections, sparse.parameters) == (258306, 16998)
    assert {len(row) for row in lenet.LENET_4_SPARSE.reads} == {4, 5}


def test_lenet_1_is_the_net_of_nips_1989():
    ours, then = lenet.counts(lenet.LENET_1), nips_counts()[1:]
    assert [(a.connections, a.parameters) for a in ours] == [(b.connections, b.parameters) for b in then]
    assert (total(ours).connections, total(ours).parameters) == (98442, 2578)


@pytest.mark.parametrize("name", sorted(lenet.PLANS))
def test_parameters_are_as_many_as_the_counts_say(name):
    plan = lenet.PLANS[name]
    p = init(plan)
    numbers = sum(value.size for value in p.values())
    absent = 0 if plan.there is None else int((plan.there == 0).sum())
    assert numbers - absent == total(lenet.counts(plan)).parameters
    if plan.there is not None:
        assert np.all((p["w5"] != 0) == (plan.there == 1))
    assert all(len(row) == len(set(row)) for row in plan.table)
    assert {c for row in plan.table for c in row} == set(range(len(plan.source)))


def test_weights_start_within_the_papers_bounds_and_biases_at_a_constant():
    p = init(lenet.LENET_5, bias=0.25)
    for name, fan in {"w1": 26, "w2": 5, "w4": 5, "w5": 401, "w6": 121}.items():
        assert 0.8 * 2.4 / fan < np.abs(p[name]).max() <= 2.4 / fan or p[name].size < 20
        assert np.abs(p[name]).max() <= 2.4 / fan
    rows = np.array([len(lenet.LENET_5.table[o]) for o, _ in lenet.LENET_5.links])
    for count in (3, 4, 6):
        assert 0.9 * 2.4 / (25 * count + 1) < np.abs(p["w3"][rows == count]).max() <= 2.4 / (25 * count + 1)
    assert all(np.all(p[f"b{k}"] == 0.25) for k in range(1, 7))


def test_bitmaps_are_ten_different_codes_of_84_signs():
    codes = bitmaps()
    assert codes.shape == (10, WIDTH * HEIGHT)
    assert set(np.unique(codes)) == {-1.0, 1.0}
    apart = np.sum(codes[:, None] != codes[None], axis=-1)
    assert apart[~np.eye(10, dtype=bool)].min() >= 9
    assert apart[0, 8] == 9  # alike digits have alike codes
    assert apart[0, 1] == 55


@pytest.mark.parametrize("name", sorted(lenet.PLANS))
def test_losses_and_outputs_of_every_plan(name):
    plan = lenet.PLANS[name]
    g = np.random.default_rng(1)
    p, x = init(plan), g.uniform(-0.1, 1.2, (2, 1, plan.side, plan.side))
    t = np.eye(10)[[3, 4]] * (2 if plan.output == "tanh" else 1) - (plan.output == "tanh")
    system = OrderedSystem()
    y = lenet.outputs(system, system.parameters(p), system.constant(x), plan).value
    whole = OrderedSystem()
    value = float(lenet.loss(whole, whole.parameters(p), x, t, plan=plan, rubbish=-1e4).value)
    assert y.shape == (2, 10)
    if plan.output == "rbf":
        assert value - 2e4 == pytest.approx(y[0, 3] + y[1, 4])
    elif plan.output == "softmax":
        assert value == pytest.approx(2 * np.log(10), rel=0.01)
    else:
        assert value == pytest.approx(0.5 * np.sum((y - t) ** 2))


def test_the_derivatives_of_a_small_relative():
    plan = lenet.Plan(16, 2, (0, 1, 1), ((0, 1), (2,)), (3, 84), "rbf", reads=((0, 1), (1,), (0,)))
    g = np.random.default_rng(1)
    p = init(plan, spread=lambda f: f**-0.5)
    keep = {name: p.pop(name) for name in ("w6", "b6")}
    x, t = g.uniform(-1, 1, (2, 1, 16, 16)), np.eye(10)[[3, 4]]

    def loss(system, entries, x, t):
        fixed = {name: system.constant(value) for name, value in keep.items()}
        return lenet.loss(system, {**entries, **fixed}, x, t, plan=plan, rubbish=60.0)

    assert plan.sides == (12, 6, 2, 1)
    assert checks.full_error(loss, p, x, t) < 1e-6
