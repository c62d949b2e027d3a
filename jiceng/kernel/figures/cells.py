"""Writing the cells of a figure from its rows, and comparing them: all inside the database."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate, TruncMonth

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.figures.counting import measured, plain
from jiceng.kernel.figures.definitions import Figure, is_instant
from jiceng.kernel.figures.models import Cell, Grain, Rollup
from jiceng.kernel.figures.rolled import Pair, Statement, on_pairs, read_day
from jiceng.kernel.figures.rules import Period, month_of
from jiceng.kernel.figures.tracing import FOREVER, keyed_unit

# Since then there was no summer time in Shanghai. SQLite asks Python for every older day, which
# takes as long as counting the row ten times.
SQLITE_DAY = """
    CASE WHEN {instant} < '1992' THEN {asked} ELSE date(substr({instant}, 1, 19), '+8 hours') END
"""
# The rows as of now and as of for ever: where the two differ the number will change by the clock
# alone, and no cell can stand for it yet. The sum of the keys tells rows from other rows.
COUNTED = """
    SELECT cell_unit, cell_day, SUM(CASE later WHEN 0 THEN smallest ELSE 0 END) AS number,
      CASE WHEN COUNT(*) = 2 AND MIN(smallest) = MAX(smallest) AND MIN(keys) = MAX(keys)
        THEN 1 ELSE 0 END AS settled
    FROM (
      SELECT 0 AS later, n.* FROM ({now}) AS n UNION ALL SELECT 1 AS later, l.* FROM ({later}) AS l
    ) AS counted
    GROUP BY cell_unit, cell_day
"""
DAYS = """
    INSERT INTO figures_cell (rollup_id, grain, unit_id, day, number, good_from)
    SELECT {rollup}, 'day', cell_unit, cell_day, number, CASE settled WHEN 1 THEN %s ELSE %s END
    FROM ({counted}) AS cells
"""
MONTHS = """
    INSERT INTO figures_cell (rollup_id, grain, unit_id, day, number)
    SELECT {rollup}, 'month', cell_unit, cell_month, smallest FROM ({sums}) AS cells
"""
DIFFERENT = """
    SELECT cell_unit, cell_day, SUM(held), SUM(found) FROM (
      SELECT unit_id AS cell_unit, day AS cell_day, number AS held, 0 AS found
      FROM figures_cell WHERE rollup_id = {rollup} AND grain = '{grain}'
      UNION ALL SELECT cell_unit, cell_day, 0 AS held, number AS found FROM ({counted}) AS c
    ) AS compared
    GROUP BY cell_unit, cell_day HAVING SUM(held) <> SUM(found) ORDER BY cell_unit, cell_day
