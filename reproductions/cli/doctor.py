"""What `backstory doctor` looks at."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

from core.datasets import store
from core.errors import BackstoryError
from core.evidence.run import LIBRARIES
from core.publishing import folders
from reproductions.cli import rooms

Finding = tuple[str, bool, str]


def findings() -> list[Finding]:
    """(what, is it well, a sentence) for every check; nothing here raises."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("Python", lambda: platform.python_version()),
        ("libraries", lambda: ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)),
        ("cores", lambda: f"{os.cpu_count()}"),
        ("cache folder", _cache),
        ("data", _data),
        ("compiled loops", _compiled),
    ]
    return [_try(what, check) for what, check in checks]


def _try(what: str, check: Callable[[], str]) -> Finding:
    try:
        return what, True, check()
    except (BackstoryError, OSError, ImportError, importlib.metadata.PackageNotFoundError) as fault:
        return what, False, str(fault)
    except Exception as fault:
        return what, False, f"{type(fault).__name__}: {fault}"


def _cache() -> str:
    folder = store.cache_folder()
    folders.check_writable(folder, "set $BACKSTORY_CACHE to another folder")
    trials = list(Path(folder).glob("trials/*/*.json"))
    size = sum(path.stat().st_size for path in trials)
    return f"{folder} can be written; it holds {len(trials)} finished trials, {size / 1e6:.1f} MB"


def _data() -> str:
    named = store.data_folder()
    missing = []
    for files in store.DATASETS.values():
        for file in files.values():
            if store.locate(file) is None:
                missing.append(file.path)
    where = f"$BACKSTORY_DATA is {named}" if named else "$BACKSTORY_DATA is not set"
    return f"{where}; " + (f"not here yet: {', '.join(missing)}" if missing else "every data set is here")


def _compiled() -> str:
    import numpy as np

    rooms.keep_compiled_code_apart()
    from core.learning.compiled import zipcode as compiled_zipcode

    rng = np.random.default_rng(0)
    start = time.perf_counter()
    shapes = {"w1": (1, 16, 4), "b1": (1, 4), "w2": (1, 4, 2), "b2": (1, 2)}
    compiled_zipcode.dense_outputs(
        {name: rng.standard_normal(shape) for name, shape in shapes.items()}, np.zeros((1, 16))
    )
    return f"ready after {time.perf_counter() - start:.1f} s"
