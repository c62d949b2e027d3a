"""The drill: an installation is backed up, lost, and put back, on both databases."""

import hashlib
import os
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as installation
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import connect as connect_postgresql
from pytest_django import Settings

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.backups import archive
from jiceng.kernel.backups.databases import database
from jiceng.kernel.backups.files import alone
from jiceng.kernel.backups.refusals import SENTENCES, BackupRefused
from jiceng.kernel.backups.restoring import _opened, _refuse_unfit
from jiceng.kernel.backups.service import inspect, make, restore
from jiceng.kernel.backups.sqlite import _open
from jiceng.kernel.backups.tests.conftest import Databases
from jiceng.kernel.base import clock
from jiceng.kernel.ledger.models import Checkpoint, Entry, Epoch, Pending
from jiceng.kernel.ledger.service import latest_checkpoint, verify

Live = Callable[[int], None]
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
pytestmark = [pytest.mark.slow, pytest.mark.database]


def run(*words: object) -> tuple[int, str]:
    """Run a command; return its exit code and what it said."""
    out = StringIO()
    try:
        call_command(*map(str, words), stdout=out)
    except CommandError as error:
        return error.returncode, f"{out.getvalue()}{error}"
    except SystemExit as error:
        return int(str(error.code)), out.getvalue()
    return 0, out.getvalue()


def counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        found = {}
        for name in names:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")
            found[name] = cursor.fetchone()[0]
    return found


def photos() -> dict[str, str]:
    store = Path(installation.MEDIA_ROOT)
    return {
        path.relative_to(store).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in store.rglob("*")
        if path.is_file()
    }


def forget_photos() -> None:
    for name in photos():
        (Path(installation.MEDIA_ROOT) / name).unlink()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def backup(databases: Databases, live: Live, out: Path) -> Path:
    """Return a backup of an installation with five entries and a photo, which stands."""
    live(5)
    return make(out, at=AT)[0]


def test_everything_comes_back_and_a_new_epoch_goes_on(
    backup: Path, databases: Databases, live: Live
) -> None:
    before, files, last = counts(), photos(), latest_checkpoint()
    assert run("backup", "verify", backup)[0] == 0
    databases.open()
    forget_photos()
    code, said = run("restore", backup)
    assert (code, "已开启纪元 2" in said) == (0, True)
    changed = {"ledger_entry", "ledger_seal", "ledger_checkpoint", "ledger_epoch", "ledger_head"}
    after = counts()
    assert {t: n for t, n in after.items() if n != before[t]}.keys() <= changed
    assert (after.keys(), after["ledger_entry"]) == (before.keys(), before["ledger_entry"] + 1)
    assert photos() == files
    assert len(files) == 2 * Attachment.objects.count() == 2
    assert last
    assert Checkpoint.objects.filter(epoch=last.epoch, size=last.size).exists()
    live(3)
    assert (verify().exit_code, Pending.objects.count()) == (0, 0)
    assert run("attachments", "verify")[0] == 0


def test_a_rollback_is_flagged_and_named_by_the_new_epoch(
    backup: Path, databases: Databases, live: Live
) -> None:
    live(4)
    lost = latest_checkpoint()
    assert lost
    code, said = run("restore", backup, "--replace", "--reason", "硬盘故障")
    assert (code, "rolled_back" in said) == (2, True)
    epoch = Epoch.objects.order_by("-number")[0]
    assert (epoch.reason, epoch.lost_epoch, epoch.lost_size) == ("硬盘故障", lost.epoch, lost.size)
    assert (verify().exit_code, Entry.objects.filter(subject="test.case:8").exists()) == (0, False)


def test_without_the_anchor_file_a_loss_cannot_be_excluded(
    backup: Path, databases: Databases, settings: Settings
) -> None:
    Path(settings.LEDGER_ANCHOR_FILE).unlink()
    databases.open()
    code, said = run("restore", backup)
    assert (code, "anchor_missing" in said) == (2, True)
    assert Epoch.objects.count() == 2


def test_with_another_signing_key_nothing_is_sealed_in_silence(
    backup: Path, databases: Databases, settings: Settings
) -> None:
    Path(settings.LEDGER_KEY_FILE).unlink()
    databases.open()
    code, said = run("restore", backup)
    assert (code, "key_unknown" in said, Epoch.objects.count()) == (2, True, 2)


