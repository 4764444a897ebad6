"""Networks that a page to touch needs and the record does not hold: trained once, then kept in the cache."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets import store

Arrays = dict[str, np.ndarray]


def kept(told: Any, make: Callable[[], Mapping[str, np.ndarray] | None]) -> Arrays | None:
    """The arrays that `make` gives, from the cache if they were made before for the same `told`; None is not kept.

    `told` is what decides them, a cell and a seed and what is expected of them, as lists, dicts, numbers and texts.
    """
    text = json.dumps(told, sort_keys=True, default=str)
    place = store.cache_folder() / "played" / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.npz"
    if place.exists():
        with np.load(place, allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    made = make()
    if made is None:
        return None
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".played-", dir=place.parent) as working:  # whole, or not at all
        draft = Path(working) / place.name
        np.savez_compressed(draft, allow_pickle=False, **made)
        os.replace(draft, place)
    return dict(made)
