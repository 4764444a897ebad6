"""The fast twin of `core.learning.optimizers.adam_in_place`: one walk over the weights and their moments."""

from __future__ import annotations

import numpy as np
from numba import njit

from core.learning.compiled.vectors import compiled

reordered = njit(cache=True, error_model="numpy", boundscheck=False, nogil=True, fastmath={"reassoc", "contract"})


@compiled
def _step(w, slope, m, v, keep, beta1, rest1, beta2, rest2, root, epsilon, rate):
    for j in range(len(w)):
        m[j] = beta1 * m[j] + rest1 * slope[j]
        v[j] = beta2 * v[j] + rest2 * (slope[j] * slope[j])
        w[j] = keep * w[j] - rate * (m[j] / (np.sqrt(v[j]) * root + epsilon))


def adam_in_place(
    w: np.ndarray,
    slope: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    work: np.ndarray,
    steps: int,
    *,
    learning_rate: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    decay: float = 0.0,
) -> None:
    """As `core.learning.optimizers.adam_in_place`, for contiguous arrays of one precision; `work` is not used."""
    numbers = (
        1 - learning_rate * decay,
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        1 / np.sqrt(1 - beta2**steps),
        epsilon,
        learning_rate / (1 - beta1**steps),
    )
    flat = (x.reshape(-1) for x in (w, np.ascontiguousarray(slope, w.dtype), m, v))
    _step(*flat, *(w.dtype.type(number) for number in numbers))
