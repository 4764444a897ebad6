"""The trials of `landscapes_2018`, by what they are for; each is a pure function of (cell, seeds) in a module beside.

Straight lines: `straight`, `straight_xor`, `straight_zipcode` from a start to its solution, `between` two solutions.
Slices: `planes` (a seed is a pair of directions), `widths` under weight decay, `rescaled` weights of one function.
Paths: `components`, `displacement` by the number of parameters, `wormhole` for the film.
Curvature: `spectrum` and `ends` of Hessians, `index_and_loss` of still points, `chance` matrices, stuck `xor` nets.
"""

from reproductions.landscapes_2018.hessians import chance, ends, index_and_loss, spectrum
from reproductions.landscapes_2018.lines import between, straight, straight_xor, straight_zipcode
from reproductions.landscapes_2018.paths import components, displacement, wormhole
from reproductions.landscapes_2018.slices import planes, rescaled, widths
from reproductions.landscapes_2018.stuck import xor

__all__ = [
    "between",
    "chance",
    "components",
    "displacement",
    "ends",
    "index_and_loss",
    "planes",
    "rescaled",
    "spectrum",
    "straight",
    "straight_xor",
    "straight_zipcode",
    "widths",
    "wormhole",
    "xor",
]
