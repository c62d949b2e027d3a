"""``manage.py search rebuild|check``."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from jiceng.kernel.search.upkeep import Findings, check, rebuild


class Command(BaseCommand):
    """Make the index again, or compare it with what it was made from."""

    help = "检索：rebuild 重建索引；check 核对索引（0 一致，1 未能核对，2 不符）。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the two things that can be asked."""
        parser.add_argument("what", choices=["rebuild", "check"])

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        """Do it now."""
        try:
            if what == "rebuild":
                for kind, count in rebuild().items():
                    self.stdout.write(f"{kind} 已重建 {count} 条。")
                return
            findings = check()
        except DatabaseError as error:
            raise CommandError(f"未能完成：{error}", returncode=1) from error
        self._report(findings)
        if not findings.intact:
            sys.exit(2)

    def _report(self, findings: Findings) -> None:
        for label, things in (
            ("没有检索卡", findings.missing),
            ("内容不符", findings.stale),
            ("没有对象", findings.stray),
        ):
            for thing in things:
                self.stdout.write(f"{label}  {thing}")
        if findings.damaged:
            self.stdout.write("索引损坏  请执行 search rebuild")
        verdict = "索引一致" if findings.intact else "发现不符"
        self.stdout.write(f"核对 {findings.checked} 条，{verdict}。")
