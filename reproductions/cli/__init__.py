"""The command line and nothing else: `main` runs it, `run_room` runs one era's room."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; exits with 0, with 2 and one sentence on bad input, or with 130 when interrupted."""
    gc.set_threshold(50_000)  # imports, and drawing, make many objects and little garbage
    from reproductions.cli.main import main as run

    run(arguments)


def run_room(file: str) -> None:
    """Run the reproduction whose room holds `file`, with the words after it on the command line."""
    room = Path(file).resolve().parent
    sys.path[:] = [
        place for place in sys.path if not place or Path(place).resolve() != room
    ]  # its files are no modules
    main(["run", room.name, *sys.argv[1:]])
