"""How many statements the dearest acts need: exact, for each costs a round trip."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.places.rules import Place
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid import actions
from jiceng.systems.grid.terms import Purpose, Source
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import CLAIM, Grid

pytestmark = pytest.mark.django_db
# What opens and ends a transaction asks nothing and changes nothing.
FRAME = ("BEGIN", "SAVEPOINT", "RELEASE")
ELSEWHERE = Place(lng=117.03, lat=30.53)
# SQLite changes one table a statement, and asks no server.
REPORT = {"postgresql": 6, "sqlite": 14}
NEIGHBOURS = {"postgresql": 1, "sqlite": 1}
PHOTO = {"postgresql": 1, "sqlite": 2}
DISPOSAL = {"postgresql": 4, "sqlite": 9}
DOUBT = {"postgresql": 0, "sqlite": 1}


def needed(act: Callable[[], Any]) -> int:
    """Return how many statements an act needs once everything is kept in memory."""
    with CaptureQueriesContext(connection) as seen:
        act()
    asked = [str(query["sql"]).strip().upper() for query in seen.captured_queries]
    return sum(not statement.startswith(FRAME) for statement in asked)


def patrol(grid: Grid, **changes: Any) -> Case:
    """Report as the grid member does on a round."""
    given = {"by": grid.cast.li, "source": Source.PATROL, "phone": "", "reporter_name": ""}
    return scene.report(grid, **given | changes)


def test_a_report(grid: Grid) -> None:
    vendor = connection.vendor
    patrol(grid, category=grid.rubbish)
    assert needed(lambda: patrol(grid)) == REPORT[vendor]
    # Now there is one at the same place.
    assert needed(lambda: patrol(grid)) == REPORT[vendor] + NEIGHBOURS[vendor]
    photo = scene.kept_photo(grid.cast.li, grid.cast.at)
    with_photo = {"photos": [photo], "claim": CLAIM, "point": ELSEWHERE}
    assert needed(lambda: patrol(grid, **with_photo)) == REPORT[vendor] + PHOTO[vendor]


def test_a_report_does_not_pay_for_what_is_set_up(grid: Grid) -> None:
    for number in range(1, 9):
        values = {"code": f"X{number}", "name": f"第{number}类", "kind": "event"}
        values |= {"limit": grid.cover.limit, "closing_condition": "已恢复"}
        actions.set_category(by=scene.SYSTEM, at=grid.cast.at, **values)  # type: ignore[arg-type]
    assert Unit.objects.count() > 1
    patrol(grid, category=grid.rubbish)

    assert needed(lambda: patrol(grid)) == REPORT[connection.vendor]


def test_a_disposal_with_a_photo(grid: Grid) -> None:
    vendor = connection.vendor
    dispose(grid, seed=0)
    asked, doubts = dispose(grid, seed=1, captured_at=None, captured_lat=None, captured_lng=None)

    assert doubts > 0
    assert asked == DISPOSAL[vendor] + DOUBT[vendor] * doubts


def dispose(grid: Grid, seed: int, **camera: Any) -> tuple[int, int]:
    """Hand in a photo of the work; return how many statements that took, and the doubts noted."""
    case = scene.walk(grid, scene.report(grid), scene.PATH[:2])
    step, by, at = scene.open_step(case).pk, scene.holder_of(grid, case), grid.cast.at
    photo = scene.kept_photo(by, at, purpose=Purpose.DISPOSAL, seed=seed)
    if camera:
        Attachment.objects.filter(pk=photo.pk).update(**camera)
    given: dict[str, Any] = {"photos": [photo], "claim": CLAIM, "note": "已更换新井盖。"}
    given |= {"by": by, "at": at, "number": case.number, "step_id": step}
    asked = needed(lambda: actions.dispose(**given))
    return asked, case.photo_findings.count()
