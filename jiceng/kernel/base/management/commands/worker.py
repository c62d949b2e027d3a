"""``manage.py worker``: seals the ledger and runs followers, until it is told to stop."""

from typing import Any

from jiceng.kernel.base import clock
from jiceng.kernel.base.running import Runner
from jiceng.kernel.base.starting import StartingCommand


class Command(StartingCommand):
    """Run the jobs of the worker."""

    help = "运行后台工作：封存台账、分发事件。按 Ctrl-C 结束。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until stopped."""
        Runner("worker", clock.read).run()
