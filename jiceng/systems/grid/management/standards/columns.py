"""The columns of the standard 立案标准: what each shows, and what a cell of it may say."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import override

from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.base.text import ascii_digits, clean_line, clean_text
from jiceng.kernel.exports.service import Column
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.workdays.service import limit_words, read_limit
from jiceng.systems.grid.actions import LONGEST_LIMIT, LimitNotWhole
from jiceng.systems.grid.models import Category
from jiceng.systems.grid.terms import Kind

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,19}", re.ASCII)
LARGEST_RADIUS = 5000
YES_OR_NO = {"是": True, "否": False}
Units = Mapping[str, Unit]
Read = Callable[[str, Units], Any]


class BadCell(BadInput):
    """A cell that says nothing usable (422)."""


@dataclass(frozen=True)
class Field:
    """A column: the keyword of the act that it gives, what it shows, and how it is read."""

    keyword: str
    heading: str
    shown: Callable[[Category], Any]
    read: Read


def _code(text: str, units: Units) -> str:
    if not CODE.fullmatch(text):
        raise BadCell("应为不超过 20 位的字母、数字", code="bad_code")
    return text


def _kind(text: str, units: Units) -> Kind:
    for kind in Kind:
        if text in (kind.value, str(kind.label)):
            return kind
    raise BadCell("应为“部件”或“事件”", code="bad_kind")


def _line(longest: int, *, required: bool = False) -> Read:
    def read(text: str, units: Units) -> str:
        return _present(clean_line(text, longest), required)

    return read


def _paragraph(*, required: bool = False) -> Read:
    def read(text: str, units: Units) -> str:
        return _present(clean_text(text, 200), required)

    return read


def _present(text: str, required: bool) -> str:
    if required and not text:
        raise BadCell("不能为空", code="required")
    return text


def _limit(text: str, units: Units) -> Any:
    limit = read_limit(text)
    if limit.amount != int(limit.amount) or limit.amount > LONGEST_LIMIT:
        raise LimitNotWhole()
    return limit


def _unit(text: str, units: Units) -> Unit | None:
    if text and text not in units:
        raise BadCell(f"没有单位 {text[:40]}", code="unknown_unit")
    return units.get(text)


def _yes(text: str, units: Units) -> bool:
    if text not in YES_OR_NO:
        raise BadCell("应为“是”或“否”", code="bad_yes_no")
    return YES_OR_NO[text]


def _radius(text: str, units: Units) -> int:
    digits = ascii_digits(text)
    known = digits.isascii() and digits.isdigit() and len(digits) <= len(str(LARGEST_RADIUS))
    if not known or int(digits) > LARGEST_RADIUS:
        raise BadCell(f"应为 0 至 {LARGEST_RADIUS} 的整数（米）", code="bad_radius")
    return int(digits)


def _code_of(unit: Unit | None) -> str:
    return unit.code if unit else ""


FIELDS = (
    Field("code", "编码", lambda row: row.code, _code),
    Field("kind", "类别", lambda row: row.get_kind_display(), _kind),
    Field("group", "大类", lambda row: row.group, _line(60)),
    Field("name", "名称", lambda row: row.name, _line(60, required=True)),
    Field("condition", "立案条件", lambda row: row.condition, _paragraph()),
    Field(
        "closing_condition",
        "结案标准",
        lambda row: row.closing_condition,
        _paragraph(required=True),
    ),
    Field("limit", "时限", lambda row: limit_words(row.limit), _limit),
    Field("responsible_unit", "责任单位代码", lambda row: _code_of(row.responsible_unit), _unit),
    Field("supervising_unit", "监管单位代码", lambda row: _code_of(row.supervising_unit), _unit),
    Field("needs_verification", "需核实", lambda row: row.needs_verification, _yes),
    Field("anonymous_allowed", "允许匿名", lambda row: row.anonymous_allowed, _yes),
    Field("sensitive", "敏感", lambda row: row.sensitive, _yes),
    Field("duplicate_radius", "查重半径（米）", lambda row: row.duplicate_radius, _radius),
)
HEADINGS = [field.heading for field in FIELDS]


def _in_chinese(shown: Callable[[Category], Any]) -> Callable[[Category], Any]:
    """The table is read again, so its words do not follow the language of who asks."""

    def cell(row: Category) -> Any:
        with override(None):
            value = shown(row)
            return ("是" if value else "否") if isinstance(value, bool) else value

    return cell


COLUMNS = [Column(field.heading, _in_chinese(field.shown)) for field in FIELDS]
