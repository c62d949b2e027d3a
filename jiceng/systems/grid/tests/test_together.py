"""One move for several cases: each on its own, each with its own result."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.systems.grid import terms
from jiceng.systems.grid.actions import together
from jiceng.systems.grid.rules.together import MOST_TOGETHER, TOGETHER
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import desk

pytestmark = pytest.mark.django_db
BULK = "/desk/grid/bulk/"


def steps(*cases: Case) -> list[int]:
    return [scene.open_step(case).pk for case in cases]


def at_step(*cases: Case) -> list[str]:
    return [scene.open_step(case).step for case in cases]


def send(browser: Client, move: str, picked: list[Any], **words: Any) -> Any:
    """Send the form of a move for several cases."""
    return browser.post(BULK, {"move": move, "step": picked, "key": "k" * 32} | words)


def told(answer: Any) -> list[str]:
    """Return what became of each row: done, or the code of the refusal."""
    results = answer.context["results"]
    return [result.refusal.code if result.refusal else "done" for result in results]


def entries(event: str) -> int:
    return Entry.objects.filter(event=event).count()


@pytest.fixture
def cases(grid: Grid) -> list[Case]:
    """Return three fresh reports."""
    return [scene.report(grid) for _each in range(3)]


class TestChoosing:
    def test_what_every_row_allows_is_offered(self, grid: Grid, cases: list[Case]) -> None:
        scene.walk(grid, cases[0], ("judge",))
        scene.walk(grid, cases[1], ("judge",))
        page = desk(grid.cast.wang).get(BULK, {"step": steps(*cases[:2])})

        assert page.context["offer"].move.code == "dispatch"  # the only one: its form is here
        assert set(page.context["form"].fields) == {"unit", "note"}

    def test_what_some_rows_forbid_is_explained(self, grid: Grid, cases: list[Case]) -> None:
        scene.walk(grid, cases[0], ("judge",))
        page = desk(grid.cast.wang).get(BULK, {"step": steps(*cases)})
        text = page.content.decode()

        assert page.context["form"] is None
        offers = page.context["chosen"].offers
        assert [(offer.move.code, offer.without) for offer in offers] == [
            ("judge", [cases[0]]),
            ("dispatch", cases[1:]),
        ]
        assert "另 1 件在别的环节，不能这样办" in text
        assert "另 2 件在别的环节，不能这样办" in text
        assert "派遣（只办其中 1 件）" in text
        assert "button--primary" not in text

    def test_choosing_the_forbidden_by_hand_opens_no_form(
        self, grid: Grid, cases: list[Case]
    ) -> None:
        scene.walk(grid, cases[0], ("judge",))
        page = desk(grid.cast.wang).get(BULK, {"step": steps(*cases), "move": "dispatch"})

        assert page.context["form"] is None

    def test_rows_that_cannot_be_moved_are_set_apart_and_say_why(
        self, grid: Grid, cases: list[Case]
    ) -> None:
        stale = steps(cases[0])
        scene.walk(grid, cases[0], ("judge",))
        handled = scene.walk(grid, cases[1], scene.PATH[:2])
        picked = [*stale, *steps(handled, cases[2]), 10**9]
        chosen = desk(grid.cast.wang).get(BULK, {"step": picked}).context["chosen"]

        assert [row.step_id for row in chosen.workable] == steps(cases[2])
        codes = [row.refusal.code for row in chosen.left_out]
        assert codes == ["stale_page", "not_holder", "not_found"]

    def test_who_holds_what_each_asks_for_alone_is_told_so(self, grid: Grid) -> None:
        case = scene.walk(grid, scene.report(grid), scene.PATH[:2])
        chosen = desk(grid.cast.qian).get(BULK, {"step": steps(case)}).context["chosen"]

        assert [row.refusal.code for row in chosen.left_out] == ["not_together"]
        assert chosen.offers == []

    def test_elsewhere_a_case_is_as_absent_as_none(self, grid: Grid, cases: list[Case]) -> None:
        page = desk(grid.cast.zhao).get(BULK, {"step": steps(*cases)})
        text = page.content.decode()

        assert text.count("没有找到，或您无权查看。") == 3
        assert cases[0].title not in text
        assert cases[0].number not in text

    def test_with_nothing_picked_it_says_how(self, grid: Grid) -> None:
        assert "没有选择办件" in desk(grid.cast.wang).get(BULK).content.decode()

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_more_than_a_hundred_are_too_many(self, grid: Grid, method: str) -> None:
        picked = {"step": list(range(1, MOST_TOGETHER + 2)), "move": "judge"}
        answer = getattr(desk(grid.cast.wang), method)(BULK, picked)

        assert answer.status_code == 413
        assert "too_many_cases" in answer.content.decode()

    def test_as_many_statements_for_twelve_as_for_two(self, grid: Grid, cases: list[Case]) -> None:
        browser = desk(grid.cast.wang)
        more = [scene.report(grid) for _each in range(9)]
        asked = []
        for picked in (cases[:2], cases + more):
            query = {"step": steps(*picked)}
            browser.get(BULK, query)
            with CaptureQueriesContext(connection) as statements:
                assert len(browser.get(BULK, query).context["chosen"].workable) == len(picked)
            asked.append(len(statements))

        assert asked[0] == asked[1]


class TestPressing:
    def test_every_row_is_an_act_of_its_own(self, grid: Grid, cases: list[Case]) -> None:
        answer = send(desk(grid.cast.wang), "judge", steps(*cases), note="请尽快。")

        assert answer.status_code == 200
        assert told(answer) == ["done"] * 3
        assert at_step(*cases) == ["judged"] * 3
        assert entries(terms.JUDGED) == 3
        assert all(case.title in answer.content.decode() for case in cases)

    @pytest.mark.parametrize(
        ("path", "move", "words", "then"),
        [
            (("judge",), "dispatch", {"unit": "990000001"}, "dispatched"),
            (scene.PATH[:4], "close", {}, "closed"),
        ],
        ids=["dispatch", "close"],
    )
    def test_the_other_moves(
        self,
        grid: Grid,
        cases: list[Case],
        path: tuple[str, ...],
        move: str,
        words: dict[str, str],
        then: str,
    ) -> None:
        for case in cases:
            scene.walk(grid, case, path)
        answer = send(desk(grid.cast.wang), move, steps(*cases), **words)

        assert told(answer) == ["done"] * 3
        for case in cases:
            case.refresh_from_db()
            here = case.outcome if case.closed_at else scene.open_step(case).step
            assert here == then

    def test_what_one_row_refuses_does_not_touch_the_others(
        self, grid: Grid, cases: list[Case]
    ) -> None:
        picked = [*steps(*cases), 10**9]
        scene.walk(grid, cases[1], ("judge",), at=grid.cast.at + timedelta(minutes=1))
        answer = send(desk(grid.cast.wang), "judge", picked)

        assert told(answer) == ["done", "stale_page", "done", "not_found"]
        assert entries(terms.JUDGED) == 3
        text = answer.content.decode()
        assert "办成 2 件，没有办成 2 件" in text
        assert "您打开页面之后，别人已经办理了这一步。" in text

    def test_the_form_sent_twice_changes_nothing_and_says_the_same(
        self, grid: Grid, cases: list[Case]
    ) -> None:
        browser, picked = desk(grid.cast.wang), steps(*cases)
        first = send(browser, "judge", picked)
        before = Entry.objects.count()
        second = send(browser, "judge", picked)

        assert told(first) == told(second) == ["done"] * 3
        assert all(result.replayed for result in second.context["results"])
        assert Entry.objects.count() == before

    def test_without_a_key_the_second_time_is_stale(self, grid: Grid, cases: list[Case]) -> None:
        browser, picked = desk(grid.cast.wang), steps(*cases)
        send(browser, "judge", picked, key="")
        second = send(browser, "judge", picked, key="")

        assert told(second) == ["stale_page"] * 3
        assert entries(terms.JUDGED) == 3

    def test_one_key_for_two_requests_is_refused_row_by_row(
        self, grid: Grid, cases: list[Case]
    ) -> None:
        browser, picked = desk(grid.cast.wang), steps(*cases)
        send(browser, "judge", picked, note="一")
        second = send(browser, "judge", picked, note="二")

        assert told(second) == ["key_reused"] * 3

    def test_a_row_picked_twice_is_moved_once(self, grid: Grid, cases: list[Case]) -> None:
        answer = send(desk(grid.cast.wang), "judge", steps(cases[0], cases[0]))

        assert told(answer) == ["done"]

    def test_a_busy_database_is_said_of_its_row(
        self, grid: Grid, cases: list[Case], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Rows before stand, so the page must come and say so."""
        judge, wrong = together.MOVES["judge"], cases[1].number

        def busy(**asked: Any) -> Any:
            if asked["number"] == wrong:
                raise OperationalError("database is locked")
            return judge(**asked)

        monkeypatch.setitem(together.MOVES, "judge", busy)
        answer = send(desk(grid.cast.wang), "judge", steps(*cases))

        assert told(answer) == ["done", "unavailable", "done"]

    def test_the_unit_is_asked_for_once_and_must_be_one_that_handles(
        self, grid: Grid, cases: list[Case]
    ) -> None:
        for case in cases:
            scene.walk(grid, case, ("judge",))
        for unit in ("", "nowhere"):
            answer = send(desk(grid.cast.wang), "dispatch", steps(*cases), unit=unit)
            assert answer.status_code == 422
            assert "unit" in answer.context["form"].errors
            assert "k" * 32 in answer.content.decode()  # the form keeps its key
        assert at_step(*cases) == ["judged"] * 3

    @pytest.mark.parametrize("move", ["refuse", "pass_up", "withdraw", "", "nothing"])
    def test_no_other_move_is_made_for_several(
        self, grid: Grid, cases: list[Case], move: str
    ) -> None:
        answer = send(desk(grid.cast.wang), move, steps(*cases), reason="不在范围")

        assert answer.status_code == 422
        assert "nothing_picked" in answer.content.decode()
        assert at_step(*cases) == ["reported"] * 3

    def test_another_street_moves_nothing(self, grid: Grid, cases: list[Case]) -> None:
        answer = send(desk(grid.cast.zhao), "judge", steps(*cases))

        assert answer.status_code == 422  # no row that it may know, so nothing to say of any
        assert at_step(*cases) == ["reported"] * 3
        assert cases[0].title not in answer.content.decode()

    def test_who_sees_but_does_not_hold_moves_nothing(self, grid: Grid, cases: list[Case]) -> None:
        answer = send(desk(grid.cast.zhang), "judge", steps(*cases))

        assert told(answer) == ["not_holder"] * 3
        assert at_step(*cases) == ["reported"] * 3

    @pytest.mark.parametrize("typed", ["x", "-1", "１", "9" * 400, "1 or 1=1"])
    def test_what_is_no_step_is_absent(self, grid: Grid, cases: list[Case], typed: str) -> None:
        answer = send(desk(grid.cast.wang), "judge", [typed, *steps(cases[0])])

        assert told(answer) == ["not_found", "done"]


def test_every_move_for_several_asks_for_nothing_of_the_case_itself(grid: Grid) -> None:
    """A unit and words can be the same for all; a photo or a judgement cannot."""
    case = scene.report(grid)
    definition = CaseStep.objects.select_related("case__procedure").get(case=case).case.definition
    moves = [move for move in definition.moves if move.code in TOGETHER]

    assert {move.code for move in moves} == set(TOGETHER)
    assert {need for move in moves for need in (*move.needs, *move.takes)} <= {"unit", "note"}
