"""Making a backup: one file, whole or not there."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import DatabaseError, connection

from jiceng.kernel.backups import archive
from jiceng.kernel.backups.databases import database
from jiceng.kernel.backups.envelope import Sealer
from jiceng.kernel.backups.files import UNFINISHED, alone, photos
from jiceng.kernel.backups.keys import data_folders, read_key, within
from jiceng.kernel.backups.manifest import Manifest
from jiceng.kernel.backups.refusals import refusal
from jiceng.kernel.base.clock import SHANGHAI, instant_text
from jiceng.kernel.base.durable import sync_folder
from jiceng.kernel.ledger.service import latest_checkpoint

SUFFIX = ".backup"


def target_of(place: Path, at: datetime) -> Path:
    """Return the file that a backup at ``place`` becomes: itself, or one in that folder named
    after the moment. Raises refusals where it is taken or lies within the data."""
    named = f"jiceng-{at.astimezone(SHANGHAI):%Y%m%dT%H%M%S}{SUFFIX}"
    target = place / named if place.is_dir() else place
    if within(target, data_folders()):
        raise refusal("backup_beside_data")
    if target.exists():
        raise refusal("backup_taken")
    return target


@contextmanager
def _appearing(target: Path) -> Iterator[BinaryIO]:
    """Open a file that gets its name only when everything is safely on disk."""
    part = target.with_name(f".{target.name}{UNFINISHED}")
    try:
        part.unlink(missing_ok=True)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
        _last(target)
    finally:
        part.unlink(missing_ok=True)


def _last(target: Path) -> None:
    """Make the name survive a power cut; where that fails nobody shall count on the file."""
    try:
        sync_folder(target.parent)
    except OSError:
        target.unlink()
        raise


def make(place: Path, *, at: datetime) -> tuple[Path, Manifest]:
    """Write a backup to ``place``, a file or an existing folder; return file and manifest.

    The moment is that of the database; photos are copied after it, so that every row finds its
    file. Raises refusals; then no file is left.
    """
    target = target_of(place, at)
    key = read_key(target)
    try:
        return target, _write(target, key, at)
    except (DatabaseError, sqlite3.Error) as error:
        raise refusal("database_unreadable", error) from error
    except OSError as error:
        raise refusal("backup_unwritable", error) from error


def _write(target: Path, key: bytes, at: datetime) -> Manifest:
    newest = latest_checkpoint()
    with alone(), database().snapshot() as snapshot, _appearing(target) as file:
        sealer = Sealer(file, key)
        manifest = Manifest(
            origin=settings.LEDGER_ORIGIN,
            vendor=connection.vendor,
            taken_at=instant_text(at),
            checkpoint=f"{newest.epoch}/{newest.size}" if newest else "",
            tables=snapshot.tables,
            migrations=snapshot.migrations,
        )
        manifest = archive.write(sealer, manifest, snapshot.parts, photos())
        sealer.finish()
    return manifest
