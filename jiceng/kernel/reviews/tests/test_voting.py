"""Scoring and standing aside: every refusal."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from jiceng.kernel.ledger.service import RESIDENT, KeyReused, entries_of, personal_of
from jiceng.kernel.orgs.models import Tenure
from jiceng.kernel.reviews import service
from jiceng.kernel.reviews.models import Assignment, Ballot, Candidate
from jiceng.kernel.reviews.service import Entrant
from jiceng.kernel.reviews.terms import GENERAL
from jiceng.kernel.reviews.tests.showing import aside, history, refused
from jiceng.kernel.testing.panel import RULE, Show, marks

pytestmark = pytest.mark.django_db


def test_ballot_is_kept_sealed(seated: Show, now: datetime) -> None:
    seated.vote(now, seated.judges[0], 1, "9.5", "7")
    ballot = Ballot.objects.get()
    assert (ballot.marks, ballot.salt) == ("", "")
    (facts,) = history(seated.review, "cast")
    assert facts == {"judge": 2, "candidate": 1, "ballot": ballot.commitment}
    assert ballot.commitment.startswith("sha256:")


def test_same_marks_look_different(seated: Show, now: datetime) -> None:
    """Without a salt of its own a ballot could be found by trying a few hundred marks."""
    for judge in seated.judges:
        seated.vote(now, judge, 1, "8", "8")
    seen = Ballot.objects.values_list("commitment", "sealed")
    assert len({each for row in seen for each in row}) == 6


def test_nothing_is_read_before_the_end(seated: Show, now: datetime) -> None:
    seated.vote_all(now)
    refused(lambda: service.result(seated.fresh()), "still_sealed", 409)
    refused(lambda: service.opened_ballots(seated.fresh()), "still_sealed", 409)
    refused(lambda: service.recount(seated.fresh()), "still_sealed", 409)


@pytest.mark.parametrize(
    ("need", "gain", "code"),
    [
        ("10.5", "5", "mark_out_of_range"),
        ("-1", "5", "mark_out_of_range"),
        ("NaN", "5", "mark_out_of_range"),
        ("1e999", "5", "mark_out_of_range"),
        ("8.125", "5", "mark_too_fine"),
    ],
)
def test_marks_that_cannot_be_given(
    seated: Show, now: datetime, need: str, gain: str, code: str
) -> None:
    refused(lambda: seated.vote(now, seated.judges[0], 1, need, gain), code, 422)
    assert not Ballot.objects.exists()


def test_second_ballot(seated: Show, now: datetime) -> None:
    seated.vote(now, seated.judges[0], 1, "9", "9")
    refused(lambda: seated.vote(now, seated.judges[0], 1, "1", "1"), "second_ballot", 409)
    assert Ballot.objects.count() == 1


def test_own_unit(seated: Show, now: datetime) -> None:
    refused(lambda: seated.vote(now, seated.cast.wang, 1, "10", "10"), "own_unit", 403)


def test_who_came_to_the_unit_after_the_draw_does_not_score_it(seated: Show, now: datetime) -> None:
    judge = seated.judges[0]
    Tenure.objects.create(officer=judge.officer, post=seated.cast.li.post, starts_at=now)
    refused(lambda: seated.vote(now, judge, 1, "10", "10"), "own_unit", 403)
    seated.vote(now, judge, 3, "5", "5")


def test_strangers_do_not_score(seated: Show, now: datetime) -> None:
    for stranger in (seated.cast.zhao, seated.cast.li, seated.chair, RESIDENT):
        refused(lambda who=stranger: seated.vote(now, who, 3, "5", "5"), "not_on_panel", 403)


def test_who_left_the_post_does_not_score(seated: Show, now: datetime) -> None:
    judge = seated.judges[0]
    Tenure.objects.filter(officer=judge.officer).update(ends_at=now)
    later = now + timedelta(minutes=1)
    refused(lambda: seated.vote(later, judge, 1, "5", "5"), "not_on_panel", 403)


def test_candidate_that_was_not_drawn(show: Show, now: datetime) -> None:
    service.invite(by=show.chair, at=now, review=show.review, judges=show.judges[:1], each=1)
    drawn = Assignment.objects.get().candidate.number
    other = 1 if drawn != 1 else 2
    refused(lambda: show.vote(now, show.judges[0], other, "5", "5"), "not_assigned", 404)


def test_candidate_of_another_review(seated: Show, now: datetime) -> None:
    other = service.open_review(
        by=seated.chair,
        at=now,
        kind=GENERAL.code,
        title="另一场",
        unit=seated.cast.zone,
        rule=RULE,
        candidates=[Entrant("甲", seated.cast.community)],
    ).value
    assert other is not None
    stranger = Candidate.objects.get(review=other)
    refused(
        lambda: service.cast(
            by=seated.judges[0],
            at=now,
            review=seated.review,
            candidate=stranger,
            marks=marks("5", "5"),
        ),
        "not_assigned",
    )


def test_pressed_twice(seated: Show, now: datetime) -> None:
    given: dict[str, Any] = {
        "by": seated.judges[0],
        "at": now,
        "review": seated.review,
        "candidate": seated.candidates[0],
        "key": "k1",
    }
    first = service.cast(**given, marks=marks("9", "9"))
    again = service.cast(**given, marks=marks("9", "9"))
    assert (again.replayed, again.entry) == (True, first.entry)
    with pytest.raises(KeyReused):
        service.cast(**given, marks=marks("1", "1"))
    assert Ballot.objects.count() == 1


def test_judge_stands_aside(seated: Show, now: datetime) -> None:
    judge = seated.judges[0]
    aside(seated, now, judge, 3)
    refused(lambda: seated.vote(now, judge, 3, "5", "5"), "stood_aside", 409)
    refused(lambda: aside(seated, now, judge, 3), "stood_aside", 409)
    entry = entries_of(seated.review.subject).last()
    assert entry is not None
    assert "亲属" not in entry.payload
    assert personal_of(entry) == {"reason": "有亲属"}
    shown = [(a.judge.number, a.candidate.number, a.interest, a.reason) for a in _asides(seated)]
    assert shown == [(1, 1, "unit", ""), (1, 2, "unit", ""), (2, 3, "declared", "有亲属")]


def _asides(show: Show) -> list[service.Aside]:
    return service.asides_of(show.review)


@pytest.mark.parametrize(
    ("who", "number", "reason", "code"),
    [
        ("judge", 1, "  ", "no_aside_reason"),
        ("wang", 1, "本单位", "own_unit"),
        ("zhao", 1, "无关", "not_on_panel"),
    ],
)
def test_standing_aside_refused(
    seated: Show, now: datetime, who: str, number: int, reason: str, code: str
) -> None:
    judge = seated.judges[0] if who == "judge" else getattr(seated.cast, who)
    refused(lambda: aside(seated, now, judge, number, reason), code)


def test_who_has_scored_does_not_stand_aside(seated: Show, now: datetime) -> None:
    seated.vote(now, seated.judges[0], 3, "1", "1")
    refused(lambda: aside(seated, now, seated.judges[0], 3), "second_ballot", 409)
