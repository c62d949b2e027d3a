"""Bad builds of acts, engine and clock."""

from typing import Any

from django.db import DatabaseError, transaction
from django.db.backends.signals import connection_created

from faults.mutants import mutant, swap


@mutant("repeats", "I1")
def no_idempotency_key() -> None:
    """A key is accepted and never looked up."""
    from jiceng.kernel.ledger import acts

    swap(acts, "_claim", lambda *_given: None)


@mutant("refused_entries", "I5")
def effect_outside_transaction() -> None:
    """The tables change in one transaction, and the entry is written in the next."""
    from jiceng.kernel.base.together import write_together

    def perform(asked: Any, body: Any) -> Any:
        with transaction.atomic():
            recorded = _effect(asked, body)
        return _told(asked, recorded, write_together)

    _perform_by(perform)


@mutant("refused_entries", "I5")
def swallowed_audit() -> None:
    """An entry that cannot be written is let pass: the act is the main thing."""
    from jiceng.kernel.base.together import write_together

    def careless(*, rows: Any) -> None:
        try:
            with transaction.atomic():
                write_together(rows=rows)
        except DatabaseError:
            pass

    def perform(asked: Any, body: Any) -> Any:
        with transaction.atomic():
            return _told(asked, _effect(asked, body), careless)

    _perform_by(perform)


def _perform_by(perform: Any) -> None:
    from jiceng.kernel.ledger import acts

    swap(acts, "_perform", perform)
    swap(acts, "_decide", perform)


def _effect(asked: Any, body: Any) -> Any:
    """Do what an act does, without its entry."""
    from jiceng.kernel.base.together import write_together

    asked.permit()
    recorded = body(**asked.edge, **asked.request)
    if recorded.write is not write_together:
        recorded.write(rows=[])
    return recorded


def _told(asked: Any, recorded: Any, write: Any) -> Any:
    """Write the entry by itself."""
    from jiceng.kernel.ledger.acts import Done

    rows = asked.rows(recorded)
    write(rows=rows)
    return Done(recorded.value, rows[0], replayed=False)


@mutant("one_step", "G10", "postgresql")
def read_modify_write() -> None:
    """A move looks, and then writes, whatever happened in between."""
    from jiceng.kernel.procedures import writing

    def write(changes: Any, rows: Any = (), claim: Any = None) -> None:
        with transaction.atomic():
            for each in changes:
                found = each.model.objects.filter(pk=each.where[each.model._meta.pk.attname])
                found.update(**each.values)
            for row in [*([claim] if claim else []), *rows]:
                row.save(force_insert=True)

    swap(writing, "write_together", write)


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
