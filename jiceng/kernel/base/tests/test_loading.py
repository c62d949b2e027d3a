"""Rows that are loaded are the rows that ``bulk_create`` would have written."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model

from jiceng.kernel.base.loading import load
from jiceng.kernel.ledger.models import PersonalDatum
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.terms import ClockKind

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)


def clock(number: int, **values: Any) -> Clock:
    """Return a clock with values of many kinds, among them an enumeration and a fraction."""
    return Clock(
        subject=f"test.case:{number}",
        kind=ClockKind.PROMISED,
        limit_kind="workdays",
        limit_amount=Decimal("1.5"),
        convention="rolling",
        started_at=AT,
        changed_at=AT,
        due_at=AT + timedelta(days=number),
        **values,
    )


def unit(code: str) -> Unit:
    """Return a unit without a parent, dissolved, so that several may exist."""
    day = date(2026, 3, 2)
    names = {"code": code, "name": f"“{code}”\t\\N 区\n'", "short_name": code, "path": f"/{code}/"}
    return Unit(**names, kind="zone", depth=0, founded_on=day, dissolved_on=day)


MAKES: list[Any] = [
    lambda: [clock(1), clock(2, provisional=True), clock(3, stopped_at=AT)],
    lambda: [unit("A1"), unit("A2")],
    lambda: [PersonalDatum(entry_uid="a" * 32, field="note", salt=bytes(range(32)), value="\\.")],
]


def as_written(rows: list[Model]) -> list[dict[str, Any]]:
    """Return what the database holds of these rows, apart from their keys."""
    found = type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    return [
        {
            key: bytes(value) if isinstance(value, memoryview) else value
            for key, value in row.items()
            if key != "id"
        }
        for row in found.values()
    ]


@pytest.mark.parametrize("make", MAKES, ids=["clock", "unit", "personal"])
def test_rows_come_back_as_bulk_create_writes_them(make: Any) -> None:
    loaded = make()
    load(loaded)
    found = as_written(loaded)
    assert len(found) == len(loaded)
    type(loaded[0])._base_manager.filter(pk__in=[row.pk for row in loaded])._raw_delete("default")
    created = type(loaded[0])._default_manager.bulk_create(make())
    assert found == as_written(created)


def test_keys_follow_those_that_were_given_before_and_after() -> None:
    first, last = clock(1), clock(9)
    first.save()
    many = [clock(n) for n in range(2, 9)]
    load(many)
    last.save()
    keys = [first.pk, *(row.pk for row in many), last.pk]
    assert keys == list(range(first.pk, first.pk + 9))
    assert not many[0]._state.adding


def test_nothing_is_loaded_from_nothing() -> None:
    load([])


def test_what_the_database_refuses_is_refused_as_a_whole() -> None:
    wrong = clock(2)
    wrong.due_at = AT - timedelta(days=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        load([clock(1), wrong])
    assert not Clock.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_rows_are_loaded_inside_a_transaction_only() -> None:
    with pytest.raises(RuntimeError):
        load([clock(1)])
    assert not Clock.objects.exists()
