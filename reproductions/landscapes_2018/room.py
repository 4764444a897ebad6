"""What this room hands on: its settings, studies, measurements, tables and figures."""

from core.evidence.reproduction import Reproduction
from reproductions.landscapes_2018.claims import measure
from reproductions.landscapes_2018.figures import figures
from reproductions.landscapes_2018.run import cost, prepare, studies
from reproductions.landscapes_2018.settings import PRESETS, Settings
from reproductions.landscapes_2018.tables import arrays, tables, words

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
    prepare=prepare,
)
