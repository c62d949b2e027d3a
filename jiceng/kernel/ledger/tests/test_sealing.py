"""The sealer: it misses nobody, forks nothing, and stops where it has to."""

import base64
import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection, transaction

from jiceng.kernel.ledger import sealing
from jiceng.kernel.ledger.entries import RESIDENT, append
from jiceng.kernel.ledger.hashing import SHA256, SM3
from jiceng.kernel.ledger.models import Checkpoint, Entry, Epoch, Head, Pending, Seal, Subtree
from jiceng.kernel.ledger.proofs import HashesMissing, consistency, inclusion
from jiceng.kernel.ledger.receipts import CheckpointUnknown, receipt_for
from jiceng.kernel.ledger.receipts import consistency as consistency_document
from jiceng.kernel.ledger.sealing import SealerOvertaken, latest_checkpoint, seal
from jiceng.kernel.ledger.signing import signer, verifies
from jiceng.kernel.ledger.tests.conftest import in_parallel
from jiceng.kernel.ledger.tree import ProofError, check_consistency, inclusion_root
from jiceng.kernel.ledger.verdicts import check_receipt
from jiceng.kernel.ledger.verifying import verify

Fill = Callable[..., list[Entry]]
Forger = Callable[[], AbstractContextManager[None]]


def note(at: datetime, number: int = 1) -> Entry:
    return append(
        event="test.case.noted", subject=f"test.case:{number}", by=RESIDENT, at=at, facts={}
    )


@pytest.mark.django_db
def test_places_are_dense_and_in_order_of_id(fill: Fill, at: datetime) -> None:
    entries = fill(5) + fill(4, at=at + timedelta(microseconds=50))
    seals = Seal.objects.order_by("position")
    assert [row.position for row in seals] == list(range(9))
    assert [row.entry_id for row in seals] == [entry.pk for entry in entries]
    for row, entry in zip(seals, entries, strict=True):
        data = Entry.objects.get(pk=entry.pk).leaf_bytes()
        assert bytes(row.leaf_sha256) == SHA256.leaf(data)
        assert bytes(row.leaf_sm3) == SM3.leaf(data)
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [5, 9]
    assert not Pending.objects.exists()


@pytest.mark.django_db
def test_nothing_waiting_moves_nothing(fill: Fill, at: datetime) -> None:
    assert seal(at) is None
    assert latest_checkpoint() is None
    fill(1)
    first = latest_checkpoint()
    assert seal(at) is None
    assert latest_checkpoint() == first


@pytest.mark.django_db
def test_a_limit_leaves_the_rest_waiting(fill: Fill, at: datetime) -> None:
    fill(5, sealed=False)
    sizes = [row.size if (row := seal(at, limit=2)) else None for _turn in range(4)]
    assert sizes == [2, 4, 5, None]


@pytest.mark.slow
@pytest.mark.django_db
def test_proofs_across_stored_blocks(fill: Fill) -> None:
    """Sizes around 256 and 512: proofs come from block rows and from leaves, and both hold."""
    for count in (200, 57, 256, 90):
        fill(count)
    sizes = [200, 257, 513, 603]
    assert set(Subtree.objects.values_list("level", "index")) == {(1, 0), (1, 1)}
    points = {row.size: row.signed().note for row in Checkpoint.objects.all()}
    assert sorted(points) == sizes
    for size, index in ((200, 199), (257, 0), (257, 256), (513, 255), (603, 300), (603, 602)):
        row = Seal.objects.get(position=index)
        leaves = {SHA256: bytes(row.leaf_sha256), SM3: bytes(row.leaf_sm3)}
        found = inclusion(1, index, size)
        for algorithm, root in zip(leaves, points[size].roots, strict=True):
            path = found[algorithm.name]
            assert inclusion_root(algorithm, leaves[algorithm], index, size, path) == root
    for old in sizes:
        for new in sizes[sizes.index(old) :]:
            found = consistency(1, old, new)
            for algorithm, before, after in zip(
                (SHA256, SM3), points[old].roots, points[new].roots, strict=True
            ):
                check_consistency(algorithm, (old, before), (new, after), found[algorithm.name])
    assert consistency_document(200, 603)["new"]["text"] == points[603].text


@pytest.mark.django_db
def test_a_proof_costs_the_same_queries_at_every_size(
    fill: Fill, django_assert_max_num_queries: Any
) -> None:
    fill(600)
    with django_assert_max_num_queries(2):
        inclusion(1, 77, 600)


@pytest.mark.django_db
@pytest.mark.parametrize(("old", "new"), [(0, 3), (2, 3), (3, 4), (5, 3)])
def test_consistency_is_between_checkpoints(old: int, new: int, fill: Fill) -> None:
    fill(3)
    fill(2)
    with pytest.raises(CheckpointUnknown) as caught:
        consistency_document(old, new)
    assert (caught.value.status, caught.value.code) == (404, "checkpoint_unknown")


@pytest.mark.django_db
def test_a_proof_from_damaged_rows_is_refused(fill: Fill, forger: Forger) -> None:
    fill(5)
    with forger():
        Seal.objects.filter(position=2).delete()
    with pytest.raises(HashesMissing):
        inclusion(1, 3, 5)
    with pytest.raises(ProofError):
        inclusion(1, 5, 5)


one_writer = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one writer in at a time"
)


