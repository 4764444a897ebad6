"""What this room hands on: its settings, studies, measurements, tables and figures."""

from core.evidence.reproduction import Reproduction
from reproductions.alexnet_2012.claims import measure
from reproductions.alexnet_2012.figures import figures
from reproductions.alexnet_2012.run import cost, prepare, studies
from reproductions.alexnet_2012.settings import PRESETS, Settings
from reproductions.alexnet_2012.tables import arrays, tables, words

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
