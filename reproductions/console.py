"""What the commands share: their common options, and printing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

Name = Annotated[str, typer.Argument(help="A reproduction's name as `backstory list` shows it, or all.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print machine-readable JSON.")]
Out = Annotated[Path, typer.Option("--out", help="Folder that holds the reports.")]
Formats = Annotated[
    str, typer.Option(help="Figure formats, comma-separated: svg, png, pdf; mp4 for films (needs ffmpeg).")
]
Preset = Annotated[str, typer.Option(help="quick: seconds, embedded data. paper: the paper's own size and data.")]


def say(text: str = "") -> None:
    """Print a line for the reader."""
    typer.echo(text)


def as_json(value: Any) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, indent=1, sort_keys=True, default=str))
