"""Slopes measured by nudging weights (1950s): how good they are, and what noise and number cost them."""

from core.evidence.reproduction import Reproduction
from reproductions.slopes_1950s.claims import measure
from reproductions.slopes_1950s.figures import figures
from reproductions.slopes_1950s.run import cost, studies
from reproductions.slopes_1950s.settings import PRESETS, Settings
from reproductions.slopes_1950s.tables import arrays, tables, words

REPRODUCTION = Reproduction(
    settings=Settings,
    presets=PRESETS,
    studies=studies,
    measure=measure,
    figures=figures,
    tables=tables,
    words=words,
    arrays=arrays,
    cost=cost,
)
