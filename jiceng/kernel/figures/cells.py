"""Writing the cells of a figure from its rows, and comparing them: all inside the database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate, TruncMonth

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.figures.counting import measured, plain
from jiceng.kernel.figures.definitions import Figure, is_instant
from jiceng.kernel.figures.models import Cell, Grain, Rollup
from jiceng.kernel.figures.rolled import Pair, Statement, on_pairs, read_day
from jiceng.kernel.figures.rules import Period, month_of
from jiceng.kernel.figures.tracing import FOREVER, keyed_unit
from jiceng.kernel.orgs.models import Unit

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
    GROUP BY cell_day, cell_unit
"""
SETTLED = """
    SELECT cell_unit, cell_day, smallest AS number, 1 AS settled FROM ({now}) AS n
"""
DAYS = """
    INSERT INTO figures_cell (rollup_id, grain, unit_id, day, number, good_from)
    SELECT {rollup}, 'day', cell_unit, cell_day, number, CASE settled WHEN 1 THEN %s ELSE %s END
    FROM ({counted}) AS cells
"""
SUMMED = """
    INSERT INTO figures_cell (rollup_id, grain, unit_id, day, number)
    SELECT {rollup}, '{grain}', cell_unit, cell_day, number FROM ({sums}) AS cells
"""
DIFFERENT = """
    SELECT cell_unit, cell_day, SUM(held), SUM(found) FROM (
      SELECT unit_id AS cell_unit, day AS cell_day, number AS held, 0 AS found
      FROM figures_cell WHERE rollup_id = {rollup} AND grain = '{grain}'
      UNION ALL SELECT cell_unit, cell_day, 0 AS held, number AS found FROM ({sums}) AS c
    ) AS compared
    GROUP BY cell_unit, cell_day HAVING SUM(held) <> SUM(found) ORDER BY cell_unit, cell_day
"""
OWN, BELOW = (Grain.DAY, Grain.MONTH), (Grain.DAY_BELOW, Grain.MONTH_BELOW)


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
        .values("cell_day", "cell_unit")
        .annotate(smallest=measured(figure, rows), keys=Sum("pk"))
    )
    return _text_of(grouped.values("cell_day", "cell_unit", "smallest", "keys"))


def _text_of(rows: QuerySet[Any]) -> Statement:
    text, values = rows.query.sql_with_params()
    return text, list(values)


def _counted(figure: Figure, at: datetime, pairs: Iterable[Pair] | None = None) -> Statement:
    now = _grouped(figure, at, pairs)
    if pairs is None and _in_all(figure, at) == _in_all(figure, FOREVER):
        return SETTLED.format(now=now[0]), now[1]
    later = _grouped(figure, FOREVER, pairs)
    return COUNTED.format(now=now[0], later=later[0]), [*now[1], *later[1]]


def _in_all(figure: Figure, as_of: datetime) -> dict[str, Any]:
    """Return what tells all rows of an instant from those of another, at a tenth of the cost."""
    rows = plain(figure(as_of))
    return rows.aggregate(count=Count("pk"), keys=Sum("pk"), smallest=measured(figure, rows))


