"""Reports: in the order in which they are read, with every outcome shown, sound as pages, the same bytes twice."""

import csv
import hashlib
import locale
import re
from html import unescape

import matplotlib
import pytest
from PIL import Image

from core.evidence.verdicts import WORDS
from core.evidence.verify import Verification, write
from core.publishing import chapters, documents, figures, films
from core.publishing.glossary import Glossary
from tests.publishing import fake_era
from tests.publishing.page import is_sound


def digest(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def html(fake):
    return (fake.folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def markdown(fake):
    return (fake.folder / "report.md").read_text(encoding="utf-8")


def test_the_report_is_one_sound_file_that_loads_nothing(html):
    page = is_sound(html)
    assert len(page.images) == 7  # card, argument, two figures, one of them for phones too, a film and its still
    assert "StrictUndefined" not in html
    assert not re.search(r"\{[a-z_]+\}", re.sub(r"<style>.*?</style>|<script>.*?</script>", "", html, flags=re.S))


@pytest.mark.parametrize(
    ("preset", "whole"), [("paper, changed: rate=2", True), ("quick", False), ("quick, changed: rate=2", False)]
)
def test_a_quick_run_alone_draws_at_a_glance(tmp_path, monkeypatch, preset, whole):
    monkeypatch.setattr(films, "GLANCE", 2)
    folder = tmp_path / "report"
    fake_era.publish(folder, preset=preset, formats=("svg",))
    images = is_sound((folder / "report.html").read_text(encoding="utf-8")).images
    with Image.open(folder / "figures" / "film.gif") as film:
        assert (film.n_frames > 2) is whole
    assert len(images) == 6 + whole  # the second drawing for phones


def test_a_report_reads_in_the_order_of_its_contract(html, markdown):
    order = [
        "Does a gadget turn a hundred times?",
        "It does: 100 turns on average, of 30 gadgets. Not 200 turns.",
        "The verdicts in one picture",
        "Does it turn?",
        "What the paper left unsaid, and what we chose",
        "What we replaced",
        "Cost, then and now",
        "Run it yourself",
    ]
    body = unescape(
        re.sub(r"<(sup|span class=\"tip\")[^>]*>.*?</\1?(sup|span)>|<[^>]+>", "", html.partition("<body>")[2])
    )
    for text in (re.sub(r"\s+", " ", body), re.sub(r"\[\^\d+\]", "", markdown)):
        places = [text.index(part) for part in order]
        assert places == sorted(places)
        assert "Never shown." not in text
        assert "Nobody knows not measured." in text  # a name that the run did not measure
        assert "It does, 100 turns times." in text  # the solution of the exercise


def test_every_outcome_of_every_family_is_shown_with_its_word_and_shape(fake, html, markdown):
    assert {claim.outcome for claim in fake.record.claims} >= {
        "agrees", "partly", "depends", "undecided", "disagrees", "not measured",
    }  # fmt: skip
    words = {word for family in WORDS.values() for word in family.values()}
    assert {"partly", "depends", "undecided", "not measured"} | words <= {c.word for c in fake.record.claims}
    for claim in fake.record.claims:
        start = html.index(f'id="claim-{claim.id}"')
        card = html[start : html.index("</li>", html.index("how it was judged", start))]
        assert claim.word in card
        assert f'<svg class="mark {claim.outcome.replace(" ", "-")}"' in card
        assert f'<a id="claim-{claim.id}"></a>' in markdown
        assert bool(claim.changed) == ("rule changed" in card)
        assert f"{len(claim.answers)} answers" in card or not claim.answers
    assert "Later (1902a): 120 turns, on another gadget" in html or "Later (1902): 120 turns" in html


def test_an_interval_is_drawn_beside_its_region_and_told_in_words(html):
    drawings = re.findall(r'<svg class="beside".*?</svg>', html, re.S)
    assert len(drawings) > 20
    assert all('role="img" aria-label="Our interval' in one for one in drawings)
    assert all(one.count('class="region"') == one.count("<g class=") for one in drawings)


def test_a_term_is_explained_where_it_first_appears_and_in_a_footnote(html, markdown):
    assert html.count("a thing that turns") == 2  # the tip, and the list at the end
    first = html.index('class="term"')
    assert html.index("gadget", html.index('class="question"')) > first - 200
    assert markdown.count("[^1]: gadget: a thing that turns") == 1
    assert markdown.count("gadget[^1]") == 1


def test_a_glossary_marks_each_term_once_whole_words_and_plurals():
    words = Glossary({"turn": "once round", "2-2-1": "a net"})
    assert "<button" not in words.html("overturned, returning")
    assert words.html("Two turns, <b> & a turn").count("<button") == 1
    assert words.markdown("a 2-2-1 net") == "a 2-2-1[^2] net"
    assert [one.term for one in words.used] == ["turn", "2-2-1"]
    assert "&lt;b&gt; &amp;" in Glossary({}).html("<b> &")


def test_tables_leave_empty_columns_out_fold_when_long_and_carry_their_csv(html):
    short = html[html.index(">Turns<") : html.index("This table as CSV")]
    assert "empty" not in short
    assert '<details class="sheet"><summary>All | turns <span class="small">(31 lines)' in html
    assert html.count('download="long.csv" href="data:text/csv') == 1


def test_the_folder_holds_what_was_promised(fake):
    names = set(digest(fake.folder))
    assert {"report.md", "report.html", "references.bib", "figures/verdicts.svg", "figures/verdicts.png"} <= names
    for table in ("claims", "short", "long"):
        assert {f"tables/{table}.{ending}" for ending in ("csv", "md", "tex")} <= names
        assert f"tables/{table}_two_columns.tex" in names
    keys = re.findall(r"@\w+\{(\w+),", (fake.folder / "references.bib").read_text(encoding="utf-8"))
    assert keys == ["first1901", "later1902", "later1902b"]


def test_a_figure_carries_the_papers_that_it_rests_on(fake):
    told = {one: (fake.folder / "figures" / f"{one}.svg").read_text(encoding="utf-8") for one in ("turning", "spread")}
    assert "After First &amp; Second (1901); Later (1902)." in told["turning"]  # those of its section's claims
    assert "After Later (1902a); Later (1902b)." in told["spread"]  # its own


def test_columns_of_the_trials_are_explained(fake):
    told = dict(documents.data_dictionary(fake.folder / "trials.csv", fake.paper))
    assert told["turns"] == "how often it turned"
    assert told["rate"] == "a setting of the trial"
    with (fake.folder / "trials.csv").open() as file:
        assert list(told) == next(csv.reader(file))


def test_what_a_verification_saw_is_told(tmp_path):
    folder = tmp_path / "fake_1901"
    folder.mkdir()
    seen = Verification(
        reproduction="fake_1901", passed=True, trials=12, values=345, faults=[], worst=None, studies={}, not_tried={},
        commit="fedcba9876543210", seconds=61.0,
    )  # fmt: skip
    write(folder, seen)
    fake_era.publish(folder, formats=("svg",), words={"spread": "a lot"})
    for name in ("report.html", "report.md"):
        text = (folder / name).read_text(encoding="utf-8")
        assert "12 of the published trials were run anew" in text
        assert "345 compared" in text


def test_a_quick_run_says_that_it_is_no_published_result(tmp_path):
    folder = tmp_path / "fake_1901"
    fake_era.publish(folder, preset="quick", formats=("svg",))
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "It is not the published result." in text
    assert "backstory run fake_1901 --preset quick" in text


def test_a_paper_with_parts_missing_still_has_a_report(tmp_path):
    paper = fake_era.paper_of()
    bare = paper.model_copy(
        update={
            "explanation": None, "section": [], "figure": [], "exercise": [], "note": [], "open_question": [],
            "assumption": [], "substitution": [],
            "claim": [claim.model_copy(update={"section": ""}) for claim in paper.claim],
        }
    )  # fmt: skip
    record = fake_era.record_of(bare)
    record = record.model_copy(
        update={"tables": [], "words": {}, "cost": record.cost.model_copy(update={"seconds_each": None})}
    )
    (tmp_path / "references.bib").write_text(fake_era.BIBLIOGRAPHY, encoding="utf-8")
    documents.write(tmp_path, record, bare, {}, tmp_path / "references.bib", ("svg",))
    is_sound((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "Further claims and tables" in (tmp_path / "report.md").read_text(encoding="utf-8")
    none = record.model_copy(update={"claims": []})
    documents.write(tmp_path, none, bare, {}, tmp_path / "references.bib", ("svg",))
    is_sound((tmp_path / "report.html").read_text(encoding="utf-8"))


def test_the_same_inputs_give_the_same_bytes_whatever_the_surroundings(fake, tmp_path, monkeypatch):
    before = locale.setlocale(locale.LC_ALL)
    monkeypatch.setenv("MPLBACKEND", "svg")
    for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "C"):
        try:
            locale.setlocale(locale.LC_ALL, name)
            break
        except locale.Error:
            continue
    odd = {"font.size": 31, "lines.linewidth": 9, "axes.formatter.use_locale": True, "svg.fonttype": "none",
           "savefig.dpi": 30, "figure.constrained_layout.use": False}  # fmt: skip
    try:
        with matplotlib.rc_context(odd):
            fake_era.publish(tmp_path / "fake_1901")
    finally:
        locale.setlocale(locale.LC_ALL, before)
    assert digest(tmp_path / "fake_1901") == digest(fake.folder)


@pytest.mark.parametrize("ending", ["html", "md", "bib", "tex", "csv", "svg"])
def test_lines_end_alike_on_every_system(fake, ending):
    for path in fake.folder.rglob(f"*.{ending}"):
        if path.name not in ("trials.csv", "record.json"):
            assert b"\r\n" not in path.read_bytes(), path


def test_a_figure_of_panels_is_embedded_for_phones_too(html, fake):
    assert html.count('<img class="phone"') == 1
    assert figures.for_phones(fake_era.drawings()["turning"]) is None
    stacked = figures.for_phones(fake_era.drawings()["spread"])
    width, height = figures.size_of(stacked)
    assert width <= 72 * figures.NARROW
    assert height > width


@pytest.mark.parametrize(
    ("region", "told"),
    [
        ((557.5, 558.5), ("557.5", "558.5")),
        ((1424.5, 1425.5), ("1,424.5", "1,425.5")),
        ((99.5, 100.5), ("99.5", "100.5")),
        ((19.35, 19.45), ("19.35", "19.45")),
        ((279.0, 1116.0), ("279", "1,116")),
        ((1 / 3, 2 / 3), ("0.333", "0.667")),
        ((None, 2.0), (None, "2")),
    ],
)
def test_the_ends_of_a_region_are_told_with_digits_enough_to_see_them_apart(region, told):
    assert chapters.bounds(*region) == told


def test_backticks_are_set_as_code():
    assert Glossary({}).html("`quoted` < read") == "<code>quoted</code> &lt; read"


def test_failed_has_one_meaning(fake, html):
    told = re.search(r"trials were run; .*?[.]", " ".join(html.split()))[0]
    assert ("none failed" in told) == (fake.record.trials.failed == 0)
    assert "no failure" not in html
