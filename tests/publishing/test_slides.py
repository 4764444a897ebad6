"""Decks: the answer first and the conclusion last, legible, nothing beyond a slide, in two themes, the same bytes."""

import io
import re

import pytest

from core.errors import BackstoryError
from core.publishing import citations, decks, slides, themes
from tests.publishing import fake_era


@pytest.fixture
def talk(fake, tmp_path):
    entries = citations.load(fake.folder.parent / "references.bib")

    def of(theme="light", **changes):
        record = fake.record.model_copy(update=changes)
        draw = fake_era.drawings() if theme == "dark" else {}
        return slides.Talk(fake.folder, record, fake.paper, entries, draw, tmp_path, theme)

    return of


@pytest.mark.parametrize("theme", themes.THEMES)
@pytest.mark.parametrize("verdicts", slides.VERDICTS)
def test_a_deck_answers_shows_judges_and_concludes(talk, theme, verdicts):
    made = slides.deck(talk(theme), verdicts=verdicts)
    middle = {"picture": ["verdicts"], "summary": ["summary"], "none": []}[verdicts]
    assert [slide.kind for slide in made] == ["answer", "figure", "figure", *middle, "conclusion"]
    assert [slide.title for slide in made[1:3]] == ["Gadgets turn a hundred times", "They differ"]
    assert "It does: 100 turns on average, of 30 gadgets." in [line.text for line in made[0].lines][1]
    assert any("100 turns times." in line.text for line in made[-1].lines)
    for slide in made:
        assert slide.notes.splitlines()[0].endswith((".", "?"))
        assert len(slide.notes.splitlines()[0].split()) < 60
        wide = decks.SPLIT * slides.INNER - 24 if slide.image and slide.lines else slides.INNER
        tall = slides.height_of(slide.lines, wide) + sum(map(slides.row_height, slide.rows))
        tall += slides.row_height([column for column, _ in slides.COLUMNS]) if slide.rows else 0
        assert slides.top_of(slide) + tall <= slides.BOTTOM + 1e-6, slide.title
        assert min([line.size for line in slide.lines] or [12]) >= 12
        if slide.kind == "figure":
            assert "CC BY 4.0. After " in slide.credit
    assert "Sources:" in made[1].notes
    assert "Later, C. (1902a)." in made[2].notes


def test_chosen_figures_come_in_their_order(talk):
    made = slides.deck(talk(), ["film", "turning"], "none")
    assert [slide.title for slide in made[1:3]] == ["It moves", "Gadgets turn a hundred times"]
    assert made[1].image.file.suffix == ".gif"


def test_a_summary_names_measurements_of_every_outcome_first(talk):
    chosen = slides.headlines(talk().record.claims)
    assert len(chosen) == slides.HEADLINES
    assert {claim.family for claim in chosen} == {"measurements"}
    assert {claim.outcome for claim in chosen} == {"agrees", "partly", "depends", "undecided", "disagrees"}
    made = slides.deck(talk(), verdicts="summary")[-2]
    assert made.outcomes == tuple(claim.outcome for claim in chosen)
    assert "9 measurements of the paper:" in made.lines[0].lead


def test_a_quick_run_says_so_on_its_first_slide(talk):
    first = slides.deck(talk(preset="quick"))[0]
    assert "for trying out" in first.lines[0].text


def test_a_talk_of_several_papers_opens_with_all_of_them(talk):
    opening = slides.opening([talk(), talk()])
    assert opening.title.startswith("2 papers, run again: of 18 measurements of these papers")
    assert opening.image.drawn.exists()


@pytest.mark.parametrize("theme", themes.THEMES)
def test_powerpoint_reads_back_with_pictures_notes_and_nothing_beyond_the_slide(talk, theme):
    from pptx import Presentation
    from pptx.util import Pt

    made = slides.deck(talk(theme), ["turning", "film"], "summary")
    content = decks.powerpoint("A talk", made, theme)
    assert content == decks.powerpoint("A talk", made, theme)
    deck = Presentation(io.BytesIO(content))
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9)
    assert len(deck.slides) == len(made)
    pictures = []
    for slide, wanted in zip(deck.slides, made, strict=True):
        assert slide.shapes.title.text == wanted.title
        assert slide.notes_slide.notes_text_frame.text == wanted.notes
        assert str(slide.background.fill.fore_color.rgb) == decks.GROUNDS[theme][0]
        for shape in slide.shapes:
            assert min(shape.left, shape.top) >= 0
            assert shape.left + shape.width <= deck.slide_width + 1
            assert shape.top + shape.height <= deck.slide_height + 1
            frames = [shape.text_frame] if shape.has_text_frame else []
            frames += [cell.text_frame for row in shape.table.rows for cell in row.cells] if shape.has_table else []
            sizes = [run.font.size for frame in frames for one in frame.paragraphs for run in one.runs]
            assert all(size >= Pt(12) for size in sizes)
            if shape.shape_type == 13:
                pictures.append(shape.image.ext)
                assert len(shape._element.nvPicPr.cNvPr.get("descr")) > 20
    assert pictures == ["png", "png", "gif"]


@pytest.mark.parametrize("theme", themes.THEMES)
def test_the_html_deck_is_one_file_that_loads_nothing(talk, theme):
    made = slides.deck(talk(theme), ["film"])
    text = decks.page("A <talk>", made, theme)
    assert text == decks.page("A <talk>", made, theme)
    assert text.count('<section class="slide') == text.count('<aside class="notes"') == len(made)
    assert "A &lt;talk&gt;" in text
    assert all(address.startswith("data:") for address in re.findall(r'(?:src|href)="([^"]*)"', text))
    bare = re.sub(r'src="data:[^"]*"', "", text)
    assert not re.findall(r"url\(|@import|<link rel=\"(?!icon)|fetch\(", bare)
    assert 'class="film" src="data:image/gif' in text
    assert all(len(alt) > 20 for alt in re.findall(r'alt="([^"]*)"', text))


def test_figures_of_a_dark_talk_are_drawn_for_it(talk):
    made = slides.deck(talk("dark"), ["turning"], "none")
    svg = made[1].image.drawn.read_text(encoding="utf-8")
    assert themes.value(themes.PAPER, "dark") in svg
    assert themes.value(themes.BLUE, "dark").lower() in svg
    assert themes.value(themes.BLUE, "light").lower() not in svg


def test_type_that_is_too_small_is_found_out(talk):
    made = slides.deck(talk(), ["spread"], "none")
    assert slides.small_type(made[1]) >= 12  # of 12 points, enlarged
    assert slides.small_type(made[-1]) is None


def test_a_missing_library_is_one_sentence(talk, monkeypatch):
    made = slides.deck(talk())
    monkeypatch.setitem(__import__("sys").modules, "pptx", None)
    with pytest.raises(BackstoryError, match="pip install python-pptx"):
        decks.powerpoint("A talk", made)
