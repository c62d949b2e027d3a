"""Reading a file: packed or plain, whole or cut off, record by record with the line it is on."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from jiceng.systems.grid.management.replay import reading
from jiceng.systems.grid.management.replay.mapping import Mapping, load_mapping
from jiceng.systems.grid.management.replay.reading import Line, count_records, read_lines
from jiceng.systems.grid.management.replay.refusals import BadFile
from jiceng.systems.grid.tests.requests_file import BOSTON, PLAIN_ROW, STORIES, as_csv, write

HEADER = ",".join(PLAIN_ROW)
WIDTH = len(PLAIN_ROW)


@pytest.fixture(scope="module")
def mapping() -> Mapping:
    return load_mapping(BOSTON)


def lines(file: Path, mapping: Mapping) -> list[Line]:
    """Read all records behind the header."""
    return list(read_lines(file, mapping))[1:]


def file_of(folder: Path, text: str | bytes) -> Path:
    """Write a file with the usual header."""
    data = text.encode() if isinstance(text, str) else text
    file = folder / "r.csv"
    file.write_bytes(HEADER.encode() + b"\n" + data)
    return file


def record(number: str, filler: str = "x") -> str:
    """Return a record of the right width."""
    return ",".join([number, *[filler] * (WIDTH - 1)])


def test_packed_and_plain_are_the_same(tmp_path: Path, mapping: Mapping) -> None:
    plain = lines(write(tmp_path), mapping)
    assert plain == lines(write(tmp_path, packed=True), mapping)
    assert len(plain) == len(STORIES) == count_records(write(tmp_path), mapping)


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path, mapping: Mapping) -> None:
    broken = f'"two\nlines",{",".join("x" * (WIDTH - 1))}'
    file = file_of(tmp_path, f"{record('1')}\n\n{broken}\r\n{record('3')}")
    assert [(line.number, line.cells[0]) for line in lines(file, mapping)] == [
        (2, "1"),
        (4, "two\nlines"),
        (6, "3"),
    ]


FAULTS = [
    ("too few cells", b"1,2,3", "cells"),
    ("too many cells", record("1").encode() + b",x", "cells"),
    ("an open quote inside a cell", record("1").encode() + b'\n2,"a"b,c', "csv_malformed"),
    ("bytes of another encoding", record("1", "caf\xe9").encode("latin-1"), "encoding"),
]


@pytest.mark.parametrize(("data", "code"), [row[1:] for row in FAULTS], ids=[r[0] for r in FAULTS])
def test_a_bad_record_does_not_hide_the_next(
    data: bytes, code: str, tmp_path: Path, mapping: Mapping
) -> None:
    found = lines(file_of(tmp_path, data + b"\n" + record("9").encode()), mapping)
    faults = [line.refused.code for line in found if line.refused]
    assert faults == [code]
    assert (found[-1].cells[0], found[-1].refused) == ("9", None)


def test_a_quote_that_never_ends_is_one_bad_record(tmp_path: Path, mapping: Mapping) -> None:
    found = lines(file_of(tmp_path, f'{record("1")}\n2,"never\n{record("3")}\n'), mapping)
    assert [line.refused.code if line.refused else "" for line in found] == ["", "csv_malformed"]


def test_a_mark_at_the_start_is_taken_away(tmp_path: Path, mapping: Mapping) -> None:
    file = tmp_path / "r.csv"
    file.write_text(as_csv(STORIES[:1]), encoding="utf-8-sig")
    marked = replace(mapping, encoding="utf-8-sig")
    assert len(lines(file, marked)) == 1


def test_other_encodings_are_read(tmp_path: Path, mapping: Mapping) -> None:
    file = tmp_path / "r.csv"
    file.write_bytes(f"{HEADER}\n{record('1', '井盖')}\n".encode("gb18030"))
    assert lines(file, replace(mapping, encoding="gb18030"))[0].cells[1] == "井盖"


def whole(folder: Path) -> bytes:
    """Return the packed file."""
    return write(folder, packed=True).read_bytes()


def test_a_packed_file_that_was_cut_off_is_refused(tmp_path: Path, mapping: Mapping) -> None:
    data = whole(tmp_path)
    for cut in (data[: len(data) // 2], data[:-4], data[:2]):
        file = tmp_path / "cut.csv.gz"
        file.write_bytes(cut)
        with pytest.raises(BadFile):
            count_records(file, mapping)


def test_a_packed_file_with_a_wrong_byte_is_refused(tmp_path: Path, mapping: Mapping) -> None:
    data = bytearray(whole(tmp_path))
    data[len(data) // 2] ^= 0xFF
    file = tmp_path / "bad.csv.gz"
    file.write_bytes(bytes(data))
    with pytest.raises(BadFile):
        count_records(file, mapping)


HEADERS = [
    ("an empty file", ""),
    ("a file of something else", "%PDF-1.7\n"),
    ("a missing column", HEADER.replace("OPEN_DT", "OPENED")),
    ("a column twice", HEADER.replace("Source", "OPEN_DT")),
]


@pytest.mark.parametrize("header", [row[1] for row in HEADERS], ids=[row[0] for row in HEADERS])
def test_a_file_of_other_columns_is_refused(header: str, tmp_path: Path, mapping: Mapping) -> None:
    file = tmp_path / "r.csv"
    file.write_text(header, encoding="utf-8")
    with pytest.raises(BadFile) as refused:
        lines(file, mapping)
    assert "表头" in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path, mapping: Mapping) -> None:
    for file in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(BadFile):
            lines(file, mapping)


def test_a_line_without_end_is_not_read_into_memory(
    tmp_path: Path, mapping: Mapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LONGEST_LINE", 5000)
    file = file_of(tmp_path, record("1") + "\n" + "x" * 6000)
    with pytest.raises(BadFile) as refused:
        lines(file, mapping)
    assert "第 3 行" in str(refused.value)


def test_a_gigabyte_of_zeros_in_a_megabyte_is_refused(tmp_path: Path, mapping: Mapping) -> None:
    file = tmp_path / "bomb.csv.gz"
    file.write_bytes(gzip.compress(HEADER.encode() + b"\n" + b"0" * 5_000_000))
    with pytest.raises(BadFile):
        count_records(file, mapping)
