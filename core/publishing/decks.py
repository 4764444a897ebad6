"""Slides -> files: a PowerPoint presentation and one self-contained HTML page, the same bytes for the same slides."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import BackstoryError
from core.publishing import documents, figures, folders, themes
from core.publishing import slides as layout
from core.publishing.citing import AUTHOR, LICENCE
from core.publishing.slides import CELL, COLUMNS, FOOT, HEIGHT, INNER, MARGIN, SMALL, WIDTH, Line, Slide

FONT = "Arial"
# Ground, ink, faint ink and tint, by theme.
GROUNDS = {"light": ("FFFFFF", "222222", "55555E", "EEF3F7"), "dark": ("17171A", "EEEEEE", "A9A9B4", "26262C")}
SPLIT = 0.6  # of the width that lines take beside a picture


def write(folder: Path, name: str, title: str, slides: Sequence[Slide], theme: str = "light") -> list[Path]:
    """Write NAME.pptx and NAME.html into a folder. Raises BackstoryError if python-pptx is not installed."""
    files: dict[str, str | bytes] = {
        f"{name}.pptx": powerpoint(title, slides, theme),
        f"{name}.html": page(title, slides, theme),
    }
    return folders.write_files(folder, files)


def page(title: str, slides: Sequence[Slide], theme: str = "light") -> str:
    """The deck as one HTML page that loads nothing; arrow keys turn it."""
    ground, ink, faint, tint = GROUNDS[theme]
    context = {
        "title": title,
        "slides": [(slide, _shown(slide)) for slide in slides],
        "columns": COLUMNS,
        "colours": {"ground": ground, "ink": ink, "faint": faint, "tint": tint},
        "outcomes": {outcome: _outcome(outcome, theme) for outcome in themes.OUTCOME_VALUES},
        "sizes": {
            "width": WIDTH,
            "height": HEIGHT,
            "margin": MARGIN,
            "bottom": layout.BOTTOM,
            "cell": CELL,
            "small": SMALL,
            "lead": layout.LEAD,
            "foot": FOOT,
            "split": SPLIT,
        },
        "licence": LICENCE,
        "theme": theme,
        "title_size": layout.title_size,
        "top_of": layout.top_of,
    }
    return documents.render("slides.html.j2", context)


def _shown(slide: Slide) -> dict[str, str] | None:
    """The addresses of a slide's picture: a drawing that stays sharp, or a film and its still."""
    if slide.image is None:
        return None
    image = slide.image
    drawn = figures.as_address(image.drawn.read_text(encoding="utf-8")) if image.drawn else ""
    still = drawn or (_address(image.still) if image.still else _address(image.file))
    return {"still": still, "film": _address(image.file) if image.file.suffix == ".gif" else "", "alt": image.alt}


def _address(path: Path) -> str:
    return f"data:image/{path.suffix[1:]};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _outcome(outcome: Any, theme: str) -> str:
    return themes.value(themes.colour_of(outcome), theme).lstrip("#")


def powerpoint(title: str, slides: Sequence[Slide], theme: str = "light") -> bytes:
    """The deck as PowerPoint, with speaker notes. Raises BackstoryError if python-pptx is not installed."""
    try:
        from pptx import Presentation
        from pptx.dml.color import RGBColor
        from pptx.util import Pt
    except ImportError as fault:
        raise BackstoryError(
            "PowerPoint files need python-pptx, which is not installed; get it with `pip install python-pptx`."
        ) from fault
    deck = Presentation()
    deck.slide_width, deck.slide_height = Pt(WIDTH), Pt(HEIGHT)
    told = deck.core_properties
    told.title, told.author, told.comments = title, AUTHOR, f"Licence: {LICENCE}"
    told.last_modified_by = AUTHOR
    for slide in slides:
        made = deck.slides.add_slide(deck.slide_layouts[5])  # title only
        fill = made.background.fill
        fill.solid()
        fill.fore_color.rgb = RGBColor.from_string(GROUNDS[theme][0])
        line = Line(slide.title, layout.title_size(slide))
        _place(made.shapes.title, (MARGIN, 22, INNER, 76), [line], theme, bold=True)
        _fill(made, slide, theme)
        made.notes_slide.notes_text_frame.text = slide.notes
    buffer = io.BytesIO()
    deck.save(buffer)
    return _dateless(buffer.getvalue())


