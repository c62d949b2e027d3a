"""``manage.py standards``: the filing standard out and in as a table, and what is in force."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from jiceng.kernel.base import clock
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.exports.service import MOST_BYTES, written
from jiceng.kernel.ledger.service import OPERATOR
from jiceng.kernel.workdays.service import limit_words, read_instant
from jiceng.systems.grid.management.standards.columns import COLUMNS
from jiceng.systems.grid.management.standards.importing import (
    BadStandards,
    Problem,
    Taken,
    take_in,
)
from jiceng.systems.grid.models import Category

SHOWN_PROBLEMS = 50


def _in_force(at: datetime) -> QuerySet[Category]:
    rows = Category.objects.valid(at).order_by("kind", "code")
    return rows.select_related("responsible_unit", "supervising_unit")


def _read(file: Path) -> bytes:
    """Read one byte more than is allowed, never a whole file of unknown size."""
    try:
        with file.open("rb") as source:
            return source.read(MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(f"无法读取文件 {file}：{error.strerror}") from error


def _told(problem: Problem) -> str:
    place = f"第 {problem.line} 行" if problem.line else "文件"
    return f"{place}：{problem.sentence}（{problem.code}）"


def _explained(problems: BadStandards) -> str:
    found = problems.problems
    lines = [_told(problem) for problem in found[:SHOWN_PROBLEMS]]
    more = [f"……另有 {len(found) - SHOWN_PROBLEMS} 处"] if len(found) > SHOWN_PROBLEMS else []
    return "\n".join(["没有写入任何立案标准：", *lines, *more])


class Command(BaseCommand):
    """Import, export and list the standard."""

    help = "立案标准：import 导入表格为新版本（全部成功才写入），export 导出现行版本，show 列出。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the tasks and their options."""
        tasks = parser.add_subparsers(dest="task", required=True)
        load = tasks.add_parser("import", help="导入 CSV 或 XLSX；表中没有的保持不变")
        load.add_argument("file", type=Path)
        load.add_argument("--at", help="生效时间，如 2026-12-01 00:00（北京时间），默认即时生效")
        load.add_argument("--retire-missing", action="store_true", help="停用表中没有的立案标准")
        save = tasks.add_parser("export", help="导出；格式由文件名 .csv 或 .xlsx 决定")
        save.add_argument("file", type=Path)
        tasks.add_parser("show", help="列出现行立案标准")

    def handle(self, *args: Any, task: str, **options: Any) -> None:
        """Run the task."""
        now = clock.read()
        try:
            if task == "import":
                self._import(now, **options)
            elif task == "export":
                self._export(now, options["file"])
            else:
                self._show(now)
        except Refusal as refusal:
            raise CommandError(f"{refusal}（{refusal.code}）") from refusal

    def _import(
        self, now: datetime, *, file: Path, at: str | None, retire_missing: bool, **rest: Any
    ) -> None:
        effective = read_instant(at) if at else now
        try:
            taken = take_in(
                _read(file), by=OPERATOR, at=now, effective=effective, retire_missing=retire_missing
            )
        except BadStandards as problems:
            raise CommandError(_explained(problems)) from problems
        self._tell(taken)

    def _tell(self, taken: Taken) -> None:
        self.stdout.write(
            f"新增 {len(taken.added)} 项，改版 {len(taken.changed)} 项，未变 {len(taken.kept)} 项，"
            f"停用 {len(taken.retired)} 项。"
        )
        for code in taken.missing:
            told = "已停用" if code in taken.retired else "未提及，保持不变"
            self.stdout.write(f"{code}  {told}")

    def _export(self, now: datetime, file: Path) -> None:
        rows = _in_force(now)
        parts = written(COLUMNS, rows, form=file.suffix.removeprefix(".").lower())
        try:
            with file.open("xb") as target:
                target.writelines(parts)
        except OSError as error:
            raise CommandError(f"无法写入文件 {file}：{error.strerror}") from error
        self.stdout.write(f"导出 {rows.count()} 项：{file}")

    def _show(self, now: datetime) -> None:
        for row in _in_force(now):
            unit = row.responsible_unit or "按网格派遣"
            self.stdout.write(f"{row.code}  {row.name}  {limit_words(row.limit)}  {unit}")
