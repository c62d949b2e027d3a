"""Putting a backup back, and telling what it has lost."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from jiceng.kernel.backups import archive
from jiceng.kernel.backups.databases import database, is_empty
from jiceng.kernel.backups.envelope import Opener
from jiceng.kernel.backups.files import alone, put_back, settle
from jiceng.kernel.backups.keys import read_key
from jiceng.kernel.backups.manifest import Manifest
from jiceng.kernel.backups.refusals import refusal
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.service import OPERATOR, EpochUnsealed, open_epoch, seal, verify

# Found in every backup that was made while something waited for its seal, and mended by sealing.
EXPECTED = frozenset({"pending_overdue"})


@dataclass(frozen=True)
class Restored:
    """What was put back: its manifest, the epoch that was opened (``None`` where nothing had been
    sealed), and what verification found of the history as it came back, by code."""

    manifest: Manifest
    epoch: int | None
    findings: dict[str, str]


@contextmanager
def _opened(backup: Path) -> Iterator[Opener]:
    key = read_key(backup)
    try:
        file: BinaryIO = backup.open("rb")
    except OSError as error:
        raise refusal("backup_unreadable", error) from error
    with file:
        yield Opener(file, key)


def inspect(backup: Path) -> Manifest:
    """Read a backup to the last byte and return its manifest; nothing is restored.

    Raises refusals: those of ``envelope.Opener`` and ``backup_damaged``.
    """
    with _opened(backup) as source:
        return archive.read(source)


def _known() -> set[str]:
    known: Mapping[tuple[str, str], object] = MigrationLoader(None).disk_migrations
    return {f"{app}.{name}" for app, name in known}


def _refuse_unfit(manifest: Manifest, *, replace: bool) -> None:
    """Raise a refusal unless this backup belongs here and may be put here now."""
    if manifest.origin != settings.LEDGER_ORIGIN:
        raise refusal("backup_foreign", manifest.origin)
    if manifest.vendor != connection.vendor:
        raise refusal("backup_other_database", manifest.vendor)
    ahead = set(manifest.migrations) - _known()
    if ahead:
        raise refusal("backup_newer", ", ".join(sorted(ahead)))
    if not replace and not is_empty():
        raise refusal("database_not_empty")
    database().refuse_in_use()


def restore(backup: Path, *, at: datetime, reason: str = "", replace: bool = False) -> Restored:
    """Put a backup into an empty database, or with ``replace`` in place of everything there.

    The file is read twice: once to know that it is whole and ours, then to put it back. Photos
    come first, for one without a row is swept while a row without its photo is a loss; the
    database changes last, in one transaction. Then a new epoch is opened, which names what had
    been published and did not come back. Raises refusals; then the database is as before.
    """
    with alone():
        manifest = inspect(backup)
        try:
            _refuse_unfit(manifest, replace=replace)
            _put_back(backup, manifest)
        except (DatabaseError, sqlite3.Error, OSError) as error:
            raise refusal("load_failed", error) from error
        return _go_on(manifest, reason, at)


def _put_back(backup: Path, manifest: Manifest) -> None:
    with _opened(backup) as source, database().loading(manifest.tables) as take:
        archive.read(source, on_part=take, on_file=put_back)
        settle()


def _go_on(manifest: Manifest, reason: str, at: datetime) -> Restored:
    """Bring the tables up to date, look at the history, open the epoch after it and seal what
    waits. The data is there now: whatever prevents one of these joins the findings."""
    found: dict[str, str] = {}
    number = None
    reason = reason or _("由 %(at)s 的备份恢复") % {"at": manifest.taken_at}
    try:
        if set(manifest.migrations) != _known():
            call_command("migrate", verbosity=0, interactive=False)
        report = verify()
        found |= {item.code: item.sentence for item in report.findings if item.code not in EXPECTED}
        number = _open_epoch(reason, at)
        while seal(at):
            pass
    except Refusal as refused:
        found[refused.code] = str(refused)
    except DatabaseError as error:
        found["database_error"] = str(error)
    return Restored(manifest, number, found)


def _open_epoch(reason: str, at: datetime) -> int | None:
    """Open the next epoch and return its number; a history that holds nothing needs none."""
    try:
        done = open_epoch(reason=reason, by=OPERATOR, at=at)
    except EpochUnsealed:
        return None
    return done.value.number if done.value else None
