"""Counting the rows of figures in a view, live."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Count, F, Q, QuerySet, Sum
from django.db.models import Value as Literal
from django.db.models.functions import Cast, Coalesce, Round

from jiceng.kernel.figures.definitions import Figure, is_instant, places_of
from jiceng.kernel.figures.rules import Number, Period
from jiceng.kernel.figures.views import View
from jiceng.kernel.orgs.service import Scope


def of_units(unit: str, view: View, scope: Scope | None) -> Q:
    """Return the condition that the relation ``unit`` lies in the view and is seen; "" where the
    rows are units."""
    path = f"{unit}__path__startswith" if unit else "path__startswith"
    asked = Q(**{path: view.unit.path}) if view.unit else Q()
    return asked if scope is None else asked & scope.q(unit)


def in_period(figure: Figure, rows: QuerySet[Any], period: Period) -> Q:
    """Return the condition that the day of a row lies in ``period``."""
    ends: tuple[Any, Any] = (period.start, period.end)
    if is_instant(rows.model, figure.day):
        ends = period.instants
    return Q(**{f"{figure.day}__gte": ends[0], f"{figure.day}__lt": ends[1]})


def selected(figure: Figure, view: View, scope: Scope | None = None) -> QuerySet[Any]:
    """Return the rows of one figure that the view asks for and the scope shows.

    A stock has no day, so the period does not narrow it.
    """
    rows = figure(view.as_of).filter(of_units(figure.unit, view, scope))
    if figure.day and view.period:
        rows = rows.filter(in_period(figure, rows, view.period))
    elif figure.day:
        rows = rows.filter(**{f"{figure.day}__isnull": False})
    return rows


def measured(figure: Figure, rows: QuerySet[Any]) -> Any:
    """Return the aggregate that makes the number, in whole smallest units: 12.50 yuan are 1250.

    Whole numbers add up exactly; SQLite would add fractions up in floating point.
    """
    if not figure.field:
        return Count("pk")
    places = places_of(rows.model, figure.field)
    cents = F(figure.field) * 10**places if places else F(figure.field)
    return Coalesce(Sum(Cast(Round(cents), BigIntegerField())), 0)


def as_number(figure: Figure, smallest: int) -> Number:
    """Return the number of so many smallest units."""
    if not figure.field:
        return smallest
    return Decimal(smallest).scaleb(-places_of(figure.model, figure.field))


def plain(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the same rows in a form that can be grouped."""
    query = rows.query
    if query.distinct or query.is_sliced or query.combinator or query.group_by is not None:
        return rows.model._default_manager.filter(pk__in=rows.order_by().values("pk"))
    return rows.order_by()


def count_all(asked: Iterable[tuple[Figure, QuerySet[Any]]]) -> dict[str, int]:
    """Return the numbers of several figures over some of their rows, in one statement."""
    parts = [
        plain(rows)
        .annotate(figure_code=Literal(figure.code))
        .values("figure_code")
        .annotate(smallest=measured(figure, rows))
        .values_list("figure_code", "smallest")
        for figure, rows in asked
    ]
    if not parts:
        return {}
    found = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return dict(found)
