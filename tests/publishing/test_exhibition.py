"""The front page and the story: they match the records, and lead to places that exist."""

import csv
import io
import re

import pytest

from core.errors import BackstoryError
from core.evidence import record as records
from core.evidence.machines import MACHINES
from core.evidence.story import check, load_story
from core.evidence.tallies import tallies
from core.publishing import citations, costs, exhibition, stories
from reproductions.cli import catalogue, front_page, rooms
from tests.conftest import ROOT
from tests.publishing import fake_era
from tests.publishing.page import Page, is_sound

REPORTS = ROOT / "reports"


def test_the_front_page_is_one_sound_file_that_loads_nothing(exhibited):
    page = is_sound(exhibited.files["index.html"])
    assert {"fake_1901", "fake_1986", "fake_2020", "claims", "hours"} <= set(page.ids)
    assert len(page.images) == 2


def test_a_card_asks_answers_shows_and_leads_on(exhibited):
    text = exhibited.files["index.html"]
    cards = re.findall(r"<article.*?</article>", text, re.S)
    assert len(cards) == 3
    for card, one in zip(cards, exhibited.exhibits, strict=True):
        assert one.paper.card.asks in card
        if one.record is None:
            assert "Not yet published." in card
            continue
        assert f'href="{one.id}/report.html"' in card
        assert "It does: " in card
        assert 'src="data:image/png;base64,' in card
        assert tallies(one.record.claims)[0].words.split(",")[0].split(" ", 1)[1] in card
        assert ("Try it yourself" in card) == (one.id == "fake_1901")


def test_seventy_years_are_a_line_of_marks_for_each_era(exhibited):
    text = exhibited.files["index.html"]
    lines = re.findall(r"<li><span class=\"when\">.*?</li>", text, re.S)
    assert len(lines) == 3
    for line, one in zip(lines, exhibited.exhibits, strict=True):
        assert line.count('class="mark') == len(one.claims)
        if one.record:
            assert f'aria-label="{"; ".join(t.sentence for t in tallies(one.claims))}"' in line
    for ending in ("svg", "png"):
        assert (exhibited.root / f"{exhibition.PICTURE}.{ending}").stat().st_size > 1000


def test_every_claim_is_a_line_of_the_table_and_of_the_file(exhibited):
    lines = list(csv.DictReader(io.StringIO(exhibited.files["claims.csv"])))
    claims = {(one.id, claim.id): claim for one in exhibited.exhibits for claim in one.claims}
    assert {(line["reproduction"], line["id"]) for line in lines} == set(claims)
    assert exhibited.files["index.html"].count("<tr data-outcome=") == len(lines)
    for line in lines:
        claim = claims[line["reproduction"], line["id"]]
        assert (line["verdict"], line["reason"], line["family"]) == (claim.word, claim.reason, claim.family)
        assert line["ours"] == ("" if claim.ours is None else str(claim.ours.estimate))
        assert line["changed"] == claim.changed


@pytest.mark.parametrize("name", ["index.html", "README.md", "story/report.md", "story/report.html"])
def test_links_lead_to_files_and_places_that_exist(exhibited, name):
    here = (exhibited.root / name).parent
    found = re.findall(r'href="([^"#:]+)(?:#([^"]*))?"|\]\(([^)#:]+)(?:#([^)]*))?\)', exhibited.files[name])
    links = {(a or c, b or d) for a, b, c, d in found}
    assert len(links) > 1
    for path, anchor in links:
        place = (here / path).resolve()
        assert place.exists(), path
        if anchor:
            assert f'id="{anchor}"' in place.read_text(encoding="utf-8"), (path, anchor)


def test_the_same_inputs_give_the_same_bytes_and_a_changed_record_changes_them(exhibited):
    again = exhibition.render(exhibited.root, exhibited.exhibits[::-1], exhibited.story)
    assert again == {name: exhibited.files[name] for name in again}
    first = exhibited.exhibits[0]
    other = exhibition.Exhibit(first.paper, fake_era.record_of(first.paper, wrong=("own_agrees",)))
    changed = exhibition.render(exhibited.root, [other, *exhibited.exhibits[1:]], exhibited.story)
    assert all(changed[name] != again[name] for name in again)


