"""``manage.py backup make|verify|key``.

Exit codes: 0 whole, 1 could not (no file, no key, wrong key), 2 the file is damaged.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from jiceng.kernel.backups.keys import make_key
from jiceng.kernel.backups.making import make
from jiceng.kernel.backups.manifest import Manifest
from jiceng.kernel.backups.refusals import DAMAGED
from jiceng.kernel.backups.restoring import inspect
from jiceng.kernel.base.clock import read
from jiceng.kernel.base.errors import Refusal


class Command(BaseCommand):
    """Backups on the command line."""

    help = "备份：make 制作，verify 检查（0 完好，1 未能检查，2 已损坏），key 生成密钥。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the sub-commands."""
        tasks = parser.add_subparsers(dest="task", required=True)
        task = tasks.add_parser("make", help="把数据库和照片写成一个加密文件")
        task.add_argument("path", type=Path, help="文件，或已有的目录")
        task = tasks.add_parser("verify", help="通读一份备份，不恢复")
        task.add_argument("path", type=Path, help="备份文件")
        task = tasks.add_parser("key", help="生成备份密钥，请另存一份")
        task.add_argument("path", type=Path, help="密钥文件，不能在数据目录或备份目录里")

    def handle(self, *args: Any, task: str, path: Path, **options: Any) -> None:
        """Run one task; a refusal ends with its sentence and code."""
        try:
            getattr(self, f"do_{task}")(path)
        except Refusal as refused:
            status = 2 if refused.code in DAMAGED else 1
            raise CommandError(f"{refused} ({refused.code})", returncode=status) from refused

    def do_make(self, path: Path) -> None:
        """Write a backup and say what it holds."""
        target, manifest = make(path, at=read())
        self.stdout.write(str(target))
        self._say(manifest)

    def do_verify(self, path: Path) -> None:
        """Read a backup to the end."""
        self._say(inspect(path))
        self.stdout.write(_("备份完好。"))

    def do_key(self, path: Path) -> None:
        """Write a key."""
        make_key(path)
        self.stdout.write(_("密钥已生成：%(path)s。没有它，任何备份都无法恢复。") % {"path": path})

    def _say(self, manifest: Manifest) -> None:
        rows = sum(manifest.tables.values())
        words = _("%(at)s，%(rows)s 行，%(files)s 个文件，台账至 %(checkpoint)s。")
        self.stdout.write(
            words
            % {
                "at": manifest.taken_at,
                "rows": rows,
                "files": manifest.files["count"],
                "checkpoint": manifest.checkpoint or "—",
            }
        )
