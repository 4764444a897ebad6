"""Adam: its first steps, its replicas, and that it leaves its arguments alone."""

import numpy as np

from core.learning.optimizers import adam_step, no_moments


def test_the_first_step_is_the_rate_along_the_sign_of_the_slope():
    w = {"w": np.array([1.0, -2.0, 3.0])}
    new, moments = adam_step(w, {"w": np.array([1e-3, -50.0, 0.0])}, no_moments(w), learning_rate=0.1)
    np.testing.assert_allclose(new["w"], [0.9, -1.9, 3.0], atol=1e-5)
    assert moments.steps == 1
    assert w["w"].tolist() == [1.0, -2.0, 3.0]


def test_two_steps_worked_by_hand():
    w, moments = {"w": np.array(0.0)}, no_moments({"w": np.array(0.0)})
    for slope in (1.0, 3.0):
        w, moments = adam_step(w, {"w": np.array(slope)}, moments, learning_rate=1.0, epsilon=0.0)
    m, v = (0.9 * 0.1 + 0.1 * 3) / (1 - 0.9**2), (0.999 * 0.001 + 0.001 * 9) / (1 - 0.999**2)
    np.testing.assert_allclose(w["w"], -1 - m / v**0.5, rtol=1e-12)


def test_replicas_step_as_they_would_alone():
    rng = np.random.default_rng(0)
    w, slope = {"w": rng.standard_normal((3, 2))}, {"w": rng.standard_normal((3, 2))}
    together, _ = adam_step(w, slope, no_moments(w), learning_rate=0.1)
    for r in range(3):
        one = {"w": w["w"][r]}
        alone, _ = adam_step(one, {"w": slope["w"][r]}, no_moments(one), learning_rate=0.1)
        np.testing.assert_array_equal(together["w"][r], alone["w"])
