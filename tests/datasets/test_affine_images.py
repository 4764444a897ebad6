"""Images moved about in the plane: known maps, undone shears, and what the paper says of its forms of MNIST."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets import affine_images, digit_fields
from core.datasets.affine_images import Ranges


def blots(count=4, side=28):
    """Smooth blots of ink in the middle of a field, which bilinear sampling hardly blurs."""
    g = np.random.default_rng(0)
    r, c = np.mgrid[:side, :side]
    found = np.zeros((count, side, side))
    for x in found:
        for _ in range(4):
            row, column = g.uniform(side / 2 - 5, side / 2 + 4, 2)
            x += np.exp(-((r - row) ** 2 + (c - column) ** 2) / (2 * 2.0**2))
    return found / found.max()


def strokes(slopes, side=28):
    """A thick stroke 16 lines high through the middle, leaning by each of the slopes."""
    r, c = np.mgrid[:side, :side] - (side - 1) / 2
    return np.stack([np.clip(2.5 - np.abs(c - s * r), 0, 1) * (np.abs(r) < 8) for s in slopes])


def test_whole_pixels_are_moved_without_a_change():
    x = blots()
    np.testing.assert_allclose(affine_images.resample(x, np.eye(2)), x, atol=1e-6)
    np.testing.assert_allclose(affine_images.shifted(x, 2, -3)[:, 2:, :-3], x[:, :-2, 3:], atol=1e-6)
    assert np.all(affine_images.shifted(x, 2, -3)[:, :2] == 0)
    np.testing.assert_allclose(affine_images.shifted(x, 0.5, 0)[:, 1:], (x[:, 1:] + x[:, :-1]) / 2, atol=1e-6)


def test_what_leaves_the_field_is_gone():
    assert np.all(affine_images.shifted(np.ones((1, 8, 8)), 8, 0) == 0)
    assert np.all(affine_images.shifted(np.ones((1, 8, 8)), 0, -500) == 0)
    half = affine_images.shifted(np.ones((1, 8, 8)), 0.5, 0)
    assert half[0, 0, 3] == pytest.approx(0.5)
    assert np.all(half[0, 1:] == 1)


def test_turning_by_a_right_angle_and_back():
    x = blots()
    np.testing.assert_allclose(affine_images.rotated(x, 90), np.rot90(x, axes=(1, 2)), atol=1e-5)
    np.testing.assert_allclose(affine_images.rotated(affine_images.rotated(x, 25), -25), x, atol=0.1)


def test_enlarging_and_back():
    x = blots()
    grown = affine_images.scaled(x, 1.25)
    assert grown.sum() == pytest.approx(1.25**2 * x.sum(), rel=0.02)
    np.testing.assert_allclose(affine_images.scaled(grown, 0.8), x, atol=0.06)


def test_a_field_of_any_sides():
    x = np.random.default_rng(0).random((3, 5, 9)).astype(np.float32)
    y = affine_images.resample(x, np.eye(2))
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, x, atol=1e-6)


def test_chunks_do_not_show(monkeypatch):
    x, ranges = blots(7), Ranges()
    whole = affine_images.distorted(x, np.random.default_rng(1), ranges)
    monkeypatch.setattr(affine_images, "CHUNK", 2)
    np.testing.assert_array_equal(affine_images.distorted(x, np.random.default_rng(1), ranges), whole)


def test_slants_are_measured():
    wanted = np.array([-0.5, -0.2, 0.0, 0.3, 0.6])
    np.testing.assert_allclose(affine_images.slants(strokes(wanted)), wanted, atol=0.02)


@given(st.floats(-0.5, 0.5))
@settings(max_examples=30, deadline=None)
def test_deslanting_undoes_a_known_shear(slope):
    upright = strokes([0.0])
    leaning = affine_images.resample(upright, np.array([[[1.0, 0.0], [-slope, 1.0]]]))  # lines moved to the right
    assert affine_images.slants(leaning)[0] == pytest.approx(slope, abs=0.08)
    back = affine_images.deslanted(leaning)
    assert abs(affine_images.slants(back)[0]) < 0.08
    assert np.abs(back - upright).mean() < max(0.016, 0.3 * np.abs(leaning - upright).mean())


def test_deslanting_keeps_the_centre_of_mass_off_the_middle():
    leaning = affine_images.shifted(strokes([0.4]), 3, -2)
    back = affine_images.deslanted(leaning)
    rows, columns = np.mgrid[:28, :28]
    for place in (rows, columns):
        before, after = ((x[0] * place).sum() / x[0].sum() for x in (leaning, back))
        assert after == pytest.approx(before, abs=0.1)


def test_deslanting_leaves_blank_fields_and_single_lines_alone():
    blank, line = np.zeros((1, 28, 28)), np.zeros((1, 28, 28))
    line[0, 14, 5:20] = 1
    for x in (blank, line):
        np.testing.assert_allclose(affine_images.deslanted(x), x, atol=1e-6)


def test_distortions_come_from_the_generator_and_stay_within_their_ranges():
    x = blots(200)
    one, same, other = (affine_images.distorted(x, np.random.default_rng(s), Ranges()) for s in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0.1
    np.testing.assert_allclose(affine_images.distorted(x, np.random.default_rng(1), Ranges(0, 0, 0, 0)), x, atol=1e-6)
    moved = affine_images.distorted(x, np.random.default_rng(1), Ranges(3.0, 0, 0, 0))
    columns = np.arange(28)
    centre = [(y.sum(axis=1) @ columns) / y.sum(axis=(1, 2)) for y in (x, moved)]
    drift = centre[1] - centre[0]
    assert np.abs(drift).max() <= 3.05
    assert drift.std() == pytest.approx(3 / np.sqrt(3), rel=0.15)
    grown = affine_images.distorted(x, np.random.default_rng(1), Ranges(0, 0.2, 0, 0)).sum(axis=(1, 2))
    assert np.abs(np.log(grown / x.sum(axis=(1, 2)))).max() < 2 * 0.2 + 0.05
    squeezed = affine_images.distorted(x, np.random.default_rng(1), Ranges(0, 0, 0.2, 0)).sum(axis=(1, 2))
    np.testing.assert_allclose(squeezed, x.sum(axis=(1, 2)), rtol=0.05)
    leaning = affine_images.slants(
        affine_images.distorted(strokes([0.0] * 200), np.random.default_rng(1), Ranges(0, 0, 0, 0.3))
    )
    assert np.abs(leaning).max() < 0.32
    assert leaning.std() == pytest.approx(0.3 / np.sqrt(3), rel=0.15)
    assert Ranges().times(2) == Ranges(4.0, 0.2, 0.2, 0.4)


def test_salt_and_pepper_inverts_its_share():
    x = blots(50)
    noisy = affine_images.inverted(x, np.random.default_rng(0), 0.1)
    changed = noisy != x
    assert changed.mean() == pytest.approx(0.1, abs=0.02)
    np.testing.assert_allclose(noisy[changed], 1 - x[changed])


def test_the_input_of_the_network_has_the_papers_values():
    x = np.zeros((2, 28, 28), np.float32)
    x[:, 10, 11] = 1
    y = digit_fields.network_input(x)
    assert y.shape == (2, 1, 32, 32)
    assert y.dtype == np.float32
    np.testing.assert_allclose(np.unique(y), [-0.1, 1.175], rtol=1e-6)
    assert y[0, 0, 12, 13] == np.float32(1.175)
    assert digit_fields.centred(x, 20).shape == (2, 20, 20)
    assert digit_fields.centred(x, 20)[0, 6, 7] == 1


def test_embedded_digits_stand_in_the_middle_of_the_field_like_mnists():
    data = digit_fields.load("embedded")
    assert data.train_x.shape == (1297, 28, 28)
    assert data.train_x.dtype == np.float32
    assert 0 <= data.train_x.min() < 0.01
    assert 0.99 < data.train_x.max() <= 1
    frame = data.train_x.copy()
    frame[:, 3:25, 3:25] = 0
    assert frame.max() == 0
    small = digit_fields.reduced(data.train_x)
    assert small.sum() == pytest.approx(0.64 * data.train_x.sum(), rel=0.02)
