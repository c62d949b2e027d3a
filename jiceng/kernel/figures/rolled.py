"""Numbers from cells: what was counted in advance, mended by what has changed since.

A number is the sum of its cells; of every pair of unit and day that is marked, or was counted for
a later view, the cell is taken off again and the rows are counted instead.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from jiceng.kernel.figures.counting import in_period, of_units
from jiceng.kernel.figures.definitions import Figure
from jiceng.kernel.figures.models import Grain, Rollup
from jiceng.kernel.figures.rules import Period
from jiceng.kernel.figures.tracing import traced
from jiceng.kernel.figures.views import View
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Scope

# More pairs than these of a figure to count again, and all is counted from the rows.
MOST_LATE = 400
Pair = tuple[int, date]
Statement = tuple[str, list[Any]]

SUMS = """
    SELECT 0 AS late, c.rollup_id, CAST(NULL AS bigint) AS unit_id, CAST(NULL AS date) AS day,
      SUM(c.number) AS number
    FROM figures_cell c
    WHERE c.rollup_id IN ({rollups}) AND c.grain IN ({grains}) {units} {days}
    GROUP BY c.rollup_id
"""
ROOTS = "SELECT id FROM orgs_unit WHERE depth = 0"
LATE = """
    SELECT * FROM (
      SELECT 1 AS late, c.rollup_id, c.unit_id, c.day, c.number
      FROM figures_cell c {late}
      WHERE c.rollup_id IN ({rollups}) AND c.grain = 'day' AND c.good_from > %s {days} {units}
      LIMIT {limit}
    ) AS late
"""
# A question for each marked pair: joined to the cells, PostgreSQL would read all of them.
MARKED = """
    SELECT * FROM (
      SELECT DISTINCT 1 AS late, r.id AS rollup_id, c.unit_id, c.day, COALESCE((
        SELECT d.number FROM figures_cell d
        WHERE d.rollup_id = r.id AND d.unit_id = c.unit_id AND d.grain = 'day' AND d.day = c.day
      ), 0) AS number
      FROM figures_mark c JOIN figures_rollup r ON r.source = c.source
      WHERE r.id IN ({rollups}) {days} {units}
      LIMIT {limit}
    ) AS marked
