"""What this room hands on: its settings, studies, measurements, tables and figures."""

from core.evidence.reproduction import Reproduction
from reproductions.ordered_derivatives_1974.claims import measure
from reproductions.ordered_derivatives_1974.figures import figures
from reproductions.ordered_derivatives_1974.run import cost, studies
from reproductions.ordered_derivatives_1974.settings import PRESETS, Settings
from reproductions.ordered_derivatives_1974.tables import arrays, tables, words

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
