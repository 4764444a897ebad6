"""Trial functions that worker processes can import."""

import os
import time
from pathlib import Path

import numpy as np

from core.learning.seeds import generator


def noisy(cell, seeds):
    """A value and an array per seed, and a line in a log so that a test can count the calls."""
    if "log" in cell:
        with Path(cell["log"]).open("a") as log:
            log.writelines(f"{cell['size']} {seed}\n" for seed in seeds)
    if cell.get("pause"):
        time.sleep(cell["pause"])
    return [
        {"mean": float(generator(1, s).standard_normal(cell["size"]).mean()), "all": generator(1, s).standard_normal(3)}
        for s in seeds
    ]


def failing(cell, seeds):
    """Seed 1 raises, with its whole block; seed 2 diverges alone."""
    if 1 in seeds:
        raise FloatingPointError("overflow")
    return [
        {"failed": "diverged in pass 3"} if seed == 2 else {"mean": float("nan") if seed == 3 else 1.0}
        for seed in seeds
    ]


def threads(cell, seeds):
    """How many threads the linear algebra may use here, and in which process."""
    from threadpoolctl import threadpool_info

    np.ones((2, 2)) @ np.ones((2, 2))
    most = max([pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"], default=1)
    return [{"threads": most, "pid": os.getpid()} for _ in seeds]


def deadly(cell, seeds):
    """The first worker that meets seed 1 dies; a second attempt succeeds."""
    mark = Path(cell["mark"])
    if 1 in seeds and not mark.exists():
        mark.touch()
        os._exit(1)
    return noisy({"size": 3, "log": cell["log"]}, seeds)


def valley(cell, seeds):
    """A loss with its bottom at one learning rate."""
    import math

    if cell.get("fails"):
        return [{"failed": "diverged"} for _ in seeds]
    return [{"loss": math.log(cell["rate"] / cell["bottom"]) ** 2} for _ in seeds]
