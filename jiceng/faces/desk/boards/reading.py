"""What an officer sees of the boards, and in which post they look after them."""

import re
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Absent, NotAllowed
from jiceng.kernel.ledger.service import entries_of, personal_of
from jiceng.kernel.notices.models import Comment, Notice, NoticeQuerySet, Objection, Said
from jiceng.kernel.notices.service import find, keeps
from jiceng.kernel.notices.terms import KEEPERS, Outcome
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity, Scope, visible_to
from jiceng.ui.access import held_posts
from jiceng.ui.requests import DeskRequest

Voice = TypeVar("Voice", Objection, Comment)
UID = re.compile(r"[0-9a-f]{32}")
# Of each sort so many are listed, the oldest first: they are worked off from the front.
LISTED = 50


@dataclass(frozen=True)
class Waiting:
    """One sort of things that wait: what to do, which they are, how many there are."""

    title: str | Promise
    page: str
    rows: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        """Return how many wait."""
        return self.rows.count()

    @cached_property
    def first(self) -> list[Any]:
        """Return those that wait longest."""
        return list(self.rows.select_related("notice__unit").order_by("at", "id")[:LISTED])


def scope_of(request: DeskRequest) -> Scope:
    """Return what the officer sees."""
    return visible_to(request.user, request.now)


def visible_notices(request: DeskRequest) -> NoticeQuerySet:
    """Return the notices of the units that the officer sees."""
    found = Notice.objects.filter(scope_of(request).q())
    return found.filter(replaced_by__isnull=True)


def notice_for(request: DeskRequest, uid: str) -> Notice:
    """Return a notice, or raise ``Absent`` where there is none or the officer may not know it."""
    found = find(uid)
    if not scope_of(request).sees(found.unit):
        raise Absent()
    return found


def said_for(request: DeskRequest, model: type[Voice], uid: str) -> Voice:
    """Return what was said to a notice that the officer sees, or raise ``Absent``."""
    rows = model._default_manager.select_related("notice__unit", "notice__clock")
    found = rows.filter(uid=uid).first() if UID.fullmatch(uid) else None
    if found is None or not scope_of(request).sees(found.notice.unit):
        raise Absent()
    return found


def keeper_of(request: DeskRequest, unit: Unit) -> Capacity | None:
    """Return the post in which the officer looks after what ``unit`` published, if there is one."""
    return next((held for held in held_posts(request) if keeps(held, unit)), None)


def acting_keeper(request: DeskRequest, unit: Unit) -> Capacity:
    """Return the same, or raise ``NotAllowed`` (403)."""
    found = keeper_of(request, unit)
    if found is None:
        raise NotAllowed()
    return found


def is_keeper(request: HttpRequest) -> bool:
    """Tell whether the officer looks after boards in any post."""
    return any(held.role in KEEPERS for held in getattr(request, "capacities", []))


def waiting(request: DeskRequest) -> list[Waiting]:
    """Return all that waits for somebody who looks after boards."""
    scope = scope_of(request)
    objections = scope.filter(Objection.objects.all(), "notice__unit")
    comments = scope.filter(Comment.objects.all(), "notice__unit")
    upheld = objections.filter(
        state=Outcome.UPHELD,
        notice__replaced_by__isnull=True,
        notice__withdrawn_at__isnull=True,
    )
    unanswered = comments.shown().filter(answered_at__isnull=True)  # type: ignore[attr-defined]
    return [
        Waiting(_("异议待答复"), "desk:boards:objection", objections.filter(state=Outcome.OPEN)),
        Waiting(_("异议成立，待更正公示"), "desk:boards:objection", upheld),
        Waiting(_("留言待审核"), "desk:boards:comment", comments.waiting()),  # type: ignore[attr-defined]
        Waiting(_("留言待答复"), "desk:boards:comment", unanswered),
    ]


def told_by(said: Said) -> dict[str, str]:
    """Return what a resident typed and left to be reached by; empty once it is erased."""
    first = entries_of(said.ledger_subject).first()  # type: ignore[attr-defined]
    return personal_of(first) if first else {}