"""


class LocalDay(TruncDate):
    """The day in Shanghai of an instant."""

    def as_sqlite(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, Any]:
        """Return it in the words of SQLite."""
        instant, values = compiler.compile(self.lhs)
        asked, more = super().as_sql(compiler, connection)
        text = SQLITE_DAY.format(instant=instant, asked=asked)
        return text, (*values, *more, *values)


def _grouped(figure: Figure, as_of: datetime, pairs: Iterable[Pair] | None) -> Statement:
    rows: QuerySet[Any] = figure(as_of).filter(**{f"{figure.day}__isnull": False})
    if pairs is not None:
        rows = on_pairs(figure, rows, pairs)
    day: Any = F(figure.day)
    if is_instant(figure.model, figure.day):
        day = LocalDay(figure.day, tzinfo=SHANGHAI)
    grouped = (
        plain(rows)
        .annotate(cell_unit=F(keyed_unit(figure)), cell_day=day)
        .values("cell_unit", "cell_day")
        .annotate(smallest=measured(figure, rows), keys=Sum("pk"))
    )
    return _text_of(grouped.values("cell_unit", "cell_day", "smallest", "keys"))


def _text_of(rows: QuerySet[Any]) -> Statement:
    text, values = rows.query.sql_with_params()
    return text, list(values)


def _counted(figure: Figure, at: datetime, pairs: Iterable[Pair] | None = None) -> Statement:
    now, later = _grouped(figure, at, pairs), _grouped(figure, FOREVER, pairs)
    return COUNTED.format(now=now[0], later=later[0]), [*now[1], *later[1]]


def _run(statement: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def write_all(rollup: Rollup, figure: Figure, at: datetime) -> None:
    """Write every cell of a figure that has none yet."""
    _write_days(rollup, figure, at, None)
    _write_months(rollup, Q())


def replace(rollup: Rollup, figure: Figure, pairs: set[Pair], at: datetime) -> None:
    """Write the cells of these pairs anew, and the months that they lie in."""
    cells = rollup.cells
    cells.filter(_days(pairs), grain=Grain.DAY).delete()
    _write_days(rollup, figure, at, pairs)
    months = _months(pairs)
    cells.filter(months, grain=Grain.MONTH).delete()
    _write_months(rollup, months)


def _write_days(rollup: Rollup, figure: Figure, at: datetime, pairs: Iterable[Pair] | None) -> None:
    counted, values = _counted(figure, at, pairs)
    instants = map(connection.ops.adapt_datetimefield_value, (at, FOREVER))
    _run(DAYS.format(rollup=rollup.pk, counted=counted), [*instants, *values])


def _write_months(rollup: Rollup, months: Q) -> None:
    """Let these months be the sums of their days."""
    sums, values = _sums(rollup, months)
    _run(MONTHS.format(rollup=rollup.pk, sums=sums), values)


def _sums(rollup: Rollup, months: Q) -> Statement:
    days = Cell.objects.filter(months, rollup=rollup, grain=Grain.DAY)
    by_month = days.annotate(cell_unit=F("unit_id"), cell_month=TruncMonth("day"))
    grouped = by_month.values("cell_unit", "cell_month").annotate(smallest=Sum("number"))
    return _text_of(grouped.values("cell_unit", "cell_month", "smallest"))


def _units_by(pairs: Iterable[Pair]) -> dict[date, list[int]]:
    units: dict[date, list[int]] = defaultdict(list)
    for unit, day in sorted(pairs):
        units[day].append(unit)
    return units


def _days(pairs: Iterable[Pair]) -> Q:
    """Return the condition that a cell is one of these pairs."""
    asked = Q(pk__in=[])
    for day, units in _units_by(pairs).items():
        asked |= Q(day=day, unit__in=units)
    return asked


def _months(pairs: Iterable[Pair]) -> Q:
    """Return the condition that a cell lies in the month of one of these pairs."""
    asked = Q(pk__in=[])
    for first, units in _units_by({(unit, month_of(day)) for unit, day in pairs}).items():
        period = Period.month(first.year, first.month)
        asked |= Q(day__gte=period.start, day__lt=period.end, unit__in=units)
    return asked


def different_days(rollup: Rollup, figure: Figure, at: datetime) -> dict[Pair, tuple[int, int]]:
    """Return the pairs whose cell is not what the rows say as of ``at``: both numbers."""
    return _different(rollup, Grain.DAY, _counted(figure, at))


def different_months(rollup: Rollup) -> dict[Pair, tuple[int, int]]:
    """Return the months whose cell is not the sum of its days: both numbers."""
    sums, values = _sums(rollup, Q())
    named = f"SELECT cell_unit, cell_month AS cell_day, smallest AS number FROM ({sums}) AS s"
    return _different(rollup, Grain.MONTH, (named, values))


def _different(rollup: Rollup, grain: Grain, counted: Statement) -> dict[Pair, tuple[int, int]]:
    text = DIFFERENT.format(rollup=rollup.pk, grain=grain, counted=counted[0])
    with connection.cursor() as cursor:
        cursor.execute(text, counted[1])
        return {
            (unit, read_day(day)): (int(held), int(found))
            for unit, day, held, found in cursor.fetchall()
        }
