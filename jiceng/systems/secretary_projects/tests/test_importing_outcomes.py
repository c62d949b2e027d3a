"""The ledger of outcomes out and in again."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from jiceng.kernel.base.errors import NotAllowed
from jiceng.kernel.exports.service import written
from jiceng.kernel.ledger.models import Entry
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.actions.importing import Taken
from jiceng.systems.secretary_projects.actions.importing_outcomes import import_outcomes
from jiceng.systems.secretary_projects.models import Indicator, Result
from jiceng.systems.secretary_projects.queries.tables.cells import Problem, TableNotTaken
from jiceng.systems.secretary_projects.queries.tables.outcomes import (
    COLUMNS,
    HEADINGS,
    outcomes_in_order,
)
from jiceng.systems.secretary_projects.tests.scene import Party, proposed, registered, row
from jiceng.systems.secretary_projects.tests.tables import Row
from jiceng.systems.secretary_projects.tests.tables import table as written_table

pytestmark = pytest.mark.django_db
RENT: Row = {
    "编号": "2025-CX-001",
    "指标代码": "rent",
    "项目编号": "",
    "党组织代码": "DZ0001",
    "内容": "三处厂房租金",
    "发生日期": "2025-06-30",
    "达成日期": "2025-06-30",
    "数额": "12.5",
    "计量单位": "万元",
    "登记时间": "2025-07-01 09:00",
}
SOLVED = RENT | {"编号": "2025-CX-002", "指标代码": "solved", "内容": "通勤车", "数额": ""}
SOLVED |= {"计量单位": "件", "达成日期": ""}


def indicator(code: str, measure: str, aggregation: str, party: Party) -> Indicator:
    """Set an indicator as the district has it."""
    return Indicator.objects.create(
        code=code,
        label=code,
        kind="other",
        measure=measure,
        aggregation=aggregation,
        definition="口径",
        baseline=Decimal(0),
        baseline_on=date(2025, 1, 1),
        set_at=party.at,
        counted_in="件",
    )


@pytest.fixture(autouse=True)
def _indicators(party: Party) -> None:
    indicator("rent", "万元", "sum", party)
    indicator("solved", "件", "count", party)


def table(*rows: Row, **given: Any) -> bytes:
    return written_table(*rows, headings=HEADINGS, **given)


def sent_out(form: str = "csv") -> bytes:
    return b"".join(written(COLUMNS, outcomes_in_order(Result.objects.all()), form=form))


def take(party: Party, data: bytes, **changes: Any) -> Taken:
    given: dict[str, Any] = {"by": party.office, "at": party.at, "data": data}
    done = import_outcomes(**given | changes)
    assert done.value is not None
    return done.value


def refused(party: Party, data: bytes) -> list[Problem]:
    before = Result.objects.count(), Entry.objects.count()
    with pytest.raises(TableNotTaken) as caught:
        take(party, data)
    assert (Result.objects.count(), Entry.objects.count()) == before
    return list(caught.value.problems)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_they_come_back_into_an_empty_ledger(party: Party, form: str) -> None:
    later, case = registered(party)
    rows = [RENT, SOLVED, RENT | {"编号": "n3", "项目编号": case.number, "数额": "1234567.89"}]
    with transaction.atomic():
        take(later, table(*rows))
        first, file = sent_out(), sent_out(form)
        transaction.set_rollback(True)
    assert Result.objects.count() == 0
    assert take(later, file) == Taken(3, 0)
    assert sent_out() == first
    assert take(later, file) == Taken(0, 3)
    amounts = Result.objects.order_by("uid").values_list("amount", flat=True)
    assert list(amounts) == [Decimal("12.50"), None, Decimal("1234567.89")]


def test_a_filing_number_names_the_project(party: Party) -> None:
    later, case = registered(party)
    take(later, table(RENT | {"项目编号": row(case).filing_no}, encoding="gbk"))
    assert Result.objects.get().project == row(case)
    assert Entry.objects.filter(subject=case.subject, event=terms.OUTCOMES_IMPORTED).exists()


@pytest.mark.parametrize(
    ("changed", "column", "code"),
    [
        ({"编号": ""}, "编号", "bad_number"),
        ({"编号": "有 空格"}, "编号", "bad_number"),
        ({"指标代码": "none"}, "指标代码", "unknown_indicator"),
        ({"项目编号": "书记项目〔2020〕001号"}, "项目编号", "unknown_project"),
        ({"项目编号": "没有的"}, "项目编号", "unknown_project"),
        ({"党组织代码": "DZ9999"}, "党组织代码", "unknown_unit"),
        ({"内容": ""}, "内容", "required"),
        ({"发生日期": "2027-01-01", "达成日期": ""}, "发生日期", "to_come"),
        ({"达成日期": "2025-06-29"}, "达成日期", "dates_reversed"),
        ({"数额": "-1"}, "数额", "bad_amount"),
        ({"数额": "1.005"}, "数额", "bad_amount"),
        ({"数额": "Infinity"}, "数额", "bad_amount"),
        ({"数额": ""}, "数额", "required"),
        ({"计量单位": "元"}, "计量单位", "wrong_measure"),
        ({"登记时间": "昨天"}, "登记时间", "bad_moment"),
    ],
)
def test_a_bad_row_and_nothing_of_the_good_ones(
    party: Party, changed: Row, column: str, code: str
) -> None:
    problems = refused(party, table(SOLVED, RENT | changed))
    assert [(p.line, p.column, p.code) for p in problems] == [(3, column, code)]


def test_a_project_of_another_organisation(party: Party) -> None:
    case = proposed(party)
    problems = refused(party, table(RENT | {"党组织代码": "DZ0002", "项目编号": case.number}))
    assert [problem.code for problem in problems] == ["project_elsewhere"]


def test_doubles_and_what_differs(party: Party) -> None:
    assert [p.code for p in refused(party, table(RENT, RENT))] == ["duplicate_number"] * 2
    take(party, table(RENT))
    (problem,) = refused(party, table(RENT | {"数额": "12.51"}, SOLVED))
    assert (problem.column, problem.code) == ("数额", "outcome_differs")


def test_formulas_stay_text(party: Party) -> None:
    take(party, table(RENT | {"内容": "=cmd|' /C calc'!A0"}))
    said = list(csv.DictReader(io.StringIO(sent_out().decode("utf-8-sig"))))
    assert said[0]["内容"] == "'=cmd|' /C calc'!A0"


def test_whoever_else_is_refused(party: Party) -> None:
    for by in (party.chen, party.lin, party.keeper):
        with pytest.raises(NotAllowed):
            take(party, table(RENT), by=by)
    assert not Result.objects.exists()
