"""Fits of power laws recover what was planted, within their intervals."""

import numpy as np
import pytest

from core.evidence import power_laws


def test_planted_exponents_are_recovered():
    n, d = (a.ravel() for a in np.meshgrid([1e3, 1e4, 1e5, 1e6], [1e4, 1e5, 1e6]))
    x = np.tile(np.stack([n, d]), 3)
    groups = np.tile(np.arange(len(n)), 3)
    rng = np.random.default_rng(1)
    y = (1.5 + 20 / x[0] ** 0.4 + 30 / x[1] ** 0.35) * np.exp(rng.normal(0, 0.005, x.shape[1]))
    found = power_laws.fit(x, y)
    assert found[[1, 3]] == pytest.approx([0.4, 0.35], abs=0.05)
    assert np.exp(found[4]) == pytest.approx(1.5, abs=0.05)
    draws = power_laws.resampled(x, y, groups, draws=60, rng=rng)
    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    planted = np.array([0.4, 0.35])
    assert np.all((planted >= low[[1, 3]] - 0.02) & (planted <= high[[1, 3]] + 0.02))
    assert power_laws.predict(x, found) == pytest.approx(y, rel=0.03)


def test_a_law_without_noise_is_exact():
    x = np.array([10.0, 100, 1000, 10000, 1e5])
    found = power_laws.fit(x[None], 0.1 + 2 * x**-0.5)
    assert found[1] == pytest.approx(0.5, abs=1e-3)
    assert np.exp(found[2]) == pytest.approx(0.1, rel=1e-3)


@pytest.mark.parametrize("y", [[1.0, 0.0, 2.0], [1.0, np.nan, 2.0], [1.0, -1.0, 2.0]])
def test_numbers_that_are_not_positive_are_refused(y):
    with pytest.raises(ValueError, match="positive"):
        power_laws.fit(np.array([[1.0, 2.0, 3.0]]), np.array(y))
