"""The photos: listing them for a backup, and putting them back; one at a time does either."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from django.conf import settings

from jiceng.kernel.backups.refusals import refusal

# What the store and we write beside a file until it is whole.
UNFINISHED = ".part"


def photos() -> Iterator[tuple[str, Path]]:
    """Yield every whole file of the store, with its name below the store; before the first photo
    there is no store. Raises ``photos_unreadable`` where a folder cannot be listed."""
    store = Path(settings.MEDIA_ROOT)
    if not store.exists():
        return
    # Folder by folder: a list of a million photos would not be small. Left to itself, the walk
    # passes over what it cannot read, and a backup without photos would look like a whole one.
    for folder, folders, names in os.walk(store, onerror=_give_up):
        folders.sort()
        for path in (Path(folder, name) for name in sorted(names)):
            if path.is_file() and not path.is_symlink() and path.suffix != UNFINISHED:
                yield path.relative_to(store).as_posix(), path


def _give_up(error: OSError) -> None:
    raise refusal("photos_unreadable", error) from error


def put_back(name: PurePosixPath, chunks: Iterator[bytes]) -> None:
    """Write one photo whole or not at all; ``settle`` makes all of them last."""
    target = Path(settings.MEDIA_ROOT) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.stem}.{secrets.token_hex(4)}{UNFINISHED}")
    try:
        with part.open("xb") as file:
            file.writelines(chunks)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def settle() -> None:
    """Let the disk have everything; one call instead of one for each of a million photos."""
    os.sync()


@contextmanager
def alone() -> Iterator[None]:
    """Let one backup or restore of an installation run at a time; raises ``backup_running``."""
    folder = Path(settings.VAR)
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise refusal("backup_running") from error
    finally:
        os.close(descriptor)
