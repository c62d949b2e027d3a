"""A zone officer: takes what the street could not, and says where reports are to be sent."""

from collections.abc import Callable
from typing import Any

import pytest

from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.testing.cast import hold, officer, post
from jiceng.systems.grid.models import RoutingRule
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.routing_scene import founded_team
from jiceng.systems.grid.tests.scene import Grid
from tests.journeys.walker import Walker
from tests.journeys.working import WINDOWS, check, fill, make, sees, sit_down, told

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def feng(staffed: Grid) -> Capacity:
    """Return who is on duty in the zone."""
    duty = post(staffed.cast.zone, "duty_officer")
    return hold(officer("2101", "冯小总"), duty, at=staffed.cast.at)


def take_up(walker: Walker, case: Case, grid: Grid) -> None:
    """Take what was passed up, send it back down, and keep an eye on it."""
    walker.press(case.title, to="**/cases/*/")
    walker.press("关注", exact=True, to="**/cases/*/")
    sees(walker, "取消关注")
    make(walker, case, "judge")
    make(walker, case, "dispatch", unit=grid.street.code)
    walker.go("/desk/?tab=watching")
    sees(walker, case.title)
    check(walker)


def rule(walker: Walker, unit: str) -> None:
    """Draft a rule, try it on what there was, and put it in force."""
    walker.go("/desk/grid/routing/")
    walker.press("起草规则", to="**/routing/new/")
    fill(walker.page, code="JG01", name="井盖归养护队", unit=unit)
    walker.page.locator("label", has=walker.page.locator("[name=categories][value=C101]")).click()
    walker.press("存为草稿并试算", to="**/try/")
    sees(walker, "去向不同的办件")
    check(walker)
    walker.press("启用", exact=True, to="**/routing/")
    sees(walker, "规则已启用。")


@WINDOWS
def test_takes_what_was_passed_up_and_rules_where_to_send(
    walk: Callable[..., Any], staffed: Grid, feng: Capacity, window: dict[str, Any]
) -> None:
    case, team = told(staffed, "pass_up"), founded_team(staffed, 1)
    with walk(**window) as walker:
        sit_down(walker, feng)
        take_up(walker, case, staffed)
        rule(walker, team.code)
        walker.go("/desk/grid/grids/")
        walker.press("只看没有人巡查的", to="**/grids/?only=unplanned")
        for cell in staffed.cells.values():
            sees(walker, cell.name)
    assert scene.open_step(case).step == "dispatched"
    assert RoutingRule.objects.get().unit == team
