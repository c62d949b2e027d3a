"""What is typed of reports, results and exemplars."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Unit
from jiceng.systems.secretary_projects.forms.projects import NUMBER, unit_choices
from jiceng.ui.forms import CleanCharField, DayField, Form


class ReportForm(Form):
    """What a person adds to what the system knows."""

    blockers = CleanCharField(label=_("堵点难点"), paragraphs=True, max_length=1000, required=False)
    comment = CleanCharField(label=_("说明"), paragraphs=True, max_length=1000, required=False)


class ResultForm(Form):
    """A result of an indicator, in its own measure."""

    indicator = forms.ChoiceField(label=_("指标"))
    name = CleanCharField(label=_("内容"), max_length=120)
    opened_on = DayField(label=_("发生日期"))
    achieved_on = DayField(
        label=_("达成日期"), required=False, help_text=_("诉求还没有解决的先不填。")
    )
    amount = CleanCharField(label=_("数额"), required=False, max_length=20, widget=NUMBER)
    measure = CleanCharField(
        label=_("计量单位"), max_length=10, help_text=_("须与指标一致，如“万元”；不做换算。")
    )

    def __init__(self, *args: Any, indicators: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["indicator"]
        field.choices = indicators


class AchieveForm(Form):
    """When an open result was achieved."""

    achieved_on = DayField(label=_("达成日期"))


class ExemplarForm(Form):
    """What others can learn."""

    title = CleanCharField(label=_("题目"), max_length=100)
    summary = CleanCharField(label=_("经验"), paragraphs=True, max_length=1000)


class ColumnForm(Form):
    """The article of the column."""

    article = CleanCharField(label=_("专栏文章"), paragraphs=True, max_length=6000)


class RoadshowForm(Form):
    """Which exemplars are judged together."""

    title = CleanCharField(label=_("路演名称"), max_length=100)
    numbers = forms.MultipleChoiceField(label=_("参评典型"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, entrants: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["numbers"]
        field.choices = entrants


class AdoptForm(Form):
    """Who took it over, when, how."""

    unit = forms.ChoiceField(label=_("推广单位"))
    day = DayField(label=_("推广日期"))
    words = CleanCharField(label=_("怎么做的"), paragraphs=True, max_length=500)

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {unit.code: unit for unit in units}
        field: Any = self.fields["unit"]
        field.choices = unit_choices(units)

    def clean_unit(self) -> Unit:
        """Return the unit itself."""
        return self.units[self.cleaned_data["unit"]]
