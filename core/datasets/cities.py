"""Cities of the Welch Labs video of 2025: longitudes of five points in each of three, and a map with a fourth."""

from __future__ import annotations

import numpy as np

NAMES = ("Madrid", "Paris", "Berlin")
LONGITUDES = (
    (-3.7033, -3.6835, -3.7143, -3.6921, -3.7033),
    (2.3514, 2.2945, 2.3499, 2.3376, 2.3522),
    (13.4050, 13.3777, 13.4019, 13.3904, 13.3694),
)  # degrees east, from the code published with the video
ORDER = (5, 4, 1, 10, 9, 3, 2, 14, 0, 13, 6, 7, 11, 12, 8)  # the order in which its log shows them, repeating

MAP_NAMES = (*NAMES, "Barcelona")
CENTRE = (2.3514, 48.8575)  # longitude and latitude of Paris, taken off every input of the map
LATITUDES = (40.4168, 48.8575, 52.5200)  # of the three city centres; of Madrid and Berlin from general knowledge
BARCELONA = ((2.16, 2.18), (41.38, 41.41))  # longitude east, about the 2.1686 of the source; latitude north
LATITUDE_SPREAD = 0.02  # degrees to either side, about the spread of the longitudes


def by_longitude() -> tuple[np.ndarray, np.ndarray]:
    """Longitudes (15, 1) in degrees east and targets (15, 3), one column for each of `NAMES`; five rows per city."""
    return np.array(LONGITUDES).reshape(15, 1), np.repeat(np.eye(3), 5, axis=0)


def on_the_map(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude (20, 2), less those of Paris, and targets (20, 4), one column for each of `MAP_NAMES`.

    The longitudes of three cities are the published ones; their latitudes and all of Barcelona are drawn from `rng`
    near the city.
    """
    latitudes = np.array(LATITUDES)[:, None] + rng.uniform(-LATITUDE_SPREAD, LATITUDE_SPREAD, (3, 5))
    three = np.stack([np.array(LONGITUDES), latitudes], axis=-1).reshape(15, 2)
    (west, east), (south, north) = BARCELONA
    fourth = np.stack([rng.uniform(west, east, 5), rng.uniform(south, north, 5)], axis=-1)
    return np.concatenate([three, fourth]) - np.array(CENTRE), np.repeat(np.eye(4), 5, axis=0)
