"""Pomerleau (1989 to 1991): ALVINN, a network that learns to drive from pictures of the road, and drives."""

from core.evidence.reproduction import Reproduction
from reproductions.alvinn_1989.claims import measure
from reproductions.alvinn_1989.figures import figures
from reproductions.alvinn_1989.run import cost, studies
from reproductions.alvinn_1989.settings import PRESETS, Settings
from reproductions.alvinn_1989.tables import arrays, tables, words

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
