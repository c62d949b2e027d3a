"""Number, drill-down and export of a figure, all from the same rows."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import DateTimeField, QuerySet
from django.db.models import Value as Literal
from django.http.response import HttpResponseBase

from jiceng.kernel.exports.service import export as export_table
from jiceng.kernel.figures import rolled
from jiceng.kernel.figures.counting import as_number, count_all, selected
from jiceng.kernel.figures.definitions import Figure, figure_of, parts_of
from jiceng.kernel.figures.refusals import NotAPart, UnitAbsent
from jiceng.kernel.figures.rules import Number, percent
from jiceng.kernel.figures.views import Value, View
from jiceng.kernel.orgs.service import Scope

Asked = Figure | str


def refuse_unseen(view: View, scope: Scope | None) -> None:
    """Raise ``UnitAbsent`` for a unit that is out of sight."""
    if scope is not None and view.unit is not None and not scope.sees(view.unit):
        raise UnitAbsent(field="unit")


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


def read_many(codes: Iterable[Asked], view: View, scope: Scope | None = None) -> dict[str, Value]:
    """Return the values of several figures by their codes, in a number of statements that depends
    neither on the codes nor on the rows. Raises ``UnitAbsent``, ``FigureAbsent``, ``NotAPart``."""
    refuse_unseen(view, scope)
    figures = [figure_of(code) for code in codes]
    return _values(figures, view, _numbers(_counted_among(figures), view, scope))


def read_live(figure: Asked, view: View, scope: Scope | None = None) -> Value:
    """Return the value of one figure from its rows alone, as it is published."""
    refuse_unseen(view, scope)
    figure = figure_of(figure)
    parts = _counted_among([figure])
    found = count_all((part, selected(part, view, scope)) for part in parts)
    return _values([figure], view, {part.code: found.get(part.code, 0) for part in parts})[
        figure.code
    ]


def _counted_among(figures: Iterable[Figure]) -> list[Figure]:
    """Return the figures with rows that these are made of, each once."""
    return list({part.code: part for figure in figures for part in parts_of(figure)}.values())


def _values(figures: Iterable[Figure], view: View, found: Mapping[str, int]) -> dict[str, Value]:
    numbers = {code: as_number(figure_of(code), smallest) for code, smallest in found.items()}
    return {figure.code: value_of(figure, view, numbers) for figure in figures}


def _numbers(figures: list[Figure], view: View, scope: Scope | None) -> dict[str, int]:
    """Return the numbers of figures with rows, in smallest units: from cells what can be, and in
    one more statement from rows what has to be."""
    rollups = rolled.usable(figures, view)
    sums = rolled.sums(list(rollups), view, scope) or {}
    cells = {rollups[rollup].code: found for rollup, found in sums.items()}
    live = count_all(
        (figure, _uncounted(figure, view, scope, cells.get(figure.code)))
        for figure in figures
        if figure.code not in cells or cells[figure.code].late
    )
    return {figure.code: live.get(figure.code, 0) + _counted(cells, figure) for figure in figures}


def _uncounted(
    figure: Figure, view: View, scope: Scope | None, cells: rolled.Sum | None
) -> QuerySet[Any]:
    """Return the rows that no cell stands for."""
    if cells is None:
        return selected(figure, view, scope)
    return rolled.on_pairs(figure, figure(view.as_of), cells.late)


def _counted(cells: Mapping[str, rolled.Sum], figure: Figure) -> int:
    found = cells.get(figure.code)
    return found.number - sum(found.late.values()) if found else 0


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
