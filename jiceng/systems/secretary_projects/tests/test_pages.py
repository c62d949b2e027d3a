"""The pages of projects: for who leads, for who looks on, for strangers, for everybody."""

import re
from datetime import timedelta
from typing import Any

import pytest

from jiceng.kernel.ledger.service import entries_of
from jiceng.kernel.procedures.models import Case
from jiceng.systems.secretary_projects.models import GateEvidence, PlanStep, Project
from jiceng.systems.secretary_projects.tests.scene import (
    DESK,
    IDENTITY,
    PHONE,
    Enter,
    Party,
    address,
    filed,
    pass_gate,
    proposed,
    published,
    registered,
    registered_item,
    row,
    text,
    upload,
    with_step,
)

BOARD = "/projects/"


class TestLedger:
    def test_lists_what_is_seen_and_nothing_else(self, party: Party, enter: Enter) -> None:
        case = proposed(party)
        for who, seen in ((party.chen, 1), (party.office, 1), (party.lin, 1), (party.wu, 0)):
            page = enter(who, party.at).get(DESK)
            assert page.context["found"].total == seen
            assert (case.title in text(page)) is bool(seen)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=扶手", 1),
            ("q=口袋公园", 0),
            ("kind=project", 2),
            ("kind=item", 1),
            ("theme=livelihood", 1),
            ("stage=implementing", 2),
            ("stage=preparing", 1),
            ("stage=completed", 0),
            ("late=on", 1),
            ("unit=DZ0001", 3),
            ("unit=DZ0002", 3),
            ("mine=on", 3),
            ("kind=nonsense", 3),
            ("after=x", 3),
        ],
    )
    def test_filters(self, party: Party, enter: Enter, query: str, found: int) -> None:
        later, _case = registered(party)
        proposed(party, title="楼道整治", theme="governance")
        registered_item(party, title="加装扶手", theme="livelihood")
        page = enter(party.chen, later.later(days=55).at).get(f"{DESK}?{query}")
        assert page.context["found"].total == found

    def test_offers_to_propose_to_who_may(self, party: Party, enter: Enter) -> None:
        assert "提出领办事项" in text(enter(party.chen, party.at).get(DESK))
        assert "提出领办事项" not in text(enter(party.lin, party.at).get(DESK))

    def test_turns_pages(self, party: Party, enter: Enter) -> None:
        for number in range(31):
            proposed(party, title=f"项目{number:02d}")
        client = enter(party.chen, party.at)
        first = client.get(DESK)
        assert len(first.context["found"].lines) == 30
        second = client.get(first.context["next"])
        assert [line.project.case.title for line in second.context["found"].lines] == ["项目00"]


class TestProposing:
    def words(self, party: Party, **changes: Any) -> dict[str, Any]:
        start = party.at.date()
        given = {
            "unit": "DZ0001",
            "title": "楼道整治",
            "theme": "governance",
            "expected": "百栋楼",
            "starts_on": start.isoformat(),
            "due_on": (start + timedelta(days=90)).isoformat(),
        }
        return given | changes

    def test_leads_to_the_new_project(self, party: Party, enter: Enter) -> None:
        client = enter(party.chen, party.at)
        sent = client.post(f"{DESK}propose/project/", self.words(party))
        case = Case.objects.get(system="secretary_projects")
        assert sent["Location"] == address(case)

    def test_says_what_is_wrong_and_keeps_what_was_typed(self, party: Party, enter: Enter) -> None:
        client = enter(party.chen, party.at)
        early = self.words(party, due_on="2026-01-01")
        page = client.post(f"{DESK}propose/item/", early)
        assert page.status_code == 422
        assert "完成期限不能早于开始日期" in text(page)
        assert 'value="楼道整治"' in text(page)
        assert not Project.objects.exists()

    def test_is_not_for_others(self, party: Party, enter: Enter) -> None:
        assert enter(party.lin, party.at).get(f"{DESK}propose/project/").status_code == 403
        assert enter(party.chen, party.at).get(f"{DESK}propose/other/").status_code == 404
        forged = self.words(party, unit="DZ0002")
        page = enter(party.chen, party.at).post(f"{DESK}propose/project/", forged)
        assert page.status_code == 422