@one_writer
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_late_commits_of_early_ids_are_sealed(at: datetime) -> None:
    """An id is taken before its transaction commits; the one that commits late has a lower id
    than what is sealed already, and must not be passed by."""
    taken, sealed = Event(), Event()

    def slow() -> int:
        with transaction.atomic():
            entry = note(at, 1)
            taken.set()
            assert sealed.wait(20)
        return entry.pk

    def quick() -> int:
        assert taken.wait(20)
        entry = note(at, 2)
        seal(at)
        sealed.set()
        return entry.pk

    early, late = in_parallel([slow, quick])
    assert early < late
    assert list(Seal.objects.values_list("entry_id", flat=True)) == [late]
    seal(at)
    assert list(Seal.objects.order_by("position").values_list("entry_id", flat=True)) == [
        late,
        early,
    ]
    assert verify().exit_code == 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_writers_and_sealers_at_once(at: datetime) -> None:
    """Six writers, three sealers: every entry is sealed once, and there is one tree."""
    stop = Event()

    def write_all() -> list[Any]:
        try:
            return in_parallel([lambda base=base: write(at, base * 100) for base in range(6)])
        finally:
            stop.set()

    written, *overtaken = in_parallel([write_all, *[lambda: keep_sealing(at, stop)] * 3])
    assert written == [None] * 6
    assert all(isinstance(answer, int) for answer in overtaken), overtaken
    while seal(at):
        pass
    sealed = Seal.objects.order_by("position").values_list("entry_id", "position")
    assert {pk for pk, _place in sealed} == set(Entry.objects.values_list("pk", flat=True))
    assert [place for _pk, place in sealed] == list(range(6 * 12))
    assert verify().as_dict()["findings"] == []


def write(at: datetime, base: int) -> None:
    """Write fifteen entries; of the last in each five the transaction is taken back."""
    for number in range(15):
        with transaction.atomic():
            note(at, base + number)
            if number % 5 == 4:
                transaction.set_rollback(True)


def keep_sealing(at: datetime, stop: Event) -> int:
    """Seal small batches until told to stop; return how often another sealer was first."""
    overtaken = 0
    while not stop.is_set():
        try:
            seal(at, limit=7)
        except SealerOvertaken:
            overtaken += 1
    return overtaken


@one_writer
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_sealers_on_one_head_one_stops(
    fill: Fill, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have read the same head and claimed different rows; the second must not fork."""
    fill(1)
    fill(4, sealed=False)
    grow, meeting = sealing._grow, Barrier(2)

    def grow_together(*arguments: Any) -> Any:
        batch = grow(*arguments)
        meeting.wait(20)
        return batch

    monkeypatch.setattr(sealing, "_grow", grow_together)
    answers = in_parallel([lambda: seal(at, limit=2)] * 2)
    assert sorted(type(answer).__name__ for answer in answers) == ["Checkpoint", "SealerOvertaken"]
    monkeypatch.undo()
    assert Seal.objects.count() == 3
    assert Pending.objects.count() == 2  # the loser's claim is void
    seal(at)
    assert verify().exit_code == 0


@pytest.mark.django_db
def test_a_head_that_moved_meanwhile_stops_the_sealer(
    fill: Fill, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(2)
    fill(1, sealed=False)
    grow = sealing._grow

    def move_first(head: Head, ids: Any) -> Any:
        Head.objects.filter(epoch=1).update(size=99)
        return grow(head, ids)

    monkeypatch.setattr(sealing, "_grow", move_first)
    with pytest.raises(SealerOvertaken) as caught:
        seal(at)
    assert (caught.value.status, caught.value.code) == (409, "sealer_overtaken")
    assert Seal.objects.count() == 2
    assert Pending.objects.count() == 1


@pytest.mark.django_db
def test_an_epoch_that_opened_meanwhile_stops_the_sealer(
    fill: Fill, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(2)
    fill(1, sealed=False)
    claim = sealing._claim

    def open_first(*arguments: Any) -> Any:
        Epoch(number=2, opened_at=at, reason="x").save(force_insert=True)
        return claim(*arguments)

    monkeypatch.setattr(sealing, "_claim", open_first)
    with pytest.raises(SealerOvertaken):
        seal(at)
    assert Head.objects.get(epoch=1).size == 2


@pytest.mark.django_db
def test_a_published_checkpoint_is_a_signed_note(fill: Fill) -> None:
    """C2SP signed-note: text, empty line, dash, name, key hint and Ed25519 signature."""
    fill(3)
    row = Checkpoint.objects.get()
    text, _empty, signature = row.published().rpartition("\n\n")
    text += "\n"
    dash, name, encoded = signature.removesuffix("\n").split(" ")
    data = base64.b64decode(encoded)
    public = signer().public
    assert (dash, name) == ("—", text.split("\n")[0])
    assert data[:4] == hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
    assert verifies(public, data[4:], text)
    assert text.split("\n")[:2] == [f"{row.origin}/1", "3"]
    assert base64.b64decode(text.split("\n")[2]) == bytes(row.sha256)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_verification_and_receipts_beside_a_working_sealer(at: datetime) -> None:
    """A monitor that looks while the tree grows sees an intact tree, and every receipt holds."""
    note(at)
    seal(at)
    stop = Event()

    def write_and_seal() -> int:
        try:
            for number in range(40):
                note(at, number)
                seal(at, limit=3)
        finally:
            stop.set()
        return 40

    def watch() -> set[str]:
        seen: set[str] = set()
        while not stop.is_set():
            seen.add(f"verify {verify().exit_code}")
            entry = Entry.objects.order_by("?").first()
            if entry:
                seen.add(check_receipt(receipt_for(entry.uid), at=at).code)
        return seen

    written, *seen = in_parallel([write_and_seal, watch, watch])
    assert written == 40
    assert all(states <= {"verify 0", "accepted_ok", "sealed_ok"} for states in seen), seen
