"""The look of every figure, and files that are byte-identical when drawn again."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from core.errors import BackstoryError
from core.publishing.credits import Credit

FORMATS = ("svg", "png", "pdf", "mp4")
# Okabe and Ito's colours, told apart by colour-blind readers.
BLUE, ORANGE, GREEN, PURPLE, RED, SKY = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9"
INK, FAINT = "#222222", "#8a8a8a"
STYLE: dict[Any, Any] = {
    "font.size": 12, "axes.titlesize": 12, "axes.labelsize": 12, "font.family": "DejaVu Sans",
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#e4e4e4",
    "axes.axisbelow": True, "figure.facecolor": "white", "savefig.facecolor": "white", "text.color": INK,
    "svg.hashsalt": "backstory", "pdf.fonttype": 42, "figure.constrained_layout.use": True,
}  # fmt: skip


@dataclass(frozen=True)
class Film:
    """An animated figure: `frames` drawn one by one by `frame(k)`, and a still picture for print."""

    still: Canvas
    frame: Callable[[int], Canvas]
    frames: Sequence[int]
    milliseconds: int = 120


@contextmanager
def style() -> Iterator[None]:
    """The project's matplotlib settings, on top of matplotlib's own and not of the user's."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


def canvas(
    columns: int = 1, rows: int = 1, *, width: float = 7.0, height: float = 4.2, layout: Any = None, **options: Any
) -> tuple[Canvas, Any]:
    """An empty figure, inches, and its axes; made without pyplot, so nothing stays open.

    `layout` "none" leaves the axes where they are put, as frames of a film need it.
    """
    figure = Canvas(figsize=(width, height), layout=layout)
    return figure, figure.subplots(rows, columns, **options)


def save(name: str, credit: Credit, draw: Callable[[], Canvas], folder: Path, formats: Sequence[str]) -> list[Path]:
    """Draw a figure and write it in each format; the files carry its credit and no dates."""
    with style():
        drawn = draw()
        if isinstance(drawn, Film):
            pictures = _animate(drawn, folder / f"{name}.gif", credit)
            if "mp4" in formats:
                _encode(pictures, drawn.milliseconds, folder / f"{name}.mp4", credit)
            drawn = drawn.still
        drawn.draw_without_rendering()  # lays the axes out once, not again for every format
        drawn.set_layout_engine("none")
        paths = []
        for ending in (one for one in formats if one != "mp4"):
            path = folder / f"{name}.{ending}"
            drawn.savefig(path, format=ending, dpi=150, metadata=credit.for_matplotlib(ending))
            if ending == "png":
                _shrink(path, credit)
            if ending == "svg":
                _round(path)
            paths.append(path)
    return paths


def _round(path: Path) -> None:
    """Write an SVG again with its coordinates in hundredths of a point, not in millionths."""
    drawn = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r' [dxy]="[^"]*"', lambda found: re.sub(r"(\.\d\d)\d+", r"\1", found[0]), drawn), "utf-8")


def _shrink(path: Path, credit: Credit) -> None:
    """Write a PNG again with a palette of 256 colours, less than half the size and the same to the eye."""
    from PIL import Image, PngImagePlugin

    told = PngImagePlugin.PngInfo()
    for name, text in credit.named().items():
        told.add_text(name, text)
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
            path, optimize=True, pnginfo=told, dpi=(150, 150)
        )


def _encode(pictures: Sequence[Any], milliseconds: int, path: Path, credit: Credit) -> None:
    """Write pictures as an MP4 film with ffmpeg. Raises BackstoryError if there is no ffmpeg, or if it fails."""
    program = film_encoder()
    size = [side - side % 2 for side in pictures[0].size]  # the encoder wants even sides
    done = subprocess.run(
        [program, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}",
         "-r", f"{1000 / milliseconds:g}", "-i", "-", "-pix_fmt", "yuv420p", "-fflags", "+bitexact",
         "-metadata", f"comment={credit.text()}", str(path)],
        input=b"".join(one.crop((0, 0, *size)).tobytes() for one in pictures), capture_output=True,
    )  # fmt: skip
    if done.returncode:
        raise BackstoryError(f"ffmpeg could not write {path.name}: {done.stderr.decode(errors='replace').strip()}")


