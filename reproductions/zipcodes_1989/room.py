"""What this room hands on: its settings, studies, measurements, tables and figures."""

from core.evidence.reproduction import Reproduction
from reproductions.zipcodes_1989.claims import measure
from reproductions.zipcodes_1989.figures import figures
from reproductions.zipcodes_1989.run import cost, prepare, studies
from reproductions.zipcodes_1989.settings import PRESETS, Settings
from reproductions.zipcodes_1989.tables import arrays, tables, words

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
