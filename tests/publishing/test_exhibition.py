"""The front page of the reports and the story: they match the records, and the rule that weighs statements."""

import csv
import io
import re
import shutil
from itertools import pairwise

import pytest

from core.errors import BackstoryError
from core.evidence import record as records
from core.evidence import story as stories
from core.evidence.claims import Rule
from core.evidence.record import ClaimResult, Ours
from core.evidence.tallies import tally
from core.publishing import exhibition as pages
from reproductions.cli import catalogue, execute
from reproductions.cli import front_page as exhibition
from tests.conftest import ROOT
from tests.publishing.test_report import Page

REPORTS = ROOT / "reports"
STATEMENTS = {
    "werbos_discovered", "force_equals_mass", "minsky_rejected", "minsky_difficult", "minsky_slow", "cars_1980s",
    "digits_1990s", "images_2010s", "neuron_line", "softmax_last", "next_tokens", "cross_entropy", "gradient_descent",
    "downhill_picture", "any_number", "widrow_slopes", "lms_1959", "not_multilayer", "minsky_scale", "minsky_speed",
}  # fmt: skip


@pytest.fixture(scope="module")
def files():
    return exhibition.render("paper", REPORTS)


@pytest.fixture
def copied(tmp_path):
    """Two published reports in a report folder of their own."""
    for name in ("lms_1959", "zipcodes_1989"):
        shutil.copytree(REPORTS / name, tmp_path / name, ignore=shutil.ignore_patterns("*.svg", "*.gif", "*.npz"))
    return tmp_path


def test_the_committed_pages_are_those_of_the_committed_records(files):
    stale = [name for name, text in files.items() if (REPORTS / name).read_text(encoding="utf-8") != text]
    assert stale == [], "write them again with `backstory report all`"


def test_the_same_inputs_give_the_same_bytes(copied):
    first = exhibition.write("paper", copied)
    kept = {name: (copied / name).read_bytes() for name in exhibition.render("paper", copied)}
    assert first == copied / "index.html"
    exhibition.write("paper", copied)
    assert kept == {name: (copied / name).read_bytes() for name in kept}
    assert not list(copied.rglob(".*"))


def test_a_changed_record_changes_the_pages(copied):
    before = exhibition.render("paper", copied)
    path = copied / "lms_1959/record.json"
    record = records.load_record(path)
    claim = record.claims[0].model_copy(update={"verdict": "not reproduced", "reason": "changed"})
    records.write_record(path, record.model_copy(update={"claims": [claim, *record.claims[1:]]}))
    after = exhibition.render("paper", copied)
    assert {name for name in before if before[name] != after[name]} >= {"index.html", "README.md", "claims.csv"}


def test_every_reproduction_has_a_card_and_every_claim_a_line(files):
    text = files["index.html"]
    page = Page()
    page.feed(text)
    assert page.open == []
    assert all(address.startswith("data:") for address in page.loads)
    assert all(len(alt) > 20 for alt in page.images)
    assert set(page.targets) <= set(page.ids)
    assert len(text.encode()) < 4e6
    lines = list(csv.DictReader(io.StringIO(files["claims.csv"])))
    for name in catalogue.ids():
        assert name in page.ids
        assert f"](#{name})" in files["README.md"]
        told = {line["id"]: line["verdict"] for line in lines if line["reproduction"] == name}
        if (REPORTS / name / "record.json").exists():
            record = records.load_record(REPORTS / name / "record.json")
            assert told == {claim.id: claim.verdict for claim in record.claims}
            assert f"experimental claims: {tally(record).words}." in files["README.md"]
        else:
            assert set(told) == {claim.id for claim in execute.paper_of(name).claim}
            assert set(told.values()) == {"not yet run"}
    assert len(re.findall(r"<tr data-verdict", text)) == len(lines)


@pytest.mark.parametrize("name", ["index.html", "README.md", "story/report.md", "story/report.html"])
def test_links_lead_to_files_and_places_that_exist(files, name):
    here = (REPORTS / name).parent
    found = re.findall(r'href="([^"#:]+)(?:#([^"]*))?"|\]\(([^)#:]+)(?:#([^)]*))?\)', files[name])
    links = {(a or c, b or d) for a, b, c, d in found}
    assert len(links) > 5
    texts = {}
    for path, anchor in links:
        place = (here / path).resolve()
        assert place.exists(), path
        if anchor:
            texts[place] = texts.get(place) or place.read_text(encoding="utf-8")
            assert f'id="{anchor}"' in texts[place], (path, anchor)


