"""Digits: the embedded set always, the USPS set where it is at hand."""

import numpy as np
import pytest

from core.datasets import digits
from core.errors import BackstoryError
from tests.conftest import REAL_DATA


def test_the_embedded_digits_are_split_the_same_way_always():
    d = digits.embedded()
    assert d.train_x.shape == (1297, 1, 16, 16)
    assert d.test_x.shape == (500, 1, 16, 16)
    assert (d.train_x.min(), d.train_x.max()) == (-1.0, 1.0)
    assert d.train_y[:10].tolist() == list(range(10))
    assert set(d.test_y) == set(range(10))
    assert d.sha256 == digits.embedded().sha256


def test_enlarging_keeps_flat_areas_flat_and_interpolates_between_centres():
    flat = digits.enlarge(np.full((1, 8, 8), 3.0))
    np.testing.assert_allclose(flat, 3.0)
    ramp = digits.enlarge(np.tile(np.arange(8.0), (1, 8, 1)))[0, 0, 0]
    # New pixel centres lie a quarter of an old pixel left and right of the old centres; the edge is held.
    assert ramp[:4].tolist() == [0.0, 0.25, 0.75, 1.25]
    assert ramp[-2:].tolist() == [6.75, 7.0]


def test_targets_are_plus_and_minus_one():
    t = digits.targets(np.array([3, 0]))
    assert t.shape == (2, 10)
    assert t[0, 3] == t[1, 0] == 1
    assert t.sum() == 2 - 18


@pytest.mark.parametrize(
    "content",
    [b"1 2 3", b"11.0 " + b"0 " * 256, b"1.5 " + b"0 " * 256, b"1 " + b"0 " * 255 + b"7", b"1 " + b"x " * 256],
)
def test_other_content_is_refused_in_a_sentence(content):
    with pytest.raises(BackstoryError, match="fetch it again"):
        digits.parse(content, "zip.train")


@pytest.mark.skipif(not REAL_DATA, reason="the USPS digits are not here; set $BACKSTORY_DATA")
def test_the_usps_digits_are_those_described(monkeypatch):
    monkeypatch.setenv("BACKSTORY_DATA", REAL_DATA)
    d = digits.usps()
    assert np.bincount(d.train_y).tolist() == [1194, 1005, 731, 658, 652, 556, 664, 645, 542, 644]
    assert np.bincount(d.test_y).tolist() == [359, 264, 198, 166, 200, 160, 170, 147, 166, 177]
    train, test = d.train_x.reshape(7291, -1), d.test_x.reshape(2007, -1)
    distance = (train**2).sum(axis=1) - 2 * test @ train.T
    errors = (d.train_y[distance.argmin(axis=1)] != d.test_y).mean()
    assert 0.05 < errors < 0.06  # nearest neighbour, a well-known anchor of this file: 5.63 %
