"""What is wrong with a table of the ledger: every fault with its line, and nothing is saved."""

from typing import Any

import pytest
from django.db import OperationalError, connection

from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.orgs.terms import Kind as UnitKind
from jiceng.kernel.testing.cast import unit
from jiceng.systems.secretary_projects.actions.importing import Taken
from jiceng.systems.secretary_projects.models import PlanStep
from jiceng.systems.secretary_projects.tests.scene import Party
from jiceng.systems.secretary_projects.tests.tables import (
    ITEM,
    PROJECT,
    STEP,
    Row,
    at_state,
    codes,
    counts,
    refused,
    table,
    take,
)

pytestmark = pytest.mark.django_db
BAD_ROWS = [
    ({"行类": "别的"}, {}, (2, "行类", "bad_row_kind")),
    ({"编号": ""}, {}, (2, "编号", "required")),
    ({"名称": ""}, {}, (2, "名称", "required")),
    ({"名称": "字" * 201}, {}, (2, "名称", "too_long")),
    ({"党组织代码": "DZ9999"}, {}, (2, "党组织代码", "unknown_unit")),
    ({"党组织代码": "990000001001"}, {}, (2, "党组织代码", "unknown_unit")),
    ({"领办书记工号": "9999"}, {}, (2, "领办书记工号", "unknown_officer")),
    ({"领办书记工号": "2002"}, {}, (2, "领办书记工号", "not_the_secretary")),
    ({"主题": "其他"}, {}, (2, "主题", "bad_choice")),
    ({"状态": "办理中"}, {}, (2, "状态", "bad_state")),
    ({"状态": "备案审核"}, {}, (2, "状态", "gates_do_not_fit")),
    ({"状态": "已办结"}, {}, (2, "验收时间", "required")),
    ({"预期成效": ""}, {}, (2, "预期成效", "required")),
    ({"开始日期": "2025-02-30"}, {}, (2, "开始日期", "bad_moment")),
    ({"开始日期": "2025-03-01 09:00"}, {}, (2, "开始日期", "bad_day")),
    ({"完成期限": "2025-01-31"}, {}, (2, "完成期限", "dates_reversed")),
    ({"提出时间": "2027-01-01"}, {}, (2, "提出时间", "to_come")),
    ({"调查日期": "", "调查情况": ""}, {}, (2, "状态", "gates_do_not_fit")),
    ({"调查日期": ""}, {}, (2, "调查情况", "evidence_incomplete")),
    ({"公示情况": ""}, {}, (2, "公示情况", "evidence_incomplete")),
    ({"研究日期": "2025-03-02"}, {}, (2, "研究日期", "gate_back_dated")),
    ({"公示日期": "2027-03-02"}, {}, (2, "公示日期", "to_come")),
    ({"公示截止日期": ""}, {}, (2, "公示截止日期", "required")),
    ({"公示截止日期": "2025-03-07"}, {}, (2, "公示截止日期", "closes_too_early")),
    ({"公示截止日期": "2025-03-17"}, {}, (2, "立项时间", "out_of_order")),
    ({"立项时间": ""}, {}, (2, "立项时间", "required")),
    ({"立项编号": ""}, {}, (2, "立项编号", "required")),
    ({"立项编号": "第7号"}, {}, (2, "立项编号", "bad_filing_number")),
    ({"立项编号": "领办事项〔2025〕007号"}, {}, (2, "立项编号", "filing_of_other_kind")),
    ({"验收时间": "2025-09-01"}, {}, (2, "验收时间", "not_here")),
    ({"责任人": "某人"}, {}, (2, "责任人", "not_here")),
    ({}, {"编号": "旧台账-9"}, (3, "编号", "step_of_nothing")),
    ({}, {"名称": ""}, (3, "名称", "required")),
    ({}, {"责任人": ""}, (3, "责任人", "required")),
    ({}, {"完成期限": "2027-01-01"}, (3, "完成期限", "outside_dates")),
    ({}, {"权重": "0"}, (3, "权重", "bad_step_weight")),
    ({}, {"权重": "1e999"}, (3, "权重", "bad_step_weight")),
    ({}, {"权重": "NaN"}, (3, "权重", "bad_step_weight")),
    ({}, {"权重": "1.2345"}, (3, "权重", "bad_step_weight")),
    ({}, {"自报进度": "101"}, (3, "自报进度", "bad_percent")),
    ({}, {"自报进度": "-1"}, (3, "自报进度", "bad_percent")),
    ({}, {"自报进度": "100"}, (3, "自报完成时间", "done_does_not_fit")),
    ({}, {"自报时间": ""}, (3, "自报时间", "required")),
    ({}, {"核查进度": "40"}, (3, "核查进度", "verified_in_part")),
    ({}, {"自报时间": "2026-03-02 09:01"}, (3, "自报时间", "to_come")),
    ({}, {"状态": "项目实施"}, (3, "状态", "not_here")),
]