def bent(backup: Path, change: Callable[[bytes], bytes]) -> Path:
    other = backup.with_name("bent.backup")
    other.write_bytes(change(backup.read_bytes()))
    return other


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (lambda whole: whole[:-1], 2, "backup_damaged"),
        (lambda whole: whole[: len(whole) // 2], 2, "backup_damaged"),
        (lambda whole: whole[:-40] + bytes([whole[-40] ^ 1]) + whole[-39:], 2, "backup_damaged"),
        (lambda whole: b"SQLite format 3\x00" + whole, 2, "backup_plain_copy"),
        (lambda whole: b"", 2, "not_a_backup"),
        (lambda whole: whole[:20] + bytes([whole[20] ^ 1]) + whole[21:], 1, "backup_key_wrong"),
    ],
    ids=["shorter", "half", "flipped", "plain", "empty", "header"],
)
def test_a_bad_file_changes_nothing(
    change: Callable[[bytes], bytes], status: int, code: str, backup: Path
) -> None:
    bad = bent(backup, change)
    before, files = counts(), photos()
    found, said = run("backup", "verify", bad)
    assert (found, code in said) == (status, True)
    found, said = run("restore", bad, "--replace")
    assert (found, code in said) == (1, True)
    assert (counts(), photos()) == (before, files)


def code_of_restore(backup: Path, *, replace: bool = True) -> str:
    with pytest.raises(BackupRefused) as refused:
        restore(backup, at=clock.read(), replace=replace)
    return refused.value.code


def test_what_does_not_belong_here(backup: Path, settings: Settings) -> None:
    before = counts()
    assert code_of_restore(backup, replace=False) == "database_not_empty"
    assert code_of_restore(backup.with_name("nothing")) == "backup_unreadable"
    with alone():
        assert code_of_restore(backup) == "backup_running"
    settings.LEDGER_ORIGIN = "another-zone"
    assert code_of_restore(backup) == "backup_foreign"
    settings.BACKUP_KEY_FILE = ""
    assert code_of_restore(backup) == "backup_key_missing"
    assert counts() == before


def test_a_backup_of_a_newer_release(databases: Databases, out: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('ledger', '9999_later', CURRENT_TIMESTAMP)"
        )
    assert code_of_restore(make(out, at=AT)[0]) == "backup_newer"


def test_a_backup_of_an_older_release_is_brought_up_to_date(
    databases: Databases, out: Path
) -> None:
    call_command("migrate", "attachments", "0001", verbosity=0)
    older = make(out, at=AT)[0]
    assert "attachments.0002_phash_parts_and_copies" not in inspect(older).migrations
    databases.open()
    restore(older, at=clock.read())
    assert Attachment.objects.filter(copied_from="").count() == 0


def test_a_backup_of_the_other_database(backup: Path) -> None:
    manifest = inspect(backup)
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[manifest.vendor]
    with pytest.raises(BackupRefused) as refused:
        _refuse_unfit(replace(manifest, vendor=other), replace=True)
    assert refused.value.code == "backup_other_database"


def test_somebody_is_still_connected(backup: Path) -> None:
    before = counts()
    if connection.vendor == "sqlite":
        with _open(Path(str(connection.settings_dict["NAME"]))) as other:
            other.execute("SELECT count(*) FROM ledger_entry").fetchone()
            assert code_of_restore(backup) == "database_in_use"
    else:
        said = connection.get_connection_params()
        words = {
            name: said[name] for name in ("host", "port", "user", "password") if said.get(name)
        }
        with closing(connect_postgresql(dbname=said["dbname"], **words)):
            assert code_of_restore(backup) == "database_in_use"
    assert counts() == before


def test_a_load_that_does_not_count_up_is_undone(backup: Path) -> None:
    before = counts()
    wrong = {**inspect(backup).tables, "ledger_entry": 10_000}
    with (
        pytest.raises(BackupRefused) as refused,
        _opened(backup) as source,
        database().loading(wrong) as take,
    ):
        archive.read(source, on_part=take)
    assert (refused.value.code, counts()) == ("load_failed", before)


