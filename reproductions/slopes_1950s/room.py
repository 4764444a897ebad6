"""What this room hands on: its settings, studies, measurements, tables and figures."""

from core.evidence.reproduction import Reproduction
from reproductions.slopes_1950s.claims import measure
from reproductions.slopes_1950s.figures import figures
from reproductions.slopes_1950s.run import cost, studies
from reproductions.slopes_1950s.settings import PRESETS, Settings
from reproductions.slopes_1950s.tables import arrays, tables, words

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
