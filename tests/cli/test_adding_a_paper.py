"""From `backstory new` to a published verdict, as CONTRIBUTING.md walks it; and rooms that are broken."""

import json
import os
import re
import shutil

import pytest

from tests import forked
from tests.conftest import ROOT

NAME = "hebb_1949"
SERVERS = {}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the sources with one era besides, in which rooms may be written and broken."""
    place = tmp_path_factory.mktemp("checkout")
    for package in ("core", "reproductions"):
        shutil.copytree(ROOT / package, place / package, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (place / "reproductions").glob("*/paper.toml"):
        if path.parent.name != "perceptrons_1969":
            shutil.rmtree(path.parent)
    yield place
    while SERVERS:
        SERVERS.popitem()[1].close()


def backstory(checkout, *words, code=0):
    environment = os.environ | {"PYTHONPATH": str(checkout), "BACKSTORY_CACHE": str(checkout / "cache")}
    if checkout not in SERVERS:
        SERVERS[checkout] = forked.Server(checkout, environment)
    done = SERVERS[checkout].run(words, checkout, environment)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def edit(path, before, after):
    text = path.read_text()
    assert before in text, f"{before!r} is not in {path}"
    path.write_text(text.replace(before, after))


@pytest.fixture(scope="module")
def fresh(checkout, tmp_path_factory):
    """A room as `new` makes it."""
    backstory(checkout, "new", NAME)
    return checkout, shutil.move(checkout / "reproductions" / NAME, tmp_path_factory.mktemp("room"))


@pytest.fixture
def room(fresh):
    checkout, made = fresh
    shutil.rmtree(checkout / "reproductions" / NAME, ignore_errors=True)
    return shutil.copytree(made, checkout / "reproductions" / NAME)


def test_the_walk_of_contributing(checkout, room):
    """Every command and every edit that the text tells, in its order."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    walk = text[text.index("## Add a paper") :]
    for command in (
        "backstory new hebb_1949",
        "backstory check hebb_1949",
        "backstory run hebb_1949 --preset paper",
        "backstory verify hebb_1949",
        "backstory report hebb_1949",
    ):
        assert command in walk
    assert "nothing is wrong" in backstory(checkout, "check", NAME).stdout
    edits = re.findall(r"<!-- edit (\S+) -->\n```\n(.*?)\n```\nbecomes\n```\n(.*?)\n```", walk, re.DOTALL)
    assert len(edits) >= 2
    for file, before, after in edits:
        edit(room / file, before, after)
    assert "nothing is wrong" in backstory(checkout, "check", NAME).stdout
    done = backstory(checkout, "run", NAME, "--preset", "paper", "--formats", "svg")
    assert "measurements of the paper" in done.stdout
    record = json.loads((checkout / "reports" / NAME / "record.json").read_text())
    assert {claim["word"] for claim in record["claims"]} <= {"reproduced", "not reproduced", "undecided"}
    assert "the same" in backstory(checkout, "verify", NAME).stdout
    assert json.loads((checkout / "reports" / NAME / "verified.json").read_text())["passed"]
    before = (checkout / "reports" / NAME / "record.json").read_bytes()
    backstory(checkout, "report", NAME, "--formats", "svg")
    assert (checkout / "reports" / NAME / "record.json").read_bytes() == before
    assert (checkout / "reports" / NAME / "report.html").stat().st_size > 10_000


def test_all_faults_are_told_at_once(checkout, room):
    edit(
        room / "paper.toml",
        'standing = "recalled"\nkey = "widrow1960adaptive"\nwhere = "a toy, from memory"\nvalue',
        'standing = "heard"\nkey = "x"\nwhere = "a"\nvalue',
    )
    edit(room / "paper.toml", 'printed = "12"', 'printed = "a dozen"')
    edit(room / "settings.py", ', description="learning rate"', "")
    told = backstory(checkout, "check", NAME, code=1).stdout
    for words in (
        "hebb_1949: 3 faults",
        "standing",
        "is not a number as a paper prints it",
        "the setting rate has no description",
    ):
        assert words in told


