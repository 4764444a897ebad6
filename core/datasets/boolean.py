"""The small tasks of 1969 and 1986: inputs (P, I) and targets (P, O) of zeros and ones, every pattern once."""

from __future__ import annotations

import numpy as np


def corners(n: int) -> np.ndarray:
    """All 2^n patterns of n bits, counting up, the first bit the most significant. Raises ValueError for n < 1."""
    if not 1 <= n <= 24:
        raise ValueError(f"tasks have 1 to 24 bits, not {n}")
    return (np.arange(2**n)[:, None] >> np.arange(n - 1, -1, -1) & 1).astype(float)


def parity(n: int) -> tuple[np.ndarray, np.ndarray]:
    """1 where an odd number of bits is on. For two bits this is XOR."""
    x = corners(n)
    return x, x.sum(axis=1, keepdims=True) % 2


def symmetry(n: int) -> tuple[np.ndarray, np.ndarray]:
    """1 where the bits read the same from both ends. Raises ValueError for an odd n."""
    if n % 2:
        raise ValueError(f"symmetry needs an even number of bits, not {n}")
    x = corners(n)
    return x, (x == x[:, ::-1]).all(axis=1, keepdims=True).astype(float)


def encoder(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Each of n inputs alone, to be reproduced at the output."""
    return np.eye(n), np.eye(n)


def addition() -> tuple[np.ndarray, np.ndarray]:
    """Two numbers of two bits each and the three bits of their sum, the most significant first."""
    x = corners(4)
    total = (2 * x[:, 0] + x[:, 1] + 2 * x[:, 2] + x[:, 3]).astype(int)
    return x, (total[:, None] >> np.array([2, 1, 0]) & 1).astype(float)


def negation() -> tuple[np.ndarray, np.ndarray]:
    """Three bits, turned round where the first of four inputs is on."""
    x = corners(4)
    return x, np.abs(x[:, 1:] - x[:, :1])


def contiguity(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Patterns of n bits with two or three clumps of ones: 1 for three clumps, 0 for two; the others are left out."""
    x = corners(n)
    edges = np.diff(np.pad(x, ((0, 0), (1, 0))), axis=1) > 0
    clumps = edges.sum(axis=1)
    chosen = (clumps == 2) | (clumps == 3)
    return x[chosen], (clumps[chosen] == 3).astype(float)[:, None]


T = np.array([[1.0, 1, 1], [0, 1, 0], [0, 1, 0]])
C = np.array([[1.0, 1, 0], [1, 0, 0], [1, 1, 0]])


def t_and_c(side: int) -> tuple[np.ndarray, np.ndarray]:
    """T (1) and C (0), each turned four ways, in the middle of a retina. Raises ValueError if its side is below 3."""
    if side < 3:
        raise ValueError(f"T and C need a retina of 3x3 or more, not {side}x{side}")
    at = (side - 3) // 2
    x = np.zeros((8, side, side))
    for k in range(4):
        x[k, at : at + 3, at : at + 3] = np.rot90(T, k)
        x[4 + k, at : at + 3, at : at + 3] = np.rot90(C, k)
    return x.reshape(8, -1), np.repeat([[1.0], [0.0]], 4, axis=0)
