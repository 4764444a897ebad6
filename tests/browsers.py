"""What tests in a real browser share: starting it, and visiting a page from disk."""

import shutil

import pytest

CHROMIUM = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)
STILL = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
)


def started(api):
    """A browser while a module's tests run; skips them where none can be started."""
    with api.sync_playwright() as play:
        try:
            found = play.chromium.launch(executable_path=CHROMIUM, args=STILL)
        except api.Error:
            pytest.skip("no Chromium could be started here; install one to run the browser tests")
        yield found
        found.close()


def visits(browser):
    """visit(path, **options) opens one page from disk; no error and no request beyond the file may have come of it."""
    opened, faults = [], []

    def go(path, **options):
        context = browser.new_context(**options)
        opened.append(context)
        page = context.new_page()
        page.on("console", lambda one: faults.append(one.text) if one.type in ("error", "warning") else None)
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        here = path.as_uri()
        page.on("request", lambda r: None if r.url == here or r.url.startswith("data:") else faults.append(r.url))
        page.goto(here)
        return page

    yield go
    for context in opened:
        context.close()
    assert faults == []
