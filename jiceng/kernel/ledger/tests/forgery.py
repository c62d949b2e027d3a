"""What a hand at the database can do. Each function is one way to change history."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from jiceng.kernel.ledger.hashing import SHA256, SM3
from jiceng.kernel.ledger.models import (
    Checkpoint,
    Entry,
    Epoch,
    Head,
    Pending,
    PersonalDatum,
    Seal,
    SigningKey,
    Subtree,
)
from jiceng.kernel.ledger.sealing import seal

TABLES = (Entry, Pending, Seal, Subtree, Head, Checkpoint, Epoch, SigningKey, PersonalDatum)
Copy = dict[type, list[Any]]


@dataclass
class Scene:
    """A sealed history of thirty entries in three checkpoints, and an older copy of it."""

    at: datetime
    folder: Path
    older: Copy  # as it was at the second checkpoint

    def place(self, position: int) -> Seal:
        return Seal.objects.get(epoch=1, position=position)

    def entry(self, position: int) -> Entry:
        return Entry.objects.get(pk=self.place(position).entry_id)


def copy_tables() -> Copy:
    return {model: list(model.objects.all()) for model in TABLES}


def empty_tables() -> None:
    for model in TABLES:
        model.objects.all().delete()


def put_back(copy: Copy) -> None:
    empty_tables()
    for model, rows in copy.items():
        model.objects.all().delete()  # the trigger of entries has queued them again
        model.objects.bulk_create(rows)


def edit_payload(scene: Scene) -> None:
    Entry.objects.filter(pk=scene.entry(12).pk).update(payload='{"n":99}')


def edit_hash(scene: Scene) -> None:
    Seal.objects.filter(position=12).update(leaf_sha256=b"\x00" * 32)


def edit_payload_and_hash(scene: Scene) -> None:
    edit_payload(scene)
    data = scene.entry(12).leaf_bytes()
    Seal.objects.filter(position=12).update(leaf_sha256=SHA256.leaf(data), leaf_sm3=SM3.leaf(data))


def delete_entries(positions: range) -> None:
    ids = Seal.objects.filter(position__in=positions).values_list("entry_id", flat=True)
    Entry.objects.filter(pk__in=list(ids)).delete()


def delete_tail(scene: Scene) -> None:
    """The careful way: seals, checkpoint and head go with the entries."""
    head = next(row for row in scene.older[Head])
    delete_entries(range(20, 30))
    Seal.objects.filter(position__gte=20).delete()
    Checkpoint.objects.filter(size__gt=20).delete()
    head.save(force_update=True)


def delete_tail_only(scene: Scene) -> None:
    delete_entries(range(25, 30))


def delete_middle(scene: Scene) -> None:
    delete_entries(range(11, 14))
    Seal.objects.filter(position__in=range(11, 14)).delete()


def swap_payloads(scene: Scene) -> None:
    one, other = scene.entry(12), scene.entry(13)
    Entry.objects.filter(pk=one.pk).update(payload=other.payload)
    Entry.objects.filter(pk=other.pk).update(payload=one.payload)


def swap_places(scene: Scene) -> None:
    one, other = scene.place(12), scene.place(13)
    for row, position in ((one, 1000), (other, 12), (one, 13)):
        Seal.objects.filter(pk=row.pk).update(position=position)


def seal_all_anew(scene: Scene, at: datetime) -> None:
    """Build the tree again over what the entries say now, with checkpoints of the same sizes."""
    for model in (Seal, Subtree, Head, Checkpoint, Epoch):
        model.objects.all().delete()
    Pending.objects.all().delete()
    Pending.objects.bulk_create(
        Pending(entry_id=pk, queued=2**33) for pk in Entry.objects.values_list("pk", flat=True)
    )
    anchor, settings.LEDGER_ANCHOR_FILE = settings.LEDGER_ANCHOR_FILE, scene.folder / "forged"
    try:
        while seal(at, limit=10):
            pass
    finally:
        settings.LEDGER_ANCHOR_FILE = anchor


def rewrite_and_resign(scene: Scene) -> None:
    """Rewrite a suffix of the same length and sign it with another key."""
    edit_payload(scene)
    SigningKey.objects.all().delete()
    key, settings.LEDGER_KEY_FILE = settings.LEDGER_KEY_FILE, scene.folder / "forged.pem"
    try:
        seal_all_anew(scene, scene.at + timedelta(seconds=1))
    finally:
        settings.LEDGER_KEY_FILE = key


def rewrite_with_stolen_key(scene: Scene) -> None:
    edit_payload(scene)
    seal_all_anew(scene, scene.at + timedelta(seconds=1))


def older_copy(scene: Scene) -> None:
    put_back(scene.older)


def clear_table(scene: Scene) -> None:
    Entry.objects.all().delete()


def clear_everything(scene: Scene) -> None:
    empty_tables()


def forge_checkpoint(scene: Scene) -> None:
    Checkpoint.objects.filter(size=20).update(signature=b"\x01" * 64)


def drop_checkpoint(scene: Scene) -> None:
    Checkpoint.objects.filter(size=30).delete()


def bend_head(scene: Scene) -> None:
    Head.objects.update(sha256=b"\x02" * 32)


def grow_head(scene: Scene) -> None:
    Head.objects.update(size=33)


def shrink_head(scene: Scene) -> None:
    next(row for row in scene.older[Head]).save(force_update=True)


def drop_head(scene: Scene) -> None:
    Head.objects.all().delete()


def drop_epoch(scene: Scene) -> None:
    Epoch.objects.all().delete()


def unqueue(scene: Scene) -> None:
    """Keep an entry out of the tree for ever."""
    Entry.objects.bulk_create([Entry(uid="e" * 32, event="a.b", subject="a:1", at=scene.at)])
    Pending.objects.all().delete()


def orphan_pending(scene: Scene) -> None:
    Pending.objects.create(pk=2**40, queued=2**33)


def queue_again(scene: Scene) -> None:
    Pending.objects.create(pk=scene.entry(3).pk, queued=2**33)


def change_person(scene: Scene) -> None:
    PersonalDatum.objects.filter(entry_uid=scene.entry(7).uid).update(value="李四")


def drop_person(scene: Scene) -> None:
    PersonalDatum.objects.filter(entry_uid=scene.entry(7).uid).delete()


def change_actor(scene: Scene) -> None:
    Entry.objects.filter(pk=scene.entry(5).pk).update(by="officer:1", by_title="别人")


def change_instant(scene: Scene) -> None:
    Entry.objects.filter(pk=scene.entry(5).pk).update(at=scene.at + timedelta(microseconds=1))


def retire_key_before(scene: Scene) -> None:
    SigningKey.objects.update(ends_at=scene.at - timedelta(days=1))


def trusted_id_for_another_key(scene: Scene) -> None:
    SigningKey.objects.update(public=b"\x03" * 32)


def change_origin(scene: Scene) -> None:
    Checkpoint.objects.filter(size=20).update(origin="another-zone")


def drop_guard(scene: Scene) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP TRIGGER ledger_refuse ON ledger_seal")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS ledger_seal_no_delete")


Deed = Callable[[Scene], None]
