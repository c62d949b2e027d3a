"""What pages read of a review. Nothing here says how anybody voted before it is closed."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from jiceng.kernel.base.errors import Absent
from jiceng.kernel.ledger.service import entries_of, personal_of_many
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import Scope
from jiceng.kernel.reviews.models import Assignment, Ballot, Candidate, Panelist, Review
from jiceng.kernel.reviews.terms import STOOD_ASIDE, Interest


def reviews_in(scope: Scope) -> QuerySet[Review]:
    """Return the reviews that may be seen, open ones first."""
    return Review.objects.in_scope(scope).newest().select_related("unit", "chair__unit")


def review_in(scope: Scope, uid: str) -> Review:
    """Return a review that may be seen; one that may not is as absent as none (404)."""
    found = reviews_in(scope).filter(uid=uid).first()
    if found is None:
        raise Absent()
    return found


def judged_by(reviews: Iterable[Review], officer: Officer, scope: Scope) -> dict[int, Panelist]:
    """Return by review the seat of ``officer`` on its panel, with what is given and still open.

    A seat counts while its post is held.
    """
    mine = Q(assignments__interest=Interest.NONE)
    rows = Panelist.objects.filter(review__in=reviews, officer=officer, post__in=scope.posts)
    counted = rows.annotate(
        given=Count("assignments", filter=mine),
        left=Count("assignments", filter=mine & Q(assignments__ballot__isnull=True)),
    )
    return {seat.review_id: seat for seat in counted.select_related("post__unit", "officer")}


def tasks_of(seat: Panelist) -> QuerySet[Assignment]:
    """Return what a judge was given, with ``done`` where a ballot was cast, and where they stand
    aside, in the order of the candidates."""
    cast = Ballot.objects.filter(assignment=OuterRef("pk"))
    rows = Assignment.objects.filter(panelist=seat).annotate(done=Exists(cast))
    return rows.select_related("candidate__unit").order_by("candidate__number")


def task_in(seat: Panelist, number: int) -> Assignment:
    """Return what a judge was given of one candidate, or raise ``Absent``."""
    found = tasks_of(seat).filter(candidate__number=number).first()
    if found is None:
        raise Absent()
    return found


def receipt_of(task: Assignment) -> tuple[str, datetime] | None:
    """Return commitment and instant of a ballot, and nothing of what is in it."""
    return Ballot.objects.filter(assignment=task).values_list("commitment", "cast_at").first()


def panel_of(review: Review) -> QuerySet[Panelist]:
    """Return the panel: how many each was given, has cast, and stands aside for."""
    free = Q(assignments__interest=Interest.NONE)
    return (
        Panelist.objects.filter(review=review)
        .annotate(
            given=Count("assignments", filter=free),
            cast=Count("assignments", filter=Q(assignments__ballot__isnull=False)),
            aside=Count("assignments", filter=~free),
        )
        .select_related("post__unit", "officer")
        .order_by("number")
    )


def field_of(review: Review) -> QuerySet[Candidate]:
    """Return the candidates, with how many judges each was given to and how many have voted."""
    free = Q(assignments__interest=Interest.NONE)
    return (
        Candidate.objects.filter(review=review)
        .annotate(
            given=Count("assignments", filter=free),
            cast=Count("assignments", filter=Q(assignments__ballot__isnull=False)),
        )
        .select_related("unit")
        .order_by("number")
    )


@dataclass(frozen=True)
class Aside:
    """A judge who does not score a candidate, and why; the reason is "" where none was given, or
    where it was erased."""

    judge: Panelist
    candidate: Candidate
    interest: Interest
    reason: str


def asides_of(review: Review) -> list[Aside]:
    """Return everybody who stands aside, by candidate and judge."""
    rows = Assignment.objects.filter(panelist__review=review).exclude(interest=Interest.NONE)
    ordered = rows.order_by("candidate__number", "panelist__number")
    reasons = _reasons(review)
    return [
        Aside(
            row.panelist,
            row.candidate,
            Interest(row.interest),
            reasons.get((row.panelist.number, row.candidate.number), ""),
        )
        for row in ordered.select_related("panelist__post__unit", "candidate")
    ]


def _reasons(review: Review) -> dict[tuple[int, int], str]:
    """Return what the ledger keeps of the reasons, by numbers of judge and candidate."""
    entries = list(entries_of(review.subject).filter(event=STOOD_ASIDE))
    told = personal_of_many(entries)
    found = {}
    for entry in entries:
        facts = json.loads(entry.payload)
        found[facts["judge"], facts["candidate"]] = told.get(entry.uid, {}).get("reason", "")
    return found
