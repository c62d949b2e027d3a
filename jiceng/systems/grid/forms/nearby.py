"""What people choose and type about what is open nearby."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Unit
from jiceng.ui.forms import CleanCharField, Form, PhoneField, PlaceField


class NearbyForm(Form):
    """Whose open cases to show: of a community, or of the grids around."""

    unit = forms.ModelChoiceField(
        label=_("社区、村"),
        queryset=Unit.objects.none(),
        required=False,
        to_field_name="code",
        empty_label=_("全部"),
    )
    point = PlaceField(label=_("我的位置"), required=False)

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class JoinForm(Form):
    """Who else sees the same thing; where the category allows it, nobody asks who."""

    phone = PhoneField(label=_("您的电话"), help_text=_("用来查进度和联系您，不公开。"))
    description = CleanCharField(
        label=_("补充情况"), paragraphs=True, max_length=500, required=False
    )

    def __init__(self, *args: Any, unknown_may: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if unknown_may:
            self.fields["phone"].required = False
            self.fields["phone"].help_text = _("可以不填：不填就给您一个查询码，凭它查进度。")
