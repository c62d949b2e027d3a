"""Epochs: what happens after a restore, and that nobody can open one in silence."""

import json
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from jiceng.kernel.ledger.anchors import RolledBack
from jiceng.kernel.ledger.entries import OPERATOR
from jiceng.kernel.ledger.epochs import EpochUnsealed
from jiceng.kernel.ledger.models import Checkpoint, Entry, Epoch, Head, Pending, Seal
from jiceng.kernel.ledger.receipts import consistency, receipt_for
from jiceng.kernel.ledger.sealing import latest_checkpoint, seal
from jiceng.kernel.ledger.tests import forgery
from jiceng.kernel.ledger.tests.standalone import by_script
from jiceng.kernel.ledger.upkeep import open_epoch
from jiceng.kernel.ledger.verdicts import check_receipt
from jiceng.kernel.ledger.verifying import verify

Fill = Callable[..., list[Entry]]
Forger = Callable[..., Any]
pytestmark = pytest.mark.django_db


@pytest.fixture
def restored(fill: Fill, forger: Forger) -> dict[str, Any]:
    """Yesterday's copy of the database is back: 8 of 12 leaves, two of them waiting then."""
    fill(6)
    fill(2)
    fill(2, sealed=False)
    kept = receipt_for(Entry.objects.order_by("pk")[3].uid)
    older = forgery.copy_tables()
    lost = receipt_for(fill(2)[1].uid)
    with forger():
        forgery.put_back(older)
    assert lost["epoch"] == 1
    assert lost["position"] == 11
    return {"kept": kept, "lost": lost}


def test_sealing_stops_until_an_epoch_is_opened(restored: dict[str, Any], at: datetime) -> None:
    with pytest.raises(RolledBack):
        seal(at)
    assert verify().counts == {"rolled_back": 1}
    call_command("ledger", "epoch", "--reason", "硬盘故障，恢复至前一日备份", stdout=StringIO())
    first = Seal.objects.get(epoch=2, position=0)
    opening = Entry.objects.get(pk=first.entry_id)
    assert (opening.event, opening.by) == ("ledger.epoch.opened", OPERATOR.ref)
    prior = Checkpoint.objects.get(epoch=1, size=8)
    assert json.loads(opening.payload) == {
        "number": 2,
        "reason": "硬盘故障，恢复至前一日备份",
        "prior": {
            "epoch": 1,
            "size": 8,
            "sha256": bytes(prior.sha256).hex(),
            "sm3": bytes(prior.sm3).hex(),
        },
        "lost": {"epoch": 1, "size": 12},
    }
    latest = latest_checkpoint()
    assert latest
    assert (latest.epoch, latest.size) == (2, 1)


def test_afterwards_everything_verifies_and_the_loss_is_declared(
    restored: dict[str, Any], at: datetime, fill: Fill
) -> None:
    open_epoch(reason="恢复备份", by=OPERATOR, at=at)
    assert seal(at)  # the opening alone
    fill(3)
    assert Head.objects.get(epoch=1).size == 8
    assert Head.objects.get(epoch=2).size == 1 + 2 + 3  # with what waited in the copy
    report = verify()
    assert (report.exit_code, report.findings) == (0, [])
    assert report.seen["lost and declared"] == 1
    # Receipts of what is still there hold; that of what was lost says why it does not.
    assert check_receipt(restored["kept"], at=at).code == "sealed_ok"
    assert check_receipt(restored["lost"], at=at).code == "epoch_abandoned"
    assert by_script(restored["lost"]) == "sealed_ok"  # it is a true document, as ever
    fresh = receipt_for(fill(1)[0].uid)
    assert check_receipt(fresh, at=at).facts["epoch"] == 2
    assert consistency(1, 6)["epoch"] == 2
    assert consistency(6, 8, epoch=1)["epoch"] == 1