def _fill(made: Any, slide: Slide, theme: str) -> None:
    top = layout.top_of(slide)
    room = layout.BOTTOM - top
    if slide.image and not slide.lines:
        _picture(made, slide, (MARGIN, top, INNER, room - FOOT))
        credit = [Line(slide.credit, SMALL, faint=True)]
        _place(made.shapes.add_textbox(0, 0, 0, 0), (MARGIN, layout.BOTTOM - FOOT + 4, INNER, FOOT - 4), credit, theme)
        return
    wide: float = INNER
    if slide.image:
        wide = SPLIT * INNER - 24
        _picture(made, slide, (MARGIN + SPLIT * INNER, top, (1 - SPLIT) * INNER, room))
    tall = layout.height_of(slide.lines) if slide.rows else room
    _place(made.shapes.add_textbox(0, 0, 0, 0), (MARGIN, top, wide, tall), slide.lines, theme)
    if slide.rows:
        _table(made, slide, top + tall, theme)


def _picture(made: Any, slide: Slide, box: tuple[float, float, float, float]) -> None:
    from pptx.util import Pt

    image = slide.image
    assert image is not None
    left, top, across, tall = box
    width, height = _size(image.file)
    scale = min(across / width, tall / height)
    left, top = left + (across - scale * width) / 2, top + (tall - scale * height) / 2
    picture = made.shapes.add_picture(str(image.file), Pt(left), Pt(top), Pt(scale * width), Pt(scale * height))
    picture._element.nvPicPr.cNvPr.set("descr", image.alt)


def _table(made: Any, slide: Slide, top: float, theme: str) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Pt

    ground, ink, _, tint = GROUNDS[theme]
    heights = [layout.row_height([name for name, _ in COLUMNS]), *(layout.row_height(row) for row in slide.rows)]
    frame = made.shapes.add_table(len(heights), len(COLUMNS), Pt(MARGIN), Pt(top), Pt(INNER), Pt(round(sum(heights))))
    table = frame.table
    for column, (_, width) in zip(table.columns, COLUMNS, strict=True):
        column.width = Pt(width)
    for k, (texts, height) in enumerate(zip([[name for name, _ in COLUMNS], *slide.rows], heights, strict=True)):
        table.rows[k].height = Pt(height)
        for j, text in enumerate(texts):
            cell = table.cell(k, j)
            cell.margin_top = cell.margin_bottom = Pt(3)
            cell.margin_left = cell.margin_right = Pt(6)
            cell.fill.solid()
            cell.fill.fore_color.rgb = RGBColor.from_string(tint if k % 2 == 0 else ground)
            verdict = k > 0 and j == len(COLUMNS) - 1
            colour = _outcome(slide.outcomes[k - 1], theme) if verdict else ink
            _write(cell.text_frame, [Line(text, CELL)], theme, colour=colour, bold=k == 0 or verdict)


def _place(shape: Any, box: tuple[float, ...], lines: Sequence[Line], theme: str, *, bold: bool = False) -> None:
    from pptx.enum.text import MSO_ANCHOR
    from pptx.util import Pt

    shape.left, shape.top, shape.width, shape.height = map(Pt, box)
    frame = shape.text_frame
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    _write(frame, lines, theme, bold=bold)


def _write(frame: Any, lines: Sequence[Line], theme: str, *, colour: str = "", bold: bool = False) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_AUTO_SIZE, PP_ALIGN
    from pptx.util import Pt

    _, ink, faint, _ = GROUNDS[theme]
    frame.auto_size = MSO_AUTO_SIZE.NONE
    for k, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if k == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.space_after = Pt(0.5 * line.size if len(lines) > 1 else 0)
        own = _outcome(line.outcome, theme) if line.outcome else faint if line.faint else ink
        for text, strong in ((f"{line.lead} " if line.lead else "", True), (line.text, bold)):
            if text:
                run = paragraph.add_run()
                run.text = text
                run.font.size, run.font.bold, run.font.name = Pt(line.size), strong, FONT
                run.font.color.rgb = RGBColor.from_string(colour or own)


def _size(path: Path) -> tuple[int, int]:
    from PIL import Image

    with Image.open(path) as picture:
        return picture.size


def _dateless(content: bytes) -> bytes:
    """The same archive with one fixed date in place of the time of writing."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            told = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            told.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(told, old.read(name))
    return buffer.getvalue()
