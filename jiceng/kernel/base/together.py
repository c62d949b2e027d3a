"""Writes that happen together or not at all: one statement where the database can.

Whoever decides in memory on what was read gives the rows as they were read. Where they are no
longer so nothing is written, and the decision can be made anew; nothing is locked meanwhile. On
PostgreSQL the one statement is a transaction of its own, so that a decision costs one round trip
and not four; SQLite changes one table a statement, inside a transaction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any, TypeVar

from django.db import connections, transaction
from django.db.models import Model
from django.db.utils import DEFAULT_DB_ALIAS
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Conflict
from jiceng.kernel.base.rows import (
    Table,
    adopt,
    change,
    conditions,
    fit,
    fitted,
    insert,
    insert_new,
    inserted_columns,
    places,
    quoted_name,
)

T = TypeVar("T")

# Others may move another branch of a case at the same moment; each waits for the one before.
TRIES = 8

# A table, how many of its rows, and whether they bring their keys.
Part = tuple[Table, int, bool]
Shape = tuple[Table, tuple[str, ...], tuple[str, ...], tuple[str, ...]]


class Overtaken(Conflict):
    """A row is no longer as it was read; nothing was written (409)."""

    code = "overtaken"
    sentence = _("别人刚刚办理了同一事项，请按最新状态办理。")


class AlreadyThere(Conflict):
    """The row that had to be new exists; nothing was written (409)."""


class NeedsTransaction(Exception):
    """What was decided takes more than one statement, and this is not inside a transaction."""


def need_transaction() -> None:
    """Raise ``NeedsTransaction`` unless this is inside one."""
    if not connections[DEFAULT_DB_ALIAS].in_atomic_block:
        raise NeedsTransaction()


def insist(attempt: Callable[[], T]) -> T:
    """Return what ``attempt`` read, decided and wrote, made anew where somebody was faster."""
    for _try in range(TRIES):
        with suppress(Overtaken):
            return attempt()
    raise Overtaken()


@dataclass(frozen=True)
class Change:
    """One row, found by its key and as it was read, and what it shall hold from now on.

    Names are attribute names, such as ``unit_id``; ``None`` finds an empty column.
    """

    model: Table
    where: Mapping[str, Any]
    values: Mapping[str, Any]

    @property
    def shape(self) -> Shape:
        """Return all that the text of the statement depends on."""
        empty = tuple(name for name, value in self.where.items() if value is None)
        asked = tuple(name for name, value in self.where.items() if value is not None)
        return self.model, tuple(self.values), asked, empty

    def asked(self) -> list[Any]:
        """Return what the columns are compared with."""
        return fitted(self.model, {n: v for n, v in self.where.items() if v is not None})


def write_together(
    changes: Sequence[Change] = (), rows: Sequence[Model] = (), claim: Model | None = None
) -> None:
    """Change each row as it was read and insert ``rows``, or write nothing.

    Raises ``Overtaken`` where a row is not as it was read, ``AlreadyThere`` where there is a row
    with a key of ``claim``. New rows get their keys; those of one table stand together.
    """
    if not changes and not rows and claim is None:
        return
    if connections[DEFAULT_DB_ALIAS].vendor == "postgresql":
        _at_once(changes, rows, claim)
    else:
        _in_order(changes, rows, claim)


# ---- one after another --------------------------------------------------------------------------


def _in_order(changes: Sequence[Change], rows: Sequence[Model], claim: Model | None) -> None:
    with transaction.atomic(savepoint=False):
        refusal = _write(changes, rows, claim)
    if refusal is not None:
        raise refusal


def _write(
    changes: Sequence[Change], rows: Sequence[Model], claim: Model | None
) -> Conflict | None:
    """Write one after another; return why not where nothing was written yet, for then whoever has
    a transaction open can go on in it. Raised later it takes the transaction with it."""
    if claim is not None and not insert_new(claim):
        return AlreadyThere()
    for number, each in enumerate(changes):
        if change(each.model, each.where, **each.values):
            continue
        if number or claim is not None:
            raise Overtaken()
        return Overtaken()
    for row in rows:
        insert(row)
    return None


# ---- one statement ------------------------------------------------------------------------------


def _at_once(changes: Sequence[Change], rows: Sequence[Model], claim: Model | None) -> None:
    groups = [list(group) for _model, group in groupby(rows, type)]
    values = [value for each in changes for value in each.asked()]
    values += fit(claim) if claim is not None else []
    for each in changes:
        values += fitted(each.model, each.values)
        values += [each.where[each.model._meta.pk.attname]]
    for group in groups:
        values += [value for row in group for value in fit(row)]
    shapes = tuple(each.shape for each in changes)
    parts = tuple(map(_part, groups))
    claimed_part = _part([claim]) if claim is not None else None
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_statement(shapes, claimed_part, parts), values)
        held, claimed, *keys = cursor.fetchone()
    if not held:
        raise Overtaken()
    if not claimed:
        raise AlreadyThere()
    for group, found in zip(groups, keys, strict=True):
        for row, key in zip(group, found, strict=True):
            adopt(row, key)


def _part(group: Sequence[Model]) -> Part:
    return type(group[0]), len(group), group[0].pk is not None


@lru_cache(maxsize=256)
def _statement(shapes: tuple[Shape, ...], claim: Part | None, parts: tuple[Part, ...]) -> str:
    """Return the statement. Each part reads from the one before it, so it happens only if that
    did, and after it; the rows are locked first, so that none can fail once another has happened.
    """
    named: list[tuple[str, str]] = []
    if shapes:
        named.append(("held", _held(shapes)))
    if claim is not None:
        named.append(("claimed", _claimed(claim, _last(named))))
    for number, shape in enumerate(shapes):
        named.append((f"changed{number}", _changed(shape, _last(named))))
    guard = _last(named)
    named += [(f"kept{n}", _kept(part, guard)) for n, part in enumerate(parts)]
    whole = ", ".join(f"{name} AS ({text})" for name, text in named)
    told = [_count("held", bool(shapes)), _count("claimed", claim is not None)]
    told += [f"ARRAY(SELECT key FROM kept{number} ORDER BY key)" for number in range(len(parts))]
    return f"WITH {whole} SELECT {', '.join(told)}"


def _last(named: Sequence[tuple[str, str]]) -> str:
    return named[-1][0] if named else ""


def _count(name: str, there: bool) -> str:
    return f"(SELECT count(*) FROM {name})" if there else "1"


def _held(shapes: Iterable[Shape]) -> str:
    tables, found = [], []
    for number, (model, _values, asked, empty) in enumerate(shapes):
        tables.append(f"{model._meta.db_table} r{number}")
        found += conditions(model, asked, empty, f"r{number}.")
    return f"SELECT 1 FROM {', '.join(tables)} WHERE {' AND '.join(found)} FOR NO KEY UPDATE"


def _claimed(part: Part, before: str) -> str:
    return f"{_insert(part, before)} ON CONFLICT DO NOTHING RETURNING 1"


def _changed(shape: Shape, before: str) -> str:
    model, values, _asked, _empty = shape
    table, key = model._meta.db_table, quoted_name(model, model._meta.pk.attname)
    sets = ", ".join(f"{quoted_name(model, name)} = %s" for name in values)
    return f"UPDATE {table} SET {sets} FROM {before} WHERE {table}.{key} = %s RETURNING 1"


def _kept(part: Part, before: str) -> str:
    key = quoted_name(part[0], part[0]._meta.pk.attname)
    return f"{_insert(part, before)} RETURNING {key} AS key"


def _insert(part: Part, before: str) -> str:
    model, rows, keyed = part
    names = inserted_columns(model, keyed)
    into = f"INSERT INTO {model._meta.db_table} ({names})"
    lines = ", ".join([f"({places(model, keyed, typed=bool(before))})"] * rows)
    if not before:
        return f"{into} VALUES {lines}"
    return f"{into} SELECT fresh.* FROM {before}, (VALUES {lines}) AS fresh ({names})"
