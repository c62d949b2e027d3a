"""The ledger out and in again: all or none, every fault with its line, nobody but the office."""

import io
from typing import Any

import pytest
from django.db import transaction
from python_calamine import CalamineWorkbook

from jiceng.kernel.base.errors import NotAllowed
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import OPERATOR, entries_of
from jiceng.kernel.notices.service import PeriodRunning
from jiceng.kernel.procedures.models import CaseStep
from jiceng.kernel.testing.cast import hold, officer, post
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.actions import PROJECT_MOVES, importing
from jiceng.systems.secretary_projects.actions.importing import Taken
from jiceng.systems.secretary_projects.models import GateEvidence, PlanStep, Project
from jiceng.systems.secretary_projects.procedure import ITEM as ITEM_PROCEDURE
from jiceng.systems.secretary_projects.procedure import PROJECT as PROJECT_PROCEDURE
from jiceng.systems.secretary_projects.rules.states import STATES, moves_to
from jiceng.systems.secretary_projects.tests.scene import (
    CLAIM,
    Party,
    made,
    pass_gate,
    photo,
    proposed,
    published,
    registered,
    registered_item,
    row,
)
from jiceng.systems.secretary_projects.tests.tables import (
    ITEM,
    PROJECT,
    STEP,
    Row,
    at_state,
    codes,
    counts,
    every_state,
    refused,
    sent_out,
    table,
    take,
)

pytestmark = pytest.mark.django_db


class TestRoundTrip:
    @pytest.mark.parametrize(
        ("kind", "procedure"), [("project", PROJECT_PROCEDURE), ("item", ITEM_PROCEDURE)]
    )
    def test_the_states_are_those_of_the_procedure(self, kind: str, procedure: Any) -> None:
        states = STATES[kind]
        assert {code: state.label for code, state in states.items()} == {
            step.code: str(step.label) for step in procedure.steps
        }
        for state in states.values():
            for gates in state.gates:
                place = procedure.start
                for move in moves_to(state, gates):
                    found = procedure.move(move, [place])
                    assert found is not None, (state.code, move)
                    place = found[0].targets[0]
                assert place == state.code

    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_every_state_comes_back_into_an_empty_ledger(self, party: Party, form: str) -> None:
        with transaction.atomic():
            taken = take(party, table(*every_state()))
            first, held = sent_out(), counts()
            file = sent_out(form)
            transaction.set_rollback(True)
        assert taken == Taken(18, 0)
        assert Project.objects.count() == 0
        assert take(party, file) == Taken(18, 0)
        assert sent_out() == first
        assert counts() == held

    def test_what_was_done_here_comes_back_too(self, party: Party) -> None:
        with transaction.atomic():
            proposed(party)
            published(party)
            later, _case = registered(party)
            registered_item(party)
            step = PlanStep.objects.filter(project__registered_at__isnull=False)[0]
            PlanStep.objects.filter(pk=step.pk).update(
                claimed="33.30",
                claimed_at=later.at,
                verified="20",
                verified_claim="30",
                verified_at=later.at,
            )
            first = sent_out()
            transaction.set_rollback(True)
        take(later, first)
        assert sent_out() == first
        assert first.count(b"\r\n") == 9  # a heading, four projects, four steps

    def test_who_holds_a_post_now_has_the_step(self, party: Party) -> None:
        take(party, table(*every_state()))
        standing = CaseStep.objects.open().select_related("post", "case")
        held = {each.case.title: each.post.role for each in standing if each.post}
        assert held["project survey"] == held["project implementing"] == "secretary"
        assert held["project review"] == held["project acceptance"] == "party_office"
        assert held["item acceptance"] == "party_office"
        assert len(held) == standing.count()

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
    def test_encodings_of_spreadsheets(self, party: Party, encoding: str) -> None:
        assert take(party, table(PROJECT, STEP, ITEM, encoding=encoding)) == Taken(2, 0)
        assert Project.objects.get(kind="project").case.title == "盘活闲置厂房"

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (table(PROJECT, encoding="utf-16"), "bad_encoding"),
            (bytes(range(256)) * 4, "bad_encoding"),
            (b"\x89PNG\r\n\x1a\n\0\0", "bad_encoding"),
            (b"", "empty_table"),
            (table(), "no_rows"),
            (table(PROJECT).replace("状态".encode(), "形态".encode()), "bad_heading"),
            (b"PK\x03\x04 no archive", "bad_workbook"),
        ],
    )
    def test_files_that_are_no_table(self, party: Party, data: bytes, code: str) -> None:
        assert [problem.code for problem in refused(party, data)] == [code]

    def test_days_as_a_spreadsheet_writes_them_again(self, party: Party) -> None:
        changed = {
            "开始日期": "2025/3/1",
            "完成期限": "2026年12月31日",
            "提出时间": "2025/3/1 9:05",
        }
        take(party, table(PROJECT | changed, STEP))
        said = sent_out().decode()
        assert "2025-03-01,2026-12-31,2025-03-01 09:05" in said


class TestFormulas:
    WORDS = ("=cmd|' /C calc'!A0", "+1+2", "-3", "@SUM(A1)", "＝1+1")

    def test_they_stay_text(self, party: Party) -> None:
        rows = [
            ITEM | {"编号": f"f{at}", "名称": word, "预期成效": f"{word}\n第二行"}
            for at, word in enumerate(self.WORDS)
        ]
        with transaction.atomic():
            take(party, table(*rows))
            first, book = sent_out(), sent_out("xlsx")
            transaction.set_rollback(True)
        for word in self.WORDS:
            assert f",'{word}" in first.decode() or f",\"'{word}" in first.decode()
        cells = CalamineWorkbook.from_filelike(io.BytesIO(book))
        told = [line[3] for line in cells.get_sheet_by_index(0).to_python()[1:]]
        assert sorted(told) == sorted(self.WORDS)
        take(party, first)
        assert sent_out() == first
        titles = Project.objects.values_list("case__title", flat=True)
        assert sorted(titles) == sorted(self.WORDS)


