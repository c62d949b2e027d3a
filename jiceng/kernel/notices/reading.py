"""What others ask about notices."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from jiceng.kernel.base.errors import Absent
from jiceng.kernel.notices import rules
from jiceng.kernel.notices.models import Notice, NoticeQuerySet, Objection, ObjectionQuerySet
from jiceng.kernel.notices.terms import SEARCHED
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.search.service import Item, indexed, matching


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


def find(uid: str) -> Notice:
    """Return the notice with this uid, with what pages show of it, or raise ``Absent`` (404)."""
    found = Notice.objects.with_counts().filter(uid=uid[:32]).first() if uid.isalnum() else None
    if found is None or found.uid != uid:
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
