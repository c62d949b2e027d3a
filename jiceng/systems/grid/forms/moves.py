"""What each move asks for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.procedures.service import Move
from jiceng.kernel.procedures.terms import Need
from jiceng.systems.grid.queries import handling_units, purpose_of
from jiceng.systems.grid.terms import Judgement, Purpose
from jiceng.ui.forms import (
    CleanCharField,
    Form,
    PhotosField,
    ask_by_name,
)

LABELS = {
    Need.REASON: _("理由"),
    Need.NOTE: _("说明"),
    Need.UNIT: _("派给哪个单位"),
    Need.JUDGEMENT: _("研判结论"),
}
PHOTO_LABELS: dict[str, Any] = {
    Purpose.DISPOSAL: _("处置后的照片"),
    Purpose.VERIFICATION: _("核实现场的照片"),
}


class MoveForm(Form):
    """The fields that one move needs or takes, in that order; ``kept`` photos count as given."""

    def __init__(self, move: Move, *args: Any, now: Any, kept: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for need in (*move.needs, *move.takes):
            required = need in move.needs
            if need == Need.PHOTO:
                label = PHOTO_LABELS[purpose_of(move)]
                field: forms.Field = PhotosField(label=label, required=required, kept=kept)
            else:
                field = self._field(need, required, now)
            ask_by_name(field)
            self.fields[need] = field

    @staticmethod
    def _field(need: str, required: bool, now: Any) -> forms.Field:
        label = LABELS[Need(need)]
        match need:
            case Need.UNIT:
                return forms.ModelChoiceField(
                    queryset=handling_units(now),
                    label=label,
                    required=required,
                    to_field_name="code",
                )
            case Need.JUDGEMENT:
                return forms.ChoiceField(
                    choices=Judgement.choices,
                    label=label,
                    required=required,
                    widget=forms.RadioSelect,
                    initial=Judgement.ORDINARY,
                )
        return CleanCharField(label=label, required=required, paragraphs=True, max_length=500)
