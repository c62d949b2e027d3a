"""The desk by keyboard, and several cases in one go, at both widths."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from jiceng.kernel.base import clock
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from jiceng.ui.shortcuts import SHORTCUTS
from tests.journeys.conftest import sign_in
from tests.journeys.walker import DESKTOP, PHONE, Walker

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WIDTHS = pytest.mark.parametrize("width", [PHONE, DESKTOP])
HERE = "document.activeElement.closest('li')?.querySelector('.row__title')?.textContent"


@pytest.fixture
def cases(staffed: Grid) -> list[Case]:
    """Return three fresh reports, in the order of the inbox."""
    minutes = [timedelta(minutes=minute) for minute in range(3)]
    return [scene.report(staffed, at=staffed.cast.at + later) for later in minutes]


def desk(walker: Walker) -> Any:
    sign_in(walker, "1001")
    return walker.page


def picked(page: Any) -> list[int]:
    boxes = page.locator("main input[name=step]:checked").all()
    return [int(box.get_attribute("value")) for box in boxes]


class TestKeys:
    @WIDTHS
    def test_the_dialog_lists_what_there_is_and_nothing_else(
        self, walk: Callable[..., Any], staffed: Grid, width: int
    ) -> None:
        with walk(width=width) as walker:
            page = desk(walker)
            assert page.get_by_role("button", name="快捷键").is_visible()
            page.keyboard.press("?")
            dialog = page.get_by_role("dialog", name="快捷键")
            dialog.wait_for()
            listed = [
                line.get_attribute("data-shortcut")
                for line in dialog.locator("[data-shortcut]").all()
            ]

            assert sorted(listed) == sorted(keys for keys, _shortcut in SHORTCUTS.items())
            walker.look()
            walker.audit()
            page.keyboard.press("Escape")
            assert not dialog.is_visible()
            page.get_by_role("button", name="快捷键").click()
            page.get_by_role("button", name="关闭").click()
            assert not dialog.is_visible()

    def test_every_page_that_is_listed_is_reached(
        self, walk: Callable[..., Any], staffed: Grid
    ) -> None:
        with walk(width=DESKTOP) as walker:
            page = desk(walker)
            ways = [(keys, each.url) for keys, each in SHORTCUTS.items() if each.url_name]
            assert len(ways) >= 3
            for keys, url in ways:
                walker.go("/desk/password/")
                for key in keys.split():
                    page.keyboard.press(key)
                page.wait_for_url(f"**{url}")
                walker.look()

    @WIDTHS
    def test_moving_picking_and_opening(
        self, walk: Callable[..., Any], cases: list[Case], width: int
    ) -> None:
        steps = [scene.open_step(case).pk for case in cases]
        with walk(width=width) as walker:
            page = desk(walker)
            keys = page.keyboard
            keys.press("k")  # nothing is chosen yet: the last one
            keys.press("j")  # and stays there
            keys.press("x")
            assert picked(page) == steps[2:]
            keys.press("k")
            keys.press("x")
            assert picked(page) == steps[1:]
            assert page.get_by_text("已选 2 件").is_visible()
            keys.press("x")
            assert picked(page) == steps[2:]
            keys.press("k")
            keys.press("k")
            assert page.evaluate(HERE) == cases[0].title
            keys.press("Enter")
            page.wait_for_url(f"**/cases/{cases[0].number}/")

    def test_from_a_box_the_line_is_opened_too(
        self, walk: Callable[..., Any], cases: list[Case]
    ) -> None:
        with walk(width=DESKTOP) as walker:
            page = desk(walker)
            page.locator("main input[name=step]").nth(1).focus()
            page.keyboard.press("Enter")
            page.wait_for_url(f"**/cases/{cases[1].number}/")

    def test_typing_is_typing(self, walk: Callable[..., Any], cases: list[Case]) -> None:
        with walk(width=DESKTOP) as walker:
            page = desk(walker)
            box = page.get_by_role("textbox", name="编号")
            assert box.get_attribute("aria-keyshortcuts") == "/"
            page.keyboard.press("/")
            assert box.evaluate("(one) => one === document.activeElement")
            page.keyboard.type("gi?jx/")
            assert box.input_value() == "gi?jx/"
            assert not page.get_by_role("dialog").is_visible()
            assert picked(page) == []

    @pytest.mark.parametrize("modifier", ["Control", "Alt", "Meta"])
    def test_with_a_modifier_they_belong_to_the_browser(
        self, walk: Callable[..., Any], cases: list[Case], modifier: str
    ) -> None:
        with walk(width=DESKTOP) as walker:
            page = desk(walker)
            page.keyboard.press(f"{modifier}+j")
            assert page.evaluate(HERE) is None

    def test_switched_off_they_stay_off(self, walk: Callable[..., Any], cases: list[Case]) -> None:
        with walk(width=DESKTOP) as walker:
            page = desk(walker)
            page.keyboard.press("?")
            page.get_by_label("启用快捷键").uncheck()
            walker.go("/desk/")
            box = page.locator("[data-keys='/']")
            assert box.get_attribute("aria-keyshortcuts") is None
            for key in ("?", "j", "/"):
                page.keyboard.press(key)
            assert not page.get_by_role("dialog").is_visible()
            assert page.evaluate("document.activeElement === document.body")

            page.get_by_role("button", name="快捷键").click()  # and on again, by mouse
            page.get_by_label("启用快捷键").check()
            page.get_by_role("button", name="关闭").click()
            assert box.get_attribute("aria-keyshortcuts") == "/"
            page.locator("h1").click()
            page.keyboard.press("j")
            assert page.evaluate(HERE) == cases[0].title

    def test_they_are_there_after_a_part_was_exchanged(
        self, walk: Callable[..., Any], cases: list[Case]
    ) -> None:
        with walk(width=DESKTOP) as walker:
            page = desk(walker)
            page.evaluate("window.mark = true")
            page.get_by_role("link", name="本单位").click()
            page.wait_for_url("**/desk/?tab=unit")
            page.locator("[aria-current=page]", has_text="本单位").wait_for()
            assert page.evaluate("window.mark === true")  # only the part was exchanged
            page.locator("h1").click()
            page.keyboard.press("j")
            page.keyboard.press("x")
            page.get_by_text("已选 1 件").wait_for()


def pick_all(walker: Walker) -> None:
    """Pick every line: by the button where scripts run, box by box where not."""
    if walker.scripts:
        walker.page.get_by_role("button", name="全选本页").click()
        assert walker.page.get_by_text("已选 3 件").is_visible()
    else:
        for box in walker.page.locator("main input[name=step]").all():
            box.check()


def check(walker: Walker) -> None:
    """Look closely, which takes scripts."""
    if walker.scripts:
        walker.audit()


class TestTogether:
    @pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
    @WIDTHS
    def test_three_reports_found_ordinary_and_sent(
        self,
        walk: Callable[..., Any],
        staffed: Grid,
        cases: list[Case],
        width: int,
        scripts: bool,
    ) -> None:
        with walk(width=width, scripts=scripts) as walker:
            page = desk(walker)
            pick_all(walker)
            walker.press("一起办理", to="**/bulk/*")
            check(walker)
            walker.press("一般，立即处置", to="**/bulk/")
            assert page.get_by_text("办成 3 件").is_visible()
            check(walker)

            walker.go("/desk/")
            pick_all(walker)
            walker.press("一起办理", to="**/bulk/*")
            page.locator("[name=unit]").select_option(label=str(staffed.street))
            # Meanwhile somebody else sends one of them.
            scene.make(staffed, cases[1], "dispatch", at=clock.read())
            walker.press("派遣", to="**/bulk/")
            assert page.get_by_text("办成 2 件，没有办成 1 件").is_visible()
            assert page.get_by_role("heading", name="没有办成的").is_visible()
            check(walker)
            if scripts:
                page.reload()  # sends the form again
                assert page.get_by_text("办成 2 件，没有办成 1 件").is_visible()
        assert [scene.open_step(case).step for case in cases] == ["dispatched"] * 3
