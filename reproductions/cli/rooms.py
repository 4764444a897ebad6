"""The rooms of the eras: their code and their paper files, loaded when they are needed."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from core.datasets.store import cache_folder
from core.errors import BackstoryError
from core.evidence.claims import Paper, load_paper
from core.evidence.reproduction import Reproduction
from core.publishing import folders
from reproductions.cli import catalogue

ROOT = Path(__file__).resolve().parents[2]


def room(name: str) -> Reproduction[BaseModel]:
    """What a room hands on. Raises BackstoryError, in one sentence, for a room that cannot be loaded."""
    keep_compiled_code_apart()
    module = f"{package(name)}.room"
    advice = f"`backstory check {name}` lists what is wrong."
    try:
        found = importlib.import_module(module).REPRODUCTION
    except BackstoryError:
        raise
    except AttributeError as fault:
        raise BackstoryError(f"the room {name} has no REPRODUCTION in its room.py ({fault}); {advice}") from fault
    except Exception as fault:
        told = f"{type(fault).__name__}: {fault}".splitlines()[0]
        raise BackstoryError(f"the room {name} cannot be loaded ({told}); {advice}") from fault
    if not isinstance(found, Reproduction):
        raise BackstoryError(f"REPRODUCTION of the room {name} is no Reproduction but {type(found).__name__}; {advice}")
    return found


def science_of(name: str) -> list[str]:
    """The modules of a room that its trials are likely to need, to be imported ahead of them."""
    keep_compiled_code_apart()
    return [f"{package(name)}.experiment"]


def package(name: str) -> str:
    """The package of a room."""
    return f"reproductions.{catalogue.entry(name)['id']}"


def presets_of(name: str) -> Mapping[str, BaseModel]:
    """The presets of a room, read from its settings.py alone: they need neither its science nor its figures."""
    spec = importlib.util.spec_from_file_location(f"settings of {name}", folder_of(name) / "settings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where pydantic looks for the names of types
    try:
        spec.loader.exec_module(module)
        found: Mapping[str, BaseModel] = module.PRESETS
    except Exception:
        return room(name).presets  # a room that has them elsewhere, or the sentence about what is wrong with it
    return found


def paper_of(name: str) -> Paper:
    """The claims, assumptions and substitutions of a reproduction."""
    return load_paper(catalogue.entry(name)["file"])


def papers() -> dict[str, Paper]:
    """The papers of all rooms that can be read, by id."""
    return {name: paper_of(name) for name in catalogue.ids()}


def play_of(name: str) -> Callable[..., Mapping[str, Any] | None] | None:
    """What makes the data of a room's page to touch, `data(record, arrays, rows)` of its play.py, if it has one."""
    if not (folder_of(name) / "play.py").exists():
        return None
    found: Callable[..., Mapping[str, Any] | None] = importlib.import_module(f"reproductions.{name}.play").data
    return found


def folder_of(name: str) -> Path:
    """The folder of a room."""
    return Path(catalogue.entry(name)["file"]).parent


def keep_compiled_code_apart() -> None:
    """Give each version of the compiled loops a cache of its own, unless $NUMBA_CACHE_DIR says where it is.

    Numba recompiles a loop when its own file changes, but not when a file changes that it calls into. Raises
    BackstoryError if the cache folder cannot be written, as the compiler would stop with less to say.
    """
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    compiled = ROOT / "core" / "learning" / "compiled"
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(compiled.glob("*.py")))).hexdigest()[:12]
    place = cache_folder() / "compiled" / digest
    folders.check_writable(place, "set $BACKSTORY_CACHE to another folder")
    os.environ["NUMBA_CACHE_DIR"] = str(place)