class TestCase:
    @pytest.mark.parametrize(
        ("who", "status"), [("chen", 200), ("office", 200), ("lin", 200), ("wu", 404)]
    )
    def test_is_there_for_who_sees_it(
        self, party: Party, enter: Enter, who: str, status: int
    ) -> None:
        later, case = registered(party)
        client = enter(getattr(party, who), later.at)
        page = client.get(address(case))
        assert page.status_code == status
        photo = GateEvidence.objects.get(gate=1).photos[0]
        shown = client.get(address(case, "photos", photo))
        assert shown.status_code == status
        if shown.streaming:
            assert b"".join(shown.streaming_content)[:2] == b"\xff\xd8"  # type: ignore[arg-type]
        step = PlanStep.objects.first()
        assert step is not None
        wanted = 200 if who == "chen" else 404 if who == "wu" else 403
        for act in ("plan/new", "plan/hang", f"plan/{step.pk}", f"plan/{step.pk}/progress"):
            assert client.get(address(case, act)).status_code == wanted

    def test_a_visitor_signs_in(self, party: Party, enter: Enter) -> None:
        case = proposed(party)
        assert enter(None, party.at).get(address(case)).status_code == 302

    def test_shows_gates_plan_and_history(self, party: Party, enter: Enter) -> None:
        later, case = registered(party)
        page = text(enter(party.chen, later.at).get(address(case)))
        for words in ("立项佐证", "一项一策", "书记项目〔2026〕001号", "完成厂房改造", "公示期满"):
            assert words in page

    def test_what_is_typed_is_text(self, party: Party, enter: Enter) -> None:
        case = proposed(party, title="<script>alert(1)</script>")
        with_step(party, case, name="<b>x</b>")
        page = text(enter(party.chen, party.at).get(address(case)))
        assert "<script>alert" not in page
        assert "<b>x</b>" not in page


class TestMove:
    def test_passes_a_gate_with_its_evidence(self, party: Party, enter: Enter) -> None:
        case = proposed(party)
        client = enter(party.chen, party.at)
        form = client.get(address(case, "moves", "survey"))
        assert 'enctype="multipart/form-data"' in text(form)
        words = {"day": party.at.date().isoformat(), "note": "走访十户"}
        sent = client.post(address(case, "moves", "survey"), words | {"photo": upload()})
        assert sent.status_code == 302
        assert GateEvidence.objects.get().words == "走访十户"

    def test_a_form_sent_back_keeps_its_photos(self, party: Party, enter: Enter) -> None:
        case = proposed(party)
        client = enter(party.chen, party.at)
        here = address(case, "moves", "survey")
        page = client.post(here, {"note": "走访十户", "photo": upload()})
        assert page.status_code == 422
        kept = re.search(r'name="kept" value="([0-9a-f]{32})"', text(page))
        assert kept is not None
        words = {"day": party.at.date().isoformat(), "note": "走访十户", "kept": kept[1]}
        assert client.post(here, words).status_code == 302
        assert GateEvidence.objects.get().photos == [kept[1]]

    def test_a_day_before_the_gate_before_is_an_error_of_the_field(
        self, party: Party, enter: Enter
    ) -> None:
        case = proposed(party)
        client = enter(party.chen, party.at)
        today, before = party.at.date(), party.at.date() - timedelta(days=1)
        words = {"day": today.isoformat(), "note": "走访", "photo": upload()}
        client.post(address(case, "moves", "survey"), words)
        words = {"day": before.isoformat(), "study": "同意", "photo": upload(1)}
        page = client.post(address(case, "moves", "study"), words)
        assert page.status_code == 422
        assert "日期不能早于前一关口的日期" in text(page)

    def test_a_button_pressed_twice_is_pressed_once(self, party: Party, enter: Enter) -> None:
        case = proposed(party)
        client = enter(party.chen, party.at)
        here = address(case, "moves", "withdraw")
        form = text(client.get(here))
        hidden = dict(re.findall(r'name="(key|step)" value="(\w+)"', form))
        words = {**hidden, "reason": "条件变化"}
        assert [client.post(here, words).status_code for _press in range(2)] == [302, 302]
        assert entries_of(case.subject).count() == 2
        other = words | {"key": "0" * 32}
        assert client.post(here, other).status_code == 409

    def test_an_item_is_filed_by_a_form_of_its_own(self, party: Party, enter: Enter) -> None:
        case = proposed(party, item=True)
        client = enter(party.chen, party.at)
        here = address(case, "moves", "file")
        assert 'name="day"' not in text(client.get(here))
        assert client.post(here, {"note": "本季度办成"}).status_code == 302
        assert case.steps.open().get().step == "review"

    def test_the_move_of_somebody_else_is_not_offered(self, party: Party, enter: Enter) -> None:
        case = filed(party)
        assert enter(party.chen, party.at).get(address(case, "moves", "publish")).status_code == 409
        assert (
            enter(party.office, party.at).get(address(case, "moves", "refuse")).status_code == 200
        )

    def test_registering_early_is_refused_on_the_page(self, party: Party, enter: Enter) -> None:
        case = published(party)
        client = enter(party.office, party.at)
        page = client.post(address(case, "moves", "register"), {"note": ""})
        assert page.status_code == 409
        assert row(case).registered_at is None


