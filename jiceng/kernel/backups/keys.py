"""The key of the backups, and that it never lies beside them or beside the data."""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from jiceng.kernel.backups.refusals import refusal

KEY = re.compile(r"[0-9a-f]{64}")


def data_folders() -> Iterator[Path]:
    """Yield where the data lies: what is lost together must not hold key or backup."""
    yield Path(settings.VAR)
    yield Path(settings.MEDIA_ROOT)
    if connection.vendor == "sqlite":
        yield Path(str(connection.settings_dict["NAME"])).parent


def within(path: Path, folders: Iterator[Path] | list[Path]) -> bool:
    """Tell whether ``path`` lies in one of ``folders``, however deep and by whatever link."""
    real = path.resolve()
    return any(real.is_relative_to(folder.resolve()) for folder in folders)


def make_key(path: Path) -> None:
    """Write a fresh key, readable by its owner only; an existing file stays as it is."""
    if within(path, data_folders()):
        raise refusal("backup_key_beside")
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise refusal("backup_key_taken") from error
    path.write_text(f"{secrets.token_hex(32)}\n")


def read_key(backup: Path) -> bytes:
    """Return the key, 32 bytes, for a backup at ``backup``.

    Raises a refusal where there is none, where others can read it, and where whoever takes the
    backup or the data would take the key along.
    """
    path = Path(settings.BACKUP_KEY_FILE)
    if not settings.BACKUP_KEY_FILE or not path.is_file():
        raise refusal("backup_key_missing")
    if within(path, [*data_folders(), backup.parent]):
        raise refusal("backup_key_beside")
    if path.stat().st_mode & 0o077:
        raise refusal("backup_key_open")
    text = path.read_text("ascii", "replace").strip()
    if not KEY.fullmatch(text):
        raise refusal("backup_key_missing", path)
    return bytes.fromhex(text)
