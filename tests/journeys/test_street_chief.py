"""A street chief: decides what was asked for, passes up what is too much, plans the patrols."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from jiceng.kernel.base import clock
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.testing.cast import hold, officer, post
from jiceng.systems.grid.models import Incident, PatrolPlan
from jiceng.systems.grid.tests import appealing, patrolling, scene
from jiceng.systems.grid.tests.appealing import DAY
from jiceng.systems.grid.tests.scene import Grid
from tests.journeys.walker import Walker
from tests.journeys.working import WINDOWS, check, fill, make, sees, sit_down, told

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def appealed(grid: Grid) -> tuple[Case, Case]:
    """Return a case that ended late, and the appeal in it that the first reviewer passed on."""
    late = scene.report(grid, at=clock.read() - 15 * DAY)
    scene.walk(grid, late, scene.PATH[:2])
    scene.walk(grid, late, scene.PATH[2:], at=clock.read() - DAY)
    appeal = appealing.file(grid, late, at=clock.read()).value
    step = scene.open_step(appeal).pk
    appealing.review(grid, appeal, "pass", grid.cast.wang, at=clock.read(), step_id=step)
    return late, appeal


def uphold(walker: Walker, appeal: Case) -> None:
    """Decide an appeal that waits in the inbox."""
    walker.go("/desk/")
    walker.press(appeal.title, to=f"**/appeals/{appeal.number}/")
    check(walker)
    walker.press("认定申诉成立", to="**/moves/uphold/")
    fill(walker.page, reason="配件由厂家统一供应，查证属实。")
    walker.press("认定申诉成立", to=f"**/appeals/{appeal.number}/")
    sees(walker, "已办理：认定申诉成立")


@WINDOWS
def test_decides_and_passes_up(
    walk: Callable[..., Any], staffed: Grid, window: dict[str, Any]
) -> None:
    zone = post(staffed.cast.zone, "duty_officer")
    hold(officer("2101", "冯小总"), zone, at=staffed.cast.at)
    resting = told(staffed, *scene.PATH[:2], "ask_shelving")
    studied, beyond = told(staffed, "find_major"), told(staffed, "find_major")
    late, appeal = appealed(staffed)
    with walk(**window) as walker:
        sit_down(walker, staffed.cast.zhang)
        until = clock.read() + timedelta(days=30)
        make(walker, resting, "shelve", until=f"{until:%Y-%m-%d}")
        sees(walker, "已挂账")
        make(walker, studied, "study", **scene.WORDS_OF["study"])
        make(walker, beyond, "pass_up", authority="funds", note="须由区里立项。")
        uphold(walker, appeal)
    assert scene.open_step(beyond).post == zone
    assert Incident.objects.get(case=late).excused


def plan(walker: Walker, grid: Grid, rounds: str) -> None:
    """Say who walks the grid of the community how often."""
    walker.go("/desk/grid/grids/")
    walker.press(grid.cells[grid.cast.community.code].name, to="**/grids/*/")
    fill(walker.page, member=grid.cast.li.officer.staff_no, rounds_a_week=rounds)
    walker.press("安排", exact=True, to="**/grids/*/")
    sees(walker, "已安排巡查。")


@WINDOWS
def test_looks_at_the_map_and_plans_patrols(
    walk: Callable[..., Any], staffed: Grid, window: dict[str, Any]
) -> None:
    case, other = told(staffed), patrolling.member(staffed, "1102")
    with walk(**window) as walker:
        sit_down(walker, staffed.cast.zhang)
        walker.go("/desk/grid/map/")
        sees(walker, case.title)
        if walker.scripts:
            walker.page.locator(".casemap__canvas .pin").wait_for()
        check(walker)
        plan(walker, staffed, "4")
        walker.press("移交", exact=True, to="**/hand-over/")
        fill(walker.page, member=other.officer.staff_no)
        walker.press("移交", exact=True, to="**/grids/*/")
        sees(walker, "已移交。")
    going_on = PatrolPlan.objects.get(valid_until__isnull=True)
    assert going_on.member == other.officer
