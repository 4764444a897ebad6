"""Intervals against known values and against what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evidence import intervals


def test_wilson_against_published_values():
    # 0 of 10: 0 to 0.2775; 81 of 263: 0.2553 to 0.3662 (Newcombe's 1998 example)
    assert intervals.wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=5e-5)
    assert intervals.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert intervals.wilson(10, 10)[1] == 1.0


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_proportion_and_stays_inside(pair):
    k, n = pair
    low, high = intervals.wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1


@pytest.mark.parametrize(("k", "n"), [(1, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_what_is_no_proportion(k, n):
    with pytest.raises(ValueError, match="need 0 <= successes"):
        intervals.wilson(k, n)


def test_percentiles_of_a_known_set():
    assert intervals.percentile(np.arange(41.0)) == pytest.approx((1.0, 39.0))


def test_the_bootstrap_interval_of_a_mean_covers_as_promised():
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(200):
        low, high = intervals.bootstrap_mean(rng.standard_normal(40), rng=rng, draws=400)
        hits += low <= 0 <= high
    assert 0.88 < hits / 200 < 0.99


def test_sampling_error_widens_the_interval_over_seeds():
    values = np.full(30, 5.0)
    low, high = intervals.seeds_and_sampling(values, np.full(30, 0.5), rng=np.random.default_rng(0))
    assert (low, high) == pytest.approx((5 - 1.96 * 0.5, 5 + 1.96 * 0.5), abs=0.03)
