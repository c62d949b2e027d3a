"""Single rows at the cost of the driver: the SQL is composed once a model, not once a call.

The ORM composes a statement anew every time, which takes three times as long as running it.
What is written at every move of every case goes through here; everything else stays with the ORM.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection, connections
from django.db.models import AutoField, Model
from django.db.models.base import ModelState
from django.db.utils import DEFAULT_DB_ALIAS

from jiceng.kernel.base.loading import Adapt, adapters, quoted

Row = TypeVar("Row", bound=Model)
Table = type[Model]


@lru_cache(maxsize=64)
def columns(model: Table, alias: str) -> str:
    """Return every column of ``model``, as ``read`` expects them."""
    fields = model._meta.concrete_fields
    return ", ".join(f"{alias}.{quoted(field)}" for field in fields)


def read(model: type[Row], values: Sequence[Any]) -> Row:
    """Return the row that was selected with ``columns``.

    What ``from_db`` does, without asking of every field whether its value was given: a third of a
    move went into that. No model of ours says more in its ``__init__``.
    """
    if connections[DEFAULT_DB_ALIAS].vendor == "sqlite":
        # SQLite keeps instants in UTC and does not say so.
        values = [
            each.replace(tzinfo=UTC) if type(each) is datetime and each.tzinfo is None else each
            for each in values
        ]
    row = model.__new__(model)
    row._state = ModelState()
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    row.__dict__.update(zip(_names(model), values, strict=True))
    return row


@lru_cache(maxsize=64)
def _names(model: Table) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@lru_cache(maxsize=128)
def _written(model: Table, keyed: bool) -> list[tuple[str, str, str, Adapt]]:
    """Return attribute, column, type and adapter of what an insert gives a value: all but a key
    that the database gives, unless it was fetched beforehand."""
    adapt = _adapters(model)
    return [
        (field.attname, quoted(field), str(field.db_type(connection)), adapt[field.attname])
        for field in model._meta.concrete_fields
        if keyed or not (field.primary_key and isinstance(field, AutoField))
    ]


@lru_cache(maxsize=64)
def _adapters(model: Table) -> dict[str, Adapt]:
    return dict(adapters(model))


def fit(row: Model) -> list[Any]:
    """Return the values of ``row`` for the driver, without a key that the database gives."""
    held = row.__dict__
    return [adapt(held[name]) for name, _c, _t, adapt in _written(type(row), row.pk is not None)]


def fitted(model: Table, values: Mapping[str, Any]) -> list[Any]:
    """Return values of some columns for the driver."""
    adapt = _adapters(model)
    return [adapt[name](value) for name, value in values.items()]


@lru_cache(maxsize=128)
def inserted_columns(model: Table, keyed: bool = False) -> str:
    """Return the columns that ``fit`` has values for; ``keyed`` where the row has its key."""
    return ", ".join(column for _n, column, _t, _a in _written(model, keyed))


@lru_cache(maxsize=128)
def places(model: Table, keyed: bool = False, typed: bool = False) -> str:
    """Return a place for each value of ``fit``; ``typed`` where nothing else tells PostgreSQL."""
    written = _written(model, keyed)
    return ", ".join(f"%s::{kind}" if typed else "%s" for _n, _c, kind, _a in written)


def insert(row: Model) -> None:
    """Insert a new row and give it its key."""
    key = _ask(_insert(type(row), row.pk is not None), fit(row))
    adopt(row, key[0])


def insert_new(row: Model) -> bool:
    """Insert ``row`` unless one of its keys is taken; tell whether it was inserted.

    Whoever comes second waits for the first to commit or to give up.
    """
    text = _insert(type(row), row.pk is not None, " ON CONFLICT DO NOTHING")
    key = _ask(text, fit(row))
    if key is not None:
        adopt(row, key[0])
    return key is not None


def _ask(statement: str, values: Sequence[Any]) -> Any:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()


def adopt(row: Model, key: Any) -> None:
    """Note that ``row`` was written under ``key``."""
    row.pk = key
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@lru_cache(maxsize=128)
def _insert(model: Table, keyed: bool, unless: str = "") -> str:
    table, key = model._meta.db_table, quoted(model._meta.pk)
    into = f"INSERT INTO {table} ({inserted_columns(model, keyed)})"
    return f"{into} VALUES ({places(model, keyed)}){unless} RETURNING {key}"


def change(model: Table, where: Mapping[str, Any], **values: Any) -> int:
    """Change the rows in which the columns ``where`` have these values; return how many.

    Names are attribute names, such as ``unit_id``; ``None`` finds empty columns.
    """
    empty = tuple(name for name, value in where.items() if value is None)
    asked = {name: value for name, value in where.items() if value is not None}
    given = fitted(model, values) + fitted(model, asked)
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_change(model, tuple(values), tuple(asked), empty), given)
        return int(cursor.rowcount)


@lru_cache(maxsize=256)
def _change(
    model: Table, names: tuple[str, ...], asked: tuple[str, ...], empty: tuple[str, ...]
) -> str:
    sets = ", ".join(f"{quoted_name(model, name)} = %s" for name in names)
    found = " AND ".join(conditions(model, asked, empty))
    return f"UPDATE {model._meta.db_table} SET {sets} WHERE {found}"


def conditions(
    model: Table, asked: Sequence[str], empty: Sequence[str], alias: str = ""
) -> list[str]:
    """Return the conditions that columns have a value each, or none."""
    found = [f"{alias}{quoted_name(model, name)} = %s" for name in asked]
    return found + [f"{alias}{quoted_name(model, name)} IS NULL" for name in empty]


@lru_cache(maxsize=512)
def quoted_name(model: Table, name: str) -> str:
    """Return the column of an attribute as SQL writes it."""
    return next(quoted(field) for field in model._meta.concrete_fields if field.attname == name)
