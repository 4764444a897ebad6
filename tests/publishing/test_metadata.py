"""The files that describe this project and its reports to others: versions that agree, and titles by a rule."""

import tomllib

import pytest

from core.publishing import citing, metadata
from tests.conftest import ROOT
from tests.publishing import fake_era

yaml = pytest.importorskip("yaml")


def test_the_citation_file_has_the_version_of_the_package_and_the_date_of_its_release():
    told = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert told["version"] == version
    assert told["date-released"].year == citing.YEAR
    assert f"## {version} ({told['date-released'].isoformat()})" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert [author["name"] for author in told["authors"]] == [citing.AUTHOR]
    assert not {"doi", "url", "repository-code"} & set(told)  # there is none yet


def outcomes(*told):
    claims = {(one.family, one.outcome): one for one in fake_era.record_of(fake_era.paper_of()).claims}
    return [claims[one] for one in told]


@pytest.mark.parametrize(
    ("told", "holds"),
    [
        ([("measurements", "agrees")], True),
        ([("measurements", "disagrees"), ("counts", "agrees"), ("worked out", "agrees")], False),
        ([("measurements", "agrees"), ("measurements", "disagrees")], False),  # as many on either side
        ([("measurements", "agrees"), *[("measurements", one) for one in ("undecided", "partly", "depends")]], True),
        ([("measurements", "undecided"), ("counts", "agrees"), ("recalled", "disagrees")], True),
        ([("counts", "agrees"), ("counts", "disagrees"), ("counts", "disagrees")], False),
        ([("worked out", "agrees")], False),  # nothing of the paper's own
    ],
)
def test_a_replication_is_one_where_more_holds_than_fails(told, holds):
    assert metadata.replicated(outcomes(*told)) is holds


@pytest.mark.parametrize(("wrong", "start"), [((), "[Re]"), (("own_agrees", "single", "more"), "[¬Re]")])
def test_a_report_describes_itself_as_rescience_does(tmp_path, wrong, start):
    fake_era.publish(tmp_path / "r", wrong=wrong)
    text = (tmp_path / "r" / metadata.FILE).read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    assert told["title"] == f"{start} A Rule of 50% & More"
    assert text.startswith("# [Re] where more of the paper's measurements are reproduced than not")
    assert told["type"] == "Replication"
    assert told["language"] == "Python"
    assert told["bibliography"] == "references.bib"
    original = {name: value for one in told["replication"] for name, value in one.items()}
    assert original["bib"] == "first1901"
    assert "Journal of Fakes" in original["cite"]
    code = {name: value for one in told["code"] for name, value in one.items()}
    assert code == {"url": None, "doi": None, "swh": None, "version": "0.1.0", "commit": "0123456789abcdef"}
    assert "Backstory 0.1.0, preset paper: 1,234 trials" in told["abstract"]
    for name in ("report.md", "report.html"):
        page = (tmp_path / "r" / name).read_text(encoding="utf-8").replace("\\[", "[")
        assert f"{start} A Rule of 50% &" in page
        assert "metadata.yaml" in page


def test_figures_and_citations_carry_the_version(fake):
    assert (
        b"Backstory 0.1.0 (2026), reproduction fake_1901, figure turning"
        in (fake.folder / "figures" / "turning.svg").read_bytes()
    )
    for name in ("turning.png", "film.gif"):
        assert b"Backstory 0.1.0 (2026)" in (fake.folder / "figures" / name).read_bytes()
    for work in (
        citing.Work("9.1"),
        citing.Work("9.1", "e", "T"),
        citing.Work("9.1", "e", "T", citing.Part("claim", "c", "C")),
    ):
        assert "9.1" in work.bibtex()
        assert "9.1" in work.apa()
        assert "9.1" in work.caption("X (1901)")
        assert work.csl()["version"] == "9.1"
