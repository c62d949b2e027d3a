"""Writes that happen together or not at all."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from jiceng.kernel.base.models import Attempt
from jiceng.kernel.base.together import (
    AlreadyThere,
    Change,
    NeedsTransaction,
    Overtaken,
    need_transaction,
    write_together,
)
from jiceng.kernel.ledger.models import Cursor

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def attempt(bucket: str, count: int = 0, window_start: datetime = NOON) -> Attempt:
    return Attempt(bucket=bucket, window_start=window_start, count=count)


def kept() -> dict[str, int]:
    return dict(Attempt.objects.order_by("bucket").values_list("bucket", "count"))


def counted(row: Attempt, seen: int, count: int) -> Change:
    return Change(Attempt, {"id": row.pk, "count": seen}, {"count": count})


def test_rows_get_their_keys_in_order() -> None:
    rows = [attempt("a"), attempt("b"), attempt("c")]
    write_together(rows=rows)
    assert [row.pk for row in rows] == list(
        Attempt.objects.order_by("bucket").values_list("pk", flat=True)
    )
    assert not any(row._state.adding for row in rows)


def test_a_row_that_brings_its_key_keeps_it() -> None:
    row = attempt("a")
    row.pk = 4711
    write_together(rows=[row])
    assert Attempt.objects.get(pk=4711).bucket == "a"


def test_changes_and_rows_happen_together() -> None:
    one, two = attempt("1", 1), attempt("2", 2)
    write_together(rows=[one, two])
    write_together([counted(one, 1, 10), counted(two, 2, 20)], [attempt("3")], attempt("4"))
    assert kept() == {"1": 10, "2": 20, "3": 0, "4": 0}


@pytest.mark.parametrize("stale", [0, 1], ids=["the first", "the second"])
def test_one_row_that_changed_meanwhile_stops_all(stale: int) -> None:
    rows = [attempt("1", 1), attempt("2", 1)]
    write_together(rows=rows)
    changes = [counted(row, 7 if n == stale else 1, 99) for n, row in enumerate(rows)]
    with pytest.raises(Overtaken), transaction.atomic():
        write_together(changes, [attempt("3")], attempt("4"))
    assert kept() == {"1": 1, "2": 1}


def test_what_has_to_be_new_and_is_not_stops_all() -> None:
    row = attempt("1", 1)
    write_together(rows=[row])
    with pytest.raises(AlreadyThere), transaction.atomic():
        write_together([counted(row, 1, 99)], [attempt("3")], attempt("1"))
    assert kept() == {"1": 1}


def test_a_broken_constraint_is_an_error_and_writes_nothing() -> None:
    row = attempt("1", 1)
    write_together(rows=[row])
    with pytest.raises(IntegrityError), transaction.atomic():
        write_together([counted(row, 1, 99)], [attempt("1")])
    assert kept() == {"1": 1}


def test_an_empty_column_is_found_as_empty() -> None:
    Cursor.objects.create(name="test")
    free = Change(Cursor, {"name": "test", "lease_until": None}, {"lease_until": NOON})
    write_together([free])
    with pytest.raises(Overtaken), transaction.atomic():
        write_together([free])


def test_it_takes_one_statement_where_the_database_can() -> None:
    row = attempt("1", 1)
    write_together(rows=[row])
    with CaptureQueriesContext(connection) as asked:
        write_together([counted(row, 1, 2)], [attempt("2"), attempt("3")], attempt("4"))
    assert len(asked) == (1 if connection.vendor == "postgresql" else 4)


@pytest.mark.django_db(transaction=True)
def test_whoever_needs_a_transaction_says_so() -> None:
    with pytest.raises(NeedsTransaction):
        need_transaction()
    with transaction.atomic():
        need_transaction()


@pytest.mark.parametrize("refused", ["a claim", "a change"])
def test_where_nothing_was_written_the_transaction_goes_on(refused: str) -> None:
    row = attempt("1", 1)
    write_together(rows=[row])
    with transaction.atomic():
        if refused == "a claim":
            with pytest.raises(AlreadyThere):
                write_together(rows=[attempt("3")], claim=attempt("1"))
        else:
            with pytest.raises(Overtaken):
                write_together([counted(row, 7, 8)], [attempt("3")])
        write_together(rows=[attempt("2")])
    assert kept() == {"1": 1, "2": 0}
