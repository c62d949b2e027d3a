"""What is typed to draw, to record a visit, to write down what is wrong, and to put it right."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Unit
from jiceng.systems.secretary_projects.forms.projects import NUMBER, unit_choices
from jiceng.systems.secretary_projects.queries.projects import PlanLine
from jiceng.systems.secretary_projects.terms import Kind
from jiceng.ui.forms import CleanCharField, DayField, Form, PhotosField, WholeNumberField

STEP = "step_"


class DrawForm(Form):
    """How many of each kind are drawn, and how many inspectors go to each."""

    unit = forms.ChoiceField(label=_("范围"), help_text=_("这个单位和下级的在办项目都是候选。"))
    project = WholeNumberField(label=_("抽几个书记项目"), max_value=500, initial=0)
    item = WholeNumberField(label=_("抽几个领办事项"), max_value=500, initial=0)
    team_size = WholeNumberField(label=_("每组几名督查员"), min_value=1, max_value=9, initial=1)

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {unit.code: unit for unit in units}
        field: Any = self.fields["unit"]
        field.choices = unit_choices(units)

    def given(self) -> dict[str, Any]:
        """Return what the act is given."""
        said = self.cleaned_data
        quotas = {kind.value: said[kind.value] for kind in Kind if said[kind.value]}
        unit = self.units[said["unit"]]
        return {"unit": unit, "quotas": quotas, "team_size": said["team_size"]}


class VisitForm(Form):
    """What was seen, and how far each step of the plan really is."""

    visited_on = DayField(label=_("走访日期"))
    words = CleanCharField(label=_("走访情况"), paragraphs=True, max_length=2000)

    def __init__(self, *args: Any, lines: Sequence[PlanLine], kept: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in lines:
            said = _("核查进度（%）：{name}（自报 {claimed}%）")
            claimed = format(line.step.claimed.normalize(), "f")
            label = format_lazy(said, name=line.step.name, claimed=claimed)
            self.fields[f"{STEP}{line.step.pk}"] = CleanCharField(
                label=label, required=False, max_length=20, widget=NUMBER
            )
        photos = PhotosField(label=_("佐证照片"), required=False, kept=kept)
        self.fields["photo"] = photos

    def given(self) -> dict[str, Any]:
        """Return what the act is given: steps that were not looked at are left out."""
        said = self.cleaned_data
        seen = {
            int(name.removeprefix(STEP)): value
            for name, value in said.items()
            if name.startswith(STEP) and value
        }
        plain = {name: value for name, value in said.items() if not name.startswith(STEP)}
        return plain | {"seen": seen}


class FindingForm(Form):
    """What is wrong, shown, and until when it has to be put right."""

    words = CleanCharField(label=_("问题"), paragraphs=True, max_length=1000)
    due_on = DayField(label=_("整改期限"))
    photo = PhotosField(label=_("问题佐证"))


class RectifyForm(Form):
    """How it was put right, shown."""

    words = CleanCharField(label=_("整改情况"), paragraphs=True, max_length=1000)
    photo = PhotosField(label=_("整改佐证"))
