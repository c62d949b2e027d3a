"""Keys, stale pages, and people who left (rows B07, B08, B11–B14, B17)."""

from datetime import datetime, timedelta
from itertools import product

import pytest
from django.test import Client

from jiceng.kernel.base import clock
from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.models import Tenure, Unit
from jiceng.kernel.orgs.service import appoint, end_tenure
from jiceng.kernel.testing.cast import hold, officer
from jiceng.systems.grid.actions import MOVES, retire_category
from jiceng.systems.grid.tests import scene, sending
from jiceng.systems.grid.tests.sending import desk, press, words_of_move, words_of_report
from tests.bad_input.conftest import Town
from tests.bad_input.door import codes, refused, unchanged

KEY = "k" * 32


@pytest.mark.django_db
class TestKeys:
    def test_the_same_body_again_is_the_same_report(self, town: Town) -> None:
        browser = Client()
        first = sending.send_report(browser, key=KEY)
        with unchanged():
            again = browser.post("/report/", words_of_report(key=KEY))

        assert (again.status_code, again["Location"]) == (302, f"/cases/{first.number}/")

    @pytest.mark.parametrize(
        "change",
        [{"phone": "13900139000"}, {"description": "别的事"}, {"category": "E201"}, {"place": ""}],
        ids=lambda change: next(iter(change)),
    )
    def test_another_body_under_the_key_is_refused(
        self, town: Town, change: dict[str, str]
    ) -> None:
        browser = Client()
        sending.send_report(browser, key=KEY)
        with unchanged():
            answer = browser.post("/report/", words_of_report(key=KEY, **change))
        refused(answer, 409, "key_reused")

    @pytest.mark.parametrize(
        "key", ["x" * 201, "x" * 10_000, "a\nb", "a\r\nb", "a\x1bb", "a\u2028b", "\x85"]
    )
    def test_a_key_that_cannot_be_one(self, town: Town, key: str) -> None:
        with unchanged():
            refused(Client().post("/report/", words_of_report(key=key)), 422, "bad_key")
            refused(press(town.wang, town.case, "refuse", key=key), 422, "bad_key")

    def test_the_key_of_another_session_shows_nothing(self, town: Town) -> None:
        case = sending.send_report(Client(), key=KEY)
        thief = Client()
        own = sending.send_report(thief, key=KEY)

        assert own != case
        assert case.number not in thief.get(f"/cases/{own.number}/").content.decode()
        assert thief.get(f"/cases/{case.number}/").status_code == 302

    def test_the_key_of_a_colleague_is_no_key_of_mine(self, town: Town) -> None:
        second = hold(officer("1011", "吴小代"), town.grid.cast.wang.post, at=town.grid.cast.at)
        words = words_of_move(town.case, "judge") | {"key": KEY}
        address = f"/desk/grid/cases/{town.case.number}/moves/judge/"
        town.wang.post(address, words)
        with unchanged():
            answer = desk(second).post(address, words)
        refused(answer, 409, "move_not_possible")


@pytest.mark.django_db
class TestStalePages:
    @pytest.mark.parametrize(
        "step", ["0", "-1", "1.5", "abc", "９", str(2**31), str(2**63), "9" * 5_000, "1' OR 1=1"]
    )
    def test_a_step_that_is_none(self, town: Town, step: str) -> None:
        with unchanged():
            answer = press(town.wang, town.case, "judge", step=step)
        refused(answer, 409, "stale_page")

    def test_the_step_of_another_case(self, town: Town) -> None:
        other = scene.report(town.grid)
        with unchanged():
            answer = press(town.wang, town.case, "judge", step=scene.open_step(other).pk)
        refused(answer, 409, "stale_page")

    def test_a_page_from_before_the_case_came_back(self, town: Town) -> None:
        """The case stands in the same step again, but it is another stay."""
        scene.walk(town.grid, town.case, scene.PATH[:1])
        old = scene.open_step(town.case).pk
        scene.walk(town.grid, town.case, ("dispatch", "return"))
        with unchanged():
            answer = press(town.wang, town.case, "dispatch", step=old)

        refused(answer, 409)
        assert codes(answer) == {"stale_page"}
        assert "派遣" in answer.content.decode()

    @pytest.mark.parametrize("end", [scene.PATH, ("refuse",)], ids=["closed", "refused"])
    def test_an_ended_case_does_not_move(self, town: Town, end: tuple[str, ...]) -> None:
        scene.walk(town.grid, town.case, end)
        with unchanged():
            for person, move in product(town.grid.cast.officers, MOVES.keys() - scene.BACK):
                address = f"/desk/grid/cases/{town.case.number}/moves/{move}/"
                refused(desk(person).post(address, {"reason": "x"}), {409, 404})

    @pytest.mark.parametrize("move", ["dispatch", "dispose", "verify", "close"])
    def test_a_step_that_is_not_reached(self, town: Town, move: str) -> None:
        with unchanged():
            answer = town.wang.post(f"/desk/grid/cases/{town.case.number}/moves/{move}/", {})
        refused(answer, 409, "move_not_possible")
        assert "立即处置" in answer.content.decode()


