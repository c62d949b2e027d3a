"""The pages of an appeal, and what the page of its case says of it."""

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from jiceng.kernel.base import clock
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.orgs.terms import HANDLER, UNIT_HEAD, Kind
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.testing.cast import hold, officer, post
from jiceng.kernel.testing.cast import unit as found
from jiceng.systems.grid.models import Appeal, Incident
from jiceng.systems.grid.queries.appeals import appeal_file, appeal_link, appeal_offered
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.appealing import DAY, REASON, ended_late, file, review
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import desk, number_of_no_case, telling


@pytest.fixture
def about(grid: Grid) -> Case:
    return ended_late(grid)


@pytest.fixture
def appeal(grid: Grid, about: Case) -> Case:
    case = file(grid, about).value
    assert isinstance(case, Case)
    return case


@pytest.mark.django_db
class TestPages:
    def address(self, case: Case) -> str:
        return reverse("desk:grid:appeal", args=[case.number])

    def test_from_the_case_to_the_end(self, grid: Grid, about: Case, now: datetime) -> None:
        browser = desk(grid.cast.qian)
        about = self.recent(about)
        assert REASON not in browser.get(self.address(about)).content.decode()
        answer = browser.post(self.address(about), {"reason": REASON, "key": "a1"})
        assert answer.status_code == 302
        again = browser.post(self.address(about), {"reason": REASON, "key": "a1"})
        assert again["Location"] == answer["Location"]
        appeal = Appeal.objects.get().case
        home = reverse("desk:grid_appeal:case", args=[appeal.number])
        assert answer["Location"] == home
        assert REASON in browser.get(home).content.decode()

        for who, move, words in (
            ("wang", "pass", {}),
            ("zhang", "uphold", {"reason": "属实"}),
        ):
            reader = desk(getattr(grid.cast, who))
            assert home in reader.get("/desk/").content.decode()
            step = scene.open_step(appeal).pk
            url = reverse("desk:grid_appeal:move", args=[appeal.number, move])
            assert url in reader.get(home).content.decode()
            assert reader.get(url).status_code == 200
            sent = {"step": step, "key": move, **words}
            assert reader.post(url, sent)["Location"] == home
            assert reader.post(url, sent)["Location"] == home
        assert Incident.objects.get(case=about).excused
        assert "申诉成立" in browser.get(home).content.decode()

    def recent(self, about: Case) -> Case:
        """Move the end of the case to yesterday; the pages read the clock."""
        Case.objects.filter(pk=about.pk).update(closed_at=clock.read() - DAY)
        about.refresh_from_db()
        return about

    def test_what_is_missing_comes_back(self, grid: Grid, about: Case, appeal: Case) -> None:
        wang = desk(grid.cast.wang)
        url = reverse("desk:grid_appeal:move", args=[appeal.number, "reject"])
        sent = {"step": scene.open_step(appeal).pk, "reason": ""}
        assert wang.post(url, sent).status_code == 422
        assert wang.post(url, {**sent, "reason": "x", "step": "1"}).status_code == 409
        assert desk(grid.cast.qian).post(self.address(about), {}).status_code == 422

    def test_for_who_may_not_know_it_it_does_not_exist(self, grid: Grid, appeal: Case) -> None:
        reader: Any = desk(grid.cast.zhao)
        absent = number_of_no_case(appeal)
        for name, more in (("case", []), ("move", ["pass"])):
            here, nowhere = (
                reader.get(reverse(f"desk:grid_appeal:{name}", args=[number, *more]))
                for number in (appeal.number, absent)
            )
            assert here.status_code == nowhere.status_code == 404
            told = [telling(answer)[1] for answer in (here, nowhere)]
            assert told[0].replace(appeal.number, "") == told[1].replace(absent, "")

    def test_the_search_by_number_leads_there(self, grid: Grid, appeal: Case) -> None:
        answer = desk(grid.cast.wang).get(f"/desk/cases/?number={appeal.number}")
        assert answer["Location"] == reverse("desk:grid_appeal:case", args=[appeal.number])
        assert (
            desk(grid.cast.wang).get(reverse("desk:grid:case", args=[appeal.number])).status_code
            == 404
        )


@pytest.mark.django_db
class TestReading:
    def test_who_had_the_case_for_a_while_reads_how_it_went_and_no_more(self, grid: Grid) -> None:
        office = found("990000009", "市政养护中心", Kind.OFFICE, grid.cast.zone)
        handler = hold(officer("2002", "郑小养"), post(office, HANDLER.code))
        case = scene.walk(grid, scene.report(grid), ("judge",))
        scene.make(grid, case, "dispatch", unit=office)
        scene.make(grid, case, "reassign", by=handler)
        about = scene.walk(grid, case, scene.PATH[2:], at=grid.cast.at + 10 * DAY)
        appeal = file(grid, about).value

        link = appeal_link(about, handler.officer, [handler], appeal.opened_at)
        assert (link.offered, link.appeal, link.state) == (False, None, "审核中")
        with pytest.raises(Absent):
            appeal_file(handler.officer, appeal.number, appeal.opened_at)

    def test_offered_to_who_may_and_only_until_it_is_filed(self, grid: Grid, about: Case) -> None:
        assert about.closed_at is not None
        at = about.closed_at + DAY
        offers = {one.ref: appeal_offered(about, [one], at) for one in grid.cast.officers}
        assert [ref for ref, by in offers.items() if by] == [
            grid.cast.zhang.ref,
            grid.cast.qian.ref,
        ]
        qian = grid.cast.qian
        assert appeal_link(about, qian.officer, [qian], at).offered
        appeal = file(grid, about).value
        link = appeal_link(about, qian.officer, [qian], at)
        assert (link.offered, link.appeal, link.state) == (False, appeal, "审核中")
        review(grid, appeal, "reject", grid.cast.wang)
        assert appeal_link(about, qian.officer, [qian], at).label == "超期申诉：申诉不成立"

    def test_a_running_case_asks_nothing(self, grid: Grid, django_assert_num_queries: Any) -> None:
        case = scene.report(grid)
        with django_assert_num_queries(0):
            link = appeal_link(case, grid.cast.qian.officer, [grid.cast.qian], case.opened_at)
        assert link.offered is False

    def test_a_unit_that_answers_for_nothing_here_sees_its_own_appeal(self, grid: Grid) -> None:
        office = found("990000009", "市政养护中心", Kind.OFFICE, grid.cast.zone)
        handler = hold(officer("2002", "郑小养"), post(office, HANDLER.code))
        case = scene.walk(grid, scene.report(grid), ("judge",))
        scene.make(grid, case, "dispatch", unit=office)
        later = grid.cast.at + 10 * DAY
        scene.make(grid, case, "dispose", by=handler, at=later)
        about = scene.walk(grid, case, ("verify", "close"), at=later)
        appeal = file(grid, about, by=handler).value

        read = appeal_file(handler.officer, appeal.number, appeal.opened_at)
        assert (read.unit, read.about) == (office, about)
        head = hold(officer("2003", "冯小管"), post(office, UNIT_HEAD.code))
        read = appeal_file(head.officer, appeal.number, appeal.opened_at)
        assert read.about is None
        page = desk(head).get(reverse("desk:grid_appeal:case", args=[appeal.number]))
        assert about.number not in page.content.decode()
        assert page.status_code == 200
