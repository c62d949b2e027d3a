"""Every figure: the number is that of its rows and of its export, a part is among its whole, and
all that is said about it is there."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.http.response import HttpResponseBase

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.figures.service import (
    FIGURES,
    Figure,
    Period,
    View,
    export,
    figure_of,
    fingerprint,
    read,
    rows,
)
from jiceng.kernel.orgs.service import ROLES, Scope
from jiceng.systems.grid.tests import year as told
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.year import on
from tests.conformance.sweep import problems_of

ALL = pytest.mark.parametrize("figure", list(FIGURES), ids=lambda figure: figure.code)
COUNTS = [figure for figure in FIGURES if not figure.is_ratio]
RATIOS = [figure for figure in FIGURES if figure.is_ratio]
# Before anything was recorded, in the middle of the stories, and after them.
DAYS = ("03-01", "03-12", "03-31", "12-31")


def views(grid: Grid, instants: Iterator[datetime]) -> list[View]:
    """Return every view that the sweep looks from."""
    cast, whole = grid.cast, Period.year(2026)
    units = (None, cast.zone, cast.street, cast.other_street, cast.community)
    found = [View(unit, whole, instant) for instant in instants for unit in units]
    return [*found, View(None, None, on("12-31")), View(None, Period.month(2026, 3), on("12-31"))]


@ALL
def test_what_is_said_of_it(figure: Figure) -> None:
    assert [p for text in (figure.label, figure.definition) for p in problems_of(text)] == []
    assert figure.is_ratio or problems_of(figure.measure) == []
    assert figure.owner in ROLES
    assert date(1990, 1, 1) <= figure.since <= datetime.now(SHANGHAI).date()
    headings = [column.heading for column in figure.columns]
    assert [problem for heading in headings for problem in problems_of(heading)] == []
    assert figure.is_ratio or headings
    assert figure.code.count(".") == 1


@ALL
def test_its_fingerprint_is_stable(figure: Figure) -> None:
    assert fingerprint(figure) == fingerprint(figure.code)
    assert len(fingerprint(figure)) == 64


def test_labels_and_fingerprints_are_one_each() -> None:
    assert len({fingerprint(figure) for figure in FIGURES}) == len(list(FIGURES))
    assert len({str(figure.label) for figure in FIGURES}) == len(list(FIGURES))


@pytest.mark.slow
def test_a_number_is_its_rows_and_its_export(grid: Grid) -> None:
    """From every unit and as of every day; and what somebody sees who sees one street."""
    told.tell(grid)
    street = Scope(paths=frozenset({grid.cast.street.path}))
    seen: list[tuple[View, Scope | None]] = [(view, None) for view in views(grid, map(on, DAYS))]
    seen += [(View(None, None, on(day)), street) for day in DAYS]
    assert sum(differing(figure, view, scope) for figure in COUNTS for view, scope in seen) == 0
    assert any(read(figure, seen[-1][0]).number for figure in COUNTS)


def differing(figure: Figure, view: View, scope: Scope | None) -> bool:
    """Tell whether number, rows and export say something different."""
    found = list(rows(figure, view, scope))
    number = read(figure, view, scope).number
    if figure.field:
        return bool(number != sum(getattr(row, figure.field) for row in found))
    return (
        not number
        == len(found)
        == len({row.pk for row in found})
        == len(exported(export(figure, view, scope, form="csv")))
    )


def exported(answer: HttpResponseBase) -> list[list[str]]:
    """Return the lines of a file below its headings."""
    text = b"".join(answer).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


@pytest.mark.slow
def test_a_part_is_among_its_whole(grid: Grid) -> None:
    """By rows, not by numbers alone."""
    told.tell(grid)
    looked = views(grid, map(on, DAYS))
    strays = [
        (figure.code, view.period, view.as_of)
        for figure in RATIOS
        for view in looked
        if figure.within and not keys(figure.part, view) <= keys(figure.whole, view)
    ]
    assert strays == []


def keys(code: str, view: View) -> set[Any]:
    """Return the keys of the rows."""
    return {row.pk for row in rows(figure_of(code), view)}


@pytest.mark.slow
def test_a_row_opens(grid: Grid) -> None:
    """What a row leads to is a page of ours, or nothing."""
    told.tell(grid)
    view = View(None, None, on("12-31"))
    links = {figure.link(row) for figure in COUNTS for row in rows(figure, view)}
    assert [link for link in links if link and not link.startswith("/")] == []
