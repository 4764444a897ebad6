"""What this room hands on: its settings, studies, measurements, tables and figures."""

from core.evidence.reproduction import Reproduction
from reproductions.lenet_1998.claims import measure
from reproductions.lenet_1998.figures import figures
from reproductions.lenet_1998.run import cost, prepare, studies
from reproductions.lenet_1998.settings import PRESETS, Settings
from reproductions.lenet_1998.tables import arrays, tables, words

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
