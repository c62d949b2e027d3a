"""Workbooks, looked at before they are opened: a small archive may hold a very large sheet.

The library that reads them keeps a sheet as a rectangle, so one cell in the last corner would ask
for all the memory there is. Formulas are not run; what stands in a cell is the last result.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from jiceng.kernel.base.errors import TooLarge
from jiceng.kernel.exports.refusals import MOST_ROWS, TableRefused, TooManyRows, at_line

MOST_UNPACKED = 80_000_000
MOST_MEMBERS = 200
MOST_RATIO = 200
MOST_COLUMNS = 200
MOST_PLACES = 2_000_000
# From here on a spreadsheet has turned the last digits of a number into zeros.
UNSURE = 10**15
PLACE = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]*)(\d+)""")
# Kinds of workbook with other ways to name a place: what is checked here would not hold there.
OTHERS = frozenset({"xl/workbook.bin", "mimetype", "content.xml"})


def rows_of(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the first visible sheet with their numbers, every cell as text."""
    _check(data)
    try:
        book = CalamineWorkbook.from_object(io.BytesIO(data))
        shown = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        ]
        if not shown:
            raise TableRefused(_("工作簿中没有可见的工作表。"), code="no_sheet")
        rows = book.get_sheet_by_name(shown[0]).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise TableRefused() from error
    for number, cells in enumerate(rows, start=1):
        yield number, [_written(cell, number) for cell in cells]


def _check(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_members(archive.infolist(), len(data))
            for member in archive.infolist():
                # Read to its end, a member whose size was given too small does not match its sum.
                _check_places(archive.read(member))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, zlib.error) as error:
        raise TableRefused(_("工作簿已损坏。"), code="bad_workbook") from error


def _check_members(members: list[zipfile.ZipInfo], size: int) -> None:
    names = [member.filename.lower().lstrip("/") for member in members]
    unpacked = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS or unpacked > min(MOST_UNPACKED, MOST_RATIO * size):
        raise TooLarge(code="workbook_too_large")
    if len(set(names)) < len(names):
        raise TableRefused(_("工作簿已损坏。"), code="bad_workbook")
    if any(member.flag_bits & 1 for member in members):
        raise TableRefused(_("工作簿有密码，无法读取。"), code="encrypted")
    if any(name.endswith("vbaproject.bin") for name in names):
        raise TableRefused(_("不接受带宏的工作簿。"), code="macros")
    if OTHERS.intersection(names):
        raise TableRefused(_("请另存为 XLSX 或 CSV。"), code="other_workbook")


def _check_places(part: bytes) -> None:
    """Refuse a part that names a place far out; rows and cells say with ``r`` where they are."""
    rows = columns = 1
    for letters, digits in PLACE.findall(part):
        if len(digits) > 9 or len(letters) > 3:
            raise TooManyRows()
        rows, columns = max(rows, int(digits)), max(columns, _column(letters))
    if rows > MOST_ROWS + 1 or columns > MOST_COLUMNS or rows * columns > MOST_PLACES:
        raise TooManyRows()


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _written(cell: object, line: int) -> str:
    """Return a cell as a person would have typed it: 3.0 is 3, a day is a day."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        if not abs(cell) < UNSURE:  # so that what is no number at all is refused too
            sentence = _("第 %(line)d 行的长数字已失真，请把单元格设为文本后重填。")
            raise at_line(sentence, "number_too_long", line)
        return str(int(cell)) if cell == int(cell) else str(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
