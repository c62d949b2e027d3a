"""What a judge does: score, or stand aside."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.base.text import clean_line
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.reviews import terms
from jiceng.kernel.reviews.envelope import enclose, seal
from jiceng.kernel.reviews.models import Assignment, Ballot, Candidate, Review
from jiceng.kernel.reviews.refusals import SecondBallot
from jiceng.kernel.reviews.standing import may_judge, moved_on, panelist_of, standing, task_of
from jiceng.kernel.reviews.terms import Interest

LONGEST_REASON = 200


class NoReason(BadInput):
    """Who stands aside says why (422)."""

    code = "no_aside_reason"
    sentence = _("请写明回避的理由。")


def _unscored(task: Assignment) -> Assignment:
    if Ballot.objects.filter(assignment=task).exists():
        raise SecondBallot()
    return task


@act(terms.STOOD_ASIDE, label=terms.EVENT_LABELS[terms.STOOD_ASIDE], may=may_judge)
def declare_conflict(
    *, by: Actor, at: datetime, review: Review, candidate: Candidate, reason: str
) -> Recorded[Assignment]:
    """Let a judge stand aside for a candidate whom they have not scored; it cannot be taken back.

    Raises ``NoReason`` (422), ``SecondBallot``, ``StoodAside``, ``ReviewClosed`` (409),
    ``NotAssigned`` (404), ``OwnUnit``, ``NotOnPanel`` (403).
    """
    why = clean_line(reason, LONGEST_REASON)
    if not why:
        raise NoReason(field="reason")
    review = standing(review)
    judge = panelist_of(by, at, review)
    task = _unscored(task_of(judge, candidate, at))
    Assignment.objects.filter(pk=task.pk).update(interest=Interest.DECLARED)
    task.interest = Interest.DECLARED
    moved_on(review)
    facts = {"judge": judge.number, "candidate": candidate.number}
    # It tells of relatives and friends, so that it has to be possible to erase it.
    return Recorded(task, subject=review.subject, facts=facts, personal={"reason": why})


@act(terms.CAST, label=terms.EVENT_LABELS[terms.CAST], may=may_judge)
def cast(
    *,
    by: Actor,
    at: datetime,
    review: Review,
    candidate: Candidate,
    marks: Mapping[str, Decimal],
) -> Recorded[Ballot]:
    """Cast a ballot, once; the ledger gets a commitment to it, and nobody a sight of it.

    Raises ``MarkMissing``, ``MarkUnknown``, ``MarkOutOfRange``, ``MarkTooFine`` (422),
    ``SecondBallot``, ``StoodAside``, ``ReviewClosed`` (409), ``NotAssigned`` (404), ``OwnUnit``,
    ``NotOnPanel`` (403).
    """
    review = standing(review)
    review.published.check(marks)
    judge = panelist_of(by, at, review)
    task = _unscored(task_of(judge, candidate, at))
    enclosed = enclose(review.uid, judge.number, candidate.number, marks)
    ballot = Ballot.objects.create(
        assignment=task, commitment=enclosed.commitment, sealed=seal(enclosed), cast_at=at
    )
    facts = {"judge": judge.number, "candidate": candidate.number, "ballot": ballot.commitment}
    return Recorded(ballot, subject=review.subject, facts=facts)
