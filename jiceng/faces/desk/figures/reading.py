"""What a reader reads of figures: numbers whose rows they may open, every one of them.

A case may have been sent to a unit that the reader sees, and still not be theirs to open; such
rows are neither shown nor counted. Who sees everything may open everything.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils.translation import gettext as _

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.figures.service import (
    Figure,
    Period,
    Value,
    View,
    as_of_day,
    change,
    figure_of,
    percent,
    read_many,
    rows,
)
from jiceng.kernel.orgs.service import Scope
from jiceng.kernel.procedures.models import Case
from jiceng.ui.charts import Point
from jiceng.ui.templatetags.figures import figure as written

MONTHS = 13
ONE_DAY = timedelta(days=1)
PAGE = 50


def made_of(figure: Figure) -> list[Figure]:
    """Return the figures with rows that a figure is made of: itself, or part and whole."""
    if figure.is_ratio:
        return [figure_of(figure.part), figure_of(figure.whole)]
    return [figure]


def for_reader(figure: Figure, scope: Scope) -> Figure:
    """Return the figure with those rows alone that may be opened from ``scope``."""
    if _sees_all(scope) or not _is_about_cases(figure.model):
        return figure
    open_ones = Case.objects.in_scope(scope).filter(pk=OuterRef("case"))

    def narrowed(as_of: datetime) -> QuerySet[Any]:
        return figure(as_of).filter(Exists(open_ones))

    return replace(figure, rows=narrowed, rolled=False)


def _sees_all(scope: Scope) -> bool:
    """The root is a path of one step."""
    return any(path.count("/") == 2 for path in scope.paths)


def _is_about_cases(model: type[Model]) -> bool:
    return any(
        field.name == "case" and field.related_model is Case for field in model._meta.get_fields()
    )


def values_of(figures: Iterable[Figure], view: View, scope: Scope) -> dict[str, Value]:
    """Return the values of figures by their codes, as the reader may know them."""
    asked = list(figures)
    counted = {part.code: part for figure in asked for part in made_of(figure)}
    found = read_many([for_reader(part, scope) for part in counted.values()], view, scope)
    return {figure.code: _value(figure, view, found) for figure in asked}


def _value(figure: Figure, view: View, found: dict[str, Value]) -> Value:
    if not figure.is_ratio:
        return Value(figure, view, found[figure.code].number)
    part, whole = found[figure.part].number or 0, found[figure.whole].number or 0
    return Value(figure, view, percent(part, whole), part, whole)


@dataclass(frozen=True)
class Compared:
    """A value beside that of a year before."""

    now: Value
    before: Value

    @property
    def figure(self) -> Figure:
        """Return what both are values of."""
        return self.now.figure

    @property
    def change(self) -> str:
        """Return the change in words; nothing where there is nothing to compare with."""
        now, before = self.now.number, self.before.number
        if now is None or before is None:
            return ""
        if self.figure.is_ratio:
            return _("%(points)s个百分点") % {"points": f"{now - before:+.1f}"}
        share = change(now, before)
        return "" if share is None else f"{share:+}%"


def compared(figures: Iterable[Figure], view: View, scope: Scope) -> list[Compared]:
    """Return each value with that of the same days a year before, as known now; of a stock, with
    how it stood then."""
    asked = list(figures)
    now, before = values_of(asked, view, scope), _before(asked, view, scope)
    return [Compared(now[figure.code], before[figure.code]) for figure in asked]


def _before(figures: list[Figure], view: View, scope: Scope) -> dict[str, Value]:
    stocks = [figure for figure in figures if _is_stock(figure)]
    flows = [figure for figure in figures if not _is_stock(figure)]
    period = _elapsed(view).a_year_before() if view.period else None
    found = values_of(flows, replace(view, period=period), scope)
    return found | values_of(stocks, replace(view, as_of=_a_year_before(view.as_of)), scope)


def _is_stock(figure: Figure) -> bool:
    return not made_of(figure)[0].day


def _elapsed(view: View) -> Period:
    """Return the days of the period that were over or had begun: half a month is held against half
    a month."""
    assert view.period is not None
    following = legal_day(view.as_of) + ONE_DAY
    start, end = view.period.start, view.period.end
    return Period(start, min(end, following)) if start < following else view.period


def _a_year_before(as_of: datetime) -> datetime:
    return as_of_day(Period.day(legal_day(as_of)).a_year_before().start, as_of)


def course(figure: Figure, view: View, scope: Scope) -> list[Point]:
    """Return thirteen months up to the one in which the view is taken, the oldest first."""
    today = legal_day(view.as_of)
    months = [Period.month(today.year, today.month)]
    while len(months) < MONTHS:
        months.append(months[-1].previous())
    return [_point(figure, view, month, scope) for month in reversed(months)]


def _point(figure: Figure, view: View, month: Period, scope: Scope) -> Point:
    asked = replace(view, period=month)
    if _is_stock(figure):
        last_day = min(month.end - ONE_DAY, legal_day(view.as_of))
        asked = replace(asked, as_of=as_of_day(last_day, view.as_of))
    value = values_of([figure], asked, scope)[figure.code]
    return Point(month.text, value.number, written(value, measure=False))


@dataclass(frozen=True)
class RowPage:
    """Some of the rows, with their cells; ``after`` is where the next ones begin, 0 at the end."""

    figure: Figure
    lines: list[tuple[str, list[Any]]]
    after: int

    @property
    def label(self) -> Any:
        """Return what the rows are of."""
        return self.figure.label


def row_page(figure: Figure, view: View, scope: Scope, after: int) -> RowPage:
    """Return fifty rows after the key ``after``; of a ratio those of its part."""
    first = made_of(figure)[0]
    found = list(rows(for_reader(first, scope), view, scope).filter(pk__gt=after)[: PAGE + 1])
    lines = [
        (first.link(row), [column.cell(row) for column in first.columns]) for row in found[:PAGE]
    ]
    return RowPage(first, lines, found[PAGE - 1].pk if len(found) > PAGE else 0)
