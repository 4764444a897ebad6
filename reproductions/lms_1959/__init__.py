"""Widrow and Hoff (1960): LMS, found in the autumn of 1959, measured on T, G and F, and the one layer it stayed in."""

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
