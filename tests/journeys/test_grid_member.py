"""A grid member outdoors: walks a round, reports in three taps, verifies what another repaired."""

from collections.abc import Callable
from typing import Any

import pytest

from jiceng.kernel.base import clock
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.testing.cast import hold, post
from jiceng.systems.grid import actions
from jiceng.systems.grid.models import PatrolPlan, PatrolRound
from jiceng.systems.grid.tests import patrolling, scene
from jiceng.systems.grid.tests.scene import Grid
from tests.journeys.walker import Walker
from tests.journeys.working import WINDOWS, fill, make, photo, sees, sit_down, told

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def plan(staffed: Grid) -> PatrolPlan:
    """Return the plan of 李, who also verifies for the own community."""
    cast = staffed.cast
    hold(cast.li.officer, post(cast.community, "verifier"), at=cast.at)
    return patrolling.plan(staffed, staffed.cells[cast.community.code], cast.li, 3)


def stand(walker: Walker) -> None:
    """Carry a phone that knows where it is."""
    walker.context.grant_permissions(["geolocation"])
    here = {"latitude": scene.IN_COMMUNITY.lat, "longitude": scene.IN_COMMUNITY.lng}
    walker.context.set_geolocation({**here, "accuracy": 5})


def walk_a_round(walker: Walker) -> None:
    """Tap once; a phone without scripts is believed without a place."""
    walker.go("/desk/grid/patrols/")
    walker.press("我已巡到", to="**/patrols/")
    sees(walker, "已记录：柳岸社区第一网格")
    sees(walker, "还差 2 次")
    assert PatrolRound.objects.get().inside is (True if walker.scripts else None)


def report_in_three_taps(walker: Walker, grid: Grid) -> Case:
    """Take a photo, say what it is, send; where it is the phone says, or the list of places."""
    before = set(Case.objects.values_list("pk", flat=True))
    walker.press("发现问题，巡查上报", to="**/report/")
    fill(walker.page, photos=photo(), category="E201")
    if walker.scripts:
        walker.page.get_by_role("button", name="用我现在的位置").click()
        sees(walker, "已填入现在的位置")
    else:
        walker.page.locator("[name=unit]").select_option(label=str(grid.cast.community))
    walker.press("上报", exact=True, to="**/cases/*/")
    sees(walker, "已上报。")
    return Case.objects.exclude(pk__in=before).get()


@WINDOWS
def test_a_day_outdoors(
    walk: Callable[..., Any], staffed: Grid, plan: PatrolPlan, window: dict[str, Any]
) -> None:
    repaired = told(staffed, *scene.PATH[:3])
    with walk(**window) as walker:
        stand(walker)
        sit_down(walker, staffed.cast.li)
        walk_a_round(walker)
        found = report_in_three_taps(walker, staffed)
        make(walker, repaired, "verify", photo=photo(2), note="现场平整。")

        other = patrolling.member(staffed, "1102")
        actions.hand_over(by=staffed.cast.zhang, at=clock.read(), plan=plan, to=other.officer)
        walker.go("/desk/grid/patrols/")
        sees(walker, "您现在没有巡查任务")
        walker.go(f"/desk/grid/grids/{plan.cell.code}/")
        sees(walker, other.officer.name)
    assert found.unit == staffed.cast.community
    assert scene.open_step(repaired).step == "verified"
