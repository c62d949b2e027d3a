"""The pages of dispatching, inspections, outcomes and exemplars, by the cast."""

from datetime import timedelta
from typing import Any

import pytest

from jiceng.kernel.procedures.models import Case
from jiceng.kernel.testing.cast import hold, post
from jiceng.systems.secretary_projects.models import (
    Adoption,
    Draw,
    Exemplar,
    Finding,
    PlanStep,
    Report,
    Result,
    Visit,
)
from jiceng.systems.secretary_projects.tests.scene import (
    DESK,
    Enter,
    Party,
    address,
    registered,
    text,
    upload,
)
from jiceng.systems.secretary_projects.tests.test_inspections import (
    capacity_of,
    committed,
    drawn,
    visited,
)
from jiceng.systems.secretary_projects.tests.test_results import indicator


@pytest.fixture
def running(party: Party) -> tuple[Party, Case]:
    """Return a project that runs."""
    return registered(party)


class TestReports:
    def test_the_owner_adds_words_to_what_is_known(
        self, running: tuple[Party, Case], enter: Enter
    ) -> None:
        party, case = running
        client = enter(party.chen, party.later(days=23).at)
        assert "待上报" in text(client.get(address(case)))
        here = address(case, "reports", "monthly", "2026-03-01")
        assert "自报 0.00%" in text(client.get(here))
        assert client.post(here, {"blockers": "审批慢"}).status_code == 302
        assert Report.objects.get().blockers == "审批慢"
        assert client.post(here, {"blockers": "审批慢"}).status_code == 409
        assert "按时上报" in text(client.get(address(case)))
        early = address(case, "reports", "monthly", "2026-04-01")
        assert client.post(early, {}).status_code == 409
        for nowhere in ("weekly/2026-03-01", "monthly/yesterday"):
            assert client.get(address(case, "reports", nowhere)).status_code == 404

    def test_others_do_not_report_but_may_count(
        self, running: tuple[Party, Case], enter: Enter
    ) -> None:
        party, case = running
        client = enter(party.office, party.later(days=60).at)
        here = address(case, "reports", "monthly", "2026-03-01")
        assert client.get(here).status_code == 403
        page = text(client.get(f"{DESK}duties/"))
        assert "0 / 0 / 2" in page


class TestInspections:
    def test_a_draw_is_committed_made_visited_and_revealed(
        self, running: tuple[Party, Case], enter: Enter
    ) -> None:
        party, case = running
        office = enter(party.office, party.at)
        words = {"unit": party.cast.zone.code, "project": "1", "item": "0", "team_size": "1"}
        assert office.post(f"{DESK}draws/new/", words | {"project": "0"}).status_code == 422
        sent = office.post(f"{DESK}draws/new/", words)
        draw = Draw.objects.get()
        assert sent["Location"] == f"{DESK}draws/{draw.uid}/"
        here = sent["Location"]
        page = text(office.get(here))
        assert draw.seed not in page
        assert office.post(f"{here}make/").status_code == 302
        assert office.post(f"{here}reveal/").status_code == 409
        visit = Visit.objects.get()
        inspector = enter(capacity_of(party, visit), party.at)
        assert f"{DESK}visits/{visit.uid}/" in text(inspector.get(f"{DESK}draws/"))
        step = PlanStep.objects.filter(project=case.pk)[0]
        seen = {
            "visited_on": party.at.date().isoformat(),
            "words": "一处未完工",
            f"step_{step.pk}": "1e999",
            "photo": upload(),
        }
        assert inspector.post(f"{DESK}visits/{visit.uid}/", seen).status_code == 422
        seen |= {f"step_{step.pk}": "40", "photo": upload()}
        assert inspector.post(f"{DESK}visits/{visit.uid}/", seen).status_code == 302
        step.refresh_from_db()
        assert step.verified == 40
        assert office.post(f"{here}reveal/").status_code == 302
        page = text(office.get(here))
        assert draw.seed[:4] in page
        assert "按种子重抽的结果" in page

    def test_the_owner_cannot_read_a_draw_before_the_visit(
        self, running: tuple[Party, Case], enter: Enter
    ) -> None:
        party, case = running
        hold(party.chen.officer, post(party.cast.street, "inspector"), at=party.at)
        draw = committed(party)
        owner = enter(party.chen, party.at)
        assert owner.get(f"{DESK}draws/{draw.uid}/").status_code == 404
        assert owner.get(f"{DESK}draws/{draw.uid}/make/").status_code == 404
        office = enter(party.office, party.at)
        office.post(f"{DESK}draws/{draw.uid}/make/")
        visit = Visit.objects.select_related("project__case", "inspector").get()
        owner = enter(party.chen, party.at)
        assert owner.get(f"{DESK}visits/{visit.uid}/").status_code == 404
        assert draw.uid not in text(owner.get(f"{DESK}draws/"))
        assert "现场一处未完工" not in text(owner.get(address(case)))
        visited(party, visit)
        assert "现场一处未完工" in text(owner.get(address(case)))
        assert owner.get(f"{DESK}draws/{draw.uid}/").status_code == 200

    def test_a_finding_goes_its_way(self, running: tuple[Party, Case], enter: Enter) -> None:
        party, case = running
        visit = drawn(party)
        visited(party, visit)
        inspector = enter(capacity_of(party, visit), party.at)
        words = {
            "words": "通道被占",
            "due_on": (party.at.date() + timedelta(days=10)).isoformat(),
            "photo": upload(),
        }
        here = f"{DESK}visits/{visit.uid}/finding/"
        assert inspector.post(here, words | {"photo": ""}).status_code == 422
        assert inspector.post(here, words).status_code == 302
        finding = Finding.objects.get()
        mend = address(case, "findings", finding.uid, "rectify")
        assert inspector.get(mend).status_code == 403
        owner = enter(party.chen, party.at)
        assert "待整改" in text(owner.get(address(case)))
        assert owner.post(mend, {"words": "已清", "photo": upload(1)}).status_code == 302
        assert owner.get(address(case, "findings", finding.uid, "confirm")).status_code == 403
        inspector = enter(capacity_of(party, visit), party.at)
        back = address(case, "findings", finding.uid, "back")
        assert inspector.post(back, {"reason": "没有清完"}).status_code == 302
        owner = enter(party.chen, party.at)
        assert owner.post(mend, {"words": "清完", "photo": upload(2)}).status_code == 302
        inspector = enter(capacity_of(party, visit), party.at)
        confirm = address(case, "findings", finding.uid, "confirm")
        assert inspector.post(confirm).status_code == 302
        assert "已销号" in text(inspector.get(address(case)))

    def test_a_finding_of_another_project_is_not_there(
        self, running: tuple[Party, Case], enter: Enter
    ) -> None:
        party, case = running
        _later, other = registered(party)
        client = enter(party.lin, party.at)
        assert client.get(address(other, "findings", "0" * 32, "confirm")).status_code == 404
        assert client.get(address(case, "visit")).status_code == 200


