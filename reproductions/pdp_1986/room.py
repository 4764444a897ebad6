"""What this room hands on: its settings, studies, measurements, tables and figures."""

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
