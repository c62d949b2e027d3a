"""Sweeping what nobody claimed, and finding what was changed behind our back."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import attach, take_in
from jiceng.kernel.attachments.store import files, path_of
from jiceng.kernel.attachments.tests import photos
from jiceng.kernel.attachments.upkeep import _drop, sweep, verify
from jiceng.kernel.base import clock
from jiceng.kernel.base.jobs import JOBS
from jiceng.kernel.ledger.service import RESIDENT
from jiceng.kernel.testing.cast import MONDAY

pytestmark = [pytest.mark.django_db]

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
JPEG = photos.encoded(photos.picture(64, 48))


def age(path: Path, at: datetime) -> Path:
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def uploaded(at: datetime = MONDAY, subject: str = "") -> Attachment:
    row = take_in(photos.upload(JPEG), by=RESIDENT, at=at, purpose="report", claim="mine")
    for thumb in (False, True):
        age(path_of(row.uid, thumb=thumb), at)
    if subject:
        attach([row.uid], subject=subject, claim="mine")
    return row


def run(what: str, at: datetime, monkeypatch: Any) -> tuple[int, str]:
    """Run the command at an instant; return its exit code and what it says."""
    monkeypatch.setattr(clock, "read", lambda: at)
    out = StringIO()
    try:
        call_command("attachments", what, stdout=out)
    except SystemExit as stop:
        return int(str(stop.code)), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def test_unclaimed_uploads_go_after_a_day_and_not_before(store: Path) -> None:
    unclaimed, claimed = uploaded(), uploaded(subject="grid.case:1")
    assert sweep(MONDAY + DAY) == 0
    assert sweep(MONDAY + DAY + SECOND) == 1
    assert list(Attachment.objects.all()) == [claimed]
    assert {path.name[:32] for path in files()} == {claimed.uid}
    assert not path_of(unclaimed.uid).exists()
    assert sweep(MONDAY + 400 * DAY) == 0


def test_files_of_a_rolled_back_transaction_are_swept(store: Path) -> None:
    with transaction.atomic():
        uploaded()
        transaction.set_rollback(True)
    assert len(list(files())) == 2
    assert sweep(MONDAY + DAY) == 0
    assert sweep(MONDAY + DAY + SECOND) == 2
    assert list(files()) == []


def test_half_written_and_foreign_files_are_swept_too(store: Path) -> None:
    row = uploaded(subject="grid.case:1")
    folder = path_of(row.uid).parent
    for name in (f"{row.uid}.a1b2c3d4.part", "notes.txt", f"{'0' * 32}.jpg"):
        (folder / name).write_bytes(b"x")
        age(folder / name, MONDAY)
    assert sweep(MONDAY + DAY + SECOND) == 3
    assert {path.name[:32] for path in files()} == {row.uid}


def test_the_sweep_does_not_follow_links_out_of_the_store(store: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("kept")
    store.mkdir()
    (store / "link").symlink_to(outside)
    age(outside, MONDAY)
    sweep(MONDAY + 2 * DAY)
    assert outside.read_text() == "kept"
    assert not (store / "link").is_symlink()


def test_a_claim_between_look_and_delete_wins(store: Path) -> None:
    row = uploaded(subject="grid.case:1")
    assert _drop(row.uid, MONDAY + 2 * DAY) is False
    assert path_of(row.uid).exists()
    assert Attachment.objects.filter(pk=row.pk).exists()


def test_the_sweep_is_a_job_of_the_tick() -> None:
    job = JOBS.get("attachments.sweep")
    assert (job.run, job.process) == (sweep, "tick")


def test_an_untouched_store_is_intact(store: Path, monkeypatch: Any) -> None:
    uploaded(subject="grid.case:1")
    uploaded()
    assert run("verify", MONDAY, monkeypatch) == (0, "核对 2 件附件，全部完好。\n")


@pytest.mark.parametrize("thumb", [False, True])
@pytest.mark.parametrize(
    ("change", "word"),
    [
        pytest.param(lambda path: path.unlink(), "文件缺失", id="removed"),
        pytest.param(lambda path: path.write_bytes(b""), "内容被改", id="emptied"),
        pytest.param(
            lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\0"), "内容被改", id="a byte"
        ),
        pytest.param(
            lambda path: path.write_bytes(photos.encoded(photos.picture(65, 48))),
            "内容被改",
            id="another photo",
        ),
    ],
)
def test_a_changed_file_is_found(
    store: Path, monkeypatch: Any, change: Callable[[Path], Any], word: str, thumb: bool
) -> None:
    uploaded(subject="grid.case:1")
    row = uploaded(subject="grid.case:1")
    change(path_of(row.uid, thumb=thumb))
    code, said = run("verify", MONDAY, monkeypatch)
    assert code == 2
    assert said == f"{word}  {row.uid}\n核对 2 件附件，发现不符。\n"


def test_a_changed_row_is_found(store: Path) -> None:
    row = uploaded()
    Attachment.objects.filter(pk=row.pk).update(sha256="0" * 64)
    assert verify(MONDAY).altered == [row.uid]


def test_a_file_without_row_is_found_once_it_is_not_in_flight(
    store: Path, monkeypatch: Any
) -> None:
    row = uploaded()
    Attachment.objects.all().delete()
    assert verify(MONDAY + timedelta(minutes=10)).intact
    code, said = run("verify", MONDAY + timedelta(minutes=10, seconds=1), monkeypatch)
    assert code == 2
    assert said.splitlines() == [
        f"没有记录  {row.uid[:2]}/{row.uid}-thumb.jpg",
        f"没有记录  {row.uid[:2]}/{row.uid}.jpg",
        "核对 0 件附件，发现不符。",
    ]


def test_a_missing_store_is_a_failure_and_no_verdict(store: Path, monkeypatch: Any) -> None:
    assert run("verify", MONDAY, monkeypatch) == (0, "核对 0 件附件，全部完好。\n")
    uploaded()
    store.rename(store.with_name("elsewhere"))
    assert run("verify", MONDAY, monkeypatch) == (1, "未能核对：附件目录不存在。")


def test_an_unreadable_file_is_a_failure_and_no_verdict(store: Path, monkeypatch: Any) -> None:
    row = uploaded()
    path_of(row.uid).unlink()
    path_of(row.uid).mkdir()
    code, said = run("verify", MONDAY, monkeypatch)
    assert code == 1
    assert said.startswith("未能核对：")


def test_the_sweep_says_what_it_did(store: Path, monkeypatch: Any) -> None:
    uploaded()
    assert run("sweep", MONDAY + 2 * DAY, monkeypatch) == (0, "已清理 1 项。\n")


def test_verifying_costs_few_queries(store: Path, django_assert_max_num_queries: Any) -> None:
    for _n in range(12):
        uploaded()
    with django_assert_max_num_queries(3):
        assert verify(MONDAY).checked == 12
