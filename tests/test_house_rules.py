"""Rules of the house: who may import whom, one room per era, and committed reports that belong to the code."""

import ast
import re

import pytest

from core.evidence import published, verify
from core.evidence import record as records
from core.evidence import run as runs
from core.evidence.tallies import tallies
from core.publishing.words import fill, filled_in
from reproductions.cli import catalogue, rooms
from tests.conftest import ROOT

SOURCES = sorted([*(ROOT / "core").rglob("*.py"), *(ROOT / "reproductions").rglob("*.py")])
MAY_IMPORT = {
    "core/learning": {"core.learning"},
    "core/datasets": {"core.datasets", "core.errors"},
    "core/networks": {"core.networks", "core.learning"},
    "core/evidence": {"core.evidence", "core.errors"},
    "core/publishing": {"core.publishing", "core.evidence", "core.errors"},
}
NUMERIC_ONLY = {"numpy", "numba", "llvmlite", "core"}
LONGEST = 450  # a file is about 100 lines; longer only where splitting would tear one idea apart
LARGEST = 1.2e7  # bytes of one published report, a film and a page to touch among them
FILM = 2e6  # bytes of one film


def imports(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_data_flows_one_way(folder):
    for path in (ROOT / folder).rglob("*.py"):
        for name in imports(path):
            if name.split(".")[0] in ("core", "reproductions"):
                assert ".".join(name.split(".")[:2]) in MAY_IMPORT[folder], f"{path.relative_to(ROOT)} imports {name}"


def test_core_never_imports_reproductions_or_an_autodiff_library():
    for path in (ROOT / "core").rglob("*.py"):
        roots = {n.split(".")[0] for n in imports(path)}
        assert not roots & {"reproductions", "torch", "jax", "tensorflow", "autograd"}


def test_learning_is_numpy_and_compiled_loops_and_nothing_else():
    standard = {"__future__", "collections", "concurrent", "dataclasses", "typing", "weakref"}
    for path in (ROOT / "core/learning").rglob("*.py"):
        loops = NUMERIC_ONLY | {"concurrent", "functools"}  # threads that share a batch
        allowed = loops if "compiled" in path.parts else NUMERIC_ONLY - {"numba", "llvmlite"}
        assert {n.split(".")[0] for n in imports(path)} <= allowed | standard, path
        calls = {
            n.func.id
            for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        }
        assert not calls & {"print", "open", "input"}, path


def test_no_module_level_generator():
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef):
                assert "default_rng" not in ast.unparse(node), path
        assert "np.random.seed" not in text


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_short_and_public_things_documented(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST
    tree = ast.parse(text)
    assert path.name == "__main__.py" or ast.get_docstring(tree), "a module needs a docstring"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            leading = text.splitlines()[node.body[0].lineno - 2 : node.body[0].lineno]
            assert ast.get_docstring(node) or any("#" in line for line in leading), f"{node.name} needs a docstring"


def test_the_formatter_is_only_switched_off_for_tables_of_data():
    for path in SOURCES:
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if "# fmt: skip" in line:
                start = number
                while start and (lines[start][:1] in " )]}" or (start == number and lines[start][:1] in ")]}")):
                    start -= 1
                assert re.match(r"_?[A-Z][A-Z_0-9]*\b.*=", lines[start]), f"{path.relative_to(ROOT)}:{number + 1}"


# Used by tests alone, and meant to be: what checks derivatives, the plain loop that others are held against, the gate.
FOR_TESTS = {
    "projection_error", "full_error", "measured_curvatures", "require", "gradient_descent", "condemned",
    "schema_text", "SCHEMA_FILE",
}  # fmt: skip


def named(statement):
    """The names that a statement at the top of a file defines."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name} if not statement.decorator_list or not statement.name.startswith("_") else set()
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    targets += [statement.target] if isinstance(statement, ast.AnnAssign) else []
    return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}


def spoken_of(statement):
    """Every name that a statement uses, also as a word in quotes."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            yield node.value


def test_nothing_in_core_or_the_command_line_is_without_a_user():
    """By name, so that a name which is used elsewhere for another thing hides one that is not."""
    defined, used = [], set()
    for path in [*SOURCES, *(ROOT / "benchmarks").glob("*.py")]:
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            own = named(statement)
            used |= set(spoken_of(statement)) - own
            commands = path.parent.name == "cli" and getattr(statement, "decorator_list", [])
            if path.is_relative_to(ROOT / "core") or path.parent.name == "cli":
                defined += [] if commands or own <= {"__all__"} else [(own, path.relative_to(ROOT))]
    for path in [*(ROOT / "core").rglob("*.j2"), *(ROOT / "reproductions").rglob("*.txt")]:
        used |= set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    assert [f"{path}: {own}" for own, path in defined if not own & (used | FOR_TESTS)] == []
    assert not FOR_TESTS & used, "these are used by now"


# One room per era.

PARTS = {"__init__.py", "__main__.py", "room.py", "paper.toml", "settings.py", "run.py", "claims.py", "figures.py"}


def test_what_a_room_hands_on_is_typed():
    assert not re.search(r"\bAny\b", (ROOT / "core" / "evidence" / "reproduction.py").read_text(encoding="utf-8"))
    for path in (ROOT / "reproductions" / "cli").glob("*.py"):
        assert "Reproduction[Any]" not in path.read_text(encoding="utf-8"), path.name


@pytest.mark.parametrize("name", catalogue.ids())
def test_a_room_holds_its_parts_and_imports_no_other(name):
    folder = ROOT / "reproductions" / name
    assert {path.name for path in folder.iterdir()} >= PARTS
    for path in folder.glob("*.py"):
        for one in imports(path):
            if one.startswith("reproductions."):
                assert one.split(".")[1] in (name, "cli"), f"{path.relative_to(ROOT)} imports {one}"
                assert one.split(".")[1] == name or path.name == "__main__.py", path
    assert "from reproductions." not in (folder / "settings.py").read_text(encoding="utf-8")
    room = rooms.room(name)
    assert set(room.presets) == {"quick", "paper"}


LINK = re.compile(r"^see = \{.*\}$", re.MULTILINE)  # in a paper file: which other reproduction has more on this
OUTSIDE = [
    *(ROOT / "core").rglob("*.*"),
    *(ROOT / "benchmarks").glob("*.*"),
    *(path for path in (ROOT / "reproductions").rglob("*.*") if path.name != "story.toml"),
]


@pytest.mark.parametrize("name", catalogue.ids())
def test_nothing_outside_a_room_names_it_but_the_story_and_the_reports(name):
    """Other rooms only where a paper file links to it with `see`."""
    spelled = name if "_" in name else rf"reproductions[./]{name}|reports/{name}"  # or it is any word
    for path in OUTSIDE:
        if path.is_relative_to(ROOT / "reproductions" / name) or "__pycache__" in path.parts:
            continue
        if path.suffix in (".py", ".toml", ".j2", ".js", ".css", ".txt", ".json", ".md"):
            text = path.read_text(encoding="utf-8")
            text = LINK.sub("", text) if path.name == "paper.toml" else text
            assert not re.search(rf"\b({spelled})\b", text), path.relative_to(ROOT)


def test_only_links_may_name_another_room():
    text = 'see = { lms_1959 = "more" }\nstatement = "as in pdp_1986"\n'
    assert LINK.sub("", text) == '\nstatement = "as in pdp_1986"\n'


# The gate.


def committed():
    return [name for name in catalogue.ids() if (ROOT / "reports" / name / "record.json").exists()]


def alike(now, then):
    """Whether two claims say the same: numbers to a millionth, as other versions of libraries round otherwise."""
    if isinstance(now, dict) and isinstance(then, dict):
        return now.keys() == then.keys() and all(alike(now[key], then[key]) for key in now)
    if isinstance(now, list | tuple) and isinstance(then, list | tuple):
        return len(now) == len(then) and all(map(alike, now, then))
    if isinstance(now, float) and isinstance(then, float):
        return now == pytest.approx(then, rel=1e-6, abs=1e-12, nan_ok=True)
    return now == then


def test_claims_are_alike_but_for_rounding():
    claim = {"word": "holds", "ours": {"estimate": 2.0, "n": 3}, "answers": [{"low": 0.1}]}
    assert alike(claim, {"word": "holds", "ours": {"estimate": 2.000001, "n": 3}, "answers": [{"low": 0.1}]})
    assert not alike(claim, {**claim, "word": "fails"})
    assert not alike(claim, {**claim, "ours": {"estimate": 2.00001, "n": 3}})
    assert not alike(claim, {**claim, "answers": []})


@pytest.mark.parametrize("name", committed())
def test_a_committed_report_belongs_to_the_code(name):
    folder, room, paper = ROOT / "reports" / name, rooms.room(name), rooms.paper_of(name)
    record = records.load_record(folder / "record.json")
    assert record.preset == "paper"
    assert record.settings == room.presets["paper"].model_dump(mode="json")
    told = verify.condemned(room, record, verify.read(folder))
    assert not told, (
        f"trials of {told} were made by other code: `backstory verify {name}`, or run the paper preset again"
    )
    settings = room.settings.model_validate(record.settings)
    again = runs.judged(paper, room.measure(settings, published.load_rows(folder, record)), record.settings)
    assert [claim.id for claim in again] == [claim.id for claim in record.claims]
    for now, then in zip(again, record.claims, strict=True):
        assert alike(now.model_dump(), then.model_dump()), f"{now.id}: `backstory report {name}`"
    assert record.provenance.measuring == runs.measuring_hash(room), (
        f"measured by other code: `backstory report {name}`"
    )
    assert sum(path.stat().st_size for path in folder.rglob("*")) < LARGEST
    assert not list(folder.rglob("*.pdf"))
    assert all(path.stat().st_size < FILM for path in folder.rglob("*.gif"))


@pytest.mark.parametrize("name", committed())
def test_the_columns_of_published_trials_have_names_of_their_own(name):
    with (ROOT / "reports" / name / "trials.csv").open(encoding="utf-8") as file:
        head = file.readline().strip().split(",")
    assert len(set(head)) == len(head)


@pytest.mark.parametrize("name", committed())
def test_the_readme_tells_the_verdicts_of_the_committed_record(name):
    record = records.load_record(ROOT / "reports" / name / "record.json")
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if f"`{name}`" in line and "|" in line)
    assert row.rstrip(" |").endswith("; ".join(tally.sentence for tally in tallies(record.claims)))


def test_every_era_is_published_or_said_not_to_be():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    waiting = [
        name for name in catalogue.ids() if any(f"| `{name}` |" in x and "not yet published" in x for x in lines)
    ]
    assert sorted(committed() + waiting) == sorted(catalogue.ids())


@pytest.mark.parametrize("name", committed())
def test_no_word_of_a_report_stands_twice(name):
    words = filled_in(records.load_record(ROOT / "reports" / name / "record.json"))
    paper = rooms.paper_of(name)
    texts = [paper.reproduction.answer, *(section.finding for section in paper.section)]
    texts += [note.text for note in (*paper.note, *paper.open_question)]
    texts += [text for picture in paper.figure for text in (picture.caption, picture.alt)]
    for text in texts:
        told = fill(text, words)
        twice = re.search(r"\b([A-Za-z]{2,})[ ]\1\b", told)
        assert not twice or twice[1] in ("had", "million"), told
