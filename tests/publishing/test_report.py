"""The report of a quick run: complete, self-contained, redrawn byte for byte."""

import hashlib
import re
import shlex
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from core.evidence import record as records
from core.publishing import documents
from reproductions.cli import execute


def digest(folder):
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()
    }


class Page(HTMLParser):
    """Collects what a browser would load, and whether tags are closed."""

    VOID = frozenset({"meta", "link", "img", "br", "hr", "input"})

    def __init__(self):
        super().__init__()
        self.open, self.loads, self.images, self.headings, self.ids, self.targets = [], [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag not in self.VOID:
            self.open.append(tag)
        self.loads += [found[k] for k in ("src", "srcset") if k in found]
        self.loads += [found["href"]] if tag == "link" else []
        self.targets += [found["href"][1:]] if tag == "a" and found.get("href", "").startswith("#") else []
        self.ids += [found["id"]] if "id" in found else []
        if tag == "img":
            self.images.append(found.get("alt", ""))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_html_report_is_one_sound_file_that_loads_nothing(quick):
    folder, _, _ = quick
    text = (folder / "report.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.open == []
    assert all(address.startswith("data:") for address in page.loads)
    assert "url(" not in text
    assert len(page.images) == 8
    assert all(len(alt) > 20 for alt in page.images)
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    assert set(page.targets) <= set(page.ids)


@pytest.mark.parametrize("name", ["report.md", "report.html"])
def test_reports_keep_the_order_and_show_every_claim(quick, name):
    folder, record, _ = quick
    text = (folder / name).read_text(encoding="utf-8")
    parts = [
        "Verdicts",
        "Pictures",
        "What the paper did",
        "What we assumed",
        "What we replaced",
        "Cost, then and now",
        "How to run it again",
        "How to cite it",
        "Exercises",
    ]
    places = [text.rindex(part) for part in parts]
    assert places == sorted(places)
    for claim in record["claims"]:
        assert claim["id"] in text
    assert "Karpathy 2022: 4.09 %" in text
    for exercise in execute.paper_of("zipcodes_1989").exercise:
        assert exercise.title in text
        assert exercise.command.split(" --set")[0] in text
    assert "{% " not in text
    assert "{band}" not in text


def test_captions_and_notes_name_only_what_the_record_fills_in(quick):
    record, _ = records.load(quick[0])
    words = documents.filled_in(record)
    paper = execute.paper_of("zipcodes_1989")
    for text in [*(f.caption for f in paper.figure), *(f.alt for f in paper.figure), *(n.text for n in paper.note)]:
        assert text.format(**words)


def test_the_folder_holds_what_was_promised(quick):
    folder, _, _ = quick
    names = set(digest(folder))
    assert {"report.md", "report.html", "record.json", "trials.csv", "arrays.npz", "references.bib"} <= names
    for table in ("claims", "networks", "intervals", "sweep"):
        assert {f"tables/{table}.{ending}" for ending in ("csv", "md", "tex")} <= names
    for ending in ("svg", "png", "pdf"):
        assert len([n for n in names if n.startswith("figures/") and n.endswith(ending)]) == 8
    bibliography = (folder / "references.bib").read_text()
    for key in ("lecun1989backpropagation", "karpathy2022deep", "hastie2009elements", "lecun1998gradient"):
        assert key in bibliography


@pytest.fixture
def copied(quick, tmp_path):
    """A copy of the quick run's folder that a test may change, in a report folder of its own."""
    return Path(shutil.copytree(quick[0], tmp_path / "quick" / "zipcodes_1989"))


def test_a_report_redrawn_is_the_same_to_the_byte_and_trains_nothing(copied, monkeypatch):

    def never(*arguments, **options):
        raise AssertionError("redrawing must not train")

    monkeypatch.setattr("core.evidence.run.run_trials", never)
    before = digest(copied)
    out = copied.parents[1]
    for formats in (["svg", "png", "pdf"], ["svg"]):  # formats that are there already stay
        execute.redraw("zipcodes_1989", "quick", out, formats)
        assert digest(copied) == before


def test_changed_rules_do_not_pass_for_those_of_the_run(copied, monkeypatch):
    paper = execute.paper_of("zipcodes_1989")
    softer = paper.claim[10].model_copy(update={"rule": paper.claim[10].rule.model_copy(update={"tolerance": 9.0})})
    changed = paper.model_copy(update={"claim": [*paper.claim[:10], softer, *paper.claim[11:]]})
    monkeypatch.setattr(execute, "paper_of", lambda name: changed)
    before = digest(copied)
    with pytest.raises(execute.BackstoryError, match="were changed after the record"):
        execute.redraw("zipcodes_1989", "quick", copied.parents[1], ["svg"])
    assert digest(copied) == before


def test_a_record_whose_networks_all_diverged_still_has_a_report(quick, tmp_path):
    folder, _, _ = quick
    record, _ = records.load(folder)
    target = tmp_path / "quick" / "zipcodes_1989"
    target.mkdir(parents=True)
    measured = {c.id: c.ours for c in record.claims if c.rule.kind == "exact" and c.ours}
    empty = record.model_copy(
        update={"claims": records.judged(execute.paper_of("zipcodes_1989"), measured, record.settings)}
    )
    records.save(target, empty, [], {})
    execute.redraw("zipcodes_1989", "quick", tmp_path, ["svg"])
    text = (target / "report.md").read_text()
    assert "not measured" in text


def test_the_command_of_a_changed_run_makes_the_same_settings(quick):
    record, _ = records.load(quick[0])
    asked = execute.Request("zipcodes_1989", "paper", ("passes=3", "etas=[0.001, 0.003]", "data=embedded"), seeds=7)
    settings, preset = execute.settings_for(asked)
    words = shlex.split(documents._command(record.model_copy(update={"preset": preset})))
    assert words[:5] == ["backstory", "run", "zipcodes_1989", "--preset", "paper"]
    again = execute.Request("zipcodes_1989", "paper", tuple(words[6::2]))
    assert execute.settings_for(again) == (settings, preset)
