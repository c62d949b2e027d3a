"""What is typed into the pages of bulletins."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.bulletins.terms import LONGEST_BODY, LONGEST_TITLE
from jiceng.kernel.figures.service import Period
from jiceng.kernel.orgs.models import Unit
from jiceng.ui.forms import CleanCharField, Form, as_error


class DraftForm(Form):
    """Whose bulletin, and of which period."""

    unit = forms.ChoiceField(label=_("单位"))
    period = CleanCharField(
        label=_("统计期"),
        max_length=30,
        help_text=_("如 2022-11、2022-Q4、2022，或 2022-11-01..2022-11-15。"),
    )

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {unit.code: unit for unit in units}
        field: Any = self.fields["unit"]
        field.choices = [(unit.code, unit.name) for unit in units]

    def clean_unit(self) -> Unit:
        """Return the unit."""
        return self.units[self.cleaned_data["unit"]]

    def clean_period(self) -> Period:
        """Return the period."""
        try:
            return Period.read(self.cleaned_data["period"])
        except Refusal as refusal:
            raise as_error(refusal) from refusal


class WordsForm(Form):
    """The words of a bulletin."""

    title = CleanCharField(label=_("标题"), max_length=LONGEST_TITLE)
    body = CleanCharField(
        label=_("正文"),
        paragraphs=True,
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text=_("每行一段，“# ”开头的是小标题。数字写成花括号里的指标代码，由系统填入。"),
    )
