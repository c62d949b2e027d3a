"""What is read from tables, and every file that is refused, with code and line."""

import io
import struct
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.exports.refusals import MOST_BYTES, MOST_ROWS
from jiceng.kernel.exports.service import Line, read_table

HEADINGS = ["编码", "名称"]
SHEET = "xl/worksheets/sheet1.xml"
Members = dict[str, bytes]


def read(data: bytes) -> list[Line]:
    return list(read_table(data, HEADINGS))


def book(*rows: list[Any], change: Callable[[Any, Any], None] | None = None) -> bytes:
    """Return a workbook with the headings and these rows."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate([HEADINGS, *rows]):
            sheet.write_row(number, 0, row)
        if change:
            change(made, sheet)
    return out.getvalue()


def packed(members: Members) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def altered(**parts: Any) -> bytes:
    """Return a sound workbook whose sheet has been replaced, or with members beside it."""
    with zipfile.ZipFile(io.BytesIO(book(["1", "井盖"]))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members |= {SHEET: parts["sheet"]} if "sheet" in parts else {}
    return packed(members | parts.get("more", {}))


def sheet_of(cells: str, head: str = "") -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    text = f'<?xml version="1.0"?>{head}<worksheet xmlns="{space}"><sheetData>{cells}</sheetData>'
    return f"{text}</worksheet>".encode()


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


TITLES = f'<row r="1">{cell("A1", "编码")}{cell("B1", "名称")}</row>'
TEXT = "编码,名称\r\n001,井盖\r\n"


@pytest.mark.parametrize(
    ("data", "story"),
    [
        (TEXT.encode(), "UTF-8"),
        (TEXT.encode("utf-8-sig"), "UTF-8 with a mark"),
        (TEXT.encode("gb18030"), "GB18030, as Excel in China saves"),
        (TEXT.encode("gbk"), "GBK, a part of it"),
        (TEXT.replace("\r\n", "\n").encode(), "line feeds"),
        (TEXT.replace("\r\n", "\r").encode(), "bare carriage returns"),
        ("名称,备注,编码\n井盖,x,001\n".encode(), "another order, more columns"),
        ('编码,名称\n"001","井盖"\n'.encode(), "quotes"),
    ],
)
def test_a_table_is_read(data: bytes, story: str) -> None:
    assert read(data) == [Line(2, {"编码": "001", "名称": "井盖"})]


def test_a_line_is_where_its_row_begins() -> None:
    lines = read('编码,名称\n1,"井\n盖"\n\n2,路灯\n3\n'.encode())
    assert [(line.number, line.cells["名称"]) for line in lines] == [
        (2, "井\n盖"),
        (5, "路灯"),
        (6, ""),
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(3.0, "3"), (2.5, "2.5"), ("0101", "0101"), ("=1+1", "0"), (True, "是"), ("  x ", "x")],
)
def test_a_cell_of_a_workbook_is_text(value: Any, shown: str) -> None:
    """A formula is not run: what is read is the result that was kept, nought from this writer."""
    assert read(book([value, "井盖"])) == [Line(2, {"编码": shown, "名称": "井盖"})]


def test_hidden_sheets_are_passed_over() -> None:
    def hide(made: Any, sheet: Any) -> None:
        other = made.add_worksheet()
        other.write_row(0, 0, HEADINGS)
        other.write_row(1, 0, ["9", "看得见"])
        other.activate()
        other.set_first_sheet()
        sheet.hide()

    assert read(book(["1", "井盖"], change=hide)) == [Line(2, {"编码": "9", "名称": "看得见"})]


def test_an_entity_is_not_unfolded() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha" * 10}">' for n in range(9))
    data = altered(
        sheet=sheet_of(
            TITLES + f'<row r="2">{cell("A2", "&e8;")}{cell("B2", "x")}</row>',
            head=f"<!DOCTYPE worksheet [{levels}]>",
        )
    )
    try:
        shown = [line.cells["编码"] for line in read(data)]
    except Refusal as refusal:
        shown = [refusal.code]
    assert sum(map(len, shown)) < 100


CSV_FAULTS = [
    (b"", "empty_table", None),
    (b"\n\n", "empty_table", None),
    ("编码;名称\n1;井盖\n".encode(), "bad_heading", 1),
    ("编码\n1\n".encode(), "bad_heading", 1),
    ("编码,名称,编码\n1,井盖,2\n".encode(), "bad_heading", 1),
    (TEXT.encode("utf-16"), "bad_encoding", None),
    (TEXT.encode("utf-16-le"), "bad_encoding", None),
    (b"\xff\xff\xff", "bad_encoding", None),
    ("编码,名称\n1,井\0盖\n".encode(), "bad_encoding", None),
    ('编码,名称\n1,井盖\n2,"没有结束\n3,x\n'.encode(), "bad_csv", 3),
    ('编码,名称\n1,"井"盖\n'.encode(), "bad_csv", 2),
    ("编码,名称\n1,井盖,多\n".encode(), "too_many_cells", 2),
    (f"编码,名称\n1,{'长' * 5001}\n".encode(), "cell_too_long", 2),
    (f"编码,名称\n1,{'x' * 1_000_000}\n".encode(), "bad_csv", 2),
    ("编码,名称\n".encode() + b"1,x\n" * (MOST_ROWS + 1), "too_many_rows", None),
    (b"x" * (MOST_BYTES + 1), "too_large", None),
]


@pytest.mark.parametrize(("data", "code", "line"), CSV_FAULTS)
def test_a_csv_that_is_refused(data: bytes, code: str, line: int | None) -> None:
    with pytest.raises(Refusal) as refused:
        read(data)
    assert (refused.value.code, refused.value.details.get("line")) == (code, line)


def encrypted() -> bytes:
    """Return a workbook whose members claim to be encrypted."""
    data = bytearray(altered())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


def doubled() -> bytes:
    out = io.BytesIO(altered())
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, b"")
    return out.getvalue()


def understated() -> bytes:
    """Return a workbook whose sheet is larger than it says."""
    data = bytearray(altered(sheet=sheet_of(TITLES + " " * 100_000)))
    at = data.find(b"PK\x01\x02")
    while SHEET.encode() != data[at + 46 : at + 46 + len(SHEET)]:
        at = data.find(b"PK\x01\x02", at + 4)
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    return bytes(data)


def far(place: str) -> bytes:
    """Return a sheet with the headings, and a cell far out."""
    row = "".join(filter(str.isdigit, place))
    return altered(sheet=sheet_of(TITLES + f'<row r="{row}">{cell(place, "x")}</row>'))


WORKBOOKS: list[tuple[str, Callable[[], bytes], str]] = [
    ("broken", lambda: b"PK\x03\x04" + b"x" * 100, "bad_workbook"),
    ("cut", lambda: book(["1", "x"])[:-200], "bad_workbook"),
    ("no workbook", lambda: packed({"a.txt": b"x"}), "unreadable_table"),
    ("200 MB of blanks", lambda: altered(more={"x": b" " * 200_000_000}), "workbook_too_large"),
    ("a thousand to one", lambda: altered(more={"x": b" " * 20_000_000}), "workbook_too_large"),
    ("10,000 members", lambda: packed({str(n): b"" for n in range(10_000)}), "workbook_too_large"),
    ("the same name twice", doubled, "bad_workbook"),
    ("a size that is a lie", understated, "bad_workbook"),
    ("a password", encrypted, "encrypted"),
    ("a password, wrapped", lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "other_workbook"),
    ("macros", lambda: altered(more={"xl/vbaProject.bin": b"x"}), "macros"),
    ("OpenDocument", lambda: packed({"mimetype": b"x", "content.xml": b"x"}), "other_workbook"),
    ("binary workbook", lambda: packed({"xl/workbook.bin": b"x"}), "other_workbook"),
    ("a cell in the last corner", lambda: far("XFD1048576"), "too_many_rows"),
    ("a cell in the last row", lambda: far("A1048576"), "too_many_rows"),
    ("a cell in the last column", lambda: far("XFD2"), "too_many_rows"),
    ("a row beyond counting", lambda: far("A99999999999999999999"), "too_many_rows"),
    ("no visible heading", lambda: altered(sheet=sheet_of("")), "empty_table"),
    ("not XML", lambda: altered(sheet=b"<worksheet><sheetData><row"), "unreadable_table"),
    ("an identity number typed", lambda: book([340802199001011234, "x"]), "number_too_long"),
]


@pytest.mark.parametrize(
    ("make", "code"), [w[1:] for w in WORKBOOKS], ids=[w[0] for w in WORKBOOKS]
)
def test_a_workbook_that_is_refused_at_once(make: Callable[[], bytes], code: str) -> None:
    data = make()
    begun = time.process_time()
    with pytest.raises(Refusal) as refused:
        read(data)
    assert refused.value.code == code
    assert time.process_time() - begun < 1


def test_names_that_climb_are_never_followed(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    data = altered(more={"../climbed.txt": b"x", "/climbed.txt": b"x"})
    assert len(read(data)) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_large_workbook_is_read() -> None:
    lines = read(book(*([f"C{n}", f"第{n}类"] for n in range(5000))))
    assert lines[-1] == Line(5001, {"编码": "C4999", "名称": "第4999类"})
