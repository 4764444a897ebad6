"""Every table of every committed report and of the fake one, set by LaTeX, for pages of one column and of two."""

import shutil
import subprocess

import pytest

from core.publishing import latex
from tests.conftest import ROOT

COMMANDS = {"pdflatex": ["-interaction=nonstopmode", "-halt-on-error"], "tectonic": []}


@pytest.mark.slow
@pytest.mark.parametrize("columns", [1, 2])
def test_every_table_of_the_reports_compiles(tmp_path, fake, columns):
    found = next((name for name in COMMANDS if shutil.which(name)), None)
    if not found:
        pytest.skip("neither pdflatex nor tectonic is installed, so that no table can be compiled")
    places = [*sorted((ROOT / "reports").glob("*/tables/*.tex")), *sorted((fake.folder / "tables").glob("*.tex"))]
    chosen = [path for path in places if path.stem.endswith("_two_columns") == (columns == 2)]
    assert chosen
    packages = "".join(f"\\usepackage{{{name}}}\n" for name in latex.PACKAGES)
    parts = [f"% {path.parts[-3:]}\n{path.read_text(encoding='utf-8')}\\clearpage" for path in chosen]
    options = "[twocolumn]" if columns == 2 else ""
    body = "\n".join(parts)
    source = f"\\documentclass{options}{{article}}\n{packages}\\begin{{document}}\n{body}\\end{{document}}\n"
    (tmp_path / "tables.tex").write_text(source, encoding="utf-8")
    command = [found, *COMMANDS[found], "tables.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "Float too large" not in done.stdout
