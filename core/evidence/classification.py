"""Measures of a classifier's outputs, each computed in one place for every set of patterns."""

from __future__ import annotations

import numpy as np


def error_and_mse(outputs: np.ndarray, labels: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # (R, N, O), (N,), (N, O) -> (R,), (R,)
    """Share misclassified, and (y - t)^2 averaged over patterns and outputs (no half)."""
    wrong = outputs.argmax(axis=-1) != labels
    return wrong.mean(axis=-1), np.square(outputs - targets).mean(axis=(-2, -1))


def error_after_rejecting(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    # (N, O), (N,) -> (N,)
    """Error among the accepted patterns when the 0, 1, ... N-1 least certain ones are rejected.

    Certainty is the difference of the two highest outputs. Ties keep the order of the patterns.
    """
    top = np.sort(outputs, axis=-1)
    surest_first = np.argsort(-(top[:, -1] - top[:, -2]), kind="stable")
    wrong = (outputs.argmax(axis=-1) != labels)[surest_first]
    return (np.cumsum(wrong) / np.arange(1, len(labels) + 1))[::-1]


def rejects_needed(error: np.ndarray, goal: float) -> float:
    """Smallest share of patterns to reject so that the error on the rest is at most `goal`; 1 if none will do."""
    enough = np.flatnonzero(error <= goal)
    return float(enough[0] / len(error)) if len(enough) else 1.0
