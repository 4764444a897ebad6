"""What theory says of LMS: the Wiener solution, stability bounds, time constants and misadjustment.

R = E[x x^T] and p = E[d x]; the mean squared error is xi(w) = E[d^2] - 2 p^T w + w^T R w (Widrow and
Lehr 1990, eq. 27).
"""

from __future__ import annotations

import numpy as np


def correlations(x: np.ndarray, d: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # (P, n), (P,) -> (n, n), (n,)
    """R and p of patterns that are shown equally often."""
    return x.T @ x / len(x), x.T @ d / len(x)


def wiener(r: np.ndarray, p: np.ndarray) -> np.ndarray:
    """w* = R^-1 p (eq. 29), or the shortest such w where R is singular: the one that LMS reaches from w = 0."""
    return np.linalg.pinv(r, hermitian=True) @ p


def normalised(x: np.ndarray, d: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Patterns and targets divided by the length of the pattern: alpha-LMS on x is mu-LMS on these (pp. 1429-1430)."""
    length = np.linalg.norm(x, axis=1)
    return x / length[:, None], d / length


def eigenvalues(r: np.ndarray) -> np.ndarray:
    """Eigenvalues of R, the largest first."""
    return np.linalg.eigvalsh(r)[::-1]


def time_constants(r: np.ndarray, mu: float) -> np.ndarray:
    """Presentations after which the mean weight error of each mode has shrunk to 1/e: 1 / (2 mu lambda).

    The learning curve, quadratic in it, needs half of that. Infinite for modes that the patterns do not excite.
    """
    values = eigenvalues(r)
    excited = values > 1e-12 * values[0]
    return np.where(excited, 1 / (2 * mu * np.where(excited, values, 1.0)), np.inf)


def trace_bound(r: np.ndarray) -> float:
    """mu < 1 / trace R: convergence of mu-LMS for most practical purposes (eq. 34, p. 1429)."""
    return float(1 / np.trace(r))


def gaussian_bound(r: np.ndarray) -> float:
    """Largest mu at which the mean square of the weights converges for independent Gaussian patterns.

    Where sum of mu lambda / (1 - 2 mu lambda) reaches 1 (re-derived); at least 1 / (3 trace R), its value for one
    weight (Horowitz and Senne's worst case, as told by Widrow and Lehr 1990, p. 1429).
    """
    values = eigenvalues(r)
    low, high = 0.0, 1 / (2 * values[0])
    for _ in range(200):
        middle = 0.5 * (low + high)
        if np.sum(middle * values / (1 - 2 * middle * values)) < 1:
            low = middle
        else:
            high = middle
    return float(low)


def misadjustment(r: np.ndarray, mu: float) -> float:
    """Excess of the mean squared error over its minimum, in units of the minimum: mu trace R, for small mu."""
    return float(mu * np.trace(r))


def misadjustment_gaussian(r: np.ndarray, mu: float) -> float:
    """The same for independent Gaussian patterns at any stable mu: s / (1 - s), s = sum mu lambda / (1 - 2 mu lambda).

    Infinite at and above `gaussian_bound`.
    """
    values = mu * eigenvalues(r)
    s = float(np.sum(values / (1 - 2 * values))) if np.all(2 * values < 1) else 1.0
    return s / (1 - s) if s < 1 else np.inf
