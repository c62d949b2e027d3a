"""Receipts: what a person takes home to prove, without us, what was recorded.

«accepted» is a signed promise, handed out at once; «sealed» is the proof, a second later.
Proof, size, root and signature always come from one checkpoint: taken from a growing tree they
would not fit together now and then, and nobody could reproduce it.
"""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import instant_text
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.ledger import proofs, signing
from jiceng.kernel.ledger.hashing import SHA256, SM3
from jiceng.kernel.ledger.models import Checkpoint, Entry, Epoch, Seal, SigningKey
from jiceng.kernel.ledger.notes import promise_text
from jiceng.kernel.ledger.personal import openings

FORMAT = "jiceng-receipt/1"


class EntryUnknown(Absent):
    """No entry has this uid (404)."""

    code = "entry_unknown"
    sentence = _("台账中没有这条记录。")


class CheckpointUnknown(Absent):
    """No checkpoint has this size (404)."""

    code = "checkpoint_unknown"
    sentence = _("没有这个大小的检查点。")


def leaf_fields(entry: Entry) -> dict[str, str]:
    """Return the fields that are hashed, as a receipt or an export carries them.

    The payload stays the text it is: a reader hashes it as it stands.
    """
    return {
        "at": instant_text(entry.at),
        "by": entry.by,
        "by_title": entry.by_title,
        "event": entry.event,
        "payload": entry.payload,
        "subject": entry.subject,
        "uid": entry.uid,
    }


def checkpoint_document(checkpoint: Checkpoint) -> dict[str, str]:
    """Return a checkpoint as receipts and exports carry it."""
    signed = checkpoint.signed()
    return {
        "text": signed.note.text,
        "key_id": signed.key_id,
        "signature": signed.signature.hex(),
    }


def covering_checkpoint(seal: Seal) -> Checkpoint:
    """Return the first checkpoint over a seal: the same one, and so the same proof, for ever."""
    rows = Checkpoint.objects.filter(epoch=seal.epoch, size__gt=seal.position)
    checkpoint = rows.order_by("size").first()
    if checkpoint is None:
        raise CheckpointUnknown()
    return checkpoint


def receipt_for(entry_uid: str, *, opened: bool = False) -> dict[str, Any]:
    """Return the receipt of an entry, of stage «accepted» or «sealed».

    With ``opened`` it also opens the commitments of the entry: for whoever wrote the words, so
    that they can prove them; for nobody else. JSON types only; ``docs/ledger.md`` describes each
    field. Raises ``EntryUnknown``.
    """
    entry = Entry.objects.filter(uid=entry_uid).first()
    if entry is None:
        raise EntryUnknown()
    data = entry.leaf_bytes()
    receipt: dict[str, Any] = {
        "format": FORMAT,
        "origin": settings.LEDGER_ORIGIN,
        "entry": leaf_fields(entry),
        "leaf_sha256": SHA256.leaf(data).hex(),
        "leaf_sm3": SM3.leaf(data).hex(),
    }
    if opened:
        receipt["opened"] = openings(entry)
    seal = Seal.objects.filter(pk=entry.pk).first()
    return receipt | (_promise(entry, data) if seal is None else _proof(seal))


def _promise(entry: Entry, data: bytes) -> dict[str, Any]:
    signer = signing.signer()
    text = promise_text(settings.LEDGER_ORIGIN, entry.uid, SHA256.leaf(data), SM3.leaf(data))
    return {
        "stage": "accepted",
        "key_id": signer.key_id,
        "public_key": signer.public.hex(),
        "promise": signer.sign(text).hex(),
    }


def _proof(seal: Seal) -> dict[str, Any]:
    checkpoint = covering_checkpoint(seal)
    key = SigningKey.objects.get(key_id=checkpoint.key_id)
    found = proofs.inclusion(seal.epoch, seal.position, checkpoint.size)
    return {
        "stage": "sealed",
        "origin": checkpoint.origin,
        "key_id": checkpoint.key_id,
        "public_key": bytes(key.public).hex(),
        "epoch": seal.epoch,
        "position": seal.position,
        "checkpoint": checkpoint_document(checkpoint),
        "proof": {name: [item.hex() for item in path] for name, path in found.items()},
    }


def consistency(old_size: int, new_size: int, epoch: int | None = None) -> dict[str, Any]:
    """Return the proof that the checkpoint of ``new_size`` extends that of ``old_size``.

    Both are checkpoints of ``epoch`` (the newest by default); else ``CheckpointUnknown``.
    """
    if epoch is None:
        newest = Epoch.objects.order_by("-number").first()
        epoch = newest.number if newest else 0
    rows = {
        row.size: row
        for row in Checkpoint.objects.filter(epoch=epoch, size__in=[old_size, new_size])
    }
    if not (0 < old_size <= new_size and rows.keys() == {old_size, new_size}):
        raise CheckpointUnknown()
    found = proofs.consistency(epoch, old_size, new_size)
    return {
        "origin": rows[new_size].origin,
        "epoch": epoch,
        "old": checkpoint_document(rows[old_size]),
        "new": checkpoint_document(rows[new_size]),
        "proof": {name: [item.hex() for item in path] for name, path in found.items()},
    }
