"""What is kept in memory of the organisation is what the tables say, whatever changed them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Q

from jiceng.kernel.orgs import roster
from jiceng.kernel.orgs.authority import capacities, filled, posts_for
from jiceng.kernel.orgs.models import Delegation, Officer, Post, Tenure, Unit
from jiceng.kernel.testing.cast import MONDAY, Cast, hold, officer, post, unit

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def asked_of_the_tables(role: str, where: Unit, at: object) -> Post | None:
    """Return the nearest filled post in one query, as the tables have it."""
    near = Post.objects.filter(role=role, unit__in=Unit.objects.existing(at))
    near = near.filter(filled(at), unit__in=where.lineage)
    return near.order_by("-unit__depth", "pk").first()


def check(cast: Cast) -> None:
    """Compare for every role and unit, at instants around every change."""
    for where in Unit.objects.all():
        for role in set(Post.objects.values_list("role", flat=True)):
            for at in (MONDAY - DAY, MONDAY, MONDAY + DAY, MONDAY + 3 * DAY):
                assert posts_for(role, where, at) == asked_of_the_tables(role, where, at)


def _delegate(cast: Cast) -> None:
    Delegation.objects.create(
        post=cast.wang.post,
        giver=cast.wang.officer,
        taker=cast.sun.officer,
        starts_at=MONDAY + DAY,
        ends_at=MONDAY + 2 * DAY,
        reason="出差",
    )


CHANGES: dict[str, Callable[[Cast], object]] = {
    "somebody is appointed": lambda cast: hold(
        officer("2001", "郑小主"), post(cast.community, "unit_head"), at=MONDAY + DAY
    ),
    "somebody leaves": lambda cast: Tenure.objects.filter(post=cast.wang.post).update(
        ends_at=MONDAY + DAY
    ),
    "somebody is deputised for": _delegate,
    "an officer is deactivated": lambda cast: Officer.objects.filter(
        pk=cast.wang.officer.pk
    ).update(is_active=False),
    "a unit is dissolved": lambda cast: Unit.objects.filter(pk=cast.street.pk).update(
        dissolved_on=(MONDAY + DAY).date()
    ),
    "a unit is founded": lambda cast: post(
        unit("990000003", "西山街道", cast.street.kind, cast.zone), "duty_officer"
    ),
    "a unit moves": lambda cast: Unit.objects.filter(pk=cast.community.pk).update(
        path=f"{cast.other_street.path}{cast.community.pk}/", parent=cast.other_street
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_every_change_is_seen_at_once(cast: Cast, what: str) -> None:
    check(cast)
    before = roster.token()
    CHANGES[what](cast)
    assert roster.token() != before
    check(cast)


def test_what_was_rolled_back_is_not_remembered(cast: Cast) -> None:
    before = roster.token()
    with transaction.atomic():
        CHANGES["somebody leaves"](cast)
        check(cast)
        transaction.set_rollback(True)
    assert roster.token() == before
    check(cast)


def held(person: Officer, token: str, at: datetime = MONDAY + DAY) -> list[Post]:
    """Return the posts that are kept under a token."""
    return [stay.post for stay in roster.stays_of(token, person.pk) if stay.holds(at)]


def posts_of_the_tables(person: Officer, at: datetime) -> list[Post]:
    """Return where an officer acts, as the tables have it."""
    rows = Post.objects.filter(unit__in=Unit.objects.existing(at)).order_by("pk")
    own = Tenure.objects.live(at).filter(officer=person).values("post")
    taken = Delegation.objects.live(at).filter(taker=person).values("post")
    return list(rows.filter(Q(pk__in=own) | Q(pk__in=taken)))


def check_holdings() -> None:
    """Compare for every officer, at instants around every change."""
    for person in Officer.objects.filter(is_active=True):
        for at in (MONDAY - DAY, MONDAY, MONDAY + DAY, MONDAY + 3 * DAY):
            found = {held.post for held in capacities(person, at)}
            assert found == set(posts_of_the_tables(person, at))


@pytest.mark.parametrize("what", CHANGES)
def test_who_holds_what_is_as_the_tables_have_it(cast: Cast, what: str) -> None:
    check_holdings()
    CHANGES[what](cast)
    check_holdings()


def test_an_old_token_in_a_transaction_that_changes_leaves_nothing_behind(cast: Cast) -> None:
    old = roster.token()
    with transaction.atomic():
        CHANGES["somebody leaves"](cast)
        assert held(cast.wang.officer, old) == []
        assert posts_for("duty_officer", cast.street, MONDAY + DAY, old) is None
        transaction.set_rollback(True)
    assert held(cast.wang.officer, old) == [cast.wang.post]
    assert posts_for("duty_officer", cast.street, MONDAY + DAY, old) == cast.wang.post


def test_many_are_asked_at_once(cast: Cast, django_assert_num_queries: Any) -> None:
    token, units = roster.token(), [cast.zone.pk, cast.street.pk, cast.village.pk]
    # What is not kept yet, and whether the token still holds.
    with django_assert_num_queries(2):
        assert roster.units_of(token, units)[cast.village.pk] == cast.village
    with django_assert_num_queries(0):
        assert roster.units_of(token, units).keys() == set(units)
        assert roster.unit_of(token, cast.zone.pk) == cast.zone


def test_a_password_does_not_change_the_organisation(cast: Cast) -> None:
    before = roster.token()
    cast.wang.officer.set_password("correct-horse-battery-8")
    cast.wang.officer.save(update_fields=["password"])
    assert roster.token() == before


def test_without_a_token_nothing_is_kept(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM orgs_revision")
    assert roster.token() != roster.token()
    check(cast)
    CHANGES["somebody leaves"](cast)
    assert roster.token() == roster.token()
    check(cast)