def test_the_first_leaf_is_the_opening_whatever_waits(fill: Fill, at: datetime) -> None:
    fill(2)
    fill(3, sealed=False)
    done = open_epoch(reason="更换算法", by=OPERATOR, at=at)
    assert [row.size if (row := seal(at)) else None for _turn in range(3)] == [1, 4, None]
    assert Seal.objects.get(epoch=2, position=0).entry_id == done.entry.pk
    assert not Pending.objects.exists()
    assert verify().exit_code == 0


@pytest.mark.slow
def test_several_epochs(fill: Fill, at: datetime) -> None:
    for number in (2, 3, 4):
        fill(2)
        done = open_epoch(reason="演练", by=OPERATOR, at=at)
        assert done.value
        assert done.value.number == number
        seal(at)
    report = verify()
    assert (report.exit_code, report.seen["leaves"]) == (0, 2 + 3 + 3 + 1)


def test_a_database_that_lost_everything(fill: Fill, forger: Forger, at: datetime) -> None:
    """An empty database beside a used anchor file goes on as epoch 2, and says so."""
    fill(5)
    with forger():
        forgery.empty_tables()
    fill(1, sealed=False)
    with pytest.raises(RolledBack):
        seal(at)
    open_epoch(reason="数据库全部丢失", by=OPERATOR, at=at)
    seal(at)
    seal(at)
    epoch = Epoch.objects.get()
    assert (epoch.number, epoch.prior_size, epoch.lost_epoch, epoch.lost_size) == (2, 0, 1, 5)
    assert verify().exit_code == 0


def test_a_database_restored_to_before_the_last_epoch(
    fill: Fill, forger: Forger, at: datetime
) -> None:
    fill(2)
    older = forgery.copy_tables()
    open_epoch(reason="演练", by=OPERATOR, at=at)
    seal(at)
    with forger():
        forgery.put_back(older)
    fill(1, sealed=False)
    with pytest.raises(RolledBack):
        seal(at)
    done = open_epoch(reason="恢复备份", by=OPERATOR, at=at)
    assert done.value
    assert (done.value.number, done.value.lost_epoch) == (3, 2)
    seal(at)
    seal(at)
    assert verify().exit_code == 0


def test_nothing_sealed_nothing_to_follow(at: datetime) -> None:
    with pytest.raises(EpochUnsealed) as caught:
        open_epoch(reason="x", by=OPERATOR, at=at)
    assert (caught.value.status, caught.value.code) == (409, "epoch_unsealed")
    with pytest.raises(CommandError, match="epoch_unsealed"):
        call_command("ledger", "epoch", "--reason", "x")
    assert not Epoch.objects.exists()


def test_an_epoch_may_be_opened_while_sealing_is_stuck(
    restored: dict[str, Any], at: datetime, settings: Any
) -> None:
    settings.LEDGER_STUCK_SECONDS = 1
    Pending.objects.update(queued=0)
    assert open_epoch(reason="恢复备份", by=OPERATOR, at=at).value


# Whoever cuts the tail and calls it an epoch is found out.


def cut_link(at: datetime) -> None:
    Epoch.objects.filter(number=2).update(prior_size=5)


def widen_loss(at: datetime) -> None:
    Epoch.objects.filter(number=2).update(lost_epoch=1, lost_size=99)


def drop_opening(at: datetime) -> None:
    Entry.objects.filter(event="ledger.epoch.opened").update(event="test.case.noted")


def silent_epoch(at: datetime) -> None:
    Epoch(number=3, opened_at=at, reason="").save(force_insert=True)


def shorten_the_one_before(at: datetime) -> None:
    Checkpoint.objects.filter(epoch=1, size=6).delete()


@pytest.mark.parametrize(
    "deed", [cut_link, widen_loss, drop_opening, silent_epoch, shorten_the_one_before]
)
def test_links(deed: Callable[[datetime], None], fill: Fill, forger: Forger, at: datetime) -> None:
    fill(4)
    fill(2)
    open_epoch(reason="演练", by=OPERATOR, at=at)
    seal(at)
    assert verify().exit_code == 0
    with forger():
        deed(at)
    report = verify()
    assert report.exit_code == 2
    assert "epoch_link" in report.counts
