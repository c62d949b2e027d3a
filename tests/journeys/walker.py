"""Somebody with a browser, who notices what goes wrong on the way."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

AXE = settings.ROOT / "build" / "vendor-dev" / "axe" / "axe.min.js"
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,
}
# Few colours depend on the width, and looking at them takes two fifths of the time.
ALL_BUT_COLOURS = RULES | {"rules": {"color-contrast": {"enabled": False}}}
PHONE, DESKTOP = 360, 1280
A_WHILE, MOST_WAITS = 25, 600  # milliseconds; so a page has a quarter of a minute
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((one) => one.scrollWidth > one.clientWidth && one.clientWidth)
  .filter((one) => getComputedStyle(one).overflowX === "visible")
  .map((one) => one.outerHTML.slice(0, 120))"""
LEADING = ("document", "xhr", "fetch")  # what a press may send, and its page waits for
REFUSED = ("status of", "Status Error Code")
FOCUS = """() => {
  const one = document.activeElement;
  const drawn = (it) => {
    const style = getComputedStyle(it);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)
      || style.boxShadow !== "none";
  };
  const near = [one, one.closest("label"), one.nextElementSibling, one.parentElement];
  const box = one.getBoundingClientRect();
  return {
    tag: one.tagName,
    name: one.name || one.id || one.textContent.trim().slice(0, 20),
    value: one.value || "",
    visible: near.some((it) => it && drawn(it)),
    inside: box.bottom > 0 && box.top < innerHeight,
  };
}"""


class Walker:
    """A person's browser window, and everything that went wrong in it."""

    def __init__(self, browser: Browser, base: str, *, width: int = PHONE, scripts: bool = True):
        self.base = base
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": 780},
            locale="zh-CN",
            java_script_enabled=scripts,
            accept_downloads=True,
        )
        self.context.set_default_timeout(10_000)
        self.refusals = {422}
        self.wrong: list[str] = []
        self.foreign: list[str] = []
        self.context.on("console", lambda line: self._noted(line.type, line.text))
        self.context.on("weberror", lambda error: self.wrong.append(str(error.error)))
        self.under_way: set[Any] = set()
        self.context.on("request", lambda sent: self._asked(sent))
        self.context.on("requestfinished", lambda sent: self.under_way.discard(sent))
        self.context.on("requestfailed", lambda sent: self._failed(sent))
        self.page: Page = self.context.new_page()
        self.scripts = scripts

    def _noted(self, kind: str, text: str) -> None:
        # A form that comes back says 422, which the console and htmx call an error.
        told = [f"{words} {status}" for status in self.refusals for words in REFUSED]
        if kind == "error" and not any(words in text for words in told):
            self.wrong.append(text)

    def expects(self, status: int) -> None:
        """Come to a page that refuses on purpose."""
        self.refusals.add(status)

    def _asked(self, sent: Any) -> None:
        if sent.resource_type in LEADING:
            self.under_way.add(sent)
        if not sent.url.startswith((self.base, "data:", "blob:")):
            self.foreign.append(sent.url)

    def _failed(self, sent: Any) -> None:
        self.under_way.discard(sent)
        # Leaving a page stops what it still loads; a download is no page.
        if sent.failure != "net::ERR_ABORTED":
            self.wrong.append(f"{sent.url}: {sent.failure}")

    def go(self, path: str) -> Page:
        """Open a page of ours."""
        self.page.goto(f"{self.base}{path}")
        self.look()
        return self.page

    def press(self, name: str, *, exact: bool = False, to: str = "**") -> None:
        """Press a button or follow a link by its name, and look where it leads."""
        scope = self.page.locator("main")
        button = scope.get_by_role("button", name=name, exact=exact)
        link = scope.get_by_role("link", name=name, exact=exact)
        expect(button.or_(link).first).to_be_attached()
        (button if button.count() else link).first.click()
        self.rest()
        self.page.wait_for_url(to)
        self.look()

    def rest(self) -> None:
        """Wait until what a press has sent is answered, and where the answer leads has come."""
        quiet = 0
        for _try in range(MOST_WAITS):
            self.page.wait_for_load_state()
            self.page.wait_for_timeout(A_WHILE)
            with suppress(Error):  # the page goes away meanwhile
                self.page.evaluate("1")
                quiet = 0 if self.under_way else quiet + 1
            if quiet == 2:
                return
        raise AssertionError(f"{self.page.url}: waits for {[one.url for one in self.under_way]}")

    def look(self) -> None:
        """Assert that the page is whole: one heading, nothing too wide, nothing went wrong.

        A form that leads back to its own page may still be under way, so each is waited for.
        """
        page = self.page
        expect(page.locator("h1")).to_have_count(1)
        expect(page.locator("html[lang]")).to_have_count(1)
        assert not self.wrong, f"{page.url}: {self.wrong}"
        assert not self.foreign, f"{page.url}: {self.foreign}"
        if self.scripts:
            too_wide = self._too_wide()
            assert not too_wide, (page.url, too_wide)

    def _too_wide(self) -> Any:
        """Return what is wider than the window; asked again where the page went away meanwhile."""
        for _try in range(3):
            with suppress(Error):
                fits = self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                return [] if fits else self.page.evaluate(TOO_WIDE) or ["something"]
            self.page.wait_for_load_state()
        raise AssertionError(f"{self.page.url}: the page does not come to rest")

    def audit(self, *, colours: bool = True) -> None:
        """Assert that nothing keeps anybody out of the page as it stands."""
        before = len(self.wrong)
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        rules = RULES if colours else ALL_BUT_COLOURS
        found = self.page.evaluate("(rules) => axe.run(document, rules)", rules)
        del self.wrong[before:]  # the auditor tries styles that the policy forbids, as it should
        wrong = [
            f"{rule['impact']} {rule['id']}: {node['target']} {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]
        assert len(found["passes"]) > 10, self.page.url
        assert not wrong, f"{self.page.url}: {wrong}"

    def focused(self) -> dict[str, Any]:
        """Return what has the focus, and whether that can be seen."""
        found: dict[str, Any] = self.page.evaluate(FOCUS)
        return found


@contextmanager
def walking(browser: Browser, base: str, **options: Any) -> Iterator[Walker]:
    """Open a window for somebody, and close it again."""
    walker = Walker(browser, base, **options)
    try:
        yield walker
    finally:
        walker.context.close()
