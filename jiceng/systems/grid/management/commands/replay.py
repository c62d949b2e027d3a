"""``manage.py replay FILE --mapping M.toml``: real requests of elsewhere through our own loop.

Exit codes: 0 done (refused rows are listed), 1 stopped; what was written stays whole, and the next
run goes on from there.
"""

from argparse import ArgumentTypeError
from itertools import chain
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from tqdm import tqdm

from jiceng.kernel.base import clock
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.service import SealerOvertaken, latest_checkpoint, seal
from jiceng.systems.grid.management.replay.mapping import Mapping, load_mapping
from jiceng.systems.grid.management.replay.reading import count_records
from jiceng.systems.grid.management.replay.running import Replay
from jiceng.systems.grid.management.replay.telling import Report, Spent, told_comparison, told_tally

BATCH, LARGEST_BATCH = 500, 5000


def whole(text: str) -> int:
    """Read a number of rows: at least one."""
    if not (text.isascii() and text.isdigit() and int(text)):
        raise ArgumentTypeError(f"应为正整数：{text}")
    return int(text)


def _keep_more_pages() -> None:
    """Let SQLite keep 64 MB of pages: the keys of entries are random, and with its 2 MB each
    insert into a large ledger would read a page again."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -65536")


class Command(BaseCommand):
    """Replay a file of service requests."""

    help = "把外部来件（CSV，可为 .gz）按对照表逐行走一遍网格流程并记入台账。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe what can be asked."""
        parser.add_argument("file", type=Path, help="CSV 文件，可为 gzip 压缩")
        parser.add_argument("--mapping", type=Path, required=True, help="对照表（TOML）")
        parser.add_argument("--report", type=Path, help="不予导入的行写到这里（CSV）")
        parser.add_argument("--limit", type=whole, help="只读前若干行")
        parser.add_argument("--batch", type=whole, default=BATCH, help="每批行数，一批一个事务")
        parser.add_argument("--seal", action="store_true", help="结束后封存全部待封存记录")

    def handle(self, *args: Any, file: Path, mapping: Path, **options: Any) -> None:
        """Replay, tell, and seal if asked."""
        if options["batch"] > LARGEST_BATCH:
            raise CommandError(f"每批最多 {LARGEST_BATCH} 行")
        try:
            read = load_mapping(mapping)
            target = options["report"] or settings.VAR / "replay" / f"{read.origin}.csv"
            with Report(target) as report:
                self._replay(file, read, report, options)
            self.stdout.write(f"不予导入的行及原因：{target}")
            if options["seal"]:
                self._seal()
        except Refusal as refusal:
            raise CommandError(f"{refusal}（{refusal.code}）") from refusal
        except OSError as error:
            raise CommandError(f"{error.filename}：{error.strerror}") from error

    def _replay(
        self, file: Path, mapping: Mapping, report: Report, options: dict[str, Any]
    ) -> None:
        # Reading it once to the end shows that the file is whole, before anything is written.
        total = min(count_records(file, mapping), options["limit"] or 10**12)
        run = Replay(file, mapping, clock.read(), report.add)
        _keep_more_pages()
        begun, worked = perf_counter(), process_time()
        with tqdm(total=total, unit="行", desc=mapping.origin, disable=None) as bar:
            run.run(batch=options["batch"], limit=options["limit"], progress=bar.update)
        spent = Spent(perf_counter() - begun, process_time() - worked)
        for group in run.comparison.classes.values():
            for line, number in group.differ:
                report.add(line, number, "verdict_differs", "按期结论与原系统不一致（已导入）")
        stated = mapping.as_of is not None
        for text in chain(told_tally(run.tally, spent), told_comparison(run.comparison, stated)):
            self.stdout.write(text)

    def _seal(self) -> None:
        last, begun = None, perf_counter()
        with tqdm(unit="批", desc="封存", disable=None) as bar:
            while checkpoint := _seal_once():
                last = checkpoint
                bar.update()
        self.stdout.write(
            f"已封存：{last or '没有待封存的记录'}，{perf_counter() - begun:.1f} 秒。"
        )


def _seal_once() -> object:
    """Seal what waits; where the worker was faster, say what it sealed and look again."""
    try:
        return seal(clock.read())
    except SealerOvertaken:
        return latest_checkpoint()
