"""Ops whose loops are compiled for real numbers alone."""

from __future__ import annotations

import numpy as np


def real_only(op: str, *inputs: np.ndarray) -> None:
    """Raise ValueError for complex inputs of an op whose loops are compiled for real numbers."""
    if any(np.iscomplexobj(x) for x in inputs):
        raise ValueError(f"the loops of {op} are made for real numbers; use curvature.differences for its curvature")
