"""Reads ``data/workdays/*.toml``, one file a year, and believes nothing.

A file says where its days come from (``[[notice]]``) and which they are (``[[holiday]]``: a name,
the ``first`` and ``last`` day off, their number ``days`` as the notice counts them, and the
weekend days ``worked`` for it). Whatever does not fit is refused with file, line and field,
because a wrong calendar makes every deadline wrong.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.workdays.days import FIXED_HOLIDAYS, Calendar, Notice, YearDays
from jiceng.kernel.workdays.moments import FIRST_YEAR, LAST_YEAR

LARGEST_FILE = 64_000
LONGEST_HOLIDAY = 15
FARTHEST_MADE_UP = timedelta(days=30)
# A notice may dispose of the end of December before its year, no more.
REACH_BACK = timedelta(days=12)
# 2 May is fixed since 国务院令第795号, in force on 2025-01-01.
SECOND_OF_MAY_SINCE = 2025
SATURDAY = 5
FESTIVALS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")

FILE_FIELDS = {"year": int, "notice": list, "holiday": list}
NOTICE_FIELDS = {"title": str, "number": str, "published_on": date}
HOLIDAY_FIELDS = {"name": str, "first": date, "last": date, "days": int, "worked": list}


class CalendarMalformed(BadInput):
    """A calendar file that cannot be believed (422, with file, line and field)."""

    code = "calendar_malformed"
    sentence = _("工作日历文件有误。")


@dataclass(frozen=True)
class Source:
    """A calendar file as text, to say where in it something is wrong."""

    name: str
    text: str

    def wrong(self, reason: str, where: str = "", field: str = "") -> CalendarMalformed:
        """Return the refusal. ``where`` is a table such as ``holiday 3`` (the third of them)."""
        line = self._line(where, field)
        sentence = _t("%(file)s 第%(line)d行 %(field)s：%(reason)s")
        named = f"{where.replace(' ', '#')}.{field}".strip(".")
        return CalendarMalformed(
            sentence % {"file": self.name, "line": line, "field": named, "reason": reason},
            field=field,
            file=self.name,
            line=line,
        )

    def _line(self, where: str, field: str) -> int:
        """Return the line of ``field`` in that table, or of the table, or the first."""
        lines = self.text.splitlines()
        table, _space, index = where.partition(" ")
        heads = [n for n, line in enumerate(lines) if re.match(rf"\s*\[\[\s*{table}\s*\]\]", line)]
        start = heads[int(index) - 1] if table and len(heads) >= int(index or 0) > 0 else 0
        for number in range(start + bool(table), len(lines)):
            if table and lines[number].lstrip().startswith("["):
                break
            if field and re.match(rf"\s*(\[\[)?\s*{re.escape(field)}\s*(=|\]\])", lines[number]):
                return number + 1
        return start + 1


def load_calendar(folder: Path) -> Calendar:
    """Return the calendar of all files in ``folder``.

    Raises ``CalendarMalformed`` for a file that cannot be believed, for a missing year between
    two others, and for a day that two files dispose of.
    """
    years: list[YearDays] = []
    owners: dict[date, Source] = {}
    for path in _files(folder):
        source, year = read_year(path)
        for day in [*year.off, *year.worked]:
            if owners.setdefault(day, source) is not source:
                reason = _t("%(day)s 已在 %(file)s 中规定。")
                raise source.wrong(reason % {"day": day, "file": owners[day].name})
        if years and year.year != years[-1].year + 1:
            reason = _t("缺少%(year)d年的日历。")
            raise source.wrong(reason % {"year": years[-1].year + 1}, field="year")
        years.append(year)
    return Calendar(years)


def _files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    if not files:
        raise CalendarMalformed(_t("没有找到工作日历文件：%(folder)s") % {"folder": folder.name})
    return files


def read_year(path: Path) -> tuple[Source, YearDays]:
    """Return one file and what it says, or raise ``CalendarMalformed``."""
    source = Source(path.name, _text_of(path))
    try:
        content = tomllib.loads(source.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _not_toml(path.name, str(error)) from None
    _fields(source, content, FILE_FIELDS)
    if path.stem != str(content["year"]) or not FIRST_YEAR <= content["year"] <= LAST_YEAR:
        raise source.wrong(_t("年份与文件名不一致。"), field="year")
    year = content["year"]
    notices = tuple(_notices(source, year, content["notice"]))
    book = _Book(source, year)
    for where, table in _tables(source, "holiday", content["holiday"]):
        book.read(where, table)
    book.refuse_missing()
    return source, YearDays(year, notices, book.off, book.worked)


def _not_toml(name: str, error: str) -> CalendarMalformed:
    found = re.search(r"at line (\d+)", error)
    line = int(found.group(1)) if found else 1
    sentence = _t("%(file)s 第%(line)d行：不是有效的TOML（%(error)s）。")
    return CalendarMalformed(
        sentence % {"file": name, "line": line, "error": error}, file=name, line=line
    )


def _text_of(path: Path) -> str:
    with path.open("rb") as file:
        raw = file.read(LARGEST_FILE + 1)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise CalendarMalformed(_t("%(file)s 不是UTF-8编码。") % {"file": path.name}) from None
    if len(raw) > LARGEST_FILE:
        raise CalendarMalformed(_t("%(file)s 过大。") % {"file": path.name})
    return text


def _fields(
    source: Source,
    content: Mapping[str, Any],
    wanted: Mapping[str, type],
    where: str = "",
    optional: Mapping[str, type] | None = None,
) -> None:
    """Refuse a field that is unknown, missing, empty or of another type."""
    known = {**wanted, **(optional or {})}
    for name in content:
        if name not in known:
            raise source.wrong(_t("不认识的字段。"), where, name)
    for name in wanted:
        if name not in content:
            raise source.wrong(_t("缺少字段%(name)s。") % {"name": name}, where, name)
    for name, value in content.items():
        if not _is(value, known[name]) or value == "":
            raise source.wrong(_t("字段类型不对或为空。"), where, name)


def _is(value: object, kind: type) -> bool:
    """Tell whether a value has exactly this type; ``True`` is no number, an instant is no day."""
    return type(value) is kind


def _tables(source: Source, name: str, tables: list[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if not tables:
        raise source.wrong(_t("不能为空。"), field=name)
    for index, table in enumerate(tables, 1):
        if not isinstance(table, dict):
            raise source.wrong(_t("字段类型不对或为空。"), field=name)
        yield f"{name} {index}", table


def _notices(source: Source, year: int, tables: list[Any]) -> Iterator[Notice]:
    last = date(year - 1, 1, 1)
    for where, table in _tables(source, "notice", tables):
        _fields(source, table, NOTICE_FIELDS, where, {"effect": str})
        if not last <= table["published_on"] <= date(year, 12, 31):
            raise source.wrong(_t("公布日期不合理或次序颠倒。"), where, "published_on")
        last = table["published_on"]
        yield Notice(**table)


@dataclass
class _Book:
    """The days of one file, put down one by one; each may be put down once."""

    source: Source
    year: int
    off: dict[date, str] = field(default_factory=dict)
    worked: dict[date, str] = field(default_factory=dict)

    def read(self, where: str, table: dict[str, Any]) -> None:
        """Put down a holiday."""
        _fields(self.source, table, HOLIDAY_FIELDS, where)
        for day in self._days_off(where, table):
            self._place(day, where, "first", self.off, self.worked)
            self.off[day] = table["name"]
        for day in table["worked"]:
            self._refuse_odd(where, table, day)
            self._place(day, where, "worked", self.worked, self.off)
            self.worked[day] = table["name"]

    def _days_off(self, where: str, table: dict[str, Any]) -> list[date]:
        count = (table["last"] - table["first"]).days + 1
        if not 1 <= count <= LONGEST_HOLIDAY:
            raise self.source.wrong(_t("放假起止日期不合理。"), where, "last")
        if count != table["days"]:
            reason = _t("起止之间是%(count)d天，与所写天数不符。")
            raise self.source.wrong(reason % {"count": count}, where, "days")
        return [table["first"] + timedelta(days=n) for n in range(count)]

    def _refuse_odd(self, where: str, table: dict[str, Any], day: object) -> None:
        """A made-up day is a weekend day near its holiday: a weekday is worked anyway."""
        if type(day) is not date:
            raise self.source.wrong(_t("字段类型不对或为空。"), where, "worked")
        if day.weekday() < SATURDAY:
            reason = _t("%(day)s不是周六或周日，不能作为调休上班日。")
            raise self.source.wrong(reason % {"day": day}, where, "worked")
        if max(table["first"] - day, day - table["last"]) > FARTHEST_MADE_UP:
            reason = _t("调休上班日%(day)s离假期太远。")
            raise self.source.wrong(reason % {"day": day}, where, "worked")

    def _place(
        self, day: date, where: str, name: str, same: dict[date, str], other: dict[date, str]
    ) -> None:
        if not date(self.year, 1, 1) - REACH_BACK <= day <= date(self.year, 12, 31):
            raise self.source.wrong(_t("%(day)s不在本年范围内。") % {"day": day}, where, name)
        if day in other:
            raise self.source.wrong(_t("%(day)s既放假又上班。") % {"day": day}, where, name)
        if day in same:
            raise self.source.wrong(_t("%(day)s重复。") % {"day": day}, where, name)

    def refuse_missing(self) -> None:
        """Refuse a year without a festival, or without a day that the law itself gives."""
        names = "、".join(self.off.values())
        for name in FESTIVALS:
            if name not in names:
                raise self.source.wrong(_t("缺少%(name)s。") % {"name": name}, field="holiday")
        for (month, number), name in FIXED_HOLIDAYS.items():
            day = date(self.year, month, number)
            given = (month, number) != (5, 2) or self.year >= SECOND_OF_MAY_SINCE
            if given and day not in self.off:
                reason = _t("缺少法定假日%(day)s（%(name)s）。")
                raise self.source.wrong(reason % {"day": day, "name": name}, field="holiday")
