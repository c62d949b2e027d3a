"""SQLite: copied by its own online backup, put back the same way.

A copy of the file alone lacks what still stands in the WAL; the online backup reads both, as one
reader among others. Putting back is one transaction on the file that is there, so a crash leaves
either the old database or the new one, and no journal of another file beside it.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection

from jiceng.kernel.backups.archive import in_parts
from jiceng.kernel.backups.refusals import refusal
from jiceng.kernel.backups.snapshots import Snapshot, Take

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
MIGRATIONS = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"
BUSY = 5.0  # seconds


def _path() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def _open(path: Path, mode: str = "rw") -> "closing[sqlite3.Connection]":
    database = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=BUSY, isolation_level=None
    )
    return closing(database)


def _counts(database: sqlite3.Connection) -> dict[str, int]:
    names = [row[0] for row in database.execute(TABLES)]
    return {n: database.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n in sorted(names)}


def _sound(database: sqlite3.Connection) -> bool:
    try:
        return database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    except sqlite3.DatabaseError:
        return False


@contextmanager
def _scratch(suffix: str) -> Iterator[Path]:
    """Give a file beside the database, for its owner only, gone afterwards; one that a crash
    left behind is used again."""
    path = _path().with_name(_path().name + suffix)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    try:
        yield path
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)


@contextmanager
def _held_alone(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database so that nobody else can, or raise ``database_in_use``."""
    with _open(path, "rwc") as database:
        try:
            database.execute("PRAGMA locking_mode=EXCLUSIVE")
            database.execute("BEGIN EXCLUSIVE")
            database.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise refusal("database_in_use", error) from error
        database.execute("PRAGMA synchronous=FULL")
        yield database


class Sqlite:
    """Implements ``snapshots.Database``."""

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Copy the database beside itself, look whether the copy is sound, and hand it out."""
        with _scratch("-backup") as copy:
            with _open(_path()) as source, _open(copy) as target:
                source.backup(target)
            with _open(copy) as target:
                target.execute("PRAGMA journal_mode=DELETE")
                if not _sound(target):
                    raise refusal("database_damaged")
                tables = _counts(target)
                migrations = [row[0] for row in target.execute(MIGRATIONS)]
            with copy.open("rb") as file:
                yield Snapshot(tables, migrations, in_parts(file))

    @contextmanager
    def loading(self, tables: Mapping[str, int]) -> Iterator[Take]:
        """Take the file, compare it with ``tables``, and make it the database."""
        connection.close()
        with _scratch("-restore") as staged, _held_alone(_path()) as live:
            with staged.open("wb") as file:
                yield file.write
                file.flush()
                os.fsync(file.fileno())
            with _open(staged) as source:
                if not _sound(source) or _counts(source) != dict(tables):
                    raise refusal("load_failed")
                source.backup(live)

    def refuse_in_use(self) -> None:
        """Try to have the database alone."""
        connection.close()
        with _held_alone(_path()):
            pass
