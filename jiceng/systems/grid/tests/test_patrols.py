"""Patrol plans: who plans, who may walk, how much; each round; and what happens when one leaves."""

from datetime import timedelta
from typing import Any

import pytest

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import RESIDENT, SYSTEM
from jiceng.kernel.orgs.models import Tenure
from jiceng.kernel.orgs.service import end_tenure
from jiceng.kernel.places.rules import Place, to_gcj02
from jiceng.kernel.testing.cast import hold, officer, post
from jiceng.systems.grid import actions, terms
from jiceng.systems.grid.models import Cell, PatrolPlan, PatrolRound
from jiceng.systems.grid.queries.patrols import loads_of
from jiceng.systems.grid.tests.patrolling import DAY, member, plan, tenure_of, three_levels
from jiceng.systems.grid.tests.scene import IN_COMMUNITY, IN_OTHER_COMMUNITY, Grid

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def written() -> list[Any]:
    tables = (PatrolPlan, PatrolRound, Entry, Tenure)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def refusal(function: Any, **keywords: Any) -> str:
    """Return the code of the refusal, and make sure that nothing was written."""
    before = written()
    with pytest.raises(Refusal) as refused:
        function(**keywords)
    assert written() == before
    assert str(refused.value)
    return f"{refused.value.status} {refused.value.code}"


@pytest.fixture
def cell(grid: Grid) -> Cell:
    return grid.cells[grid.cast.community.code]


class TestPlanning:
    @pytest.mark.parametrize(
        ("who", "may"),
        [
            ("wang", True),  # on duty in the street
            ("zhang", True),  # heads the street
            ("zhou", True),  # administers the zone
            ("li", False),  # walks it
            ("qian", False),  # handles in the street
            ("sun", False),
            ("zhao", False),  # on duty elsewhere
            ("crowd", False),
        ],
    )
    def test_who_plans(self, grid: Grid, cell: Cell, who: str, may: bool) -> None:
        given = {"at": grid.cast.at, "cell": cell, "member": grid.cast.li.officer}
        given |= {"by": getattr(grid.cast, who), "rounds_a_week": 5}
        if may:
            assert actions.plan_patrol(**given).entry.event == terms.PATROL_PLANNED
        else:
            assert refusal(actions.plan_patrol, **given) == "403 not_the_planner"

    def test_the_chief_plans_whatever_the_role(self, grid: Grid) -> None:
        cast = grid.cast
        _street, _community, compound = three_levels(grid)
        chief = hold(officer("3001", "网格长"), post(cast.community, "verifier"), at=cast.at)
        Cell.objects.filter(pk=compound.pk).update(chief=chief.post)
        compound.refresh_from_db()

        done = actions.plan_patrol(
            by=chief, at=cast.at + DAY, cell=compound, member=cast.li.officer, rounds_a_week=2
        )

        assert done.value is not None
        assert done.value.rounds_a_week == 2

    def test_a_head_whose_post_has_ended_plans_nothing(self, grid: Grid, cell: Cell) -> None:
        end_tenure(by=SYSTEM, at=grid.cast.at + DAY, tenure=tenure_of(grid.cast.zhang))
        given = {"by": grid.cast.zhang, "at": grid.cast.at + DAY, "cell": cell}
        given |= {"member": grid.cast.li.officer, "rounds_a_week": 1}
        assert refusal(actions.plan_patrol, **given) == "403 not_the_planner"

    @pytest.mark.parametrize(
        ("rounds", "code"),
        [
            (0, "422 bad_rounds"),
            (-1, "422 bad_rounds"),
            (15, "422 bad_rounds"),
            (10**9, "422 bad_rounds"),
            (True, "422 bad_rounds"),
            ("5", "422 bad_rounds"),
        ],
    )
    def test_how_many_rounds_a_week_has(
        self, grid: Grid, cell: Cell, rounds: Any, code: str
    ) -> None:
        given = {"by": grid.cast.zhang, "at": grid.cast.at, "cell": cell}
        given |= {"member": grid.cast.li.officer, "rounds_a_week": rounds}
        assert refusal(actions.plan_patrol, **given) == code

    @pytest.mark.parametrize("who", ["wang", "zhang", "sun", "zhao", "zhou"])
    def test_only_grid_members_walk(self, grid: Grid, cell: Cell, who: str) -> None:
        given = {"by": SYSTEM, "at": grid.cast.at, "cell": cell, "rounds_a_week": 1}
        given |= {"member": getattr(grid.cast, who).officer}
        assert refusal(actions.plan_patrol, **given) == "422 not_a_member"

    @pytest.mark.parametrize(
        ("unit", "code"),
        [
            ("community", ""),  # of the unit itself
            ("street", ""),  # above it
            ("zone", ""),
            ("village", "422 not_a_member"),  # beside it
            ("other_community", "422 not_a_member"),
        ],
    )
    def test_whose_member_walks(self, grid: Grid, cell: Cell, unit: str, code: str) -> None:
        walker = member(grid, "3001", getattr(grid.cast, unit))
        given = {"by": SYSTEM, "at": grid.cast.at, "cell": cell, "rounds_a_week": 1}
        given |= {"member": walker.officer}
        if code:
            assert refusal(actions.plan_patrol, **given) == code
        else:
            assert actions.plan_patrol(**given).value

    def test_a_member_below_walks_the_street_grid(self, grid: Grid) -> None:
        street, *_below = three_levels(grid)
        assert plan(grid, street, grid.cast.li, 1, grid.cast.at + DAY).member.staff_no == "1002"

    def test_an_ended_grid_is_not_walked(self, grid: Grid, cell: Cell) -> None:
        actions.retire_cell(by=SYSTEM, at=grid.cast.at + DAY, code=cell.code)
        given = {"by": SYSTEM, "at": grid.cast.at + DAY, "cell": cell, "rounds_a_week": 1}
        given |= {"member": grid.cast.li.officer}
        assert refusal(actions.plan_patrol, **given) == "409 patrol_cell_ended"

    def test_the_cap_counts_all_plans_of_a_member(self, grid: Grid, cell: Cell) -> None:
        _street, community, compound = three_levels(grid, grid.cast.at + MINUTE)
        at = grid.cast.at + DAY
        plan(grid, community, grid.cast.li, 10, at)
        given = {"by": grid.cast.wang, "at": at, "cell": compound, "member": grid.cast.li.officer}

        assert refusal(actions.plan_patrol, **given, rounds_a_week=5) == "409 too_many_rounds"
        assert actions.plan_patrol(**given, rounds_a_week=4).value
        assert loads_of([grid.cast.li.officer.pk], at) == {grid.cast.li.officer.pk: 14}

    def test_another_number_replaces_the_one_before(self, grid: Grid, cell: Cell) -> None:
        first = plan(grid, cell, grid.cast.li, 10)
        second = plan(grid, cell, grid.cast.li, 14, grid.cast.at + DAY)

        first.refresh_from_db()
        assert (first.valid_until, second.taken_from) == (grid.cast.at + DAY, first)
        given = {"by": SYSTEM, "at": grid.cast.at + DAY, "cell": cell, "rounds_a_week": 14}
        given |= {"member": grid.cast.li.officer}
        assert refusal(actions.plan_patrol, **given) == "409 already_planned"

    def test_a_plan_ends_once(self, grid: Grid, cell: Cell) -> None:
        made = plan(grid, cell, grid.cast.li, 5)
        given = {"by": grid.cast.wang, "at": grid.cast.at + DAY, "plan": made}
        assert refusal(actions.end_plan, **given | {"by": grid.cast.li}) == "403 not_the_planner"
        assert actions.end_plan(**given).entry.event == terms.PATROL_PLAN_ENDED
        assert refusal(actions.end_plan, **given) == "409 plan_ended"


