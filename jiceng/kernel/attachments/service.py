"""The one way in for files, and the one way out."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments import store
from jiceng.kernel.attachments.checks import findings, findings_of
from jiceng.kernel.attachments.handing import (
    AlreadyAttached,
    HandedIn,
    claim_digest,
    given,
    hand_in,
)
from jiceng.kernel.attachments.images import Picture, remake
from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.names import base_name, display_name
from jiceng.kernel.attachments.refusals import EmptyFile, FileTooLarge, StoreFull
from jiceng.kernel.attachments.sniffing import check_extension, sniff
from jiceng.kernel.attachments.terms import MAX_BYTES
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.base.together import Overtaken, write_together
from jiceng.kernel.ledger.service import Actor

__all__ = [
    "AlreadyAttached",
    "HandedIn",
    "attach",
    "copy_to",
    "facts_of",
    "find",
    "findings",
    "findings_of",
    "hand_in",
    "of",
    "respond",
    "take_in",
    "uploaded",
]

PURPOSE = re.compile(r"[a-z][a-z0-9_.]{0,39}")
UID = re.compile(r"[0-9a-f]{32}")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read(upload: File) -> bytes:
    """Read an upload within the limit; the stated size is looked at first, but not believed."""
    if upload.size > MAX_BYTES:
        raise FileTooLarge()
    upload.seek(0)
    data = upload.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise FileTooLarge()
    if not data:
        raise EmptyFile()
    return data


def _picture(data: bytes, name: str) -> Picture:
    photo = sniff(data)
    check_extension(base_name(name), photo)
    return remake(data, photo)


def _record(picture: Picture, data: bytes, name: str) -> Attachment:
    return Attachment(
        uid=new_uid(),
        media_type="image/jpeg",
        size=len(picture.jpeg),
        width=picture.width,
        height=picture.height,
        sha256=_sha256(picture.jpeg),
        thumb_sha256=_sha256(picture.thumb),
        original_sha256=_sha256(data),
        original_name=display_name(name),
        captured_at=picture.capture.at,
        captured_lat=picture.capture.lat,
        captured_lng=picture.capture.lng,
        phash=picture.phash,
    )


def take_in(upload: File, *, by: Actor, at: datetime, purpose: str, claim: str) -> Attachment:
    """Keep an uploaded photo, remade from its pixels; the original is not kept, only its hash.

    ``claim`` is what only the uploading session knows; ``attach`` asks for it again. Nothing is
    an act yet: the entry is written by the act that attaches. Raises ``FileTooLarge`` (413),
    ``EmptyFile``, ``RefusedType``, ``WrongExtension``, ``TooManyPixels``, ``UnreadableImage``
    (422), ``Busy``, ``StoreFull`` (503).
    """
    if not PURPOSE.fullmatch(purpose) or not claim:
        raise ValueError("an upload needs a purpose and a claim")
    data = _read(upload)
    picture = _picture(data, upload.name or "")
    attachment = _record(picture, data, upload.name or "")
    attachment.purpose, attachment.by, attachment.at = purpose, by.ref, at
    attachment.claim = claim_digest(claim)
    # The files come first: a row promises that its photo is safe. Where the transaction around
    # us rolls back, the files have no row, and the sweep removes them.
    store.write(attachment.uid, picture.jpeg, picture.thumb)
    try:
        with transaction.atomic():
            attachment.save(force_insert=True)
    except BaseException:
        store.remove(attachment.uid)
        raise
    return attachment


def _in_order(uids: Iterable[str], rows: QuerySet[Attachment]) -> list[Attachment]:
    """Return the named ``rows`` in the order of naming, each once; raises ``Absent``."""
    wanted = list(dict.fromkeys(uids))
    if not all(map(UID.fullmatch, wanted)):
        raise Absent()
    found = {attachment.uid: attachment for attachment in rows.filter(uid__in=wanted)}
    if len(found) != len(wanted):
        raise Absent()
    return [found[uid] for uid in wanted]


def uploaded(uids: Iterable[str], *, claim: str) -> list[Attachment]:
    """Return the named uploads of this session, in that order, whether given to something or not.

    Raises ``Absent`` for an unknown upload and for another session's alike.
    """
    return _in_order(uids, Attachment.objects.filter(claim=claim_digest(claim)))


def attach(uids: Iterable[str], *, subject: str, claim: str) -> list[Attachment]:
    """Give uploads of this session to ``subject``, in the order of ``uids``, all or none.

    Called inside an act, whose entry carries ``facts_of`` them. Raises ``Absent`` for an unknown
    upload and for another session's alike, ``AlreadyAttached`` (409) the second time.
    """
    if not subject or not claim:
        raise ValueError("attachments need a subject and a claim")
    mine = uploaded(uids, claim=claim)
    if not mine:
        return []
    try:
        write_together(given(mine, subject))
    except Overtaken as error:
        raise AlreadyAttached() from error
    return mine


def _copy(row: Attachment, **changed: Any) -> Attachment:
    fields = [f for f in row._meta.concrete_fields if not (f.primary_key or f.generated)]
    held = {f.attname: getattr(row, f.attname) for f in fields}
    origin = row.copied_from or row.uid
    return Attachment(**held | changed | {"uid": new_uid(), "claim": "", "copied_from": origin})


def copy_to(
    uids: Iterable[str], *, source: str, subject: str, by: Actor, at: datetime
) -> list[Attachment]:
    """Give chosen photos of ``source`` to ``subject`` too, in the order of ``uids``, all or none.

    A copy has its own uid, files and names, and is erased with its own subject; who and when are
    those of the copying. Called inside an act, whose entry carries ``facts_of`` the copies.
    Raises ``Absent`` for an unknown photo and for another subject's alike, ``StoreFull`` (503).
    """
    if not source or not subject or source == subject:
        raise ValueError("a photo is copied from one subject to another")
    with transaction.atomic():
        # An erasure waits, or comes first: otherwise a copy could keep what it just blanked.
        held = _in_order(uids, Attachment.objects.select_for_update().filter(subject=source))
        copies = [_copy(row, subject=subject, by=by.ref, at=at) for row in held]
        try:
            for row, copy in zip(held, copies, strict=True):
                store.copy(row.uid, copy.uid)
            return Attachment.objects.bulk_create(copies)
        except BaseException:
            for copy in copies:
                store.remove(copy.uid)
            raise


def facts_of(attachments: Iterable[Attachment]) -> list[Mapping[str, str]]:
    """Return what an entry says of attachments: enough to prove a photo later, nothing personal."""
    return [
        {
            "uid": row.uid,
            "purpose": row.purpose,
            "sha256": row.sha256,
            "original": row.original_sha256,
        }
        for row in attachments
    ]


def of(subject: str, purpose: str | None = None) -> QuerySet[Attachment]:
    """Return the attachments of ``subject`` in the order of upload. Who may see is the caller's."""
    rows = Attachment.objects.filter(subject=subject).exclude(subject="").order_by("id")
    return rows if purpose is None else rows.filter(purpose=purpose)


def find(uid: str) -> Attachment:
    """Return the attachment with this ``uid`` or raise ``Absent``. Who may see is the caller's."""
    attachment = Attachment.objects.filter(uid=uid).first() if UID.fullmatch(uid) else None
    if attachment is None:
        raise Absent()
    return attachment


def respond(attachment: Attachment, *, thumb: bool = False) -> FileResponse:
    """Return the file, under headers that let a browser show it and do nothing else with it.

    Raises ``StoreFull`` (503) where the file cannot be read.
    """
    try:
        file = store.path_of(attachment.uid, thumb=thumb).open("rb")
    except OSError as error:
        raise StoreFull(_("照片暂时无法读取。")) from error
    response = FileResponse(file, content_type=attachment.media_type)
    name = quote(attachment.original_name, safe="")
    response["Content-Disposition"] = (
        f"inline; filename=\"photo-{attachment.uid[:8]}.jpg\"; filename*=UTF-8''{name}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    response["ETag"] = f'"{attachment.thumb_sha256 if thumb else attachment.sha256}"'
    return response
