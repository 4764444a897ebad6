"""The video's experiment: "The capital of France is Paris" through Llama 3.2 1B, with weights that the user has.

Nobody may hand those weights on, so the folder is the user's own, in the files of Hugging Face. Memory: the weights
stay in their files as bfloat16 and come as float32 a layer at a time (0.24 GB), the table of tokens (1.05 GB) and its
derivative (1.05 GB) once; so 1.24 billion derivatives are seen within 6 GB, and only their norms are kept.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets import hugging_face, store, tokens
from core.errors import BackstoryError
from core.learning.compiled.llama import FAST
from core.networks import llama, llama_layers
from core.networks.llama import Config

SENTENCE = "The capital of France is Paris"
FOLDER = "llama-3.2-1b"


def folder() -> Path | None:
    """Where the weights are, `$BACKSTORY_DATA/llama-3.2-1b`, or None if they are not there."""
    data = store.data_folder()
    place = data / FOLDER if data else None
    return place if place is not None and place.is_dir() else None


def absent() -> str:
    """Why the experiment was left out, in one sentence."""
    return (
        f"Llama 3.2 1B was not run: its weights may not be handed on; put your own copy, in Hugging Face's files, into "
        f"$BACKSTORY_DATA/{FOLDER} to have this table and all derivatives from our code."
    )


def sentence(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Loss of every token of cell["sentence"], the likeliest next tokens before the last, and all derivatives by norm.

    cell["folder"] holds the model. The loss walked back is the mean over all tokens but the first. Norms are by part of
    the net, "output" (the last norm), layers from the last to the first, and "embedding", which the output shares.
    Raises BackstoryError if a file is missing or another.
    """
    place = Path(cell["folder"])
    values, weights = hugging_face.read(place)
    config = Config.of(values)
    tokenizer = tokens.from_json(place / "tokenizer.json", config.vocabulary, values["bos"])
    seen = tokenizer.prompt(cell["sentence"])
    if len(seen) < 2:
        raise BackstoryError("a sentence of one token has no loss; give a longer one.")
    began = time.perf_counter()
    x, y = seen[None, :-1], seen[None, 1:]
    entered = llama_layers.streams(weights, x, config, FAST)
    a = llama_layers.scores(weights, entered[-1], config, FAST).astype(float)
    a -= a.max(axis=1, keepdims=True)
    log_p = a - np.log(np.exp(a).sum(axis=1, keepdims=True))
    likely = np.argsort(-log_p[-1])[:5]
    forward = time.perf_counter() - began
    parts, squares, counts, largest = [], [], [], []
    for part, slopes in llama_layers.slopes_by_layer(weights, x, y, entered, config, FAST):
        parts.append(part)
        squares.append(sum(float(np.vdot(slope, slope)) for slope in slopes.values()))
        counts.append(sum(slope.size for slope in slopes.values()))
        largest.append(max(float(np.abs(slope).max()) for slope in slopes.values()))
    row = {
        "tokens": seen.astype(float),
        "losses": -log_p[np.arange(len(seen) - 1), seen[1:]],
        "p_last": float(np.exp(log_p[-1, seen[-1]])),
        "likely": likely.astype(float),
        "likely_p": np.exp(log_p[-1, likely]),
        "pieces": np.array([tokenizer.raw(int(token)).decode("utf-8", "replace") for token in (*seen, *likely)]),
        "parts": np.array(parts),
        "norms": np.sqrt(squares),
        "counts": np.array(counts, float),
        "largest": np.array(largest),
        "norm": float(np.sqrt(sum(squares))),
        "parameters": float(llama.count(config)),
        "numbers": float(sum(counts)),
        "seconds_forward": forward,
        "seconds": time.perf_counter() - began,
        "peak_gb": _peak() / 1e9,
    }
    return [row for _ in seeds]


def _peak() -> float:
    """Largest resident memory of this process so far, in bytes; pages of mapped files count."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1.0 if sys.platform == "darwin" else 1024.0)