def test_reproductions_without_a_record_are_told_as_not_yet_published(copied):
    files = exhibition.render("paper", copied)
    assert files["index.html"].count("not yet published") == len(catalogue.ids()) - 2
    with pytest.raises(BackstoryError, match="there is no record under"):
        exhibition.chosen("all", "paper", copied / "nowhere")
    assert exhibition.after("all", "paper", copied / "nowhere") == []
    assert exhibition.after("lms_1959", "paper", copied) == []
    assert exhibition.chosen("all", "paper", copied) == ["lms_1959", "zipcodes_1989"]


def test_quick_runs_have_a_page_without_the_story(copied):
    shutil.copytree(copied / "lms_1959", copied / "quick/lms_1959")
    files = exhibition.render("quick", copied)
    assert set(files) == {"index.html", "README.md", "claims.csv"}
    assert exhibition.write("quick", copied) == copied / "quick/index.html"
    assert "story/" not in files["README.md"] + files["index.html"]


def test_an_exhibit_without_a_choice_shows_a_claim_that_was_seen_and_its_first_drawn_figure(copied):
    record = records.load_record(copied / "lms_1959/record.json")
    one = pages.Exhibit(execute.paper_of("lms_1959"), record)
    card = pages._card(copied, one)
    assert card["headline"]["statement"] == next(
        c.statement for c in record.claims if c.ours and not c.ours.counted and c.standing == "read"
    )
    assert card["picture"]["file"] == "lms_1959/figures/rate_of_adaptation.png"
    shutil.rmtree(copied / "lms_1959/figures")
    assert pages._card(copied, one)["picture"] is None


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"claim": "time_constnt"}, "no claim 'time_constnt' to show; did you mean 'time_constant'"),
        ({"picture": "rate"}, "no picture 'rate' to show"),
        ({"picture": "modes"}, "the figure modes is missing"),
    ],
)
def test_a_choice_that_does_not_exist_is_refused(copied, choice, said):
    (copied / "lms_1959/figures/modes.png").unlink()
    record = records.load_record(copied / "lms_1959/record.json")
    with pytest.raises(BackstoryError, match=said):
        pages.render(copied, [pages.Exhibit(execute.paper_of("lms_1959"), record, **choice)], None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[lms_1959]\ncolour = 'red'", "'colour' is neither asks, claim nor picture"),
        ("[lms_1960]", "did you mean 'lms_1959'"),
    ],
)
def test_a_fault_of_the_choices_is_told(tmp_path, monkeypatch, text, said):
    monkeypatch.setattr(exhibition, "CHOICES", tmp_path / "exhibition.toml")
    exhibition.CHOICES.write_text(text)
    with pytest.raises(BackstoryError, match=said):
        exhibition.render("paper", REPORTS)


def test_a_label_of_the_timeline_hangs_above_all_that_start_beneath_it():
    told = pages.timeline([execute.paper_of(name) for name in catalogue.ids()])
    marks = told["marks"]
    assert [mark["id"] for mark in marks] == catalogue.ids()
    assert all(0 <= mark["at"] < 100 for mark in marks)
    for left, right in pairwise(marks):
        near = right["at"] - left["at"] < 5
        assert not near or left["level"] > right["level"]
    assert pages.era_label("Measured slopes (1950s)", 1950) == "1950s"
    assert pages.era_label("How it scales", 2020) == "2020"


def claim(name="c", verdict="reproduced", reason="equal", standing="read"):
    return ClaimResult(
        id=name,
        paper="p",
        statement="s",
        value=1.0,
        unit="",
        shown="",
        where="w",
        standing=standing,
        ours=Ours(estimate=1.0, low=1.0, high=1.0, n=9),
        rule=Rule(kind="exact", because="b"),
        verdict=verdict,
        reason=reason,
    )


YES = claim("yes")
PART = claim("part", "partly")
NO = claim("no", "not reproduced")
BY_RULE = claim("by_rule", "not comparable", "the value is worked out by us; by the rule it agrees (equal)", "computed")
PART_BY_RULE = claim("half", "not comparable", "recalled; by the rule it agrees in part (x)", "recalled")
NOT_BY_RULE = claim("hardly", "not comparable", "recalled; by the rule it does not agree (x)", "recalled")
OPEN = claim("open", "not comparable", "not measured: every trial it needs failed")


def test_a_tally_keeps_counts_and_experiments_apart():
    record = records.load_record(REPORTS / "lms_1959" / "record.json")
    exact = Ours(estimate=1.0, low=1.0, high=1.0, n=1, counted=True)
    counts = [claim("a").model_copy(update={"ours": exact}), claim("b", "partly").model_copy(update={"ours": exact})]
    unmeasured = OPEN.model_copy(update={"ours": None, "standing": "recalled"})
    found = tally(record.model_copy(update={"claims": [*counts, YES, YES, NO, BY_RULE, NOT_BY_RULE, unmeasured]}))
    assert (found.counts, found.equal) == (2, 1)
    assert found.experiments == {"reproduced": 2, "not reproduced": 1, "not comparable": 3}
    assert (found.total, found.words) == (6, "2 reproduced, 1 not reproduced, 3 not comparable")
    assert (found.unread, found.unread_agree) == (2, 1)


