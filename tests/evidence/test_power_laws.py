"""Fits of power laws recover what was planted, within their intervals."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from core.evidence import power_laws
from core.evidence.power_laws import JOINT, OFFSET, PLAIN


def grid():
    n, d = (a.ravel() for a in np.meshgrid([1e3, 1e4, 1e5, 1e6], [1e4, 1e5, 1e6]))
    return np.tile(np.stack([n, d]), 3), np.tile(np.arange(len(n)), 3)


LAWS = {
    "offset": (OFFSET, lambda n, d: 1.5 + 20 / n**0.4 + 30 / d**0.35, (0.4, 0.35)),
    "joint": (JOINT, lambda n, d: ((1e4 / n) ** (0.3 / 0.2) + 1e5 / d) ** 0.2, (0.3, 0.2)),
    "plain": (PLAIN, lambda n, d: 3 / n**0.1 + 40 / d**0.45, (0.1, 0.45)),
}


@pytest.mark.parametrize("sets", [12, pytest.param(40, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", LAWS)
def test_planted_exponents_lie_in_nearly_all_intervals(name, sets):
    form, law, planted = LAWS[name]
    x, groups = grid()
    inside = []
    for seed in range(sets):
        rng = np.random.default_rng(seed)
        y = law(*x) * np.exp(rng.normal(0, 0.005, x.shape[1]))
        found = power_laws.fit(x, y, form)
        assert form.exponents(found, 2) == pytest.approx(planted, abs=0.05)
        assert power_laws.predict(x, found, form) == pytest.approx(y, rel=0.03)
        draws = form.exponents(power_laws.resampled(x, y, groups, found, form, draws=60, rng=rng), 2)
        low, high = np.percentile(draws, [2.5, 97.5], axis=0)
        inside += [*((np.array(planted) >= low) & (np.array(planted) <= high))]
    assert np.mean(inside) >= 0.8  # of 95 % intervals from 3 seeds


@pytest.mark.parametrize("name", LAWS)
def test_laws_without_noise_are_exact(name):
    form, law, planted = LAWS[name]
    x, _ = grid()
    found = power_laws.fit(x, law(*x), form)
    assert form.exponents(found, 2) == pytest.approx(planted, abs=2e-3)
    assert power_laws.predict(x, found, form) == pytest.approx(law(*x), rel=1e-3)


def test_a_floor_that_runs_scatter_about_is_found():
    x, inside = np.repeat(np.geomspace(800, 1e6, 7), 5), []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        y = (0.045 + 3000 * x**-1.3) * np.exp(rng.normal(0, 0.05, len(x)))
        found = power_laws.fit(x[None], y)
        assert np.exp(found[2]) == pytest.approx(0.045, rel=0.05)
        assert found[1] == pytest.approx(1.3, abs=0.1)
        draws = power_laws.resampled(x[None], y, x, found, draws=60, rng=rng)
        low, high = np.exp(np.percentile(draws[:, 2], [2.5, 97.5]))
        inside.append(low <= 0.045 <= high)
    assert np.mean(inside) >= 0.7


def test_a_law_of_one_quantity():
    x = np.array([10.0, 100, 1000, 10000, 1e5])
    found = power_laws.fit(x[None], 0.1 + 2 * x**-0.5)
    assert found[1] == pytest.approx(0.5, abs=1e-3)
    assert np.exp(found[2]) == pytest.approx(0.1, rel=1e-3)
    assert power_laws.fit(x[None], 2 * x**-0.5, PLAIN) == pytest.approx([np.log(2), 0.5], rel=1e-3)


@pytest.mark.parametrize("form", [OFFSET, PLAIN, JOINT])
def test_the_shares_of_terms_are_slopes_of_the_law(form):
    lx, p = np.array([[1.0, 2.0], [0.5, 3.0]]), np.array([0.3, 0.2, -0.4, 0.7, -0.1, 0.5])
    p = p[: 4 + form.floor + form.outer]
    _, shares = power_laws._inner(lx, p, form)
    for point in range(2):
        slopes = approx_fprime(p, lambda q, point=point: power_laws._inner(lx, q, form)[0][point], 1e-7)
        assert slopes[0:4:2] == pytest.approx(shares[:2, point], abs=1e-5)
        assert slopes[1:4:2] == pytest.approx(-shares[:2, point] * lx[:, point], abs=1e-5)


@pytest.mark.parametrize("y", [[1.0, 0.0, 2.0], [1.0, np.nan, 2.0], [1.0, -1.0, 2.0]])
def test_numbers_that_are_not_positive_are_refused(y):
    with pytest.raises(ValueError, match="positive"):
        power_laws.fit(np.array([[1.0, 2.0, 3.0]]), np.array(y))
