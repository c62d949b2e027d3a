"""What the command tells: the report of rows that were not taken in, and the screen."""

import csv
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

from jiceng.kernel.base.clock import instant_text
from jiceng.kernel.orgs.terms import FORMULA_SIGNS
from jiceng.systems.grid.management.replay.comparing import (
    CLOSED,
    DUE,
    LATER,
    NO_TARGET,
    Comparison,
)
from jiceng.systems.grid.management.replay.paths import CLOSED as DONE
from jiceng.systems.grid.management.replay.paths import OPEN, REFUSED
from jiceng.systems.grid.management.replay.running import Tally

HEADER = ("行号", "编号", "代码", "原因")
FATE_LABELS = {DONE: "已办结", REFUSED: "不予受理", OPEN: "在办，停在应在的环节"}
CLASS_LABELS = {
    CLOSED: "已办结：按期 = 办结时间不晚于到期时间",
    DUE: "未办结，截至时点已到期：判为逾期",
    LATER: "未办结，截至时点未到期：判为按期",
}


class Report:
    """The CSV of rows that were not taken in. A spreadsheet opens it, and must not run it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._stream: TextIO | None = None

    def __enter__(self) -> "Report":
        """Open the file and write the header."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        # The mark at the start tells a spreadsheet that the text is UTF-8.
        self._stream = self.file.open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._stream)
        self._rows.writerow(HEADER)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        if self._stream:
            self._stream.close()

    def add(self, line: int, number: str, code: str, sentence: str) -> None:
        """Write one row."""
        self._rows.writerow([line, _harmless(number), code, _harmless(sentence)])


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell


def peak_memory() -> int:
    """Return the most memory that this process ever had, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)


@dataclass(frozen=True)
class Spent:
    """Seconds on the wall, and of the processor in this process."""

    wall: float
    processor: float


def told_tally(tally: Tally, spent: Spent) -> Iterator[str]:
    """Say what came of the rows, and how fast."""
    refused, taken = tally.refused.total(), tally.taken.total()
    yield (
        f"读入 {tally.rows} 行：新增 {taken} 件，此前已导入 {tally.there} 件，"
        f"不予导入 {refused} 行。"
    )
    for code, count in tally.refused.most_common():
        yield f"  {count:>7}  {code}"
    for fate, label in FATE_LABELS.items():
        yield f"  {tally.taken[fate]:>7}  {label}"
    yield f"  {tally.no_address:>7}  无地址（原系统的默认坐标），不记坐标"
    yield (
        f"写入台账 {tally.entries} 条，用时 {spent.wall:.1f} 秒"
        f"（处理器 {spent.processor:.1f} 秒），每秒 {tally.entries / spent.wall:.0f} 条。"
    )
    yield f"内存峰值 {peak_memory()} MiB。"


def told_comparison(comparison: Comparison, as_of_stated: bool) -> Iterator[str]:
    """Say how often our verdict agrees with that of the source, class by class."""
    rows = sum(group.rows for group in comparison.classes.values())
    agree = sum(group.agree for group in comparison.classes.values())
    if not rows:
        yield "没有可以比对的按期结论。"
        return
    yield (
        f"按期结论：{rows} 件可比，{agree} 件一致（{agree / rows:.4%}），{rows - agree} 件不一致。"
    )
    for name, label in CLASS_LABELS.items():
        group = comparison.classes[name]
        yield f"  {group.rows:>7}  一致 {group.agree}，不一致 {len(group.differ)}  {label}"
    yield from _told_as_of(comparison, as_of_stated)
    yield from _told_left_out(comparison)


def _told_as_of(comparison: Comparison, stated: bool) -> Iterator[str]:
    whence = "对照表所定" if stated else "文件中最晚的受理或办结时间"
    yield f"  截至时点 {_text(comparison.as_of)}（{whence}）；"
    first, last = comparison.bounds
    yield f"  原系统对未办结件的结论表明，其时点在 {_text(first)} 与 {_text(last)} 之间。"


def _told_left_out(comparison: Comparison) -> Iterator[str]:
    for (why, closed, verdict), count in sorted(
        comparison.left_out.items(), key=lambda item: str(item[0])
    ):
        reason = "没有到期时间，无从判断" if why == NO_TARGET else "有到期时间，原系统无结论"
        said = {True: "，原系统称按期", False: "，原系统称逾期", None: ""}[verdict]
        yield f"  {count:>7}  不比对：{reason}（{'已办结' if closed else '未办结'}{said}）"


def _text(at: datetime | None) -> str:
    return instant_text(at) if at else "—"
