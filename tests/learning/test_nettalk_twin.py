"""The compiled passes of NETtalk against the ordered system, and its lanes against each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets import nettalk as words
from core.learning import checks
from core.learning.compiled import nettalk as fast
from core.learning.grouped_steps import Rule, grouped_pass
from core.networks import nettalk

RULES = [Rule(1.0), Rule(2.0, 0.9), Rule(0.5, 0.3)]
LAYERS = [nettalk.sizes(0), nettalk.sizes(15), nettalk.sizes(9, 6)]


def nets(layers, count, reach=0.3):
    alone = [nettalk.init(np.random.default_rng(seed), layers, reach) for seed in range(count)]
    return {name: np.stack([p[name] for p in alone]) for name in alone[0]}


def some(count, first=0):
    return words.load("invented").chosen(range(first, first + count))


def learned(p, chosen, rule, order=None, memory=None):
    order = np.arange(len(chosen)) if order is None else order
    return fast.grouped_pass(
        p, chosen.windows, chosen.targets, chosen.starts, order, rule, margin=nettalk.MARGIN, memory=memory
    )


def plainly(p, chosen, rule, order=None, memory=None):
    order = np.arange(len(chosen)) if order is None else order
    x = words.one_hot(chosen.windows)
    return grouped_pass(nettalk.loss, p, x, chosen.targets, chosen.starts, order, rule, memory)


@pytest.mark.parametrize("layers", LAYERS)
@pytest.mark.parametrize("rule", RULES)
def test_a_pass_is_the_ordered_systems(layers, rule):
    p, chosen = nets(layers, 3), some(60)
    order = np.random.default_rng(0).permutation(len(chosen))
    (plain, memory), (quick, fast_memory) = plainly(p, chosen, rule, order), learned(p, chosen, rule, order)
    for key in p:
        assert checks.relative_error(plain[key], quick[key]) < 1e-11, key
        assert checks.relative_error(plain[key], p[key]) > 1e-3, key
        assert np.abs(memory[key] - fast_memory[key]).max() < 1e-11


def test_a_gradient_carried_from_pass_to_pass_is_as_one_long_pass():
    p, chosen, rule = nets(LAYERS[1], 2), some(40), Rule(2.0, 0.9)
    whole, _ = learned(p, chosen, rule)
    half, memory = learned(p, chosen, rule, order=np.arange(20))
    rest, _ = learned(half, chosen, rule, order=np.arange(20, 40), memory=memory)
    again, _ = plainly(half, chosen, rule, order=np.arange(20, 40), memory=memory)
    for key in p:
        assert checks.relative_error(rest[key], whole[key]) < 1e-12, key
        assert checks.relative_error(rest[key], again[key]) < 1e-12, key


def test_letters_as_words_of_their_own():
    p, chosen = nets(LAYERS[1], 2), some(20)
    starts = np.arange(len(chosen.windows) + 1)
    order = np.random.default_rng(1).permutation(len(starts) - 1)
    quick, _ = fast.grouped_pass(p, chosen.windows, chosen.targets, starts, order, Rule(0.5), margin=nettalk.MARGIN)
    x = words.one_hot(chosen.windows)
    plain, _ = grouped_pass(nettalk.loss, p, x, chosen.targets, starts, order, Rule(0.5))
    for key in p:
        assert checks.relative_error(plain[key], quick[key]) < 1e-12, key


@pytest.mark.slow
def test_a_whole_pass_over_a_thousand_words():
    p, chosen = nets(nettalk.sizes(80), 1), some(700)
    for rule in RULES[:2]:
        (plain, _), (quick, _) = plainly(p, chosen, rule), learned(p, chosen, rule)
        for key in p:
            assert checks.relative_error(plain[key], quick[key]) < 1e-6, key


def test_activities_of_every_layer():
    p, chosen = nets(LAYERS[2], 2), some(10)
    x = words.one_hot(chosen.windows)
    h = x
    for k in (1, 2, 3):
        h = 1 / (1 + np.exp(-(h @ p[f"w{k}"] + p[f"b{k}"][:, None, :])))
        np.testing.assert_allclose(fast.activities(p, chosen.windows, layer=k), h, rtol=1e-12)
    np.testing.assert_array_equal(fast.activities(p, chosen.windows), fast.activities(p, chosen.windows, layer=3))


@pytest.mark.parametrize("rule", RULES[:2])
def test_a_seed_learns_the_same_whoever_shares_its_vector(rule):
    p, chosen = nets(LAYERS[1], 5), some(30)
    together, _ = learned(p, chosen, rule)
    broken = {key: value.copy() for key, value in p.items()}
    broken["w1"][1, 0, 0] = np.nan
    mixed, _ = learned(broken, chosen, rule)
    for r in (0, 4):
        alone, _ = learned({key: value[r : r + 1] for key, value in p.items()}, chosen, rule)
        for key in p:
            np.testing.assert_array_equal(together[key][r], alone[key][0])
            np.testing.assert_array_equal(together[key][r], mixed[key][r])
    assert np.isnan(mixed["w1"][1]).any()


@given(seed=st.integers(0, 1000), hidden=st.integers(1, 9), count=st.integers(1, 12), rule=st.sampled_from(RULES))
@settings(max_examples=25, deadline=None)
def test_any_size_and_any_words(seed, hidden, count, rule):
    p, chosen = nets(nettalk.sizes(hidden), 1), some(count, seed % 700)
    (plain, _), (quick, _) = plainly(p, chosen, rule), learned(p, chosen, rule)
    assert all(checks.relative_error(plain[key], quick[key]) < 1e-11 for key in p)


@pytest.mark.parametrize("smoothing", [0.0, 0.05, 1.0])
def test_a_smoothing_that_the_twin_cannot_take_is_refused(smoothing):
    with pytest.raises(ValueError, match="smoothing"):
        learned(nets(LAYERS[0], 1), some(2), Rule(1.0, smoothing))


@pytest.mark.parametrize("windows", [np.array([[203, 0]]), np.array([[-1, 4]]), np.array([[4, 4]]), np.arange(3)])
def test_windows_that_do_not_fit_are_refused(windows):
    with pytest.raises(ValueError, match="window"):
        fast.activities(nets(LAYERS[0], 1), windows)
