"""What the database itself refuses, and that nothing is ever deleted."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import PROTECT, ForeignKey

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.orgs.models import Delegation, Officer, Post, Tenure, Unit, normal_staff_no
from jiceng.kernel.orgs.terms import Kind
from jiceng.kernel.testing.cast import MONDAY, Cast, officer, unit

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def refused(write: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        write()


def unit_row(cast: Cast, **changes: object) -> Unit:
    values: dict[str, object] = {
        "code": "x1",
        "name": "新街道",
        "short_name": "新街道",
        "kind": Kind.STREET,
        "parent": cast.zone,
        "path": "new/x1",
        "depth": 1,
        "founded_on": legal_day(MONDAY),
    }
    return Unit(**values | changes)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"parent": None, "depth": 0, "kind": Kind.ZONE}, id="a second root"),
        pytest.param({"parent": None, "depth": 1}, id="no parent below the root"),
        pytest.param({"depth": 0}, id="a parent above the root"),
        pytest.param({"depth": 13}, id="thirteen levels"),
        pytest.param({"code": "990000"}, id="a code twice"),
        pytest.param({"dissolved_on": legal_day(MONDAY) - DAY}, id="dissolved before founded"),
    ],
)
def test_a_wrong_unit_is_refused_by_the_database(cast: Cast, changes: dict[str, object]) -> None:
    refused(unit_row(cast, **changes).save)


@pytest.mark.django_db
def test_a_street_cannot_be_the_root() -> None:
    refused(lambda: unit("1", "东湖街道", Kind.STREET))


def test_a_root_may_follow_a_dissolved_one(cast: Cast) -> None:
    Unit.objects.filter(pk=cast.zone.pk).update(dissolved_on=legal_day(MONDAY))
    assert unit("880000", "临江区", Kind.COUNTY).depth == 0


def tenure(cast: Cast, start: timedelta, end: timedelta | None) -> Tenure:
    """Another tenure of 王 in his post, which he holds from MONDAY for ten days."""
    return Tenure(
        post=cast.wang.post,
        officer=cast.wang.officer,
        starts_at=MONDAY + start,
        ends_at=None if end is None else MONDAY + end,
    )


@pytest.fixture
def ten_days(cast: Cast) -> Cast:
    Tenure.objects.filter(officer=cast.wang.officer).update(ends_at=MONDAY + 10 * DAY)
    return cast


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(DAY, 2 * DAY, id="inside"),
        pytest.param(-DAY, 11 * DAY, id="around"),
        pytest.param(-DAY, SECOND, id="over the start"),
        pytest.param(10 * DAY - SECOND, 11 * DAY, id="over the end"),
        pytest.param(0 * DAY, 10 * DAY, id="the same"),
        pytest.param(-DAY, None, id="open end around"),
        pytest.param(5 * DAY, None, id="open end inside"),
        pytest.param(DAY, -DAY, id="end before start"),
    ],
)
def test_overlapping_tenures_are_refused(
    ten_days: Cast, start: timedelta, end: timedelta | None
) -> None:
    refused(tenure(ten_days, start, end).save)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(10 * DAY, None, id="next, from the same instant"),
        pytest.param(-DAY, 0 * DAY, id="before, until the same instant"),
        pytest.param(5 * DAY, 5 * DAY, id="called off"),
    ],
)
def test_touching_tenures_are_not(ten_days: Cast, start: timedelta, end: timedelta | None) -> None:
    tenure(ten_days, start, end).save()
    assert Tenure.objects.filter(officer=ten_days.wang.officer).count() == 2


def test_an_end_cannot_be_moved_into_another_tenure(ten_days: Cast) -> None:
    tenure(ten_days, 10 * DAY, None).save()
    first = Tenure.objects.filter(officer=ten_days.wang.officer, ends_at__isnull=False)
    refused(lambda: first.update(ends_at=MONDAY + 11 * DAY))
    refused(lambda: first.update(ends_at=None))


def test_another_officer_may_hold_the_same_post(ten_days: Cast) -> None:
    row = tenure(ten_days, DAY, None)
    row.officer = ten_days.li.officer
    row.save()
    assert row.pk


@pytest.mark.parametrize("field", ["starts_at", "post", "officer"])
def test_the_past_of_a_tenure_cannot_be_rewritten(cast: Cast, field: str) -> None:
    values = {
        "starts_at": MONDAY - DAY,
        "post": cast.zhao.post,
        "officer": cast.zhao.officer,
    }
    rows = Tenure.objects.filter(officer=cast.wang.officer)
    refused(lambda: rows.update(**{field: values[field]}))


def delegation(cast: Cast, **changes: object) -> Delegation:
    values: dict[str, object] = {
        "post": cast.wang.post,
        "giver": cast.wang.officer,
        "taker": cast.li.officer,
        "starts_at": MONDAY,
        "ends_at": MONDAY + DAY,
        "reason": "出差",
    }
    return Delegation(**values | changes)


def test_wrong_delegations_are_refused(cast: Cast) -> None:
    refused(delegation(cast, taker=cast.wang.officer).save)
    refused(delegation(cast, ends_at=MONDAY - SECOND).save)
    refused(delegation(cast, ends_at=MONDAY + 366 * DAY + SECOND).save)
    delegation(cast, ends_at=MONDAY + 366 * DAY).save()


def test_a_delegation_can_only_be_shortened(cast: Cast) -> None:
    delegation(cast).save()
    rows = Delegation.objects.all()
    refused(lambda: rows.update(ends_at=MONDAY + 2 * DAY))
    refused(lambda: rows.update(taker=cast.zhao.officer))
    refused(lambda: rows.update(starts_at=MONDAY - DAY))
    assert rows.update(ends_at=MONDAY + SECOND) == 1


@pytest.mark.parametrize("table", [Unit, Officer, Post, Tenure, Delegation])
def test_nothing_has_a_way_to_be_deleted(cast: Cast, table: type) -> None:
    delegation(cast).save()
    with pytest.raises(TypeError):
        table.objects.first().delete()
    with pytest.raises(TypeError):
        table.objects.all().delete()


def test_every_reference_protects_what_it_refers_to() -> None:
    references = [
        field.remote_field.on_delete
        for table in (Unit, Officer, Post, Tenure, Delegation)
        for field in table._meta.get_fields()
        if isinstance(field, ForeignKey)
    ]
    assert len(references) == 7
    assert set(references) == {PROTECT}


def test_staff_numbers_differ_by_more_than_case(cast: Cast) -> None:
    officer("w1", "甲")
    refused(lambda: officer("W1", "乙"))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1001", "1001"),
        (" 1001 ", "1001"),
        ("１００１", "1001"),
        ("admin", "admin"),
        ("аdmin", ""),
        ("ad min", ""),
        ("a" * 33, ""),
        ("a" * 5000, ""),
        ("", ""),
        ("\x00", ""),
        ("10\u200b01", ""),
        ("王", ""),
        ("\ud800", ""),
    ],
)
def test_a_staff_number_is_ascii_once_it_is_normal(typed: str, expected: str) -> None:
    assert normal_staff_no(typed) == expected


def test_a_path_does_not_match_its_longer_neighbour(cast: Cast) -> None:
    Unit.objects.filter(pk=cast.street.pk).update(path="/7/5/")
    Unit.objects.filter(pk=cast.other_street.pk).update(path="/7/50/")
    first = Unit.objects.get(pk=cast.street.pk)
    assert list(Unit.objects.under(first)) == [first]
    assert not first.contains(Unit.objects.get(pk=cast.other_street.pk))


@pytest.mark.django_db
def test_prefix_queries_have_an_index_on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("the pattern index exists on PostgreSQL only")
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'orgs_unit'")
        indexes = [row[0] for row in cursor.fetchall()]
    assert any("(path varchar_pattern_ops)" in index for index in indexes)
