"""What this room hands on: its settings, studies, measurements, tables and figures."""

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
