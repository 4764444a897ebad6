"""The command that lets a room's model tell a story."""

from __future__ import annotations

import importlib
from typing import Annotated, Any

import typer

from core.errors import BackstoryError
from reproductions.cli import catalogue


def tell(
    prompt: Annotated[str, typer.Argument(help="How the story begins; nothing lets the model begin.")] = "",
    tokens: Annotated[int, typer.Option(help="Most tokens that are told.")] = 256,
    temperature: Annotated[float, typer.Option(help="0: always the likeliest token; 1: as the model has it.")] = 0.0,
    top_p: Annotated[float, typer.Option(help="Draw from the likeliest tokens that hold so much probability.")] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="Another story for each, above temperature 0.")] = 0,
) -> None:
    """Tell a story, as it comes, by the small trained model whose files the data folder holds."""
    pieces = _teller().pieces(prompt, tokens, temperature=temperature, top_p=top_p, seed=seed)
    print(prompt, end="", flush=True)
    for piece in pieces:
        print(piece, end="", flush=True)
    print()


def _teller() -> Any:
    """The module `telling` of the latest room that has one."""
    from reproductions.cli import rooms

    rooms.keep_compiled_code_apart()
    for name in reversed(catalogue.ids()):
        if (catalogue.ROOMS / name / "telling.py").exists():
            return importlib.import_module(f"reproductions.{name}.telling")
    raise BackstoryError("no room here has a model that tells stories; `backstory list` shows the rooms.")