def test_the_table_of_hours_is_told_by_the_records(exhibited):
    told = costs.lines([(one.paper, one.record) for one in exhibited.exhibits if one.record])
    assert [line.year for line in told] == [1901, 1986]
    assert told[0].machine.startswith(MACHINES[0].name)
    fastest = max((one for one in MACHINES if one.year <= 1986), key=lambda one: one.speed)
    assert told[1].on_old_seconds == pytest.approx(7e9 / fastest.speed)
    assert costs.machine_of(2020) is None
    assert "a week by hand" in exhibited.files["index.html"]
    assert "67 minutes" in exhibited.files["README.md"]


def test_cards_stand_in_the_order_in_which_eras_began_and_name_their_papers():
    files = front_page.render("paper", REPORTS)
    firsts = [
        int(re.search(r"\d{4}", when).group())
        for when in re.findall(r'<li><span class="when">([^<]+)<', files["index.html"])
    ]
    assert len(firsts) > 10
    assert firsts == sorted(firsts)
    for text in (files["index.html"], files["README.md"]):
        assert "Minsky" in text
        assert re.search(r"and \d+ more", text)


def test_quick_runs_have_a_page_that_says_so(exhibited, tmp_path):
    paper = exhibited.exhibits[0].paper
    quick = exhibition.Exhibit(paper, fake_era.record_of(paper, "quick"))
    files = exhibition.render(tmp_path, [quick], None)
    assert "They are not the published results." in files["index.html"]
    assert "story/" not in files["README.md"] + files["index.html"]
    is_sound(files["index.html"])


def test_the_story_shows_each_statement_with_what_decides_it(exhibited):
    is_sound(exhibited.files["story/report.html"])
    for name in ("story/report.html", "story/report.md"):
        text = exhibited.files[name]
        for part in ("borne out", "accounts differ", "It turns.", "1901, of 1900", "Read by us; it says so."):
            assert part in text, (name, part)
        assert "unseen, not yet run" in text
    assert "A gadget turns." in exhibited.files["index.html"]


def test_every_outcome_of_a_statement_looks_like_one_of_a_claim():
    from typing import get_args

    from core.evidence.story import Outcome

    assert set(stories.LOOKS) == set(get_args(Outcome))


# What is committed.


def test_the_committed_story_can_be_read_and_every_source_is_known():
    story = load_story(catalogue.STORY)
    known = citations.load(catalogue.BIBLIOGRAPHY)
    papers = {}
    for name in catalogue.ids():
        try:
            papers[name] = rooms.paper_of(name)
        except BackstoryError:
            continue
    check(story, papers)
    for statement in story.statement:
        for document in statement.document:
            assert set(document.keys) <= set(known), statement.id
            assert document.date
            assert not re.search(r"[\"]", document.text), "quotation marks are “ ”"
    assert set(story.keys) <= set(known)
    lonely = [s.id for s in story.statement if s.kind == "event" and not any(d.says != "more" for d in s.document)]
    assert lonely == ["force_equals_mass"]  # nothing but the account itself speaks for it


def test_the_committed_pages_are_those_of_the_committed_records():
    if not (REPORTS / "index.html").exists():
        pytest.skip("no front page is committed")
    files = front_page.render("paper", REPORTS)
    stale = [name for name, text in files.items() if (REPORTS / name).read_text(encoding="utf-8") != text]
    assert stale == [], "write them again with `backstory report all`"
    Page(files["index.html"])


def test_the_table_of_the_readme_is_the_one_that_the_records_give():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = front_page.readme_table(front_page.exhibits("paper", REPORTS))
    assert front_page.with_table(text, table) == text, "run `backstory report all`"
    assert front_page.with_table("no marks here", table) == "no marks here"


def test_a_readme_row_tells_all_families(exhibited):
    table = front_page.readme_table(exhibited.exhibits)
    rows = table.splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == ["fake_1901", "fake_1986", "fake_2020"]
    for told in tallies(exhibited.exhibits[0].claims):
        assert told.sentence in rows[0]
    assert "not yet published" in rows[2]


def test_a_report_folder_without_a_record_is_told(tmp_path):
    with pytest.raises(BackstoryError, match="there is no record under"):
        front_page.chosen("all", "paper", tmp_path)
    assert front_page.after("all", "paper", tmp_path) == []
    assert records.SCHEMA_VERSION == 2
