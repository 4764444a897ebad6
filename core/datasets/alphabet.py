"""The capital letters as 5x7 drawings, made for this project, and on a retina of 20x20 points as the Mark I had it."""

from __future__ import annotations

import numpy as np

RETINA = 20
LETTERS = {
    "A": ".XXX. X...X X...X XXXXX X...X X...X X...X", "B": "XXXX. X...X X...X XXXX. X...X X...X XXXX.",
    "C": ".XXX. X...X X.... X.... X.... X...X .XXX.", "D": "XXXX. X...X X...X X...X X...X X...X XXXX.",
    "E": "XXXXX X.... X.... XXXX. X.... X.... XXXXX", "F": "XXXXX X.... X.... XXXX. X.... X.... X....",
    "G": ".XXX. X...X X.... X.XXX X...X X...X .XXX.", "H": "X...X X...X X...X XXXXX X...X X...X X...X",
    "I": ".XXX. ..X.. ..X.. ..X.. ..X.. ..X.. .XXX.", "J": "..XXX ...X. ...X. ...X. ...X. X..X. .XX..",
    "K": "X...X X..X. X.X.. XX... X.X.. X..X. X...X", "L": "X.... X.... X.... X.... X.... X.... XXXXX",
    "M": "X...X XX.XX X.X.X X.X.X X...X X...X X...X", "N": "X...X XX..X X.X.X X..XX X...X X...X X...X",
    "O": ".XXX. X...X X...X X...X X...X X...X .XXX.", "P": "XXXX. X...X X...X XXXX. X.... X.... X....",
    "Q": ".XXX. X...X X...X X...X X.X.X X..X. .XX.X", "R": "XXXX. X...X X...X XXXX. X.X.. X..X. X...X",
    "S": ".XXXX X.... X.... .XXX. ....X ....X XXXX.", "T": "XXXXX ..X.. ..X.. ..X.. ..X.. ..X.. ..X..",
    "U": "X...X X...X X...X X...X X...X X...X .XXX.", "V": "X...X X...X X...X X...X X...X .X.X. ..X..",
    "W": "X...X X...X X...X X.X.X X.X.X XX.XX X...X", "X": "X...X X...X .X.X. ..X.. .X.X. X...X X...X",
    "Y": "X...X X...X .X.X. ..X.. ..X.. ..X.. ..X..", "Z": "XXXXX ....X ...X. ..X.. .X... X.... XXXXX",
}  # fmt: skip


def drawn() -> np.ndarray:
    # -> (26, 7, 5)
    """The letters as 1 where there is ink, in the order of the alphabet."""
    return np.array([[[float(c == "X") for c in row] for row in LETTERS[name].split()] for name in sorted(LETTERS)])


def on_retina(letters: np.ndarray) -> np.ndarray:
    # (N, 7, 5) -> (N, 20, 20)
    """Letters twice as large in the middle of the retina."""
    large = letters.repeat(2, axis=1).repeat(2, axis=2)
    top, left = (RETINA - large.shape[1]) // 2, (RETINA - large.shape[2]) // 2
    field = np.zeros((len(letters), RETINA, RETINA))
    field[:, top : top + large.shape[1], left : left + large.shape[2]] = large
    return field


def codes() -> np.ndarray:
    # -> (26, 5)
    """Five answers of +1 or -1 for each letter: its place in the alphabet in binary."""
    return 2.0 * ((np.arange(1, 27)[:, None] >> np.arange(5)) & 1) - 1