class TestWalking:
    @pytest.fixture
    def made(self, grid: Grid, cell: Cell) -> PatrolPlan:
        return plan(grid, cell, grid.cast.li, 5)

    @pytest.mark.parametrize(
        ("point", "datum", "inside"),
        [
            (None, "wgs84", None),
            (IN_COMMUNITY, "wgs84", True),
            (IN_OTHER_COMMUNITY, "wgs84", False),
            (to_gcj02(Place(117.0005, 30.52)), "gcj02", True),
            (Place(117.0504, 30.52), "wgs84", True),  # forty metres over the edge: the phone errs
            (Place(117.0520, 30.52), "wgs84", False),
        ],
    )
    def test_a_tap(
        self, grid: Grid, made: PatrolPlan, point: Any, datum: str, inside: bool | None
    ) -> None:
        done = actions.walk(by=grid.cast.li, at=grid.cast.at, plan=made, point=point, datum=datum)

        row = PatrolRound.objects.get()
        assert (row.inside, row.lng is None) == (inside, point is None)
        assert done.entry.event == terms.PATROL_WALKED
        assert "117" not in done.entry.payload  # history does not tell where somebody stood

    def test_pressed_twice_it_is_one_round(self, grid: Grid, made: PatrolPlan) -> None:
        given = {"by": grid.cast.li, "plan": made, "key": "k1"}
        first = actions.walk(at=grid.cast.at, **given)
        again = actions.walk(at=grid.cast.at + MINUTE, **given)
        assert (again.replayed, again.entry) == (True, first.entry)
        assert PatrolRound.objects.count() == 1

    @pytest.mark.parametrize(("minutes", "counts"), [(1, False), (29, False), (30, True)])
    def test_a_second_round_takes_its_time(
        self, grid: Grid, made: PatrolPlan, minutes: int, counts: bool
    ) -> None:
        actions.walk(by=grid.cast.li, at=grid.cast.at, plan=made)
        later = {"by": grid.cast.li, "at": grid.cast.at + minutes * MINUTE, "plan": made}
        if counts:
            assert actions.walk(**later).value
        else:
            assert refusal(actions.walk, **later) == "409 walked_just_now"

    @pytest.mark.parametrize("who", ["wang", "zhang", "zhao", "zhou", "crowd"])
    def test_a_plan_of_another_does_not_exist(self, grid: Grid, made: PatrolPlan, who: str) -> None:
        by = getattr(grid.cast, who)
        assert refusal(actions.walk, by=by, at=grid.cast.at, plan=made).startswith("404")

    def test_nobody_walks_an_ended_plan(self, grid: Grid, made: PatrolPlan) -> None:
        actions.end_plan(by=SYSTEM, at=grid.cast.at, plan=made)
        given = {"by": grid.cast.li, "at": grid.cast.at + DAY, "plan": made}
        assert refusal(actions.walk, **given) == "409 plan_ended"


