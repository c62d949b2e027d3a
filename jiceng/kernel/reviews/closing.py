"""The end of a review: envelopes are opened, the ranking is counted, and everything is final."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Conflict
from jiceng.kernel.base.text import clean_line, mask_personal
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import Actor, Recorded, act, canonical, entries_of
from jiceng.kernel.reviews import terms
from jiceng.kernel.reviews.envelope import Opened, digest_of, unseal
from jiceng.kernel.reviews.models import Assignment, Ballot, Candidate, Review
from jiceng.kernel.reviews.rules import Ranking, Sheet, rank
from jiceng.kernel.reviews.standing import may_chair, moved_on, standing
from jiceng.kernel.reviews.terms import Interest
from jiceng.kernel.reviews.voting import LONGEST_REASON

ROWS_AT_ONCE = 200


class StillSealed(Conflict):
    """The review is not closed: there is nothing to see (409)."""

    code = "still_sealed"
    sentence = _("评议尚未截止，评分密封，不能查看。")


class BallotsMissing(Conflict):
    """Somebody has not scored yet, and no reason is given for closing nevertheless (409)."""

    code = "ballots_missing"
    sentence = _("还有评分没有提交，提前截止须写明原因。")


class BallotForged(Conflict):
    """An envelope does not hold what the ledger was told (409)."""

    code = "ballot_forged"
    sentence = _("有评分表与提交时的承诺不符，不能拆封，请通知审计。")


def missing(review: Review) -> int:
    """Return how many ballots are still to come."""
    tasks = Assignment.objects.filter(panelist__review=review, interest=Interest.NONE)
    return tasks.filter(ballot__isnull=True).count()


def _ballots(review: Review) -> list[Ballot]:
    rows = Ballot.objects.filter(assignment__panelist__review=review)
    return list(rows.select_related("assignment__panelist", "assignment__candidate"))


def _unsealed(review: Review, ballot: Ballot) -> Opened:
    pair = ballot.assignment
    opened = unseal(ballot.sealed, review.uid, pair.panelist.number, pair.candidate.number)
    if opened.commitment != ballot.commitment:
        raise BallotForged()
    return opened


def ranked(review: Review, ballots: Iterable[Opened]) -> Ranking:
    """Return the ranking that the published rule makes of opened ballots."""
    numbers = Candidate.objects.filter(review=review).order_by("number")
    sheets = [
        Sheet(f"{each.judge:03d}", f"{each.candidate:03d}", each.by_criterion) for each in ballots
    ]
    return rank(review.published, sheets, [candidate.code for candidate in numbers])


def _places(ranking: Ranking) -> list[list[Any]]:
    """Return the result as history keeps it: number of the candidate, place, score."""
    return [[int(each.candidate), each.place, each.score] for each in ranking.standings]


@act(terms.CLOSED, label=terms.EVENT_LABELS[terms.CLOSED], may=may_chair)
def close(
    *, by: Actor, at: datetime, review: Review, reason: str = "", seen: int | None = None
) -> Recorded[Review]:
    """Close the review: open the ballots, count, and publish what it takes to count again.

    Raises ``BallotsMissing``, ``BallotForged``, ``ReviewClosed``, ``ReviewChanged`` (409),
    ``NotTheChair`` (403), ``SealUnreadable`` (503).
    """
    review = standing(review, seen)
    ballots, absent = _ballots(review), missing(review)
    why = mask_personal(clean_line(reason, LONGEST_REASON)) if absent or not ballots else ""
    if not why and (absent or not ballots):
        raise BallotsMissing(field="reason", missing=absent)
    opened = [_unsealed(review, ballot) for ballot in ballots]
    places = _places(ranked(review, opened))
    digest = digest_of(opened)
    moved_on(review, closed_at=at, reason=why, ballots_sha256=digest, places=canonical(places))
    _lay_open(ballots, opened)
    facts = {
        "rule_sha256": review.fingerprint,
        "ballots": len(ballots),
        "ballots_sha256": digest,
        "missing": absent,
        "result": places,
    }
    return Recorded(review, subject=review.subject, facts=facts | ({"reason": why} if why else {}))


def _lay_open(ballots: Sequence[Ballot], opened: Sequence[Opened]) -> None:
    for ballot, content in zip(ballots, opened, strict=True):
        ballot.marks, ballot.salt = content.marks, content.salt
    Ballot.objects.bulk_update(ballots, ["marks", "salt"], batch_size=ROWS_AT_ONCE)


# ---- afterwards ---------------------------------------------------------------------------------


def opened_ballots(review: Review) -> list[Opened]:
    """Return every ballot as it was opened, or raise ``StillSealed``."""
    if review.closed_at is None:
        raise StillSealed()
    return [
        Opened(
            review.uid,
            ballot.assignment.panelist.number,
            ballot.assignment.candidate.number,
            ballot.marks,
            ballot.salt,
        )
        for ballot in _ballots(review)
    ]


def result(review: Review) -> Ranking:
    """Return the ranking with its explanation, or raise ``StillSealed``."""
    return ranked(review, opened_ballots(review))


def recount(review: Review) -> list[str]:
    """Return what does not agree when everything is computed again; see ``result_and_faults``."""
    return result_and_faults(review)[1]


def result_and_faults(review: Review) -> tuple[Ranking, list[str]]:
    """Return the ranking, and what does not agree when everything is computed again from what is
    open: rule, commitments, ballots, result, closing. No faults: it is as the ledger says."""
    ballots = opened_ballots(review)
    ranking = ranked(review, ballots)
    history = list(entries_of(review.subject))
    closing = _facts(history, terms.CLOSED)
    told = sorted(str(facts["ballot"]) for facts in _facts(history, terms.CAST))
    digest, places = digest_of(ballots), canonical(_places(ranking))
    checks = {
        "rule": review.published.fingerprint() == review.fingerprint,
        "commitments": sorted(ballot.commitment for ballot in ballots) == told,
        "ballots": all(facts["ballots_sha256"] == digest for facts in closing),
        "result": review.places == places
        and all(canonical(facts["result"]) == places for facts in closing),
        "closing": [facts["rule_sha256"] for facts in closing] == [review.fingerprint],
    }
    return ranking, [name for name, holds in checks.items() if not holds]


def _facts(history: Iterable[Entry], event: str) -> list[dict[str, Any]]:
    return [json.loads(entry.payload) for entry in history if entry.event == event]
