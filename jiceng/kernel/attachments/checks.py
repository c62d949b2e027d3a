"""Photos held against one another, and against when and where they should have been taken."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

from django.db import connection

from jiceng.kernel.attachments import rules
from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.rules import PARTS, Finding, Seen, parts_of, telling, time_known
from jiceng.kernel.attachments.terms import FAR_AWAY
from jiceng.kernel.base.rows import columns, read
from jiceng.kernel.places.rules import Place


def question(photos: Collection[Attachment]) -> tuple[str, list[str]]:
    """Return the query for ``photos`` as they are kept, and for what was handed in and may be near
    one of them; none that is near lacks, and all is found by index alone."""
    uids = [photo.uid for photo in photos]
    hashes = [parts_of(photo.phash) for photo in photos if telling(photo.phash)]
    values = [*uids, *(part for parts in zip(*hashes, strict=True) for part in parts), *uids]
    return _question(len(uids), len(hashes)), values


@lru_cache(maxsize=256)
def _question(uids: int, hashes: int) -> str:
    own = f"a.uid IN ({_places(uids)})"
    parts = range(1, PARTS + 1) if hashes else ()
    found = " OR ".join([own, *(f"a.phash_{n} IN ({_places(hashes)})" for n in parts)])
    table = f"SELECT {columns(Attachment, 'a')} FROM attachments_attachment a"
    return f"{table} WHERE ({found}) AND (a.subject <> '' OR {own})"


def _places(count: int) -> str:
    return ", ".join(["%s"] * count)


def look_up(photos: Collection[Attachment]) -> list[Attachment]:
    """Return ``photos`` as they are kept now, and what may be near one, in the order of upload."""
    if not photos:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*question(photos))
        rows = [read(Attachment, values) for values in cursor.fetchall()]
    # Ordered here: asked to order by id, a database may read the whole table in that order.
    return sorted(rows, key=lambda row: row.pk)


def _one_set(photo: Attachment, row: Attachment, since: datetime | None) -> bool:
    """Tell whether two photos were sent together: by one session, for one step of one thing.

    ``since`` tells a step from the same step gone through again.
    """
    same = (photo.subject, photo.purpose, photo.claim) == (row.subject, row.purpose, row.claim)
    return same and (since is None or (photo.at >= since) == (row.at >= since))


def _counts(photo: Attachment, row: Attachment, since: datetime | None) -> bool:
    root = photo.copied_from or photo.uid
    if not row.subject or row.pk >= photo.pk or root in (row.uid, row.copied_from):
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
    known: Collection[Attachment] | None = None,
) -> dict[str, list[Finding]]:
    """Return by uid what may speak against ``photos`` as proof; one query for all of them, none
    where all that may be near is ``known``.

    ``place`` is where the work was to be done, as it is stored; ``since`` is when the step was
    entered; without them the questions that need them are not asked. ``at`` is now: a later
    capture is no time known. An earlier photo is one that was given to something, whatever that
    is: whether the reader may open it is the caller's.
    """
    rows = look_up([each for each in photos if telling(each.phash)]) if known is None else known
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
