"""The acts of the ledger upon itself: erasing personal values, new epochs, new keys."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Absent
from jiceng.kernel.base.registry import Registry
from jiceng.kernel.base.text import clean_line
from jiceng.kernel.ledger import epochs, personal, signing
from jiceng.kernel.ledger.acts import Recorded, act
from jiceng.kernel.ledger.entries import Actor
from jiceng.kernel.ledger.models import Epoch, SigningKey
from jiceng.kernel.ledger.terms import EPOCH_OPENED, EVENTS, KEY_ROTATED, PERSONAL_ERASED

REASON_LIMIT = 500


class NothingToErase(Absent):
    """The subject has no personal values, or no longer (404)."""

    code = "nothing_to_erase"
    sentence = _("没有可删除的个人信息。")


class OnErasure(Protocol):
    """What is called, inside the same transaction, when a subject's personal values are erased."""

    def __call__(self, *, subject: str, by: Actor, at: datetime) -> Iterable[str]:
        """Blank the columns that hold the same words; return the names of those that did."""


ERASURE: Registry[OnErasure] = Registry("on_erasure")
Called = TypeVar("Called", bound=OnErasure)


def on_erasure(function: Called) -> Called:
    """Register a function to call at every erasure; keywords subject, by, at.

    Whoever keeps a copy of what people wrote, to list or search it, registers one: an erasure
    that leaves a copy is none.
    """
    ERASURE.add(f"{function.__module__}.{getattr(function, '__qualname__', function)}", function)
    return function


@act(PERSONAL_ERASED, label=EVENTS[PERSONAL_ERASED])
def erase_personal(*, subject: str, by: Actor, at: datetime, reason: str) -> Recorded[int]:
    """Delete the personal values and salts of all entries of ``subject``, and record that.

    Copies in other tables go in the same transaction, by ``on_erasure``. The value is the number
    of kinds of fields. ``reason`` stays in history in clear. Who may do this is for the caller to
    decide (个人信息保护法 第四十七条). Raises ``NothingToErase``.
    """
    found = set(personal.erase(subject))
    for erase in ERASURE:
        found.update(erase(subject=subject, by=by, at=at))
    fields = sorted(found)
    if not fields:
        raise NothingToErase()
    facts = {"fields": fields, "reason": clean_line(reason, REASON_LIMIT)}
    return Recorded(len(fields), subject, facts)


@act(EPOCH_OPENED, label=EVENTS[EPOCH_OPENED])
def open_epoch(*, reason: str, by: Actor, at: datetime) -> Recorded[Epoch]:
    """Open a new epoch, whose first leaf commits to the last good checkpoint and the reason."""
    epoch = epochs.open_next(at, clean_line(reason, REASON_LIMIT))
    return Recorded(epoch, epochs.subject_of(epoch.number), epochs.facts_of(epoch))


@act(KEY_ROTATED, label=EVENTS[KEY_ROTATED])
def _succeed_key(
    *, old: signing.Signer | None, new: signing.Signer, by: Actor, at: datetime
) -> Recorded[SigningKey]:
    row = signing.register_successor(old, new, at)
    facts = {"previous": row.previous, "key_id": row.key_id, "lost": old is None}
    return Recorded(row, f"ledger.key:{row.key_id}", facts)


def rotate_key(*, by: Actor, at: datetime, lost: bool = False) -> SigningKey:
    """Put a new key in the key file, endorsed by the old one, and record that; return its row.

    ``lost`` says that the old key is gone: the new one then stands unendorsed, and verification
    has to be told the old public key by hand. Raises the refusals of ``signing.signer``.
    """
    path = Path(settings.LEDGER_KEY_FILE)
    old, new = None if lost else signing.signer(at), signing.fresh_signer()
    fresh = signing.write_beside(path, new)
    try:
        done = _succeed_key(old=old, new=new, by=by, at=at)
    except BaseException:
        fresh.unlink()
        raise
    # Only now, for a key that is overwritten before the commit is lost if the commit fails. In
    # between the sealer finds a retired key, stops, and tries again a second later.
    fresh.replace(path)
    row: SigningKey = done.value  # type: ignore[assignment]
    return row
