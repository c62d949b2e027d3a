"""Tables of the ledger for tests: a sound row of each kind, files of them, an emptied ledger."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest

from jiceng.kernel.exports.service import written
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.search.models import Card
from jiceng.kernel.workdays.models import Clock
from jiceng.systems.secretary_projects.actions.importing import Taken, import_projects
from jiceng.systems.secretary_projects.models import (
    FilingBook,
    GateEvidence,
    PlanStep,
    Project,
)
from jiceng.systems.secretary_projects.queries.tables.cells import Problem, TableNotTaken
from jiceng.systems.secretary_projects.queries.tables.columns import HEADINGS
from jiceng.systems.secretary_projects.queries.tables.telling import COLUMNS, ledger_rows
from jiceng.systems.secretary_projects.rules.gates import filing_text
from jiceng.systems.secretary_projects.rules.states import STATES
from jiceng.systems.secretary_projects.tests.scene import Party

Row = dict[str, str]
PROJECT: Row = {
    "行类": "书记项目",
    "编号": "旧台账-7",
    "立项编号": "书记项目〔2025〕007号",
    "名称": "盘活闲置厂房",
    "党组织代码": "DZ0001",
    "领办书记工号": "2001",
    "主题": "双招双引",
    "状态": "项目实施",
    "背景和问题": "三处厂房闲置",
    "预期成效": "引进企业3家",
    "开始日期": "2025-03-01",
    "完成期限": "2026-12-31",
    "提出时间": "2025-03-01",
    "调查日期": "2025-03-03",
    "调查情况": "走访12户",
    "研究日期": "2025-03-05",
    "研究情况": "党总支会议通过",
    "备案日期": "2025-03-06",
    "备案情况": "报党建办",
    "公示日期": "2025-03-07",
    "公示情况": "公开栏张贴",
    "公示截止日期": "2025-03-15",
    "立项时间": "2025-03-17",
}
STEP: Row = {
    "行类": "方案步骤",
    "编号": "旧台账-7",
    "名称": "完成改造",
    "预期成效": "通过验收",
    "完成期限": "2026-06-30",
    "提出时间": "2025-03-04",
    "责任人": "社区党总支委员",
    "权重": "2.5",
    "自报进度": "40",
    "自报时间": "2026-01-05 10:30",
}
ITEM: Row = {
    "行类": "书记领办事项",
    "编号": "旧台账-8",
    "名称": "修缮小广场",
    "党组织代码": "DZ0001",
    "领办书记工号": "2001",
    "主题": "民生实事",
    "状态": "定事项",
    "预期成效": "广场可用",
    "开始日期": "2026-01-01",
    "完成期限": "2026-12-31",
    "提出时间": "2026-01-01",
}


def table(*rows: Row, encoding: str = "utf-8-sig", headings: Sequence[str] = HEADINGS) -> bytes:
    """Return rows as a CSV file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, headings)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def sent_out(form: str = "csv") -> bytes:
    """Return the whole ledger as a file."""
    return b"".join(written(COLUMNS, ledger_rows(Project.objects.all()), form=form))


def counts() -> dict[str, int]:
    """Return how many rows there are of everything that an import writes."""
    models: list[Any] = [Case, CaseStep, Clock, Project, GateEvidence, PlanStep, FilingBook, Card]
    return {model.__name__: model.objects.count() for model in models}


# What a project has at each state beside its words; the days follow each other.
GATE_CELLS = [
    {"调查日期": "2025-03-03", "调查情况": "走访12户"},
    {"研究日期": "2025-03-05", "研究情况": "党总支会议通过"},
    {"备案日期": "2025-03-06", "备案情况": "报党建办"},
    {"公示日期": "2025-03-07", "公示情况": "公开栏张贴", "公示截止日期": "2025-03-14"},
]
HAS_CELLS = {
    "registered_at": {"立项时间": "2025-03-17 09:05"},
    "accepted_at": {"验收时间": "2025-11-20 15:00"},
    "ended_at": {"结束时间": "2025-12-01 10:30"},
}


def at_state(kind: str, code: str, serial: int) -> list[Row]:
    """Return the rows of a sound project or item at a state, with a step of its plan."""
    state = STATES[kind][code]
    own = dict.fromkeys(HEADINGS, "") | (PROJECT if kind == "project" else ITEM)
    for cells in [*GATE_CELLS, *HAS_CELLS.values(), {"立项编号": ""}]:
        own |= dict.fromkeys(cells, "")
    own |= {"编号": f"{kind}-{code}", "名称": f"{kind} {code}", "状态": state.label}
    own |= {"开始日期": "2025-03-01", "提出时间": "2025-03-01 08:00"}
    for cells in GATE_CELLS[: max(state.gates)]:
        own |= cells
    for name in state.has & HAS_CELLS.keys():
        own |= HAS_CELLS[name]
    if "filing" in state.has:
        own["立项编号"] = filing_text(kind, 2025, serial)
    return [own, STEP | {"编号": own["编号"]}]


def every_state() -> list[Row]:
    """Return the rows of a project or item at every state that there is."""
    places = [(kind, code) for kind, states in STATES.items() for code in states]
    return [
        row
        for serial, (kind, code) in enumerate(places, start=1)
        for row in at_state(kind, code, serial)
    ]


def take(party: Party, data: bytes, **changes: Any) -> Taken:
    """Let the party office import a table."""
    given: dict[str, Any] = {"by": party.office, "at": party.at, "data": data}
    done = import_projects(**given | changes)
    assert done.value is not None
    return done.value


def refused(party: Party, data: bytes, **changes: Any) -> list[Problem]:
    """Return what is wrong with a table; nothing of it may be there afterwards."""
    before, entries = counts(), Entry.objects.count()
    with pytest.raises(TableNotTaken) as caught:
        take(party, data, **changes)
    assert (counts(), Entry.objects.count()) == (before, entries)
    return list(caught.value.problems)


def codes(problems: list[Problem]) -> list[tuple[int, str, str]]:
    """Return where and what they are."""
    return [(problem.line, problem.column, problem.code) for problem in problems]