class TestPlan:
    def test_a_step_is_added_changed_and_claimed(self, party: Party, enter: Enter) -> None:
        later, case = registered(party)
        client = enter(party.chen, later.at)
        words = {
            "name": "招商推介",
            "expected": "签约2家",
            "owner": "组织委员",
            "due_on": (later.at.date() + timedelta(days=30)).isoformat(),
            "weight": "1e999",
        }
        assert client.post(address(case, "plan", "new"), words).status_code == 422
        assert client.post(address(case, "plan", "new"), words | {"weight": "2"}).status_code == 302
        step = PlanStep.objects.get(name="招商推介")
        change = address(case, "plan", step.pk)
        assert client.post(change, words | {"weight": ""}).status_code == 422
        moved = words | {"weight": "", "owner": "宣传委员", "reason": "分工调整"}
        assert client.post(change, moved).status_code == 302
        claim = address(case, "plan", step.pk, "progress")
        assert client.post(claim, {"percent": "100"}).status_code == 422
        assert client.post(claim, {"percent": "100", "photo": upload()}).status_code == 302
        step.refresh_from_db()
        assert (step.owner, step.weight, step.claimed) == ("宣传委员", None, 100)


class TestBoard:
    def test_shows_all_that_is_public_without_a_login(self, party: Party, enter: Enter) -> None:
        later, case = registered(party)
        hanging, hidden = published(party, title="在公示"), filed(party, title="没公示")
        client = enter(None, later.at)
        page = text(client.get(BOARD))
        assert case.title in page
        assert hanging.title in page
        assert hidden.title not in page
        assert client.get(f"{BOARD}{hidden.number}/").status_code == 404
        assert client.get(f"{BOARD}?kind=item").context["lines"] == []

    def test_each_has_steps_state_and_lateness(self, party: Party, enter: Enter) -> None:
        later, case = registered(party)
        page = text(enter(None, later.later(days=60).at).get(f"{BOARD}{case.number}/"))
        for words in ("完成厂房改造", "三处厂房通过验收", "超期", "自报", "核查", "实施中"):
            assert words in page

    def test_holds_no_number_of_a_person_and_no_script(self, party: Party, enter: Enter) -> None:
        case = proposed(
            party,
            title=f"联系{PHONE}<script>x</script>",
            expected=f"身份证{IDENTITY}",
            background=f"电话{PHONE}",
        )
        with_step(party, case, name=f"走访{PHONE}", owner=f"某某{PHONE}", expected=IDENTITY)
        for move in ("survey", "study", "file", "publish"):
            pass_gate(party, case, move)
        client = enter(None, party.at)
        for page in (text(client.get(BOARD)), text(client.get(f"{BOARD}{case.number}/"))):
            assert PHONE not in page
            assert IDENTITY not in page
            assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", page)
            assert "<script>x" not in page
            assert "陈小书" not in page
