"""Routing rules in words: what a rule asks, why it held, what is wrong with it."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from jiceng.kernel.base.text import listed
from jiceng.systems.grid.rules.routing import CODED, Conditions, Fault
from jiceng.systems.grid.terms import Kind, Source

# Names by condition and code.
Names = Mapping[tuple[str, str], str]

MOST_NAMED = 4
LONGEST_REASON = 300

WEEKDAYS = {
    1: _lazy("周一"),
    2: _lazy("周二"),
    3: _lazy("周三"),
    4: _lazy("周四"),
    5: _lazy("周五"),
    6: _lazy("周六"),
    7: _lazy("周日"),
}
FIELDS: dict[str, str | Promise] = {
    "categories": _lazy("类别"),
    "groups": _lazy("大类"),
    "kinds": _lazy("部件或事件"),
    "cells": _lazy("网格"),
    "units": _lazy("责任单位"),
    "sources": _lazy("来源"),
    "weekdays": _lazy("星期"),
    "hours": _lazy("时段"),
    "unit": _lazy("派往单位"),
    "conditions": _lazy("条件"),
}
FAULTS: dict[str, str | Promise] = {
    "not_an_object": _lazy("条件应为一组名称和值"),
    "unknown_key": _lazy("没有这种条件"),
    "not_a_list": _lazy("应为列表"),
    "empty_list": _lazy("不能是空列表，不限就不要写这一项"),
    "too_many": _lazy("列得太多"),
    "bad_value": _lazy("有不能识别的值"),
    "bad_hours": _lazy("应为两个不同的整点，如 22 至 6"),
    "unknown_code": _lazy("没有现行的"),
    "unit_gone": _lazy("派往单位已撤销"),
    "no_handler": _lazy("派往单位没有在任的处置员"),
}


def field_words(name: str) -> str:
    """Return what a condition is called."""
    return str(FIELDS.get(name, name))


def fault_words(fault: Fault) -> str:
    """Return what is wrong, without the full stop."""
    if fault.field == "unit":
        return str(FAULTS[fault.code])
    shown = {"field": field_words(fault.field), "fault": FAULTS[fault.code], "value": fault.value}
    return (_("%(field)s：%(fault)s %(value)s") % shown).strip()


def conditions_words(conditions: Conditions, names: Names) -> str:
    """Return what a rule asks, as one line: «类别：路灯不亮；时段：22时至次日6时»."""
    parts = [
        (name, [_named(name, code, names) for code in sorted(getattr(conditions, name))])
        for name in CODED
    ]
    parts.append(("weekdays", [str(WEEKDAYS[day]) for day in sorted(conditions.weekdays)]))
    parts.append(("hours", [_hours(*conditions.hours)] if conditions.hours else []))
    shown = [
        _("%(field)s：%(value)s") % {"field": field_words(name), "value": _some(words)}
        for name, words in parts
        if words
    ]
    return _("；").join(shown) or _("所有上报")


def _named(name: str, code: str, names: Names) -> str:
    labels: dict[str, str] = {}
    if name == "kinds":
        labels = {str(value): str(label) for value, label in Kind.choices}
    if name == "sources":
        labels = {str(value): str(label) for value, label in Source.choices}
    return labels.get(code) or names.get((name, code)) or code


def _some(words: list[str]) -> str:
    """Return the words, or the first of many and how many there are."""
    if len(words) <= MOST_NAMED:
        return listed(words)
    shown = {"words": listed(words[: MOST_NAMED - 1]), "count": len(words)}
    return _("%(words)s等%(count)d项") % shown


def _hours(start: int, end: int) -> str:
    shown = {"start": start, "end": end}
    if end > start:
        return _("%(start)d时至%(end)d时") % shown
    return _("%(start)d时至次日%(end)d时") % shown


def reason_words(parts: Iterable[str]) -> str:
    """Return why a case goes where it goes, no longer than is kept."""
    text = _("；").join(parts) + _("。")
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 1] + "…"
