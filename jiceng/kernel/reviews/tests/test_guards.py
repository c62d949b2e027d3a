"""The database itself refuses, by ORM and by SQL, on both databases."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from jiceng.kernel.reviews import service
from jiceng.kernel.reviews.models import Assignment, Ballot, Candidate, Panelist, Review
from jiceng.kernel.reviews.terms import GENERAL
from jiceng.kernel.testing.cast import Cast
from jiceng.kernel.testing.panel import RULE, Show, marks

pytestmark = pytest.mark.django_db
TABLES = (Review, Candidate, Panelist, Assignment, Ballot)


def refused(work: Callable[[], Any], by: str = "评议内容已经固定") -> None:
    with pytest.raises(IntegrityError, match=by), transaction.atomic():
        work()


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def voted(seated: Show, now: datetime) -> Show:
    """Return a review with one ballot in its envelope."""
    service.cast(
        by=seated.judges[0],
        at=now,
        review=seated.review,
        candidate=seated.candidates[0],
        marks=marks("9", "8"),
    )
    # A table with keys that are still to be checked is not altered or emptied on PostgreSQL.
    connection.check_constraints()
    return seated


@pytest.fixture
def over(voted: Show, now: datetime) -> Show:
    """Return the same review, closed."""
    service.close(by=voted.chair, at=now, review=voted.review, reason="提前截止")
    connection.check_constraints()
    return voted


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_nothing_is_deleted_or_replaced(voted: Show, model: Any) -> None:
    table = model._meta.db_table
    row = model.objects.last()
    refused(lambda: execute(f"DELETE FROM {table} WHERE id = {row.pk}"))
    if connection.vendor == "postgresql":
        refused(lambda: execute(f"TRUNCATE {table} CASCADE"))
    else:
        refused(lambda: execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"))
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    ("column", "value"),
    [("rule", "'{}'"), ("fingerprint", "'x'"), ("seed", "'x'"), ("title", "'x'"), ("kind", "'x'")],
)
def test_published_rule_stands(show: Show, column: str, value: str) -> None:
    refused(lambda: execute(f"UPDATE reviews_review SET {column} = {value}"))


def test_candidates_and_panel_stand(voted: Show) -> None:
    refused(lambda: Candidate.objects.update(title="别的"))
    refused(lambda: Panelist.objects.update(number=9))
    late = Candidate(review=voted.review, number=9, title="后来的", unit=voted.cast.community)
    refused(late.save)


def test_ballot_is_neither_edited_nor_opened_early(voted: Show) -> None:
    refused(lambda: Ballot.objects.update(sealed="x"))
    refused(lambda: Ballot.objects.update(commitment="x"))
    refused(lambda: Ballot.objects.update(marks="{}", salt="00"))


def test_one_ballot_a_judge_and_candidate(voted: Show, now: datetime) -> None:
    task = Ballot.objects.get().assignment
    with pytest.raises(IntegrityError), transaction.atomic():
        Ballot.objects.create(assignment=task, commitment="x", sealed="x", cast_at=now)


def test_no_ballot_where_an_interest_stands(voted: Show, now: datetime) -> None:
    barred = Assignment.objects.filter(interest="unit").first()
    row = Ballot(assignment=barred, commitment="x", sealed="x", cast_at=now)
    refused(row.save)


def test_no_ballot_comes_opened(voted: Show, now: datetime) -> None:
    task = Assignment.objects.filter(interest="", ballot__isnull=True).first()
    row = Ballot(assignment=task, commitment="x", sealed="x", cast_at=now, marks="{}", salt="00")
    refused(row.save)


def test_who_has_scored_does_not_stand_aside(voted: Show) -> None:
    scored = Ballot.objects.get().assignment_id
    refused(lambda: Assignment.objects.filter(pk=scored).update(interest="declared"))


def test_standing_aside_is_not_taken_back(voted: Show) -> None:
    refused(lambda: Assignment.objects.filter(interest="unit").update(interest=""))


def test_judge_of_another_review(voted: Show, cast: Cast, now: datetime) -> None:
    other = service.open_review(
        by=voted.chair,
        at=now,
        kind=GENERAL.code,
        title="另一场",
        unit=cast.zone,
        rule=RULE,
        candidates=[service.Entrant("甲", cast.community)],
    ).value
    stranger = Candidate.objects.get(review=other)
    row = Assignment(panelist=Panelist.objects.first(), candidate=stranger)
    refused(row.save)


def test_nothing_moves_after_the_end(over: Show, now: datetime) -> None:
    refused(lambda: Review.objects.update(places="[]"))
    refused(lambda: Review.objects.update(closed_at=None, places="", ballots_sha256="", reason=""))
    refused(lambda: Ballot.objects.update(marks='{"need":"1","gain":"1"}'))
    refused(lambda: Ballot.objects.update(marks="", salt=""))
    open_task = Assignment.objects.filter(interest="", ballot__isnull=True).first()
    refused(Ballot(assignment=open_task, commitment="x", sealed="x", cast_at=now).save)
    refused(lambda: Assignment.objects.filter(interest="").update(interest="declared"))
    late = Panelist(
        review=over.review,
        number=9,
        officer=over.cast.zhao.officer,
        post=over.cast.zhao.post,
        invited_at=now,
    )
    refused(late.save)


def test_a_forged_ballot_shows(over: Show, forger: Any) -> None:
    """Whoever owns the database can take the guards down; the ledger still knows."""
    assert service.recount(over.fresh()) == []
    with forger():
        Ballot.objects.update(marks='{"gain":"8","need":"10"}')
        connection.check_constraints()
    assert service.recount(over.fresh()) == ["commitments", "ballots"]


def test_a_forged_result_shows(over: Show, forger: Any) -> None:
    with forger():
        Review.objects.update(places='[[2,1,"1"]]')
        connection.check_constraints()
    assert service.recount(over.fresh()) == ["result"]