class TestWhatIsThere:
    def test_a_second_time_nothing_changes(self, party: Party) -> None:
        data = table(PROJECT, STEP, ITEM)
        assert take(party, data) == Taken(2, 0)
        before, said = counts(), sent_out()
        assert take(party, data) == Taken(0, 2)
        assert take(party, said) == Taken(0, 2)
        assert (counts(), sent_out()) == (before, said)

    def test_more_rows_add_only_themselves(self, party: Party) -> None:
        take(party, table(PROJECT, STEP))
        assert take(party, table(PROJECT, STEP, ITEM)) == Taken(1, 1)

    @pytest.mark.parametrize(
        ("changed", "step", "column"),
        [
            ({"名称": "另一个名称"}, {}, "名称"),
            ({"状态": "待验收"}, {}, "状态"),
            ({"调查情况": "走访13户"}, {}, "调查情况"),
            ({}, {"权重": "3"}, "方案步骤"),
            ({}, {"自报进度": "50"}, "方案步骤"),
        ],
    )
    def test_what_differs_is_not_written_over(
        self, party: Party, changed: Row, step: Row, column: str
    ) -> None:
        take(party, table(PROJECT, STEP))
        problems = refused(party, table(PROJECT | changed, STEP | step))
        assert codes(problems) == [(2, column, "project_differs")]

    def test_numbers_of_others(self, party: Party) -> None:
        case = proposed(party)
        take(party, table(PROJECT, STEP))
        number = Project.objects.get(kind="project", registered_at__isnull=False).case.number
        problems = refused(
            party, table(PROJECT | {"编号": case.number}, STEP | {"编号": case.number})
        )
        assert [problem.code for problem in problems] == ["filing_number_taken"]
        assert number in str(problems[0].sentence)

    def test_filing_numbers_go_on_after_those_of_the_table(self, party: Party) -> None:
        take(party, table(PROJECT | {"立项编号": "书记项目〔2026〕041号"}, STEP))
        _later, case = registered(party)
        assert row(case).filing_no == "书记项目〔2026〕042号"


class TestGoingOn:
    def test_an_imported_project_is_finished_here(self, party: Party) -> None:
        done = {"自报进度": "100", "自报完成时间": "2026-01-06"}
        take(party, table(PROJECT, STEP | done))
        case = Project.objects.get().case
        shown = photo(party, "result")
        PROJECT_MOVES["submit"](
            by=party.chen,
            at=party.at,
            number=case.number,
            step_id=None,
            note="三处都已出租",
            photos=[shown],
            claim=CLAIM,
        )
        made(party, case, "accept", note="已核实")
        made(party, case, "complete")
        assert Project.objects.get().completed_at == party.at

    def test_a_publication_that_began_elsewhere_ends_here(self, party: Party) -> None:
        rows = at_state("project", "publication", 1)
        rows[0]["公示日期"], rows[0]["公示截止日期"] = "2026-03-01", "2026-03-09"
        take(party, table(*rows))
        case = Project.objects.get().case
        with pytest.raises(PeriodRunning):
            made(party, case, "register")
        made(party.later(days=9), case, "register")
        assert row(case).filing_no == "书记项目〔2026〕001号"

    def test_a_publication_of_elsewhere_can_be_taken_back(self, party: Party) -> None:
        take(party, table(*at_state("project", "publication", 1)))
        case = Project.objects.get().case
        made(party, case, "recall", reason="材料不全")
        assert GateEvidence.objects.standing().filter(project=case.pk).count() == 2

    def test_history_says_who_took_it_in_and_from_where(self, party: Party) -> None:
        take(party, table(PROJECT, STEP))
        case = Project.objects.get().case
        (entry,) = entries_of(case.subject)
        assert entry.by == party.office.ref
        assert '"ref":"旧台账-7"' in entry.payload
        assert "走访12户" not in entry.payload
        assert Entry.objects.filter(event=terms.PROJECTS_IMPORTED).count() == 2


class TestPermission:
    @pytest.mark.parametrize("who", ["chen", "lin", "keeper"])
    def test_without_the_right_there_are_no_rows(self, party: Party, who: str) -> None:
        before = counts()
        with pytest.raises(NotAllowed):
            take(party, table(PROJECT, STEP), by=getattr(party, who))
        with pytest.raises(NotAllowed):
            importing.check_projects(by=getattr(party, who), at=party.at, data=table(PROJECT, STEP))
        assert counts() == before

    def test_an_office_takes_in_what_lies_below_it(self, party: Party) -> None:
        street = party.cast.other_street
        office = hold(officer("2099", "街小办"), post(street, "party_office"), at=party.at)
        problems = refused(party, table(PROJECT, STEP, ITEM), by=office)
        assert {(p.line, p.column, p.code) for p in problems} == {
            (2, "党组织代码", "out_of_scope"),
            (4, "党组织代码", "out_of_scope"),
        }

    def test_the_operator_takes_in_all(self, party: Party) -> None:
        assert take(party, table(PROJECT, STEP), by=OPERATOR) == Taken(1, 0)

    def test_who_looked_at_a_filing_is_not_bound_by_the_import(self, party: Party) -> None:
        """Whoever took a filing in did not file it: the same officer may publish it here."""
        rows = at_state("project", "review", 1)
        take(party, table(*rows))
        case = Project.objects.get().case
        pass_gate(party, case, "publish")
        assert CaseStep.objects.open().get(case=case).step == "publication"
