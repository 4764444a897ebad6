"""Decks made of committed reports: complete, legible, nothing beyond a slide, the same bytes twice."""

import io
import re

import pytest

from core.evidence import record as records
from core.evidence.claims import load_paper
from core.publishing import citations, decks, slides
from reproductions.cli import catalogue
from tests.conftest import ROOT

NAMES = [name for name in catalogue.ids() if (ROOT / "reports" / name / "record.json").exists()]


def deck_of(name):
    folder = ROOT / "reports" / name
    paper = load_paper(catalogue.entry(name)["file"])
    record = records.load_record(folder / "record.json")
    return slides.deck(folder, record, paper, citations.load(catalogue.BIBLIOGRAPHY)), paper, record


@pytest.mark.parametrize("name", NAMES)
def test_a_deck_asks_shows_judges_and_warns(name):
    made, paper, record = deck_of(name)
    kinds = [slide.kind for slide in made]
    shown = paper.key_pictures()
    assert kinds[: len(shown) + 1] == ["question"] + ["figure"] * len(shown)
    assert set(kinds[len(shown) + 1 : -1]) == {"verdicts"}
    assert kinds[-1] == "caveats"
    assert sum(len(slide.rows) for slide in made) == len(record.claims)
    for slide in made:
        assert slide.notes
        assert all(line.size >= 18 for line in slide.lines)
        tall = slides.height_of(slide.lines) + sum(map(slides.row_height, slide.rows))
        tall += slides.row_height([column for column, _ in slides.COLUMNS]) if slide.rows else 0
        assert slides.TOP + tall <= slides.BOTTOM + 1e-6, slide.title
        if slide.image:
            assert slides.lines_of(slide.credit, slides.TEXT, slides.INNER) <= 2
            assert "CC BY 4.0" in slide.credit


@pytest.mark.parametrize("name", NAMES)
def test_powerpoint_reads_back_with_pictures_notes_and_nothing_beyond_the_slide(name):
    from pptx import Presentation
    from pptx.util import Pt

    made, paper, _ = deck_of(name)
    content = decks.powerpoint("A talk", made)
    assert content == decks.powerpoint("A talk", made)
    deck = Presentation(io.BytesIO(content))
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9)
    assert len(deck.slides) == len(made)
    pictures = 0
    for slide, wanted in zip(deck.slides, made, strict=True):
        assert slide.shapes.title.text == wanted.title
        assert slide.notes_slide.notes_text_frame.text == wanted.notes
        for shape in slide.shapes:
            assert min(shape.left, shape.top) >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height
            frames = [shape.text_frame] if shape.has_text_frame else []
            frames += [cell.text_frame for row in shape.table.rows for cell in row.cells] if shape.has_table else []
            sizes = [run.font.size for frame in frames for one in frame.paragraphs for run in one.runs]
            assert all(size >= Pt(14 if shape.has_table else 18) for size in sizes)
            if shape.shape_type == 13:
                pictures += 1
                assert shape._element.nvPicPr.cNvPr.get("descr")
    assert pictures == len(paper.key_pictures())


def test_the_html_deck_is_one_file_that_loads_nothing():
    made, _, _ = deck_of("perceptrons_1969")
    text = decks.page("A <talk>", made)
    assert text == decks.page("A <talk>", made)
    assert text.count('<section class="slide') == text.count('<aside class="notes"') == len(made)
    assert "A &lt;talk&gt;" in text
    assert all(address.startswith("data:") for address in re.findall(r'(?:src|href)="([^"]*)"', text))
    assert not re.findall(r"url\(|@import|<link rel=\"(?!icon)|fetch\(", text)
    assert "ArrowRight" in text
    assert all(len(alt) > 20 for alt in re.findall(r'alt="([^"]*)"', text))


def test_both_decks_are_written_by_the_command(backstory, tmp_path):
    done = backstory("slides", "perceptrons_1969", "--out", tmp_path / "talk")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "talk").iterdir()} == {"perceptrons_1969.pptx", "perceptrons_1969.html"}
    assert done.stdout.count("Slides: ") == 2


def test_a_missing_picture_or_library_is_one_sentence(monkeypatch, tmp_path):
    made, paper, record = deck_of("perceptrons_1969")
    with pytest.raises(decks.BackstoryError, match=r"draw it with `backstory report perceptrons_1969"):
        slides.deck(tmp_path, record, paper, citations.load(catalogue.BIBLIOGRAPHY))
    monkeypatch.setitem(__import__("sys").modules, "pptx", None)
    with pytest.raises(decks.BackstoryError, match="pip install python-pptx"):
        decks.powerpoint("A talk", made)
