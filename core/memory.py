"""Large arrays that come and go with every step of training, without asking the system for their memory each time."""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # numbers of glibc's mallopt(3)
_KEPT, _LARGEST = 2**30, 2**25  # bytes kept when freed; bytes from which on memory is mapped apart, at most 32 MB


def keep_freed_memory() -> bool:
    """Let the C library keep memory that was freed, up to 1 GB, where it is glibc; says whether it does.

    A step of the 80-second net makes and frees some 40 MB of arrays. Handed back to the system and cleared anew at
    every step, page by page, they would cost a third of the step's time.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(_MMAP_THRESHOLD, _LARGEST) and mallopt(_TRIM_THRESHOLD, _KEPT))
