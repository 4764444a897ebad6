"""The cities of 2025, and the map with a fourth."""

import numpy as np

from core.datasets import cities


def test_longitudes_and_targets_are_the_published_ones():
    x, t = cities.by_longitude()
    assert x.shape == (15, 1)
    assert x[5, 0] == 2.3514
    assert x[[4, 10, 14], 0].tolist() == [-3.7033, 13.4050, 13.3694]
    assert t.sum(axis=0).tolist() == [5, 5, 5]
    assert np.argmax(t, axis=1).tolist() == [0] * 5 + [1] * 5 + [2] * 5
    assert sorted(cities.ORDER) == list(range(15))


def test_the_map_is_centred_on_paris_and_drawn_from_its_generator():
    x, t = cities.on_the_map(np.random.default_rng(0))
    assert x.shape == (20, 2)
    assert t.shape == (20, 4)
    np.testing.assert_allclose(x[:15, 0] + 2.3514, cities.by_longitude()[0][:, 0])
    places = x.reshape(4, 5, 2) + np.array(cities.CENTRE)
    centres = np.array([40.4168, 48.8575, 52.5200])
    assert np.abs(places[:3, :, 1] - centres[:, None]).max() <= 0.02
    assert places[3, :, 1].min() >= 41.38
    assert places[3, :, 1].max() <= 41.41
    assert np.abs(places[3, :, 0] - 2.17).max() <= 0.01
    np.testing.assert_array_equal(x, cities.on_the_map(np.random.default_rng(0))[0])
    assert (x != cities.on_the_map(np.random.default_rng(1))[0]).any()
