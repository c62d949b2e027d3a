"""The lines of a CSV file, plain or gzipped, one after the other; never the whole file at once."""

import csv
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from jiceng.systems.grid.management.replay.mapping import Mapping
from jiceng.systems.grid.management.replay.refusals import BadFile, BadRow

GZIP = b"\x1f\x8b"
LONGEST_LINE = 1_000_000  # bytes


@dataclass(frozen=True)
class Line:
    """A record of the file: where it begins, its cells, or why it cannot be read."""

    number: int
    cells: list[str]
    refused: BadRow | None = None


@contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    """Open the file, unpacked if it is packed; say in a sentence why it cannot be read."""
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == GZIP
            raw.seek(0)
            if packed:
                with gzip.open(raw) as unpacked:
                    yield unpacked  # type: ignore[misc]
            else:
                yield raw
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadFile(f"压缩文件 {file.name} 不完整或已损坏") from error
    except OSError as error:
        raise BadFile(f"无法读取文件 {file.name}：{error.strerror}") from error


class _Decoder:
    """Decodes line by line, and remembers the last line with bytes that no sign stands for."""

    def __init__(self, source: IO[bytes], encoding: str) -> None:
        self._source, self._encoding = source, encoding
        self.count = 0
        self.last_bad = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._source.readline(LONGEST_LINE + 1):
            self.count += 1
            if len(line) > LONGEST_LINE:
                raise BadFile(f"第 {self.count} 行过长，可能不是 CSV 文件")
            yield self._decoded(line)

    def _decoded(self, line: bytes) -> str:
        # Only a first line can begin with the mark that «utf-8-sig» takes away.
        encoding = "utf-8" if self._encoding == "utf-8-sig" and self.count > 1 else self._encoding
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            self.last_bad = self.count
            return line.decode(encoding, "replace")


def _places(header: list[str], mapping: Mapping) -> None:
    """Raise ``BadFile`` unless every column that the mapping names is there once."""
    for name in mapping.columns.values():
        if header.count(name) != 1:
            raise BadFile(f"表头中“{name}”应恰好出现一次，现为 {header.count(name)} 次")


def read_lines(file: Path, mapping: Mapping) -> Iterator[Line]:
    """Yield the header as line 1, checked, then every record.

    Raises ``BadFile`` for what is no such file; a record that cannot be read comes with its reason.
    """
    with _opened(file) as source:
        decoder = _Decoder(source, mapping.encoding)
        records = csv.reader(iter(decoder), delimiter=mapping.delimiter, strict=True)
        header = next(records, [])
        _places(header, mapping)
        yield Line(1, header)
        yield from _records(records, decoder, len(header))


def _records(records: Iterator[list[str]], decoder: _Decoder, width: int) -> Iterator[Line]:
    while True:
        begins = decoder.count + 1
        try:
            cells = next(records, None)
        except csv.Error:
            yield Line(begins, [], BadRow("csv_malformed", "引号或分隔符有误，无法拆分为各列"))
            continue
        if cells is None:
            return
        if cells:
            yield Line(begins, cells, _fault(cells, decoder.last_bad >= begins, width))


def _fault(cells: list[str], undecodable: bool, width: int) -> BadRow | None:
    if undecodable:
        return BadRow("encoding", "含有无法按所定编码识别的字节")
    if len(cells) != width:
        return BadRow("cells", f"应有 {width} 列，实有 {len(cells)} 列")
    return None


def count_records(file: Path, mapping: Mapping) -> int:
    """Return how many records follow the header; reading them all shows that the file is whole."""
    return sum(1 for _line in read_lines(file, mapping)) - 1
