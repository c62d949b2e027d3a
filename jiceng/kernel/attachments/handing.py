"""Uploads that an act gives to something: what is to be written, and what is known of them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.checks import look_up
from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base.errors import Absent, Conflict
from jiceng.kernel.base.together import Change


class AlreadyAttached(Conflict):
    """The upload belongs to something already (409)."""

    code = "already_attached"
    sentence = _("照片已经提交过。")


@dataclass(frozen=True)
class HandedIn:
    """Uploads of one session, the ``changes`` that give them to something, and all photos that
    may show the same as one of them."""

    photos: list[Attachment] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    known: list[Attachment] = field(default_factory=list)


def claim_digest(claim: str) -> str:
    """Return how an upload keeps what only its session knows."""
    return sha256(claim.encode()).hexdigest()


def hand_in(photos: Collection[Attachment], *, subject: str, claim: str) -> HandedIn:
    """Decide to give ``photos`` to ``subject``, in their order: one query, and nothing is written.

    The act around writes the ``changes`` with its entry, which carries ``facts_of`` the photos.
    Raises ``Absent`` for another session's upload, ``AlreadyAttached`` (409) the second time.
    """
    if not photos:
        return HandedIn()
    if not subject or not claim:
        raise ValueError("attachments need a subject and a claim")
    known = look_up(photos)
    kept = {row.uid: row for row in known if row.claim == claim_digest(claim)}
    wanted = list(dict.fromkeys(photo.uid for photo in photos))
    if not kept.keys() >= set(wanted):
        raise Absent()
    own = [kept[uid] for uid in wanted]
    return HandedIn(own, given(own, subject), known)


def given(photos: Collection[Attachment], subject: str) -> list[Change]:
    """Return the changes that give ``photos``, as they were just read, to ``subject``."""
    if any(photo.subject for photo in photos):
        raise AlreadyAttached()
    for photo in photos:
        photo.subject = subject
    free = [{"id": photo.pk, "subject": ""} for photo in photos]
    return [Change(Attachment, where, {"subject": subject}) for where in free]
