"""What stands in an exported cell, in both formats; and that nothing is lost on the way back."""

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiceng.kernel.exports import service
from jiceng.kernel.exports.cells import as_it_was, harmless
from jiceng.kernel.exports.service import Column, FormatUnknown, SheetFull, export, written

ONE = [Column[Any]("甲", lambda row: row)]
INSTANT = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)


def as_csv(*rows: Any) -> list[str]:
    text = b"".join(written(ONE, rows, form="csv")).decode("utf-8-sig")
    return [cells[0] for cells in csv.reader(io.StringIO(text, newline=""))][1:]


def as_xml(*rows: Any) -> str:
    with zipfile.ZipFile(io.BytesIO(b"".join(written(ONE, rows, form="xlsx")))) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


FORMULAS = [
    "=1+1",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    " =1",
    "　=1",
    "\xa0=1",
    "'=1",
    "=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_a_formula(text: str) -> None:
    assert as_csv(text) == [f"'{text}"]
    assert "<f>" not in as_xml(text)
    assert 't="inlineStr"' in as_xml(text)


@pytest.mark.parametrize(
    "text", ["340802199001011234", "001", "1E5", "3-1", "2026-3", "1/2", "O'Neil", "http://a.cn"]
)
def test_text_that_looks_like_something_else_stays_text(text: str) -> None:
    assert as_csv(text) == [text]
    assert re.search(r'<c r="A2" t="inlineStr">', as_xml(text))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (-5, "-5"),
        (-2.5, "-2.5"),
        (Decimal("-0.10"), "-0.10"),
        (0, "0"),
        (999_999_999_999_999, "999999999999999"),
    ],
)
def test_numbers_stay_numbers(value: Any, shown: str) -> None:
    assert as_csv(value) == [shown]
    assert re.search(r'<c r="A2"><v>-?[\d.]+</v></c>', as_xml(value))


@pytest.mark.parametrize("value", [340802199001011234, Decimal("0.1234567890123456"), float("inf")])
def test_a_number_that_a_spreadsheet_cannot_count_is_written_out(value: Any) -> None:
    assert f">{value}<" in as_xml(value)
    assert 't="inlineStr"' in as_xml(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (True, "是"),
        (False, "否"),
        (INSTANT, "2026-03-02 00:30"),
        (date(2026, 3, 1), "2026-03-01"),
    ],
)
def test_values_are_shown_as_people_write_them(value: Any, shown: str) -> None:
    assert as_csv(value, "end") == [shown, "end"]


def test_a_csv_begins_with_the_mark_that_excel_needs() -> None:
    assert b"".join(written(ONE, ["乙"], form="csv")) == "\ufeff甲\r\n乙\r\n".encode()


def test_rows_are_asked_for_one_by_one() -> None:
    taken = []
    parts = written(ONE, (taken.append(number) or number for number in range(9)), form="csv")
    assert [next(parts) for _part in range(3)] == [b"\xef\xbb\xbf", "甲\r\n".encode(), b"0\r\n"]
    assert len(taken) == 1


def test_a_text_too_long_for_a_sheet_is_not_cut() -> None:
    with pytest.raises(SheetFull):
        as_xml("长" * 32_768)
    assert as_csv("长" * 32_768) == ["长" * 32_768]


@pytest.mark.parametrize("form", ["", "pdf", "CSV"])
def test_other_formats_are_refused(form: str) -> None:
    with pytest.raises(FormatUnknown):
        export(ONE, [], form=form, name="表")


@pytest.mark.parametrize(("form", "kind"), [("csv", "text/csv"), ("xlsx", "officedocument")])
def test_a_download_has_a_name_and_is_not_kept(form: str, kind: str) -> None:
    answer = export(ONE, ["乙"], form=form, name='立案"标准\r\n')
    assert kind in answer["Content-Type"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"] == (
        f'attachment; filename="export.{form}"; '
        f"filename*=UTF-8''%E7%AB%8B%E6%A1%88%22%E6%A0%87%E5%87%86%0D%0A.{form}"
    )
    assert b"".join(answer).startswith(b"PK" if form == "xlsx" else b"\xef\xbb\xbf")  # type: ignore[arg-type]


@given(st.text(st.sampled_from("'=+-@＝ \t\r\n　a1井")))
def test_what_was_made_harmless_comes_back(text: str) -> None:
    assert as_it_was(harmless(text)) == text


CELLS = st.text(st.sampled_from("'=+-@＝,;\"a1井\n"), max_size=8).map(str.strip)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@settings(deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_what_is_written_is_read_again(form: str, rows: list[tuple[str, str]]) -> None:
    columns = [Column[Any]("甲", lambda row: row[0]), Column[Any]("乙", lambda row: row[1])]
    data = b"".join(written(columns, rows, form=form))
    read = [(line.cells["甲"], line.cells["乙"]) for line in service.read_table(data, ["甲", "乙"])]
    assert read == [row for row in rows if any(row)]
