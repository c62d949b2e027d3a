"""Epochs: each is a tree of its own. A restore, or a log that failed, opens the next."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Conflict
from jiceng.kernel.ledger import anchors
from jiceng.kernel.ledger.hashing import SHA256, SM3
from jiceng.kernel.ledger.models import Checkpoint, Entry, Epoch, Head
from jiceng.kernel.ledger.terms import EPOCH_OPENED

FIRST_REASON = "建立台账"


class EpochUnsealed(Conflict):
    """The current epoch holds nothing yet, so a further one would commit to nothing (409)."""

    code = "epoch_unsealed"
    sentence = _("当前纪元还没有封存任何记录，无需开启新纪元。")


def subject_of(number: int) -> str:
    """Return the subject under which the opening of an epoch stands in the ledger."""
    return f"ledger.epoch:{number}"


def opening_entry(number: int) -> Entry | None:
    """Return the entry that opened an epoch; the first epoch has none."""
    entries = Entry.objects.filter(subject=subject_of(number), event=EPOCH_OPENED)
    return entries.order_by("id").first()


def open_row(number: int, at: datetime, reason: str, **prior: Any) -> Epoch:
    """Insert an epoch with its empty head."""
    epoch = Epoch(number=number, opened_at=at, reason=reason, **prior)
    epoch.save(force_insert=True)
    Head(epoch=number, sha256=SHA256.empty, sm3=SM3.empty).save(force_insert=True)
    return epoch


def current_head(at: datetime) -> Head:
    """Return the head of the newest epoch; the first call ever opens epoch 1."""
    head = Head.objects.order_by("-epoch").first()
    if head is not None:
        return head
    try:
        with transaction.atomic():
            open_row(1, at, FIRST_REASON)
    except IntegrityError:
        pass  # another sealer opened it while this one waited for its row
    return Head.objects.get(epoch=1)


def open_next(at: datetime, reason: str) -> Epoch:
    """Open the epoch after everything that the database or the anchor file knows of."""
    # The lock keeps the sealer from growing the old tree while its end is written down.
    head = Head.objects.select_for_update().order_by("-epoch").first()
    published = anchors.last()
    if (head is None or head.size == 0) and published is None:
        raise EpochUnsealed()
    prior = Checkpoint.objects.order_by("-epoch", "-size").first()
    place = (prior.epoch, prior.size) if prior else (0, 0)
    lost = (0, 0)
    if published is not None and published.note.place > place:
        lost = published.note.place
    return open_row(
        max(place[0], head.epoch if head else 0, lost[0]) + 1,
        at,
        reason,
        prior_epoch=place[0],
        prior_size=place[1],
        prior_sha256=prior.sha256 if prior else b"",
        prior_sm3=prior.sm3 if prior else b"",
        lost_epoch=lost[0],
        lost_size=lost[1],
    )


def facts_of(epoch: Epoch) -> dict[str, Any]:
    """Return what the opening entry says of its epoch; verification compares the two."""
    return {
        "number": epoch.number,
        "reason": epoch.reason,
        "prior": {
            "epoch": epoch.prior_epoch,
            "size": epoch.prior_size,
            "sha256": bytes(epoch.prior_sha256).hex(),
            "sm3": bytes(epoch.prior_sm3).hex(),
        },
        "lost": {"epoch": epoch.lost_epoch, "size": epoch.lost_size},
    }
