"""Phonemes and stresses of NETtalk as 26 features, after the appendix of Sejnowski and Rosenberg (1987).

Read in three transcripts of the appendix by others, in a JSON file, a table of numbers and a Java program, that agree
on every phoneme but for two slips in one of them; the paper itself was not seen. A place of articulation and a vowel's
position share their units (labial is front 1, dental front 2, alveolar central 1, palatal central 2, velar back 1,
glottal back 2), and what is not voiced is unvoiced. Two points are not the table's:

- J (gin) has the code of G (sing), as in all transcripts, though gin is a palatal affricate; so no output can tell the
  two apart, and a guess of either counts for both.
- + (the oir of abattoir, 21 times in the dictionary) has no row; the code is one transcriber's.
"""

from __future__ import annotations

import numpy as np

PLACES = ("front 1", "front 2", "central 1", "central 2", "back 1", "back 2")
KINDS = ("stop", "nasal", "fricative", "affricative", "glide", "liquid", "voiced", "tensed")
HEIGHTS = ("high", "medium", "low")
SIGNS = ("silent", "elide", "pause", "full stop")
STRESS_FEATURES = ("right", "left", "strong", "weak", "boundary")
FEATURES = PLACES + KINDS + HEIGHTS + SIGNS + STRESS_FEATURES
PHONEME_FEATURES = len(FEATURES) - len(STRESS_FEATURES)

# symbol: (a word that has it, its features)
PHONEMES: dict[str, tuple[str, str]] = {
    "a": ("father", "low, tensed, central 2"),
    "b": ("bet", "voiced, front 1, stop"),
    "c": ("bought", "medium, back 1"),
    "d": ("deb", "voiced, central 1, stop"),
    "e": ("bake", "medium, tensed, front 2"),
    "f": ("fin", "front 1, fricative"),
    "g": ("guess", "voiced, back 1, stop"),
    "h": ("head", "back 2, glide"),
    "i": ("Pete", "high, tensed, front 1"),
    "k": ("Ken", "back 1, stop"),
    "l": ("let", "voiced, front 2, liquid"),
    "m": ("met", "voiced, front 1, nasal"),
    "n": ("net", "voiced, central 1, nasal"),
    "o": ("boat", "medium, tensed, back 2"),
    "p": ("pet", "front 1, stop"),
    "r": ("red", "voiced, central 2, liquid"),
    "s": ("sit", "central 1, fricative"),
    "t": ("test", "central 1, stop"),
    "u": ("lute", "high, tensed, back 2"),
    "v": ("vest", "voiced, front 1, fricative"),
    "w": ("wet", "voiced, front 1, glide"),
    "x": ("about", "medium, central 2"),
    "y": ("yet", "voiced, central 2, glide"),
    "z": ("zoo", "voiced, central 1, fricative"),
    "A": ("bite", "medium, tensed, front 2, central 1"),
    "C": ("chin", "central 2, affricative"),
    "D": ("this", "voiced, front 2, fricative"),
    "E": ("bet", "medium, front 1, front 2"),
    "G": ("sing", "voiced, back 1, nasal"),
    "I": ("bit", "high, front 1"),
    "J": ("gin", "voiced, back 1, nasal"),
    "K": ("sexual", "central 2, fricative, back 1, affricative"),
    "L": ("bottle", "voiced, central 1, liquid"),
    "M": ("abysm", "voiced, front 2, nasal"),
    "N": ("button", "voiced, central 2, nasal"),
    "O": ("boy", "medium, tensed, central 1, central 2"),
    "Q": ("quest", "voiced, front 1, back 1, affricative, stop"),
    "R": ("bird", "voiced, back 1, liquid"),
    "S": ("shin", "central 2, fricative"),
    "T": ("thin", "front 2, fricative"),
    "U": ("book", "high, back 1"),
    "W": ("bout", "high, medium, tensed, central 2, back 1"),
    "X": ("excess", "affricative, front 2, central 1"),
    "Y": ("cute", "high, tensed, front 1, front 2, central 1"),
    "Z": ("leisure", "voiced, central 2, fricative"),
    "@": ("bat", "low, front 2"),
    "!": ("Nazi", "front 1, front 2, affricative"),
    "#": ("examine", "voiced, central 2, back 1, affricative"),
    "*": ("one", "voiced, glide, front 1, low, central 1"),
    "|": ("logic", "high, front 1, front 2"),
    "^": ("but", "low, central 1"),
    "+": ("abattoir", "medium, tensed, central 2"),
    "-": ("silence of a letter", "silent, elide"),
    "_": ("between words", "pause, elide"),
    ".": ("end of a sentence", "pause, full stop"),
}
# Where transcripts differ, right and left may change places, which renames two outputs and changes nothing else.
STRESSES: dict[str, tuple[str, str]] = {
    "<": ("a letter after the vowel of its syllable", "right"),
    ">": ("a consonant before the vowel of its syllable", "left"),
    "0": ("the vowel of a syllable without stress", "weak"),
    "1": ("the vowel of the syllable with the main stress", "strong, weak"),
    "2": ("the vowel of a syllable with a lesser stress", "strong"),
    "-": ("between words", "right, left, boundary"),
}
SYMBOLS = "".join(PHONEMES)
STRESS_SYMBOLS = "".join(STRESSES)


def _codes(table: dict[str, tuple[str, str]], names: tuple[str, ...]) -> np.ndarray:
    codes = np.zeros((len(table), len(names)))
    for k, (_, features) in enumerate(table.values()):
        codes[k, [names.index(name) for name in features.split(", ")]] = 1.0
    return codes


CODES = _codes(PHONEMES, FEATURES[:PHONEME_FEATURES])  # (symbols, 21)
STRESS_CODES = _codes(STRESSES, STRESS_FEATURES)  # (stresses, 5)


def same_code(codes: np.ndarray) -> np.ndarray:
    """For each code the number of the first that equals it: what a guess can tell apart."""
    return np.array([int(np.flatnonzero((codes == code).all(axis=1))[0]) for code in codes])


def nearest(outputs: np.ndarray, codes: np.ndarray) -> np.ndarray:
    # outputs (..., F), codes (S, F) -> (...)
    """The best guess: the code that makes the smallest angle with each vector of outputs, the first of equal ones."""
    return np.argmax(outputs @ (codes / np.linalg.norm(codes, axis=1, keepdims=True)).T, axis=-1)
