"""``manage.py attachments sweep|verify``."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from jiceng.kernel.attachments.upkeep import Findings, NoStore, sweep, verify
from jiceng.kernel.base import clock


class Command(BaseCommand):
    """Keep the files of attachments and their rows together."""

    help = "附件：sweep 清理无人认领的上传；verify 核对文件与记录（0 完好，1 未能核对，2 不符）。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the two things that can be asked."""
        parser.add_argument("what", choices=["sweep", "verify"])

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        """Do it now."""
        try:
            if what == "sweep":
                self.stdout.write(f"已清理 {sweep(clock.read())} 项。")
                return
            findings = verify(clock.read())
        except (NoStore, OSError, DatabaseError) as error:
            raise CommandError(f"未能核对：{error}", returncode=1) from error
        self._report(findings)
        if not findings.intact:
            sys.exit(2)

    def _report(self, findings: Findings) -> None:
        for uid in findings.missing:
            self.stdout.write(f"文件缺失  {uid}")
        for uid in findings.altered:
            self.stdout.write(f"内容被改  {uid}")
        for path in findings.stray:
            self.stdout.write(f"没有记录  {path}")
        verdict = "全部完好" if findings.intact else "发现不符"
        self.stdout.write(f"核对 {findings.checked} 件附件，{verdict}。")
