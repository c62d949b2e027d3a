"""The one exporter. A cell is what it is: text stays text, a number stays a number.

A real negative number keeps its sign; a code of digits keeps its zeros, and a number longer than
a spreadsheet can count, such as an identity number, is written as text.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from math import isfinite
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.base.errors import BadInput, TooLarge
from jiceng.kernel.exports.cells import harmless

T = TypeVar("T")
Value = str | int | float | Decimal
MARK = b"\xef\xbb\xbf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTH = 18
# A spreadsheet counts with fifteen digits and turns the others into zeros.
MOST_DIGITS = 15


class FormatUnknown(BadInput):
    """A format that is not written (422)."""

    code = "bad_format"
    sentence = gettext_lazy("只能导出 CSV 或 XLSX。")


class SheetFull(TooLarge):
    """More rows, or a longer text, than a sheet holds (413)."""

    code = "sheet_full"
    sentence = gettext_lazy("内容超出一张工作表的容量，请缩小范围或导出 CSV。")


@dataclass(frozen=True)
class Column(Generic[T]):
    """A column: its heading and how a row gives its cell."""

    heading: str | Promise
    cell: Callable[[T], Any]


def plain(value: Any) -> Value:
    """Return what a cell shows: instants in Beijing time, nothing for ``None``."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _csv_cell(value: Value) -> str:
    return harmless(value) if isinstance(value, str) else str(value)


def csv_lines(columns: Sequence[Column[T]], rows: Iterable[T]) -> Iterator[bytes]:
    """Yield the table as CSV: UTF-8 with the mark that Excel needs, CRLF as RFC 4180 says."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    headings = [column.heading for column in columns]
    yield MARK
    for cells in chain([headings], ([column.cell(row) for column in columns] for row in rows)):
        writer.writerow([_csv_cell(plain(cell)) for cell in cells])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def _is_countable(value: Value) -> bool:
    """Tell whether a spreadsheet shows the number as it is."""
    if isinstance(value, str) or not isfinite(value):
        return False
    return isinstance(value, float) or len(Decimal(value).as_tuple().digits) <= MOST_DIGITS


def _write(sheet: Any, line: int, at: int, value: Value, look: Any = None) -> None:
    """Write a typed cell; the library answers with a number below zero where it lost something."""
    if _is_countable(value):
        lost = sheet.write_number(line, at, value, look)
    else:
        lost = sheet.write_string(line, at, str(value), look)
    if lost:
        raise SheetFull()


def xlsx_bytes(columns: Sequence[Column[T]], rows: Iterable[T]) -> bytes:
    """Return the table as a workbook of one sheet, written row by row. Raises ``SheetFull``."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True, "bottom": 1})
        sheet.set_column(0, len(columns) - 1, WIDTH)
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            _write(sheet, 0, at, str(column.heading), bold)
        for line, row in enumerate(rows, start=1):
            for at, column in enumerate(columns):
                _write(sheet, line, at, plain(column.cell(row)))
    return out.getvalue()


def written(columns: Sequence[Column[T]], rows: Iterable[T], *, form: str) -> Iterator[bytes]:
    """Return the table as the parts of a file; ``form`` is csv or xlsx.

    Raises ``FormatUnknown`` (422) before anything is read, and ``SheetFull`` (413).
    """
    if form == "csv":
        return csv_lines(columns, rows)
    if form == "xlsx":
        return iter([xlsx_bytes(columns, rows)])
    raise FormatUnknown(field="format")


def export(
    columns: Sequence[Column[T]], rows: Iterable[T], *, form: str, name: str
) -> HttpResponseBase:
    """Return the rows as a file to download; see ``written``."""
    parts = written(columns, rows, form=form)
    response: HttpResponseBase
    if form == "csv":
        response = StreamingHttpResponse(parts, content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(parts, content_type=XLSX)
    safe = quote(f"{name}.{form}", safe="")
    response["Content-Disposition"] = (
        f"attachment; filename=\"export.{form}\"; filename*=UTF-8''{safe}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
