"""What is typed about a routing rule: each condition as boxes to tick; nothing ticked, no limit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Unit
from jiceng.systems.grid.models import Category, Cell
from jiceng.systems.grid.queries import handling_units
from jiceng.systems.grid.queries.routing_words import WEEKDAYS
from jiceng.systems.grid.rules.routing import CODED
from jiceng.systems.grid.terms import INDENT, Kind, Source
from jiceng.ui.forms import CleanCharField, Form, WholeNumberField

ANY_HOUR = [("", _("不限"))]
TICKED = (*CODED, "weekdays")


class Ticked(forms.MultipleChoiceField):
    """Boxes of which any number may be ticked."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)


class Picked(Ticked):
    """A long list of which several may be picked."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.SelectMultiple(attrs={"size": 8}), **kwargs)


class HandlingUnitField(forms.ModelChoiceField):
    """A unit that handles, by its full name: every street has a team of the same short one."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the full name."""
        return str(obj.name)


class RuleForm(Form):
    """A routing rule: what it is called, when it holds, where it sends."""

    code = CleanCharField(label=_("规则编码"), max_length=20, help_text=_("字母、数字和连字符。"))
    name = CleanCharField(label=_("名称"), max_length=60)
    position = WholeNumberField(
        label=_("次序"),
        min_value=1,
        max_value=9999,
        help_text=_("从小到大依次询问，第一条适用的规则生效。"),
    )
    unit = HandlingUnitField(
        label=_("派往单位"), queryset=Unit.objects.none(), to_field_name="code"
    )
    categories = Ticked(label=_("类别"))
    groups = Ticked(label=_("大类"))
    kinds = Ticked(label=_("部件或事件"), choices=Kind.choices)
    units = Picked(
        label=_("责任单位"),
        help_text=_("选上级单位，就包括它下面的所有单位。按住 Ctrl 键可选多个。"),
    )
    cells = Picked(label=_("网格"), help_text=_("按住 Ctrl 键可选多个。"))
    sources = Ticked(label=_("来源"), choices=Source.choices)
    weekdays = Ticked(label=_("星期"), choices=[(str(day), word) for day, word in WEEKDAYS.items()])
    hour_from = forms.ChoiceField(label=_("从几时"), required=False)
    hour_until = forms.ChoiceField(
        label=_("到几时"), required=False, help_text=_("早于起点就算到次日。")
    )

    def __init__(self, *args: Any, now: datetime, fixed: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = _offered(now)
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.fields["unit"].queryset = handling_units(now)  # type: ignore[attr-defined]
        if fixed:
            self.fields.pop("code")

    def clean(self) -> dict[str, Any]:
        """Ask for both ends of the hours or none."""
        cleaned: dict[str, Any] = super().clean() or {}
        ends = [cleaned.get("hour_from", ""), cleaned.get("hour_until", "")]
        if any(ends) and not all(ends):
            sentence = _("起止时间要同时选择。")
            self.add_error("hour_until", forms.ValidationError(sentence, "half_hours"))
        return cleaned

    @property
    def conditions(self) -> dict[str, list[Any]]:
        """Return what was ticked, as a rule stores it."""
        cleaned = self.cleaned_data
        told: dict[str, list[Any]] = {
            name: list(cleaned[name]) for name in TICKED if cleaned.get(name)
        }
        if "weekdays" in told:
            told["weekdays"] = [int(day) for day in told["weekdays"]]
        if cleaned.get("hour_from"):
            told["hours"] = [int(cleaned["hour_from"]), int(cleaned["hour_until"])]
        return told


def _offered(now: datetime) -> dict[str, list[tuple[str, Any]]]:
    categories = list(
        Category.objects.valid(now).order_by("kind", "code").values_list("code", "name", "group")
    )
    units = Unit.objects.existing(now).order_by("path").values_list("code", "short_name", "depth")
    cells = Cell.objects.valid(now).order_by("code").values_list("code", "name")
    groups = dict.fromkeys(group for _code, _name, group in categories if group)
    return {
        "categories": [(code, name) for code, name, _group in categories],
        "groups": [(group, group) for group in groups],
        "cells": [(code, name) for code, name in cells],
        # Full-width spaces: a list of options keeps no others.
        "units": [(code, f"{INDENT * depth}{name}") for code, name, depth in units],
        "hour_from": [*ANY_HOUR, *((str(hour), f"{hour:02d}:00") for hour in range(24))],
        "hour_until": [*ANY_HOUR, *((str(hour), f"{hour:02d}:00") for hour in range(1, 25))],
    }


def initial_of(row: Any) -> Mapping[str, Any]:
    """Return a rule as the form shows it."""
    asked = row.conditions if isinstance(row.conditions, dict) else {}
    hours = asked.get("hours") if isinstance(asked.get("hours"), list) else []
    ends = dict(zip(("hour_from", "hour_until"), map(str, hours or []), strict=False))
    ticked = {name: asked.get(name, []) for name in TICKED}
    ticked["weekdays"] = [str(day) for day in ticked["weekdays"]]
    if ends.get("hour_until") == "0":
        ends["hour_until"] = "24"
    return {
        "code": row.code,
        "name": row.name,
        "position": row.position,
        "unit": row.unit.code,
        **ticked,
        **ends,
    }
