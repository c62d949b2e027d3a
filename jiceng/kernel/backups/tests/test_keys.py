"""The key: made once, for its owner only, and never beside what it opens."""

from pathlib import Path

import pytest
from pytest_django import Settings

from jiceng.kernel.backups.keys import make_key, read_key
from jiceng.kernel.backups.refusals import BackupRefused


def code_of(backup: Path) -> str:
    with pytest.raises(BackupRefused) as refused:
        read_key(backup)
    return refused.value.code


def test_a_fresh_key_is_for_its_owner(key_file: Path, tmp_path: Path) -> None:
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert len(read_key(tmp_path / "out" / "a.backup")) == 32


def test_two_keys_differ(key_file: Path) -> None:
    other = key_file.with_name("other.key")
    make_key(other)
    assert other.read_text() != key_file.read_text()


def test_a_key_is_not_overwritten(key_file: Path) -> None:
    before = key_file.read_text()
    with pytest.raises(BackupRefused) as refused:
        make_key(key_file)
    assert (refused.value.code, key_file.read_text()) == ("backup_key_taken", before)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666])
def test_a_key_that_others_can_read(mode: int, key_file: Path, tmp_path: Path) -> None:
    key_file.chmod(mode)
    assert code_of(tmp_path / "out" / "a.backup") == "backup_key_open"


@pytest.mark.parametrize("text", ["", "abc", "g" * 64, "A" * 64, "0" * 63, "0" * 65])
def test_a_file_that_holds_no_key(text: str, key_file: Path, tmp_path: Path) -> None:
    key_file.write_text(text)
    assert code_of(tmp_path / "out" / "a.backup") == "backup_key_missing"


@pytest.mark.parametrize("named", ["", "/nonexistent/backup.key", "/"])
def test_no_key(named: str, key_file: Path, settings: Settings, tmp_path: Path) -> None:
    settings.BACKUP_KEY_FILE = named
    assert code_of(tmp_path / "out" / "a.backup") == "backup_key_missing"


@pytest.mark.parametrize(
    "place", ["var/k", "var/attachments/k", "var/deep/er/k", "out/k", "out/keys/k", "keys/../var/k"]
)
def test_a_key_beside_what_it_opens(
    place: str, key_file: Path, settings: Settings, tmp_path: Path
) -> None:
    moved = tmp_path / place
    moved.parent.mkdir(parents=True, exist_ok=True)
    key_file.rename(moved)
    settings.BACKUP_KEY_FILE = str(moved)
    assert code_of(tmp_path / "out" / "a.backup") == "backup_key_beside"


def test_a_link_does_not_take_it_elsewhere(
    key_file: Path, settings: Settings, tmp_path: Path
) -> None:
    inside = tmp_path / "var" / "k"
    key_file.rename(inside)
    key_file.symlink_to(inside)
    assert code_of(tmp_path / "out" / "a.backup") == "backup_key_beside"


def test_no_key_is_made_among_the_data(key_file: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused) as refused:
        make_key(tmp_path / "var" / "k")
    assert refused.value.code == "backup_key_beside"
    assert not (tmp_path / "var" / "k").exists()
