"""Several threads for one piece of work: compiled loops that hold no lock take their shares of a batch."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from numba import config

_POOLS: dict[int, ThreadPoolExecutor] = {}


def threads() -> int:
    """Threads that may be used: `$NUMBA_NUM_THREADS`, or one for each core this process may use."""
    return int(config.NUMBA_NUM_THREADS)


def share(parts: int, work: Callable[[int, int], object]) -> None:
    """Call work(first, last) for stretches that together are 0 to `parts`, each in a thread of its own.

    What a part computes must not depend on the stretch that it is in, so that results are the same for any number of
    threads.
    """
    count = min(threads(), parts)
    bounds = [parts * k // count for k in range(count + 1)] if count else [0]
    others = [_pool(count - 1).submit(work, *bounds[k : k + 2]) for k in range(1, count)]
    if count:
        work(*bounds[:2])
    for other in others:
        other.result()


def _pool(size: int) -> ThreadPoolExecutor:
    if size not in _POOLS:
        _POOLS[size] = ThreadPoolExecutor(size, "backstory")
    return _POOLS[size]