def test_a_load_that_breaks_off_before_its_end_is_undone(backup: Path) -> None:
    before, tables = counts(), inspect(backup).tables

    def break_off() -> None:
        with _opened(backup) as source, database().loading(tables) as take:
            archive.read(source, on_part=take)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert counts() == before
    assert [path.name for path in installation.VAR.iterdir() if "-restore" in path.name] == []


def test_a_photo_that_was_damaged_meanwhile_is_made_good(backup: Path) -> None:
    before = photos()
    name = min(before)
    (Path(installation.MEDIA_ROOT) / name).write_bytes(b"noise")
    assert run("attachments", "verify")[0] == 2
    assert run("restore", backup, "--replace")[0] == 0
    assert photos() == before


def test_a_database_that_is_not_there(databases: Databases, out: Path) -> None:
    connection.close()
    nothing = {"sqlite": str(installation.VAR / "nothing" / "here"), "postgresql": "backup_gone"}
    connection.settings_dict["NAME"] = nothing[connection.vendor]
    code, said = run("backup", "make", out)
    assert (code, "database_unreadable" in said, list(out.iterdir())) == (1, True, [])


def test_a_key_is_made_by_the_command(key_file: Path) -> None:
    fresh = key_file.with_name("fresh.key")
    assert run("backup", "key", fresh)[0] == 0
    assert len(bytes.fromhex(fresh.read_text().strip())) == 32
    assert run("backup", "key", fresh) == (1, f"{SENTENCES['backup_key_taken']} (backup_key_taken)")


def test_a_backup_never_overwrites_and_never_lies_among_the_data(
    backup: Path, out: Path, settings: Settings
) -> None:
    held = backup.read_bytes()
    for place, code in (
        (backup, "backup_taken"),
        (out, "backup_taken"),  # the same second
        (settings.VAR / "a.backup", "backup_beside_data"),
        (settings.MEDIA_ROOT, "backup_beside_data"),
        (out / "missing" / "a.backup", "backup_unwritable"),
    ):
        with pytest.raises(BackupRefused) as refused:
            make(place, at=AT)
        assert refused.value.code == code
    assert (backup.read_bytes(), list(out.iterdir())) == (held, [backup])


@pytest.mark.parametrize("failing", ["os.fsync", "pathlib.Path.rename"])
def test_a_disk_that_fails_leaves_no_file(
    failing: str, databases: Databases, live: Live, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    live(1)
    monkeypatch.setattr(failing, full)
    code, said = run("backup", "make", out)
    assert (code, "backup_unwritable" in said, list(out.iterdir())) == (1, True, [])
    assert [path.name for path in installation.VAR.iterdir() if "-backup" in path.name] == []


def test_a_folder_of_photos_that_cannot_be_read_makes_no_backup_without_them(
    databases: Databases, live: Live, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    def failing(folder: str) -> object:
        if Path(folder) == Path(installation.MEDIA_ROOT):
            raise OSError(5, "Input/output error", folder)
        return real(folder)

    live(1)
    assert photos()
    monkeypatch.setattr("os.scandir", failing)
    code, said = run("backup", "make", out)
    assert (code, "photos_unreadable" in said, list(out.iterdir())) == (1, True, [])


def test_a_name_that_may_not_last_is_taken_back(
    databases: Databases, live: Live, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def folders_fail(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(5, "Input/output error")
        real(descriptor)

    live(1)
    monkeypatch.setattr("os.fsync", folders_fail)
    code, said = run("backup", "make", out)
    assert (code, "backup_unwritable" in said, list(out.iterdir())) == (1, True, [])


def test_writers_go_on_while_a_backup_is_made(databases: Databases, live: Live, out: Path) -> None:
    live(3)
    with database().snapshot() as snapshot:
        held = snapshot.tables["ledger_entry"]
    live(2)
    assert Entry.objects.count() == held + 2
    assert make(out, at=AT)[1].tables["ledger_entry"] == held + 2


def test_without_its_tools_postgresql_is_refused_by_name(
    backup: Path, out: Path, settings: Settings, tmp_path: Path
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite needs no tools")
    settings.POSTGRESQL_BIN = str(tmp_path)
    assert code_of_restore(backup) == "postgresql_tools_missing"
    with pytest.raises(BackupRefused) as refused:
        make(out / "b.backup", at=AT)
    assert (refused.value.code, list(out.iterdir())) == ("postgresql_tools_missing", [backup])
