"""``manage.py restore FILE``.

Exit codes: 0 restored, nothing published is missing; 1 not restored, all is as before; 2 restored,
but history was rolled back, differs, or could not be compared: the findings say what.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from jiceng.kernel.backups.restoring import Restored, restore
from jiceng.kernel.base.clock import read
from jiceng.kernel.base.errors import Refusal


class Command(BaseCommand):
    """Put a backup back."""

    help = "恢复备份：0 已恢复且无缺失，1 未恢复、一切如旧，2 已恢复但台账有缺失或不符。"
    # The database may be empty, and its checks are for a running platform.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("path", type=Path, help="备份文件")
        parser.add_argument("--replace", action="store_true", help="替换现有的全部数据")
        parser.add_argument("--reason", default="", help="写进台账、永久公开的原因")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        """Restore, say what was found, and end with the code that tells it."""
        try:
            done = restore(path, at=read(), reason=options["reason"], replace=options["replace"])
        except Refusal as refused:
            raise CommandError(f"{refused} ({refused.code})", returncode=1) from refused
        self._say(done)
        if done.findings:
            raise CommandError(_("已恢复，但台账有缺失或不符，请按上文查明。"), returncode=2)

    def _say(self, done: Restored) -> None:
        self.stdout.write(_("已恢复 %(at)s 的备份。") % {"at": done.manifest.taken_at})
        for code, sentence in done.findings.items():
            self.stdout.write(f"{code}: {sentence}")
        if done.epoch is not None:
            self.stdout.write(_("已开启纪元 %(number)s。") % {"number": done.epoch})
