"""Citations: every entry in every style, letters for equal years, and BibTeX that LaTeX sets."""

import json
import re
import shutil
import subprocess

import pytest

from core.errors import BackstoryError
from core.publishing import citations, citing
from reproductions.cli import catalogue

WORKS = [
    citing.Work("1.0"),
    citing.Work("1.0", "era_1", "What a_b & 50 % do (1901)"),
    citing.Work("1.0", "era_1", "T", citing.Part("figure", "error_by_network", "2^n of γ_1, 5 %")),
    citing.Work("1.0", "era_1", "T", citing.Part("claim", "mp_1", "“2^200” & {more}")),
]


@pytest.fixture(scope="module")
def known():
    return citations.load(catalogue.BIBLIOGRAPHY)


def test_every_entry_of_the_bibliography_can_be_written(known):
    for key, entry in known.items():
        assert entry.fields["year"] in citations.plain(known, key)
        assert key in citations.bibtex(known, [key])
        apa = citations.apa(known, key)
        assert f"({entry.fields['year']})" in apa
        assert ".." not in apa.replace("...", "")
        assert not re.search(r"[{}\\]", apa)
        item = citations.csl(known, key)
        assert item["id"] == key
        assert all(set(one) <= {"family", "given", "literal"} for one in item["author"])
    assert citations.apa(known, "lecun1989backpropagation") == (
        "LeCun, Y., Boser, B., Denker, J. S., Henderson, D., Howard, R. E., Hubbard, W., & Jackel, L. D. (1989). "
        "Backpropagation Applied to Handwritten Zip Code Recognition. Neural Computation, 1(4), 541–551."
    )
    assert citations.apa(known, "batavia1996applying").endswith(
        "(Report CMU-RI-TR-96-31). Robotics Institute, Carnegie Mellon University."
    )
    assert citations.apa(known, "werbos1974beyond").endswith("[Doctoral dissertation, Harvard University].")


def test_equal_authors_and_years_get_letters(known):
    keys = ["pomerleau1990rapidly", "pomerleau1991efficient", "pomerleau1989alvinn"]
    told = citations.apa_all(known, keys)
    assert [re.search(r"\((\d{4}\w?)\)", line)[1] for line in told] == ["1991b", "1991a", "1989"]
    assert citing.after_keys(keys, known) == "Pomerleau (1991b); Pomerleau (1991a); Pomerleau (1989)"
    assert citations.letters(known, keys[:1]) == {"pomerleau1990rapidly": ""}


def test_an_unknown_reference_is_refused(known, tmp_path):
    with pytest.raises(BackstoryError, match="no reference 'nobody'"):
        citations.plain(known, "nobody")
    with pytest.raises(BackstoryError, match="cannot read the references"):
        citations.load(tmp_path / "none.bib")


def test_signs_that_mean_something_to_latex_are_escaped_once():
    assert citations.escaped("a_b & 50% #1") == r"a\_b \& 50\% \#1"
    assert citations.escaped(r"a\_b $x_1$ {\'e}") == r"a\_b $x_1$ {\'e}"
    assert citations.escaped("2^n γ é") == r"2\textasciicircum{}n $\gamma$ é"


def test_every_entry_is_cited_somewhere_and_stands_there_once(known):
    folder = catalogue.BIBLIOGRAPHY.parent
    texts = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.suffix in (".toml", ".py"))
    assert [key for key in known if f'"{key}"' not in texts] == []
    titles = [re.sub(r"\W", "", entry.fields["title"]).lower() + entry.fields["year"] for entry in known.values()]
    seen = {title for title in titles if titles.count(title) > 1}
    assert seen == set()


def test_only_pages_that_carry_no_date_are_without_one(known):
    undated = {key for key, entry in known.items() if entry.fields["year"] == "n.d."}
    assert undated == {"adaptiveslides", "chmwidrow", "finitediffdocs", "nettalkslides", "oeisA000609"}


def test_the_project_is_cited_in_every_style():
    suite, era, figure, claim = WORKS
    assert suite.key == "backstory"
    assert figure.key == "backstory_era_1_error_by_network"
    assert "@software{backstory_era_1," in era.bibtex()
    assert "@misc{backstory_era_1_misc," in era.bibtex()
    assert r"error\_by\_network" in figure.bibtex()
    assert "[Claim mp_1]" in claim.apa()
    assert figure.caption("X (1901)").endswith("figure error_by_network, CC BY 4.0. After X (1901).")
    assert [work.csl()["type"] for work in WORKS] == ["software", "software", "graphic", "software"]
    json.dumps([work.csl() for work in WORKS])


@pytest.mark.slow
def test_every_citation_compiles_with_the_classic_style(known, tmp_path):
    if not (shutil.which("pdflatex") and shutil.which("bibtex")):
        pytest.skip("pdflatex or bibtex is not installed, so that no citation can be compiled")
    text = citations.bibtex(known, list(known)) + "\n" + "\n".join(work.bibtex() for work in WORKS)
    (tmp_path / "r.bib").write_text(text, encoding="utf-8")
    source = (
        "\\documentclass{article}\\begin{document}\\nocite{*}\\bibliographystyle{plain}\\bibliography{r}\\end{document}"
    )
    (tmp_path / "r.tex").write_text(source)
    latex = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "r.tex"]
    for command in (latex, ["bibtex", "r"], latex, latex):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout[-2000:]
    assert "error message" not in done.stdout
