"""What this room hands on: its settings, studies, measurements, tables and figures."""

from core.evidence.reproduction import Reproduction
from reproductions.scaling.claims import measure
from reproductions.scaling.figures import figures
from reproductions.scaling.run import cost, prepare, studies
from reproductions.scaling.settings import PRESETS, Settings
from reproductions.scaling.tables import arrays, tables, words

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
