"""Laws of scale (2017 to 2022): gradients, digits, characters and budgets, from six parameters to 405 billion."""

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
