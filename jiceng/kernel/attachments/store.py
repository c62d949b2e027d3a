"""Files of attachments on disk: whole or not at all, under names that we drew."""

import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.refusals import StoreFull
from jiceng.kernel.base.durable import sync_folder

FILE_NAME = re.compile(r"([0-9a-f]{32})(-thumb)?\.jpg")


def folder() -> Path:
    """Return where all files lie."""
    return Path(settings.MEDIA_ROOT)


def path_of(uid: str, *, thumb: bool = False) -> Path:
    """Return where the file of an attachment lies; ``uid`` is one that we drew."""
    return folder() / uid[:2] / f"{uid}{'-thumb' if thumb else ''}.jpg"


def uid_of(path: Path) -> str:
    """Return whose file this is, or "" where it is none of ours."""
    match = FILE_NAME.fullmatch(path.name)
    return match[1] if match else ""


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f"{path.stem}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write(uid: str, data: bytes, thumb: bytes) -> None:
    """Write both files of an attachment durably, or none; raises ``StoreFull`` (503)."""
    target = path_of(uid)
    try:
        fresh = not target.parent.exists()
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(target, data)
        _write(path_of(uid, thumb=True), thumb)
        sync_folder(target.parent)
        if fresh:
            sync_folder(folder())
    except OSError as error:
        remove(uid)
        raise StoreFull() from error


def copy(uid: str, to: str) -> None:
    """Write the files of one attachment for another too; raises ``StoreFull`` (503).

    They are no links: damage to one does not reach the other, and the sweep goes by the age of
    a file, so that a link to an old one would go before its row is there.
    """
    try:
        data, thumb = path_of(uid).read_bytes(), path_of(uid, thumb=True).read_bytes()
    except OSError as error:
        raise StoreFull(_("照片暂时无法读取。")) from error
    write(to, data, thumb)


def remove(uid: str) -> None:
    """Remove both files; one that is gone already is no error."""
    path_of(uid).unlink(missing_ok=True)
    path_of(uid, thumb=True).unlink(missing_ok=True)


def files() -> Iterator[Path]:
    """Yield every file in the store, ours or not."""
    if folder().is_dir():
        yield from (path for path in sorted(folder().rglob("*")) if not path.is_dir())
