"""The sealer: gives waiting entries their places in the tree and signs what the tree is now.

It runs outside the transactions of business, which take no common lock; it alone orders history.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Conflict
from jiceng.kernel.ledger import anchors, epochs, signing
from jiceng.kernel.ledger.canonical import leaf_of
from jiceng.kernel.ledger.database import claim_pending, insert_seals, read_columns
from jiceng.kernel.ledger.hashing import SHA256, SM3, Algorithm
from jiceng.kernel.ledger.models import Checkpoint, Epoch, Head, Pending, Subtree
from jiceng.kernel.ledger.notes import CheckpointNote
from jiceng.kernel.ledger.tree import Frontier

HASH = 32


class SealerOvertaken(Conflict):
    """Another sealer moved the head first; this one stops, and its claim is void (409)."""

    code = "sealer_overtaken"
    sentence = _("另一个封存进程已先行封存。")


@dataclass(frozen=True)
class Batch:
    """What a run of the sealer writes."""

    seals: Sequence[tuple[int, int, int, bytes, bytes]]
    subtrees: Sequence[Subtree]
    sha256: Frontier
    sm3: Frontier


def frontier_of(algorithm: Algorithm, head: Head) -> Frontier:
    """Return the frontier that a head stores, under one of the two algorithms."""
    joined = bytes(getattr(head, f"peaks_{algorithm.name}"))
    peaks = [joined[i : i + HASH] for i in range(0, len(joined), HASH)]
    return Frontier(algorithm, head.size, peaks)


def _claim(head: Head, limit: int) -> list[int]:
    """Take entries off the queue; the first leaf of a later epoch is the entry that opened it."""
    if head.size == 0 and head.epoch > 1:
        opening = epochs.opening_entry(head.epoch)
        if opening is None or not Pending.objects.filter(entry_id=opening.pk).delete()[0]:
            return []
        return [opening.pk]
    return claim_pending(limit)


def _grow(head: Head, ids: Sequence[int]) -> Batch:
    """Hash the entries anew from their columns and append them to both trees in order of id."""
    sha256, sm3 = frontier_of(SHA256, head), frontier_of(SM3, head)
    rows = read_columns(ids)
    data = [leaf_of(*columns) for _pk, *columns in rows]
    leaves, leaves_sm3 = [SHA256.leaf(leaf) for leaf in data], [SM3.leaf(leaf) for leaf in data]
    numbered = enumerate(zip(rows, leaves, leaves_sm3, strict=True), head.size)
    seals = [
        (row[0], head.epoch, place, leaf, leaf_sm3) for place, (row, leaf, leaf_sm3) in numbered
    ]
    blocks = zip(sha256.extend(leaves), sm3.extend(leaves_sm3), strict=True)
    subtrees = [
        Subtree(epoch=head.epoch, level=level, index=index, sha256=root, sm3=twin[2])
        for (level, index, root), twin in blocks
    ]
    return Batch(seals, subtrees, sha256, sm3)


def _move(head: Head, batch: Batch) -> None:
    """Move the head from where it was read, or raise ``SealerOvertaken``."""
    moved = Head.objects.filter(epoch=head.epoch, size=head.size, sha256=head.sha256).update(
        size=batch.sha256.size,
        sha256=batch.sha256.root(),
        sm3=batch.sm3.root(),
        peaks_sha256=b"".join(batch.sha256.peaks),
        peaks_sm3=b"".join(batch.sm3.peaks),
    )
    # The row is locked now, so no epoch can be opened any more before this commits.
    if not moved or Epoch.objects.filter(number__gt=head.epoch).exists():
        raise SealerOvertaken()


def _sign(head: Head, batch: Batch, at: datetime) -> Checkpoint:
    signer = signing.signer(at)
    note = CheckpointNote(
        origin=settings.LEDGER_ORIGIN,
        epoch=head.epoch,
        size=batch.sha256.size,
        sha256=batch.sha256.root(),
        sm3=batch.sm3.root(),
        at=at,
    )
    checkpoint = Checkpoint(
        origin=note.origin,
        epoch=note.epoch,
        size=note.size,
        sha256=note.sha256,
        sm3=note.sm3,
        at=at,
        key_id=signer.key_id,
        signature=signer.sign(note.text),
    )
    checkpoint.save(force_insert=True)
    return checkpoint


def _anchor_the_last() -> None:
    """Anchor a checkpoint that was committed right before a crash, without waiting for an act."""
    last = latest_checkpoint()
    anchored = anchors.last()
    if last is None or (anchored is not None and anchored.note.place >= (last.epoch, last.size)):
        return
    head = Head.objects.filter(epoch=last.epoch).first()
    if head is not None:
        anchors.refuse_rollback(head)
    anchors.catch_up()


def latest_checkpoint() -> Checkpoint | None:
    """Return the newest checkpoint, ``None`` where nothing was ever sealed."""
    return Checkpoint.objects.order_by("-epoch", "-size").first()


def seal(at: datetime, limit: int = 10_000) -> Checkpoint | None:
    """Seal up to ``limit`` waiting entries; return the new checkpoint, ``None`` if none waited.

    Where none waited, a checkpoint that the anchor file lacks is anchored all the same.
    Raises ``SealerOvertaken`` where another sealer was first, ``RolledBack`` where more was
    published than the database holds, and the refusals of ``signing.signer``.
    """
    if not Pending.objects.exists():
        _anchor_the_last()
        return None
    with transaction.atomic(durable=True):
        head = epochs.current_head(at)
        anchors.refuse_rollback(head)
        ids = _claim(head, limit)
        if not ids:
            return None
        batch = _grow(head, ids)
        _move(head, batch)
        checkpoint = _sign(head, batch, at)
        insert_seals(batch.seals)
        Subtree.objects.bulk_create(batch.subtrees)
    anchors.catch_up()
    return checkpoint