def film_encoder() -> str:
    """The path of ffmpeg. Raises BackstoryError if it is not installed."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise BackstoryError("films as mp4 need ffmpeg, which is not on the path; install it, or leave mp4 out.")
    return program


def _animate(film: Film, path: Path, credit: Credit) -> list[Any]:
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
    palette = pictures[-1].quantize(64)
    pages = [one.quantize(palette=palette, dither=Image.Dither.NONE) for one in pictures]
    times = [film.milliseconds] * (len(pages) - 1) + [12 * film.milliseconds]
    told = credit.text().encode()
    pages[0].save(path, save_all=True, append_images=pages[1:], duration=times, loop=0, comment=told)
    return pictures


def band(ax: Axes, x: np.ndarray, curves: np.ndarray, colour: str) -> None:
    # curves (seeds, len(x))
    """Median over seeds as a line, 5 to 95 % as a band and all seeds' extremes as a fainter one."""
    low, five, middle, ninety_five, high = np.percentile(curves, [0, 5, 50, 95, 100], axis=0)
    ax.fill_between(x, low, high, color=colour, alpha=0.12, linewidth=0)
    ax.fill_between(x, five, ninety_five, color=colour, alpha=0.25, linewidth=0)
    ax.plot(x, middle, color=colour, linewidth=2)


def end_label(ax: Axes, x: float, y: float, text: str, colour: str) -> None:
    """A direct label at the right end of a line."""
    ax.annotate(
        text, (x, y), xytext=(6, 0), textcoords="offset points", color=colour, va="center", annotation_clip=False
    )


def end_labels(
    ax: Axes, labels: Sequence[tuple[float, float, str, str]], gap: float = 0.055, *, left: bool = False
) -> None:
    """Direct labels (x, y, text, colour) at the right (or left) ends of lines, moved up where they would overlap.

    `gap` is the least distance upwards, in heights of the axes, of labels that start less than a sixth of the width
    apart. The limits of the axes must be set before.
    """
    ax.get_xlim(), ax.get_ylim()  # limits follow the data only when they are asked for
    placed: list[tuple[float, float]] = []
    for x, y, text, colour in sorted(labels, key=lambda label: label[1]):
        across, up = ax.transAxes.inverted().transform(ax.transData.transform((x, y)))
        for other, height in placed:  # from the lowest
            if abs(across - other) < 1 / 6 and abs(up - height) < gap:
                up = height + gap
        placed = sorted([*placed, (across, up)], key=lambda place: place[1])
        ax.annotate(text, (across, up), xycoords="axes fraction", xytext=(-6 if left else 6, 0),
                    textcoords="offset points", color=colour, va="center", ha="right" if left else "left",
                    annotation_clip=False)  # fmt: skip


def paper_line(ax: Axes, y: float, text: str, *, x: float = 0.98, below: bool = False) -> None:
    """The paper's value as a dashed black line with its name on it, at the right or, for x below 0.5, at the left."""
    ax.axhline(y, color=INK, linestyle=(0, (5, 3)), linewidth=1.4)
    ax.annotate(
        text, (x, y), xycoords=("axes fraction", "data"), xytext=(0, -3 if below else 3), textcoords="offset points",
        ha="left" if x < 0.5 else "right", va="top" if below else "bottom", fontsize=11,
    )  # fmt: skip


def paper_mark(ax: Axes, x: float, y: float, text: str, *, shift: tuple[float, float] = (8, 8)) -> None:
    """The paper's value as a black diamond with its name."""
    ax.plot([x], [y], marker="D", color=INK, markersize=8, zorder=5, linestyle="none")
    ax.annotate(text, (x, y), xytext=shift, textcoords="offset points", fontsize=11, zorder=6)


def logarithmic_y(ax: Axes) -> None:
    """A logarithmic vertical axis with several ticks in every decade, written as plain numbers."""
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 3.0, 5.0, 7.0)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())


def strip(ax: Axes, groups: Sequence[tuple[str, np.ndarray, float | None]], colours: Sequence[str]) -> None:
    """One row per group: a dot per seed, a tick at the mean, and the paper's value as a diamond where there is one."""
    for row, ((_, values, paper), colour) in enumerate(zip(groups, colours, strict=True)):
        spread = np.linspace(-0.22, 0.22, len(values)) if len(values) > 1 else np.zeros(1)
        ax.plot(np.sort(values), row + spread, "o", color=colour, markersize=5, alpha=0.75, linestyle="none")
        if len(values):
            ax.plot([values.mean()] * 2, [row - 0.34, row + 0.34], color=colour, linewidth=3)
        if paper is not None:
            ax.plot([paper], [row], marker="D", color=INK, markersize=9, linestyle="none", zorder=5)
    ax.set_yticks(range(len(groups)), [name for name, _, _ in groups])
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.grid(axis="y", visible=False)


def image(ax: Axes, pixels: np.ndarray, title: str = "", *, limit: float = 1.0) -> None:
    """A grey picture, -limit white and +limit black, without axes."""
    ax.imshow(pixels, cmap="gray_r", vmin=-limit, vmax=limit, interpolation="nearest")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    for side in ax.spines.values():
        side.set_visible(True)
        side.set_color("#cccccc")
    if title:
        ax.set_title(title, fontsize=11, pad=3)
