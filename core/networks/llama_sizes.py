"""What Llamas cost, and the configurations that were published."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.networks.llama import Config, shapes


def operations(config: Config, length: int) -> tuple[float, float]:
    """Multiplications a token of the matrix products and of attention, forwards, in sequences of `length` tokens."""
    found = shapes(config)
    matrices = sum(int(np.prod(found[name])) for name in found if len(found[name]) == 2 and name[0].isdigit())
    pairs = (length + 1) / 2 * config.layers * config.heads * 2 * config.head_size
    return float(matrices + config.vocabulary * config.width), float(pairs)


def cache_bytes(config: Config, positions: int, bytes_each: int = 2) -> int:
    """Memory of the keys and values of so many positions, in bytes."""
    return 2 * config.layers * config.groups * config.head_size * positions * bytes_each


# Configurations that were published, and the one of llama2.c's smallest checkpoint.
LLAMA3: dict[str, Any] = {
    "length": 131072,
    "theta": 500000.0,
    "pairing": "halves",
    "scaling": (8.0, 1.0, 4.0, 8192.0),
    "tied": False,
}
STORIES_260K = Config(512, 64, 5, 8, 4, 172, 512)
LLAMA_3_2_1B = Config(128256, 2048, 16, 32, 8, 8192, **{**LLAMA3, "scaling": (32.0, 1.0, 4.0, 8192.0), "tied": True})
LLAMA_3_1_8B = Config(128256, 4096, 32, 32, 8, 14336, **LLAMA3)
LLAMA_3_1_405B = Config(128256, 16384, 126, 128, 8, 53248, **LLAMA3)
