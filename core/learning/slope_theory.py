"""What measured slopes cost on a quadratic loss: penalty, perturbation, and misadjustment by noise.

The loss is xi(v) = minimum + eigenvalue |v|^2 in n weights, v being the distance from the best ones; each reading is a
mean of N squared Gaussian errors, so its variance is 2 xi^2 / N. `first_order` forms are Widrow and Stearns's (1985);
`mean_field` forms are derived here: the noise is taken at the mean of |v|^2 instead of at the minimum.
"""

from __future__ import annotations

import numpy as np


def penalty(eigenvalue: float, step: float) -> float:
    """gamma = eigenvalue step^2: what reading at v +- step costs on average, wherever v is (WS 1985)."""
    return eigenvalue * step**2


def perturbation(eigenvalues: np.ndarray, step: float, minimum: float) -> float:
    """P = step^2 mean(eigenvalues) / minimum: the penalty averaged over the weights, in units of the least loss."""
    return float(step**2 * np.mean(eigenvalues) / minimum)


def descent_rate(n: int, samples: int, time_constant: float, eigenvalue: float = 1.0) -> float:
    """Rate at which steepest descent by central slopes has a learning curve of `time_constant` samples.

    1 / (4 rate eigenvalue) iterations of 2 n readings of N samples each.
    """
    return samples * n / (2 * time_constant * eigenvalue)


def search_rate(spread: float, samples: int, time_constant: float, eigenvalue: float = 1.0) -> float:
    """The same for linear random search: 1 / (4 rate spread^2 eigenvalue) iterations of 2 readings."""
    return samples / (2 * time_constant * spread**2 * eigenvalue)


def lms_rate(time_constant: float, eigenvalue: float = 1.0) -> float:
    """The same for LMS: 1 / (4 mu eigenvalue) presentations of one sample."""
    return 1 / (4 * time_constant * eigenvalue)


def descent_first_order(n: int, rate: float, samples: int, step: float) -> float:
    """M = n rate / (4 N step^2), in units of the least loss taken as 1."""
    return n * rate / (4 * samples * step**2)


def search_first_order(n: int, rate: float, samples: int) -> float:
    """M = n rate / N for linear random search, least loss 1."""
    return n * rate / samples


def descent_mean_field(n: int, rate: float, samples: int, step: float, eigenvalue: float = 1.0) -> float:
    """Misadjustment of steepest descent with the noise at its own mean |v|^2; NaN where it has no steady state.

    Balance of one iteration, q = |v|^2, least loss 1:
    4 rate e (1 - rate e) q = rate^2 / (N step^2) [n (1 + e q + e step^2)^2 + 4 e^2 step^2 q].
    """
    e, c = eigenvalue, rate**2 / (samples * step**2)
    base = 1 + e * step**2
    square, linear, constant = (
        c * n * e**2,
        c * (2 * n * base * e + 4 * e**2 * step**2) - 4 * rate * e * (1 - rate * e),
        c * n * base**2,
    )
    return e * _least_root(square, linear, constant)


def search_mean_field(n: int, rate: float, samples: int, spread: float, eigenvalue: float = 1.0) -> float:
    """Misadjustment of linear random search, all moments of the Gaussian direction kept; NaN as above.

    With U of variance s^2 per weight and D = xi(v) - xi(v + U):
    4 rate e s^2 q = rate^2 E[(D^2 + 2 (xi(v)^2 + xi(v + U)^2) / N) |U|^2].
    """
    e, s2 = eigenvalue, spread**2
    two, four = n * (n + 2), n * (n + 2) * (n + 4)
    # Coefficients of q^2, q and 1 in E[D^2 |U|^2], then in E[(xi(v)^2 + xi(v + U)^2) |U|^2].
    own = np.array([0.0, 4 * e**2 * s2**2 * (n + 2), e**2 * s2**3 * four])
    cross = 4 * e**2 * s2 * (n + 2)
    noise = s2 * np.array(
        [2 * n * e**2, 4 * n * e + 2 * e**2 * s2 * two + cross, 2 * n + 2 * e * s2 * two + e**2 * s2**2 * four]
    )
    square, linear, constant = rate**2 * (own + 2 * noise / samples)
    return e * _least_root(square, linear - 4 * rate * e * s2, constant)


def _least_root(a: float, b: float, c: float) -> float:
    """The smaller positive root of a q^2 + b q + c, or NaN."""
    under = b * b - 4 * a * c
    return 2 * c / (-b + np.sqrt(under)) if under >= 0 and b < 0 else np.nan


def least_total(n: int, time_constant: float) -> float:
    """Least M + P of steepest descent by central slopes at a time constant of T samples: n / sqrt(2 T)."""
    return n / np.sqrt(2 * time_constant)


def least_total_search(n: int, time_constant: float) -> float:
    """The same for linear random search: n / sqrt(T), first order only."""
    return n / np.sqrt(time_constant)


def best_descent_step(n: int, time_constant: float, eigenvalue: float = 1.0) -> float:
    """The step at which P equals M to first order, half of the least total each."""
    return float(np.sqrt(least_total(n, time_constant) / (2 * eigenvalue)))


def best_search_spread(n: int, time_constant: float, eigenvalue: float = 1.0) -> float:
    """The spread at which P = e n spread^2 / 2 is half of the least total."""
    return float(np.sqrt(least_total_search(n, time_constant) / (n * eigenvalue)))
