"""NETtalk's words: letters in windows of seven, phonemes and stresses as 26 features, and how guesses are scored.

The dictionary is Sejnowski and Rosenberg's, corrected, as the CMU benchmark and the UCI repository hand it on: its
description speaks of 20,008 words, the copies at hand have 20,007 lines and 19,801 different spellings, and the paper
speaks of 20,012. "Permission is hereby given to use the included data for non-commercial research purposes" (its
notice). Fahlman's list stands in for the 1,000 commonest words of the paper, whose own list was not kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.datasets import spelling, store
from core.datasets.phonemes import (
    CODES,
    PHONEME_FEATURES,
    STRESS_CODES,
    STRESS_SYMBOLS,
    STRESSES,
    SYMBOLS,
    nearest,
    same_code,
)
from core.errors import BackstoryError

LETTERS = "abcdefghijklmnopqrstuvwxyz_.,"  # the last three: between words, end of a sentence, other punctuation
WINDOW, GROUP, BOUNDARY = 7, len(LETTERS), LETTERS.index("_")
INPUTS, OUTPUTS = WINDOW * GROUP, PHONEME_FEATURES + len(STRESS_CODES[0])  # 203 and 26
MARGIN = 0.1  # a perfect match has every feature within it
COMMON = 1000
PHONEME_CLASS, STRESS_CLASS = same_code(CODES), same_code(STRESS_CODES)


@dataclass(frozen=True)
class Entry:
    """A word with one phoneme and one stress symbol for each of its letters, and 0 regular, 1 irregular, 2 foreign."""

    word: str
    phonemes: str
    stresses: str
    kind: int = 0


@dataclass(frozen=True)
class Words:
    """Letters of some words as patterns, word after word.

    windows (N, 7) which of the 203 inputs are on; phonemes and stresses (N,) numbers of symbols; targets (N, 26);
    starts (W + 1,) where each word begins and the last one ends; SHA-256 by source file.
    """

    name: str
    entries: tuple[Entry, ...]
    windows: np.ndarray
    phonemes: np.ndarray
    stresses: np.ndarray
    targets: np.ndarray
    starts: np.ndarray
    sha256: dict[str, str]

    def __len__(self) -> int:
        return len(self.entries)

    def chosen(self, numbers: Iterable[int], name: str = "") -> Words:
        """The words of the given numbers, in their order."""
        return encode([self.entries[k] for k in numbers], name or self.name, self.sha256)


def parse(content: bytes) -> list[Entry]:
    """Lines of word, phonemes, stresses and kind, with tabs between. Raises BackstoryError for other lines."""
    entries = []
    for number, line in enumerate(content.decode("latin-1").splitlines(), start=1):
        parts = line.split("\t")
        if len(parts) != 4 or not parts[3].strip().isdigit() or not len(parts[0]) == len(parts[1]) == len(parts[2]):
            raise BackstoryError(
                f"line {number} of nettalk.data is not a word with as many phonemes and stresses and a kind, "
                "set apart by tabs; fetch the file again."
            )
        entry = Entry(parts[0], parts[1], parts[2], int(parts[3]))
        odd = set(entry.word) - set(LETTERS[:26]) | set(entry.phonemes) - set(SYMBOLS)
        if odd or set(entry.stresses) - set(STRESSES):
            raise BackstoryError(f"line {number} of nettalk.data has symbols that are not NETtalk's: {line!r}.")
        entries.append(entry)
    return entries


def parse_list(content: bytes) -> list[str]:
    """The words of Fahlman's list, in its order. Raises BackstoryError if there is no list in brackets."""
    found = re.search(r"\(([A-Z\s]+)\)\s*$", content.decode("latin-1"))
    if not found:
        raise BackstoryError("nettalk.list does not end in a list of words in brackets; fetch it again.")
    return found.group(1).lower().split()


