"""The database itself refuses to change history, by ORM and by SQL, on both databases."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import TransactionTestCase

from jiceng.kernel.ledger.database import missing_guards
from jiceng.kernel.ledger.models import Checkpoint, Entry, Epoch, Pending, Seal

pytestmark = pytest.mark.django_db

GUARDED = (Entry, Seal, Checkpoint, Epoch)
STATEMENTS = {
    "update": "UPDATE {table} SET {column} = {column}",
    "update of no row": "UPDATE {table} SET {column} = {column} WHERE 1 = 0",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table}",
    "truncate cascade": "TRUNCATE {table} CASCADE",
    "replace": "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
}
OTHERS = {
    "postgresql": {"replace"},
    "sqlite": {"update of no row", "truncate", "truncate cascade"},
}


def refused(work: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError, match="台账只增不改"), transaction.atomic():
        work()


@pytest.fixture(autouse=True)
def _history(fill: Callable[..., list[Entry]]) -> None:
    fill(3)


@pytest.mark.parametrize("model", GUARDED, ids=lambda model: model.__name__)
@pytest.mark.parametrize("statement", sorted(set(STATEMENTS) - OTHERS[connection.vendor]))
def test_raw_statements(model: Any, statement: str) -> None:
    before = list(model.objects.order_by("pk").values())
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        refused(lambda: cursor.execute(STATEMENTS[statement].format(table=table, column=column)))
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("model", GUARDED, ids=lambda model: model.__name__)
def test_the_orm(model: Any) -> None:
    row = model.objects.first()
    refused(row.save)
    refused(row.delete)
    refused(lambda: model.objects.update(**{model._meta.fields[-1].name: b"1"}))
    refused(lambda: model.objects.all().delete())
    refused(lambda: model.objects.bulk_update([row], [model._meta.fields[-1].name]))
    assert model.objects.filter(pk=row.pk).exists()


def test_no_entry_escapes_the_queue() -> None:
    """An entry that comes in by plain SQL waits for its seal like any other."""
    row = Entry.objects.values().first()
    assert row is not None
    row |= {"id": 10_000, "uid": "f" * 32}
    with connection.cursor() as cursor:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join(["%s"] * len(row))
        cursor.execute(f"INSERT INTO ledger_entry ({names}) VALUES ({marks})", [*row.values()])
    assert Pending.objects.filter(entry_id=10_000, queued__gt=1_700_000_000).exists()


def test_a_guard_that_is_gone_is_named(
    forger: Callable[[], AbstractContextManager[None]],
) -> None:
    assert missing_guards() == []
    with forger():
        names = missing_guards()
    assert len(names) == {"postgresql": 5, "sqlite": 13}[connection.vendor]
    assert missing_guards() == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_guards_can_be_taken_back_and_put_up_again() -> None:
    """Going back takes the migrations of other packages along that build on these."""
    try:
        call_command("migrate", "ledger", "0001", verbosity=0)
        assert missing_guards()
    finally:
        call_command("migrate", verbosity=0)
    assert missing_guards() == []


@pytest.mark.django_db(transaction=True)
def test_the_clean_up_of_tests_gets_through_and_leaves_the_guards_up() -> None:
    TransactionTestCase("run")._fixture_teardown()
    assert not Seal.objects.exists()
    assert missing_guards() == []
