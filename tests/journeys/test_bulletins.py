"""The keeper writes and issues a bulletin; a leader follows one number to its rows."""

from collections.abc import Callable
from typing import Any

import pytest

from jiceng.kernel.base import clock
from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.figures.terms import FIGURES_KEEPER
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.testing.cast import hold, officer, post
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from tests.journeys.walker import Walker
from tests.journeys.working import WINDOWS, check, fill, sees, sit_down

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SAID = "# 亮点\n\n{unit}截至{day}上报{grid.reported}件，群众更加满意。"


@pytest.fixture
def keeper(staffed: Grid) -> Capacity:
    """Return who keeps the figures of the street, where three cases were reported today."""
    now = clock.read()
    for _each in range(3):
        scene.report(staffed, at=now)
    return hold(officer("6001", "吴小统"), post(staffed.cast.street, FIGURES_KEEPER.code), at=now)


def draft(walker: Walker, staffed: Grid) -> None:
    """Choose unit and period, the period wrong at first."""
    walker.go("/desk/bulletins/")
    check(walker)
    walker.press("起草简报", to="**/new/")
    fill(walker.page, unit=staffed.cast.street.code, period="今年")
    walker.press("生成草稿", to="**/new/")
    walker.page.locator("[data-error-summary]").wait_for()
    check(walker)
    fill(walker.page, period=f"{legal_day(clock.read()):%Y-%m}")
    walker.press("生成草稿", to="**/bulletins/*/")
    check(walker)


def write(walker: Walker) -> None:
    """Type a number, be told, and name the figure instead."""
    walker.press("修改文字", to="**/edit/")
    fill(walker.page, body="上报36件。")
    walker.press("保存", to="**/edit/")
    sees(walker, "正文里不能手写数字")
    check(walker)
    fill(walker.page, body=SAID)
    walker.press("保存", to="**/bulletins/*/")
    sees(walker, "群众更加满意")


def follow(walker: Walker, staffed: Grid) -> None:
    """Read the bulletin and open its number."""
    walker.go("/desk/bulletins/")
    walker.press(f"{staffed.cast.street.name}工作简报", to="**/bulletins/*/")
    check(walker)
    number = walker.page.locator("main [data-figure='grid.reported']").first
    assert number.inner_text() == "3"
    number.click()
    walker.page.wait_for_url("**/desk/figures/grid.reported/**")
    walker.rest()
    check(walker)
    assert walker.page.locator("main table tbody tr").count() >= 3


@WINDOWS
def test_a_number_is_followed_to_its_rows(
    walk: Callable[..., Any], staffed: Grid, keeper: Capacity, window: dict[str, Any]
) -> None:
    with walk(**window) as walker:
        sit_down(walker, keeper)
        draft(walker, staffed)
        write(walker)
        walker.press("印发", exact=True, to="**/issue/")
        check(walker)
        walker.press("确认印发", to="**/bulletins/*/")
        sees(walker, "已印发")
    with walk(**window) as walker:
        sit_down(walker, staffed.cast.zhang)
        follow(walker, staffed)