class TestFaults:
    @pytest.mark.parametrize(("own", "step", "fault"), BAD_ROWS)
    def test_a_bad_row(
        self, party: Party, own: Row, step: Row, fault: tuple[int, str, str]
    ) -> None:
        assert fault in codes(refused(party, table(PROJECT | own, STEP | step)))

    def test_the_rows_are_sound_without_their_faults(self, party: Party) -> None:
        assert take(party, table(PROJECT, STEP)) == Taken(1, 0)

    def test_all_of_them_are_told(self, party: Party) -> None:
        rows = [
            ITEM | {"编号": "1", "名称": "a", "主题": "其他", "预期成效": ""},
            ITEM | {"编号": "2", "名称": "b"},
            ITEM | {"编号": "3", "名称": "c", "领办书记工号": "2002"},
            STEP | {"编号": "2", "权重": "0"},
        ]
        assert codes(refused(party, table(*rows))) == [
            (2, "主题", "bad_choice"),
            (2, "预期成效", "required"),
            (4, "领办书记工号", "not_the_secretary"),
            (5, "权重", "bad_step_weight"),
        ]

    def test_doubles(self, party: Party) -> None:
        rows = [ITEM, ITEM | {"名称": "另一件"}, ITEM | {"编号": "x"}]
        rows += [PROJECT, STEP, PROJECT | {"编号": "y", "名称": "同号"}, STEP | {"编号": "y"}]
        assert codes(refused(party, table(*rows))) == [
            (2, "编号", "duplicate_number"),
            (2, "名称", "duplicate_name"),
            (3, "编号", "duplicate_number"),
            (4, "名称", "duplicate_name"),
            (5, "立项编号", "duplicate_filing_number"),
            (7, "立项编号", "duplicate_filing_number"),
        ]

    def test_a_project_is_filed_with_its_plan(self, party: Party) -> None:
        assert codes(refused(party, table(PROJECT))) == [(2, "状态", "no_plan")]

    def test_the_last_row_alone_leaves_nothing(self, party: Party) -> None:
        rows = [ITEM | {"编号": f"n{at}", "名称": f"第{at}件"} for at in range(30)]
        problems = refused(party, table(*rows, ITEM | {"编号": "last", "党组织代码": "?"}))
        assert codes(problems) == [(32, "党组织代码", "unknown_unit")]

    def test_a_failure_of_the_last_statement_leaves_nothing(self, party: Party) -> None:
        before, entries, cards = counts(), Entry.objects.count(), []

        def fail_at_items(execute: Any, sql: str, *more: Any) -> Any:
            """Let the database fail where the second kind is indexed, after all was written."""
            if sql.startswith("INSERT") and "search_card" in sql:
                cards.append(sql)
                if len(cards) == 2:
                    raise OperationalError("disk full")
            return execute(sql, *more)

        with connection.execute_wrapper(fail_at_items), pytest.raises(OperationalError):
            take(party, table(PROJECT, STEP, ITEM))
        assert len(cards) == 2
        assert (counts(), Entry.objects.count()) == (before, entries)


def test_ended_projects_may_belong_to_what_was_dissolved(party: Party) -> None:
    gone = unit("DZ0009", "旧支部", UnitKind.PARTY, party.cast.community, at=party.at)
    gone.dissolved_on = party.at.date()
    gone.save(update_fields=["dissolved_on"])
    running = {"党组织代码": gone.code}
    problems = refused(party, table(PROJECT | running, STEP))
    assert (2, "党组织代码", "unit_dissolved") in codes(problems)
    rows = at_state("item", "completed", 1)
    assert take(party, table(rows[0] | running, rows[1])) == Taken(1, 0)


def test_steps_may_stand_anywhere(party: Party) -> None:
    take(party, table(STEP, ITEM, PROJECT, STEP | {"名称": "第二步"}))
    assert PlanStep.objects.filter(project__kind="project").count() == 2
