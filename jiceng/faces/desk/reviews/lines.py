"""What is typed or pasted by the line: criteria, candidates, judges. A tab or a comma parts the
columns, so that rows of a spreadsheet can be pasted as they are."""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.base.text import ascii_digits
from jiceng.kernel.orgs.models import Officer, Unit, normal_staff_no
from jiceng.kernel.orgs.service import Capacity, capacities
from jiceng.kernel.reviews.rules import Criterion, Level
from jiceng.kernel.reviews.service import Entrant

COLUMNS = re.compile(r"\s*[\t,，]\s*")
LEVELS = re.compile(r"\s*[;；]\s*")
LEVEL = re.compile(r"([\d.．]{1,8})\s*(?:分?以上)?\s*[:：]\s*(.{1,60})")
# A name may hold a comma itself; the unit stands behind the last one.
CANDIDATE = re.compile(r"(.+?)\s*[\t,，]\s*([^\t,，]+)")
LONGEST_LABEL = 30


class LineUnreadable(BadInput):
    """A line is not written as it is asked for (422)."""

    code = "bad_line"
    sentence = _("有一行没有按格式填写。")


def _refusal(line: int, why: str) -> LineUnreadable:
    return LineUnreadable(_t("第 %(line)d 行：%(why)s") % {"line": line, "why": why})


def _lines(text: str) -> list[tuple[int, str]]:
    """Return number and words of each line that is not empty."""
    lines = enumerate(text.splitlines(), start=1)
    return [(number, line.strip()) for number, line in lines if line.strip()]


def _number(typed: str, line: int) -> Decimal:
    try:
        return Decimal(ascii_digits(typed[:20]))
    except InvalidOperation:
        raise _refusal(line, _t("“%(typed)s”不是数字。") % {"typed": typed[:20]}) from None


def _levels(text: str, line: int) -> tuple[Level, ...]:
    found = [LEVEL.fullmatch(part) for part in LEVELS.split(text.strip()) if part]
    if not all(found):
        raise _refusal(line, _t("分段含义写成“9：优秀；6：合格”。"))
    levels = [Level(_number(each[1], line), each[2].strip()) for each in found if each]
    return tuple(sorted(levels, key=lambda level: level.start, reverse=True))


def read_criteria(text: str) -> tuple[Criterion, ...]:
    """Return the criteria: name, weight, best mark, and what the marks mean, if it is said."""
    found: list[Criterion] = []
    for line, typed in _lines(text):
        cells = COLUMNS.split(typed, maxsplit=3)
        if len(cells) < 3 or not 0 < len(cells[0]) <= LONGEST_LABEL:
            raise _refusal(line, _t("写成“名称，权重，满分”。"))
        weight, best = (_number(cell, line) for cell in cells[1:3])
        levels = _levels(cells[3], line) if len(cells) > 3 else ()
        found.append(Criterion(f"c{len(found) + 1}", cells[0], weight, best, levels))
    return tuple(found)


def read_candidates(text: str) -> list[Entrant]:
    """Return the candidates: name, and the unit by its code, name or short name."""
    rows = [(line, CANDIDATE.fullmatch(typed)) for line, typed in _lines(text)]
    units = _units({cells[2] for _line, cells in rows if cells})
    found = []
    for line, cells in rows:
        if cells is None:
            raise _refusal(line, _t("写成“名称，所在单位”。"))
        unit = units.get(cells[2])
        if unit is None:
            told = {"unit": cells[2][:40]}
            raise _refusal(line, _t("没有叫“%(unit)s”的单位，或有几个同名，请填单位代码。") % told)
        found.append(Entrant(cells[1], unit))
    return found


def _units(typed: set[str]) -> dict[str, Unit]:
    """Return the units that the words name without doubt."""
    found: dict[str, Unit] = {}
    standing = Unit.objects.filter(dissolved_on__isnull=True)
    for field in ("short_name", "name", "code"):
        twice: set[str] = set()
        for unit in standing.filter(**{f"{field}__in": typed}):
            word = getattr(unit, field)
            if word in found and found[word].pk != unit.pk:
                twice.add(word)
            found[word] = unit
        # A code is never doubtful, so it is asked last and stays.
        found = {word: unit for word, unit in found.items() if word not in twice}
    return found


def read_judges(text: str, at: datetime) -> list[Capacity]:
    """Return the officers by staff number, each in the first post they hold."""
    numbers = _lines(text)
    staff = [normal_staff_no(number) for _line, number in numbers]
    officers = {officer.staff_no: officer for officer in Officer.objects.filter(staff_no__in=staff)}
    found = []
    for line, number in numbers:
        held = capacities(officers.get(normal_staff_no(number)), at)
        if not held:
            told = {"number": number[:20]}
            raise _refusal(line, _t("没有工号“%(number)s”的在任人员。") % told)
        found.append(held[0])
    return found
