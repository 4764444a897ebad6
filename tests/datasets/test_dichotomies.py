"""Separability by linear program against known counts and Cover's formula."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets import dichotomies


def test_fourteen_of_sixteen_functions_of_two_inputs():
    corners = np.array([[1.0, a, b] for a, b in product((-1.0, 1.0), repeat=2)])
    found = [dichotomies.separable(corners, np.array(d)) for d in product((-1.0, 1.0), repeat=4)]
    assert sum(found) == 14


def test_covers_formula_at_known_points():
    for n in (1, 2, 5, 15, 50):
        assert dichotomies.cover_probability(2 * n, n) == 0.5
        assert dichotomies.cover_probability(n, n) == 1.0
    assert dichotomies.cover_count(4, 3) == 14
    told = {(2, 3): 0.75, (2, 5): 0.3125, (5, 12): 0.274, (15, 37): 0.1215}
    for (n, patterns), share in told.items():
        assert dichotomies.cover_probability(patterns, n) == pytest.approx(share, abs=1e-3)
    for n in (2, 5, 10):  # sum over P of the probability that P are still separable is the mean number absorbed
        mean = sum(dichotomies.cover_probability(p, n) for p in range(1, 40 * n))
        assert mean == pytest.approx(2 * n, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 6), st.integers(1, 12), st.floats(0.01, 0.9), st.booleans(), st.integers(0, 10**6))
def test_planted_patterns_have_the_margin_and_are_separable(n, count, margin, thin, seed):
    x, d = dichotomies.planted(count, n, margin, np.random.default_rng(seed), thin=thin)
    assert np.linalg.norm(x, axis=1) == pytest.approx(np.ones(count))
    assert dichotomies.separable(x, d)
    assert dichotomies.absorbed(x, d) == count


def test_what_cannot_be_separated_is_told_and_absorbed_stops_before_it():
    x = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    d = np.array([1.0, 1.0, -1.0])
    assert not dichotomies.separable(x, d)
    assert dichotomies.absorbed(x, d) == 2
    with pytest.raises(ValueError, match=r"\+1 or -1"):
        dichotomies.separable(x, np.array([1.0, 0.0, -1.0]))
    with pytest.raises(ValueError, match="margin"):
        dichotomies.planted(5, 3, 0.0, np.random.default_rng(0))
