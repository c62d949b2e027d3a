"""Bad builds of acts, engine and clock."""

from typing import Any

from django.db import DatabaseError, transaction
from django.db.backends.signals import connection_created

from faults.mutants import mutant, swap


@mutant("repeats", "I1")
def no_idempotency_key() -> None:
    """A key is accepted and never looked up."""
    from jiceng.kernel.ledger import idempotency

    swap(idempotency, "claim", lambda **_given: None)


@mutant("refused_entries", "I5")
def effect_outside_transaction() -> None:
    """The tables change in one transaction, and the entry is written in the next."""
    from jiceng.kernel.base.ids import new_uid
    from jiceng.kernel.ledger import acts

    def perform(event: str, body: Any, may: Any, key: Any, edge: Any, request: Any) -> Any:
        with transaction.atomic():
            if may is not None:
                may(**edge, **request)
            done = body(**edge, **request)
        row = acts.NewEntry(event, done.subject, edge["by"], edge["at"], done.facts, done.personal)
        return acts.Done(done.value, acts.append_row(row, new_uid()), replayed=False)

    swap(acts, "_perform", perform)


@mutant("refused_entries", "I5")
def swallowed_audit() -> None:
    """An entry that cannot be written is let pass: the act is the main thing."""
    from jiceng.kernel.ledger import acts
    from jiceng.kernel.ledger.models import Entry

    write = acts.append_row

    def careless(row: Any, uid: str) -> Entry:
        try:
            with transaction.atomic():
                return write(row, uid)
        except DatabaseError:
            return Entry(uid=uid, event=row.event, subject=row.subject, at=row.at)

    swap(acts, "append_row", careless)


@mutant("one_step", "G10", "postgresql")
def read_modify_write() -> None:
    """A move looks, and then writes, whatever happened in between."""
    from jiceng.kernel.procedures import engine
    from jiceng.kernel.procedures.writing import Written

    def write(case: Any, left: Any, opened: Any) -> Written:
        for row in (case, left, *opened):
            row.save()
        return Written.DONE

    swap(engine, "write_move", write)


@mutant("killed_database", "I1")
def asynchronous_commit() -> None:
    """The database says «committed» before it has written."""

    def loosen(connection: Any, **_given: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")

    connection_created.connect(loosen, weak=False)


@mutant("clock_jumps", "I12", "sqlite")
def guessed_calendar() -> None:
    """A year that nobody has published is taken for one without holidays, and said to be firm."""
    from jiceng.kernel.workdays.days import Calendar

    swap(Calendar, "is_provisional", lambda calendar, day: False)


@mutant("syncs", "G15", "sqlite")
def sqlite_synchronous_normal() -> None:
    """SQLite syncs at checkpoints only; the last commits before a power cut are gone."""

    def loosen(connection: Any, **_given: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = NORMAL")

    connection_created.connect(loosen, weak=False)
