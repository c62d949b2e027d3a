"""``manage.py tick``: what happens because time passes."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError

from jiceng.kernel.base import clock
from jiceng.kernel.base.jobs import JOBS
from jiceng.kernel.base.running import Runner
from jiceng.kernel.base.starting import StartingCommand


class Command(StartingCommand):
    """Run the jobs of the tick, for ever or once at a given instant."""

    help = "运行定时工作：超期升级、岗位空缺交接、到期重算。--once 只运行一轮。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--once", action="store_true", help="运行一轮后结束")
        parser.add_argument("--at", help="按此时刻运行一轮，如 2026-11-24T09:00+08:00")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until stopped, or once."""
        if not (options["once"] or options["at"]):
            Runner("tick", clock.read).run()
            return
        at = self._instant(options["at"]) if options["at"] else clock.read()
        for job in JOBS:
            if job.process == "tick":
                self.stdout.write(f"{job.code}: {job.run(at)}")

    @staticmethod
    def _instant(text: str) -> datetime:
        try:
            at = datetime.fromisoformat(text)
        except ValueError as error:
            raise CommandError(f"时刻无法识别：{text}（bad_instant）") from error
        if at.tzinfo is None:
            raise CommandError("时刻须带时区，如 +08:00（no_time_zone）")
        return at
