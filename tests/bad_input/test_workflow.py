"""Keys of others, people who left, the turn of a day: rows that take more than one knock."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from jiceng.kernel.base import clock
from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.models import Tenure
from jiceng.kernel.orgs.service import appoint, end_tenure
from jiceng.kernel.testing.cast import hold, officer
from jiceng.systems.grid.tests import scene, sending
from jiceng.systems.grid.tests.sending import desk, press, words_of_move, words_of_report
from tests.bad_input.door import refused, unchanged
from tests.bad_input.town import Town

KEY = "k" * 32


@pytest.mark.django_db
class TestKeys:
    def test_the_same_body_again_is_the_same_report(self, town: Town) -> None:
        browser = Client()
        first = sending.send_report(browser, key=KEY)
        with unchanged():
            again = browser.post("/report/", words_of_report(key=KEY))

        assert (again.status_code, again["Location"]) == (302, f"/cases/{first.number}/")

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
class TestPeople:
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
