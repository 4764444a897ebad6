"""What this room hands on: its settings, studies, measurements, tables and figures."""

from core.evidence.reproduction import Reproduction
from reproductions.perceptrons_1969.claims import measure
from reproductions.perceptrons_1969.figures import figures
from reproductions.perceptrons_1969.run import cost, studies
from reproductions.perceptrons_1969.settings import PRESETS, Settings
from reproductions.perceptrons_1969.tables import arrays, tables, words

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
