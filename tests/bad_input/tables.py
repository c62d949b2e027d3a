"""Files where a table is asked for; how each is made is written beside the tests of the reader."""

from collections.abc import Callable

from jiceng.kernel.exports.refusals import MOST_BYTES
from jiceng.kernel.exports.tests.test_reading import (
    TITLES,
    WORKBOOKS,
    altered,
    cell,
    packed,
    sheet_of,
)

# Seconds of the processor in which a bomb has to be refused.
LONGEST = 1.0


def blanks() -> bytes:
    """Return 200 MB of blanks as a workbook."""
    return altered(more={"x": b" " * 200_000_000})


def macros() -> bytes:
    """Return a workbook with macros."""
    return altered(more={"xl/vbaProject.bin": b"x"})


def nested() -> bytes:
    """Return an archive in an archive, with nothing of a workbook."""
    return packed({"a.zip": packed({"b.zip": packed({"c.txt": b"0" * 100_000})})})


def many_rows() -> bytes:
    """Return more rows than are read."""
    return "编码,名称\n".encode() + b"1,x\n" * 50_001


def one_bad_row() -> bytes:
    """Return a table of standards whose second row is wrong."""
    return "编码,名称\nC101,井盖\nC102,\n".encode()


def entities() -> bytes:
    """Return a sheet whose cell unfolds to gigabytes, or reaches for a file of ours."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha" * 10}">' for n in range(9))
    row = f'<row r="2">{cell("A2", "&e8;")}{cell("B2", "x")}</row>'
    return altered(sheet=sheet_of(TITLES + row, head=f"<!DOCTYPE worksheet [{levels}]>"))


# story → content, code, status
REFUSED: dict[str, tuple[bytes | Callable[[], bytes], str, int]] = {
    **{
        story: (make, code, 413 if code in ("workbook_too_large", "too_many_rows") else 422)
        for story, make, code in WORKBOOKS
    },
    "an archive in an archive": (nested, "unreadable_table", 422),
    "an entity bomb": (entities, "unreadable_table", 422),
    "UTF-16": ("编码,名称\n1,x\n".encode("utf-16"), "bad_encoding", 422),
    "NUL in a cell": ("编码,名称\n1,井\0盖\n".encode(), "bad_encoding", 422),
    "semicolons": ("编码;名称\n1;井盖\n".encode(), "bad_heading", 422),
    "no heading": (b"\n\n", "empty_table", 422),
    "a quote without end": ('编码,名称\n1,"没有结束\n3,x\n'.encode(), "bad_csv", 422),
    "more cells than headings": ("编码,名称\n1,井盖,多\n".encode(), "too_many_cells", 422),
    "a field of 1 MB": (f"编码,名称\n1,{'x' * 1_000_000}\n".encode(), "bad_csv", 422),
    "too many rows": (many_rows, "too_many_rows", 413),
    "more bytes than are read": (lambda: b"x" * (MOST_BYTES + 1), "too_large", 413),
}
