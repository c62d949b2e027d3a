"""``manage.py units import FILE.csv`` and ``manage.py units show``."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jiceng.kernel.base import clock
from jiceng.kernel.ledger.service import OPERATOR
from jiceng.kernel.orgs.divisions import MAX_BYTES
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import BadTable, Imported, import_divisions, in_tree_order

SHOWN_PROBLEMS = 50


def _read(file: Path) -> bytes:
    """Read one byte more than is allowed, never a whole file of unknown size."""
    try:
        with file.open("rb") as source:
            return source.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"无法读取文件 {file}：{error.strerror}") from error


def _explained(refusal: BadTable) -> str:
    lines = [
        f"{f'第 {problem.line} 行' if problem.line else '文件'}  {problem.code}  {problem.sentence}"
        for problem in refusal.problems[:SHOWN_PROBLEMS]
    ]
    more = len(refusal.problems) - SHOWN_PROBLEMS
    rest = [f"……另有 {more} 处"] if more > 0 else []
    return "\n".join([str(refusal.sentence), *lines, *rest])


class Command(BaseCommand):
    """Import units from a table of divisions, or print the tree."""

    help = "单位：import 导入区划表（code,name,level,parent），show 显示组织树。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the two things that can be asked."""
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("import").add_argument("file", type=Path)
        what.add_parser("show")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        """Do it now, as the operator of the platform."""
        if what == "show":
            self._show()
        else:
            done = self._import(options["file"])
            self.stdout.write(f"新设 {done.founded} 个单位，已有 {done.kept} 个。")

    def _import(self, file: Path) -> Imported:
        try:
            return import_divisions(by=OPERATOR, at=clock.read(), data=_read(file))
        except BadTable as refusal:
            raise CommandError(_explained(refusal)) from refusal

    def _show(self) -> None:
        units = in_tree_order(Unit.objects.existing(clock.read()))
        for unit in units:
            label = f"{unit.name}（{unit.get_kind_display()}）"
            self.stdout.write(f"{'  ' * unit.depth}{unit.code}  {label}")
        self.stdout.write(f"共 {len(units)} 个单位。")
