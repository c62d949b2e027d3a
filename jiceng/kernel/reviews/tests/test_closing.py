"""The end of a review: what is opened, counted and told."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from jiceng.kernel.ledger.service import RESIDENT
from jiceng.kernel.reviews import service
from jiceng.kernel.reviews.models import Ballot
from jiceng.kernel.reviews.tests.showing import aside, history, refused
from jiceng.kernel.testing.panel import RULE, Show

pytestmark = pytest.mark.django_db


def test_closing_opens_counts_and_tells(seated: Show, now: datetime) -> None:
    aside(seated, now, seated.judges[2], 4)
    seated.vote_all(now)
    done = service.close(by=seated.chair, at=now, review=seated.review)
    review = seated.fresh()
    assert review.closed_at == now
    assert not Ballot.objects.filter(marks="").exists()
    facts = json.loads(done.entry.payload)
    assert facts["rule_sha256"] == RULE.fingerprint()
    assert (facts["ballots"], facts["missing"]) == (13, 0)
    assert facts["ballots_sha256"] == review.ballots_sha256
    assert service.digest_of(service.opened_ballots(review)) == review.ballots_sha256
    ranking = service.result(review)
    told = [[int(s.candidate), s.place, str(s.score)] for s in ranking.standings]
    assert facts["result"] == told
    assert ranking.standings[0].place == 1
    assert len(ranking.of("004").heard) == 3
    assert service.recount(review) == []


def test_closing_waits_for_everybody(seated: Show, now: datetime) -> None:
    seated.vote(now, seated.judges[0], 1, "9", "9")
    why = refused(
        lambda: service.close(by=seated.chair, at=now, review=seated.review), "ballots_missing", 409
    )
    assert why.details["missing"] == 13
    assert seated.fresh().closed_at is None
    service.close(by=seated.chair, at=now, review=seated.review, reason="两位评委出差")
    (facts,) = history(seated.review, "closed")
    assert (facts["missing"], facts["reason"]) == (13, "两位评委出差")
    ranking = service.result(seated.fresh())
    assert [(s.candidate, s.place) for s in ranking.standings] == [
        ("001", 1),
        ("002", None),
        ("003", None),
        ("004", None),
    ]


def test_review_without_a_panel_is_closed_with_a_reason(show: Show, now: datetime) -> None:
    refused(lambda: service.close(by=show.chair, at=now, review=show.review), "ballots_missing")
    service.close(by=show.chair, at=now, review=show.review, reason="活动取消")
    assert {s.place for s in service.result(show.fresh()).standings} == {None}
    assert service.recount(show.fresh()) == []


def test_only_the_chair_closes(seated: Show, now: datetime) -> None:
    for other in (seated.judges[0], seated.cast.zhang, RESIDENT):
        refused(
            lambda who=other: service.close(by=who, at=now, review=seated.review, reason="x"),
            "not_the_chair",
            403,
        )


def test_chair_who_saw_an_older_page(seated: Show, now: datetime) -> None:
    seen = seated.fresh().version
    aside(seated, now, seated.judges[0], 1)
    refused(
        lambda: service.close(
            by=seated.chair, at=now, review=seated.review, reason="缺评", seen=seen
        ),
        "review_changed",
        409,
    )


def test_nothing_happens_after_the_end(seated: Show, now: datetime) -> None:
    seated.vote(now, seated.judges[0], 1, "9", "9")
    service.close(by=seated.chair, at=now, review=seated.review, reason="提前截止")
    for late in (
        lambda: seated.vote(now, seated.judges[1], 1, "1", "1"),
        lambda: aside(seated, now, seated.judges[1], 1),
        lambda: service.invite(
            by=seated.chair, at=now, review=seated.review, judges=[seated.cast.zhao]
        ),
        lambda: service.close(by=seated.chair, at=now, review=seated.review, reason="再来"),
    ):
        refused(late, "review_closed", 409)


def test_key_of_the_installation_was_changed(seated: Show, now: datetime, settings: Any) -> None:
    """Under the old key among the former ones the ballots open; without it the review stays."""
    seated.vote_all(now)
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another-key-of-the-installation-0123456789"
    refused(
        lambda: service.close(by=seated.chair, at=now, review=seated.review),
        "seal_unreadable",
        503,
    )
    assert seated.fresh().closed_at is None
    settings.SECRET_KEY_FALLBACKS = [former]
    service.close(by=seated.chair, at=now, review=seated.review)


def test_marks_are_as_they_were_given(seated: Show, now: datetime) -> None:
    seated.vote(now, seated.judges[0], 1, "9.50", "7")
    service.close(by=seated.chair, at=now, review=seated.review, reason="提前截止")
    (ballot,) = service.opened_ballots(seated.fresh())
    assert ballot.by_criterion == {"need": Decimal("9.5"), "gain": Decimal(7)}
    assert ballot.commitment == Ballot.objects.get().commitment
