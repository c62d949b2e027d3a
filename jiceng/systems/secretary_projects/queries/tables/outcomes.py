"""The ledger of outcomes as a table: its columns, how it is read, what goes out."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.base.ids import read_number
from jiceng.kernel.exports.service import Column
from jiceng.kernel.orgs.models import Officer, Unit
from jiceng.kernel.orgs.service import visible_to
from jiceng.systems.secretary_projects.models import Indicator, Project, Result
from jiceng.systems.secretary_projects.queries.tables import cells
from jiceng.systems.secretary_projects.queries.tables.cells import (
    BadCell,
    Field,
    Known,
    Problem,
    TableNotTaken,
    day,
    instant,
    line,
    moment_shown,
    optional,
    read_cells,
)
from jiceng.systems.secretary_projects.queries.tables.reading import lines_of
from jiceng.systems.secretary_projects.queries.tables.telling import in_parts
from jiceng.systems.secretary_projects.rules.gates import read_filing_text
from jiceng.systems.secretary_projects.rules.outcomes import read_amount
from jiceng.systems.secretary_projects.terms import Aggregation

UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", re.ASCII)
BAD_AMOUNT = _("数额应为不小于0的数，最多两位小数。")


def _uid(text: str, known: Known) -> str:
    if not UID.fullmatch(text):
        sentence = _("应为不超过32位的字母、数字、点、横线。")
        raise BadCell(sentence, code="bad_number")
    return text


def _project_number(row: Result) -> str:
    return cells.number_shown(row.project.case.number) if row.project else ""


FIELDS = [
    Field("uid", "编号", lambda row: row.uid, _uid),
    Field("indicator", "指标代码", lambda row: row.indicator.code, line(40)),
    Field("project", "项目编号", _project_number, line(40, required=False)),
    Field("unit", "党组织代码", lambda row: row.unit.code, cells.unit),
    Field("name", "内容", lambda row: row.name, line(120)),
    Field("opened_on", "发生日期", lambda row: row.opened_on, day),
    Field("achieved_on", "达成日期", lambda row: row.achieved_on or "", optional(day)),
    Field(
        "amount",
        "数额",
        lambda row: cells.decimal_shown(row.amount),
        optional(cells.by_rule(read_amount, BAD_AMOUNT, "bad_amount")),
    ),
    Field("measure", "计量单位", lambda row: row.measure, line(10)),
    Field("at", "登记时间", lambda row: moment_shown(row.at), instant),
]
NAMES = {field.name: field.heading for field in FIELDS}
HEADINGS = list(NAMES.values())
COLUMNS: list[Column[Result]] = [Column(field.heading, field.shown) for field in FIELDS]


@dataclass
class OutcomeRow:
    """A result as the table tells it; ``standing`` is the one that is there."""

    line: int
    values: dict[str, Any]
    standing: Result | None = None


@dataclass(frozen=True)
class _Ground:
    """What rows are held against."""

    at: datetime
    within: Unit | None
    indicators: Mapping[str, Indicator]
    projects: Mapping[Any, Project] = field(default_factory=dict)


def outcomes_in_order(results: QuerySet[Result]) -> Iterator[Result]:
    """Yield results as the table has them: by their day, then by their number."""
    related = results.select_related("indicator", "project__case", "unit")
    yield from related.order_by("opened_on", "uid").iterator(chunk_size=500)


def read_outcomes(data: bytes, *, at: datetime, within: Unit | None) -> list[OutcomeRow]:
    """Return the results of a table, each with the one that stands already.

    ``within`` is the unit below which all have to lie. Raises ``TableNotTaken`` with all faults.
    """
    known = Known({unit.code: unit for unit in Unit.objects.all()}, {})
    problems: list[Problem] = []
    rows: list[OutcomeRow] = []
    for each in lines_of(data, HEADINGS):
        values, found = read_cells(FIELDS, each.cells, each.number, known)
        problems += found
        if not found:
            rows.append(OutcomeRow(each.number, values))
    indicators = {indicator.code: indicator for indicator in Indicator.objects.all()}
    ground = replace(_Ground(at, within, indicators), projects=_projects(rows))
    for row in rows:
        problems += [
            Problem(row.line, NAMES[name], code, sentence)
            for name, code, sentence in _faults(row.values, ground)
        ]
    problems += _doubles(rows)
    _match(rows)
    problems += _differing(rows, known)
    if problems:
        raise TableNotTaken(problems)
    return rows


def _key(text: str) -> Any:
    """Return what a cell names a project by: a number of ours, or a filing number."""
    try:
        return read_number(text) or read_filing_text(text)
    except ValueError:
        return text


def _projects(rows: Sequence[OutcomeRow]) -> dict[Any, Project]:
    """Return the projects that the rows name."""
    keys = {_key(row.values["project"]) for row in rows if row.values["project"]}
    numbers = [key for key in keys if isinstance(key, str)]
    years = {key[1] for key in keys if not isinstance(key, str)}
    projects = Project.objects.select_related("case", "unit")
    found: dict[Any, Project] = {}
    for part in in_parts(numbers):
        found |= {each.case.number: each for each in projects.filter(case__number__in=part)}
    for each in projects.filter(Q(filing_year__in=years)):
        found[each.kind, each.filing_year, each.filing_serial] = each
    return found


def _faults(values: dict[str, Any], ground: _Ground) -> Iterator[tuple[str, str, Any]]:
    if ground.within is not None and not ground.within.contains(values["unit"]):
        yield "unit", "out_of_scope", _("该党组织不在您的管理范围内。")
    if values["project"]:
        project = ground.projects.get(_key(values["project"]))
        if project is None:
            yield "project", "unknown_project", _("台账中没有这个编号的项目。")
        elif not values["unit"].contains(project.unit):
            yield "project", "project_elsewhere", _("项目不属于该党组织。")
        values["project"] = project
    else:
        values["project"] = None
    yield from _of_amount(values, ground.indicators.get(values["indicator"]))
    yield from _of_days(values, legal_day(ground.at))
    if values["at"] > ground.at:
        yield "at", "to_come", _("不能晚于现在。")


def _of_amount(
    values: dict[str, Any], indicator: Indicator | None
) -> Iterator[tuple[str, str, Any]]:
    if indicator is None:
        yield "indicator", "unknown_indicator", _("没有这个代码的成效指标，请先设定。")
    else:
        if values["measure"] != indicator.measure:
            sentence = _("该指标的计量单位是“%(measure)s”，不作换算。")
            yield "measure", "wrong_measure", sentence % {"measure": indicator.measure}
        if values["amount"] is None and indicator.aggregation != Aggregation.COUNT:
            yield "amount", "required", _("该指标要填写数额。")
    values["indicator"] = indicator


def _of_days(values: dict[str, Any], today: date) -> Iterator[tuple[str, str, Any]]:
    if values["opened_on"] > today:
        yield "opened_on", "to_come", _("日期不能晚于今天。")
    achieved = values["achieved_on"]
    if achieved is not None and not values["opened_on"] <= achieved <= today:
        yield "achieved_on", "dates_reversed", _("达成日期不能早于发生日期，也不能晚于今天。")


def _doubles(rows: Sequence[OutcomeRow]) -> Iterator[Problem]:
    uids = Counter(row.values["uid"] for row in rows)
    for row in rows:
        if uids[row.values["uid"]] > 1:
            sentence = _("表中有相同的编号。")
            yield Problem(row.line, NAMES["uid"], "duplicate_number", sentence)


def _match(rows: Sequence[OutcomeRow]) -> None:
    """Find for each row the result that is there already."""
    results = Result.objects.select_related("indicator", "project__case", "unit")
    found: dict[str, Result] = {}
    for part in in_parts(row.values["uid"] for row in rows):
        found |= {result.uid: result for result in results.filter(uid__in=part)}
    for row in rows:
        row.standing = found.get(row.values["uid"])


def _differing(rows: Sequence[OutcomeRow], known: Known) -> Iterator[Problem]:
    for row in rows:
        if row.standing is None:
            continue
        columns = [
            each.heading for each in FIELDS if not _same(each, row.standing, row.values, known)
        ]
        if columns:
            sentence = _("已在台账中，且内容不同：%(columns)s。导入不修改已有记录，请删去此行。")
            named = sentence % {"columns": "、".join(columns)}
            yield Problem(row.line, columns[0], "outcome_differs", named)


def _same(each: Field, standing: Result, values: dict[str, Any], known: Known) -> bool:
    if each.name in ("indicator", "project"):
        return bool(getattr(standing, each.name) == values[each.name])
    shown = each.shown(standing)
    text = shown.isoformat() if isinstance(shown, date) else str(shown)
    try:
        return bool(each.read(text, known) == values[each.name])
    except Refusal:
        return False


def outcomes_for(officer: Officer, at: datetime) -> Iterator[Result]:
    """Yield the results of units that the officer sees."""
    results = Result.objects.all()
    return outcomes_in_order(visible_to(officer, at).filter(results, unit="unit"))
