"""Text as codes of characters, cut into training, tuning and test parts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.datasets import store

TRAIN_SHARE = 0.9


@dataclass(frozen=True)
class Text:
    """Codes of the characters of each part, in the text's order; `alphabet` lists the characters by code.

    The first 90 % train; the rest is halved into a part to tune on and a part to test on.
    """

    name: str
    alphabet: str
    train: np.ndarray
    tune: np.ndarray
    test: np.ndarray
    sha256: dict[str, str]


@lru_cache(maxsize=2)
def load(name: str, *, quiet: bool = True) -> Text:
    """The text called "shakespeare" (tiny Shakespeare) or "topics" (the help topics that ship with Python).

    Raises BackstoryError if the file is missing or not the one expected.
    """
    if name == "topics":
        from pydoc_data.topics import topics

        content = "\n".join(topics[key] for key in sorted(topics))
        content = "".join(c if 32 <= ord(c) < 127 or c == "\n" else "?" for c in content)
        source = "python/topics"
    else:
        content = store.read("shakespeare", "text", quiet=quiet).decode("ascii")
        source = "text/tinyshakespeare.txt"
    digest = hashlib.sha256(content.encode("ascii")).hexdigest()
    return split(name, content, {source: digest})


def split(name: str, content: str, sha256: dict[str, str]) -> Text:
    """Codes and parts of a text of ASCII characters."""
    raw = np.frombuffer(content.encode("ascii"), np.uint8)
    used, codes = np.unique(raw, return_inverse=True)
    first = int(TRAIN_SHARE * len(codes))
    second = first + (len(codes) - first) // 2
    alphabet = bytes(used.tolist()).decode("ascii")
    return Text(name, alphabet, codes[:first], codes[first:second], codes[second:], sha256)


def windows(codes: np.ndarray, context: int) -> tuple[np.ndarray, np.ndarray]:
    # (L,) -> (L - context, context), (L - context,)
    """Every run of `context` characters, and the character that follows it."""
    runs = np.lib.stride_tricks.sliding_window_view(codes, context + 1)
    return runs[:, :context], runs[:, context]
