"""The pages in a real browser: the front page and two reports, from disk, without network, by keyboard and on a phone.

Skipped where playwright, axe or a browser is missing; `pip install -e '.[browser]'` and a Chromium bring them.
"""

import csv
import shutil

import pytest

from tests.conftest import ROOT

sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright here; `pip install -e '.[browser]'` has it")
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="no axe here; `pip install -e '.[browser]'` has it"
)

PAGES = ("index.html", "story/report.html", "lms_1959/report.html", "zipcodes_1989/report.html")
CHROMIUM = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)
PHONE = {"width": 390, "height": 844}
STILL = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-gpu")


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as play:
        try:
            found = play.chromium.launch(executable_path=CHROMIUM, args=STILL)
        except sync_api.Error:
            pytest.skip("no Chromium could be started here; install one to run the browser tests")
        yield found
        found.close()


@pytest.fixture
def visit(browser):
    """visit(page, **options) opens one page from disk; no error and no request beyond the file may have come of it."""
    opened, faults = [], []

    def go(name, **options):
        context = browser.new_context(**options)
        opened.append(context)
        page = context.new_page()
        page.on(
            "console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        here = (ROOT / "reports" / name).as_uri()
        page.on("request", lambda r: None if r.url == here or r.url.startswith("data:") else faults.append(r.url))
        page.goto(here)
        return page

    yield go
    for context in opened:
        context.close()
    assert faults == []


@pytest.mark.parametrize(
    ("name", "scheme"), [*((name, "light") for name in PAGES), (PAGES[0], "dark"), (PAGES[2], "dark")]
)
def test_axe_finds_nothing_serious(visit, name, scheme):
    page = visit(name, color_scheme=scheme)
    found = axe.Axe().run(page).response["violations"]
    told = [
        (one["id"], one["impact"], one["nodes"][0]["html"][:200], len(one["nodes"]))
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert told == []


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_shows_a_page_without_scrolling_sideways(visit, name):
    page = visit(name, viewport=PHONE, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    alts = page.evaluate("[...document.images].map((image) => image.alt)")
    assert all(len(alt) > 20 for alt in alts)
    assert page.evaluate("[...document.images].every((image) => image.naturalWidth > 0)")
    assert bool(alts) == ("story" not in name)


def shown(page, what):
    return page.locator(f"{what}:visible").count()


def test_the_filter_shows_only_what_has_the_verdict(visit):
    page = visit("index.html")
    rows, cards = shown(page, "#table tbody tr"), shown(page, "article")
    page.get_by_role("radio", name="not reproduced").check()
    verdicts = page.locator("#table tbody tr:visible .verdict").all_inner_texts()
    assert set(verdicts) == {"not reproduced"}
    assert len(verdicts) < rows
    assert 0 < shown(page, "article") < cards
    assert f"{len(verdicts)} of {rows} claims" in page.get_by_role("status").inner_text()
    page.get_by_role("radio", name="any").check()
    assert (shown(page, "#table tbody tr"), shown(page, "article")) == (rows, cards)


def test_headings_sort_the_table_both_ways_by_keyboard(visit):
    page = visit("index.html")

    def column(n):
        return page.evaluate(f"[...document.querySelectorAll('#table tbody tr')].map((r) => r.cells[{n}].dataset.key)")

    before = page.locator("#table tbody tr").count()
    page.get_by_role("button", name="paper").focus()
    for way, reverse in (("ascending", False), ("descending", True)):
        page.keyboard.press("Enter")
        assert page.locator("#table th[aria-sort]:has-text('paper')").get_attribute("aria-sort") == way
        values = [float(value) for value in column(3)]
        assert values == sorted(values, reverse=reverse)
    page.get_by_role("button", name="ours").press("Space")
    values = [value for value in column(4) if value]
    assert [float(value) for value in values] == sorted(map(float, values))
    assert page.locator("#table tbody tr").count() == before


def test_everything_can_be_reached_by_the_tab_key(visit):
    page = visit("index.html")
    wanted = page.evaluate(
        "[...document.querySelectorAll('a[href], button, input, [tabindex=\"0\"]')]"
        ".filter((e) => e.checkVisibility() && (e.type !== 'radio' || e.checked)).length"
    )
    page.evaluate("window.reached = new Set(); addEventListener('focusin', (e) => window.reached.add(e.target))")
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
    assert page.evaluate("window.reached.size") == wanted
    page.get_by_role("radio", name="any").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("radio", name="reproduced", exact=True).is_checked()


def test_all_claims_are_downloaded_as_csv(visit, tmp_path):
    page = visit("index.html", accept_downloads=True)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download all claims as CSV").click()
    waiting.value.save_as(tmp_path / "claims.csv")
    assert waiting.value.suggested_filename == "backstory_claims.csv"
    text = (tmp_path / "claims.csv").read_text(encoding="utf-8")
    assert text == (ROOT / "reports/claims.csv").read_text(encoding="utf-8")
    assert len(list(csv.reader(text.splitlines()))) == page.locator("#table tbody tr").count() + 1
