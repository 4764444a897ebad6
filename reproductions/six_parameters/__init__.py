"""Six parameters (2025): the toy model of a video, longitude to city, with every derivative measured and exact."""

from core.evidence.reproduction import Reproduction
from reproductions.six_parameters.claims import measure
from reproductions.six_parameters.figures import figures
from reproductions.six_parameters.run import cost, studies
from reproductions.six_parameters.settings import PRESETS, Settings
from reproductions.six_parameters.tables import arrays, tables, words

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
