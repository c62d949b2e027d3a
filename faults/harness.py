"""One installation as a tree of processes of our own: web, two workers, tick, on loopback.

Whoever ends is started again at once, as a supervisor in production does; what ended whom, the
nemeses know.
"""

import ctypes
import random
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil

from faults.databases import PYTHON, Postgres, Sqlite, gone, surroundings
from jiceng.kernel.base.management.commands.up import Command as Up

WEB_WORKERS = 2
READY_WITHIN = 90.0
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
LIBC = ctypes.CDLL(None)


def die_with_parent() -> None:
    """Let this process end when the thread that started it does: nothing outlives a run."""
    LIBC.prctl(DIE_WITH_PARENT, signal.SIGKILL)


class Member:
    """A process that is kept running."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path):
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self.running: subprocess.Popen[bytes] | None = None
        self.starts = 0

    def start(self) -> None:
        """Start it in a session of its own, so that no signal of ours reaches it by chance."""
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                self.command,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        self.starts += 1

    def family(self) -> list[psutil.Process]:
        """Return the process and all that it started, the eldest first."""
        if self.running is None or self.running.poll() is not None:
            return []
        with suppress(psutil.NoSuchProcess):
            eldest = psutil.Process(self.running.pid)
            return [eldest, *eldest.children(recursive=True)]
        return []

    def kill(self, *, child: bool = False) -> int:
        """End it with SIGKILL, or with ``child`` one that serves it; return how many ended."""
        family = self.family()
        struck = family[1:2] if child else family
        for one in struck:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        gone([one.pid for one in struck if self.running and one.pid != self.running.pid])
        return len(struck[:1])


class Installation:
    """The processes over one database, and the folder of keys and photos."""

    def __init__(self, database: Postgres | Sqlite, name: str, folder: Path) -> None:
        self.database, self.name, self.folder = database, name, folder
        self.port = _free_port()
        self.environment = surroundings(database.url(name), folder)
        web = Up._web({"host": "127.0.0.1", "port": self.port, "workers": WEB_WORKERS})
        commands = {
            "web": [*PYTHON, *web[1:]],
            "worker-1": [*PYTHON, "manage.py", "worker"],
            "worker-2": [*PYTHON, "manage.py", "worker"],
            "tick": [*PYTHON, "manage.py", "tick"],
        }
        self.members = {
            name: Member(name, command, self.environment, folder / f"{name}.log")
            for name, command in commands.items()
        }
        self._keeping = threading.Event()
        self._keeper: threading.Thread | None = None

    def start(self, *names: str) -> None:
        """Start everybody or who is named, keep them running, wait until the web answers."""
        for name in names or self.members:
            self.members[name].start()
        self._keeping.set()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()
        self.wait_ready()

    def _keep(self) -> None:
        while self._keeping.is_set():
            for member in self.members.values():
                if member.running is not None and member.running.poll() is not None:
                    member.start()
            time.sleep(0.1)

    def wait_ready(self) -> None:
        """Wait until ``/readyz`` says so."""
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            with (
                suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer,
            ):
                if answer.status == 200:
                    return
            time.sleep(0.2)
        raise TimeoutError(f"not ready, see {self.folder}")

    def stop(self) -> None:
        """End everybody at once, without good-bye: what is on disk is all that counts."""
        self._keeping.clear()
        if self._keeper is not None:
            self._keeper.join()
        for member in self.members.values():
            family = member.family()
            # Its children by name: where it ends by itself just now, they are nobody's family.
            for one in family:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            member.kill()
            if member.running is not None:
                member.running.wait()
            gone([one.pid for one in family])

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the platform to its end."""
        return subprocess.run(
            [*PYTHON, "manage.py", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )


def _free_port() -> int:
    """Return a port that nobody has now; granian says aloud where somebody was faster."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def dice(seed: int, what: str) -> random.Random:
    """Return the chances of one part of a run; the same for the same seed."""
    return random.Random(f"{seed} {what}")
