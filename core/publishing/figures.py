"""The look of every figure, and files that are byte-identical when drawn again."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from core.publishing import themes
from core.publishing.credits import Credit
from core.publishing.films import Film, animate, encode, film_encoder
from core.publishing.themes import (
    BAND,
    BLACK,
    BLUE,
    FAINT,
    GREEN,
    GRID,
    INK,
    ORANGE,
    PAPER,
    PURPLE,
    RED,
    SKY,
    TINT,
    WHITE,
)

__all__ = [
    "BAND",
    "BLACK",
    "BLUE",
    "FAINT",
    "FORMATS",
    "GREEN",
    "GRID",
    "INK",
    "ORANGE",
    "PAPER",
    "PURPLE",
    "RED",
    "SKY",
    "TINT",
    "WHITE",
    "Audible",
    "Canvas",
    "Film",
    "band",
    "canvas",
    "end_label",
    "end_labels",
    "film_encoder",
    "image",
    "logarithmic_y",
    "paper_line",
    "paper_mark",
    "save",
    "strip",
    "style",
]
FORMATS = ("svg", "png", "pdf", "mp4")
TYPE = 12.0  # points, at the size that a figure is drawn at
LEAST_TYPE = 7.5  # points, in a column of print
TOP = 1.03  # in heights of the axes: labels beside lines stand no higher
NARROW = 5.2  # inches: the widest that a figure is drawn for a narrow place
_narrow: ContextVar[float | None] = ContextVar("narrow", default=None)
_narrowed: ContextVar[bool] = ContextVar("narrowed", default=False)  # whether that changed a figure


@dataclass(frozen=True)
class Audible:
    """A picture with sounds: WAV files by what each is, in order; none where this machine cannot make them."""

    still: Canvas
    sounds: Callable[[], Mapping[str, bytes]]


@contextmanager
def style(theme: str = "light") -> Iterator[None]:
    """The project's matplotlib settings, from matplotlib's defaults and not from the user's own, in a theme."""
    with matplotlib.rc_context(), themes.colours(theme):
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(themes.STYLE)
        yield


@contextmanager
def narrow(width: float) -> Iterator[None]:
    """Draw figures no wider than `width` inches: panels that stand side by side come to stand one below the other."""
    token = _narrow.set(width)
    try:
        yield
    finally:
        _narrow.reset(token)


def canvas(
    columns: int = 1, rows: int = 1, *, width: float = 7.0, height: float = 4.2, layout: Any = None, **options: Any
) -> tuple[Canvas, Any]:
    """An empty figure, inches, and its axes; made without pyplot, so nothing stays open.

    `layout` "none" leaves the axes where they are put, as frames of a film need it.
    """
    most = _narrow.get()
    if most is not None and width > most:
        _narrowed.set(True)
        if rows == 1 and columns > 1 and layout is None:
            width, height, rows, columns = width / columns, 0.92 * height * columns, columns, 1
            options.pop("gridspec_kw", None)
        width = min(width, most) if rows == 1 or columns == 1 else width
    figure = Canvas(figsize=(width, height), layout=layout)
    return figure, figure.subplots(rows, columns, **options)


def blank(width: float, height: float) -> Canvas:
    """A figure, inches, whose axes stay where they are put."""
    figure = Canvas(figsize=(width, height))
    figure.set_layout_engine("none")
    return figure


def save(
    name: str,
    credit: Credit,
    draw: Callable[[], Any],
    folder: Path,
    formats: Sequence[str],
    *,
    theme: str = "light",
    width: float | None = None,
    glance: bool = False,
) -> list[Path]:
    """Draw a figure and write it in each format, and a film as a GIF too; the files carry its credit and no dates.

    With `glance` a film has few frames; with `width` the files are that many inches wide, drawn so that their type
    stays readable at it.
    """
    with style(theme), narrow(width * TYPE / LEAST_TYPE if width else np.inf):
        drawn, moving = draw(), list[Path]()
        if isinstance(drawn, Film):
            moving = [folder / f"{name}.{ending}" for ending in ("gif", "mp4") if ending in ("gif", *formats)]
            drawn = drawn.at_a_glance() if glance else drawn
            pictures = animate(drawn, moving[0], credit)
            if "mp4" in formats:
                encode(pictures, drawn.milliseconds, moving[1], credit)
            drawn = drawn.still
        elif isinstance(drawn, Audible):
            for k, (said, sound) in enumerate(drawn.sounds().items()):
                (folder / f"{name}.{k}-{said.replace(' ', '-')}.wav").write_bytes(sound)
            drawn = drawn.still
        _lay_out(drawn)
        matplotlib.rcParams["figure.constrained_layout.use"] = False  # or it would be laid out anew after a file
        scale = width / float(drawn.get_figwidth()) if width else 1.0
        still = [_write(drawn, folder / f"{name}.{ending}", credit, scale) for ending in formats if ending != "mp4"]
        return [*still, *moving]


def for_phones(draw: Callable[[], Any]) -> str | None:
    """A figure of panels side by side as an SVG of panels one below the other; None if it has no such panels."""
    _narrowed.set(False)
    with style(), narrow(NARROW):
        drawn = draw()
        drawn = drawn.still if isinstance(drawn, Audible) else drawn
        if isinstance(drawn, Film) or drawn.get_figwidth() > NARROW or not _narrowed.get():
            return None
        _lay_out(drawn)
        buffer = io.BytesIO()
        drawn.savefig(buffer, format="svg", metadata={"Date": None})
    return _rounded(buffer.getvalue().decode())


