"""``manage.py up``: the web server, the worker and the tick, started and ended together."""

import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from jiceng.kernel.base.starting import StartingCommand

GRACE = 10.0


class Command(StartingCommand):
    """Serve on loopback until Ctrl-C or until one of the three ends."""

    help = "启动网站、后台工作和定时工作，一起结束。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        """Start all three, wait, end all three."""
        signal.signal(signal.SIGTERM, self._interrupt)
        commands = [self._web(options), self._manage("worker"), self._manage("tick")]
        children = [subprocess.Popen(command) for command in commands]
        self.stdout.write(
            self.style.SUCCESS(f"\n基层已启动：http://{options['host']}:{options['port']}/")
            + f"\n办公端：http://{options['host']}:{options['port']}/desk/   按 Ctrl-C 结束\n"
        )
        try:
            while all(child.poll() is None for child in children):
                time.sleep(0.3)
        except KeyboardInterrupt:
            pass
        finally:
            ended = [child for child in children if child.poll() not in (None, 0, -15)]
            self._end(children)
        if ended:
            sys.exit(1)

    @staticmethod
    def _web(options: dict[str, Any]) -> list[str]:
        return [
            *(sys.executable, "-m", "granian", "--interface", "wsgi"),
            *("--host", options["host"], "--port", str(options["port"])),
            *("--workers", str(options["workers"]), "--no-ws", "--log-level", "warning"),
            *("--blocking-threads", "4", "--backpressure", "64"),
            # One worker that dies must not take the requests of the others with it.
            "--respawn-failed-workers",
            "jiceng.config.wsgi:application",
        ]

    @staticmethod
    def _manage(command: str) -> list[str]:
        return [sys.executable, "manage.py", command]

    @staticmethod
    def _interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    @staticmethod
    def _end(children: list["subprocess.Popen[bytes]"]) -> None:
        for child in children:
            child.terminate()
        deadline = time.monotonic() + GRACE
        for child in children:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
