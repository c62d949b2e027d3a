"""Who may do what in a review, and how it stands at this moment."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Absent, Conflict, NotAllowed
from jiceng.kernel.ledger.service import Actor
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import capacities, current
from jiceng.kernel.reviews.drawing import related
from jiceng.kernel.reviews.models import Assignment, Candidate, Panelist, Review
from jiceng.kernel.reviews.terms import Interest


class NotTheChair(NotAllowed):
    """Neither the chair of this review, nor in a post that may open one (403)."""

    code = "not_the_chair"
    sentence = _("评议由其主持岗位办理。")


class NotOnPanel(NotAllowed):
    """The officer was not invited as a judge in the post held now (403)."""

    code = "not_on_panel"
    sentence = _("您不是本次评议的评委，或已不在受邀时的岗位。")


class NotAssigned(Absent):
    """The judge is not to score this candidate (404)."""

    code = "not_assigned"
    sentence = _("这个对象没有分给您评分。")


class OwnUnit(NotAllowed):
    """The candidate belongs to the judge's unit, or to one above or below it (403)."""

    code = "own_unit"
    sentence = _("该对象属于您的单位或其上下级，应当回避。")


class StoodAside(Conflict):
    """The judge declared an interest in this candidate before (409)."""

    code = "stood_aside"
    sentence = _("您已对这个对象申请回避。")


class ReviewClosed(Conflict):
    """The review is closed; nothing in it changes any more (409)."""

    code = "review_closed"
    sentence = _("评议已经截止，内容不能再改。")


class ReviewChanged(Conflict):
    """The review changed after the page was opened (409)."""

    code = "review_changed"
    sentence = _("您打开页面之后，评委或回避情况已有变化，请看过最新情况再办理。")


def chairs(by: Actor, at: datetime, review: Review) -> bool:
    """Tell whether ``by`` acts in the post that answers for ``review``."""
    capacity = current(by, at)
    return capacity is not None and capacity.post.pk == review.chair_id


def may_chair(*, by: Actor, at: datetime, review: Review, **given: Any) -> None:
    """The chair alone invites and closes."""
    if not chairs(by, at, review):
        raise NotTheChair()


def may_judge(*, by: Actor, at: datetime, review: Review, **given: Any) -> None:
    """A judge acts in the post in which they were invited."""
    panelist_of(by, at, review)


def panelist_of(by: Actor, at: datetime, review: Review) -> Panelist:
    """Return the judge that ``by`` is in ``review``, or raise ``NotOnPanel``."""
    capacity = current(by, at)
    if capacity is None:
        raise NotOnPanel()
    own = Panelist.objects.filter(review=review, officer=capacity.officer, post=capacity.post)
    found = own.select_related("officer", "post__unit").first()
    if found is None:
        raise NotOnPanel()
    return found


def standing(review: Review, seen: int | None = None) -> Review:
    """Return the review as it is now, under a lock.

    Raises ``ReviewClosed``, and ``ReviewChanged`` where it is not the version that was ``seen``.
    """
    fresh = Review.objects.select_for_update(of=("self",)).select_related("unit").get(pk=review.pk)
    if fresh.closed_at is not None:
        raise ReviewClosed()
    if seen is not None and seen != fresh.version:
        raise ReviewChanged()
    return fresh


def moved_on(review: Review, **changes: Any) -> None:
    """Write ``changes`` and the next version, if the row is what was read under the lock."""
    rows = Review.objects.filter(pk=review.pk, version=review.version, closed_at__isnull=True)
    changes |= {"version": review.version + 1}
    if not rows.update(**changes):
        raise ReviewChanged()
    for name, value in changes.items():
        setattr(review, name, value)


def interests(officer: Officer, at: datetime, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return whom the officer may not score: those of a unit in which they hold a post now, or of
    one above or below it."""
    paths = [held.unit.path for held in capacities(officer, at)]
    return [each for each in candidates if _any_related(paths, each.unit.path)]


def _any_related(paths: Collection[str], path: str) -> bool:
    return any(related(own, path) for own in paths)


def task_of(panelist: Panelist, candidate: Candidate, at: datetime) -> Assignment:
    """Return the assignment that is still to be scored.

    Raises ``OwnUnit``, ``NotAssigned``, ``StoodAside``; posts may have changed since the draw.
    """
    rows = Assignment.objects.select_for_update(of=("self",))
    task = rows.filter(panelist=panelist, candidate=candidate).first()
    if task is None:
        raise NotAssigned()
    if task.interest == Interest.UNIT or interests(panelist.officer, at, [candidate]):
        raise OwnUnit()
    if task.interest == Interest.DECLARED:
        raise StoodAside()
    return task
