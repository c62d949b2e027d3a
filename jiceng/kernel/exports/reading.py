"""The one reader of tables: CSV and XLSX, every cell as text, every fault with its line."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from jiceng.kernel.base.errors import TooLarge
from jiceng.kernel.base.text import listed
from jiceng.kernel.exports.cells import as_it_was
from jiceng.kernel.exports.refusals import (
    MOST_BYTES,
    MOST_CELL,
    MOST_ROWS,
    TableRefused,
    TooManyRows,
    at_line,
)
from jiceng.kernel.exports.workbooks import rows_of

ARCHIVE = b"PK\x03\x04"
# What Excel wrote before 2007, and how it wraps a workbook with a password.
COMPOUND = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Line:
    """A row: the line of the file where it begins, and its cells by heading."""

    number: int
    cells: dict[str, str]


def read_table(data: bytes, headings: Sequence[str]) -> Iterator[Line]:
    """Yield the rows under the named ``headings``, which may stand in any order.

    Empty rows are passed over. Raises ``TableRefused`` (422), ``TooManyRows``, ``TooLarge`` (413).
    """
    if len(data) > MOST_BYTES:
        raise TooLarge()
    if data.startswith(COMPOUND):
        raise TableRefused(_("请去掉密码，另存为 XLSX 或 CSV。"), code="other_workbook")
    rows = rows_of(data) if data.startswith(ARCHIVE) else _csv(data)
    _first, found = next(rows, (0, [""]))
    if not any(cell.strip() for cell in found):
        raise TableRefused(_("表格是空的，或第 1 行不是标题。"), code="empty_table")
    places = _places([cell.strip() for cell in found], headings)
    for count, (number, cells) in enumerate(rows):
        if count >= MOST_ROWS:
            raise TooManyRows()
        if any(cell.strip() for cell in cells):
            _check_cells(cells, len(found), number)
            yield Line(number, {name: _cell(cells, at) for name, at in places.items()})


def _places(found: list[str], headings: Sequence[str]) -> dict[str, int]:
    missing = [heading for heading in headings if found.count(heading) != 1]
    if missing:
        sentence = _("第 1 行须有且只有一列：%(names)s。") % {"names": listed(missing)}
        raise TableRefused(sentence, code="bad_heading", line=1)
    return {heading: found.index(heading) for heading in headings}


def _check_cells(cells: Sequence[str], width: int, number: int) -> None:
    if any(cell.strip() for cell in cells[width:]):
        raise at_line(_("第 %(line)d 行的列数多于标题。"), "too_many_cells", number)
    if max(map(len, cells)) > MOST_CELL:
        raise at_line(_("第 %(line)d 行的内容过长。"), "cell_too_long", number)


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


def _text(data: bytes) -> str:
    """Return the text of the two encodings that spreadsheets in China write."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise TableRefused(_("文件应为 UTF-8 或 GB18030 编码的文本。"), code="bad_encoding")


def _csv(data: bytes) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(_text(data), newline=""), strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            sentence = _("第 %(line)d 行无法读取，请检查引号和长度。")
            raise at_line(sentence, "bad_csv", begins) from error
        yield begins, [as_it_was(cell) for cell in cells]
