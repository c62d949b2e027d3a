"""A real browser for tests that need one; without it they are skipped, counted, and said aloud."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

# The shell has no window around its pages: that takes four fifths of the whole browser's time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, PROGRAMS)), None)
FLAGS = (
    "--no-sandbox --disable-background-networking --disable-component-update --disable-sync "
    "--disable-quic --no-first-run"
)
ABSENT = "no Chromium on this machine"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return the one browser of this run: a second Playwright in a thread refuses to start."""
    if CHROMIUM is None:
        pytest.skip(ABSENT)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps a loop running in this thread, which Django takes for an async call.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        browser.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in a section of its own how many tests did not run for want of a browser."""
    skipped = terminalreporter.stats.get("skipped", [])
    count = sum(ABSENT in str(report.longrepr) for report in skipped)
    if count:
        terminalreporter.section("browser tests skipped", yellow=True)
        terminalreporter.line(f"{count} browser tests did not run: {ABSENT}. Install chromium.")
