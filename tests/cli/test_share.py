"""The commands for those who show and teach, on a quick run of one era."""

import json
import re

import pytest

from reproductions.cli import rooms

ERA = "perceptrons_1969"


@pytest.fixture(scope="module")
def reports(quick_of):
    """The folder that holds the quick report."""
    folder, _, _ = quick_of(ERA)
    return folder.parents[1]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ((), ("@software{backstory_perceptrons_1969,", "@misc{backstory_perceptrons_1969_misc,", "@book{minsky1969")),
        (("--figure", "xor_surfaces"), (r"Figure xor\_surfaces", "@misc{backstory_perceptrons_1969_xor_surfaces,")),
        (("--figure", "verdicts"), ("The verdicts in one picture", "@book{minsky1969")),
        (("--figure", "card", "--style", "caption"), ("figure card, CC BY 4.0. After Minsky & Papert (1969).",)),
        (("--claim", "growth", "--style", "apa"), ("[Claim growth]", "(Backstory, Version ")),
        (("--claim", "novikoff"), ("@misc{liureading", "@inproceedings{novikoff1962convergence")),
    ],
)
def test_an_era_its_figures_and_its_claims_are_cited_with_what_they_rest_on(backstory, words, parts):
    done = backstory("cite", ERA, *words)
    assert done.returncode == 0, done.stderr
    for part in parts:
        assert part in done.stdout


def test_citations_for_reference_managers(backstory):
    items = json.loads(backstory("cite", ERA, "--style", "csl").stdout)
    assert [item["type"] for item in items][:2] == ["software", "book"]
    assert items[1]["issued"] == {"date-parts": [[1969]]}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("cite", ERA, "--claim", "growht"), "did you mean 'growth'?"),
        (("cite", ERA, "--figure", "xor_surface"), "did you mean 'xor_surfaces'?"),
        (("cite", ERA, "--figure", "card", "--claim", "growth"), "not both"),
        (("cite", ERA, "--style", "mla"), "choose bibtex, apa, caption, csl"),
        (("slides", ERA, "--theme", "blue"), "choose light or dark"),
        (("slides", ERA, "--verdicts", "all"), "choose picture or summary or none"),
        (("slides", ERA, "--them", "dark"), "see `backstory slides --help`"),
        (("slides", "--reports", "/nowhere"), "no report under /nowhere"),
        (("slides", ERA, "--reports", "/nowhere"), "no record of perceptrons_1969 under /nowhere"),
        (("figures", ERA, "--formats", "jpg", "--reports", "/nowhere"), "no figure format 'jpg'"),
    ],
)
def test_what_is_wrong_is_one_sentence(backstory, words, expected):
    done = backstory(*words)
    assert done.returncode == 2
    assert expected in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_decks_are_made_of_a_quick_report_and_say_so(backstory, reports, tmp_path, theme):
    words = (
        "--reports",
        reports,
        "--out",
        tmp_path / "talk",
        "--theme",
        theme,
        "--figures",
        "no_line",
        "--verdicts",
        "summary",
    )
    done = backstory("slides", ERA, *words)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "talk").iterdir()} == {f"{ERA}.pptx", f"{ERA}.html"}
    assert f"{ERA} has only a quick report" in done.stderr
    text = (tmp_path / "talk" / f"{ERA}.html").read_text(encoding="utf-8")
    assert text.count('<section class="slide') == 4
    assert "for trying out" in text


def test_a_figure_that_there_is_not_is_answered_with_the_nearest(backstory, reports, tmp_path):
    done = backstory("slides", ERA, "--reports", reports, "--out", tmp_path, "--figures", "no_lines")
    assert done.returncode == 2
    assert "did you mean 'no_line'?" in done.stderr


def test_the_figures_of_a_talk_are_listed_with_what_they_show(backstory, reports, tmp_path):
    done = backstory("slides", ERA, "--reports", reports, "--out", tmp_path, "--figures", "list")
    assert done.returncode == 0, done.stderr
    told = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert set(told) == {f"{ERA}.{picture.id}" for picture in rooms.paper_of(ERA).figure}
    assert not list(tmp_path.glob("*.pptx"))


def test_the_figures_of_a_report_are_listed_and_nothing_is_written(backstory, reports, tmp_path):
    done = backstory("figures", ERA, "--reports", reports, "--out", tmp_path / "drawn", "--figures", "list")
    assert done.returncode == 0, done.stderr
    told = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert set(told) == {"verdicts", *(picture.id for picture in rooms.paper_of(ERA).figure)} | {"card"}
    assert not (tmp_path / "drawn").exists()


def test_figures_for_a_column_of_print_have_its_width_and_their_credit(backstory, reports, tmp_path):
    words = ("--reports", reports, "--out", tmp_path / "print", "--width", "3.3", "--formats", "svg,pdf")
    done = backstory("figures", ERA, *words, "--figures", "no_line,verdicts")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "print").iterdir()} == {
        "no_line.svg",
        "no_line.pdf",
        "verdicts.svg",
        "verdicts.pdf",
    }
    svg = (tmp_path / "print" / "no_line.svg").read_text(encoding="utf-8")
    assert float(re.search(r'width="([\d.]+)pt"', svg)[1]) == pytest.approx(3.3 * 72)
    assert "CC BY 4.0. After " in svg


def test_a_quick_report_reads_as_such(reports):
    text = (reports / "quick" / ERA / "report.html").read_text(encoding="utf-8")
    assert "It is not the published result." in text


def test_a_lesson_is_written_for_students_and_for_teachers(backstory, reports, tmp_path):
    done = backstory("course", ERA, "--solutions", "--reports", str(reports), "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    written = {path.name for path in (tmp_path / ERA).iterdir()}
    assert {"students.html", "students.ipynb", "teachers.html", "teachers.ipynb"} <= written
    assert ("students.pdf" in written) != ("No PDF" in done.stdout)
    assert "play.html" in (tmp_path / ERA / "students.html").read_text(encoding="utf-8")
    assert (reports / "quick" / ERA / "play.html").exists()
    done = backstory("course", "pdp_1987", "--reports", str(reports))
    assert done.returncode == 2
    assert "pdp_1986" in done.stderr
