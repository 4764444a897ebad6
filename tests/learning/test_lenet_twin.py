"""The compiled twin of the LeNet family against the ordered system: passes, slopes, second derivatives, outputs."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.learning import checks, optimizers
from core.learning.compiled import registers
from core.learning.compiled.lenet import Twin
from core.learning.ordered import OrderedSystem
from core.networks import lenet
from core.networks.digit_bitmaps import bitmaps

PAPER, RUBBISH = -0.1, 50.0
CHEAP = ("LeNet-5", "LeNet-5 softmax", "LeNet-4")
DEAR = ("LeNet-1", "LeNet-4 sparse", "LeNet-5 tanh", "LeNet-5 relu")  # LeNet-1 has maps of another size, compiled anew


def stack(plan, count):
    alone = [lenet.init(np.random.default_rng(seed), plan, spread=lambda f: 2.4 / f**0.5) for seed in range(count)]
    return {name: np.stack([p[name] for p in alone]) for name in alone[0]}


def patterns(plan, count, seed=1):
    """Blots on paper; among them ink in corners, none at all, and ink everywhere."""
    g = np.random.default_rng(seed)
    x = np.full((count, 1, plan.side, plan.side), PAPER)
    inner = (count, 1, plan.side - 7, plan.side - 9)
    x[:, :, 4:-3, 5:-4] = np.where(g.random(inner) < 0.6, PAPER, g.uniform(PAPER, 1.2, inner))
    x[1, 0, 0, 0], x[2, 0, -1, -1], x[3] = 1.0, 0.5, PAPER
    x[4] = g.uniform(PAPER, 1.2, x[4].shape)
    y = g.integers(0, 10, count)
    t = np.eye(10)[y]
    return x, y, 2 * t - 1 if plan.output == "tanh" else t


def twin(plan, **options):
    return Twin(plan, centres=bitmaps() if plan.output == "rbf" else None, rubbish=RUBBISH, **options)


def rates_of(plan, p, seed=5):
    g = np.random.default_rng(seed)
    rates = {name: g.uniform(2e-4, 1e-3, value.shape) for name, value in p.items()}
    return rates if plan.there is None else {**rates, "w5": rates["w5"] * plan.there}


def assert_alike(found, wanted, tolerance):
    for name in wanted:
        assert checks.relative_error(found[name], wanted[name]) < tolerance, name


def compare(name, replicas, count):
    plan = lenet.PLANS[name]
    p, (x, y, t) = stack(plan, replicas), patterns(plan, count)
    rates, fast = rates_of(plan, p), twin(plan)
    loss = partial(lenet.loss, plan=plan, rubbish=RUBBISH)
    there = {} if plan.there is None else {"w5": plan.there}

    after = fast.learn(p, rates, x, y)
    assert_alike(after.parameters, optimizers.online_pass(loss, p, rates, x, t), 1e-8)
    assert all(checks.relative_error(after.parameters[k], p[k]) > 1e-4 for k in p)

    value, slopes = optimizers.gradient(loss, p, x, t)
    found = fast.slopes(p, x, y)
    assert_alike({k: v * there.get(k, 1) for k, v in found.items()}, slopes, 1e-11)
    found = fast.mean_curvatures(p, x, y)
    h = optimizers.mean_curvatures(loss, p, x, t)
    assert_alike({k: v * there.get(k, 1) for k, v in found.items()}, h, 1e-11)
    assert all(v.min() >= 0 for v in h.values())

    system = OrderedSystem()
    outputs = lenet.outputs(system, system.parameters(p), system.constant(x), plan).value
    np.testing.assert_allclose(fast.outputs(p, x), outputs, rtol=1e-11, atol=1e-11)
    still = fast.learn(p, {k: 0 * v for k, v in rates.items()}, x, y)
    answers = outputs.argmin(axis=-1) if plan.output == "rbf" else outputs.argmax(axis=-1)
    assert still.wrong.tolist() == (answers != y).sum(axis=1).tolist()
    np.testing.assert_allclose(still.loss, value / count, rtol=1e-11)


@pytest.mark.parametrize("name", CHEAP)
def test_the_twin_is_the_ordered_system(name):
    compare(name, replicas=2, count=12)


@pytest.mark.slow
@pytest.mark.parametrize("name", DEAR)
def test_the_twin_of_the_others_is_the_ordered_system_too(name):
    compare(name, replicas=8, count=12)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["LeNet-5", "LeNet-5 softmax"])
def test_the_twin_after_two_thousand_presentations(name):
    plan = lenet.PLANS[name]
    p, (x, y, t) = {k: v[:1] for k, v in stack(plan, 1).items()}, patterns(plan, 2000)
    rates = optimizers.uniform_rates(p, 2e-4)
    plain = optimizers.online_pass(partial(lenet.loss, plan=plan, rubbish=RUBBISH), p, rates, x, t)
    assert_alike(twin(plan).learn(p, rates, x, y).parameters, plain, 1e-6)


def test_the_whole_curvature_of_the_criterion():
    plan, p = lenet.LENET_5, stack(lenet.LENET_5, 1)
    x, y, t = patterns(plan, 6)
    h = optimizers.mean_curvatures(partial(lenet.loss, plan=plan, rubbish=300.0, whole=True), p, x, t)
    found = Twin(plan, centres=bitmaps(), rubbish=300.0, whole=True).mean_curvatures(p, x, y)
    assert_alike(found, h, 1e-11)
    assert checks.relative_error(twin(plan).mean_curvatures(p, x, y)["w6"], h["w6"]) > 1e-3


def test_a_seed_learns_the_same_whoever_shares_its_register():
    plan, p = lenet.LENET_5, stack(lenet.LENET_5, 5)
    (x, y, _), rates = patterns(plan, 12), rates_of(plan, p)
    together = twin(plan).learn(p, rates, x, y)
    for r in (0, 4):
        one, its_rates = ({k: v[r : r + 1] for k, v in values.items()} for values in (p, rates))
        alone = twin(plan).learn(one, its_rates, x, y)
        assert alone.loss[0] == together.loss[r]
        for k in p:
            np.testing.assert_array_equal(together.parameters[k][r], alone.parameters[k][0])


def test_a_diverging_seed_does_not_touch_its_neighbours():
    plan, p = lenet.LENET_5, stack(lenet.LENET_5, 3)
    (x, y, _), rates = patterns(plan, 8), rates_of(plan, p)
    sound = twin(plan).learn(p, rates, x, y)
    p["w3"] = p["w3"].copy()
    p["w3"][1, 0, 0, 0] = np.nan
    mixed = twin(plan).learn(p, rates, x, y)
    assert np.isnan(mixed.loss[1])
    assert np.isnan(mixed.parameters["w6"][1]).any()
    for r in (0, 2):
        for k in p:
            np.testing.assert_array_equal(mixed.parameters[k][r], sound.parameters[k][r])


def test_what_counts_as_paper_changes_no_result():
    plan, p = lenet.LENET_5, stack(lenet.LENET_5, 2)
    (x, y, _), rates = patterns(plan, 8), rates_of(plan, p)
    one, other = (twin(plan, background=paper).learn(p, rates, x, y) for paper in (PAPER, 0.7))
    assert_alike(one.parameters, other.parameters, 1e-9)


@pytest.mark.slow
def test_single_precision_follows_double_at_first():
    plan, p = lenet.LENET_5, stack(lenet.LENET_5, 16)
    (x, y, _), rates = patterns(plan, 12), rates_of(plan, p)
    single = twin(plan, precision=np.float32).learn(p, rates, x, y)
    for half in (slice(0, 8), slice(8, 16)):
        double = twin(plan).learn(*({k: v[half] for k, v in values.items()} for values in (p, rates)), x, y)
        assert_alike({k: v[half] for k, v in single.parameters.items()}, double.parameters, 2e-3)
    a, b = (twin(plan, precision=kind).slopes({k: v[:1] for k, v in p.items()}, x, y) for kind in (np.float32, float))
    assert_alike(a, b, 1e-4)
    assert max(checks.relative_error(a[k], b[k]) for k in a) > 1e-9


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@given(values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
@settings(max_examples=100, deadline=None)
def test_scaled_tanh_of_a_register_is_the_librarys(kind, values):
    a = np.resize(values, -(-len(values) // 16) * 16).astype(kind)
    y = np.empty_like(a)
    _squash(a, y)
    wanted = 1.7159 * np.tanh(2 / 3 * a.astype(float))
    np.testing.assert_allclose(y, wanted, rtol=0, atol=2e-15 if kind is np.float64 else 1e-6)


@registers.compiled
def _squash(a, y):
    for q in range(0, len(a), 64 // a.itemsize):
        registers.store(y, q, registers.squash(registers.load(a, q), registers.SCALED_TANH))


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_scaled_tanh_of_a_register_keeps_nan_and_infinity_apart(kind):
    a = np.array([np.nan, np.inf, -np.inf, *[0.0] * 13], kind)
    y = np.empty_like(a)
    _squash(a, y)
    assert np.isnan(y[0])
    np.testing.assert_allclose(y[1:4], [1.7159, -1.7159, 0.0], rtol=1e-6)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_packing_into_registers_and_back(kind):
    room = registers.lanes(kind)
    for count in (1, room):
        a = np.arange(count * 6, dtype=kind).reshape(count, 3, 2)
        np.testing.assert_array_equal(registers.unpack(registers.pack(a, kind), a.shape), a)
    with pytest.raises(ValueError, match="replicas fit one register"):
        registers.pack(np.zeros((room + 1, 2)), kind)


def test_what_does_not_fit_is_refused():
    plan, p = lenet.LENET_5, stack(lenet.LENET_5, 1)
    with pytest.raises(ValueError, match="centres belong"):
        Twin(plan)
    with pytest.raises(ValueError, match="centres belong"):
        Twin(lenet.LENET_1, centres=bitmaps())
    with pytest.raises(ValueError, match="images of 32x32"):
        twin(plan).outputs(p, np.zeros((1, 1, 28, 28)))
    with pytest.raises(ValueError, match="images of 32x32"):
        twin(plan).outputs(stack(lenet.LENET_4, 1), np.zeros((1, 1, 32, 32)))
    with pytest.raises(ValueError, match="labels"):
        twin(plan).learn(p, p, np.zeros((2, 1, 32, 32)), np.zeros(1, int))


GOLDEN = [
    79.00253252,
    78.94995112,
    78.98192919,
    78.88593877,
    78.99826227,
    78.78246338,
    78.75288117,
    78.91639157,
    78.65854484,
    78.58356733,
]


def test_golden_trace_of_ten_presentations():
    """Ten losses of LeNet-5 as it learns, one pattern at a time: through the ordered system and through the twin."""
    plan = lenet.LENET_5
    (x, y, t), loss = patterns(plan, 10), partial(lenet.loss, plan=plan, rubbish=5.0)
    plain = lenet.init(np.random.default_rng(1998), plan)
    fast, quick = {k: v[None] for k, v in plain.items()}, Twin(plan, centres=bitmaps(), rubbish=5.0)
    for n, golden in enumerate(GOLDEN):
        here = slice(n, n + 1)
        value, slope = optimizers.gradient(loss, plain, x[here], t[here])
        plain = {k: v - 3e-4 * slope[k] for k, v in plain.items()}
        step = quick.learn(fast, optimizers.uniform_rates(fast, 3e-4), x[here], y[here])
        fast = step.parameters
        assert value == pytest.approx(golden, rel=1e-9)
        assert step.loss[0] == pytest.approx(golden, rel=1e-9)
