"""What this room hands on: its settings, studies, measurements, tables and figures."""

from core.evidence.reproduction import Reproduction
from reproductions.llama_2023.claims import measure
from reproductions.llama_2023.figures import figures
from reproductions.llama_2023.run import cost, prepare, studies
from reproductions.llama_2023.settings import PRESETS, Settings
from reproductions.llama_2023.tables import arrays, tables, words

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
