"""``manage.py routing``: routing rules on trial over past reports, and how they get on."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jiceng.kernel.base import clock
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.orgs.models import Unit
from jiceng.systems.grid.models import RoutingRule
from jiceng.systems.grid.queries.routing import rules_at
from jiceng.systems.grid.queries.routing_trials import (
    MOST_TRIED,
    Difference,
    Report,
    draft_of,
    dry_run,
    report,
    with_draft,
)

NOT_FINE = 2


class Command(BaseCommand):
    """Try the rules, and check them."""

    help = "派遣规则：dry-run 用最近的办件试算（不写入），check 检查冲突、无用和失灵的规则。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the tasks and their options."""
        tasks = parser.add_subparsers(dest="task", required=True)
        trial = tasks.add_parser("dry-run", help="试算：每条规则命中几件，哪些办件的去向会变")
        trial.add_argument("--last", type=int, default=500, help=f"最近几件，1–{MOST_TRIED}")
        trial.add_argument("--draft", default="", metavar="CODE", help="连同这份草稿一起试算")
        tasks.add_parser("check", help="检查；正常返回 0，有冲突、无用或失灵的规则返回 2")

    def handle(self, *args: Any, task: str, **options: Any) -> None:
        """Run the task."""
        now = clock.read()
        if task == "dry-run":
            self._try(now, options["last"], options["draft"])
        else:
            self._check(report(now))

    def _try(self, now: datetime, last: int, draft: str) -> None:
        if not 1 <= last <= MOST_TRIED:
            raise CommandError(f"--last 应为 1 至 {MOST_TRIED}（bad_last）")
        found = dry_run(at=now, last=last, rules=_rules(now, draft))
        self.stdout.write(
            f"试算 {found.tried} 件：按规则 {found.tried - found.by_default - found.undecided} 件，"
            f"按默认 {found.by_default} 件，无处可派 {found.undecided} 件。没有写入任何内容。"
        )
        self.stdout.write("\n次序  编码  命中  派往  名称")
        for hit in found.hits:
            row, broken = hit.rule.row, f"  失灵：{hit.rule.broken}" if hit.rule.broken else ""
            self.stdout.write(
                f"{row.position:>4}  {row.code}  {hit.count}  {row.unit.name}  {row.name}{broken}"
            )
        self.stdout.write(f"\n去向不同 {len(found.differences)} 件：编号  原去向  规则去向  依据")
        for difference in found.differences:
            self.stdout.write(_line(difference))

    def _check(self, found: Report) -> None:
        for rule in found.broken:
            self.stdout.write(f"失灵  {rule.row.code}  {rule.row.name}  {rule.broken}")
        for one, other in found.conflicts:
            self.stdout.write(
                f"冲突  {one.row.code}（{one.row.unit.name}）与 "
                f"{other.row.code}（{other.row.unit.name}）可同时适用，"
                f"次序在前的 {one.row.code} 生效"
            )
        for rule in found.dead:
            self.stdout.write(f"无用  {rule.row.code}  {rule.row.name}  总被前面的规则抢先")
        if not found.fine:
            raise CommandError(
                f"失灵 {len(found.broken)} 条，冲突 {len(found.conflicts)} 对，"
                f"无用 {len(found.dead)} 条。",
                returncode=NOT_FINE,
            )
        self.stdout.write(f"{len(found.lines)} 条规则生效，没有失灵、冲突或无用的规则。")


def _rules(now: datetime, draft: str) -> list[RoutingRule]:
    if not draft:
        return rules_at(now)
    try:
        return with_draft(rules_at(now), draft_of(draft))
    except Absent as error:
        raise CommandError(f"没有编码为 {draft} 的草稿（no_routing_rule）") from error


def _line(difference: Difference) -> str:
    was = _named(difference.was) + ("（已派遣）" if difference.dispatched else "（建议）")
    would = _named(difference.would.unit)
    return f"{difference.case.number}  {was}  {would}  {difference.would.reason}"


def _named(unit: Unit | None) -> str:
    return unit.name if unit else "无"
