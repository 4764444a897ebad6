"""The ten digits as stylised bitmaps, 7 wide and 12 high: the centres of LeNet-5's radial basis outputs.

LeCun et al. (1998, II.B and figure 3) use such bitmaps of the whole ASCII set and print them as a picture. These were
drawn anew after that idea, not copied from it; what matters is that similar digits have similar codes.
"""

from __future__ import annotations

import numpy as np

WIDTH, HEIGHT = 7, 12

_ROWS = """
.#####. ...#... .#####. .#####. ....##. ####### ..####. ####### .#####. .#####.
##...## ..##... ##...## ##...## ...###. ##..... .##.... ##...## ##...## ##...##
##...## .###... .....## .....## ..#.##. ##..... ##..... .....## ##...## ##...##
##...## ...#... .....## .....## .##.##. ##..... ##..... ....##. ##...## ##...##
##...## ...#... ....##. .....## ##..##. ######. ######. ....##. .##.##. ##...##
##...## ...#... ...##.. ..####. ##..##. .....## ##...## ...##.. .#####. .######
##...## ...#... ..##... .....## ####### .....## ##...## ...##.. ##...## .....##
##...## ...#... .##.... .....## ....##. .....## ##...## ..##... ##...## .....##
##...## ...#... ##..... .....## ....##. .....## ##...## ..##... ##...## .....##
##...## ...#... ##..... .....## ....##. .....## ##...## .##.... ##...## ....##.
##...## ...#... ##...## ##...## ....##. ##...## ##...## .##.... ##...## ...##..
.#####. .#####. ####### .#####. ....##. .#####. .#####. .##.... .#####. .###...
"""


def bitmaps() -> np.ndarray:
    """-1 for paper and +1 for ink, (10, 84), row by row from the top."""
    drawn = [line.split() for line in _ROWS.split("\n") if line]
    return np.array([[1.0 if mark == "#" else -1.0 for row in drawn for mark in row[digit]] for digit in range(10)])
