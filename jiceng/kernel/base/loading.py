"""Writing very many new rows of one table: what ``bulk_create`` does, at half its cost.

SQLite gets one prepared statement for all rows, PostgreSQL a COPY. ``bulk_create`` makes an
expression of every value of every row first, which costs as much as the insert itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, cast

from django.db import connection, models
from django.db.models import AutoField, DateTimeField, Field, Model

# Values of these kinds in fields of these kinds are for the driver as they are.
PLAIN = frozenset({str, int, float, bool, bytes, type(None)})
PLAIN_FIELDS = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.FloatField,
    models.BooleanField,
    models.BinaryField,
    models.ForeignKey,
)
Adapt = Callable[[Any], Any]

NEXT_KEYS = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
LAST_KEY = "SELECT seq FROM sqlite_sequence WHERE name = %s"


def load(rows: Sequence[Model]) -> None:
    """Insert new ``rows`` of one model, and give those without a key theirs, in order.

    Inside a transaction only: on SQLite it is the write lock that keeps the keys free. Signals and
    ``auto_now`` are passed by, as nothing that is loaded has them.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("rows are loaded inside a transaction")
    if not rows:
        return
    _give_keys(rows)
    meta = type(rows[0])._meta
    instant = _instants()
    columns = [_fitted(rows, field, instant) for field in meta.concrete_fields]
    values = list(zip(*columns, strict=True))
    _insert(meta.db_table, [_column(field) for field in meta.concrete_fields], values)
    alias = connection.alias
    for row in rows:
        row._state.adding, row._state.db = False, alias


def _give_keys(rows: Sequence[Model]) -> None:
    meta = type(rows[0])._meta
    if not isinstance(meta.pk, AutoField):
        return
    keyless = [row for row in rows if row.pk is None]
    keys = _keys(meta.db_table, _column(meta.pk), len(keyless))
    for row, key in zip(keyless, keys, strict=True):
        row.pk = key


def _keys(table: str, column: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(NEXT_KEYS, [table, column, count])
            return [row[0] for row in cursor.fetchall()]
        cursor.execute(LAST_KEY, [table])
        last = cursor.fetchone()
    first = (last[0] if last else 0) + 1
    return list(range(first, first + count))


def _fitted(rows: Sequence[Model], field: Field[Any, Any], instant: Adapt) -> list[Any]:
    """Return a whole column fit for the driver; mostly its values already are."""
    values = list(map(attrgetter(field.attname), rows))
    if isinstance(field, PLAIN_FIELDS) and PLAIN.issuperset(map(type, values)):
        return values
    return list(map(_adapt(field, instant), values))


def _column(field: Field[Any, Any]) -> str:
    return cast(str, field.column)


def adapters(model: type[Model]) -> list[tuple[str, Adapt]]:
    """Return, for every column, the attribute and what makes its value fit for the driver."""
    instant = _instants()
    return [(field.attname, _adapt(field, instant)) for field in model._meta.concrete_fields]


def quoted(field: Field[Any, Any]) -> str:
    """Return the name of a column as SQL writes it."""
    return connection.ops.quote_name(_column(field))


def _adapt(field: Field[Any, Any], instant: Adapt) -> Adapt:
    """Return what makes a value of this field fit for the driver."""
    if isinstance(field, DateTimeField):
        return instant

    def prepare(value: Any) -> Any:
        return field.get_db_prep_save(value, connection)

    def prepare_unless_plain(value: Any) -> Any:
        return value if type(value) in PLAIN else prepare(value)

    return prepare_unless_plain if isinstance(field, PLAIN_FIELDS) else prepare


def _instants() -> Adapt:
    """Return what makes an instant fit. The rows of a batch share most of their instants, and
    bringing one into the zone of the database takes longer than finding it again."""
    adapt = connection.ops.adapt_datetimefield_value
    return lru_cache(maxsize=4096)(lambda value: value and adapt(value))


def _insert(table: str, columns: list[str], values: Sequence[tuple[Any, ...]]) -> None:
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            statement = f"COPY {quote(table)} ({names}) FROM STDIN"
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                for row in values:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {quote(table)} ({names}) VALUES ({places})", values)
