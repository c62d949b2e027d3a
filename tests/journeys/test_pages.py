"""Pages in a real browser, at both widths: what went wrong, by keyboard, in both languages."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from jiceng.kernel.orgs.models import Officer, Post, Unit
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.models import Category
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from tests.journeys.conftest import sign_in
from tests.journeys.walker import DESKTOP, PHONE, Walker

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WIDTHS = pytest.mark.parametrize("width", [PHONE, DESKTOP])


def photographed(grid: Grid, **words: Any) -> Case:
    """Return a case at verification, with photos of before and after."""
    photo = scene.kept_photo(grid.cast.crowd, grid.cast.at)
    case = scene.report(grid, photos=[photo], claim=scene.CLAIM, **words)
    return scene.walk(grid, case, scene.PATH[:3])


def opened_by_its_reporter(walker: Walker, case: Case) -> None:
    """Come to the page of a case with number and telephone."""
    walker.go("/track/")
    walker.page.locator("[name=number]").fill(case.number)
    walker.page.locator("[name=phone_tail]").fill("8000")
    walker.press("查询", to="**/cases/*/")


def sent_back(walker: Walker, button: str) -> None:
    """Send a form that lacks something, and look closely at what comes back."""
    walker.press(button)
    walker.page.locator("[data-error-summary]").wait_for()
    walker.audit()


@WIDTHS
def test_nothing_keeps_anybody_out_of_what_went_wrong(
    walk: Callable[..., Any], staffed: Grid, width: int
) -> None:
    """What every page is like by itself, the sweep of the routes looks at."""
    case = photographed(staffed)
    with walk(width=width) as walker:
        walker.expects(404)
        walker.go("/no-such-page/")
        walker.audit()
        walker.go("/report/")
        sent_back(walker, "提交")
        sign_in(walker, "1005")
        root = f"/desk/grid/cases/{case.number}/"
        for path in (root, f"{root}moves/verify/", f"{root}moves/rework/"):
            walker.go(path)
            walker.audit()
        sent_back(walker, "退回重办")


LONG = "安徽安庆经济技术开发区菱北街道综合行政执法与市政设施养护联合工作站"


@WIDTHS
def test_long_names_stay_inside(walk: Callable[..., Any], staffed: Grid, width: int) -> None:
    """Names as long as the fields allow, some without a place to break."""
    Unit.objects.filter(pk=staffed.cast.community.pk).update(name=LONG * 2, short_name=LONG[:50])
    Unit.objects.filter(pk=staffed.street.pk).update(name=LONG * 3, short_name=LONG[:50])
    Post.objects.update(name=LONG)
    Officer.objects.filter(staff_no="1001").update(name="𠮷" * 100)
    Category.objects.filter(pk=staffed.cover.pk).update(name="x" * 60, closing_condition="y" * 200)
    words = {"place": "W" * 100, "description": "m" * 500, "reporter_name": "阿" * 30}
    for row in (staffed.cover, staffed.cast.community, staffed.street):
        row.refresh_from_db()
    case = photographed(staffed, **words)
    fresh = scene.report(staffed, **words)
    with walk(width=width) as walker:
        opened_by_its_reporter(walker, case)
        for path in ("/report/", f"/cases/{case.number}/slip/"):
            walker.go(path)
        sign_in(walker, "1001")
        root = f"/desk/grid/cases/{case.number}/"
        for path in (root, f"{root}slip/", f"/desk/grid/cases/{fresh.number}/moves/judge/"):
            walker.go(path)


def tab_to(walker: Walker, name: str) -> None:
    """Press Tab until a field or button has the focus; where it is must be seen on the way."""
    for _press in range(90):
        walker.page.keyboard.press("Tab")
        here = walker.focused()
        if here["tag"] == "BODY":  # once around: the window itself has the focus
            continue
        assert here["visible"], f"the focus on {here} cannot be seen"
        assert here["inside"], f"the focus on {here} is off the screen"
        if name in (here["name"], f"{here['name']}={here['value']}"):
            return
    raise AssertionError(f"{name} cannot be reached by keyboard")


def no_mouse(page: Page) -> None:
    """Let every click of a mouse fail the page."""
    page.evaluate(
        """() => addEventListener("pointerdown", () => { throw new Error("a mouse") }, true)"""
    )


@WIDTHS
def test_a_report_by_keyboard_alone(walk: Callable[..., Any], staffed: Grid, width: int) -> None:
    with walk(width=width) as walker:
        keys = walker.go("/report/").keyboard
        no_mouse(walker.page)
        tab_to(walker, "category=C101")
        keys.press("Space")
        tab_to(walker, "unit")
        keys.press("ArrowDown")
        tab_to(walker, "place")
        keys.type("民生路口")
        tab_to(walker, "phone")
        keys.type(scene.PHONE)
        tab_to(walker, "提交")
        keys.press("Enter")
        walker.page.wait_for_url("**/cases/*/")
        walker.look()
    case = Case.objects.get()
    assert case.incident.place == "民生路口"
    assert case.unit == staffed.cast.community


@WIDTHS
def test_a_move_by_keyboard_alone(walk: Callable[..., Any], staffed: Grid, width: int) -> None:
    case = scene.report(staffed)
    with walk(width=width) as walker:
        keys = walker.go("/desk/login/").keyboard
        tab_to(walker, "username")
        keys.type("1001")
        tab_to(walker, "password")
        keys.type("correct-horse-battery-8")
        keys.press("Enter")
        walker.page.wait_for_url("**/desk/")
        tab_to(walker, case.title[:20])
        keys.press("Enter")
        walker.page.wait_for_url("**/cases/*/")
        tab_to(walker, "一般，立即处置")
        keys.press("Enter")
        walker.page.wait_for_url("**/moves/judge/")
        tab_to(walker, "note")
        keys.type("请尽快")
        tab_to(walker, "一般，立即处置")
        keys.press("Space")
        walker.page.wait_for_url("**/cases/*/")
        walker.page.get_by_text("已办理：一般，立即处置").wait_for()
        walker.look()
    case.incident.refresh_from_db()
    assert case.incident.judgement == "ordinary"


@WIDTHS
def test_in_english(walk: Callable[..., Any], staffed: Grid, width: int) -> None:
    case = photographed(staffed)
    with walk(width=width) as walker:
        opened_by_its_reporter(walker, case)
        walker.page.get_by_role("button", name="English").click()
        walker.page.locator("html[lang=en]").wait_for()
        number = case.number
        for path in ("/", "/report/", "/track/", "/verify/", "/desk/login/", f"/cases/{number}/"):
            walker.go(path)
            assert walker.page.locator("html[lang=en]").count() == 1
    with walk(width=width) as walker:
        sign_in(walker, "1001")
        walker.page.locator("details.officer summary").click()
        walker.page.get_by_role("button", name="English").click()
        walker.page.locator("html[lang=en]").wait_for()
        for path in ("/desk/", f"/desk/grid/cases/{case.number}/", "/desk/procedures/"):
            walker.go(path)
            assert walker.page.locator("html[lang=en]").count() == 1
