"""What this room hands on: its settings, studies, measurements, tables and figures."""

from core.evidence.reproduction import Reproduction
from reproductions.lms_1959.claims import measure
from reproductions.lms_1959.figures import figures
from reproductions.lms_1959.run import cost, studies
from reproductions.lms_1959.settings import PRESETS, Settings
from reproductions.lms_1959.tables import arrays, tables, words

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