"""
# SQLite would rather read all days of the period.
LATE_INDEX = {"sqlite": "INDEXED BY figures_cell_late", "postgresql": ""}


@dataclass
class Sum:
    """What the cells of a figure say: a sum, and of late pairs what is in it already."""

    number: int = 0
    late: dict[Pair, int] = field(default_factory=dict)


def usable(figures: Iterable[Figure], view: View) -> dict[int, Figure]:
    """Return the figures that were counted in advance for such a view, by their rollup."""
    traces = {figure.code: (figure, traced(figure)) for figure in figures}
    rollups = Rollup.objects.filter(
        figure__in=[code for code, (_figure, found) in traces.items() if found],
        built_at__lte=view.as_of,
        unsettled__lte=MOST_LATE,
    )
    return {
        rollup.pk: figure
        for rollup in rollups
        for figure, found in [traces[rollup.figure]]
        if found and found.fingerprint == rollup.fingerprint
    }


def _days(period: Period | None) -> Statement:
    if period is None:
        return "", []
    adapt = connection.ops.adapt_datefield_value
    return "AND c.day >= %s AND c.day < %s", [adapt(period.start), adapt(period.end)]


def _within(rows: QuerySet[Unit]) -> Statement:
    """Return the condition on ``unit_id``; raises ``EmptyResultSet`` where no unit can be meant."""
    statement, values = rows.values("pk").query.sql_with_params()
    return f"AND c.unit_id IN ({statement})", list(values)


def _units(view: View, scope: Scope | None) -> Statement:
    condition = of_units("", view, scope)
    return _within(Unit.objects.filter(condition)) if condition else ("", [])


def whole_paths(view: View, scope: Scope | None) -> list[str] | None:
    """Return the paths of the subtrees that are seen as a whole, none below another; ``None`` for
    the whole tree."""
    asked = view.unit.path if view.unit else ""
    if scope is None or any(asked.startswith(path) for path in scope.paths):
        return [asked] if asked else None
    inside = [path for path in sorted(scope.paths) if path.startswith(asked)]
    return [path for path in inside if not any(path != o and path.startswith(o) for o in inside)]


def _reaches(view: View, scope: Scope | None) -> Iterator[tuple[bool, Statement]]:
    """Yield the units that count with all below them, and those that count alone."""
    paths = whole_paths(view, scope)
    if paths is None:
        yield True, (f"AND c.unit_id IN ({ROOTS})", [])
        return
    if paths:
        keys = (path.rstrip("/").rpartition("/")[2] for path in paths)
        yield True, (f"AND c.unit_id IN ({', '.join(keys)})", [])
    if scope is not None and scope.units:
        alone = Unit.objects.filter(of_units("", view, None), pk__in=scope.units)
        for path in paths:
            alone = alone.exclude(path__startswith=path)
        yield False, _within(alone)


def _spans(period: Period | None) -> Iterator[tuple[tuple[Grain, Grain], Statement]]:
    """Yield whole months and the days around them, each with the grains of its cells."""
    months, edges = period.split() if period else (None, [])
    if months or period is None:
        yield (Grain.MONTH, Grain.MONTH_BELOW), _days(months)
    for edge in edges:
        yield (Grain.DAY, Grain.DAY_BELOW), _days(edge)


def _statement(rollups: Sequence[int], view: View, scope: Scope | None) -> Statement:
    """Return the one statement that reads sums and late pairs, all of the same moment."""
    among, texts, values = ", ".join(map(str, rollups)), [], []
    for with_below, units in _reaches(view, scope):
        for grains, days in _spans(view.period):
            named = ", ".join(f"'{grain}'" for grain in grains[: 1 + with_below])
            texts.append(SUMS.format(rollups=among, grains=named, units=units[0], days=days[0]))
            values += [*units[1], *days[1]]
    units, days = _units(view, scope), _days(view.period)
    as_of = connection.ops.adapt_datetimefield_value(view.as_of)
    for text, first in ((LATE, [as_of]), (MARKED, [])):
        texts.append(
            text.format(
                rollups=among,
                units=units[0],
                days=days[0],
                limit=(MOST_LATE + 1) * len(rollups),
                late=LATE_INDEX[connection.vendor],
            )
        )
        values += [*first, *days[1], *units[1]]
    return " UNION ALL ".join(texts), values


def sums(rollups: Sequence[int], view: View, scope: Scope | None) -> dict[int, Sum] | None:
    """Return what the cells say, by rollup; ``None`` where too much has changed since."""
    found = {rollup: Sum() for rollup in rollups}
    if not rollups:
        return found
    try:
        statement, values = _statement(rollups, view, scope)
    except EmptyResultSet:
        return found
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for late, rollup, unit, day, number in cursor.fetchall():
            if late:
                found[rollup].late[unit, read_day(day)] = int(number)
            else:
                found[rollup].number += int(number)
    return found if max(len(each.late) for each in found.values()) <= MOST_LATE else None


def read_day(day: date | str) -> date:
    """Return a day as the driver gave it: SQLite keeps its text."""
    return date.fromisoformat(day) if isinstance(day, str) else day


def on_pairs(figure: Figure, rows: QuerySet[Any], pairs: Iterable[Pair]) -> QuerySet[Any]:
    """Return the rows of these pairs of unit and day; days next to each other with the same units
    are asked for together."""
    units_of: dict[date, set[int]] = defaultdict(set)
    for unit, day in pairs:
        units_of[day].add(unit)
    asked = Q()
    for period, units in _together(units_of):
        asked |= Q(**{f"{figure.unit}__in": units}) & in_period(figure, rows, period)
    # Apart from the other conditions, by which SQLite would rather read the whole table.
    return rows.filter(pk__in=rows.model._default_manager.filter(asked).values("pk"))


def _together(units_of: dict[date, set[int]]) -> list[tuple[Period, list[int]]]:
    spans: list[tuple[Period, list[int]]] = []
    for day in sorted(units_of):
        units = sorted(units_of[day])
        if spans and spans[-1][0].end == day and spans[-1][1] == units:
            spans[-1] = (Period(spans[-1][0].start, day + timedelta(days=1)), units)
        else:
            spans.append((Period.day(day), units))
    return spans
