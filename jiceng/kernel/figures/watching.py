"""Triggers that mark what has to be counted again, and which of them the database has.

A source is a unit column and a day column: whatever changes the rows of a figure that falls into
units and days by these two marks the same pairs, be it another table.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.migrations import RunPython
from django.db.models import DateTimeField, Model

from jiceng.kernel.figures.definitions import field_at

WATCHES = {
    "postgresql": """
        SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgname LIKE 'figures\\_%'
          AND c.relnamespace = current_schema()::regnamespace
    """,
    "sqlite": """
        SELECT sql FROM sqlite_master
        WHERE type = 'trigger' AND name LIKE 'figures\\_%' ESCAPE '\\'
    """,
}
UPDATED = re.compile(r"UPDATE OF (.+?) ON (?:\w+\.)?\"?(\w+)")
SOURCE = re.compile(r"'([\w.]+/[\w.]+)'")
FUNCTION = """
    CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP <> 'INSERT' THEN {old}; END IF;
      IF TG_OP <> 'DELETE' THEN {new}; END IF;
      RETURN NULL;
    END $$
"""
# Summer time was an hour later in Shanghai, last in 1991; SQLite does not know when. A mark too
# many does no harm.
SUMMERS = "1992"


@dataclass(frozen=True)
class Watch:
    """A table whose changes mark pairs of a source, if they touch one of these columns."""

    source: str
    table: str
    columns: frozenset[str]


def column_at(model: type[Model], lookup: str) -> str:
    """Return table and column that a look-up ends in."""
    found = field_at(model, lookup)
    return f"{found.model._meta.db_table}.{found.column}"


def source_of(model: type[Model], unit: str, day: str) -> str:
    """Return the name of the pairs that rows of ``model`` fall into."""
    return f"{column_at(model, unit)}/{column_at(model, day)}"


@lru_cache(maxsize=4)
def watches(alias: str = "default") -> tuple[Watch, ...]:
    """Return what the triggers of this database watch; asked once a process.

    Nothing where the tree of units is not watched: its cells would outlive a move.
    """
    with connection.cursor() as cursor:
        cursor.execute(WATCHES[connection.vendor])
        texts = [row[0] for row in cursor.fetchall()]
    if not any("figures_unit_moved" in text for text in texts):
        return ()
    return tuple(watch for text in texts if (watch := _read(text)))


def _read(text: str) -> Watch | None:
    updated, source = UPDATED.search(text), SOURCE.search(text)
    if updated is None or source is None:
        return None
    columns = re.findall(r"\w+", updated[1])
    return Watch(source[1], updated[2], frozenset(columns))


def forget_watches(**_kwargs: Any) -> None:
    """Ask again which triggers there are: the tables were just changed."""
    watches.cache_clear()


def _mark(source: str, unit: str, day: str, among: str) -> str:
    return (
        f"INSERT INTO figures_mark (source, unit_id, day) SELECT {source}, {unit}, {day}{among}"
        f" WHERE {unit} IS NOT NULL AND {day} IS NOT NULL"
    )


@dataclass(frozen=True)
class Triggers:
    """The statements that watch a table, for both databases; see ``watched``."""

    model: type[Model]
    unit: str
    day: str
    columns: Sequence[str]
    counted: type[Model] | None = None
    pairs: str = ""

    @property
    def table(self) -> str:
        """Return the table that is watched."""
        return self.model._meta.db_table

    @property
    def source(self) -> str:
        """Return the name of the pairs that are marked."""
        return source_of(self.counted or self.model, self.unit, self.day)

    @property
    def name(self) -> str:
        """Return a name that the database has once, and has room for."""
        digest = hashlib.sha256(f"{self.table} {self.source}{self.pairs}".encode()).hexdigest()
        return f"figures_{self.table[:36]}_{digest[:8]}"

    @property
    def watched(self) -> list[str]:
        """Return the columns of the table itself whose change marks."""
        own = [] if self.pairs else [self.unit.split("__")[0], self.day.split("__")[0]]
        names = [*own, *self.columns]
        return list(dict.fromkeys(str(field_at(self.model, name).column) for name in names))

    def _at(self, row: str, lookup: str) -> str:
        """Return what a look-up finds from the row ``OLD`` or ``NEW`` of a trigger."""
        model, found = self.model, row
        *steps, last = lookup.split("__")
        value = f'{found}."{field_at(model, (steps or [last])[0]).column}"'
        for number, step in enumerate(steps):
            related: Any = model._meta.get_field(step).related_model
            wanted = field_at(related, (steps[number + 1 :] or [last])[0]).column
            key = related._meta.pk.column
            value = f'(SELECT "{wanted}" FROM "{related._meta.db_table}" WHERE "{key}" = {value})'
            model = related
        return value

    def _changed(self, differs: str) -> str:
        return " OR ".join(f'OLD."{name}" {differs} NEW."{name}"' for name in self.watched)

    def _is_instant(self) -> bool:
        return isinstance(field_at(self.counted or self.model, self.day), DateTimeField)

    def _found(self, row: str) -> tuple[str, str, str]:
        """Return unit and day that a changed row belongs to, and where they are read from."""
        if self.pairs:
            return "p.unit_id", "p.day", f" FROM ({self.pairs.format(row=row)}) AS p"
        return self._at(row, self.unit), self._at(row, self.day), ""

    def _sqlite_marks(self, row: str) -> str:
        """Return the statements that mark the pairs of a row. A pair may be marked twice: to
        compare would cost more, for it is done at every change."""
        unit, day, among = self._found(row)
        if not self._is_instant():
            return _mark(f"'{self.source}'", unit, day, among)
        # SQLite rounds to milliseconds: the last microsecond of a day would be tomorrow.
        local = f"date(substr({day}, 1, 19), '+%d hours')"
        winter, summer = (_mark(f"'{self.source}'", unit, local % n, among) for n in (8, 9))
        return f"{winter}; {summer} AND {day} < '{SUMMERS}'"

    def sqlite(self) -> list[str]:
        """Return the triggers of SQLite."""
        columns = ", ".join(f'"{name}"' for name in self.watched)
        events = {
            "INSERT": (["NEW"], ""),
            "DELETE": (["OLD"], ""),
            f"UPDATE OF {columns}": (["OLD", "NEW"], f"WHEN {self._changed('IS NOT')}"),
        }
        return [
            f'CREATE TRIGGER {self.name}_{event.split()[0].lower()} AFTER {event} ON "{self.table}"'
            f" {when} BEGIN {'; '.join(map(self._sqlite_marks, seen))}; END"
            for event, (seen, when) in events.items()
        ]

    def _postgresql_mark(self, row: str) -> str:
        unit, day, among = self._found(row)
        zone = " AT TIME ZONE 'Asia/Shanghai'" if self._is_instant() else ""
        return _mark("TG_ARGV[0]", unit, f"({day}{zone})::date", among)

    def postgresql(self) -> list[str]:
        """Return the function and the triggers of PostgreSQL."""
        columns = ", ".join(f'"{name}"' for name in self.watched)
        when = f"WHEN ({self._changed('IS DISTINCT FROM')})"
        events = {"row": ("INSERT OR DELETE", ""), "update": (f"UPDATE OF {columns}", when)}
        triggers = [
            f'CREATE TRIGGER {self.name}_{part} AFTER {event} ON "{self.table}" FOR EACH ROW'
            f" {when} EXECUTE FUNCTION {self.name}('{self.source}')"
            for part, (event, when) in events.items()
        ]
        old, new = map(self._postgresql_mark, ("OLD", "NEW"))
        return [FUNCTION.format(name=self.name, old=old, new=new), *triggers]

    def create(self, vendor: str) -> list[str]:
        """Return what installs the triggers, anew where they are there already. What was counted
        before they watched is forgotten."""
        triggers = self.postgresql() if vendor == "postgresql" else self.sqlite()
        forget = [f"DELETE FROM figures_{table}" for table in ("cell", "rollup", "mark")]
        return [*self.drop(vendor), *triggers, *forget]

    def drop(self, vendor: str) -> list[str]:
        """Return what takes the triggers away."""
        if vendor == "postgresql":
            return [f"DROP FUNCTION IF EXISTS {self.name}() CASCADE"]
        return [
            f"DROP TRIGGER IF EXISTS {self.name}_{event}"
            for event in ("insert", "delete", "update")
        ]


def watched(
    model: str,
    *,
    unit: str = "unit",
    day: str = "opened_at",
    columns: Sequence[str] = (),
    counted: str = "",
    pairs: str = "",
) -> RunPython:
    """Return the migration operation that lets changes of ``model`` («app.Model») mark the unit and
    day to be counted again.

    ``columns`` are the fields, besides unit and day, that the rows of figures are chosen by. A
    table that is reached by a figure through a relation is watched too, with the look-ups from
    itself: ``unit="case__unit", day="case__opened_at"``. Where it is no relation of its own that
    leads to what is counted, ``counted`` names that model (``unit`` and ``day`` are then its
    look-ups), and ``pairs`` is a query of ``unit_id`` and ``day`` of all its rows that a changed
    ``{row}`` concerns, as it is after the change.

    The migration depends on ``("figures", "0001_initial")``. On SQLite a later migration that
    alters the table loses the triggers and has to end with ``watched`` again; until then the
    figures are counted live.
    """

    def run(apps: Any, schema_editor: Any, forward: bool) -> None:
        of = apps.get_model(counted) if counted else None
        triggers = Triggers(apps.get_model(model), unit, day, columns, of, pairs)
        vendor = schema_editor.connection.vendor
        with schema_editor.connection.cursor() as cursor:
            for statement in triggers.create(vendor) if forward else triggers.drop(vendor):
                cursor.execute(statement, None)

    return RunPython(
        lambda apps, editor: run(apps, editor, True), lambda apps, editor: run(apps, editor, False)
    )
