"""MADALINE: one adaptation of each rule worked by hand, and the plain lines against the compiled ones."""

import numpy as np
import pytest

from core.learning import madaline
from core.learning.compiled import madaline as fast

CORNERS = np.array([[1.0, a, b] for a in (-1, 1) for b in (-1, 1)])
XNOR = CORNERS[:, 1] * CORNERS[:, 2]


def test_fixed_logic_follows_its_truth_table():
    decisions = np.array([[-1.0, -1, -1], [-1, -1, 1], [-1, 1, 1], [1, 1, 1]])
    assert madaline.fixed_logic(decisions, madaline.OR).tolist() == [-1, 1, 1, 1]
    assert madaline.fixed_logic(decisions, madaline.AND).tolist() == [-1, -1, -1, 1]
    assert madaline.fixed_logic(decisions, madaline.MAJORITY).tolist() == [-1, -1, 1, 1]


@pytest.mark.parametrize("module", [madaline, fast])
def test_rule_one_adapts_the_unit_nearest_to_zero(module):
    w = np.array([[-3.0, 0.0], [-1.0, 0.0]])  # sums -3 and -1 on the pattern; OR is -1, +1 is wanted
    x, d = np.array([[1.0, 1.0]]), np.array([1.0])
    assert module.rule_one(w, x, d, np.array([0]), madaline.OR, 1.0, 10) == -1
    assert w[0].tolist() == [-3, 0]  # the far unit is left alone
    assert w[1] == pytest.approx([0.0, 1.0])  # moved by (1 + 1) x / 2: its sum is now +1
    w = np.array([[2.0, 0.0], [1.0, 0.0], [-1.0, 0.0]])  # majority +1, wanted -1: one flip of the nearest that votes +1
    assert module.rule_one(w, x, np.array([-1.0]), np.array([0]), madaline.MAJORITY, 1.0, 10) == -1
    assert w[:, 0] == pytest.approx([2.0, 0.0, -1.0])


@pytest.mark.parametrize("module", [madaline, fast])
def test_rule_two_keeps_the_first_trial_flip_that_helps(module):
    w = np.array([[2.0, 0.0], [1.0, 0.0]])
    v = np.array([-1.5, 1.0, 1.0])  # AND: the output is +0.5, -1 is wanted; flipping the less certain unit does it
    x, d = np.array([[1.0, 1.0]]), np.array([-1.0])
    assert module.rule_two(w, v, x, d, np.array([0]), 1.0, 10) == -1
    assert w[0].tolist() == [2, 0]
    assert w[1] == pytest.approx([0.0, -1.0])
    assert v.tolist() == [-1.5, 1, 1]
    w = np.array([[2.0, 0.0]])
    v = np.array([3.0, 0.1])  # no flip can help: the output unit itself adapts, to exactly -1
    assert module.rule_two(w, v, x, d, np.array([0]), 1.0, 10) == -1
    assert v[0] + v[1] == pytest.approx(-1.0)


def test_plain_and_compiled_lines_agree_and_rule_one_learns_xnor():
    for seed in range(5):
        rng = np.random.default_rng(seed)
        w, v = rng.uniform(-1, 1, (3, 3)), rng.uniform(-1, 1, 4)
        order = rng.integers(0, 4, 60)
        found = []
        for module in (madaline, fast):
            a, b, c = w.copy(), w.copy(), v.copy()
            took = (
                module.rule_one(a, CORNERS, XNOR, order, madaline.MAJORITY, 0.8, 4),
                module.rule_two(b, c, CORNERS, XNOR, order, 0.8, 4),
            )
            found.append((took, a, b, c))
        assert found[0][0] == found[1][0]
        for plain, compiled in zip(found[0][1:], found[1][1:], strict=True):
            assert plain == pytest.approx(compiled, abs=1e-12)
    rng = np.random.default_rng(1)
    w = rng.uniform(-1, 1, (2, 3))
    assert fast.rule_one(w, CORNERS, XNOR, rng.integers(0, 4, 2000), madaline.OR, 1.0, 4) >= 0
    assert (madaline.fixed_logic(madaline.answers(w, CORNERS), madaline.OR) == XNOR).all()
