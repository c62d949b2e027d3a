"""What each move of a project asks for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.procedures.service import Move
from jiceng.kernel.procedures.terms import Need
from jiceng.systems.secretary_projects.actions import GATE_EVENTS
from jiceng.ui.forms import CleanCharField, DayField, Form, PhotosField, ask_by_name

LABELS = {
    ("survey", Need.NOTE): _("调查了什么、发现什么问题"),
    ("study", Need.STUDY): _("研究意见和结论"),
    ("file", Need.NOTE): _("备案说明"),
    ("publish", Need.NOTE): _("公示安排"),
    ("submit", Need.NOTE): _("完成情况"),
    ("finish", Need.NOTE): _("完成情况"),
    ("accept", Need.NOTE): _("验收意见"),
}
PHOTOS = {
    "survey": _("调查佐证（走访记录、现场照片）"),
    "study": _("研究佐证（会议记录）"),
    "file": _("备案佐证（备案表）"),
    "publish": _("公示佐证（公开栏照片）"),
}
DAYS = {
    "survey": _("调查完成日期"),
    "study": _("会议日期"),
    "file": _("上报日期"),
}


class MoveForm(Form):
    """The fields that one move needs or takes; ``kept`` photos count as given."""

    def __init__(self, move: Move, *args: Any, kept: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if move.event in GATE_EVENTS:
            self._add("day", DayField(label=DAYS[move.code]))
        for need in (*move.needs, *move.takes):
            self._add(need, _field(move, need, kept))

    def _add(self, name: str, field: forms.Field) -> None:
        ask_by_name(field)
        self.fields[name] = field


def _field(move: Move, need: str, kept: int) -> forms.Field:
    required = need in move.needs
    if need == Need.PHOTO:
        label = PHOTOS.get(move.code, _("佐证照片"))
        return PhotosField(label=label, required=required, kept=kept)
    label = LABELS.get((move.code, Need(need)), Need(need).label)
    return CleanCharField(label=label, required=required, paragraphs=True, max_length=1000)
