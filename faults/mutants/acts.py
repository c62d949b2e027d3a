"""Bad builds of acts, engine and clock."""

from contextlib import suppress
from typing import Any

from django.db import DatabaseError, transaction
from django.db.backends.signals import connection_created

from faults.mutants import mutant, swap
from jiceng.kernel.base.together import write_together


@mutant("repeats", "I1")
def no_idempotency_key() -> None:
    """A key is accepted and never looked up."""
    from jiceng.kernel.ledger import acts

    swap(acts, "_claim", lambda *_given: None)


@mutant("refused_entries", "I5")
def effect_outside_transaction() -> None:
    """The tables change in one transaction, and the entry is written in the next."""
    from jiceng.kernel.ledger import acts

    def perform(asked: Any, body: Any) -> Any:
        with transaction.atomic():
            recorded, rows = _tables_alone(asked, body)
        write_together(rows=rows)
        return acts.Done(recorded.value, rows[0], replayed=False)

    for way in ("_perform", "_decide"):
        swap(acts, way, perform)


@mutant("refused_entries", "I5")
def swallowed_audit() -> None:
    """An entry that cannot be written is let pass: the act is the main thing."""
    from jiceng.kernel.ledger import acts

    def careless(asked: Any, body: Any) -> Any:
        with transaction.atomic():
            recorded, rows = _tables_alone(asked, body)
            with suppress(DatabaseError), transaction.atomic():
                write_together(rows=rows)
        return acts.Done(recorded.value, rows[0], replayed=False)

    for way in ("_perform", "_decide"):
        swap(acts, way, careless)


def _tables_alone(asked: Any, body: Any) -> tuple[Any, list[Any]]:
    """Do what an act does to the tables; return that and the rows of history, unwritten."""
    asked.permit()
    recorded = body(**asked.edge, **asked.request)
    rows = asked.rows(recorded)
    if recorded.write is not write_together:
        recorded.write(rows=[])
    return recorded, rows


@mutant("one_step", "G10", "postgresql")
def read_modify_write() -> None:
    """A move looks, and then writes, whatever happened in between."""
    from jiceng.kernel.base.rows import insert
    from jiceng.kernel.procedures import writing

    def write(changes: Any = (), rows: Any = (), claim: Any = None) -> None:
        with transaction.atomic():
            for each in changes:
                each.model.objects.filter(pk=each.where["id"]).update(**each.values)
            for row in (*([claim] if claim else []), *rows):
                insert(row)

    swap(writing, "write_together", write)


@mutant("syncs", "G15", "postgresql")
def asynchronous_commit() -> None:
    """The database says «committed» before it has written."""

    def loosen(connection: Any, **_given: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")

    connection_created.connect(loosen, weak=False)


@mutant("clock_jumps", "I12", "sqlite")
def guessed_calendar() -> None:
    """A year that nobody has published is taken for one without holidays, and said to be firm."""
    from jiceng.kernel.workdays import lines
    from jiceng.kernel.workdays.days import Calendar

    swap(Calendar, "is_provisional", lambda calendar, day: False)
    swap(lines, "last_firm_moment", lambda calendar: lines.LATEST)


@mutant("syncs", "G15", "sqlite")
def sqlite_synchronous_normal() -> None:
    """SQLite syncs at checkpoints only; the last commits before a power cut are gone."""

    def loosen(connection: Any, **_given: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = NORMAL")

    connection_created.connect(loosen, weak=False)
