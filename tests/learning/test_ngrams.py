"""Kneser-Ney models by hand, and their probabilities."""

import numpy as np
import pytest

from core.datasets import text
from core.learning import ngrams
from tests.conftest import REAL_DATA


def test_two_orders_by_hand():
    train, held = np.array([0, 1, 0, 1, 1]), np.array([0, 1])
    p = ngrams.kneser_ney(train, held, 2, 2, discount=0.5)
    one = np.array([(2 - 0.5) / 5 + 0.5 * 2 / 5 / 2, (3 - 0.5) / 5 + 0.5 * 2 / 5 / 2])
    assert p[0] == pytest.approx(one[held])
    before = np.array([1, 2])  # 0 is preceded by 1 only, 1 by 0 and by 1
    lower = (before - 0.5) / 3 + 0.5 * 2 / 3 / 2
    assert p[1, 1] == pytest.approx((2 - 0.5) / 2 + 0.5 * 1 / 2 * lower[1])
    assert p[1, 0] == pytest.approx(lower[0])  # nothing stands before the first symbol


def test_counts_of_runs():
    train = np.array([0, 1, 0, 1, 1])
    assert [list(part) for part in ngrams.counts(train, 2, 2, raw=True)] == [[1, 2, 3], [2, 1, 1]]
    assert [list(part) for part in ngrams.counts(train, 1, 2, raw=False)] == [[0, 1], [1, 2]]
    assert ngrams.runs(np.array([1, 2, 0]), 2, 3).tolist() == [5, 6]


def test_probabilities_of_every_next_symbol_add_up_to_one():
    rng = np.random.default_rng(0)
    train = rng.integers(0, 4, 300)
    context = [2, 1]
    total = sum(ngrams.kneser_ney(train, np.array([*context, k]), 4, 3)[-1, -1] for k in range(4))
    assert total == pytest.approx(1)


def test_runs_that_no_whole_number_can_hold_are_refused():
    with pytest.raises(ValueError, match="too many"):
        ngrams.kneser_ney(np.zeros(20, int), np.zeros(5, int), 1000, 6)


@pytest.mark.skipif(not REAL_DATA, reason="needs tiny Shakespeare in $BACKSTORY_DATA")
def test_tiny_shakespeare_by_another_program(monkeypatch):
    """Nats a character on the last tenth, orders 5 and 6, as a program written apart from this one found them."""
    monkeypatch.setenv("BACKSTORY_DATA", str(REAL_DATA))
    data = text.load("shakespeare")
    held = np.concatenate([data.tune, data.test])
    p = ngrams.kneser_ney(data.train, held, len(data.alphabet), 6)
    assert -np.log(p[4:]).mean(axis=1) == pytest.approx([1.5663, 1.5385], abs=5e-5)