@pytest.mark.django_db
class TestPeople:
    def test_a_unit_without_a_handler_is_not_offered(self, town: Town) -> None:
        scene.walk(town.grid, town.case, scene.PATH[:1])
        with unchanged():
            for code in (town.grid.cast.community.code, "990000002", "nonsense", "", "9" * 500):
                answer = press(town.wang, town.case, "dispatch", unit=code)
                refused(answer, 422)

    def test_nor_one_whose_handler_left(self, town: Town) -> None:
        scene.walk(town.grid, town.case, scene.PATH[:1])
        Tenure.objects.filter(officer=town.grid.cast.qian.officer).update(
            ends_at=clock.read() - timedelta(seconds=1)
        )
        with unchanged():
            answer = press(town.wang, town.case, "dispatch", unit=town.grid.street.code)
        refused(answer, 422, "invalid_choice")

    def test_a_dissolved_community_does_not_answer(self, town: Town) -> None:
        village = town.grid.cast.village
        Unit.objects.filter(pk=village.pk).update(dissolved_on=clock.legal_day(clock.read()))
        with unchanged():
            words = words_of_report(point_lat="", point_lng="", unit=village.code)
            refused(Client().post("/report/", words), 422, "invalid_choice")

    def test_whose_post_falls_vacant_hands_on_what_was_open(self, town: Town) -> None:
        """The case goes to the nearest filled post above, in the same transaction."""
        cast, now = town.grid.cast, clock.read()
        tenure = Tenure.objects.get(officer=cast.wang.officer)
        wang = town.wang
        end_tenure(by=SYSTEM, at=now, tenure=tenure)
        step = scene.open_step(town.case)

        assert step.post != cast.wang.post
        assert step.post is None or step.post.role == "unit_head"
        refused(wang.get(f"/desk/grid/cases/{town.case.number}/"), 403, "no_post")
        refused(press(wang, town.case, "judge"), 403, "no_post")

    def test_who_disposed_cannot_verify_from_another_post(self, town: Town) -> None:
        cast = town.grid.cast
        scene.walk(town.grid, town.case, scene.PATH[:3])
        hold(cast.qian.officer, cast.sun.post, at=cast.at)
        with unchanged():
            for move in ("verify", "rework"):
                refused(press(desk(cast.qian), town.case, move), 409, "move_not_possible")

    def test_a_category_that_closed_meanwhile(self, town: Town) -> None:
        retire_category(by=SYSTEM, at=clock.read(), code="C101")
        with unchanged():
            refused(Client().post("/report/", words_of_report()), 422, "invalid_choice")

    def test_a_successor_goes_on_with_what_stood_there(self, town: Town) -> None:
        cast, now = town.grid.cast, clock.read()
        new = officer("1012", "新小值")
        appoint(by=SYSTEM, at=now, post=cast.wang.post, officer=new)
        browser = Client()
        browser.force_login(new)

        assert press(browser, town.case, "judge").status_code == 302


@pytest.mark.django_db
class TestTime:
    def test_a_day_begins_at_midnight_in_shanghai(
        self, town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        midnight = datetime(2026, 11, 25, 0, 0, tzinfo=SHANGHAI)
        numbers = []
        for instant in (midnight - timedelta(milliseconds=1), midnight):
            monkeypatch.setattr(clock, "read", lambda instant=instant: instant)
            numbers.append(sending.send_report(Client(), category="E201"))

        assert [case.number[:6] for case in numbers] == ["261124", "261125"]
        # One workday from Tuesday ends on Wednesday, from Wednesday on Thursday.
        assert [clock.legal_day(case.due_at).day for case in numbers if case.due_at] == [25, 25]

    def test_a_day_beyond_the_published_calendar_is_marked(
        self, town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        instant = datetime(2027, 12, 31, 16, 0, tzinfo=SHANGHAI)
        monkeypatch.setattr(clock, "read", lambda: instant)
        browser = Client()
        case = sending.send_report(browser, category="E201")

        assert case.provisional
        assert "待定" in browser.get(f"/cases/{case.number}/").content.decode()
        assert "待定" in town.wang.get(f"/desk/grid/cases/{case.number}/").content.decode()
