"""A whole installation of its own: database, web server, worker and tick, as ``make run`` starts
them, on a free port of loopback, gone afterwards."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 60


@dataclass
class Site:
    """A running installation."""

    url: str
    process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        """End the three processes, as Ctrl-C does."""
        self.process.terminate()
        self.process.wait(PATIENCE)

    @property
    def answers(self) -> bool:
        """Tell whether the server answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                status: int = answer.status
                return status == 200
        except (urllib.error.URLError, OSError):
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _start(environ: dict[str, str]) -> Site:
    port = _free_port()
    command = [sys.executable, "manage.py", "up", "--port", str(port), "--workers", "1"]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=ROOT, env=environ, **silent)  # type: ignore[call-overload]
    return Site(f"http://127.0.0.1:{port}", process)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Migrate an empty SQLite, write the demo zone, start everything; return when it answers."""
    environ = {name: value for name, value in os.environ.items() if "JICENG" not in name}
    environ |= {"JICENG_VAR": str(tmp_path), "PYTHONWARNINGS": "ignore"}
    for words in (["migrate", "-v0"], ["demo"]):
        command = [sys.executable, "manage.py", *words]
        subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True)
    running = _start(environ)
    deadline = time.monotonic() + PATIENCE
    while not running.answers and running.process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    yield running
    if running.process.poll() is None:
        running.stop()
