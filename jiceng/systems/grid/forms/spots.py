"""What people type about a spot."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.places.terms import Datum
from jiceng.ui.forms import CleanCharField, Form, PlaceField


class SpotForm(Form):
    """A place where a poster shall hang."""

    code = CleanCharField(
        label=_("点位编码"), max_length=20, help_text=_("字母、数字，印在海报上，如 LA001。")
    )
    name = CleanCharField(label=_("位置"), max_length=100, help_text=_("如：柳岸社区东门公告栏"))
    unit = forms.ModelChoiceField(
        label=_("责任单位"), queryset=Unit.objects.none(), to_field_name="code"
    )
    point = PlaceField(label=_("定位"), areas=reverse_lazy("public:grid:cells"))
    datum = forms.ChoiceField(
        label=_("坐标来自"), choices=Datum.choices, initial=Datum.WGS84, required=False
    )

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
