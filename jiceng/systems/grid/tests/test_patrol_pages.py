"""The pages of grids and patrols: who sees which grid, one tap a round, forms that say why not."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiceng.kernel.base import clock
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.places.rules import Place
from jiceng.systems.grid import actions
from jiceng.systems.grid.models import Cell, PatrolPlan, PatrolRound
from jiceng.systems.grid.queries import grids as queries
from jiceng.systems.grid.tests.patrolling import DAY, draw, member, plan, three_levels
from jiceng.systems.grid.tests.scene import Grid, square
from jiceng.systems.grid.tests.sending import codes, desk

pytestmark = pytest.mark.django_db
GRIDS, PATROLS = "/desk/grid/grids/", "/desk/grid/patrols/"


@pytest.fixture
def cell(grid: Grid) -> Cell:
    return grid.cells[grid.cast.community.code]


@pytest.fixture
def address(cell: Cell) -> str:
    return f"{GRIDS}{cell.code}/"


def told(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


class TestTheTree:
    @pytest.mark.parametrize(
        ("who", "sees"),
        [
            ("wang", {"1", "990000001001001", "3", "990000001201001"}),
            ("zhang", {"1", "990000001001001", "3", "990000001201001"}),
            ("zhao", {"990000002001001"}),
            ("li", {"990000001001001", "3"}),  # what answers for 李's own unit
            ("qian", {"1"}),
        ],
    )
    def test_who_sees_which_grid(self, grid: Grid, who: str, sees: set[str]) -> None:
        three_levels(grid)
        client = desk(getattr(grid.cast, who))

        shown = {line.cell.code for line in client.get(GRIDS).context["lines"]}
        opened = {
            code
            for code in Cell.objects.valid(clock.read()).values_list("code", flat=True)
            if client.get(f"{GRIDS}{code}/").status_code == 200
        }

        assert shown == opened == sees

    def test_each_stands_under_the_one_above(self, grid: Grid) -> None:
        three_levels(grid)
        tree = queries.grid_tree(grid.cast.zhou.officer, clock.read())
        assert [(line.cell.code, line.depth) for line in tree.lines] == [
            ("1", 0),
            ("990000001001001", 1),
            ("3", 2),
            ("990000001201001", 0),
            ("990000002001001", 0),
        ]

    def test_grids_that_nobody_walks_are_named(self, grid: Grid) -> None:
        *_above, compound = three_levels(grid)
        client = desk(grid.cast.wang)
        assert [cell.code for cell in client.get(GRIDS).context["tree"].without_plan] == [
            "3",
            "990000001201001",
        ]
        plan(grid, compound, grid.cast.li, 3, clock.read())
        only = client.get(f"{GRIDS}?only=unplanned").context["lines"]
        assert [line.cell.code for line in only] == ["990000001201001"]

    def test_load_and_coverage_are_shown(self, grid: Grid, cell: Cell) -> None:
        made = plan(grid, cell, grid.cast.li, 3)
        actions.walk(by=grid.cast.li, at=clock.read(), plan=made)
        page = told(desk(grid.cast.wang), GRIDS)
        assert "李小格 每周共 3 次" in page
        assert "1/3" in page

    def test_queries_do_not_grow_with_grids(self, grid: Grid, cell: Cell) -> None:
        plan(grid, cell, grid.cast.li, 3)
        few = self.count(grid)
        west = 117.11
        for number in range(30):
            made = draw(grid, f"5{number:03d}", grid.cast.community, square(west, west + 0.001))
            plan(grid, made, member(grid, f"4{number:03d}"), 3)
        assert self.count(grid) == few

    def count(self, grid: Grid) -> int:
        client = desk(grid.cast.zhang)
        client.get(GRIDS)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(GRIDS).status_code == 200
        return len(asked)

    def test_an_office_without_grids_is_told_so(self, grid: Grid) -> None:
        assert "这里还没有网格" in told(desk(grid.cast.qian), GRIDS)


class TestWeeks:
    def week(self, grid: Grid, at: datetime) -> tuple[Any, Any]:
        tree = queries.grid_tree(grid.cast.wang.officer, at)
        line = next(line for line in tree.lines if line.cell.code.startswith("990000001001"))
        return (
            (line.this_week.planned, line.this_week.counted),
            (line.last_week.planned, line.last_week.counted),
        )

    def test_rounds_belong_to_their_week(self, grid: Grid, cell: Cell) -> None:
        monday, li = grid.cast.at, grid.cast.li
        made = plan(grid, cell, li, 2)
        for days in (0, 1, 2):  # three in the first week, where two are planned
            actions.walk(by=li, at=monday + days * DAY, plan=made)
        actions.walk(by=li, at=monday + 7 * DAY, plan=made)

        assert self.week(grid, monday + 6 * DAY) == ((2, 2), (0, 0))
        assert self.week(grid, monday + 7 * DAY) == ((2, 1), (2, 2))
        assert self.week(grid, monday + 14 * DAY) == ((2, 0), (2, 1))

    def test_a_round_outside_does_not_count(self, grid: Grid, cell: Cell) -> None:
        made = plan(grid, cell, grid.cast.li, 2)
        actions.walk(by=grid.cast.li, at=grid.cast.at, plan=made, point=Place(117.30, 30.52))
        assert self.week(grid, grid.cast.at) == ((2, 0), (0, 0))

    def test_who_takes_over_does_not_walk_again(self, grid: Grid, cell: Cell) -> None:
        second, at = member(grid, "3001"), grid.cast.at
        made = plan(grid, cell, grid.cast.li, 3)
        actions.walk(by=grid.cast.li, at=at, plan=made)
        actions.hand_over(by=SYSTEM, at=at + DAY, plan=made, to=second.officer)

        [row] = queries.my_plans(second.officer, at + DAY)
        assert (row.week.planned, row.week.counted, row.week.left) == (3, 1, 2)
        assert queries.my_plans(grid.cast.li.officer, at + DAY) == []


class TestAMembersWeek:
    @pytest.fixture
    def made(self, grid: Grid, cell: Cell) -> PatrolPlan:
        return plan(grid, cell, grid.cast.li, 3)

    def tap(self, client: Client, made: PatrolPlan, **words: str) -> Any:
        given = {"key": new_uid(), "point_lat": "", "point_lng": ""} | words
        return client.post(f"{PATROLS}{made.pk}/walk/", given)

    def test_one_tap_without_a_script(self, grid: Grid, made: PatrolPlan) -> None:
        client = desk(grid.cast.li)
        assert "还差 3 次" in told(client, PATROLS)
        answer = self.tap(client, made)
        assert (answer.status_code, answer["Location"]) == (302, PATROLS)
        assert "还差 2 次" in told(client, PATROLS)
        assert PatrolRound.objects.get().inside is None

    def test_one_tap_with_the_position(self, grid: Grid, made: PatrolPlan) -> None:
        self.tap(desk(grid.cast.li), made, point_lat="30.52", point_lng="117.02")
        assert PatrolRound.objects.get().inside is True

    def test_a_tap_from_afar_is_told(self, grid: Grid, made: PatrolPlan) -> None:
        client = desk(grid.cast.li)
        self.tap(client, made, point_lat="30.52", point_lng="117.30")
        assert "位置不在这个网格内" in told(client, PATROLS)
        assert "还差 3 次" in told(client, PATROLS)

    def test_a_second_tap_with_the_same_key_is_one(self, grid: Grid, made: PatrolPlan) -> None:
        client = desk(grid.cast.li)
        answers = [self.tap(client, made, key="same").status_code for _time in range(2)]
        assert (answers, PatrolRound.objects.count()) == ([302, 302], 1)

    def test_another_tap_at_once_is_refused_on_the_page(self, grid: Grid, made: PatrolPlan) -> None:
        client = desk(grid.cast.li)
        self.tap(client, made)
        answer = self.tap(client, made)
        assert answer.status_code == 409
        assert "30 分钟内已记录过" in answer.content.decode()

    @pytest.mark.parametrize("who", ["wang", "zhang", "zhao", "zhou"])
    def test_of_another_there_is_no_plan(self, grid: Grid, made: PatrolPlan, who: str) -> None:
        assert self.tap(desk(getattr(grid.cast, who)), made).status_code == 404
        assert "您现在没有巡查任务" in told(desk(getattr(grid.cast, who)), PATROLS)

    @pytest.mark.parametrize(
        ("words", "status"),
        [
            ({"point_lat": "30.52"}, 422),  # half a place
            ({"point_lat": "x", "point_lng": "y"}, 422),
            ({"point_lat": "117.02", "point_lng": "30.52"}, 422),  # swapped
            ({"point_lat": "0", "point_lng": "0"}, 422),
            ({"point_lat": "nan", "point_lng": "nan"}, 422),
            ({"point_lat": "1e400", "point_lng": "117"}, 422),
            ({"point_lat": "９９", "point_lng": "１１７"}, 422),
            ({"key": "k" * 201}, 422),
            ({"key": "a\x00b"}, 422),
        ],
    )
    def test_what_no_phone_sends(
        self, grid: Grid, made: PatrolPlan, words: dict[str, str], status: int
    ) -> None:
        assert self.tap(desk(grid.cast.li), made, **words).status_code == status
        assert not PatrolRound.objects.exists()

    @pytest.mark.parametrize("typed", ["0", "-1", "x", "１", "9" * 18, "9" * 30, "1.0", "%20"])
    def test_plans_that_cannot_be(self, grid: Grid, made: PatrolPlan, typed: str) -> None:
        assert desk(grid.cast.li).post(f"{PATROLS}{typed}/walk/").status_code == 404


class TestPlanning:
    def send(self, client: Client, address: str, **words: str) -> Any:
        return client.post(address, {"member": "1002", "rounds_a_week": "3", "key": ""} | words)

    def test_a_head_plans(self, grid: Grid, address: str) -> None:
        client = desk(grid.cast.zhang)
        assert "李小格（工号 1002，每周已有 0 次）" in told(client, address)
        assert self.send(client, address).status_code == 302
        assert PatrolPlan.objects.get().rounds_a_week == 3
        assert "这里每周 3 次" in told(client, address)

    def test_a_member_is_offered_no_form(self, grid: Grid, cell: Cell, address: str) -> None:
        made, client = plan(grid, cell, grid.cast.li, 3), desk(grid.cast.li)
        page = told(client, address)
        assert "安排巡查" not in page
        assert "移交" not in page
        second = member(grid, "3001")
        assert self.send(client, address).status_code == 403
        assert client.post(f"{address}{made.pk}/end/").status_code == 403
        given = {"member": second.officer.staff_no}
        assert client.post(f"{address}{made.pk}/hand-over/", given).status_code == 403
        assert PatrolPlan.objects.get().valid_until is None

    @pytest.mark.parametrize(
        ("words", "status", "code"),
        [
            ({"member": ""}, 422, "required"),
            ({"member": "404"}, 422, "invalid_choice"),
            ({"member": "1006"}, 422, "invalid_choice"),  # on duty elsewhere
            ({"member": "1001"}, 422, "invalid_choice"),  # no grid member
            ({"member": "\x00"}, 422, "null_characters_not_allowed"),
            ({"rounds_a_week": ""}, 422, "required"),
            ({"rounds_a_week": "0"}, 422, "min_value"),
            ({"rounds_a_week": "15"}, 422, "max_value"),
            ({"rounds_a_week": "-3"}, 422, "min_value"),
            ({"rounds_a_week": "1.5"}, 422, "invalid"),
            ({"rounds_a_week": "9" * 400}, 422, "invalid"),
            ({"rounds_a_week": "三"}, 422, "invalid"),
            ({"rounds_a_week": "5"}, 409, "already_planned"),
            ({"rounds_a_week": "12"}, 409, "too_many_rounds"),
        ],
    )
    def test_what_a_form_is_sent_back_for(
        self, grid: Grid, cell: Cell, words: dict[str, str], status: int, code: str
    ) -> None:
        other = draw(grid, "77", grid.cast.community, square(117.11, 117.12))
        plan(grid, cell, grid.cast.li, 5)
        plan(grid, other, grid.cast.li, 4)
        answer = self.send(desk(grid.cast.zhang), f"{GRIDS}{cell.code}/", **words)
        assert answer.status_code == status
        assert code in codes(answer)
        assert PatrolPlan.objects.count() == 2

    def test_a_plan_ends_after_being_asked(self, grid: Grid, cell: Cell, address: str) -> None:
        made, client = plan(grid, cell, grid.cast.li, 5), desk(grid.cast.wang)
        assert "不再巡查" in told(client, f"{address}{made.pk}/end/")
        assert client.post(f"{address}{made.pk}/end/").status_code == 302
        assert client.post(f"{address}{made.pk}/end/").status_code == 404

    @pytest.mark.parametrize(("whole", "left"), [("", 1), ("on", 0)])
    def test_handing_over(
        self, grid: Grid, cell: Cell, address: str, whole: str, left: int
    ) -> None:
        second = member(grid, "3001")
        other = draw(grid, "77", grid.cast.community, square(117.11, 117.12))
        made = plan(grid, cell, grid.cast.li, 5)
        plan(grid, other, grid.cast.li, 4)
        client = desk(grid.cast.wang)
        given = {"member": "3001"} | ({"whole": whole} if whole else {})

        answer = client.post(f"{address}{made.pk}/hand-over/", given)

        assert answer.status_code == 302
        assert len(queries.my_plans(grid.cast.li.officer, clock.read())) == left
        assert len(queries.my_plans(second.officer, clock.read())) == 2 - left

    def test_a_plan_of_another_grid_is_not_here(self, grid: Grid, cell: Cell, address: str) -> None:
        other = draw(grid, "77", grid.cast.community, square(117.11, 117.12))
        made = plan(grid, other, grid.cast.li, 5)
        client = desk(grid.cast.wang)
        for what in ("hand-over", "end"):
            assert client.get(f"{address}{made.pk}/{what}/").status_code == 404

    def test_a_grid_of_long_ago_is_not_shown(self, grid: Grid, cell: Cell, address: str) -> None:
        actions.retire_cell(by=SYSTEM, at=clock.read() - timedelta(minutes=1), code=cell.code)
        assert desk(grid.cast.wang).get(address).status_code == 404
