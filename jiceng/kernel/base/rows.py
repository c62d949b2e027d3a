"""Single rows at the cost of the driver: the SQL is composed once a model, not once a call.

The ORM composes a statement anew every time, which takes three times as long as running it.
What is written at every move of every case goes through here; everything else stays with the ORM.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import AutoField, Model

from jiceng.kernel.base.loading import Adapt, adapters, quoted

Row = TypeVar("Row", bound=Model)
Table = type[Model]


@lru_cache(maxsize=64)
def columns(model: Table, alias: str) -> str:
    """Return every column of ``model``, as ``read`` expects them."""
    fields = model._meta.concrete_fields
    return ", ".join(f"{alias}.{quoted(field)}" for field in fields)


def read(model: type[Row], values: Sequence[Any]) -> Row:
    """Return the row that was selected with ``columns``."""
    if connection.vendor == "sqlite":
        # SQLite keeps instants in UTC and does not say so.
        values = [
            each.replace(tzinfo=UTC) if type(each) is datetime and each.tzinfo is None else each
            for each in values
        ]
    return model.from_db(connection.alias, _names(model), values)


@lru_cache(maxsize=64)
def _names(model: Table) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@lru_cache(maxsize=64)
def _written(model: Table) -> list[Any]:
    """Return the fields that an insert gives a value: all but a key that the database gives."""
    fields = model._meta.concrete_fields
    return [field for field in fields if not (field.primary_key and isinstance(field, AutoField))]


@lru_cache(maxsize=64)
def _adapters(model: Table) -> dict[str, Adapt]:
    return dict(adapters(model))


def fit(row: Model) -> list[Any]:
    """Return the values of ``row`` for the driver, without a key that the database gives."""
    adapt = _adapters(type(row))
    names = (field.attname for field in _written(type(row)))
    return [adapt[name](getattr(row, name)) for name in names]


@lru_cache(maxsize=64)
def inserted_columns(model: Table) -> str:
    """Return the columns that ``fit`` has values for."""
    return ", ".join(map(quoted, _written(model)))


@lru_cache(maxsize=64)
def places(model: Table, typed: bool = False) -> str:
    """Return a place for each value of ``fit``; ``typed`` where nothing else tells PostgreSQL."""
    kinds = (field.db_type(connection) for field in _written(model))
    return ", ".join(f"%s::{kind}" if typed else "%s" for kind in kinds)


def insert(row: Model) -> None:
    """Insert a new row and give it its key."""
    with connection.cursor() as cursor:
        cursor.execute(_insert(type(row)), fit(row))
        adopt(row, cursor.fetchone()[0])


def insert_together(row: Model, others: Sequence[Model]) -> None:
    """Insert ``row`` and rows of one other table, whose keys nobody asks for."""
    if connection.vendor != "postgresql" or not others:
        for each in (*others, row):
            insert(each)
        return
    values = [value for other in others for value in fit(other)] + fit(row)
    with connection.cursor() as cursor:
        cursor.execute(_insert_together(type(row), type(others[0]), len(others)), values)
        adopt(row, cursor.fetchone()[0])


@lru_cache(maxsize=64)
def _insert_together(model: Table, other: Table, others: int) -> str:
    rows = ", ".join([f"({places(other)})"] * others)
    first = f"INSERT INTO {other._meta.db_table} ({inserted_columns(other)}) VALUES {rows}"
    return f"WITH beside AS ({first}) {_insert(model)}"


def adopt(row: Model, key: Any) -> None:
    """Note that ``row`` was written under ``key``."""
    row.pk = key
    row._state.adding, row._state.db = False, connection.alias


@lru_cache(maxsize=64)
def _insert(model: Table) -> str:
    table, key = model._meta.db_table, quoted(model._meta.pk)
    into = f"INSERT INTO {table} ({inserted_columns(model)})"
    return f"{into} VALUES ({places(model)}) RETURNING {key}"


def change(model: Table, where: Mapping[str, Any], **values: Any) -> int:
    """Change the rows in which the columns ``where`` have these values; return how many.

    Names are attribute names, such as ``unit_id``; ``None`` finds empty columns.
    """
    empty = tuple(name for name, value in where.items() if value is None)
    asked = tuple(name for name in where if name not in empty)
    adapt = _adapters(model)
    given = [adapt[name](value) for name, value in values.items()]
    given += [adapt[name](where[name]) for name in asked]
    with connection.cursor() as cursor:
        cursor.execute(_change(model, tuple(values), asked, empty), given)
        return int(cursor.rowcount)


@lru_cache(maxsize=256)
def _change(
    model: Table, names: tuple[str, ...], asked: tuple[str, ...], empty: tuple[str, ...]
) -> str:
    by_name = {field.attname: quoted(field) for field in model._meta.concrete_fields}
    sets = ", ".join(f"{by_name[name]} = %s" for name in names)
    found = [f"{by_name[name]} = %s" for name in asked]
    found += [f"{by_name[name]} IS NULL" for name in empty]
    return f"UPDATE {model._meta.db_table} SET {sets} WHERE {' AND '.join(found)}"
