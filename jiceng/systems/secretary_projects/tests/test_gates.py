"""The gates of 立项: their order, their evidence, and the number that comes after the last."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from jiceng.kernel.base.errors import NotAllowed, Refusal
from jiceng.kernel.ledger.service import RESIDENT, entries_of, personal_of
from jiceng.kernel.notices.service import (
    ObjectionsOpen,
    PeriodRunning,
    answer_objection,
    correct,
    latest,
    object_to,
    withdraw,
)
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import Missing, MoveNotPossible, NotHolder, SamePerson
from jiceng.systems.secretary_projects import actions, terms
from jiceng.systems.secretary_projects.actions.refusals import (
    DatesReversed,
    DayToCome,
    GateBackDated,
    NoPlan,
    NotAParty,
    NothingExpected,
    NotPublished,
    NotTheSecretary,
    StillHanging,
)
from jiceng.systems.secretary_projects.models import GateEvidence, Project
from jiceng.systems.secretary_projects.tests.scene import (
    Party,
    evidence,
    filed,
    made,
    pass_gate,
    proposed,
    published,
    registered,
    registered_item,
    row,
    with_step,
)


def step_of(case: Case) -> str:
    return case.steps.open().get().step


def count_of(case: Case) -> int:
    return entries_of(case.subject).count()


class TestProposing:
    def test_waits_for_the_secretary_at_the_first_gate(self, party: Party) -> None:
        case = proposed(party)
        step = case.steps.get()
        assert (step.step, step.post) == ("survey", party.chen.post)
        assert row(case).owner == party.chen.officer
        assert row(case).filing_no == ""
        assert entries_of(case.subject).get().event == terms.PROPOSED

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"due_on": "before"}, DatesReversed),
            ({"expected": ""}, NothingExpected),
            ({"title": ""}, NothingExpected),
            ({"theme": "nothing"}, NothingExpected),
            ({"unit": "street"}, NotAllowed),
            ({"by": "zhao"}, NotAllowed),
            ({"by": "wu"}, NotAllowed),
            ({"by": "office", "unit": "street"}, NotAParty),
            ({"by": "office", "unit": "bare"}, NotTheSecretary),
            ({"by": "office", "owner": "wu"}, NotTheSecretary),
        ],
        ids=str,
    )
    def test_refuses_and_writes_nothing(
        self, party: Party, changes: dict[str, Any], refusal: type[Refusal]
    ) -> None:
        known = {
            "before": party.at.date() - timedelta(days=1),
            "street": party.cast.street,
            "bare": party.bare_branch,
            "zhao": party.cast.zhao,
            "wu": party.wu.officer if "owner" in changes else party.wu,
            "office": party.office,
        }
        given = {name: known.get(value, value) for name, value in changes.items()}
        with pytest.raises(refusal):
            proposed(party, **given)
        assert not Project.objects.exists()
        assert not Case.objects.exists()

    def test_the_party_office_proposes_for_the_secretary_who_leads(self, party: Party) -> None:
        case = proposed(party, by=party.office)
        assert row(case).owner == party.chen.officer


class TestOrder:
    def test_four_gates_and_a_number(self, party: Party) -> None:
        later, case = registered(party)
        project = row(case)
        assert step_of(case) == "implementing"
        assert project.filing_no == "书记项目〔2026〕001号"
        assert project.registered_at == later.at
        gates = GateEvidence.objects.standing().filter(project=project).order_by("gate")
        assert [gate.gate for gate in gates] == [1, 2, 3, 4]
        assert all(gate.photos for gate in gates)

    def test_the_next_number_follows(self, party: Party) -> None:
        registered(party)
        _later, case = registered(party)
        assert row(case).filing_no == "书记项目〔2026〕002号"
        assert row(registered_item(party)).filing_no == "领办事项〔2026〕001号"

    @pytest.mark.parametrize("move", ["study", "file", "publish", "register"])
    def test_no_gate_is_jumped(self, party: Party, move: str) -> None:
        case = proposed(party)
        before = count_of(case)
        make = made if move == "register" else pass_gate
        with pytest.raises(MoveNotPossible):
            make(party, case, move)
        assert (step_of(case), count_of(case)) == ("survey", before)
        assert not GateEvidence.objects.exists()

    def test_no_gate_lies_before_the_one_before_it(self, party: Party) -> None:
        case = proposed(party)
        pass_gate(party, case, "survey")
        before = count_of(case)
        with pytest.raises(GateBackDated):
            pass_gate(party, case, "study", day=party.at.date() - timedelta(days=1))
        assert (step_of(case), count_of(case)) == ("study", before)
        assert GateEvidence.objects.count() == 1

    def test_no_gate_lies_in_the_future(self, party: Party) -> None:
        case = proposed(party)
        with pytest.raises(DayToCome):
            pass_gate(party, case, "survey", day=party.at.date() + timedelta(days=1))
        assert step_of(case) == "survey"

    @pytest.mark.parametrize("missing", [{"photos": []}, {"note": ""}])
    def test_a_gate_needs_its_evidence(self, party: Party, missing: dict[str, Any]) -> None:
        case = proposed(party)
        with pytest.raises(Missing):
            pass_gate(party, case, "survey", **missing)
        assert not GateEvidence.objects.exists()

    def test_a_project_is_filed_with_its_plan(self, party: Party) -> None:
        case = proposed(party)
        pass_gate(party, case, "survey")
        pass_gate(party, case, "study")
        with pytest.raises(NoPlan):
            pass_gate(party, case, "file")
        assert step_of(case) == "filing"
        with_step(party, case)
        pass_gate(party, case, "file")
        assert step_of(case) == "review"

    def test_the_photos_belong_to_the_case(self, party: Party) -> None:
        case = proposed(party)
        done = pass_gate(party, case, "survey")
        assert [photo["purpose"] for photo in json.loads(done.entry.payload)["photos"]] == [
            "survey"
        ]
        assert personal_of(done.entry) == {"note": "会议记录和走访记录齐全。"}


class TestWho:
    def test_only_the_holder_moves(self, party: Party) -> None:
        case = proposed(party)
        for other in (party.wu, party.office, party.cast.zhao):
            with pytest.raises(NotHolder):
                pass_gate(party, case, "survey", by=other)
        with pytest.raises(NotAllowed):
            pass_gate(party, case, "survey", by=RESIDENT)

    def test_who_files_does_not_publish(self, party: Party) -> None:
        case = filed(party)
        case.steps.filter(move="file").update(left_by=party.office.ref)
        with pytest.raises(SamePerson):
            pass_gate(party, case, "publish")


class TestPublication:
    def test_hangs_on_the_board_of_the_branch(self, party: Party) -> None:
        case = published(party)
        notice = latest(case.subject, terms.NOTICE)
        assert notice is not None
        assert list(notice.boards.all()) == [party.branch]
        assert notice.shown["steps"][0].startswith("2026-05-01 完成厂房改造：三处厂房通过验收")
        gate = GateEvidence.objects.get(gate=4)
        assert (gate.notice, gate.closes_at) == (notice.uid, notice.closes_at)

    def test_does_not_close_early(self, party: Party) -> None:
        case = published(party)
        notice = latest(case.subject, terms.NOTICE)
        assert notice is not None
        for at in (party.at, notice.closes_at - timedelta(seconds=1), notice.closes_at):
            with pytest.raises(PeriodRunning):
                actions.PROJECT_MOVES["register"](
                    by=party.office, at=at, number=case.number, step_id=None
                )
        assert row(case).registered_at is None
        assert step_of(case) == "publication"

    def test_an_open_objection_blocks_and_an_answer_frees(self, party: Party) -> None:
        case = published(party)
        notice = latest(case.subject, terms.NOTICE)
        said = object_to(by=RESIDENT, at=party.at, notice=notice, text="厂房已有人租用").value
        later = party.later(days=10)
        with pytest.raises(ObjectionsOpen):
            made(later, case, "register")
        assert row(case).registered_at is None
        answer_objection(
            by=party.keeper, at=later.at, said=said, upheld=False, answer="租约已到期。"
        )
        made(later, case, "register")
        assert row(case).filing_no

    def test_an_upheld_objection_needs_a_correction_and_its_whole_period(
        self, party: Party
    ) -> None:
        case = published(party)
        notice = latest(case.subject, terms.NOTICE)
        said = object_to(by=RESIDENT, at=party.at, notice=notice, text="期限写错").value
        answer_objection(by=party.keeper, at=party.at, said=said, upheld=True, answer="更正。")
        later = party.later(days=10)
        with pytest.raises(ObjectionsOpen):
            made(later, case, "register")
        shown = {**notice.shown, "expected": "年内引进企业2家。"}
        correct(
            by=party.keeper,
            at=later.at,
            notice=notice,
            title=notice.title,
            shown=shown,
            reason="期限更正",
        )
        with pytest.raises(PeriodRunning):
            made(later, case, "register")
        made(later.later(days=10), case, "register")
        gate = GateEvidence.objects.get(gate=4)
        assert gate.notice == latest(case.subject, terms.NOTICE).uid != notice.uid

    def test_a_withdrawn_notice_registers_nothing_and_leads_back(self, party: Party) -> None:
        case = published(party)
        notice = latest(case.subject, terms.NOTICE)
        with pytest.raises(StillHanging):
            made(party, case, "recall", reason="内容有误")
        withdraw(by=party.keeper, at=party.at, notice=notice, reason="内容有误")
        later = party.later(days=10)
        with pytest.raises(NotPublished):
            made(later, case, "register")
        made(later, case, "recall", reason="内容有误")
        assert step_of(case) == "filing"
        assert [g.gate for g in GateEvidence.objects.standing().order_by("gate")] == [1, 2]
        pass_gate(later, case, "file")
        pass_gate(later, case, "publish")
        made(later.later(days=10), case, "register")
        assert row(case).filing_no


class TestReturning:
    def test_a_returned_filing_counts_no_more(self, party: Party) -> None:
        case = filed(party)
        made(party, case, "return", reason="缺会议记录")
        assert [g.gate for g in GateEvidence.objects.standing().order_by("gate")] == [1, 2]
        pass_gate(party, case, "file")
        assert GateEvidence.objects.count() == 4

    def test_a_refused_project_ends(self, party: Party) -> None:
        case = filed(party)
        made(party, case, "refuse", reason="与他人项目重复")
        case.refresh_from_db()
        assert case.outcome == "refused"

    def test_the_secretary_withdraws_what_is_not_filed(self, party: Party) -> None:
        case = proposed(party)
        actions.PROJECT_MOVES["withdraw"](
            by=party.chen, at=party.at, number=case.number, step_id=None, reason="条件变化"
        )
        case.refresh_from_db()
        assert case.outcome == "withdrawn"


class TestDatabase:
    """No hand that goes past the acts goes past the order."""

    def refuses(self, statement: Any, *, name: str) -> None:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            statement()

    def test_refuses_a_gate_without_the_one_before(self, party: Party) -> None:
        project = row(proposed(party))

        def write(gate: int, days: int = 0) -> GateEvidence:
            day = party.at.date() + timedelta(days=days)
            closes = {"closes_at": party.at} if gate == 4 else {}
            return GateEvidence.objects.create(
                project=project, gate=gate, day=day, words="x", at=party.at, **closes
            )

        for gate in (2, 3, 4):
            self.refuses(lambda gate=gate: write(gate), name="gate_order")
        write(1)
        self.refuses(lambda: write(2, -1), name="gate_order")
        self.refuses(lambda: write(3), name="gate_order")

    def test_refuses_a_registration_before_all_is_there(self, party: Party) -> None:
        case = published(party)
        rows = Project.objects.filter(pk=case.pk)
        number = {"filing_year": 2026, "filing_serial": 1}
        early = {"registered_at": party.at, **number}
        self.refuses(lambda: rows.update(**early), name="registered_early")
        later = {"registered_at": party.later(days=10).at, **number}
        GateEvidence.objects.filter(project=case.pk, gate=2).update(set_aside_at=party.at)
        self.refuses(lambda: rows.update(**later), name="registered_early")

    def test_refuses_to_rewrite_what_was_shown(self, party: Party) -> None:
        _later, case = registered(party)
        gates = GateEvidence.objects.filter(project=case.pk, gate=2)
        self.refuses(lambda: gates.update(gate=3), name="gate_rewritten")
        self.refuses(lambda: gates.update(set_aside_at=party.at), name="gate_undermined")
        rows = Project.objects.filter(pk=case.pk)
        self.refuses(lambda: rows.update(filing_serial=9), name="renumbered")
        self.refuses(
            lambda: rows.update(registered_at=None, filing_year=None, filing_serial=None),
            name="renumbered",
        )


class TestItem:
    def test_goes_the_shorter_way(self, party: Party) -> None:
        case = registered_item(party)
        assert step_of(case) == "implementing"
        given = {"by": party.chen, "number": case.number, **evidence(party, "finish")}
        del given["day"]
        actions.ITEM_MOVES["finish"](**given)
        made(party, case, "complete")
        case.refresh_from_db()
        assert case.outcome == "closed"
        assert row(case).completed_at == party.at

    def test_is_returned_refused_withdrawn(self, party: Party) -> None:
        for move, outcome in (("return", ""), ("refuse", "refused")):
            case = proposed(party, item=True)
            given = {"by": party.chen, "at": party.at, "number": case.number, "step_id": None}
            actions.ITEM_MOVES["file"](**given, note="本季度办成。")
            made(party, case, move, reason="不具体")
            case.refresh_from_db()
            assert case.outcome == outcome
        case = proposed(party, item=True)
        given = {"by": party.chen, "at": party.at, "number": case.number, "step_id": None}
        actions.ITEM_MOVES["withdraw"](**given, reason="不需要了")
        case.refresh_from_db()
        assert case.outcome == "withdrawn"