@lru_cache(maxsize=8)
def load(name: str, *, quiet: bool = True) -> Words:
    """Words by name.

    "dictionary": every spelling, with the first of its pronunciations. "common": the 1,000 of Fahlman's list. "rest":
    the dictionary without them. "entries": all lines of the file, two pronunciations of a spelling as two words.
    "invented": the small list whose pronunciations are made by rule, always there. Raises BackstoryError if a file is
    missing, damaged or not the one expected.
    """
    if name == "invented":
        text = " ".join(spelling.WORDS)
        made = [Entry(word, *spelling.pronounce(word)) for word in spelling.WORDS]
        return encode(made, name, {"invented words": hashlib.sha256(text.encode("ascii")).hexdigest()})
    entries = parse(store.read("nettalk", "dictionary", quiet=quiet))
    hashes = {"nettalk/nettalk.data": store.DATASETS["nettalk"]["dictionary"].sha256}
    if name == "entries":
        return encode(entries, name, hashes)
    first = {entry.word: entry for entry in reversed(entries)}
    spellings = [entry for entry in entries if first[entry.word] is entry]
    if name == "dictionary":
        return encode(spellings, name, hashes)
    if name not in ("common", "rest"):
        raise BackstoryError(f"there are no words named {name!r}; there are dictionary, common, rest and invented.")
    common = parse_list(store.read("nettalk", "common words", quiet=quiet))
    missing = [word for word in common if word not in first]
    if missing or len(set(common)) != COMMON:
        raise BackstoryError(f"nettalk.list does not hold {COMMON:,} words of the dictionary; fetch both files again.")
    hashes |= {"nettalk/nettalk.list": store.DATASETS["nettalk"]["common words"].sha256}
    if name == "common":
        return encode([first[word] for word in common], name, hashes)
    left = set(first) - set(common)
    return encode([entry for entry in spellings if entry.word in left], name, hashes)


def encode(entries: Sequence[Entry], name: str, sha256: dict[str, str] | None = None) -> Words:
    """Patterns for the letters of some words."""
    lengths = np.array([len(entry.word) for entry in entries], dtype=np.int64)
    phonemes = np.array([SYMBOLS.index(p) for entry in entries for p in entry.phonemes], dtype=np.int64)
    stresses = np.array([STRESS_SYMBOLS.index(s) for entry in entries for s in entry.stresses], dtype=np.int64)
    shown = [windows(entry.word) for entry in entries]
    return Words(
        name,
        tuple(entries),
        np.concatenate(shown) if shown else np.empty((0, WINDOW), np.int64),
        phonemes,
        stresses,
        np.concatenate([CODES[phonemes], STRESS_CODES[stresses]], axis=1),
        np.concatenate([[0], np.cumsum(lengths)]),
        sha256 or {},
    )


def windows(text: str) -> np.ndarray:
    # -> (len(text), 7)
    """For every character of a text, the inputs that it and its three neighbours each way turn on, of 203."""
    symbols = np.array([LETTERS.index(c) for c in text.lower()], dtype=np.int64)
    half = WINDOW // 2
    framed = np.concatenate([np.full(half, BOUNDARY), symbols, np.full(half, BOUNDARY)])
    return np.lib.stride_tricks.sliding_window_view(framed, WINDOW) + GROUP * np.arange(WINDOW)


def text(on: np.ndarray) -> str:
    """The seven characters of a window: the inverse of a row of `windows`."""
    return "".join(LETTERS[k] for k in on - GROUP * np.arange(WINDOW))


def one_hot(shown: np.ndarray, kind: type = np.float64) -> np.ndarray:
    # (N, 7) -> (N, 203)
    """Windows as rows of zeros and ones."""
    x: np.ndarray = np.zeros((len(shown), INPUTS), kind)
    np.put_along_axis(x, shown, 1, axis=1)
    return x


def guesses(outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # (..., 26) -> (...), (...)
    """Numbers of the phoneme and of the stress whose codes make the smallest angle with the outputs."""
    return nearest(outputs[..., :PHONEME_FEATURES], CODES), nearest(outputs[..., PHONEME_FEATURES:], STRESS_CODES)


@dataclass(frozen=True)
class Score:
    """Shares that are right: letters by phoneme, by stress, by both, whole words by phoneme and by both, and perfect
    matches (all features of the phoneme, or all 26, within the margin); mean squared error per output."""

    phoneme: np.ndarray
    stress: np.ndarray
    letter: np.ndarray
    word: np.ndarray
    whole: np.ndarray
    perfect: np.ndarray
    exact: np.ndarray
    error: np.ndarray


def score(outputs: np.ndarray, words: Words) -> Score:
    # (..., N, 26) -> shares (...)
    """How well outputs name the phonemes and stresses of some words. Symbols of the same code are not told apart."""
    phoneme, stress = guesses(outputs)
    said = PHONEME_CLASS[phoneme] == PHONEME_CLASS[words.phonemes]
    stressed = STRESS_CLASS[stress] == STRESS_CLASS[words.stresses]
    off = np.abs(outputs - words.targets)
    near = off < MARGIN
    whole = np.add.reduceat(~np.stack([said, said & stressed]), words.starts[:-1], axis=-1) == 0
    return Score(
        said.mean(-1),
        stressed.mean(-1),
        (said & stressed).mean(-1),
        whole[0].mean(-1),
        whole[1].mean(-1),
        near[..., :PHONEME_FEATURES].all(-1).mean(-1),
        near.all(-1).mean(-1),
        np.square(off).mean((-2, -1)),
    )