def size_of(svg: str) -> tuple[float, float]:
    """Width and height of an SVG of ours, in points."""
    found = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    return (float(found[1]), float(found[2])) if found else (0.0, 0.0)


def sounds_of(name: str, folder: Path) -> list[dict[str, str]]:
    """The sounds of a figure that lie beside it: what each is, its file, and its content as base64."""
    return [
        {
            "said": path.stem.partition("-")[2].replace("-", " "),
            "file": f"figures/{path.name}",
            "data": base64.b64encode(path.read_bytes()).decode(),
        }
        for path in sorted(folder.glob(f"{name}.*.wav"))
    ]


def as_address(svg: str) -> str:
    """An SVG as an address that a page carries in itself, without what only its file needs."""
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<!DOCTYPE.*?>|<\?xml.*?\?>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><").strip()
    if "'" in svg:
        return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    return "data:image/svg+xml," + re.sub(r"[%#]", lambda sign: f"%{ord(sign[0]):02X}", svg.replace('"', "'"))


def _lay_out(drawn: Canvas) -> None:
    """Lay the axes out once, not again for every format."""
    drawn.draw_without_rendering()
    drawn.set_layout_engine("none")


def _write(drawn: Canvas, path: Path, credit: Credit, scale: float) -> Path:
    ending = path.suffix[1:]
    told = credit.for_matplotlib(ending)
    if ending == "pdf" and scale != 1:
        _write_scaled_pdf(drawn, path, told, scale)
        return path
    drawn.savefig(path, format=ending, dpi=150 if scale == 1 else 300 * scale, metadata=told)
    if ending == "png":
        _shrink(path, credit, 150 if scale == 1 else 300)
    if ending == "svg":
        text = _rounded(path.read_text(encoding="utf-8"))
        path.write_text(_resized(text, scale), encoding="utf-8", newline="\n")
    return path


def _write_scaled_pdf(drawn: Canvas, path: Path, told: dict[str, Any], scale: float) -> None:
    """A page that is smaller or larger than the figure, with all that is on it."""
    from matplotlib.backends.backend_pdf import Op, PdfPages

    with PdfPages(path, metadata=told) as pages:
        file: Any = pages._ensure_file()
        begin = file.newPage

        def begin_scaled(width: float, height: float) -> None:
            begin(scale * width, scale * height)
            file.output(scale, 0, 0, scale, 0, 0, Op.concat_matrix)

        file.newPage = begin_scaled
        drawn.savefig(pages, format="pdf")


def _resized(svg: str, scale: float) -> str:
    if scale == 1:
        return svg
    head, tag, rest = svg.partition("<svg ")
    sized = re.sub(r'\b(width|height)="([\d.]+)pt"', lambda m: f'{m[1]}="{float(m[2]) * scale:.6g}pt"', rest, count=2)
    return head + tag + sized


def _rounded(svg: str) -> str:
    """An SVG with its coordinates in hundredths of a point, not in millionths."""
    return re.sub(r' [dxy]="[^"]*"', lambda found: re.sub(r"(\.\d\d)\d+", r"\1", found[0]), svg)


def _shrink(path: Path, credit: Credit, dpi: int) -> None:
    """Write a PNG again with a palette of 256 colours, less than half the size and the same to the eye."""
    from PIL import Image, PngImagePlugin

    told = PngImagePlugin.PngInfo()
    for name, text in credit.named().items():
        told.add_text(name, text)
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
            path, optimize=True, pnginfo=told, dpi=(dpi, dpi)
        )


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

    Those that would come to stand above the axes are moved down instead.

    `gap` is the least distance upwards, in heights of the axes, of labels that start less than a sixth of the width
    apart. The limits of the axes must be set before.
    """
    ax.get_xlim(), ax.get_ylim()  # limits follow the data only when they are asked for
    placed: list[tuple[float, float]] = []
    shown: list[tuple[float, float, str, str]] = []
    for x, y, text, colour in sorted(labels, key=lambda label: label[1]):
        across, up = ax.transAxes.inverted().transform(ax.transData.transform((x, y)))
        for other, height in placed:  # from the lowest
            if abs(across - other) < 1 / 6 and abs(up - height) < gap:
                up = height + gap
        placed = sorted([*placed, (across, up)], key=lambda place: place[1])
        shown.append((across, up, text, colour))
    lowest: list[tuple[float, float]] = []
    for across, up, text, colour in sorted(shown, key=lambda one: -one[1]):
        near = [height for other, height in lowest if abs(across - other) < 1 / 6]
        up = min([up, TOP, *(height - gap for height in near)])
        lowest.append((across, up))
        ax.annotate(
            text,
            (across, up),
            xycoords="axes fraction",
            xytext=(-6 if left else 6, 0),
            textcoords="offset points",
            color=colour,
            va="center",
            ha="right" if left else "left",
            annotation_clip=False,
        )


def paper_line(ax: Axes, y: float, text: str, *, x: float = 0.98, below: bool = False) -> None:
    """The paper's value as a dashed black line with its name on it, at the right or, for x below 0.5, at the left."""
    ax.axhline(y, color=INK, linestyle=(0, (5, 3)), linewidth=1.4)
    ax.annotate(
        text,
        (x, y),
        xycoords=("axes fraction", "data"),
        xytext=(0, -3 if below else 3),
        textcoords="offset points",
        ha="left" if x < 0.5 else "right",
        va="top" if below else "bottom",
        fontsize=11,
    )


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
        side.set_color(FAINT)
    if title:
        ax.set_title(title, fontsize=11, pad=3)
