"""Rumelhart, Hinton and Williams (1986): the small networks of PDP and Nature, by their recipe and by what works."""

from core.evidence.reproduction import Reproduction
from reproductions.pdp_1986.claims import measure
from reproductions.pdp_1986.figures import figures
from reproductions.pdp_1986.run import cost, studies
from reproductions.pdp_1986.settings import PRESETS, Settings
from reproductions.pdp_1986.tables import arrays, tables, words

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
