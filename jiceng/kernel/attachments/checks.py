"""Photos held against one another, and against when and where they should have been taken."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from jiceng.kernel.attachments import rules
from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.rules import PARTS, Finding, Seen, parts_of, telling, time_known
from jiceng.kernel.attachments.terms import FAR_AWAY
from jiceng.kernel.places.rules import Place

# What is read of an earlier photo.
LOOK = ("id", "uid", "subject", "phash", "purpose", "claim", "at", "copied_from")


def alike(hashes: Collection[str]) -> Q:
    """Return the filter for photos that may be near one of ``hashes``; none that is near lacks."""
    columns = zip(*map(parts_of, hashes), strict=True)
    near = Q()
    for number, parts in zip(range(1, PARTS + 1), columns, strict=True):
        near |= Q(**{f"phash_{number}__in": sorted(set(parts))})
    return near


def candidates(photos: Collection[Attachment]) -> QuerySet[Attachment]:
    """Return what was handed in and may be near one of ``photos``, found by index alone."""
    last = max(photo.pk for photo in photos)
    near = alike([photo.phash for photo in photos])
    return Attachment.objects.filter(near, id__lt=last).exclude(subject="")


def _earlier(photos: Collection[Attachment]) -> list[Any]:
    asked = [photo for photo in photos if telling(photo.phash)]
    if not asked:
        return []
    rows = candidates(asked).values_list(*LOOK, named=True)
    # Ordered here: asked to order by id, a database may read the whole table in that order.
    return sorted(rows, key=lambda row: row.id)


def _one_set(photo: Attachment, row: Any, since: datetime | None) -> bool:
    """Tell whether two photos were sent together: by one session, for one step of one thing.

    ``since`` tells a step from the same step gone through again.
    """
    same = (photo.subject, photo.purpose, photo.claim) == (row.subject, row.purpose, row.claim)
    return same and (since is None or (photo.at >= since) == (row.at >= since))


def _counts(photo: Attachment, row: Any, since: datetime | None) -> bool:
    root = photo.copied_from or photo.uid
    if row.id >= photo.pk or root in (row.uid, row.copied_from):
        return False
    return not _one_set(photo, row, since)


def _place_of(photo: Attachment) -> Place | None:
    if photo.captured_lat is None or photo.captured_lng is None:
        return None
    return Place(photo.captured_lng, photo.captured_lat)


def findings_of(
    photos: Collection[Attachment],
    *,
    place: Place | None = None,
    since: datetime | None = None,
    at: datetime,
    metres: float = FAR_AWAY,
) -> dict[str, list[Finding]]:
    """Return by uid what may speak against ``photos`` as proof; one query for all of them.

    ``place`` is where the work was to be done, as it is stored; ``since`` is when the step was
    entered; without them the questions that need them are not asked. ``at`` is now: a later
    capture is no time known. An earlier photo is one that was given to something, whatever that
    is: whether the reader may open it is the caller's.
    """
    rows = _earlier(photos)
    found = {}
    for photo in photos:
        seen = [Seen(row.uid, row.subject, row.phash) for row in rows if _counts(photo, row, since)]
        taken_at, taken = time_known(photo.captured_at, at), _place_of(photo)
        # When the upload came that a copy shows is not known here; the copy itself is always late.
        uploaded_at = None if photo.copied_from else photo.at
        answers = (
            rules.seen_before(photo.phash, seen),
            rules.far_away(taken, place, metres),
            rules.too_old(taken_at, since=since, uploaded_at=uploaded_at),
            rules.no_capture(taken_at, taken),
        )
        found[photo.uid] = [answer for answer in answers if answer is not None]
    return found


def findings(
    attachment: Attachment,
    *,
    place: Place | None = None,
    since: datetime | None = None,
    at: datetime,
    metres: float = FAR_AWAY,
) -> list[Finding]:
    """Return what may speak against one photo; see ``findings_of``."""
    found = findings_of([attachment], place=place, since=since, at=at, metres=metres)
    return found[attachment.uid]