@pytest.mark.parametrize(
    ("claims", "against", "says", "other", "expected"),
    [
        ([YES], [], [], False, "supported"),
        ([YES, BY_RULE], [], ["the same", "more"], False, "supported"),
        ([NO], ["no"], [], False, "supported"),
        ([YES, OPEN], [], [], False, "supported"),
        ([YES, NO], [], [], False, "partly"),
        ([YES, PART], [], [], False, "partly"),
        ([PART_BY_RULE, NO], [], [], False, "partly"),
        ([YES], [], ["otherwise"], False, "partly"),
        ([YES], [], [], True, "partly"),
        ([NO, NOT_BY_RULE], [], [], False, "not supported"),
        ([YES], ["yes"], [], False, "not supported"),
        ([NO], [], [], True, "not supported"),
        ([OPEN], [], [], False, "not yet run"),
        ([], [], ["the same"], True, "not yet run"),
        ([], [], ["the same"], False, "documented"),
        ([], [], ["the same", "more"], False, "documented"),
        ([], [], ["more"], False, "not documented"),
        ([], [], ["the same", "otherwise"], False, "differs from the record"),
    ],
)
def test_the_rule_that_weighs_a_statement(claims, against, says, other, expected):
    bearing = [stories.Bearing(reproduction="here", why="w", against=against)] if claims else []
    bearing += [stories.Bearing(reproduction="not_there", why="w")] if other else []
    said = [stories.Document(text="t", where="w", standing="read", says=one) for one in says]
    statement = stories.Statement(id="s", text="t", bearing=bearing, document=said)
    record = records.load_record(REPORTS / "lms_1959/record.json").model_copy(update={"claims": claims})
    found = stories.story_verdict(statement, {"here": record})
    assert found.verdict == expected
    assert found.differs == ("otherwise" in says)
    assert ("not_there" in found.reason) == other


def test_documents_that_are_only_recalled_do_not_count():
    def statement(*standings):
        said = [stories.Document(text="t", where="w", standing=s, says=says) for s, says in standings]
        return stories.story_verdict(stories.Statement(id="s", text="t", document=said), {}).verdict

    assert statement(("recalled", "the same")) == "not documented"
    assert statement(("read", "the same"), ("recalled", "otherwise")) == "documented"


def test_every_statement_of_the_popular_account_is_weighed(files):
    story = stories.load_story(exhibition.STORY)
    assert {statement.id for statement in story.statement} == STATEMENTS
    found = {p.parent.name: records.load_record(p) for p in REPORTS.glob("*/record.json")}
    for statement in story.statement:
        verdict = stories.story_verdict(statement, found).verdict
        assert f"## {statement.text}\n\n**{verdict}**" in files["story/report.md"]
        runs = {part.reproduction for part in statement.bearing}
        assert verdict != "not yet run" or not runs & set(found)
    page = Page()
    page.feed(files["story/report.html"])
    assert page.open == []
    assert set(page.targets) <= set(page.ids)
    assert all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    assert set(page.ids) >= STATEMENTS


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('claims = ["page", "networks"]', 'claims = ["page", "netwroks"]', "did you mean 'networks'"),
        ('id = "force_equals_mass"', 'id = "werbos_discovered"', "two statements of the story"),
        ('standing = "read"', 'standing = "heard"', r"story.toml: statement\..*standing"),
        ('title = "The story, checked"', "", "story.toml: title"),
        ('title = "The story, checked"', "title =", "cannot read the story file"),
    ],
)
def test_a_fault_of_the_story_is_told(tmp_path, was, now, said):
    text = exhibition.STORY.read_text(encoding="utf-8")
    assert was in text
    (tmp_path / "story.toml").write_text(text.replace(was, now, 1), encoding="utf-8")
    with pytest.raises(BackstoryError, match=said):
        exhibition.render("paper", REPORTS, tmp_path / "story.toml")


def test_a_statement_on_which_nothing_bears_is_refused():
    story = stories.Story(title="t", about=[], statement=[stories.Statement(id="s", text="t")])
    with pytest.raises(BackstoryError, match="nothing bears on the statement 's'"):
        stories.check(story, {})


def test_the_table_of_the_readme_is_the_one_that_the_records_give():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = exhibition.readme_table(ROOT / "reports")
    assert exhibition.with_table(text, table) == text, "run `backstory report all`"
    assert [line.split("`")[1] for line in table.splitlines()[2:]] == catalogue.ids()
    assert exhibition.with_table("no marks here", table) == "no marks here"