class TestHandingOver:
    def test_by_hand(self, grid: Grid, cell: Cell) -> None:
        second = member(grid, "3001")
        made = plan(grid, cell, grid.cast.li, 5)

        done = actions.hand_over(
            by=grid.cast.wang, at=grid.cast.at + DAY, plan=made, to=second.officer
        )

        made.refresh_from_db()
        assert done.value is not None
        assert (done.value.member, done.value.taken_from) == (second.officer, made)
        assert made.valid_until == grid.cast.at + DAY
        assert '"from":"1002"' in done.entry.payload
        assert '"to":"3001"' in done.entry.payload

    @pytest.mark.parametrize(
        ("why", "code"),
        [
            ("to oneself", "409 already_planned"),
            ("walks it already", "409 already_planned"),
            ("no room", "409 too_many_rounds"),
            ("no member", "422 not_a_member"),
            ("ended", "409 plan_ended"),
            ("no planner", "403 not_the_planner"),
        ],
    )
    def test_what_is_refused(self, grid: Grid, cell: Cell, why: str, code: str) -> None:
        cast, second = grid.cast, member(grid, "3001")
        made = plan(grid, cell, cast.li, 5)
        given: dict[str, Any] = {"by": cast.wang, "at": cast.at + DAY, "plan": made}
        given |= {"to": second.officer}
        match why:
            case "to oneself":
                given["to"] = cast.li.officer
            case "walks it already":
                plan(grid, cell, second, 1)
            case "no room":
                _s, _c, compound = three_levels(grid, cast.at + MINUTE)
                plan(grid, compound, second, 10, cast.at + MINUTE)
            case "no member":
                given["to"] = cast.zhao.officer
            case "ended":
                actions.end_plan(by=SYSTEM, at=cast.at, plan=made)
            case "no planner":
                given["by"] = cast.zhao
        assert refusal(actions.hand_over, **given) == code

    def test_all_plans_or_none(self, grid: Grid) -> None:
        cast, second = grid.cast, member(grid, "3001")
        _street, community, compound = three_levels(grid)
        at = cast.at + DAY
        plan(grid, community, cast.li, 6, at)
        plan(grid, compound, cast.li, 7, at)
        given = {"by": cast.wang, "at": at, "member": cast.li.officer, "to": second.officer}

        assert actions.hand_over_all(**given) == 2
        assert loads_of([cast.li.officer.pk, second.officer.pk], at) == {
            cast.li.officer.pk: 0,
            second.officer.pk: 13,
        }
        back = given | {"member": second.officer, "to": cast.li.officer}
        plan(grid, compound, cast.li, 2, at + MINUTE)
        assert refusal(actions.hand_over_all, **back | {"at": at + MINUTE}).startswith("409")


def test_residents_and_strangers_change_nothing(grid: Grid, cell: Cell) -> None:
    made = plan(grid, cell, grid.cast.li, 5)
    second = member(grid, "3001")
    for by in (RESIDENT, grid.cast.zhao):
        given = {"by": by, "at": grid.cast.at, "plan": made}
        assert refusal(actions.end_plan, **given).startswith("403")
        assert refusal(actions.hand_over, **given, to=second.officer).startswith("403")
