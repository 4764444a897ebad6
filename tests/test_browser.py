"""The pages in a real browser, from disk, without network: on phones and wide screens, by keyboard, dark and light.

Skipped where playwright, axe or a browser is missing; `pip install -e '.[browser]'` and a Chromium bring them.
"""

import csv

import pytest

from core.evidence.record import SCHEMA_VERSION
from core.publishing import decks, slides
from tests import browsers
from tests.conftest import ROOT
from tests.publishing.conftest import exhibited, fake  # noqa: F401

sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright here; `pip install -e '.[browser]'` has it")
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="no axe here; `pip install -e '.[browser]'` has it"
)

PAGES = ("index.html", "story/report.html", "fake_1901/report.html")
WIDTHS = (320, 390, 768, 1300, 1600)


def committed():
    """The published pages that are of this program's schema."""
    found = []
    for path in sorted((ROOT / "reports").glob("*/record.json")):
        if f'"schema_version": {SCHEMA_VERSION}' in path.read_text(encoding="utf-8"):
            found.append(path.with_name("report.html"))
    return [*found, *((ROOT / "reports" / name for name in ("index.html", "story/report.html")) if found else ())]


@pytest.fixture(scope="module")
def browser():
    yield from browsers.started(sync_api)


@pytest.fixture
def visit(browser):
    yield from browsers.visits(browser)


def violations(page):
    found = axe.Axe().run(page).response["violations"]
    return [
        (one["id"], one["impact"], one["nodes"][0]["html"][:200], len(one["nodes"]))
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def looks_sound(page, width):
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    alts = page.evaluate("[...document.images].map((image) => image.alt)")
    assert all(len(alt) > 20 for alt in alts)
    assert page.evaluate("[...document.images].every((image) => image.complete && image.naturalWidth > 0)")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_width(visit, exhibited, name, width):  # noqa: F811
    page = visit(exhibited.root / name, viewport={"width": width, "height": 844}, is_mobile=width < 500)
    looks_sound(page, width)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1300])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(visit, exhibited, name, width, scheme):  # noqa: F811
    page = visit(exhibited.root / name, color_scheme=scheme, viewport={"width": width, "height": 844})
    assert violations(page) == []
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert violations(page) == []


@pytest.mark.parametrize("path", committed(), ids=lambda path: f"{path.parent.name}/{path.name}")
@pytest.mark.parametrize("width", [320, 390, 1300])
def test_published_pages_fit_and_are_open_to_everybody(visit, path, width):
    page = visit(path, viewport={"width": width, "height": 844}, is_mobile=width < 500)
    looks_sound(page, width)
    if width != 320:
        assert violations(page) == []


def shown(page, what):
    return page.locator(f"{what}:visible").count()


def test_search_and_filters_show_only_what_is_asked_for(visit, exhibited):  # noqa: F811
    page = visit(exhibited.root / "index.html")
    rows = page.locator("#table tbody tr").count()
    assert shown(page, "#table tbody tr") == 30 < rows
    page.get_by_role("button", name=f"Show all {rows} claims").click()
    assert shown(page, "#table tbody tr") == rows
    page.get_by_role("radio", name="disagrees").check()
    words = {word.strip() for word in page.locator("#table tbody tr:visible .verdict").all_inner_texts()}
    assert words == {"not reproduced", "fails", "unlike it", "refuted", "unlike memory"}
    page.get_by_label("Kind").select_option("measurements")
    words = {word.strip() for word in page.locator("#table tbody tr:visible .verdict").all_inner_texts()}
    assert words == {"not reproduced"}
    page.get_by_label("Era").select_option("fake_1901")
    n = shown(page, "#table tbody tr")
    assert f"{n} of {rows} claims" in page.get_by_role("status").inner_text()
    page.get_by_role("radio", name="all").check()
    page.get_by_label("Search").fill("OIL helps")
    assert shown(page, "#table tbody tr") == 1
    page.get_by_label("Search").fill("nothing like it")
    assert shown(page, "#table tbody tr") == 0
    assert page.get_by_text("No claim is like that.").is_visible()


def test_claims_are_searched_by_keyboard_alone(visit, exhibited):  # noqa: F811
    page = visit(exhibited.root / "index.html")
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('name') === 'text'"):
            break
    page.keyboard.type("oil helps")
    assert shown(page, "#table tbody tr") == 2  # one in each report
    page.keyboard.press("Tab")  # to the eras, and the first of them
    page.keyboard.press("ArrowDown")
    assert shown(page, "#table tbody tr") == 1
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('tbody') !== null"):
            break
    assert page.evaluate("document.activeElement.getAttribute('href')").endswith("report.html#claim-more")


