"""The two series that are printed in the source."""

import pytest

from core.datasets import series


def test_series_a_as_published():
    y = series.concentration()
    assert len(y) == 197
    assert (y[0], y[63], y[-1]) == (17.0, 18.0, 17.4)
    assert y.mean() == pytest.approx(17.0624, abs=1e-4)
    assert y.std() == pytest.approx(0.3982, abs=1e-4)


def test_pelts_of_hares_and_lynxes():
    found = series.pelts()
    assert found.shape == (21, 2)
    assert found[3].tolist() == [77.4, 35.2]
    assert found[-1].tolist() == [24.7, 8.6]
