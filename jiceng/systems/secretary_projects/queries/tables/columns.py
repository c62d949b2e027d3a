"""The columns of the ledger of projects: a row for each project and item, one for each step.

Steps stand under the reference of their project, in any order; columns that a row of one kind has
no use for stay empty.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import legal_day
from jiceng.systems.secretary_projects.models import GateEvidence, PlanStep, Project
from jiceng.systems.secretary_projects.queries.tables import cells
from jiceng.systems.secretary_projects.queries.tables.cells import (
    Field,
    Known,
    Read,
    day,
    instant,
    line,
    moment_shown,
    no_cell,
    optional,
    paragraph,
)
from jiceng.systems.secretary_projects.rules.gates import read_filing_text
from jiceng.systems.secretary_projects.rules.progress import read_percent, read_weight
from jiceng.systems.secretary_projects.rules.states import STATES
from jiceng.systems.secretary_projects.terms import Gate, Kind, Theme

STEP = "方案步骤"
KIND_LABELS = {"书记项目": Kind.PROJECT, "书记领办事项": Kind.ITEM}
ROW, REF = "行类", "编号"
GATE_HEADINGS = {
    Gate.SURVEY: ("调查日期", "调查情况"),
    Gate.STUDY: ("研究日期", "研究情况"),
    Gate.FILING: ("备案日期", "备案情况"),
    Gate.PUBLICATION: ("公示日期", "公示情况"),
}
MOST_DECIMALS = 3


@dataclass(frozen=True)
class Told:
    """A project with all that its rows tell."""

    project: Project
    state: str
    gates: Mapping[int, GateEvidence]
    steps: Sequence[PlanStep]


def _filing(text: str, known: Known) -> tuple[str, int, int]:
    try:
        return read_filing_text(text)
    except ValueError as error:
        sentence = _("应写作“书记项目〔2026〕001号”。")
        raise cells.BadCell(sentence, code="bad_filing_number") from error


def _state(kind: Kind) -> Read:
    labels = {state.label: state.code for state in STATES[kind].values()}

    def read(text: str, known: Known) -> str:
        if text not in labels:
            sentence = _("应为：%(labels)s。") % {"labels": "、".join(labels)}
            raise cells.BadCell(sentence, code="bad_state")
        return labels[text]

    return read


def _weight(typed: object) -> Decimal | None:
    weight = read_weight(typed)
    if weight is not None and weight != round(weight, MOST_DECIMALS):
        raise ValueError(str(typed))
    return weight


BAD_WEIGHT = _("权重应为大于0、不超过10000的数，最多三位小数。")
BAD_PERCENT = _("进度应为0至100的数。")
WEIGHT = cells.by_rule(_weight, BAD_WEIGHT, "bad_step_weight")
PERCENT = cells.by_rule(read_percent, BAD_PERCENT, "bad_percent")


def _of_gate(gate: Gate) -> list[Field]:
    """Return the two columns of a gate: when, and what shows it."""
    on, words = GATE_HEADINGS[gate]

    def told(name: str) -> Callable[[Told], Any]:
        return lambda row: getattr(row.gates[gate], name) if gate in row.gates else ""

    return [
        Field(f"day_{gate.value}", on, told("day"), optional(day)),
        Field(f"words_{gate.value}", words, told("words"), paragraph(1000, required=False)),
    ]


def _closes(row: Told) -> Any:
    shown = row.gates.get(Gate.PUBLICATION)
    return legal_day(shown.closes_at) if shown and shown.closes_at else ""


def _about(kind: Kind) -> list[Field]:
    return [
        Field("filing", "立项编号", lambda row: row.project.filing_no, optional(_filing)),
        Field("title", "名称", lambda row: row.project.case.title, line(200)),
        Field("unit", "党组织代码", lambda row: row.project.unit.code, cells.unit),
        Field("owner", "领办书记工号", lambda row: row.project.owner.staff_no, cells.officer),
        Field(
            "theme",
            "主题",
            lambda row: cells.label_of(Theme, row.project.theme),
            cells.one_of(Theme),
        ),
        Field("state", "状态", lambda row: STATES[kind][row.state].label, _state(kind)),
        Field(
            "background",
            "背景和问题",
            lambda row: row.project.background,
            paragraph(1000, required=False),
        ),
        Field("expected", "预期成效", lambda row: row.project.expected, paragraph(500)),
        Field("starts_on", "开始日期", lambda row: row.project.starts_on, day),
        Field("due_on", "完成期限", lambda row: row.project.due_on, day),
        Field("at", "提出时间", lambda row: moment_shown(row.project.proposed_at), instant),
    ]


# In the order in which they come.
INSTANTS = [
    Field("closes_at", "公示截止日期", _closes, optional(cells.last_second)),
    Field(
        "registered_at",
        "立项时间",
        lambda row: moment_shown(row.project.registered_at),
        optional(instant),
    ),
    Field(
        "accepted_at",
        "验收时间",
        lambda row: moment_shown(row.project.accepted_at),
        optional(instant),
    ),
    Field(
        "ended_at",
        "结束时间",
        lambda row: moment_shown(row.project.case.closed_at),
        optional(instant),
    ),
]
STEP_FIELDS = [
    Field("title", "名称", lambda row: row.name, line(100)),
    Field("expected", "预期成效", lambda row: row.expected, line(200)),
    Field("due_on", "完成期限", lambda row: row.due_on, day),
    Field("at", "提出时间", lambda row: moment_shown(row.set_at), instant),
    Field("responsible", "责任人", lambda row: row.owner, line(60)),
    Field("weight", "权重", lambda row: cells.decimal_shown(row.weight), optional(WEIGHT)),
    Field("claimed", "自报进度", lambda row: cells.decimal_shown(row.claimed), PERCENT),
    Field("claimed_at", "自报时间", lambda row: moment_shown(row.claimed_at), optional(instant)),
    Field("done_at", "自报完成时间", lambda row: moment_shown(row.done_at), optional(instant)),
    Field(
        "verified",
        "核查进度",
        lambda row: cells.decimal_shown(row.verified),
        optional(PERCENT),
    ),
    Field(
        "verified_claim",
        "核查时自报",
        lambda row: cells.decimal_shown(row.verified_claim),
        optional(PERCENT),
    ),
    Field("verified_at", "核查时间", lambda row: moment_shown(row.verified_at), optional(instant)),
]
FIELDS = {
    kind: [*_about(kind), *(field for gate in Gate for field in _of_gate(gate)), *INSTANTS]
    for kind in Kind
}
NAMES = {field.name: field.heading for field in (*STEP_FIELDS, *FIELDS[Kind.PROJECT])}
HEADINGS = list(
    dict.fromkeys(
        [ROW, REF, *(f.heading for f in FIELDS[Kind.PROJECT]), *(f.heading for f in STEP_FIELDS)]
    )
)


def _whole(fields: Sequence[Field]) -> list[Field]:
    """Return the fields with those columns that have to be empty beside them."""
    own = {field.heading for field in fields} | {ROW, REF}
    rest = [heading for heading in HEADINGS if heading not in own]
    return [*fields, *(Field(f"no {name}", name, lambda row: "", no_cell) for name in rest)]


READ_PROJECT = {kind: _whole(fields) for kind, fields in FIELDS.items()}
READ_STEP = _whole(STEP_FIELDS)


def rows_of(told: Told) -> list[dict[str, Any]]:
    """Return the rows that tell a project: its own, then its steps, each as cells by heading."""
    project = told.project
    number = cells.number_shown(project.case.number)
    kind = Kind(project.kind)
    labels = {kind: label for label, kind in KIND_LABELS.items()}
    own = {field.heading: field.shown(told) for field in FIELDS[kind]}
    steps = [{field.heading: field.shown(step) for field in STEP_FIELDS} for step in told.steps]
    return [
        {ROW: labels[kind], REF: number, **own},
        *({ROW: STEP, REF: number, **step} for step in steps),
    ]
