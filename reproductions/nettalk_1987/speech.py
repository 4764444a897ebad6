"""What the nets say: a sentence in phonemes after some passes, and its sound where espeak-ng is installed.

NETtalk's symbols are spelled in the mnemonics of espeak-ng's American English, so the speech synthesiser does what
DECtalk did in 1987: it speaks phonemes and stresses, and does not look at the words.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets import nettalk as words
from core.datasets.phonemes import STRESS_SYMBOLS, SYMBOLS
from core.errors import BackstoryError
from reproductions.nettalk_1987.lessons import Course, in_groups, lesson_of

PROGRAM, VOICE, SPEED = "espeak-ng", "en-us", 130  # words a minute
ESPEAK = {
    "a": "A:", "b": "b", "c": "O:", "d": "d", "e": "eI", "f": "f", "g": "g", "h": "h", "i": "i:", "k": "k", "l": "l",
    "m": "m", "n": "n", "o": "oU", "p": "p", "r": "r", "s": "s", "t": "t", "u": "u:", "v": "v", "w": "w", "x": "@",
    "y": "j", "z": "z", "A": "aI", "C": "tS", "D": "D", "E": "E", "G": "N", "I": "I", "J": "dZ", "K": "kS", "L": "@L",
    "M": "@m", "N": "@n", "O": "OI", "Q": "kw", "R": "3:", "S": "S", "T": "T", "U": "U", "W": "aU", "X": "ks",
    "Y": "ju:", "Z": "Z", "@": "a", "!": "ts", "#": "gz", "*": "wV", "|": "I", "^": "V", "+": "wA:", "-": "", "_": "_:",
    ".": "_:",
}  # fmt: skip
VOWELS = frozenset("aceiouxAEILMNORUWY@*|^+")


def espeak(phonemes: str, stresses: str) -> str:
    """A word in espeak-ng's mnemonics, with ' and , before vowels of main and lesser stress.

    Mnemonics stand apart by |, so that two of them are not read as one.
    """
    parts = []
    for phoneme, stress in zip(phonemes, stresses, strict=True):
        mark = {"1": "'", "2": ","}.get(stress, "") if phoneme in VOWELS else ""
        if ESPEAK[phoneme]:
            parts.append(mark + ESPEAK[phoneme])
    return "|".join(parts)


def installed() -> bool:
    """Whether espeak-ng can be called."""
    return shutil.which(PROGRAM) is not None


def wav(said: Sequence[tuple[str, str]]) -> bytes:
    """A WAV file of words given as (phonemes, stresses). Raises BackstoryError if espeak-ng is missing or fails."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise BackstoryError(
            f"{PROGRAM} is not installed, so there is no sound; install it with your system's package manager, "
            "or read the phonemes as text."
        )
    text = " ".join(f"[[{espeak(*word)}]]" for word in said if espeak(*word))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "said.wav"
        done = subprocess.run(
            [program, "-v", VOICE, "-s", str(SPEED), "-w", str(target), text], capture_output=True, text=True
        )
        if done.returncode or not target.exists():
            raise BackstoryError(f"{PROGRAM} failed: {done.stderr.strip() or 'it wrote no sound'}.")
        return thinned(target.read_bytes())


def thinned(sound: bytes) -> bytes:
    """A WAV file at half of its rate, each two samples as their mean: half as large, and clear enough for a voice."""
    with wave.open(io.BytesIO(sound)) as whole:
        samples = np.frombuffer(whole.readframes(whole.getnframes()), dtype="<i2").astype(float)
        rate = whole.getframerate()
    pairs = samples[: len(samples) // 2 * 2].reshape(-1, 2).mean(axis=1)
    target = io.BytesIO()
    with wave.open(target, "wb") as half:
        half.setparams((1, 2, rate // 2, 0, "NONE", "not compressed"))
        half.writeframes(np.rint(pairs).astype("<i2").tobytes())
    return target.getvalue()


def read_aloud(row: Mapping[str, Any], look: int, cell: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The words of a row of `reading` as (phonemes, stresses) after look number `look`."""
    found, at = [], 0
    for word in cell["sentence"].split():
        here = slice(at, at + len(word))
        phonemes = "".join(SYMBOLS[k] for k in np.asarray(row["phonemes"], int)[look, here])
        stresses = "".join(STRESS_SYMBOLS[k] for k in np.asarray(row["stresses"], int)[look, here])
        found.append((phonemes, stresses))
        at += len(word)
    return found


@in_groups
def reading(cell: Mapping[str, Any], group: Sequence[int]) -> list[dict[str, Any]]:
    """A sentence as the nets read it after each of cell["looks"] passes over cell["words"].

    `phonemes` and `stresses` (looks, letters) are numbers of symbols, word after word; `right` the share of phonemes
    that are the dictionary's, `truth` those of the dictionary, from cell["known"]. Raises ValueError for a word that is
    not in it.
    """
    lesson, course = lesson_of(cell), Course(cell, group)
    known = {entry.word: entry for entry in lesson_of(cell, "known").entries}
    sentence = cell["sentence"].split()
    unknown = [word for word in sentence if word not in known]
    if unknown:
        raise ValueError(f"these words of the sentence are not in {cell['known']}: {', '.join(unknown)}")
    text = words.encode([known[word] for word in sentence], "sentence")
    said, done = [], 0
    for look in cell["looks"]:
        course.passes(lesson, look - done)
        done = look
        said.append(words.guesses(course.outputs(text)))
    phonemes, stresses = (np.stack([one[k] for one in said], axis=1) for k in (0, 1))
    right = (words.PHONEME_CLASS[phonemes] == words.PHONEME_CLASS[text.phonemes]).mean(axis=-1)
    return [
        {"phonemes": phonemes[k], "stresses": stresses[k], "right": right[k], "truth": text.phonemes}
        for k in range(len(group))
    ]
