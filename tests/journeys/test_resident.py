"""A resident with a phone: scans a poster, joins what is known, answers, rates, and insists."""

from collections.abc import Callable
from typing import Any

import pytest

from jiceng.kernel.base import clock
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid import actions
from jiceng.systems.grid.models import Category
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from tests.journeys.walker import Walker
from tests.journeys.working import WINDOWS, check, fill, photo, sees, told

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def known(staffed: Grid) -> Case:
    """Return the report of somebody else, at a poster; covers near each other may be the same."""
    Category.objects.filter(pk=staffed.cover.pk).update(duplicate_radius=60)
    staffed.cover.refresh_from_db()
    actions.set_spot(
        by=SYSTEM,
        at=staffed.cast.at,
        code="LA001",
        name="柳岸东门",
        unit=staffed.cast.community,
        point=scene.IN_COMMUNITY,
    )
    return told(staffed, "judge", phone="13900139000")


def scan_and_join(walker: Walker, known: Case) -> None:
    """Report from the poster; it is known already, and dealt with together."""
    walker.go("/s/LA001/")
    sees(walker, "柳岸东门")
    fill(walker.page, photos=photo(), category="C101", description=scene.WORDS, phone=scene.PHONE)
    walker.press("提交", to="**/report/**")
    sees(walker, "附近已有同类问题在办")
    check(walker)
    walker.press("我也遇到（一并办理）", to="**/cases/*/")
    sees(walker, "与相同问题一并办理")
    own = Case.objects.exclude(pk=known.pk).get()
    assert walker.page.url.endswith(f"/cases/{own.number}/")
    assert walker.page.locator(".gallery img").count() == 1


def subscribe(walker: Walker, grid: Grid) -> None:
    """Look at what is open nearby, and take the feed of the own grid along."""
    walker.go("/nearby/")
    walker.page.locator("[name=unit]").select_option(label=str(grid.cast.community))
    walker.press("查看", to="**/nearby/?*")
    cell = grid.cells[grid.cast.community.code]
    link = walker.page.get_by_role("main").get_by_role("link", name=cell.name)
    feed = walker.context.request.get(f"{walker.base}{link.get_attribute('href')}")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert grid.cover.name in feed.text()


def track(walker: Walker, case: Case) -> None:
    """Open the own case with its number and the end of the telephone number."""
    walker.go("/track/")
    fill(walker.page, number=case.number, phone_tail=scene.PHONE[-4:])
    walker.press("查询", to="**/cases/*/")


def rate(walker: Walker, case: Case, button: str, **words: Any) -> None:
    walker.go(f"/cases/{case.number}/")
    walker.press(button, exact=True, to="**/rate/")
    fill(walker.page, **words)
    walker.press("提交评价", to="**/cases/*/")


@WINDOWS
def test_finds_the_own_report_known_already(
    walk: Callable[..., Any], staffed: Grid, known: Case, window: dict[str, Any]
) -> None:
    with walk(**window) as walker:
        scan_and_join(walker, known)
        subscribe(walker, staffed)


@WINDOWS
def test_answers_rates_and_has_it_done_again(
    walk: Callable[..., Any], staffed: Grid, window: dict[str, Any]
) -> None:
    case = told(staffed, "ask")
    with walk(**window) as walker:
        track(walker, case)
        walker.press("补充情况", to="**/answer/")
        sees(walker, scene.WORDS_OF["ask"]["question"])
        fill(walker.page, note="在东侧，靠近公交站。")
        walker.press("提交", exact=True, to="**/cases/*/")
        sees(walker, "已收到您的补充。")

        scene.walk(staffed, case, scene.PATH, at=clock.read())
        rate(walker, case, "评价", solved="yes", effect="5", speed="4")
        sees(walker, "效果 5 分，速度 4 分。")
        check(walker)
        bad = {"solved": "no", "effect": "1", "speed": "4", "words": "又松动了。"}
        rate(walker, case, "改评价或要求重新办理", again=True, **bad)
        sees(walker, "已转为重新办理")
    assert scene.open_step(case).step == "judged"
