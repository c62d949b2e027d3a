"""Tables of administrative divisions: read strictly, checked as a whole, refused with line numbers.

Columns ``code,name,level,parent`` as in the statistics bureau's 统计用区划代码.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.orgs.terms import FORMULA_SIGNS, Kind

COLUMNS = ["code", "name", "level", "parent"]
MAX_BYTES = 5_000_000
LONGEST_NAME = 50
# Digits of a code at each level; a lower level has more of them.
DIGITS = {"province": 2, "city": 4, "county": 6, "town": 9, "village": 12}
LEVELS = list(DIGITS)

# Endings of official names, the longest first, and what people say instead.
KIND_BY_ENDING = {
    "county": [("开发区", Kind.ZONE), ("新区", Kind.ZONE), ("园区", Kind.ZONE), ("", Kind.COUNTY)],
    "town": [
        ("街道办事处", Kind.STREET),
        ("街道", Kind.STREET),
        ("镇", Kind.TOWN),
        ("乡", Kind.TOWN),
        ("开发区", Kind.ZONE),
        ("园区", Kind.ZONE),
        ("", Kind.OTHER),
    ],
    "village": [
        ("村民委员会", Kind.VILLAGE),
        ("村委会", Kind.VILLAGE),
        ("居民委员会", Kind.COMMUNITY),
        ("居委会", Kind.COMMUNITY),
        ("社区", Kind.COMMUNITY),
        ("村", Kind.VILLAGE),
        ("", Kind.OTHER),
    ],
    "city": [("", Kind.CITY)],
    "province": [("", Kind.PROVINCE)],
}
COMMITTEE = re.compile(r"(社区|村)?(居民委员会|居委会|村民委员会|村委会)$")


@dataclass(frozen=True)
class Row:
    """A line of the table; ``line`` counts from 1, the header included."""

    line: int
    code: str
    name: str
    level: str
    parent: str


@dataclass(frozen=True)
class Problem:
    """Why a line cannot be used. Line 0 means the file as a whole."""

    line: int
    code: str
    sentence: str | Promise


class BadTable(BadInput):
    """The table cannot be used (422); ``problems`` says why, line by line."""

    code = "bad_table"
    sentence = _("表格不能导入，没有保存任何内容。")

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(problems=problems)


def kind_of(level: str, name: str) -> Kind:
    """Return what a unit of this level and official name is."""
    return next(kind for ending, kind in KIND_BY_ENDING[level] if name.endswith(ending))


def short_name(level: str, name: str) -> str:
    """Return what people say: 泉河村委会 → 泉河村, 舒巷居委会 → 舒巷社区.

    >>> short_name("village", "马山社区居民委员会")
    '马山社区'
    """
    if level != "village":
        return name.removesuffix("办事处")
    stem = COMMITTEE.sub("", name)
    if stem in ("", name):
        return name
    return stem + ("村" if kind_of(level, name) == Kind.VILLAGE else "社区")


def decode(data: bytes) -> str:
    """Return the text of a UTF-8 (with or without mark) or GB18030 file; raises ``BadTable``."""
    if len(data) > MAX_BYTES:
        raise BadTable([Problem(0, "too_large", _("文件超过 5 MB。"))])
    for encoding, certain in (("utf-8-sig", True), ("gb18030", False)):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # GB18030 finds a sign for nearly any two bytes; only the known head shows that it is it.
        if "\x00" not in text and (certain or text.startswith(COLUMNS[0])):
            return text
    sentence = _("无法识别文件：应为 UTF-8 或 GB18030 编码，首行为 code,name,level,parent。")
    raise BadTable([Problem(0, "bad_encoding", sentence)])


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each record begins, and its cells."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for record in reader:
            yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        sentence = _("引号没有闭合，或单元格过长。")
        raise BadTable([Problem(line, "bad_csv", sentence)]) from error


def read_table(data: bytes) -> list[Row]:
    """Return the rows of a file; raises ``BadTable``."""
    rows: list[Row] = []
    problems: list[Problem] = []
    for line, record in _records(decode(data)):
        cells = [unicodedata.normalize("NFC", cell.strip()) for cell in record]
        if line == 1:
            if cells != COLUMNS:
                sentence = _("首行应为 code,name,level,parent。")
                raise BadTable([Problem(1, "bad_columns", sentence)])
        elif not any(cells):
            continue
        elif len(cells) != len(COLUMNS):
            problems.append(Problem(line, "bad_cells", _("应有 4 列。")))
        else:
            rows.append(Row(line, *cells))
    if problems or not rows:
        raise BadTable(problems or [Problem(0, "no_rows", _("文件没有数据。"))])
    return rows


def _row_problem(row: Row) -> Problem | None:
    if row.level not in DIGITS:
        sentence = _("级别应为 province、city、county、town 或 village。")
        return Problem(row.line, "bad_level", sentence)
    digits = row.code.isascii() and row.code.isdigit()
    if not digits or len(row.code) != DIGITS[row.level]:
        return Problem(row.line, "bad_code", _("代码应为数字，位数与级别相符。"))
    if row.name[:1] in FORMULA_SIGNS:
        return Problem(row.line, "formula_name", _("名称不能以运算符开头。"))
    printable = all(unicodedata.category(sign)[0] not in "CZ" for sign in row.name)
    if not 0 < len(row.name) <= LONGEST_NAME or not printable:
        return Problem(row.line, "bad_name", _("名称应为 1 至 50 个可见字符。"))
    return None


def _twice(rows: Iterable[Row]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for row in rows:
        if row.code in first:
            sentence = _("代码与第 %(line)d 行重复。") % {"line": first[row.code]}
            yield Problem(row.line, "duplicate_code", sentence)
        first.setdefault(row.code, row.line)


def _parent_problem(row: Row, by_code: dict[str, Row], known: frozenset[str]) -> Problem | None:
    """Levels descend, so a ring cannot pass, and no row lies deeper than there are levels."""
    above = by_code.get(row.parent)
    if above is None and row.parent not in known:
        return Problem(row.line, "unknown_parent", _("上级代码不存在。"))
    if above and LEVELS.index(above.level) >= LEVELS.index(row.level):
        return Problem(row.line, "parent_not_above", _("上级的级别应高于本级，不能循环。"))
    if not row.code.startswith(row.parent):
        return Problem(row.line, "foreign_parent", _("代码应以上级代码开头。"))
    return None


def _roots(rows: list[Row], known: frozenset[str]) -> list[Row]:
    """Return the rows of the highest level in the file that hang from nothing known."""
    in_reach = {row.code for row in rows} | known
    highest = min(LEVELS.index(row.level) for row in rows)
    tops = {row.code: row for row in reversed(rows) if LEVELS.index(row.level) == highest}
    hanging = [row for row in tops.values() if row.code not in known and row.parent not in in_reach]
    return sorted(hanging, key=lambda row: row.line)


def check_table(rows: list[Row], known: frozenset[str], *, has_root: bool) -> list[Row]:
    """Return ``rows`` with parents before children, or raise ``BadTable`` with every problem.

    ``known`` are the codes of units that exist; ``has_root`` tells whether the tree has its root.
    A file may hang its highest row from a parent that it does not contain: that row is the root.
    """
    problems = [problem for row in rows if (problem := _row_problem(row))]
    if problems:
        raise BadTable(problems)
    problems = list(_twice(rows))
    by_code = {row.code: row for row in rows}
    roots = _roots(rows, known)
    allowed = 0 if has_root else 1
    problems += [
        Problem(row.line, "second_root", _("组织树只能有一个最上级单位。"))
        for row in roots[allowed:]
    ]
    apart = {row.code for row in roots} | known
    for row in rows:
        if row.code not in apart:
            problem = _parent_problem(row, by_code, known)
            problems += [problem] if problem else []
    if problems:
        raise BadTable(sorted(problems, key=lambda problem: problem.line))
    return sorted(rows, key=lambda row: (LEVELS.index(row.level), row.code))
