"""Numbers from cells: what was counted in advance, mended by what has changed since.

A number is the sum of its cells; of every pair of unit and day that is marked, or was counted for
a later view, the cell is taken off again and the rows are counted instead.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
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

# More days than these to count again, and all is counted from the rows.
MOST_LATE = 400
Pair = tuple[int, date]
Statement = tuple[str, list[Any]]

SUMS = """
    SELECT 0 AS late, c.rollup_id, CAST(NULL AS bigint) AS unit_id, CAST(NULL AS date) AS day,
      SUM(c.number) AS number
    FROM figures_cell c
    WHERE c.rollup_id IN ({rollups}) AND c.grain = '{grain}' {days} {units}
    GROUP BY c.rollup_id
"""
LATE = """
    SELECT * FROM (
      SELECT 1 AS late, c.rollup_id, c.unit_id, c.day, c.number
      FROM figures_cell c {late}
      WHERE c.rollup_id IN ({rollups}) AND c.grain = 'day' AND c.good_from > %s {days} {units}
      LIMIT {limit}
    ) AS late
"""
MARKED = """
    SELECT * FROM (
      SELECT DISTINCT 1 AS late, r.id AS rollup_id, c.unit_id, c.day, COALESCE(d.number, 0)
      FROM figures_mark c JOIN figures_rollup r ON r.source = c.source
      LEFT JOIN figures_cell d
        ON d.rollup_id = r.id AND d.grain = 'day' AND d.day = c.day AND d.unit_id = c.unit_id
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


def _units(view: View, scope: Scope | None) -> Statement:
    """Return the condition on ``unit_id``; raises ``EmptyResultSet`` where nothing is seen."""
    condition = of_units("", view, scope)
    if not condition:
        return "", []
    statement, values = Unit.objects.filter(condition).values("pk").query.sql_with_params()
    return f"AND c.unit_id IN ({statement})", list(values)


def _statement(rollups: Sequence[int], view: View, scope: Scope | None) -> Statement:
    """Return the one statement that reads sums and late pairs, all of the same moment."""
    among, units = ", ".join(map(str, rollups)), _units(view, scope)
    months, edges = view.period.split() if view.period else (None, [])
    whole = months is not None or view.period is None
    parts: list[tuple[str, Grain, Statement, list[Any]]] = []
    if whole:
        parts.append((SUMS, Grain.MONTH, _days(months), []))
    parts += [(SUMS, Grain.DAY, _days(edge), []) for edge in edges]
    parts += [
        (
            LATE,
            Grain.DAY,
            _days(view.period),
            [connection.ops.adapt_datetimefield_value(view.as_of)],
        ),
        (MARKED, Grain.DAY, _days(view.period), []),
    ]
    texts, values = [], []
    for text, grain, days, first in parts:
        texts.append(
            text.format(
                rollups=among,
                grain=grain,
                days=days[0],
                units=units[0],
                limit=MOST_LATE + 1,
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
    return found if sum(len(each.late) for each in found.values()) <= MOST_LATE else None


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
    for period, units in _spans(units_of):
        asked |= Q(**{f"{figure.unit}__in": units}) & in_period(figure, rows, period)
    return rows.filter(asked) if asked else rows.none()


def _spans(units_of: dict[date, set[int]]) -> list[tuple[Period, list[int]]]:
    spans: list[tuple[Period, list[int]]] = []
    for day in sorted(units_of):
        units = sorted(units_of[day])
        if spans and spans[-1][0].end == day and spans[-1][1] == units:
            spans[-1] = (Period(spans[-1][0].start, day + timedelta(days=1)), units)
        else:
            spans.append((Period.day(day), units))
    return spans
