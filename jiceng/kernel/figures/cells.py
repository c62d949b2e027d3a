"""Counting the cells of a figure from its rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import TruncDate

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.figures.counting import measured, plain
from jiceng.kernel.figures.definitions import Figure, is_instant
from jiceng.kernel.figures.rolled import Pair, on_pairs
from jiceng.kernel.figures.rules import month_of
from jiceng.kernel.figures.tracing import FOREVER, keyed_unit

Found = tuple[int, int]


@dataclass(frozen=True)
class Counted:
    """The number of a pair, and from which view on it is right: not yet where something recorded
    is dated later than the count."""

    number: int
    good_from: datetime


def _found(figure: Figure, as_of: datetime, pairs: set[Pair] | None) -> Mapping[Pair, Found]:
    """Return the number of every pair, and a sum of the keys that tells the rows from others."""
    rows: QuerySet[Any] = figure(as_of).filter(**{f"{figure.day}__isnull": False})
    if pairs is not None:
        rows = on_pairs(figure, rows, pairs)
    day: Any = F(figure.day)
    if is_instant(figure.model, figure.day):
        day = TruncDate(figure.day, tzinfo=SHANGHAI)
    grouped = (
        plain(rows)
        .annotate(cell_unit=F(keyed_unit(figure)), cell_day=day)
        .values("cell_unit", "cell_day")
        .annotate(smallest=measured(figure, rows), keys=Sum("pk"))
        .values_list("cell_unit", "cell_day", "smallest", "keys")
    )
    return {(unit, on): (number, int(keys)) for unit, on, number, keys in grouped.iterator()}


def counted(figure: Figure, at: datetime, pairs: set[Pair] | None = None) -> dict[Pair, Counted]:
    """Return the cells of all days, or of these pairs, that are not nought at ``at`` or later.

    The rows are counted as of ``at`` and as of for ever: where the two differ, the number will
    change by the clock alone, and no cell can stand for it yet.
    """
    now, later = _found(figure, at, pairs), _found(figure, FOREVER, pairs)
    found = {}
    for pair in now.keys() | later.keys():
        settled = now.get(pair) == later.get(pair)
        number = now[pair][0] if pair in now else 0
        found[pair] = Counted(number, at if settled else FOREVER)
    return found


def months(cells: Mapping[Pair, Counted]) -> dict[Pair, int]:
    """Return the sums of whole months, by their first day."""
    sums: dict[Pair, int] = {}
    for (unit, day), cell in cells.items():
        month = (unit, month_of(day))
        sums[month] = sums.get(month, 0) + cell.number
    return sums
