"""Intervals against known values, and against what they promise: coverage in simulations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.evidence import intervals

RUNS = (5, 10, 20, 30, 50, 200)


def spread(rng, scale, n):
    z = rng.standard_normal(n)
    return {"plain": 5 + z, "log": np.exp(1 + 0.8 * z), "logit": 1 / (1 + np.exp(1 - 0.7 * z))}[scale]


@pytest.mark.parametrize("scale", ["plain", "log", "logit"])
@pytest.mark.parametrize("n", RUNS)
def test_a_new_run_falls_into_its_prediction_interval_as_often_as_promised(n, scale):
    rng, hits, papers = np.random.default_rng([n, len(scale)]), 0, 2500
    for _ in range(papers):
        low, high = intervals.prediction(spread(rng, scale, n), scale=scale)
        hits += low <= spread(rng, scale, 1)[0] <= high
    assert 0.93 <= hits / papers <= 0.97


@pytest.mark.parametrize("n", RUNS)
def test_so_does_the_mean_of_several_new_runs(n):
    rng, hits, papers = np.random.default_rng(n), 0, 2500
    for _ in range(papers):
        low, high = intervals.prediction(spread(rng, "plain", n), runs=3)
        hits += low <= spread(rng, "plain", 3).mean() <= high
    assert 0.93 <= hits / papers <= 0.97


@pytest.mark.parametrize("n", [n for n in RUNS if n >= intervals.MANY])
def test_many_runs_need_no_known_distribution(n):
    rng, hits, papers = np.random.default_rng(n), 0, 2500
    for _ in range(papers):
        values = rng.exponential(size=n) ** 2
        low, high = intervals.prediction(values)
        hits += low <= rng.exponential() ** 2 <= high
    assert 0.93 <= hits / papers <= 0.97


@pytest.mark.parametrize("n", RUNS)
def test_a_new_net_on_a_new_test_set_falls_inside_too(n):
    rng, hits, papers, cases = np.random.default_rng(n), 0, 1000, 300

    def wrong(nets, hardness):
        skill = 0.25 * rng.standard_normal((nets, 1))
        return rng.random((nets, len(hardness))) < 1 / (1 + np.exp(2.2 + skill - hardness))

    for _ in range(papers):
        ours = wrong(n, 1.5 * rng.standard_normal(cases)).astype(float)
        variance = intervals.case_variance(ours) * (1 / cases + 1 / cases)
        low, high = intervals.prediction(ours.mean(axis=1), sampling=variance)
        hits += low <= wrong(1, 1.5 * rng.standard_normal(cases)).mean() <= high
    assert 0.93 <= hits / papers <= 0.97


@pytest.mark.parametrize("pairs", [False, True])
@pytest.mark.parametrize(("n", "cases"), [(5, 300), (10, 2000), (30, 300)])
def test_the_difference_of_two_kinds_of_nets_over_nets_and_cases(n, cases, pairs):
    rng, hits, papers = np.random.default_rng([n, cases]), 0, 600

    def wrong(hardness, shift, skill):
        return rng.random((n, len(hardness))) < 1 / (1 + np.exp(2.2 + shift + skill - hardness))

    def truth(shift):  # over all nets and cases, by a large sample of both
        draws = 2.2 + shift + 0.2 * many.standard_normal(10**6) - many.standard_normal(10**6)
        return float(np.mean(1 / (1 + np.exp(draws))))

    many = np.random.default_rng(0)
    expected = truth(0.0) - truth(0.3)
    for _ in range(papers):
        hardness = rng.standard_normal(cases)
        first = 0.2 * rng.standard_normal((n, 1))
        second = first if pairs else 0.2 * rng.standard_normal((n, 1))
        a, b = wrong(hardness, 0.0, first), wrong(hardness, 0.3, second)
        low, high = intervals.difference_on_cases(a.astype(float), b.astype(float), pairs=pairs)
        hits += low <= expected <= high
    assert 0.93 <= hits / papers <= 0.975


def test_the_difference_on_cases_by_hand():
    a, b = np.array([[1.0, 0, 1, 0], [1.0, 0, 0, 0]]), np.zeros((2, 4))
    # means .5 and .25: variance .03125, half of it for two nets; b does not vary. By case 1, 0, .5, 0: variance .229,
    # less luck of .5^2 / 2 * 2 / 4 / 2 = .0625; over 4 cases.
    low, high = intervals.difference_on_cases(a, b)
    spread = 0.03125 / 2 + (np.var([1, 0, 0.5, 0], ddof=1) - 0.125 / 2) / 4
    assert (low + high) / 2 == pytest.approx(0.375)
    freedom = spread**2 / ((0.03125 / 2) ** 2 + (spread - 0.03125 / 2) ** 2 / 3)
    assert (high - low) / 2 == pytest.approx(stats.t.ppf(0.975, freedom) * np.sqrt(spread))


def test_percentiles_of_the_runs_would_not_have_covered():
    rng, hits, papers = np.random.default_rng(0), 0, 2500
    for _ in range(papers):
        low, high = intervals.percentile(rng.standard_normal(5))
        hits += low <= rng.standard_normal() <= high
    assert hits / papers < 0.8  # why they judge nothing


def test_runs_that_never_end_are_longer_than_all_others():
    values = np.concatenate([np.arange(1.0, 40.0), np.full(60, np.inf)])
    low, high = intervals.prediction(values, scale="log")
    assert 1 < low < 5
    assert high == np.inf
    assert intervals.median(values)[1] == np.inf
    few = intervals.prediction(np.array([1.0, 2, 3, 4, np.inf]))
    assert few == (1.0, np.inf)  # five runs cannot say more by their order


def test_what_never_varies_has_no_width():
    assert intervals.prediction(np.full(10, 3.0)) == (3.0, 3.0)
    assert intervals.difference(np.full(5, 2.0), np.full(5, 1.0)) == (1.0, 1.0)


@pytest.mark.parametrize("kind", ["mean", "difference", "median", "share"])
@pytest.mark.parametrize("n", [10, 30])
def test_confidence_intervals_hold_what_they_are_of(kind, n):
    rng, hits, papers = np.random.default_rng([n, len(kind)]), 0, 2000
    for _ in range(papers):
        a, b, p = rng.standard_normal(n), 2 * rng.standard_normal(n) - 1, rng.uniform(0.05, 0.95)
        low, high, truth = {
            "mean": lambda a, b: (*intervals.mean(a), 0.0),
            "difference": lambda a, b: (*intervals.difference(a, b), 1.0),
            "median": lambda a, b: (*intervals.median(a), 0.0),
            "share": lambda a, b, p=p: (*intervals.wilson(int(rng.binomial(n, p)), n), p),
        }[kind](a, b)
        hits += low <= truth <= high
    assert hits / papers >= 0.93


@pytest.mark.parametrize(("seeds", "least"), [(3, 0.93), (10, 0.93)])
def test_an_exponent_is_held_when_seeds_are_resampled_within_sizes(seeds, least):
    rng, hits, papers = np.random.default_rng(seeds), 0, 250
    sizes = np.log([10.0, 30, 100, 300, 1000])

    weights = (sizes - sizes.mean()) / np.square(sizes - sizes.mean()).sum()

    def slope(groups):
        return float(weights @ [g.mean() for g in groups])

    for _ in range(papers):
        groups = [0.5 * x + 0.3 * rng.standard_normal(seeds) for x in sizes]
        low, high = intervals.bootstrap(groups, slope, rng=rng, draws=300)
        hits += low <= 0.5 <= high
    assert hits / papers >= least


def test_drives_of_one_network_are_no_new_networks():
    rng, hits, naive, papers = np.random.default_rng(1), 0, 0, 1000
    for _ in range(papers):
        drives = rng.standard_normal((8, 1)) + 0.3 * rng.standard_normal((8, 20))
        low, high = intervals.mean(drives.mean(axis=1))
        hits += low <= 0 <= high
        low, high = intervals.mean(drives.ravel())
        naive += low <= 0 <= high
    assert hits / papers >= 0.93
    assert naive / papers < 0.7


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
def test_wilson_refuses_what_is_no_share(k, n):
    with pytest.raises(ValueError, match="is not a share"):
        intervals.wilson(k, n)


def test_percentiles_of_a_known_set():
    assert intervals.percentile(np.arange(41.0)) == pytest.approx((1.0, 39.0))