def test_headings_sort_tables_both_ways_by_keyboard(visit, exhibited):  # noqa: F811
    page = visit(exhibited.root / "index.html")

    def column(n):
        return page.evaluate(f"[...document.querySelectorAll('#table tbody tr')].map((r) => r.cells[{n}].dataset.key)")

    before = page.locator("#table tbody tr").count()
    page.locator("#table").get_by_role("button", name="paper").focus()
    for way, reverse in (("ascending", False), ("descending", True)):
        page.keyboard.press("Enter")
        head = page.locator("#table th[aria-sort]:has-text('paper')")
        assert head.get_attribute("aria-sort") == way
        values = [float(value) for value in column(2)]
        assert values == sorted(values, reverse=reverse)
    page.locator("#table").get_by_role("button", name="ours").press("Space")
    values = [value for value in column(3) if value]
    assert [float(value) for value in values] == sorted(map(float, values))
    assert page.locator("#table tbody tr").count() == before


def test_everything_can_be_reached_by_the_tab_key(visit, exhibited):  # noqa: F811
    page = visit(exhibited.root / "index.html")
    wanted = page.evaluate(
        "[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex=\"0\"]')]"
        ".filter((e) => e.checkVisibility() && (e.type !== 'radio' || e.checked)).length"
    )
    page.evaluate("window.reached = new Set(); addEventListener('focusin', (e) => window.reached.add(e.target))")
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
    assert page.evaluate("window.reached.size") == wanted


@pytest.mark.parametrize("width", [320, 1300])
def test_a_term_tells_its_meaning_on_focus_and_on_a_tap_and_stays_on_the_page(visit, exhibited, width):  # noqa: F811
    page = visit(exhibited.root / "fake_1901/report.html", viewport={"width": width, "height": 800})
    for k in range(page.locator(".term").count()):
        term = page.locator(".term").nth(k)
        if not term.is_visible():
            continue
        term.focus()
        tip = page.locator(".term:focus + .tip")
        assert tip.is_visible()
        box = tip.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("Escape")
    assert page.locator(".tip:visible").count() == 0
    page.locator(".term").first.click()
    assert page.locator(".tip:visible").count() == 1


def test_a_line_of_the_picture_leads_to_its_claim(visit, exhibited):  # noqa: F811
    page = visit(exhibited.root / "fake_1901/report.html")
    page.get_by_role("link", name="two speeds").click()
    assert page.locator("#claim-parts:target").is_visible()
    page.locator("#claim-parts").get_by_text("2 answers").click()
    assert page.locator("#claim-parts .answers").is_visible()


def test_phones_see_panels_one_below_the_other(visit, exhibited):  # noqa: F811
    sizes = {}
    for width in (390, 1300):
        page = visit(exhibited.root / "fake_1901/report.html", viewport={"width": width, "height": 800})
        box = page.locator("#spread img:visible").bounding_box()
        sizes[width] = box["width"] / box["height"]
    assert sizes[390] < 1 < sizes[1300]


def test_reduced_motion_shows_the_still(visit, exhibited):  # noqa: F811
    page = visit(exhibited.root / "fake_1901/report.html", reduced_motion="reduce")
    assert page.locator("#film img.still").is_visible()
    assert not page.locator("#film img.film").is_visible()


def test_print_hides_what_paper_cannot_do(visit, exhibited, tmp_path):  # noqa: F811
    for name in PAGES:
        page = visit(exhibited.root / name)
        page.emulate_media(media="print")
        assert not page.locator("nav").first.is_visible()
        page.pdf(path=tmp_path / "page.pdf", format="A4")
        assert (tmp_path / "page.pdf").stat().st_size > 10_000


def test_all_claims_can_be_downloaded(visit, exhibited):  # noqa: F811
    page = visit(exhibited.root / "index.html")
    link = page.get_by_role("link", name="All claims as CSV")
    assert link.get_attribute("href") == "claims.csv"
    text = (exhibited.root / "claims.csv").read_text(encoding="utf-8")
    assert len(list(csv.reader(text.splitlines()))) == page.locator("#table tbody tr").count() + 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_deck_is_turned_by_keys_and_fits_its_slides(visit, fake, tmp_path, theme):  # noqa: F811
    from core.publishing import citations
    from tests.publishing import fake_era

    entries = citations.load(fake.folder.parent / "references.bib")
    talk = slides.Talk(fake.folder, fake.record, fake.paper, entries, fake_era.drawings(), tmp_path, theme)
    made = slides.deck(talk, verdicts="summary")
    (tmp_path / "deck.html").write_text(decks.page("A talk", made, theme), encoding="utf-8")
    page = visit(tmp_path / "deck.html", viewport={"width": 1280, "height": 720})
    for k, slide in enumerate(made):
        now = page.locator(".slide.now")
        assert now.get_by_role("heading", level=2).inner_text() == slide.title
        overflow = (
            "(e) => [...e.querySelectorAll('p, td, img, h2')].some((x) => x.getBoundingClientRect().bottom > 721)"
        )
        assert not now.evaluate(overflow), slide.title
        assert page.locator(".place").inner_text() == f"{k + 1} / {len(made)}"
        page.keyboard.press("ArrowRight")
    page.keyboard.press("n")
    assert page.locator(".notes.now").is_visible()
    assert violations(page) == []
