"""Chapter B, who holds a case: people who left, delegations, the tree of units."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client

from jiceng.kernel.base import clock
from jiceng.kernel.ledger.service import OPERATOR, SYSTEM
from jiceng.kernel.orgs import service as orgs
from jiceng.kernel.orgs.models import Tenure, Unit
from jiceng.kernel.orgs.terms import MAX_DEPTH, Kind
from jiceng.systems.grid.actions import retire_category
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.sending import desk, press, words_of_report
from tests.bad_input.cases import Case, Row
from tests.bad_input.knocks import called, case, sent
from tests.bad_input.town import Town

DAY = timedelta(days=1)


def dispatched(unit: str) -> Case:
    """Return a dispatch to a unit that cannot take it."""

    def ready(town: Town) -> Any:
        scene.walk(town.grid, town.case, scene.PATH[:1])
        return lambda: press(town.wang, town.case, "dispatch", unit=unit)

    return case(f"dispatched to {unit[:20]!r}", ready, 422)


def handler_left(town: Town) -> Any:
    """Return a dispatch to a unit whose handler has left."""
    scene.walk(town.grid, town.case, scene.PATH[:1])
    Tenure.objects.filter(officer=town.grid.cast.qian.officer).update(
        ends_at=clock.read() - timedelta(seconds=1)
    )
    return lambda: press(town.wang, town.case, "dispatch", unit=town.grid.street.code)


def dissolved(town: Town) -> Any:
    """Return a report to a village that was dissolved."""
    village = town.grid.cast.village
    Unit.objects.filter(pk=village.pk).update(dissolved_on=clock.legal_day(clock.read()))
    words = words_of_report(point_lat="", point_lng="", unit=village.code)
    return lambda: Client().post("/report/", words)


def vacant(town: Town) -> Any:
    """Return the page of a case to who held it, and holds no post any more."""
    browser = town.wang
    tenure = Tenure.objects.get(officer=town.grid.cast.wang.officer)
    orgs.end_tenure(by=SYSTEM, at=clock.read(), tenure=tenure)
    step = scene.open_step(town.case)
    assert step.post != town.grid.cast.wang.post
    assert step.post is None or step.post.role == "unit_head"
    return lambda: browser.get(f"/desk/grid/cases/{town.case.number}/")


def verifies_own(town: Town) -> Any:
    """Return the verification by who disposed, from another post."""
    cast = town.grid.cast
    scene.walk(town.grid, town.case, scene.PATH[:3])
    Tenure.objects.create(post=cast.sun.post, officer=cast.qian.officer, starts_at=cast.at)
    return lambda: press(desk(cast.qian), town.case, "verify")


def closed_category(town: Town) -> Any:
    """Return a report of a category that closed meanwhile."""
    retire_category(by=SYSTEM, at=clock.read(), code="C101")
    return lambda: Client().post("/report/", words_of_report())


def lent(code: str, taker: str, days: int, before: Callable[[Town], object] | None = None) -> Case:
    """Return a delegation of 张's post by the system."""

    def ready(town: Town) -> Any:
        if before:
            before(town)
        return lambda: lend(town, "zhang", taker, days)

    return case(f"lent to {taker} for {days} days", ready, 422, code)


def lend(town: Town, giver: str, taker: str, days: int = 5) -> object:
    """Let one of the cast act for another from now."""
    cast, now = town.grid.cast, clock.read()
    held = getattr(cast, giver)
    return orgs.delegate(
        by=SYSTEM,
        at=now,
        post=held.post,
        giver=held.officer,
        taker=getattr(cast, taker).officer,
        starts_at=now,
        ends_at=now + days * DAY,
        reason="休假",
    )


def under(town: Town, unit: str, parent: str) -> object:
    """Put a unit of the cast under another."""
    cast = town.grid.cast
    return orgs.move_unit(
        by=OPERATOR, at=clock.read(), unit=getattr(cast, unit), parent=getattr(cast, parent)
    )


def founded(town: Town, code: str, parent: Unit | None) -> Any:
    """Found a unit."""
    return orgs.found_unit(
        by=OPERATOR, at=clock.read(), code=code, name="新设", kind=Kind.ZONE, parent=parent
    )


def fifty_deep(town: Town) -> Any:
    """Return the founding of one unit more below as many as there can be."""
    parent = town.grid.cast.zone
    for depth in range(parent.depth, MAX_DEPTH):
        parent = founded(town, f"990009{depth:03d}", parent).value
    return lambda: founded(town, "990009999", parent)


ROWS: dict[str, Row] = {
    "B17": Row(
        "vacant posts, dissolved units, one's own case",
        (
            *map(dispatched, ["990000001001", "990000002", "nonsense", "", "9" * 500]),
            case("its handler left", handler_left, 422, "invalid_choice"),
            case("a dissolved village", dissolved, 422, "invalid_choice"),
            case("its holder left", vacant, 403, "no_post"),
            case("who disposed verifies", verifies_own, 409, "move_not_possible"),
            case("the category closed", closed_category, 422, "invalid_choice"),
        ),
        tests=("test_workflow.TestPeople",),
    ),
    "B18": Row(
        "delegations in a circle, to oneself, for ten years",
        (
            lent("self_delegation", "zhang", 5),
            lent("period_too_long", "qian", 3_653),
            lent("bad_period", "qian", -1),
            lent("delegation_loop", "qian", 4, lambda town: lend(town, "qian", "zhang")),
        ),
        elsewhere=("jiceng/kernel/orgs/tests/test_posts.py::test_delegations_that_are_refused",),
    ),
    "B19": Row(
        "a tree that is none",
        (
            sent(
                "under its own child",
                lambda t: under(t, "street", "community"),
                422,
                "under_itself",
            ),
            sent("under itself", lambda t: under(t, "zone", "zone"), 422, "under_itself"),
            sent("a second root", lambda t: founded(t, "880000", None), 422, "second_root"),
            sent(
                "a code that is taken",
                lambda t: founded(t, "990000001", t.grid.cast.zone),
                409,
                "code_taken",
            ),
            case("fifty deep", fifty_deep, 422, "too_deep"),
            called(
                "a table with two roots",
                "units",
                "import",
                "u.csv",
                files={"u.csv": "code,name,level,parent\n330000,甲,1,\n340000,乙,1,\n".encode()},
            ),
        ),
        elsewhere=(
            "jiceng/kernel/orgs/tests/test_tree.py::test_foundings_that_are_refused",
            "jiceng/kernel/orgs/tests/test_divisions.py::test_a_wrong_table_is_refused_with_its_lines",
        ),
    ),
}
