"""What is typed to propose a project, to plan it, and to say how far it is."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Unit
from jiceng.systems.secretary_projects.terms import Kind, Stage, Theme
from jiceng.ui.forms import (
    CleanCharField,
    DayField,
    Form,
    PhotosField,
    SearchField,
)

NUMBER = forms.TextInput(attrs={"inputmode": "decimal"})


def unit_choices(units: Sequence[Unit]) -> list[tuple[str, str]]:
    """Return units as a list to choose from."""
    return [(unit.code, unit.name) for unit in units]


class ProposalForm(Form):
    """A project or an item, before anything is decided."""

    unit = forms.ChoiceField(label=_("党组织"))
    title = CleanCharField(label=_("项目名称"), max_length=100)
    theme = forms.ChoiceField(label=_("主题"), choices=Theme.choices)
    background = CleanCharField(
        label=_("背景和问题"), paragraphs=True, max_length=1000, required=False
    )
    expected = CleanCharField(
        label=_("预期成效"),
        paragraphs=True,
        max_length=500,
        help_text=_("写能核对的结果，如“引进企业3家”。会对外公示。"),
    )
    starts_on = DayField(label=_("开始日期"))
    due_on = DayField(label=_("完成期限"))

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {unit.code: unit for unit in units}
        field: Any = self.fields["unit"]
        field.choices = unit_choices(units)

    def clean_unit(self) -> Unit:
        """Return the unit itself."""
        return self.units[self.cleaned_data["unit"]]


class StepForm(Form):
    """A step of a plan; with ``reason`` where it changes one."""

    name = CleanCharField(label=_("步骤"), max_length=100)
    expected = CleanCharField(label=_("预期成果"), max_length=200)
    owner = CleanCharField(label=_("责任人"), max_length=60, help_text=_("岗位或姓名，不写电话。"))
    due_on = DayField(label=_("时间节点"))
    weight = CleanCharField(
        label=_("权重"),
        required=False,
        max_length=20,
        widget=NUMBER,
        help_text=_("大于0的数，不填则各步骤同等计算。"),
    )
    reason = CleanCharField(label=_("调整理由"), paragraphs=True, max_length=500)

    def __init__(self, *args: Any, changes: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not changes:
            del self.fields["reason"]


class ReasonForm(Form):
    """Why something is done."""

    reason = CleanCharField(label=_("理由"), paragraphs=True, max_length=500)


class ProgressForm(Form):
    """How far a step is, as its owner says."""

    percent = CleanCharField(
        label=_("自报进度（%）"), max_length=20, widget=NUMBER, help_text=_("0至100。")
    )
    note = CleanCharField(label=_("进展说明"), paragraphs=True, max_length=1000, required=False)
    photo = PhotosField(
        label=_("佐证照片"), required=False, help_text=_("报100%时须附现场或材料照片。")
    )


class LedgerForm(Form):
    """What of the ledger is asked for."""

    mine = forms.BooleanField(required=False, widget=forms.HiddenInput)
    q = SearchField(label=_("搜索"), required=False, max_length=100)
    kind = forms.ChoiceField(label=_("类型"), required=False)
    theme = forms.ChoiceField(label=_("主题"), required=False)
    stage = forms.ChoiceField(label=_("阶段"), required=False)
    unit = forms.ChoiceField(label=_("党组织"), required=False)
    late = forms.BooleanField(label=_("只看超期"), required=False)

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given: dict[str, Any] = {
            "kind": Kind.choices,
            "theme": Theme.choices,
            "stage": Stage.choices,
            "unit": unit_choices(units),
        }
        for name, choices in given.items():
            field: Any = self.fields[name]
            field.choices = [("", _("全部")), *choices]

    def chosen(self) -> dict[str, Any]:
        """Return what was chosen and can be; anything else asks nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
