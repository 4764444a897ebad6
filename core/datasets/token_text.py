"""Text as byte-pair tokens, cut by characters into the same training, tuning and test parts as `core.datasets.text`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from core.datasets import store, tokens
from core.datasets.text import TRAIN_SHARE
from core.datasets.tokens import BytePairs
from core.errors import BackstoryError

SEPARATOR = "<|endoftext|>"


@dataclass(frozen=True)
class TokenText:
    """Tokens of the parts of a text. The vocabulary was made from the training part alone.

    `held` are the tokens of the tuning part and then those of the test part, `tuned` the number of the former, so that
    what is tested has a context; `characters` counts the characters of each part.
    """

    name: str
    tokenizer: BytePairs
    train: np.ndarray
    held: np.ndarray
    tuned: int
    characters: dict[str, int]
    sha256: dict[str, str]


def content(name: str, *, quiet: bool = True) -> tuple[str, dict[str, str]]:
    """The text called "shakespeare" (tiny Shakespeare) or "descriptions", and the SHA-256 of its source.

    "descriptions" are the texts about data sets that ship with scikit-learn, 43,000 characters in the release pinned
    here, in the order of their names: English that is always there, whatever the version of Python. Another release
    may mend a word; the SHA-256 tells.
    """
    if name == "descriptions":
        import sklearn.datasets

        folder = Path(sklearn.datasets.__file__).parent / "descr"
        found = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.rst")))
        found = "".join(c if 32 <= ord(c) < 127 or c == "\n" else "?" for c in found)
        return found, {"scikit-learn/descriptions": hashlib.sha256(found.encode("ascii")).hexdigest()}
    raw = store.read("shakespeare", "text", quiet=quiet)
    return tokens.characters(raw, "the text"), {"text/tinyshakespeare.txt": hashlib.sha256(raw).hexdigest()}


def parts(text: str) -> dict[str, str]:
    """The first 90 % to train on; the rest halved into a part to tune on and a part to test on."""
    first = int(TRAIN_SHARE * len(text))
    second = first + (len(text) - first) // 2
    return {"train": text[:first], "tune": text[first:second], "test": text[second:]}


@lru_cache(maxsize=4)
def load(name: str, vocabulary: int, *, quiet: bool = True) -> TokenText:
    """A text in `vocabulary` tokens. Raises BackstoryError if it is missing or too short for so many."""
    text, sha256 = content(name, quiet=quiet)
    cut = parts(text)
    tokenizer = tokens.byte_pairs(cut["train"], vocabulary)
    codes = {part: np.array(tokenizer.encode(piece)) for part, piece in cut.items()}
    return TokenText(
        name,
        tokenizer,
        codes["train"],
        np.concatenate([codes["tune"], codes["test"]]),
        len(codes["tune"]),
        {part: len(piece) for part, piece in cut.items()},
        sha256,
    )


def stories(*, quiet: bool = True) -> list[str]:
    """The stories of the sample of TinyStories. Raises BackstoryError if it is not here."""
    text = tokens.characters(store.read("tinystories", "sample", quiet=quiet), "the sample of stories")
    found = [story.strip() for story in text.split(SEPARATOR)]
    found = [story for story in found if story]
    if not found:
        raise BackstoryError("the sample of TinyStories holds no story; put the right file in its place.")
    return found
