"""What is typed once for several cases."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.procedures.service import Move
from jiceng.kernel.procedures.terms import Need
from jiceng.systems.grid.queries import handling_units
from jiceng.ui.forms import CleanCharField, Form


class TogetherForm(Form):
    """One unit where the move needs one, one note where it takes one, for every case alike."""

    unit: forms.Field = forms.ModelChoiceField(
        queryset=None, label=_("派给哪个单位"), to_field_name="code"
    )
    note = CleanCharField(label=_("说明"), required=False, paragraphs=True, max_length=500)

    def __init__(self, move: Move, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = handling_units(now)  # type: ignore[attr-defined]
        for need in (Need.UNIT, Need.NOTE):
            if need not in (*move.needs, *move.takes):
                del self.fields[need]
