"""The door of bulletins: draft, edit, issue, read, and write as a document."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.base.text import clean_line, clean_text
from jiceng.kernel.bulletins import terms
from jiceng.kernel.bulletins.composing import (
    Article,
    Line,
    Note,
    Run,
    checked,
    compose,
    drafted,
    printed_of,
    title_of,
)
from jiceng.kernel.bulletins.documents import DOCX, document
from jiceng.kernel.bulletins.models import Bulletin
from jiceng.kernel.bulletins.refusals import (
    AlreadyIssued,
    BulletinAbsent,
    EditedMeanwhile,
    MayNotWrite,
    NameUnknown,
    NothingWritten,
    TooManyFigures,
    TypedNumber,
)
from jiceng.kernel.bulletins.terms import register_chapter
from jiceng.kernel.figures.service import Period, as_of_day
from jiceng.kernel.figures.terms import FIGURES_KEEPER
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity, Scope

ONE_DAY = timedelta(days=1)

__all__ = [
    "DOCX",
    "AlreadyIssued",
    "Article",
    "BulletinAbsent",
    "EditedMeanwhile",
    "Line",
    "MayNotWrite",
    "NameUnknown",
    "Note",
    "NothingWritten",
    "Run",
    "TooManyFigures",
    "TypedNumber",
    "compose",
    "document",
    "draft",
    "edit",
    "find",
    "issue",
    "register_chapter",
    "title_of",
    "writes",
]


def writes(by: Any, unit: Unit) -> bool:
    """Tell whether ``by`` writes the bulletins of ``unit``."""
    keeper = isinstance(by, Capacity) and by.role == FIGURES_KEEPER.code
    return keeper and by.unit.contains(unit)


def find(uid: str, scope: Scope) -> Bulletin:
    """Return a bulletin that is seen; raises ``BulletinAbsent`` (404)."""
    found = Bulletin.objects.in_scope(scope).select_related("unit").filter(uid=uid).first()
    if found is None:
        raise BulletinAbsent()
    return found


def _may_draft(*, by: Actor, at: datetime, unit: Unit, **given: Any) -> None:
    if not writes(by, unit):
        raise MayNotWrite()


def _may_write(*, by: Actor, at: datetime, bulletin: Bulletin, **given: Any) -> None:
    if not writes(by, bulletin.unit):
        raise MayNotWrite()


@act(terms.DRAFTED, label=_("起草简报"), may=_may_draft)
def draft(*, by: Actor, at: datetime, unit: Unit, period: Period) -> Recorded[Bulletin]:
    """Draft the bulletin of a unit for a period: as of its last day, or of now while it runs.

    Raises ``BadAsOf`` (422) for a period that has not begun.
    """
    today = legal_day(at)
    last = min(period.end - ONE_DAY, today) if period.start <= today else period.start
    title, body = drafted()
    checked(title, body)
    bulletin = Bulletin.objects.create(
        uid=new_uid(),
        unit=unit,
        period=period.code,
        as_of=as_of_day(last, at),
        title=title,
        body=body,
        drafted_at=at,
        edited_at=at,
    )
    return Recorded(bulletin, bulletin.subject, _facts(bulletin))


@act(terms.EDITED, label=_("修改简报"), may=_may_write)
def edit(
    *, by: Actor, at: datetime, bulletin: Bulletin, version: int, title: str, body: str
) -> Recorded[Bulletin]:
    """Change the words of a bulletin; its numbers stay those of the records.

    ``version`` is that of the page. Raises what ``checked`` raises (422), ``EditedMeanwhile``,
    ``AlreadyIssued`` (409).
    """
    words = {
        "title": clean_line(title, terms.LONGEST_TITLE),
        "body": clean_text(body, terms.LONGEST_BODY),
    }
    checked(**words)
    return _changed(bulletin, version, edited_at=at, **words)


@act(terms.ISSUED, label=_("印发简报"), may=_may_write)
def issue(*, by: Actor, at: datetime, bulletin: Bulletin, version: int) -> Recorded[Bulletin]:
    """Issue a bulletin: from now on its words stay, and its numbers are those printed now.

    Raises ``EditedMeanwhile``, ``AlreadyIssued`` (409).
    """
    return _changed(bulletin, version, issued_at=at, numbers=printed_of(compose(bulletin)))


def _changed(bulletin: Bulletin, version: int, **changes: Any) -> Recorded[Bulletin]:
    """Write changes to a bulletin that is still as its page showed it."""
    standing = Bulletin.objects.filter(pk=bulletin.pk, issued_at__isnull=True)
    if not standing.filter(version=version).update(version=F("version") + 1, **changes):
        raise EditedMeanwhile() if standing.exists() else AlreadyIssued()
    bulletin.refresh_from_db()
    return Recorded(bulletin, bulletin.subject, _facts(bulletin))


def _facts(bulletin: Bulletin) -> dict[str, Any]:
    """Return what history says: the words as a hash, for whoever has them to compare."""
    words = f"{bulletin.title}\n{bulletin.body}"
    return {
        "unit": bulletin.unit.code,
        "period": bulletin.period,
        "as_of": bulletin.as_of,
        "title": bulletin.title,
        "words": hashlib.sha256(words.encode()).hexdigest(),
        "numbers": {name: said["text"] for name, said in bulletin.numbers.items()},
    }
