"""What the tables hold of the cases of the long walk, read at once and compared as values."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any

from django.db import connection
from django.db.models import Model

from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.procedures.models import Case, CaseLink, CaseStep
from jiceng.kernel.workdays.models import Clock, Extension, Pause
from jiceng.kernel.workdays.terms import ClockKind
from jiceng.systems.grid.models import Incident

Row = dict[str, Any]
ENDS = ("main_id", "other_id")
PROMISES = (ClockKind.PROMISED, ClockKind.GIVEN)


@dataclass
class Rows:
    """All that the tables hold of one case, and how long its history is."""

    case: Row
    incident: Row
    steps: list[Row]
    clocks: list[Row]
    pauses: list[Row]
    extensions: list[Row]
    links: list[Row]
    entries: int

    @property
    def open_steps(self) -> list[Row]:
        return [step for step in self.steps if step["left_at"] is None]

    @property
    def promise(self) -> Row | None:
        return next((one for one in reversed(self.clocks) if one["kind"] in PROMISES), None)


def rows_of(keys: Iterable[int]) -> dict[int, Rows]:
    """Return everything of these cases, in the same eight queries however many they are.

    In SQL: a walk reads this after every step, and composing the queries would take longer than
    the step.
    """
    chosen = sorted(keys)
    if not chosen:
        return {}
    cases = {row["id"]: row for row in _read(Case, "id", chosen)}
    of = {f"{row['system']}.case:{row['number']}": key for key, row in cases.items()}
    clocks = _grouped(_read(Clock, "subject", list(of)), lambda row: of[row["subject"]])
    clock_of = {clock["id"]: key for key, rows in clocks.items() for clock in rows}
    counted = list(clock_of)
    incidents = {row["case_id"]: row for row in _read(Incident, "case_id", chosen, "case_id")}
    steps = _grouped(_read(CaseStep, "case_id", chosen), lambda row: row["case_id"])
    pauses, extensions = (
        _grouped(_read(model, "clock_id", counted), lambda row: clock_of[row["clock_id"]])
        for model in (Pause, Extension)
    )
    links = [_grouped(_read(CaseLink, end, chosen), itemgetter(end)) for end in ENDS]
    entries = _counted(of)
    return {
        key: Rows(
            case=cases[key],
            incident=incidents[key],
            steps=steps[key],
            clocks=clocks[key],
            pauses=pauses[key],
            extensions=extensions[key],
            links=[*links[0][key], *links[1][key]],
            entries=entries[key],
        )
        for key in chosen
    }


def _read(model: type[Model], column: str, values: list[Any], order: str = "id") -> list[Row]:
    """Return the rows of a table in which the column has one of the values, as Python values."""
    marks = ", ".join(["%s"] * len(values)) or "NULL"
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM {table} WHERE {column} IN ({marks}) ORDER BY {order}", values
        )
        names = [each[0] for each in cursor.description]
        convert = [_converter(model, name) for name in names]
        return [
            {
                name: with_(value) if with_ and value is not None else value
                for name, with_, value in zip(names, convert, row, strict=True)
            }
            for row in cursor.fetchall()
        ]


def _instant(value: datetime) -> datetime:
    """SQLite keeps instants in UTC and does not say so."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


CONVERTERS = {
    "DateTimeField": _instant,
    "BooleanField": bool,
    "DecimalField": lambda value: Decimal(str(value)),
}


@lru_cache
def _converter(model: type[Model], column: str) -> Callable[[Any], Any] | None:
    fields = {field.column: field.get_internal_type() for field in model._meta.concrete_fields}
    return CONVERTERS.get(fields[column])


def _counted(subjects: dict[str, int]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    marks = ", ".join(["%s"] * len(subjects))
    table = Entry._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT subject, COUNT(*) FROM {table} WHERE subject IN ({marks}) GROUP BY subject",
            list(subjects),
        )
        for subject, count in cursor.fetchall():
            found[subjects[subject]] = count
    return found


def _grouped(rows: list[Row], key: Callable[[Row], int]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found
