"""Number, drill-down and export of a figure, all from the same rows."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Count, F, Q, QuerySet, Sum
from django.db.models import Value as Literal
from django.db.models.fields import DateTimeField
from django.db.models.functions import Cast, Coalesce, Round
from django.http.response import HttpResponseBase

from jiceng.kernel.exports.service import export as export_table
from jiceng.kernel.figures.definitions import (
    Figure,
    figure_of,
    is_instant,
    parts_of,
    places_of,
)
from jiceng.kernel.figures.refusals import NotAPart, UnitAbsent
from jiceng.kernel.figures.rules import Number, Period, percent
from jiceng.kernel.figures.views import Value, View
from jiceng.kernel.orgs.service import Scope

Asked = Figure | str


def refuse_unseen(view: View, scope: Scope | None) -> None:
    """Raise ``UnitAbsent`` for a unit that is out of sight."""
    if scope is not None and view.unit is not None and not scope.sees(view.unit):
        raise UnitAbsent(field="unit")


def of_units(unit: str, view: View, scope: Scope | None) -> Q:
    """Return the condition that the relation ``unit`` lies in the view and is seen."""
    asked = Q(**{f"{unit}__path__startswith": view.unit.path}) if view.unit else Q()
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


def rows(figure: Asked, view: View, scope: Scope | None = None) -> QuerySet[Any]:
    """Return the rows that the number is made of, in the order of their keys, each with ``as_of``.

    Of a ratio they are those of its part; its whole is a figure of its own.
    """
    refuse_unseen(view, scope)
    first = parts_of(figure_of(figure))[0]
    seen = selected(first, view, scope).order_by("pk")
    return seen.annotate(as_of=Literal(view.as_of, output_field=DateTimeField()))


def export(
    figure: Asked, view: View, scope: Scope | None = None, *, form: str, name: str = ""
) -> HttpResponseBase:
    """Return the rows as a file to download, csv or xlsx; raises ``FormatUnknown``."""
    first = parts_of(figure_of(figure))[0]
    return export_table(
        first.columns, rows(first, view, scope), form=form, name=name or str(first.label)
    )


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


def read_many(codes: Iterable[Asked], view: View, scope: Scope | None = None) -> dict[str, Value]:
    """Return the values of several figures by their codes, in a number of statements that depends
    neither on the codes nor on the rows. Raises ``UnitAbsent``, ``FigureAbsent``, ``NotAPart``."""
    refuse_unseen(view, scope)
    figures = [figure_of(code) for code in codes]
    counted = {part.code: part for figure in figures for part in parts_of(figure)}
    found = count_all((part, selected(part, view, scope)) for part in counted.values())
    numbers = {code: as_number(part, found.get(code, 0)) for code, part in counted.items()}
    return {figure.code: value_of(figure, view, numbers) for figure in figures}


def value_of(figure: Figure, view: View, numbers: Mapping[str, Number]) -> Value:
    """Return the value of a figure whose numbers, or those of its parts, are known."""
    if not figure.is_ratio:
        return Value(figure, view, numbers[figure.code])
    part, whole = numbers[figure.part], numbers[figure.whole]
    if figure.within and part > whole:
        raise NotAPart(field=figure.code)
    return Value(figure, view, percent(part, whole), part, whole)


def read(figure: Asked, view: View, scope: Scope | None = None) -> Value:
    """Return the value of one figure; see ``read_many``."""
    figure = figure_of(figure)
    return read_many([figure], view, scope)[figure.code]