def _run(statement: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def write_all(rollup: Rollup, figure: Figure, at: datetime) -> None:
    """Write every cell of a figure that has none yet."""
    _write_days(rollup, figure, at, None)
    depths = Unit.objects.order_by().values_list("depth", flat=True).distinct()
    for depth in sorted(depths, reverse=True):
        _write(rollup, Grain.DAY_BELOW, _children(rollup, Q(unit__depth=depth)))
    for day, month in (OWN, BELOW):
        _write(rollup, month, _months_of(rollup, day, Q()))


def replace(rollup: Rollup, figure: Figure, pairs: set[Pair], at: datetime) -> None:
    """Write the cells of these pairs anew, then those that are sums of them."""
    rollup.cells.filter(_days(pairs), grain=Grain.DAY).delete()
    _write_days(rollup, figure, at, pairs)
    _replace_months(rollup, OWN, pairs)
    _replace_months(rollup, BELOW, _replace_above(rollup, pairs))


def _replace_above(rollup: Rollup, pairs: set[Pair]) -> set[Pair]:
    """Write what the units above these pairs have below them, the lowest first; return which."""
    units, days = {unit for unit, _day in pairs}, {day for _unit, day in pairs}
    lineages = [unit.lineage for unit in Unit.objects.filter(pk__in=units)]
    above = {key for lineage in lineages for key in lineage[:-1]}
    rollup.cells.filter(grain=Grain.DAY_BELOW, unit__in=above, day__in=days).delete()
    for depth in range(max(map(len, lineages), default=1) - 1, 0, -1):
        touched = Q(unit__depth=depth, unit__parent__in=above, day__in=days)
        _write(rollup, Grain.DAY_BELOW, _children(rollup, touched))
    return {(unit, day) for unit in above for day in days}


def _replace_months(rollup: Rollup, grains: tuple[Grain, Grain], pairs: set[Pair]) -> None:
    day, month = grains
    months = _months(pairs)
    rollup.cells.filter(months, grain=month).delete()
    _write(rollup, month, _months_of(rollup, day, months))


def _write_days(rollup: Rollup, figure: Figure, at: datetime, pairs: Iterable[Pair] | None) -> None:
    counted, values = _counted(figure, at, pairs)
    instants = map(connection.ops.adapt_datetimefield_value, (at, FOREVER))
    _run(DAYS.format(rollup=rollup.pk, counted=counted), [*instants, *values])


def _write(rollup: Rollup, grain: Grain, sums: Statement) -> None:
    _run(SUMMED.format(rollup=rollup.pk, grain=grain, sums=sums[0]), sums[1])


def _months_of(rollup: Rollup, day: Grain, months: Q) -> Statement:
    """Return the sums of days by month."""
    days = Cell.objects.filter(months, rollup=rollup, grain=day)
    return _summed(days.annotate(cell_unit=F("unit_id"), cell_day=TruncMonth("day")))


def _children(rollup: Rollup, touched: Q) -> Statement:
    """Return the sums by day of what units have, themselves and below them, by their parent."""
    days = Cell.objects.filter(touched, rollup=rollup, grain__in=(Grain.DAY, Grain.DAY_BELOW))
    parents = days.filter(unit__parent__isnull=False)
    return _summed(parents.annotate(cell_unit=F("unit__parent_id"), cell_day=F("day")))


def _summed(cells: QuerySet[Any]) -> Statement:
    """Return the statement of unit, day and number."""
    sums = cells.values("cell_unit", "cell_day").annotate(sum=Sum("number"))
    statement, values = _text_of(sums.values("cell_unit", "cell_day", "sum"))
    return f"SELECT cell_unit, cell_day, sum AS number FROM ({statement}) AS s", values


def _units_by(pairs: Iterable[Pair]) -> dict[date, list[int]]:
    units: dict[date, list[int]] = defaultdict(list)
    for unit, day in sorted(pairs):
        units[day].append(unit)
    return units


def _days(pairs: Iterable[Pair]) -> Q:
    """Return the condition that a cell is one of these pairs. Units and days come first and
    alone: by them the cells are found, by a list of alternatives all of a figure would be read."""
    by_day = _units_by(pairs)
    asked = Q(pk__in=[])
    for day, units in by_day.items():
        asked |= Q(day=day, unit__in=units)
    return Q(unit__in={unit for unit, _day in pairs}, day__in=list(by_day)) & asked


def _months(pairs: Iterable[Pair]) -> Q:
    """Return the condition that a cell lies in the month of one of these pairs."""
    asked = Q(pk__in=[])
    for first, units in _units_by({(unit, month_of(day)) for unit, day in pairs}).items():
        period = Period.month(first.year, first.month)
        asked |= Q(day__gte=period.start, day__lt=period.end, unit__in=units)
    return Q(unit__in={unit for unit, _day in pairs}) & asked


def differences(
    rollup: Rollup, figure: Figure, at: datetime
) -> Iterator[tuple[Grain, dict[Pair, tuple[int, int]]]]:
    """Yield for every grain the cells that are not what they should be, with both numbers: a
    unit's own days against the rows as of ``at``, all others against the cells they are sums of."""
    yield Grain.DAY, _different(rollup, Grain.DAY, _counted(figure, at))
    yield Grain.DAY_BELOW, _different(rollup, Grain.DAY_BELOW, _children(rollup, Q()))
    for day, month in (OWN, BELOW):
        yield month, _different(rollup, month, _months_of(rollup, day, Q()))


def _different(rollup: Rollup, grain: Grain, sums: Statement) -> dict[Pair, tuple[int, int]]:
    text = DIFFERENT.format(rollup=rollup.pk, grain=grain, sums=sums[0])
    with connection.cursor() as cursor:
        cursor.execute(text, sums[1])
        return {
            (unit, read_day(day)): (int(held), int(found))
            for unit, day, held, found in cursor.fetchall()
        }
