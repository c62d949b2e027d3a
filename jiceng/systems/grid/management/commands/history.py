"""``manage.py history``: derives the tables of grid cases anew from history, and compares."""

from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jiceng.kernel.base.clock import instant_text
from jiceng.kernel.base.ids import read_number
from jiceng.kernel.procedures.models import Case, CaseQuerySet
from jiceng.systems.grid import terms
from jiceng.systems.grid.management.rebuilding import BATCH, Difference, compare

DIFFERS = 2
SHOWN = 200
LABELS = {
    "unit": "责任单位",
    "contact_unit": "首接单位",
    "open_steps": "所在环节",
    "outcome": "结果",
    "due_at": "到期时间",
    "links": "关联办件",
    "priority": "缓急",
    "judgement": "研判结论",
    "reopenings": "重新办理次数",
    "version": "流转次数",
}


class Command(BaseCommand):
    """Compare history and tables."""

    help = "台账与数据表核对：check 只凭台账重建每件办件，与数据表比较（不写入）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the task and its option."""
        tasks = parser.add_subparsers(dest="task", required=True)
        check = tasks.add_parser("check", help="核对；一致返回 0，无法核对返回 1，不一致返回 2")
        check.add_argument("--case", default="", metavar="NUMBER", help="只核对这一件")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the task."""
        cases, differing, untold = 0, 0, 0
        chosen = _chosen(options["case"])
        for found in compare(chosen.order_by("pk").iterator(chunk_size=BATCH)):
            for difference in found.differences[: max(SHOWN - differing, 0)]:
                self.stdout.write(_line(difference))
            cases, untold = cases + found.cases, untold + found.untold
            differing += len(found.differences)
        if untold:
            self.stdout.write(f"有 {untold} 项，旧版本的台账没有记载，无从核对。")
        if differing:
            raise CommandError(
                f"核对 {cases} 件，台账与数据表有 {differing} 处不一致。", returncode=DIFFERS
            )
        self.stdout.write(f"核对 {cases} 件，台账与数据表一致。")


def _chosen(typed: str) -> CaseQuerySet:
    """Return the cases to compare: all, or the one that was named."""
    cases = Case.objects.filter(system=terms.SYSTEM)
    if not typed:
        return cases
    named = cases.filter(number=read_number(typed) or "")
    if not named.exists():
        raise CommandError(f"没有编号为 {typed[:40]} 的办件（no_such_case）")
    return named


def _line(difference: Difference) -> str:
    told, stored = _words(difference.told), _words(difference.stored)
    return f"{difference.number}  {LABELS[difference.name]}：台账 {told}，数据表 {stored}"


def _words(value: Any) -> str:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, Mapping):
        return "、".join(f"{key} {of}" for key, of in sorted(value.items())) or "无"
    return "无" if value in ("", None) else str(value)
