"""Figures that move: frames drawn one by one, written as a GIF, and as an MP4 where there is an encoder."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.errors import BackstoryError
from core.publishing.credits import Credit

PALETTE = 8  # frames, about, from which the colours of a film are taken
GLANCE = 12  # frames of a film in the report of a quick run


@dataclass(frozen=True)
class Film:
    """An animated figure: `frames` drawn one by one by `frame(k)`, and a still picture for print."""

    still: Canvas
    frame: Callable[[int], Canvas]
    frames: Sequence[int]
    milliseconds: int = 120

    def at_a_glance(self) -> Film:
        """The film in at most GLANCE frames, from the first to the last, as long as the whole one."""
        count = len(self.frames)
        if count <= GLANCE:
            return self
        kept = [self.frames[round(k)] for k in np.linspace(0, count - 1, GLANCE)]
        return replace(self, frames=kept, milliseconds=self.milliseconds * count // GLANCE)


def animate(film: Film, path: Path, credit: Credit) -> list[Any]:
    """Write a film as a GIF that repeats, holding its last frame; one palette for all frames keeps it small.

    Returns the pictures.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    pictures = []
    for k in film.frames:
        agg = FigureCanvasAgg(film.frame(k))
        agg.figure.set_dpi(80)
        agg.draw()
        pictures.append(Image.fromarray(np.asarray(agg.buffer_rgba())).convert("RGB"))
    palette = _side_by_side(pictures[:: max(1, len(pictures) // PALETTE)] + pictures[-1:]).quantize(64)
    pages = [one.quantize(palette=palette, dither=Image.Dither.NONE) for one in pictures]
    times = [film.milliseconds] * (len(pages) - 1) + [12 * film.milliseconds]
    told = credit.text().encode()
    pages[0].save(path, save_all=True, append_images=pages[1:], duration=times, loop=0, comment=told)
    return pictures


def _side_by_side(pictures: Sequence[Any]) -> Any:
    """Pictures of one size as one, for the colours of all of them."""
    from PIL import Image

    width, height = pictures[0].size
    sheet = Image.new("RGB", (width * len(pictures), height))
    for k, picture in enumerate(pictures):
        sheet.paste(picture, (k * width, 0))
    return sheet


def encode(pictures: Sequence[Any], milliseconds: int, path: Path, credit: Credit) -> None:
    """Write pictures as an MP4 film with ffmpeg. Raises BackstoryError if there is no ffmpeg, or if it fails."""
    program = film_encoder()
    size = [side - side % 2 for side in pictures[0].size]  # the encoder wants even sides
    done = subprocess.run(
        [
            program,
            "-y",
            "-loglevel",
            "error",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb24",
            "-s",
            f"{size[0]}x{size[1]}",
            "-r",
            f"{1000 / milliseconds:g}",
            "-i",
            "-",
            "-pix_fmt",
            "yuv420p",
            "-fflags",
            "+bitexact",
            "-metadata",
            f"comment={credit.text()}",
            str(path),
        ],
        input=b"".join(one.crop((0, 0, *size)).tobytes() for one in pictures),
        capture_output=True,
    )
    if done.returncode:
        raise BackstoryError(f"ffmpeg could not write {path.name}: {done.stderr.decode(errors='replace').strip()}")


def film_encoder() -> str:
    """The path of ffmpeg: the one on the path, else that of the package imageio-ffmpeg where it is installed.

    Raises BackstoryError if there is neither.
    """
    program = shutil.which("ffmpeg")
    if program is None and importlib.util.find_spec("imageio_ffmpeg"):
        import imageio_ffmpeg

        program = str(imageio_ffmpeg.get_ffmpeg_exe())
    if program is None:
        raise BackstoryError(
            "films as mp4 need ffmpeg, which is not on the path; install it (`pip install imageio-ffmpeg` is one way), "
            "or leave mp4 out."
        )
    return program
