"""Whether the rows of a figure are watched: every table and column that chooses them."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from django.core.exceptions import EmptyResultSet
from django.db.models import AutoField, QuerySet

from jiceng.kernel.figures.definitions import Figure, field_at, fingerprint
from jiceng.kernel.figures.watching import Watch, source_of, watches

# As of then, whatever is recorded has happened.
FOREVER = datetime(9000, 1, 1, tzinfo=UTC)
TABLE = re.compile(r'(?:FROM|JOIN) "(\w+)"(?: ([A-Z]+\d+)\b)?')
COLUMN = re.compile(r'(?:"(\w+)"|\b([A-Z]+\d+))\."(\w+)"')


@dataclass(frozen=True)
class Trace:
    """Where a figure's rows come from, and a fingerprint of how they are chosen."""

    source: str
    fingerprint: str


def _statement(figure: Figure) -> str:
    """Return the SQL that chooses the rows, their units, days and amounts."""
    rows: QuerySet = figure(FOREVER).order_by()
    wanted = [name for name in (figure.unit, figure.day, figure.field) if name]
    return str(rows.values("pk", *wanted).query.sql_with_params()[0])


def read_columns(statement: str) -> set[tuple[str, str]]:
    """Return every table and column that a statement of Django's names."""
    tables = {}
    for table, alias in TABLE.findall(statement):
        tables[table] = table
        if alias:
            tables[alias] = table
    found = {(tables[name or alias], column) for name, alias, column in COLUMN.findall(statement)}
    # A table without a column is one whose mere rows count.
    return found | {(table, "id") for table in tables.values()}


def _covers(watching: tuple[Watch, ...], source: str, table: str, column: str) -> bool:
    """Tell whether a change of the column marks pairs of the source; a key never changes."""
    return any(
        watch.source == source and watch.table == table and column in watch.columns | {"id"}
        for watch in watching
    )


@lru_cache(maxsize=1024)
def trace(figure: Figure, watching: tuple[Watch, ...]) -> Trace | None:
    """Return where the rows come from, or ``None`` where something that chooses them is not
    watched: such a figure is counted live."""
    if not (figure.rolled and figure.day and isinstance(figure.model._meta.pk, AutoField)):
        return None
    try:
        statement = _statement(figure)
    except EmptyResultSet:
        return None
    source = source_of(figure.model, figure.unit, figure.day)
    read = {place for place in read_columns(statement) if place[0] not in figure.fixed}
    if not all(_covers(watching, source, *place) for place in read):
        return None
    text = f"{fingerprint(figure)} {source} {statement}"
    return Trace(source, hashlib.sha256(text.encode()).hexdigest())


def traced(figure: Figure) -> Trace | None:
    """Return the trace of a figure in this database."""
    return trace(figure, watches())


def unwatched(figure: Figure) -> list[str]:
    """Return the tables and columns that keep a figure from being counted in advance."""
    source = source_of(figure.model, figure.unit, figure.day)
    return sorted(
        f"{table}.{column}"
        for table, column in read_columns(_statement(figure))
        if table not in figure.fixed and not _covers(watches(), source, table, column)
    )


def keyed_unit(figure: Figure) -> str:
    """Return the look-up of the unit's key."""
    found = field_at(figure.model, figure.unit)
    *steps, _last = figure.unit.split("__")
    return "__".join([*steps, found.attname])
