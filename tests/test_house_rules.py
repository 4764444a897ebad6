"""Rules of the house: who may import whom, how long a file may be, and committed reports that match the code."""

import ast
import importlib
from pathlib import Path

import pytest

from core.evidence import record as records
from core.evidence.fingerprint import code_fingerprint, sources
from core.evidence.tallies import tally
from reproductions import catalogue, execute
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
        assert not {n.split(".")[0] for n in imports(path)} & {
            "reproductions",
            "torch",
            "jax",
            "tensorflow",
            "autograd",
        }


def test_learning_is_numpy_and_compiled_loops_and_nothing_else():
    standard = {"__future__", "collections", "dataclasses", "typing"}
    for path in (ROOT / "core/learning").rglob("*.py"):
        loops = NUMERIC_ONLY | {"concurrent", "functools"}  # threads that share a batch
        allowed = loops if "compiled" in path.parts else NUMERIC_ONLY - {"numba", "llvmlite"}
        assert {n.split(".")[0] for n in imports(path)} <= allowed | standard, path
        calls = {
            n.func.id
            for n in ast.walk(ast.parse(path.read_text()))
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        }
        assert not calls & {"print", "open", "input"}, path


def test_no_module_level_generator():
    for path in SOURCES:
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef):
                assert "default_rng" not in ast.unparse(node), path
        assert "np.random.seed" not in path.read_text()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_short_and_public_things_documented(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 250
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module needs a docstring"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            leading = text.splitlines()[node.body[0].lineno - 2 : node.body[0].lineno]
            assert ast.get_docstring(node) or any("#" in line for line in leading), f"{node.name} needs a docstring"


@pytest.mark.parametrize("name", catalogue.ids())
def test_a_reproduction_has_its_parts(name):
    module = importlib.import_module(f"reproductions.{name}")
    assert set(module.PRESETS) == {"quick", "paper"}
    assert module.Settings.model_config["frozen"]
    assert callable(module.run)
    assert callable(module.figures)


@pytest.mark.parametrize("name", catalogue.ids())
def test_a_committed_report_was_made_by_the_code_as_it_is(name):
    folder = ROOT / "reports" / name
    record = records.load_record(folder / "record.json")
    module = execute.script(name)
    assert record.preset == "paper"
    assert record.settings == module.PRESETS["paper"].model_dump(mode="json")
    paper = execute.paper_of(name)
    ours = {claim.id: claim.ours for claim in record.claims if claim.ours}
    assert records.judged(paper, ours, record.settings) == record.claims
    versions = record.provenance["libraries"]
    fingerprint = code_fingerprint(Path(module.__file__), versions=versions)
    assert record.provenance["code"] == fingerprint, "run the paper preset again: the code of its trials has changed"
    assert sum(path.stat().st_size for path in folder.rglob("*")) < 5e6
    assert not list(folder.rglob("*.pdf"))


@pytest.mark.parametrize("name", catalogue.ids())
def test_the_readme_tells_the_verdicts_of_the_committed_record(name):
    record = records.load_record(ROOT / "reports" / name / "record.json")
    told = f"of {tally(record).total} experimental claims {tally(record).words}"
    row = next(
        line
        for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
        if f"`{name}`" in line and "|" in line
    )
    assert row.rstrip(" |").endswith(told)


def test_the_fingerprint_reads_what_trials_compute_with_and_nothing_else():
    names = {path.relative_to(ROOT).as_posix() for path in sources(ROOT / "reproductions/zipcodes_1989.py")}
    assert {
        "reproductions/zipcodes_1989.py", "core/learning/ordered.py", "core/learning/ops/convolution.py",
        "core/learning/compiled/layers.py", "core/learning/compiled/lanes.py", "core/learning/optimizers.py",
        "core/networks/zipcode.py", "core/networks/dense.py", "core/datasets/digits.py",
        "core/evidence/classification.py", "core/evidence/seeds.py",
    } <= names  # fmt: skip
    assert not any(name.startswith("core/publishing") for name in names)
    assert not {"core/evidence/verdicts.py", "core/evidence/trials.py", "core/datasets/store.py"} & names