class TestOverview:
    def test_a_result_is_recorded_in_its_measure(
        self, running: tuple[Party, Case], enter: Enter
    ) -> None:
        party, case = running
        indicator(party)
        client = enter(party.chen, party.at)
        words = {
            "indicator": "rent",
            "name": "一季度租金",
            "opened_on": party.at.date().isoformat(),
            "amount": "2500",
            "measure": "元",
        }
        here = address(case, "results", "new")
        page = client.post(here, words)
        assert page.status_code == 422
        assert "计量单位与指标不一致" in text(page)
        assert client.post(here, words | {"measure": "万元"}).status_code == 302
        result = Result.objects.get()
        assert "2500 万元" in text(client.get(address(case)))
        done = {"achieved_on": party.at.date().isoformat()}
        assert client.post(f"{DESK}outcomes/{result.uid}/", done).status_code == 302
        assert "2500" in text(client.get(f"{DESK}outcomes/"))
        assert enter(party.wu, party.at).get(f"{DESK}outcomes/{result.uid}/").status_code == 404

    def test_coverage_and_both_ends(self, running: tuple[Party, Case], enter: Enter) -> None:
        party, case = running
        client = enter(party.office, party.later(days=75).at)
        page = text(client.get(f"{DESK}coverage/"))
        assert "还有 2 个党组织没有项目或事项" in page
        page = text(client.get(f"{DESK}ends/"))
        assert case.title in page
        assert "超期步骤 1 个（−5）" in page

    def test_an_exemplar_goes_its_way(self, running: tuple[Party, Case], enter: Enter) -> None:
        party, case = running
        office = enter(party.office, party.at)
        told = {"title": "厂房变客厅", "summary": "先算账"}
        assert office.post(address(case, "exemplar"), told).status_code == 302
        here = f"{DESK}exemplars/{case.number}/"
        assert office.post(f"{here}column/", {"article": "三步"}).status_code == 302
        show = {"title": "春季路演", "numbers": [case.number]}
        sent = office.post(f"{DESK}exemplars/roadshow/", show)
        assert sent["Location"] == f"/desk/reviews/{Exemplar.objects.get().review}/"
        assert office.post(f"{DESK}exemplars/roadshow/", show).status_code == 422
        other = enter(party.wu, party.at)
        taken = {"unit": "DZ0002", "day": party.at.date().isoformat(), "words": "照做"}
        assert other.post(f"{here}adopt/", taken).status_code == 302
        assert Adoption.objects.get().unit == party.other_branch
        assert "推广 1 处" in text(other.get(f"{DESK}exemplars/"))
        assert "枫林社区党总支" in text(other.get(here))

    @pytest.mark.parametrize(
        "page", ["duties", "draws", "coverage", "ends", "outcomes", "exemplars"]
    )
    def test_is_empty_for_who_sees_nothing(
        self, running: tuple[Party, Case], enter: Enter, page: str
    ) -> None:
        party, case = running
        shown: Any = enter(party.cast.zhao, party.at).get(f"{DESK}{page}/")
        assert shown.status_code == 200
        assert case.title not in text(shown)
