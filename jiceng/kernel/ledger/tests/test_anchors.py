"""The anchor file: never ahead of the database, soon level with it, and believed over it."""

import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger import anchors, jobs
from jiceng.kernel.ledger.anchors import AnchorUnreadable, RolledBack
from jiceng.kernel.ledger.entries import RESIDENT, append
from jiceng.kernel.ledger.models import Checkpoint, Entry, Head, Pending, Seal
from jiceng.kernel.ledger.sealing import seal
from jiceng.kernel.ledger.verifying import verify

Fill = Callable[..., list[Entry]]
Forger = Callable[[], AbstractContextManager[None]]


def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in anchors.anchor_file().read_text().splitlines()]


@pytest.mark.django_db
def test_every_checkpoint_is_anchored(fill: Fill) -> None:
    fill(2)
    fill(1)
    texts = [row.signed().note.text for row in Checkpoint.objects.order_by("size")]
    assert [line["checkpoint"] for line in lines()] == texts


@pytest.mark.django_db
def test_a_crash_before_the_anchor_is_made_up_for(
    fill: Fill,
) -> None:
    fill(1)
    then = anchors.anchor_file().read_bytes()
    fill(1)
    fill(1)
    anchors.anchor_file().write_bytes(then)
    fill(1)
    assert [line["checkpoint"].split("\n")[1] for line in lines()] == ["1", "2", "3", "4"]


@pytest.mark.django_db
def test_a_crash_before_the_anchor_is_made_up_for_while_nothing_happens(
    fill: Fill, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next act may be a night away; until then nobody outside would hold the checkpoint."""
    fill(1)

    def full(*_descriptor: int) -> None:
        raise OSError(28, "no space left")

    with monkeypatch.context() as disk:
        disk.setattr("os.fsync", full)
        disk.setattr("fcntl.flock", full)
        with pytest.raises(AnchorUnreadable):
            fill(1)
        assert len(lines()) == 1
        with pytest.raises(AnchorUnreadable):
            seal(at)
    assert Pending.objects.count() == 0
    assert seal(at) is None
    assert [line["checkpoint"].split("\n")[1] for line in lines()] == ["1", "2"]


@pytest.mark.django_db
def test_an_idle_sealer_leaves_the_anchor_file_alone(
    fill: Fill, at: datetime, django_assert_num_queries: Any
) -> None:
    assert seal(at) is None
    assert not anchors.anchor_file().exists()
    fill(1)
    before = anchors.anchor_file().stat().st_mtime_ns
    with django_assert_num_queries(2):
        assert seal(at) is None
    assert anchors.anchor_file().stat().st_mtime_ns == before


@pytest.mark.django_db
def test_an_idle_sealer_does_not_anchor_another_history(fill: Fill, at: datetime) -> None:
    """The file ends with a checkpoint that the database does not hold: that is for people."""
    fill(1)
    fill(1)
    document = lines()[0]
    document["checkpoint"] = document["checkpoint"].replace("\n1\n", "\n0\n")
    anchors.anchor_file().write_text(json.dumps(document) + "\n")
    with pytest.raises(RolledBack):
        seal(at)
    assert len(lines()) == 1


@pytest.mark.django_db
def test_a_torn_line_is_written_again(fill: Fill) -> None:
    fill(1)
    fill(1)
    path = anchors.anchor_file()
    path.write_bytes(path.read_bytes()[:-20])
    fill(1)
    assert [line["checkpoint"].split("\n")[1] for line in lines()] == ["1", "2", "3"]


@pytest.mark.django_db
@pytest.mark.parametrize("junk", [b"{}\n", b"not json\n", b"\xff\xfe\n", b"[1]\n"])
def test_an_anchor_that_cannot_be_read_stops_sealing(junk: bytes, fill: Fill) -> None:
    fill(1)
    with anchors.anchor_file().open("ab") as file:
        file.write(junk)
    with pytest.raises(AnchorUnreadable) as caught:
        fill(1)
    assert (caught.value.status, caught.value.code) == (503, "anchor_unreadable")
    assert Seal.objects.count() == 1


@pytest.mark.django_db
def test_a_database_behind_its_anchor_is_not_sealed_on(
    fill: Fill, forger: Forger, at: datetime
) -> None:
    fill(2)
    head = Head.objects.get()
    fill(2)
    with forger():
        for model in (Checkpoint, Seal, Entry):
            model.objects.filter(pk__in=model.objects.order_by("-pk")[:1].values("pk")).delete()
    Head.objects.filter(epoch=1).delete()
    head.save(force_insert=True)
    append(event="test.case.noted", subject="test.case:1", by=RESIDENT, at=at, facts={})
    with pytest.raises(RolledBack) as caught:
        seal(at)
    assert (caught.value.status, caught.value.code) == (503, "rolled_back")
    assert caught.value.details == {"published": (1, 4), "held": (1, 2)}


@pytest.mark.django_db
def test_the_job_seals_everything_and_survives_refusals(
    fill: Fill, at: datetime, caplog: pytest.LogCaptureFixture, settings: Any, tmp_path: Path
) -> None:
    fill(3, sealed=False)
    assert jobs.seal_pending(at) == 1
    fill(1, sealed=False)
    settings.LEDGER_ANCHOR_FILE = tmp_path  # a folder
    assert jobs.seal_pending(at) == 0
    assert "anchor_unreadable" in caplog.text
    assert Pending.objects.count() == 1


@pytest.mark.django_db
def test_a_checkpoint_without_a_key_is_not_made(fill: Fill, at: datetime, settings: Any) -> None:
    fill(1, sealed=False)
    settings.PRODUCTION = True
    with pytest.raises(Refusal) as caught:
        seal(at + timedelta(seconds=1))
    assert caught.value.code == "key_missing"
    assert not Seal.objects.exists()
    assert Pending.objects.count() == 1


@pytest.mark.django_db
def test_an_anchor_that_cannot_be_written_is_said_aloud(
    fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checkpoint stands, and is anchored as soon as the disk takes it again."""
    fill(1)

    def broken_disk(descriptor: int) -> None:
        raise OSError("input/output error")

    monkeypatch.setattr(os, "fsync", broken_disk)
    with pytest.raises(AnchorUnreadable):
        fill(1)
    assert Checkpoint.objects.count() == 2
    monkeypatch.undo()
    fill(1)
    assert len(lines()) == 3
    assert verify().exit_code == 0
