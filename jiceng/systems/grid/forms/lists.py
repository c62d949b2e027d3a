"""What officers choose a list of cases by."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.procedures.terms import Outcome
from jiceng.kernel.search.service import matching
from jiceng.systems.grid.queries.lists import Choice
from jiceng.systems.grid.queries.readers import Options
from jiceng.systems.grid.terms import SEARCHED, Judgement, Pressure, Sort, Source, Tab
from jiceng.ui.choices import LongSelect
from jiceng.ui.forms import (
    CleanCharField,
    DayField,
    Form,
    SearchField,
    WholeNumberField,
    as_error,
)

ANY = ("", _("不限"))
MAX_ID = 2**63 - 1
Pairs = Iterable[tuple[Any, Any]]


def _one_of(label: Any, choices: Pairs = ()) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[ANY, *choices],
        required=False,
        widget=LongSelect,
        error_messages={"invalid_choice": _("“%(value)s”不是可选的内容。")},
    )


class ChoiceForm(Form):
    """A choice of cases, read from the query of an address; nothing that is wrong is guessed."""

    q = SearchField(
        label=_("搜索"),
        max_length=100,
        required=False,
        help_text=_("类别、位置、描述中的字词，或类别、位置的拼音首字母，或编号开头。"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    state = _one_of(_("状态"))
    light = _one_of(_("时限"), Pressure.choices)
    unit = _one_of(_("责任单位"))
    cell = _one_of(_("网格"))
    category = _one_of(_("类别"))
    group = _one_of(_("大类"))
    source = _one_of(_("来源"), Source.choices)
    judgement = _one_of(_("研判结论"), Judgement.choices)
    candidate = _one_of(_("疑似重大"), [("1", _("只看疑似重大"))])
    since = DayField(label=_("上报自"), required=False)
    until = DayField(label=_("上报至"), required=False)
    sort = forms.ChoiceField(label=_("排序"), choices=Sort.choices, required=False)
    tab = forms.ChoiceField(choices=Tab.choices, required=False, widget=forms.HiddenInput)
    after = WholeNumberField(required=False, max_value=MAX_ID, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, options: Options) -> None:
        super().__init__(data)
        states: Pairs = [("open", _("在办")), *options.states.items(), ("ended", _("已结束"))]
        ends = [(end.value, end.label) for end in Outcome if end.value]
        self._offer("state", [*states, *ends])
        self._offer("unit", options.units.items())
        self._offer("cell", options.cells.items())
        self._offer("category", options.categories.items())
        self._offer("group", options.groups.items())

    def _offer(self, name: str, choices: Pairs) -> None:
        self.fields[name].choices = [ANY, *choices]  # type: ignore[attr-defined]

    def clean_q(self) -> str:
        """Return what was typed; what is too long once it is folded is an error of the field."""
        typed: str = self.cleaned_data["q"]
        try:
            matching(SEARCHED, typed)
        except Refusal as refusal:
            raise as_error(refusal) from refusal
        return typed

    def clean(self) -> dict[str, Any]:
        """Refuse a value that was given twice, and days in the wrong order."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name in self.fields:
            if hasattr(self.data, "getlist") and len(self.data.getlist(name)) > 1:
                self.add_error(name, forms.ValidationError(_("只能选一个值。"), "repeated"))
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error(
                "until", forms.ValidationError(_("结束日期早于开始日期。"), "ends_before_start")
            )
        return cleaned

    @property
    def choice(self) -> Choice:
        """Return the choice of a sound form."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        given.pop("after", None)
        return Choice(**given)

    @property
    def words(self) -> Mapping[Any, Any]:
        """Return what narrows the list, in words."""
        return {
            self.fields[name].label: self._said(name, value)
            for name, value in self.choice.filters.items()
        }

    def _said(self, name: str, value: Any) -> Any:
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(value, value)).strip()


class FilterForm(Form):
    """The name under which a choice is kept."""

    name = CleanCharField(label=_("名称"), max_length=30)
