"""The columns of the table of cases that officers take away. Nothing in it says who reported."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from jiceng.kernel.base.text import mask_personal
from jiceng.kernel.exports.service import Column
from jiceng.kernel.procedures.terms import Outcome, Priority
from jiceng.systems.grid.terms import Judgement, Source

Cell = Callable[[Any], Any]


def _category(field: str) -> Cell:
    return lambda case: getattr(case.incident.category, field, "")


def _said(choices: Any) -> dict[Any, str]:
    """Return what each value is called, asked of the catalogue once and not for every row."""
    return {"": "", **{value: str(label) for value, label in choices.choices}}


def _state(labels: Mapping[str, str], outcomes: Mapping[Any, str]) -> Cell:
    return lambda case: labels.get(case.step, case.step) or outcomes[case.outcome]


def columns(labels: Mapping[str, str]) -> Sequence[Column[Any]]:
    """Return the columns; ``labels`` says what each step is called."""
    sources, judgements = _said(Source), _said(Judgement)
    outcomes, priorities = _said(Outcome), _said(Priority)
    cells: list[tuple[str, Cell]] = [
        (_("编号"), lambda case: case.number),
        (_("类别编码"), _category("code")),
        (_("类别"), _category("name")),
        (_("大类"), _category("group")),
        # Typed by the reporter, who may have left a phone number in it.
        (_("位置"), lambda case: mask_personal(case.incident.place)),
        (_("网格"), lambda case: case.incident.cell.name if case.incident.cell else ""),
        (_("责任单位"), lambda case: case.unit.name),
        (_("状态"), _state(labels, outcomes)),
        (_("承办单位"), lambda case: case.step_unit),
        (_("承办岗位"), lambda case: case.step_post),
        (_("来源"), lambda case: sources[case.incident.source]),
        (_("研判结论"), lambda case: judgements[case.incident.judgement]),
        (_("疑似重大"), lambda case: case.incident.major_candidate),
        (_("缓急"), lambda case: priorities[case.priority]),
        (_("上报时间"), lambda case: case.opened_at),
        (_("到期时间"), lambda case: case.due_at),
        (_("到期时间待定"), lambda case: case.provisional),
        (_("办结时间"), lambda case: case.closed_at),
        (_("结果"), lambda case: outcomes[case.outcome]),
        (_("按期办结"), lambda case: case.on_time),
        (_("重新办理次数"), lambda case: case.incident.reopenings),
    ]
    return [Column(heading, cell) for heading, cell in cells]
