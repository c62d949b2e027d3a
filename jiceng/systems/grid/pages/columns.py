"""The columns of the table of cases that officers take away. Nothing in it says who reported."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from jiceng.kernel.base.text import mask_personal
from jiceng.kernel.exports.service import Column

Cell = Callable[[Any], Any]


def _category(field: str) -> Cell:
    return lambda case: getattr(case.incident.category, field, "")


def _state(labels: Mapping[str, str]) -> Cell:
    return lambda case: labels.get(case.step, case.step) or case.get_outcome_display()


def columns(labels: Mapping[str, str]) -> Sequence[Column[Any]]:
    """Return the columns; ``labels`` says what each step is called."""
    cells: list[tuple[str, Cell]] = [
        (_("编号"), lambda case: case.number),
        (_("类别编码"), _category("code")),
        (_("类别"), _category("name")),
        (_("大类"), _category("group")),
        # Typed by the reporter, who may have left a phone number in it.
        (_("位置"), lambda case: mask_personal(case.incident.place)),
        (_("网格"), lambda case: case.incident.cell.name if case.incident.cell else ""),
        (_("责任单位"), lambda case: case.unit.name),
        (_("状态"), _state(labels)),
        (_("承办单位"), lambda case: case.step_unit),
        (_("承办岗位"), lambda case: case.step_post),
        (_("来源"), lambda case: case.incident.get_source_display()),
        (_("研判结论"), lambda case: case.incident.get_judgement_display()),
        (_("疑似重大"), lambda case: case.incident.major_candidate),
        (_("缓急"), lambda case: case.get_priority_display()),
        (_("上报时间"), lambda case: case.opened_at),
        (_("到期时间"), lambda case: case.due_at),
        (_("到期时间待定"), lambda case: case.provisional),
        (_("办结时间"), lambda case: case.closed_at),
        (_("结果"), lambda case: case.get_outcome_display()),
        (_("按期办结"), lambda case: case.on_time),
        (_("重新办理次数"), lambda case: case.incident.reopenings),
    ]
    return [Column(heading, cell) for heading, cell in cells]
