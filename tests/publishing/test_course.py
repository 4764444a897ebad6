"""Lessons: plans of fifty minutes, sheets that keep answers for teachers, and notebooks that run."""

import ast
import json
import os
from pathlib import Path

import pytest

from core.errors import BackstoryError
from core.evidence.record import load_record
from core.publishing.course import notebooks, plans, sheets
from core.publishing.words import fill, filled_in
from reproductions.cli import catalogue, check, lessons, rooms
from tests.conftest import ROOT

REPORTS = Path(os.environ.get("BACKSTORY_REPORTS", ROOT / "reports"))
FEW = 2  # published eras whose lessons are written among the fast tests; those of the others are slow ones
FILLED = [name for name in catalogue.ids() if (rooms.folder_of(name) / plans.FILE).exists()]
GOOD = """
goal = "Turn it."
experiment = "import core"
[[step]]
minutes = 50
do = "run"
text = "Run it."
"""


def course(name):
    return plans.course_of(rooms.folder_of(name), rooms.paper_of(name), played=False)


@pytest.mark.parametrize("name", catalogue.ids())
def test_every_era_has_a_plan_of_fifty_minutes(name):
    found, figures = course(name), {one.id for one in rooms.paper_of(name).figure}
    assert sum(step.minutes for step in found.step) == plans.MINUTES
    assert {"predict", "explain"} <= {step.do for step in found.step}
    assert {step.figure for step in found.step} - {""} <= figures
    for step in found.step:
        assert step.command.startswith(f"backstory run {name}") or not step.command
        assert step.answer or step.do not in ("predict", "explain", "play") or name not in FILLED


@pytest.mark.parametrize("name", FILLED)
def test_the_experiment_of_a_notebook_is_short_leans_on_core_and_runs(name, capsys):
    code = course(name).experiment
    assert code
    imported = {n.module.split(".")[0] for n in ast.walk(ast.parse(code)) if isinstance(n, ast.ImportFrom)}
    assert imported == {"core"}
    exec(compile(code, name, "exec"), {})
    assert capsys.readouterr().out


def test_what_is_wrong_with_a_course_is_said(tmp_path):
    paper = rooms.paper_of(catalogue.ids()[0])
    for changed, told in (
        (GOOD.replace("50", "40"), "the steps take 40 minutes, not 50"),
        (GOOD.replace('"import core"', '"""' + "a = 1\n" * 21 + '"""'), "the experiment has 21 lines"),
        (GOOD.replace('"run"', '"rest"'), "step, 0, do"),
        (GOOD.replace("goal", "gaol"), "goal"),
        (GOOD.replace("[[step]]", "[[step"), "cannot read the course"),
    ):
        (tmp_path / plans.FILE).write_text(changed, encoding="utf-8")
        with pytest.raises(BackstoryError, match="course") as fault:
            plans.course_of(tmp_path, paper, played=False)
        assert told in str(fault.value)
    (tmp_path / plans.FILE).write_text(GOOD, encoding="utf-8")
    assert plans.course_of(tmp_path, paper, played=False).goal == "Turn it."


def recorded():
    found = []
    for name in catalogue.ids():
        try:
            load_record(REPORTS / name / "record.json")
        except BackstoryError:
            continue
        found.append(name)
    return [pytest.param(name, marks=() if k < FEW else pytest.mark.slow) for k, name in enumerate(found)]


@pytest.mark.parametrize("name", recorded())
def test_answers_stand_on_the_sheet_for_teachers_alone(name, tmp_path):
    written = lessons.write(name, tmp_path, REPORTS, solutions=True, pdf=False)
    assert [path.name for path in written] == ["students.html", "students.ipynb", "teachers.html", "teachers.ipynb"]
    students, teachers = ((tmp_path / name / f"{one}.html").read_text() for one in ("students", "teachers"))
    assert 'class="teacher"' in teachers
    assert 'class="teacher"' not in students
    assert 'class="write"' in students
    assert len(teachers.encode()) < 3_000_000
    for text in (students, teachers):
        assert "http" not in text.split("<main>")[0]
    record = load_record(REPORTS / name / "record.json")
    if name in FILLED and record.preset == "paper":
        words, found = filled_in(record), course(name)
        told = [*found.watch, *(text for step in found.step for text in (step.text, step.answer))]
        assert not [text for text in told if "not measured" in fill(text, words)]


@pytest.mark.parametrize("name", recorded())
def test_notebooks_run_and_show_tables_and_figures(name, tmp_path):
    lessons.write(name, tmp_path, REPORTS, solutions=True, pdf=False)
    made = json.loads((tmp_path / name / "teachers.ipynb").read_text(encoding="utf-8"))
    assert made["nbformat"] == 4
    assert all({"cell_type", "metadata", "source", "id"} <= set(cell) for cell in made["cells"])
    names: dict = {}
    pictures = 0
    for cell in made["cells"]:
        if cell["cell_type"] != "code":
            continue
        *before, last = ast.parse("".join(cell["source"])).body
        exec(compile(ast.Module(before, []), name, "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), name, "eval"), names)
            pictures += isinstance(value, notebooks.Shown) and value._repr_png_().startswith(b"\x89PNG")
        else:
            exec(compile(ast.Module([last], []), name, "exec"), names)
    assert len(names["claims"]) > 3
    assert pictures >= 1


def test_a_sheet_is_printed_where_a_browser_is(tmp_path, monkeypatch):
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><title>t</title><p>A page.</p>", encoding="utf-8")
    if sheets.browser() and sheets.print_page(page, tmp_path / "page.pdf"):
        assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    monkeypatch.setattr(sheets.shutil, "which", lambda name: None)
    assert not sheets.print_page(page, tmp_path / "other.pdf")


@pytest.mark.parametrize("name", FILLED)
def test_check_finds_nothing_wrong_with_lessons_and_pages(name):
    assert list(check._lessons(rooms.folder_of(name), rooms.paper_of(name))) == []


def test_check_names_a_page_without_its_data_and_an_unknown_figure(tmp_path):
    (tmp_path / "play.html.j2").write_text("", encoding="utf-8")
    (tmp_path / plans.FILE).write_text(GOOD + 'figure = "nowhere"\n', encoding="utf-8")
    told = list(check._lessons(tmp_path, rooms.paper_of(catalogue.ids()[0])))
    assert "needs both" in told[0]
    assert "'nowhere'" in told[1]
