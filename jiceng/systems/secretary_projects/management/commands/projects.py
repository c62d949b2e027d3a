"""``manage.py projects``: the ledgers of projects and of outcomes in and out as tables."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jiceng.kernel.base import clock
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.exports.service import MOST_BYTES, written
from jiceng.kernel.ledger.service import OPERATOR
from jiceng.systems.secretary_projects.actions.importing import (
    Taken,
    check_projects,
    import_projects,
)
from jiceng.systems.secretary_projects.actions.importing_outcomes import (
    check_outcomes,
    import_outcomes,
)
from jiceng.systems.secretary_projects.models import Project, Result
from jiceng.systems.secretary_projects.queries.tables.cells import Problem, TableNotTaken
from jiceng.systems.secretary_projects.queries.tables.outcomes import COLUMNS as OUTCOMES
from jiceng.systems.secretary_projects.queries.tables.outcomes import outcomes_in_order
from jiceng.systems.secretary_projects.queries.tables.telling import COLUMNS, ledger_rows

CHECKS = {False: check_projects, True: check_outcomes}
IMPORTS = {False: import_projects, True: import_outcomes}


def _read(file: Path) -> bytes:
    """Read one byte more than is allowed, never a whole file of unknown size."""
    try:
        with file.open("rb") as source:
            return source.read(MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(f"无法读取文件 {file}：{error.strerror}") from error


def _told(problem: Problem) -> str:
    place = f"第 {problem.line} 行" if problem.line else "文件"
    column = f"“{problem.column}”" if problem.column else ""
    return f"{place}{column}：{problem.sentence}（{problem.code}）"


def _explained(refusal: TableNotTaken) -> str:
    found = refusal.problems
    return "\n".join([f"没有写入任何内容，共 {len(found)} 处问题：", *map(_told, found)])


class Command(BaseCommand):
    """Import and export the ledgers."""

    help = "书记项目台账：import 导入表格（全部正确才写入），check 只检查，export 导出。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the tasks and their options."""
        tasks = parser.add_subparsers(dest="task", required=True)
        words = {
            "import": "导入 CSV 或 XLSX；已有且相同的保持不变",
            "check": "检查 CSV 或 XLSX，不写入",
            "export": "导出；格式由文件名 .csv 或 .xlsx 决定",
        }
        for task, said in words.items():
            parsed = tasks.add_parser(task, help=said)
            parsed.add_argument("file", type=Path)
            parsed.add_argument("--outcomes", action="store_true", help="成效台账，而不是项目台账")

    def handle(self, *args: Any, task: str, file: Path, outcomes: bool, **options: Any) -> None:
        """Run the task."""
        try:
            if task == "export":
                self._export(file, outcomes)
            elif task == "check":
                taken = CHECKS[outcomes](by=OPERATOR, at=clock.read(), data=_read(file))
                self._tell("可以导入", taken)
            else:
                done = IMPORTS[outcomes](by=OPERATOR, at=clock.read(), data=_read(file))
                self._tell("已导入", done.value)
        except TableNotTaken as refusal:
            raise CommandError(_explained(refusal)) from refusal
        except Refusal as refusal:
            raise CommandError(f"{refusal}（{refusal.code}）") from refusal

    def _tell(self, what: str, taken: Taken | None) -> None:
        assert taken is not None  # no idempotency key, so never a replay
        self.stdout.write(f"{what}：新增 {taken.added} 项，未变 {taken.kept} 项。")

    def _export(self, file: Path, outcomes: bool) -> None:
        form = file.suffix.removeprefix(".").lower()
        if outcomes:
            parts = written(OUTCOMES, outcomes_in_order(Result.objects.all()), form=form)
        else:
            parts = written(COLUMNS, ledger_rows(Project.objects.all()), form=form)
        try:
            with file.open("xb") as target:
                target.writelines(parts)
        except OSError as error:
            raise CommandError(f"无法写入文件 {file}：{error.strerror}") from error
        self.stdout.write(f"已导出：{file}")
