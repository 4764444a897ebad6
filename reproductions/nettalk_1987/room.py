"""What this room hands on: its settings, studies, measurements, tables and figures."""

from core.evidence.reproduction import Reproduction
from reproductions.nettalk_1987.claims import measure
from reproductions.nettalk_1987.figures import figures
from reproductions.nettalk_1987.run import cost, prepare, studies
from reproductions.nettalk_1987.settings import PRESETS, Settings
from reproductions.nettalk_1987.tables import arrays, tables, words

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
