"""Every table of every committed report, set by LaTeX in one document."""

import shutil
import subprocess

import pytest

from core.publishing import latex
from tests.conftest import ROOT

TABLES = sorted((ROOT / "reports").glob("*/tables/*.tex"))
COMMANDS = {"pdflatex": ["-interaction=nonstopmode", "-halt-on-error"], "tectonic": []}


@pytest.mark.slow
def test_every_table_of_the_reports_compiles(tmp_path):
    found = next((name for name in COMMANDS if shutil.which(name)), None)
    if not found:
        pytest.skip("neither pdflatex nor tectonic is installed, so that no table can be compiled")
    assert TABLES
    packages = "".join(f"\\usepackage{{{name}}}\n" for name in latex.PACKAGES)
    body = "\n".join(f"% {path.parts[-3:]}\n{path.read_text(encoding='utf-8')}" for path in TABLES)
    source = f"\\documentclass{{article}}\n{packages}\\begin{{document}}\n{body}\\end{{document}}\n"
    (tmp_path / "tables.tex").write_text(source, encoding="utf-8")
    done = subprocess.run([found, *COMMANDS[found], "tables.tex"], cwd=tmp_path, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    assert (tmp_path / "tables.pdf").exists()
    assert b"Missing character" not in done.stdout