@pytest.mark.parametrize(
    ("file", "before", "after", "words"),
    [
        (
            "paper.toml",
            'key = "widrow1960adaptive"\nwhere = "a toy, from memory"\nprinted',
            'key = "nobody"\nwhere = "a toy"\nprinted',
            "claim 'sweeps' cites 'nobody', which is not in references.bib",
        ),
        ("paper.toml", 'tables = ["tasks"]', "tables = []", "the table 'tasks' is in no section"),
        (
            "paper.toml",
            'id = "sweeps"\nsection = "tasks"\ntitle',
            'id = "time"\nsection = "tasks"\ntitle',
            "the figure 'time' has words but is not drawn",
        ),
        ("paper.toml", "{percent_learned} of", "{percent_lerned} of", "the answer names {percent_lerned}"),
        (
            "paper.toml",
            "--set rate=2",
            "--set rat=2",
            "the exercise 'Predict' cannot be done: hebb_1949 has no setting called 'rat'",
        ),
        (
            "paper.toml",
            'claim = "sweeps"\neffect = 15.0\n',
            'claim = "sweeps"\n',
            "the exercise 'Change' must name the claim that its change moves, and the least effect on it",
        ),
        (
            "paper.toml",
            "effect = 15.0",
            'effect = 15.0\nruns = "nets"',
            "the exercise 'Change' counts its runs by 'nets', which is no number of the settings",
        ),
        (
            "paper.toml",
            'tables = ["tasks"]',
            'tables = ["tasks"]\nsee = { hebb_1950 = "does the same" }',
            "a section sees 'hebb_1950', which there is not",
        ),
        ("paper.toml", 'solved = "1 if', 'sloved = "1 if', "the column 'solved' of trials.csv is not explained"),
        ("claims.py", '"sweeps": m.runs', '"sweep": m.runs', "measured but not claimed: ['sweep']"),
        ("claims.py", ', "sweeps": m.runs_until(task, "sweeps")', "", "the claim 'sweeps' is never measured"),
        (
            "experiment.py",
            'row = {"solved": 0.0}',
            'row = {"solved": 1 / 0}',
            "every trial of study 'tasks' of hebb_1949 failed: ZeroDivisionError",
        ),
        ("run.py", "import TASKS, learn", "import TASKS, lern", "cannot be loaded"),
        ("run.py", 'Study("tasks"', 'Study("tsaks"', "a run with one seed fails"),
        ("settings.py", "frozen=True, ", "", "Settings must be frozen"),
        ("room.py", "REPRODUCTION =", "REPRODUCED =", "cannot be loaded"),
    ],
)
def test_every_kind_of_fault_is_named(checkout, room, file, before, after, words):
    edit(room / file, before, after)
    told = backstory(checkout, "check", NAME, code=1).stdout
    assert words in told


@pytest.mark.parametrize("damage", ["[reproduction", 'id = "another"', ""])
def test_a_broken_room_costs_one_sentence_and_leaves_the_others_alone(checkout, room, damage):
    text = (room / "paper.toml").read_text()
    (room / "paper.toml").write_text(text.replace('id = "hebb_1949"', damage) if damage else "")
    done = backstory(checkout, "list")
    assert "perceptrons_1969" in done.stdout
    assert len(done.stderr.splitlines()) == 1
    assert "the room hebb_1949 is left out" in done.stderr
    assert "backstory check hebb_1949" in done.stderr
    assert "the room hebb_1949 is left out" in backstory(checkout, "run", NAME, code=2).stderr
    backstory(checkout, "settings", "perceptrons_1969")


def test_a_room_whose_code_is_broken_is_named_when_it_is_run(checkout, room):
    edit(room / "experiment.py", "def learn(", "def learn(:")
    assert "perceptrons_1969" in backstory(checkout, "list").stdout
    told = backstory(checkout, "run", NAME, code=2).stderr
    assert "the room hebb_1949 cannot be loaded (SyntaxError" in told
    assert len(told.splitlines()) == 1


def test_rules_that_decide_nothing_are_found_on_the_record(checkout, room):
    edit(room / "paper.toml", "value = 0.5\nshown", "value = 0.99\nshown")
    backstory(checkout, "run", NAME, "--preset", "paper", "--formats", "svg")
    told = backstory(checkout, "check", NAME, code=1).stdout
    assert "the claim 'learned' decides nothing: not even the best sample of 100 runs could have passed" in told


def test_a_report_that_another_one_names_must_name_it_back(checkout, room):
    with (room / "paper.toml").open("a") as file:
        file.write('\n[[section]]\nid = "more"\ntitle = "More"\nquestion = "?"\nfinding = "!"\n')
        file.write('see = { perceptrons_1969 = "teaches such a unit by another rule" }\n')
    told = backstory(checkout, "check", "perceptrons_1969", code=1).stdout
    assert "section 'more' of hebb_1949 says that it measures the same thing, and no section here names it back" in told


def test_an_exercise_whose_change_would_not_be_seen_is_found_on_the_record(checkout, room):
    backstory(checkout, "run", NAME, "--preset", "paper", "--formats", "svg")
    assert "would not be seen" not in backstory(checkout, "check", NAME).stdout
    edit(room / "paper.toml", "effect = 15.0", "effect = 0.01")
    told = backstory(checkout, "check", NAME, code=1).stdout
    assert "the exercise 'Change': a change of 0.01 in sweeps would not be seen with seeds=20" in told


@pytest.mark.parametrize("name", ["Hebb", "hebb-1949", "1949", "perceptrons_1969"])
def test_a_name_that_will_not_do_is_refused(checkout, name):
    assert re.search("cannot name a room|there is a room", backstory(checkout, "new", name, code=2).stderr)
