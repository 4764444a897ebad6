"""Slides -> files: a PowerPoint presentation and one self-contained HTML page, the same bytes for the same slides."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import BackstoryError
from core.publishing import documents, folders
from core.publishing import slides as layout
from core.publishing.citing import AUTHOR, LICENCE
from core.publishing.slides import CELL, COLUMNS, HEIGHT, INNER, MARGIN, TEXT, TITLE, TOP, WIDTH, Line, Slide

FONT = "Arial"
INK, FAINT, TINT = "222222", "555555", "EEF3F7"
COLOURS = {"reproduced": "00694D", "partly": "8A5A00", "not reproduced": "A63C00", "not comparable": "555555"}


def write(folder: Path, name: str, title: str, slides: Sequence[Slide]) -> list[Path]:
    """Write NAME.pptx and NAME.html into a folder. Raises BackstoryError if python-pptx is not installed."""
    return folders.write_files(folder, {f"{name}.pptx": powerpoint(title, slides), f"{name}.html": page(title, slides)})


def page(title: str, slides: Sequence[Slide]) -> str:
    """The deck as one HTML page that loads nothing; arrow keys turn it."""
    pictures = {
        path: base64.b64encode(path.read_bytes()).decode()
        for slide in slides
        if slide.image
        for path in (slide.image.still, slide.image.film)
        if path
    }
    sizes = {
        "width": WIDTH,
        "height": HEIGHT,
        "margin": MARGIN,
        "top": TOP,
        "bottom": layout.BOTTOM,
        "cell": CELL,
        "text": TEXT,
        "lead": layout.LEAD,
    }
    context = {
        "title": title,
        "slides": slides,
        "pictures": pictures,
        "columns": COLUMNS,
        "sizes": sizes,
        "licence": LICENCE,
        "title_size": title_size,
    }
    return documents.environment().get_template("slides.html.j2").render(context)


def title_size(slide: Slide) -> int:
    """The largest size of print at which a title keeps to one line, or the least of them."""
    return next(size for size in (TITLE, 28, 24) if size == 24 or layout.lines_of(slide.title, size, INNER) == 1)


def powerpoint(title: str, slides: Sequence[Slide]) -> bytes:
    """The deck as PowerPoint, with speaker notes. Raises BackstoryError if python-pptx is not installed."""
    try:
        from pptx import Presentation
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
        _place(made.shapes.title, (MARGIN, 24, INNER, 60), [Line(slide.title, title_size(slide))], bold=True)
        _fill(made, slide)
        made.notes_slide.notes_text_frame.text = slide.notes
    buffer = io.BytesIO()
    deck.save(buffer)
    return _dateless(buffer.getvalue())


def _fill(made: Any, slide: Slide) -> None:
    from pptx.util import Pt

    if slide.image:
        width, height = _size(slide.image.still)
        room = layout.BOTTOM - TOP - 56
        scale = min(INNER / width, room / height)
        left, top = MARGIN + (INNER - scale * width) / 2, TOP + (room - scale * height) / 2
        picture = made.shapes.add_picture(
            str(slide.image.still), Pt(left), Pt(top), Pt(scale * width), Pt(scale * height)
        )
        picture._element.nvPicPr.cNvPr.set("descr", slide.image.alt)
        box = (MARGIN, layout.BOTTOM - 50, INNER, 50)
        _place(made.shapes.add_textbox(0, 0, 0, 0), box, [Line(slide.credit)], colour=FAINT)
        return
    tall = layout.height_of(slide.lines) if slide.rows else layout.BOTTOM - TOP
    _place(made.shapes.add_textbox(0, 0, 0, 0), (MARGIN, TOP, INNER, tall), slide.lines)
    if slide.rows:
        _table(made, slide, TOP + tall)


def _table(made: Any, slide: Slide, top: float) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Pt

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
            cell.fill.fore_color.rgb = RGBColor.from_string(TINT if k % 2 == 0 else "FFFFFF")
            colour = COLOURS.get(text, INK) if j == 3 else INK
            _write(cell.text_frame, [Line(text, CELL)], colour, k == 0 or j == 3)


def _place(shape: Any, box: tuple[float, ...], lines: Sequence[Line], *, colour: str = INK, bold: bool = False) -> None:
    from pptx.enum.text import MSO_ANCHOR
    from pptx.util import Pt

    shape.left, shape.top, shape.width, shape.height = map(Pt, box)
    frame = shape.text_frame
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    _write(frame, lines, colour, bold)


def _write(frame: Any, lines: Sequence[Line], colour: str, bold: bool) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_AUTO_SIZE, PP_ALIGN
    from pptx.util import Pt

    frame.auto_size = MSO_AUTO_SIZE.NONE
    for k, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if k == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.space_after = Pt(0.4 * line.size if len(lines) > 1 else 0)
        for text, strong in ((f"{line.lead} " if line.lead else "", True), (line.text, bold)):
            if text:
                run = paragraph.add_run()
                run.text = text
                run.font.size, run.font.bold, run.font.name = Pt(line.size), strong, FONT
                run.font.color.rgb = RGBColor.from_string(colour)


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
