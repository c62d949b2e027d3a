"""What others ask about notices."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.notices import rules
from jiceng.kernel.notices.models import Notice, NoticeQuerySet, Objection, ObjectionQuerySet
from jiceng.kernel.notices.terms import SEARCHED
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.search.service import Item, indexed, matching
from jiceng.kernel.workdays.service import calendar

PAGE = 20
UID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class NoticePage:
    """Some notices, newest first, and the one after which the next begin; "" after the last."""

    notices: list[Notice]
    after: str


def blocking(notice: Notice) -> ObjectionQuerySet:
    """Return the objections that keep ``notice`` from completing: those nobody has answered, and
    those that were upheld while no correction answers them."""
    return Objection.objects.blocking().filter(notice=notice)


def completed(notice: Notice, at: datetime) -> bool:
    """Tell whether ``notice`` hung out its whole period, still hangs, and nothing is in its way.

    Asked of the database, whatever the object at hand remembers.
    """
    return Notice.objects.completed(at).filter(pk=notice.pk).exists()


def latest(subject: str, kind: str) -> Notice | None:
    """Return the notice of this kind that was published last about ``subject``."""
    about = Notice.objects.filter(subject=subject, kind=kind)
    return about.select_related("clock", "unit").order_by("-id").first()


def on_board(unit: Unit, at: datetime) -> NoticeQuerySet:
    """Return what hangs on the board of ``unit``, newest first."""
    return Notice.objects.on_board(unit, at).order_by("-published_at", "-id")


def search(typed: str, at: datetime) -> NoticeQuerySet:
    """Return what ``typed`` finds on all boards, newest first. Raises ``SearchTooLong`` (422)."""
    found = Notice.objects.hanging(at).filter(matching(SEARCHED, typed))
    return found.order_by("-published_at", "-id")


def boards(at: datetime) -> QuerySet[Unit]:
    """Return the units on whose boards something hangs, in the order of the tree; each with
    ``hanging`` and, of these, ``running``."""
    return (
        Unit.objects.annotate(
            hanging=_hung(Notice.objects.hanging(at)), running=_hung(Notice.objects.running(at))
        )
        .filter(hanging__gt=0)
        .order_by("path")
    )


def _hung(notices: NoticeQuerySet) -> Coalesce:
    """Return how many of ``notices`` hang on the board of a unit."""
    own = notices.filter(boards=OuterRef("pk")).order_by().values("boards")
    return Coalesce(Subquery(own.annotate(count=Count("pk")).values("count")), 0)


def page_of(notices: NoticeQuerySet, after: str, size: int = PAGE) -> NoticePage:
    """Return the notices after the one with the uid ``after``, newest first, with their counts."""
    last = Notice.objects.filter(uid=after).first() if UID.fullmatch(after) else None
    rows = notices.with_counts().order_by("-published_at", "-id")
    if last is not None:
        same = Q(published_at=last.published_at, pk__lt=last.pk)
        rows = rows.filter(Q(published_at__lt=last.published_at) | same)
    found = list(rows[: size + 1])
    return NoticePage(found[:size], found[size - 1].uid if len(found) > size else "")


def days_left(notice: Notice, at: datetime) -> int:
    """Return how many working days come after today until the period ends; 0 on its last day."""
    return calendar().workdays_between(legal_day(at), notice.closes_on)


def find(uid: str) -> Notice:
    """Return the notice with this uid, with what pages show of it, or raise ``Absent`` (404)."""
    found = Notice.objects.with_counts().filter(uid=uid).first() if UID.fullmatch(uid) else None
    if found is None:
        raise Absent()
    return found


def facts_of(notice: Notice) -> dict[str, Any]:
    """Return what an entry says of a notice: enough to prove what was shown, no word of it."""
    return {
        "notice": notice.uid,
        "kind": notice.kind,
        "about": notice.subject,
        "unit": notice.unit.code,
        "boards": sorted(notice.boards.values_list("code", flat=True)),
        "fingerprint": notice.fingerprint,
        "days": notice.days,
        "closes_at": notice.closes_at,
        "provisional": notice.provisional,
    }


def item_of(notice: Notice) -> Item:
    """Return what a notice is found by; of a withdrawn one nothing but its title."""
    shown = {} if notice.withdrawn_at else notice.shown
    texts = [line for value in shown.values() for line in rules.lines(value)]
    return Item(notice.pk, [notice.title], texts)


@indexed(SEARCHED)
def every_notice() -> Iterator[Item]:
    """Yield all that there is to be found, for making the index again."""
    notices: Iterable[Notice] = Notice.objects.order_by("pk").iterator(chunk_size=1_000)
    yield from map(item_of, notices)
