"""What a cell may say, and how a value is written into one: what is written is read again."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.base.errors import BadInput, Refusal
from jiceng.kernel.base.ids import read_number, spaced_number
from jiceng.kernel.base.text import ascii_digits, clean_line, clean_text
from jiceng.kernel.orgs.models import Officer, Unit

# As people and spreadsheets write a day and an instant: 2026-03-02, 2026/3/2, 2026年3月2日 9:05.
MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::\d{2})?)?"
)
FIRST_YEAR, LAST_YEAR = 1949, 2199
LONGEST_REF = 40


class BadCell(BadInput):
    """A cell that says nothing usable (422)."""

    code = "bad_cell"


@dataclass(frozen=True)
class Known:
    """What cells may name: units by code, officers by staff number."""

    units: Mapping[str, Unit]
    officers: Mapping[str, Officer]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a line and a column; line 0 is the file as a whole."""

    line: int
    column: str
    code: str
    sentence: str | Promise


class TableNotTaken(BadInput):
    """A table of which nothing was taken in (422); ``problems`` names every fault."""

    code = "ledger_not_taken"
    sentence = _("表格没有导入，没有保存任何内容。")

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line)
        super().__init__(problems=len(self.problems))


Read = Callable[[str, Known], Any]


@dataclass(frozen=True)
class Field:
    """A column as rows of one kind use it: the name of its value, what it shows, how it is read."""

    name: str
    heading: str
    shown: Callable[[Any], Any]
    read: Read


def no_cell(text: str, known: Known) -> None:
    """Refuse anything in a column that rows of this kind leave empty."""
    if text:
        raise BadCell(_("这一行不填此列。"), code="not_here")


def line(longest: int, *, required: bool = True) -> Read:
    """Return what reads one line of text."""
    return lambda text, known: _present(clean_line(text, longest), required)


def paragraph(longest: int, *, required: bool = True) -> Read:
    """Return what reads paragraphs."""
    return lambda text, known: _present(clean_text(text, longest), required)


def _present(text: str, required: bool) -> str:
    if required and not text:
        raise BadCell(_("不能为空。"), code="required")
    return text


def reference(text: str, known: Known) -> str:
    """Return a number of ours as 13 digits, or the reference of elsewhere as it is."""
    given = _present(clean_line(text, LONGEST_REF), required=True)
    return read_number(given) or given


def number_shown(number: str) -> str:
    """Return a number in groups, for a spreadsheet rounds thirteen digits in a row."""
    return spaced_number(number)


def one_of(choices: type[TextChoices]) -> Read:
    """Return what reads a choice by its Chinese label."""

    def read(text: str, known: Known) -> Any:
        with override(None):
            labels = {str(choice.label): choice for choice in choices}
        if text not in labels:
            sentence = _("应为：%(labels)s。") % {"labels": "、".join(labels)}
            raise BadCell(sentence, code="bad_choice")
        return labels[text]

    return read


def unit(text: str, known: Known) -> Unit:
    """Return the unit with this code."""
    if text not in known.units:
        raise BadCell(
            _("没有代码为“%(code)s”的党组织。") % {"code": text[:40]}, code="unknown_unit"
        )
    return known.units[text]


def officer(text: str, known: Known) -> Officer:
    """Return the officer with this staff number."""
    if text not in known.officers:
        sentence = _("没有工号为“%(number)s”的人员。") % {"number": text[:40]}
        raise BadCell(sentence, code="unknown_officer")
    return known.officers[text]


def optional(read: Read) -> Read:
    """Return what reads an empty cell as nothing."""
    return lambda text, known: read(text, known) if text else None


def instant(text: str, known: Known) -> datetime:
    """Return the instant, Beijing time; a day alone is its beginning."""
    found = MOMENT.fullmatch(ascii_digits(text).strip())
    try:
        if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            raise ValueError(text)
        year, month, on, hour, minute = (int(part or 0) for part in found.groups())
        return datetime(year, month, on, hour, minute, tzinfo=SHANGHAI)
    except ValueError as error:
        raise BadCell(_("应写作 2026-03-02 或 2026-03-02 09:30。"), code="bad_moment") from error


def day(text: str, known: Known) -> date:
    """Return the day."""
    at = instant(text, known)
    if at.timetz() != time(0, tzinfo=SHANGHAI):
        raise BadCell(_("应只写日期，如 2026-03-02。"), code="bad_day")
    return at.date()


def last_second(text: str, known: Known) -> datetime:
    """Return the end of a day: what is counted in working days is over with its last second."""
    return datetime.combine(day(text, known), time(23, 59, 59), SHANGHAI)


def by_rule(rule: Callable[[object], Decimal | None], sentence: str | Promise, code: str) -> Read:
    """Return what reads a number by a rule that raises ``ValueError``."""

    def read(text: str, known: Known) -> Decimal | None:
        try:
            return rule(ascii_digits(text))
        except ValueError as error:
            raise BadCell(sentence, code=code) from error

    return read


def moment_shown(at: datetime | None) -> str:
    """Return an instant to the minute; midnight is written as the day alone."""
    if at is None:
        return ""
    local = at.astimezone(SHANGHAI)
    return local.strftime("%Y-%m-%d" if local.time() < time(0, 1) else "%Y-%m-%d %H:%M")


def decimal_shown(number: Decimal | None) -> Decimal | str:
    """Return a number without zeros that say nothing, never in powers of ten."""
    return "" if number is None else Decimal(format(number.normalize(), "f"))


def label_of(choices: type[TextChoices], value: str) -> str:
    """Return the Chinese label, whatever language is read."""
    with override(None):
        return str(choices(value).label)


def read_cells(
    fields: Sequence[Field], cells: Mapping[str, str], number: int, known: Known
) -> tuple[dict[str, Any], list[Problem]]:
    """Return what the cells of a line say, and what is wrong with them."""
    values, problems = {}, []
    for field in fields:
        try:
            values[field.name] = field.read(cells[field.heading], known)
        except Refusal as refusal:
            problems.append(Problem(number, field.heading, refusal.code, str(refusal)))
    return values, problems
