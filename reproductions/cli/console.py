"""What the commands share: their common options, and printing that no terminal refuses."""

from __future__ import annotations

import codecs
import io
import json
import sys
import unicodedata
from pathlib import Path
from typing import Annotated, Any

import typer

PLAIN = {
    "–": "-", "—": "-", "−": "-", "‐": "-", "×": "x", "±": "+-", "≤": "<=", "≥": ">=", "≈": "~", "→": "->", "←": "<-",
    "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "·": "*", "•": "*", "²": "^2", "³": "^3", "µ": "u", "μ": "u",
    "η": "eta", "α": "alpha", "Δ": "d", "∞": "inf", "°": " degrees", "½": "1/2", "\u00a0": " ", "\u2009": " ",
    "\u202f": " ", "█": "#", "━": "-", "│": "|", "─": "-", "◆": "*", "●": "*", "▲": "^", "▼": "v",
}  # fmt: skip


def expanded(text: str) -> Path:
    """A path as typed, with ~ for the home folder."""
    return Path(text).expanduser()


Name = Annotated[str, typer.Argument(help="A reproduction's name as `backstory list` shows it, or all.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print machine-readable JSON.")]
Out = Annotated[Path, typer.Option("--out", parser=expanded, metavar="FOLDER", help="Folder to write reports to.")]
Reports = Annotated[
    Path, typer.Option("--reports", parser=expanded, metavar="FOLDER", help="Folder that holds the reports.")
]
Formats = Annotated[
    str,
    typer.Option(
        help="Figure formats, comma-separated: svg, which is always there, png, which a paper run writes too, pdf; "
        "mp4 for films (needs ffmpeg)."
    ),
]
Preset = Annotated[str, typer.Option(help="quick: seconds, embedded data. paper: the paper's own size and data.")]


def say(text: str = "") -> None:
    """Print a line for the reader. (typer's own printing takes an ASCII console for a misunderstanding.)"""
    print(text)


def complain(text: str) -> None:
    """Print a line about what went wrong, on standard error."""
    print(f"backstory: {text}", file=sys.stderr)


def as_json(value: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, indent=1, sort_keys=True, default=str))


def _replace(fault: UnicodeError) -> tuple[str, int]:
    """For characters that a stream cannot write: what they look like in plain letters."""
    if not isinstance(fault, UnicodeEncodeError):
        raise fault
    told = ""
    for character in fault.object[fault.start : fault.end]:
        bare = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
        told += PLAIN.get(character) or bare or "?"
    return told, fault.end


def plain_where_needed() -> None:
    """Let both streams write characters that they do not have as plain letters, instead of failing."""
    codecs.register_error("backstory", _replace)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backstory")
