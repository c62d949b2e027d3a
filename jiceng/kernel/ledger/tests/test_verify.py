"""Verification that cannot decide exits 1, and says why; it is never taken for intact."""

from collections.abc import Callable
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from jiceng.kernel.ledger import anchors, walking
from jiceng.kernel.ledger.findings import OPEN, SHOWN, TAMPERED, Report
from jiceng.kernel.ledger.models import Entry, Pending
from jiceng.kernel.ledger.verifying import verify

Fill = Callable[..., list[Entry]]
pytestmark = pytest.mark.django_db


def codes(**options: Any) -> tuple[int, set[str]]:
    report = verify(**options)
    return report.exit_code, set(report.counts)


def test_an_empty_ledger_is_intact() -> None:
    assert codes() == (0, set())


def test_no_anchor_file_leaves_it_open(fill: Fill) -> None:
    fill(3)
    anchors.anchor_file().unlink()
    assert codes() == (1, {"anchor_missing"})


def test_a_named_anchor_file_has_to_be_there(tmp_path: Path) -> None:
    assert codes(anchor=tmp_path / "none") == (1, {"anchor_missing"})


@pytest.mark.parametrize("content", [b"junk\n", b"{}\n", b"\xff\n", b'{"checkpoint": "x"}\n'])
def test_an_anchor_file_that_is_none(content: bytes, fill: Fill, tmp_path: Path) -> None:
    fill(3)
    path = tmp_path / "anchors"
    path.write_bytes(anchors.anchor_file().read_bytes() + content)
    assert codes(anchor=path) == (1, {"anchor_unreadable"})


def test_a_folder_as_anchor_file(fill: Fill, tmp_path: Path) -> None:
    fill(3)
    assert codes(anchor=tmp_path) == (1, {"anchor_unreadable"})


def test_a_torn_last_line_is_no_fault(fill: Fill) -> None:
    fill(3)
    with anchors.anchor_file().open("ab") as file:
        file.write(b'{"checkpoint": "jic')
    assert codes() == (0, set())


def test_without_a_key_to_trust(fill: Fill, settings: Any, tmp_path: Path) -> None:
    fill(3)
    settings.LEDGER_KEY_FILE = tmp_path / "none.pem"
    assert codes() == (1, {"key_missing"})
    assert not settings.LEDGER_KEY_FILE.exists()  # looking makes no key


def test_an_entry_that_waits_too_long(fill: Fill, at: datetime) -> None:
    fill(3)
    fill(1, sealed=False)
    assert codes() == (0, set())
    Pending.objects.update(queued=0)
    assert codes() == (1, {"pending_overdue"})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["ledger_seal", "ledger_entry", "ledger_head"])
def test_a_missing_table(table: str, fill: Fill) -> None:
    fill(3)
    out = StringIO()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
    try:
        with pytest.raises(CommandError) as caught:
            call_command("ledger", "verify", stdout=out)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE elsewhere RENAME TO {table}")
    assert "database_error" in out.getvalue()
    assert caught.value.returncode == 1
    assert codes() == (0, set())


def test_findings_have_one_meaning() -> None:
    assert not TAMPERED.keys() & OPEN.keys()
    report = Report()
    with pytest.raises(KeyError):
        report.add("no_such_code")
    report.add("pending_overdue", entry=1)
    assert report.exit_code == 1
    report.add("leaf_mismatch", position=1)
    assert report.exit_code == 2
    assert SHOWN == 100


@pytest.mark.slow
def test_pages_join_without_a_seam(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    for count in (3, 1, 4, 1, 5):
        fill(count)
    for page in range(1, 16):
        monkeypatch.setattr(walking, "PAGE", page)
        seen: list[int] = []
        report = verify(progress=seen.append)
        assert (report.exit_code, sum(seen), report.seen["checkpoints"]) == (0, 14, 5)


def test_the_report_in_words(fill: Fill) -> None:
    fill(3)
    out = StringIO()
    call_command("ledger", "verify", stdout=out)
    assert "台账完好" in out.getvalue()
    assert "leaves 3" in out.getvalue()
